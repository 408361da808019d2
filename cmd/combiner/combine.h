#ifndef COMBINE_H
#define COMBINE_H

#include "base/err.h"
#include "frame.h"

/*
 * Writing one combined file: its frame first, then the data pass through once, block by block. One thread reads
 * chunks, workers decode them and write the lines to their place.
 */

/*
 * combine - write the combined file p describes
 *
 * workers	threads; 0: everything in this one
 * path		file to make; what is in it is overwritten
 * fd		a descriptor of it, open for writing
 *
 * Returns 0, or -1 with E_DATA (*p->suspect tells whose file is bad), E_ENV or E_SIGNAL; the file is then of no use.
 */
int	combine(const struct recipe *p, int workers, const char *path, int fd, struct err *e);

#endif
