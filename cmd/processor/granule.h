#ifndef GRANULE_H
#define GRANULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "granule/dataset.h"
#include "granule/joblist.h"
#include "granule/layout.h"
#include "run/run.h"

/*
 * The life of one granule: from a combined file to an L2P file and its .md5 file under their final names.
 */

struct granule_rules {
	const struct run *run;		/* root, -o, -d, -t, -n */
	bool compat, force, keep_input;
	int workers;
};

/* What is known of it; without pointers into memory of its own, so that a child process can leave it to its parent. */
struct granule_result {
	const struct dataset *ds;	/* as far as known, also on failure; NULL when not */
	enum ptype type;
	int64_t input_time;		/* modification time of the input that was read */
	char output[LAYOUT_SIZE];	/* the L2P file */
	char md5[DIGEST_HEX_SIZE];
	uint64_t bytes;
	double convert, publish;	/* seconds */
	bool skipped;			/* it was there already, newer than its input, and verified */
	struct err err;			/* code E_NONE: it is there */
};

/*
 * granule_make - make the L2P granule of the combined file path, unless it is there and good
 *
 * A combined file that is gone, but whose product is complete, counts as processed. r->err gets E_MISSING, E_DATA (the
 * item is bad), E_ENV or E_SIGNAL: then nothing has changed.
 */
void	granule_make(const struct granule_rules *rules, const char *path, struct granule_result *r);

/* granule_look - the combined file of a time in the job list of a run; also one that is gone but whose product is
 * there, so that a repeated job prints it again. */
joblist_look	granule_look;

/* granule_is_left - whether the combined file of a complete product lies in the tree, from which it is to be removed
 * when all that follows from it is done: 1, 0, or -1. */
int	granule_is_left(const struct granule_rules *rules, const char *path, const struct granule_result *r,
	    struct err *e);

#endif
