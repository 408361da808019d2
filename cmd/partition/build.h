#ifndef BUILD_H
#define BUILD_H

#include "base/err.h"
#include "config.h"
#include "partition.h"
#include "plan.h"
#include "worklists.h"

/*
 * From the arrays of a run to its jobs: a chain downloader - combiner - processor - uploader for each array, element by
 * element; a license-returner for each type when all processors of it have ended; downloaders of unmatched files.
 */

/*
 * build_plan - fill *plan, all-zero before but for its path, number of granules and lists of waiting files
 *
 * pool		place of the token pool; "" = no tokens are held, nobody returns any
 * container	the engine adds the program, and names are as the reference's
 *
 * Returns 0; -1 with E_USAGE when the configuration lacks something, or a program is not there.
 */
int	build_plan(const struct partition *p, const struct worklists *w, const struct cut *cut, const struct config *config,
	    const char *pool, bool container, struct plan *plan, struct err *e);

/* build_dirs - where the lists go: the tree, or -o; nowhere in a dry run. */
int	build_dirs(const struct partition *p, struct worklists *w, struct err *e);

#endif
