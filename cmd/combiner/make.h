#ifndef MAKE_H
#define MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "combine.h"
#include "granule.h"

/*
 * Making one combined file under its name: nothing when it is there and up to date, else written beside it, synced
 * and renamed. A combined file bears the modification time of its newest input, so that readers can tell by it
 * whether they have seen this content.
 */

struct maker {
	struct copier *copier;
	bool compat, force;
	bool (*stop)(void);		/* as in struct plan */
};

/*
 * make_combined - make the file of pass p of g
 *
 * *bytes	its size; *made: whether it had to be made
 * *culprit	the suite whose file is bad, when the result is -1 with E_DATA
 * Returns 0, or -1 with E_DATA, E_ENV or E_SIGNAL.
 */
int	make_combined(const struct maker *m, const struct granule *g, const struct pass *p, uint64_t *bytes,
	    bool *made, enum suite *culprit, struct err *e);

#endif
