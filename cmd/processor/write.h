#ifndef WRITE_H
#define WRITE_H

#include <stdbool.h>

#include "base/err.h"
#include "product.h"
#include "source.h"

struct write_rules {
	struct product_rules product;
	bool compat;			/* data as the reference makes them */
	int workers;			/* threads that convert and compress; 1 = do it all in this one */
};

/*
 * granule_write - write the L2P granule of an open combined file to path (a temporary name)
 *
 * The data go through a ring by rows of chunks: this thread reads lines and stores compressed chunks, the workers
 * convert and compress. Memory is bounded by WRITE_BUDGET and a few rows of chunks, whatever the granule's size.
 * Returns 0, or -1 with E_DATA (the combined file is damaged) or E_ENV.
 */
int	granule_write(const char *path, const struct source *s, const struct write_rules *rules, struct err *e);

#define WRITE_BUDGET (224 * 1024 * 1024)	/* bytes of rows under way at once, at least one row of chunks */

#endif
