#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>

#include "granule.h"
#include "pending.h"
#include "report.h"
#include "run/run.h"

/*
 * One granule as the run sees it: a child process looks at its files and combines them, this one keeps what waits,
 * moves bad files to quarantine, prints and reports.
 */

struct combiner {
	struct run run;
	struct setting set;
	struct report report;
	struct pending *pending;
	const char *quarantine;		/* --quarantine; NULL: that of the tree for files of the tree */
	long max;			/* combined files to make; 0: all */
	size_t made;			/* ... so far; those that were up to date do not count */
	size_t left;			/* granules not begun because of it */
	bool at_end;			/* the list is read: nothing more will come */
	struct outcome *outcome;	/* of the granule under way, left there by its child process */
	const char *path;		/* its SST file */
	bool refused[SUITE_COUNT];	/* its companions that turned out to be bad */
};

/* process_granule - the granule of an SST file whose name is n; it is kept for later when it is not complete. */
void	process_granule(struct combiner *c, const char *path, const struct obpg_name *n);

/* process_failed - a line of the list that is no file to work on. */
void	process_failed(struct combiner *c, const char *line, const struct err *why);

#endif
