#ifndef COMBINE_H
#define COMBINE_H

#include "base/err.h"
#include "frame.h"
#include "granule/dataset.h"

/*
 * Writing one combined file: its frame first, then the data pass through once, block by block. One thread reads
 * chunks, the workers of a copier decode them and write the lines to their place. A copier keeps its threads and
 * memory from file to file.
 */

struct copier;

/* copier_new - with that many worker threads; 0: everything in the caller's thread. NULL with E_ENV. */
struct copier	*copier_new(int workers, struct err *e);
void	copier_free(struct copier *c);

/*
 * combine - write the combined file p describes
 *
 * path		file to make; what is in it is overwritten
 * fd		a descriptor of it, open for writing
 * culprit	the suite whose file is bad, when the result is -1 with E_DATA
 *
 * Returns 0, or -1 with E_DATA, E_ENV or E_SIGNAL; the file is then of no use.
 */
int	combine(struct copier *c, const struct plan *p, const char *path, int fd, enum suite *culprit, struct err *e);

#endif
