#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "granule.h"
#include "run/run.h"

/*
 * What a run leaves behind besides combined files and records: the final_log line, the list of granules that wait, the
 * archive of errors, the message to operators.
 */

struct report {
	struct run *run;
	const char *waiting;		/* --waiting file; NULL: by the layout */
	const struct dataset *ds;	/* of the first granule */
	enum ptype type;
	size_t inputs, created, waits;	/* files read, combined files, granules that wait */
	char *list, *listed;		/* the waiting list in use and what it held before; owned */
	bool broken;			/* the error archive could not be written */
};

enum { LOG_PROCESSED, LOG_CREATED, LOG_QUARANTINED, LOG_WAIT };

extern const char *const report_sections[];

/* report_error - to the error archive and the operators; not in a dry run. */
void	report_error(struct report *r, const struct err *why);

/* report_wait - a granule waits: in the waiting list and the log. message gets the line for people. */
int	report_wait(struct report *r, const char *path, const struct outcome *o, char message[ERR_MSGMAX],
	    struct err *e);

/* report_explain - the record of --dry-run, owned by the caller: SST file, state, type, age, companions, decision,
 * targets; separated by tabs. */
char	*report_explain(const char *path, const struct outcome *o, const char *decision);

/* report_end - the fields of the final_log line; frees. */
void	report_end(struct report *r);

#endif
