#ifndef STAMPS_H
#define STAMPS_H

#include "base/err.h"
#include "base/str.h"
#include "granule/dataset.h"

/*
 * stamps_find - the combined files of a job list's granule times
 *
 * stamps	YYYYMMDDTHHMMSS; day file first, then night file of each. A file that is gone but whose product is there
 *		is listed too, so that a repeated job prints it again.
 * missing	times for which there is neither; normal for companions whose time differs by a second
 *
 * Returns 0, or -1 with E_USAGE for a text that is no time.
 */
int	stamps_find(const char *root, const struct dataset *ds, enum ptype type, const struct strlist *stamps,
	    struct strlist *paths, struct strlist *missing, struct err *e);

#endif
