#ifndef TANK_H
#define TANK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "granule/dataset.h"

/*
 * tank_type - whether a file of the holding tank is quicklook or refined, and of which dataset
 *
 * dir		directory it lies in; a file of the tank itself is opened to see, in a child process, because it came
 *		from outside. path, below the root, tells for what lies in AQUA_QUICKLOOK/ and the like.
 * compat	decide as the reference system does, which opens files of the first day of this month only
 *
 * Returns 0, or -1: E_DATA when it cannot be known, E_MISSING when it has gone. ncf_setup is to be called before.
 */
int	tank_type(int dir, const char *path, int64_t now, bool compat, const struct dataset **ds, enum ptype *t,
	    struct err *e);

#endif
