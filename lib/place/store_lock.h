#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The lock that makes comparing and replacing an object of a directory one step: a lock of the kernel on .NAME.lock
 * beside it (NAME without its last suffix), which is free as soon as its holder has ended. The file stays.
 *
 * Where the file system has no locks the file itself is the lock: there while it is held. One that was left behind is
 * removed when it is older than STORE_LOCK_AGE seconds, by the file system's own clock. So a holder looks before it
 * makes its change visible whether it still is one.
 */

#define STORE_LOCK_AGE 60

struct store_lock {
	char *path;
	int fd;
	bool is_file;			/* the file system has no locks */
};

/* store_lock_take - 1, 0 when another process has the lock of the object at path, or -1. */
int	store_lock_take(struct store_lock *l, const char *path, struct err *e);

/* store_lock_is_held - whether it still is ours. */
bool	store_lock_is_held(const struct store_lock *l);

void	store_lock_drop(struct store_lock *l);

#endif
