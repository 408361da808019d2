#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opts.h"
#include "base/str.h"
#include "granule.h"
#include "granule/finallog.h"
#include "place/notify.h"

/*
 * What a run leaves behind besides combined files: the final_log line, the list of granules that wait, the archive
 * of errors, the message to operators, the JSON object of a granule.
 */

struct report {
	const struct opts *opts;
	const char *waiting;		/* --waiting file; NULL: by the layout */
	struct finallog log;
	struct notify notify;
	const struct dataset *ds;	/* of the first granule */
	enum ptype type;
	size_t inputs, created, waits;	/* files read, combined files, granules that wait */
	char *list, *listed;		/* the waiting list in use and what it held before; owned */
	bool broken;			/* the error archive could not be written */
};

/* report_open - -1 with E_USAGE for a place that is no topic. */
int	report_open(struct report *r, const struct opts *o, const char *waiting, struct err *e);
void	report_close(struct report *r);

/* What became of a granule, for --json. */
struct outcome {
	const char *decision;		/* combined, waiting, skipped, failed */
	const char *light;		/* day, night, mixed; NULL when unknown */
	const char *type;		/* NULL when unknown */
	long age;			/* minutes; -1 unknown */
	struct strlist inputs, outputs;
	char reason[ERR_MSGMAX];
	double seconds;
	uint64_t bytes;
};

/* outcome_describe - what g itself tells: state, type, inputs. */
void	outcome_describe(struct outcome *o, const struct granule *g);

/* report_explain - the record of --dry-run, owned by the caller: SST file, state, type, age, companions, decision,
 * targets; separated by tabs. o gets the targets as outputs. */
char	*report_explain(const struct granule *g, const struct setting *set, const char *path, struct outcome *o,
	    struct err *e);

/* report_json - one line, owned by the caller. */
char	*report_json(const struct outcome *o, struct err *e);
void	outcome_fini(struct outcome *o);

void	report_dataset(struct report *r, const struct dataset *ds, enum ptype t);
void	report_created(struct report *r, const char *name);
void	report_read(struct report *r);			/* one input file was read */
void	report_processed(struct report *r, const char *path);
void	report_quarantined(struct report *r, const char *path);

/* report_wait - note that g waits: in the waiting list and the log. message gets the line for people. */
int	report_wait(struct report *r, const struct granule *g, long threshold, long age, char message[ERR_MSGMAX],
	    struct err *e);

/* report_error - to the error archive and the operators. -1 when the archive cannot be written (told once). */
int	report_error(struct report *r, const struct err *why, struct err *e);

/* report_final_log - the line, owned by the caller. */
char	*report_final_log(struct report *r);

/* report_send - the message to operators. */
int	report_send(struct report *r, struct err *e);

#endif
