#ifndef ANNOUNCED_H
#define ANNOUNCED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/newfile.h"

/*
 * The journal of a granule's announcements: .NAME.nc.announced beside NAME.nc, one JSON object a line with the time,
 * the MD5 of the granule, the topic and the object's URL. It says what need not be announced again. While it is open
 * no other process or thread works on the granule.
 */

#define ANNOUNCED_MAX (1024 * 1024)

struct announced {
	struct newfile file;		/* the next contents; its lock is the granule's */
	char *text;			/* the present contents; NULL when there are none */
};

/* announced_open - wait for the granule and read its journal; -1 with E_ENV when its directory cannot be written,
 * E_SIGNAL when interrupted, E_DATA when the journal is not one. */
int	announced_open(struct announced *j, const char *granule, struct err *e);

/* announced_read - the same without waiting and without the lock, to look into it only. */
int	announced_read(struct announced *j, const char *granule, struct err *e);

/* announced_has - whether these bytes were announced there under this URL. */
bool	announced_has(const struct announced *j, const char *md5, const char *topic, const char *url);

/* announced_prepare - put the announcement on disk, but not yet into the journal: from here on only a rename can
 * fail. */
int	announced_prepare(struct announced *j, const char *md5, const char *topic, const char *url, struct err *e);

/* announced_commit - the announcement has been made. */
int	announced_commit(struct announced *j, struct err *e);

void	announced_close(struct announced *j);	/* safe on all-zero and twice */

#endif
