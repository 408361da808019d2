#ifndef REPORT_H
#define REPORT_H

#include <pthread.h>
#include <stddef.h>

#include "run/run.h"
#include "upload.h"

/*
 * What a run tells of its granules: their records and log lines as they are done; at its end the final_log line for
 * metrics and the message to operators, both in the order of the list, whatever order the granules were finished in.
 */

#define REPORT_MAX 500			/* granules named in one section of the operators' message */

struct report_entry {
	size_t number;			/* place in the list */
	char *path;
	bool failed;
	enum upload_step step;		/* that failed */
	bool stored;			/* by this run */
};

struct report {
	struct run *run;
	const struct uploader *c;
	struct strlist sources;		/* names of the input files of the job, for the provenance */
	struct strlist not_found;	/* times of the job that have no granule */

	pthread_mutex_t lock;		/* of all below */
	struct report_entry *entry;	/* all granules for the final_log line; else only those that failed */
	size_t n, cap;
	size_t nstored, under_way;
	uint64_t bytes;			/* stored */
	const struct dataset *ds;	/* of the job, else of the first granule; NULL = none seen */
	enum ptype type;
};

/* report_init - borrows both. */
void	report_init(struct report *r, struct run *run, const struct uploader *c);
void	report_fini(struct report *r);

/* report_begin - a granule is handed to the workers. */
void	report_begin(struct report *r);

/* report_put - one granule is done: its record and its log lines. Several threads may call it. */
void	report_put(struct report *r, struct upload *u);

/* report_end - fill in the final_log line and the message to operators. */
void	report_end(struct report *r);

#endif
