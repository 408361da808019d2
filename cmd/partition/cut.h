#ifndef CUT_H
#define CUT_H

#include <stdbool.h>
#include <stddef.h>

#include "granule/dataset.h"

/*
 * Arithmetic of tokens, arrays and jobs. One array of jobs works under one token; a job is the work of one array
 * element: up to `batch` granules.
 */

#define CUT_UNMATCHED_MAX 100		/* jobs of unmatched files: with more lines the jobs get larger */

struct cut {
	size_t arrays[PTYPE_COUNT];	/* number of arrays of each type; none is empty */
	int ql, r, floating;		/* tokens they hold; the rest of the grant goes back */
	bool floating_refined;		/* the floating one is held by refined */
};

/*
 * cut_tokens - how many arrays of each type
 *
 * n, f		tokens of the dataset and floating ones (0 or 1), n + f >= 2
 * keys		granules of each type
 * max		most arrays of a type (an engine's limit of dependencies)
 *
 * Quicklook has priority and gets the odd and the floating token; refined alone takes half, so that a quicklook run
 * started meanwhile finds tokens. No array is empty, and no token is held without an array.
 */
struct cut	cut_tokens(int n, int f, const size_t keys[PTYPE_COUNT], size_t max);

/* A part of a list: items from..from+n-1. */
struct part {
	size_t from, n;
};

/* cut_part - part i of m items split evenly into k: the first m % k parts have one more; i < k. */
struct part	cut_part(size_t m, size_t k, size_t i);

/* cut_jobs - number of jobs of an array of n granules: ceil(n / batch), but at most max (the batches then grow). */
size_t	cut_jobs(size_t n, size_t batch, size_t max);

#endif
