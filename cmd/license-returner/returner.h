#ifndef RETURNER_H
#define RETURNER_H

#include "place/tokens.h"
#include "run/run.h"

/* The run of license-returner: its options, and the pool. */

/* Who speaks in log lines: about the job, about its tokens. */
#define LOG_JOB "return_license - INFO"
#define LOG_TOKENS "License - INFO"

struct returner {
	struct run run;
	const char *place;		/* --tokens */
	bool all;			/* whatever the type */
	bool status, reap, force;
	const char *sizes;		/* --set-capacity */
	long age, wait, delay;		/* hours, seconds, seconds */
	struct tokens *tokens;
};

/* log.c: the lines of the reference system about one workflow, before and after its tokens were returned. */
void	log_begin(const struct returner *p, const char *uid);
void	log_returned(const struct returner *p, const char *uid, const struct tokens_returned *back);

/* care.c: the pool as a whole. */
void	care_sizes(struct returner *p);
void	care_status(struct returner *p);
void	care_reap(struct returner *p);

#endif
