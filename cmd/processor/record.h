#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>

#include "base/err.h"
#include "granule/dataset.h"
#include "run/run.h"

/*
 * What the processor leaves for the reporter and the error checker in the tree: the processing log and the registry
 * of the run, and its error log. Names and lines are those of the reference system. What this run has recorded already,
 * or with again any run, is not recorded twice.
 */

struct record {
	const char *root;
	const char *run_id;		/* without '_' and '.': readers split on these */
	const struct dataset *ds;
	enum ptype type;
	bool again;			/* an earlier run, which was killed, may have recorded the granule */
};

/* record_wanted - whether reporter and error checker are to read of a granule: in the tree, when these are known; fills
 * in rec. */
bool	record_wanted(struct record *rec, const struct run *run, const struct dataset *ds, enum ptype type);

/* record_begin - create the run's registry, empty, as the reporter expects it. */
int	record_begin(const struct record *r, struct err *e);

/* record_done - a finished granule: five lines of the processing log, one of the registry. Times in seconds. */
int	record_done(const struct record *r, const char *l2p, double convert, double publish, struct err *e);

/* record_failed - a granule that failed: log, registry (under its old-style name, which the reporter counts), and
 * the reason in the error log. path is the combined file. */
int	record_failed(const struct record *r, const char *path, const char *reason, struct err *e);

#endif
