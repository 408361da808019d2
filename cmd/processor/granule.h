#ifndef GRANULE_H
#define GRANULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "granule/dataset.h"
#include "granule/layout.h"

/*
 * The life of one granule: from a combined file to an L2P file and its .md5 file under their final names.
 */

struct granule_rules {
	const char *root;		/* of the shared tree */
	const char *outdir;		/* results flat into it; NULL: into the tree */
	const char *quarantine;		/* where bad combined files go; NULL: the tree's, if they come from the tree */
	const struct dataset *ds;	/* -d, NULL without */
	enum ptype type;		/* -t, PTYPE_COUNT without */
	bool compat, force, keep_input, dry_run;
	int workers;
	void (*warn)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
};

struct granule_result {
	const struct dataset *ds;	/* as far as known, also on failure; NULL when not */
	enum ptype type;
	char output[LAYOUT_SIZE];	/* the L2P file */
	char md5[DIGEST_HEX_SIZE];
	uint64_t bytes;
	double convert, publish;	/* seconds */
	bool skipped;			/* it was there already, newer than its input, and verified */
	bool quarantined;
};

/*
 * granule_process - make the L2P granule of the combined file path, unless it is there and good
 *
 * An input in the tree is removed when its product is complete. A combined file that is gone, but whose product is
 * complete, counts as processed. A damaged one goes to quarantine with the reason beside it (r->quarantined).
 * Returns 0; or -1 with E_MISSING, E_DATA (the item is bad), E_ENV, E_SIGNAL: then nothing has changed.
 */
int	granule_process(const struct granule_rules *rules, const char *path, struct granule_result *r, struct err *e);

#endif
