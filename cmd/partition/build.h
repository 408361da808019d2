#ifndef BUILD_H
#define BUILD_H

#include "base/err.h"
#include "config.h"
#include "plan.h"
#include "worklists.h"

/*
 * From the arrays of a run to its jobs: a chain downloader - combiner - processor - uploader for each array, element by
 * element; a license-returner for each type when all processors of it have ended; downloaders of unmatched files.
 */

struct setup {
	const struct dataset *ds;
	const char *uid, *stamp, *prefix, *engine;
	const char *root;		/* absolute */
	const char *job_root;		/* the same as jobs see it */
	const char *outdir;		/* of all work files; NULL: the tree */
	const char *pool;		/* "" = no tokens are held, nobody returns any */
	const char *job_pool;		/* the same as jobs see it */
	const char *to, *announce;
	const char *logs;		/* NULL: in the tree */
	const struct config *config;
	bool container;			/* the engine adds the program, and names are as the reference's */
};

/* build_plan - fill *p, all-zero before, except path and the lists of waiting files; -1 with E_USAGE when the
 * configuration lacks something. */
int	build_plan(const struct setup *s, const struct worklists *w, const struct cut *cut, struct plan *p, struct err *e);

/* build_dir - the directory of an index, with that root; out has LAYOUT_SIZE bytes. */
int	build_dir(const struct setup *s, const char *root, enum joblist what, char *out, struct err *e);

#endif
