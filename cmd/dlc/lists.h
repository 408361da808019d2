#ifndef LISTS_H
#define LISTS_H

#include <stdbool.h>

#include "base/digest.h"
#include "granule/dataset.h"
#include "place/store.h"
#include "entries.h"

/* What is new or has changed, and the download lists made of it: one for each day of the granules. */

#define LIST_NAME_SIZE 128

struct pick {
	const struct entry *file;	/* of the answer */
	bool changed;			/* was known with another checksum */
	size_t list;			/* index of its list */
	size_t at, len;			/* its line in that list's text */
};

struct list {
	char name[LIST_NAME_SIZE];	/* modis_aqua_filelist.txt.daily_2025_163_date_2025_06_12_3f0c1a2b */
	int64_t day;			/* since 1970 */
	size_t n;			/* lines */
	struct buf text;
};

struct lists {
	const struct dataset *ds;	/* the caller's */
	struct pick *pick;		/* in the order of the answer, sorted */
	size_t npicks, picks_cap;
	struct list *list;		/* by day */
	size_t nlists;
	size_t changed, seen;		/* of the answer's files */
	char id[UID_SIZE];		/* end of the names */
};

/*
 * lists_select - the files that are not among the known, and their lists
 *
 * found is sorted; known is indexed, or NULL: nothing is. The id is made of what the lists say, so that a run which was
 * killed and is repeated makes the same lists again.
 */
void	lists_select(struct lists *l, const struct entries *found, const struct entries *known);

/* lists_put - store every list as KEY-OF-THE-DATASET/NAME. One of the same name that says something else is left alone,
 * the id changes then. */
int	lists_put(struct lists *l, struct store *s, struct err *e);

/* lists_line - "URL CHECKSUM" of a pick; owned by the caller. */
char	*lists_line(const struct lists *l, const struct pick *p);

void	lists_fini(struct lists *l);

#endif
