#ifndef PENDING_H
#define PENDING_H

#include <stddef.h>

#include "granule/name.h"

/*
 * SST files that wait for companions while a list is being read, found by platform and minute, in order of arrival.
 * The same table remembers listed files that are used only because they are listed (ocean colour of platforms whose
 * day granules do not need it).
 */

struct pending;

struct pending	*pending_new(void);
void	pending_free(struct pending *p);

/* pending_add - keep path, whose name is n; a path that is there already is not added again. */
void	pending_add(struct pending *p, const char *path, const struct obpg_name *n);

/*
 * pending_take - take SST files out, the longest kept ones first
 *
 * like		those of its platform and minute; NULL: all
 * Returns the next path, owned by the caller; NULL when there is none. A file that is added again while a loop
 * takes those of one minute is not taken by it a second time: give mark = pending_mark() from before the loop.
 */
char	*pending_take(struct pending *p, const struct obpg_name *like, size_t mark);
size_t	pending_mark(const struct pending *p);

/* pending_listed - the path of a kept file that is no SST file, by platform, time and base name; NULL. Borrowed. */
const char	*pending_listed(const struct pending *p, const struct obpg_name *n, const char *base);

#endif
