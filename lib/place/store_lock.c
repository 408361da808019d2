/* store_lock - the lock of an object in a directory */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/store_lock.h"

#define FLAGS (O_RDWR | O_CLOEXEC | O_NOFOLLOW)

/* Remove a lock file that was left behind. The age is what the file system says: the directory is touched for it. */
static void
remove_old(const struct store_lock *l)
{
	char *dir = xfmt("%.*s", (int)(str_base(l->path) - l->path), l->path);
	struct stat lock, now;

	if (utimensat(AT_FDCWD, dir, NULL, 0) == 0 && stat(dir, &now) == 0 && fstat(l->fd, &lock) == 0 &&
	    now.st_mtim.tv_sec - lock.st_mtim.tv_sec > STORE_LOCK_AGE && file_is(l->fd, l->path))
		(void)unlink(l->path);
	free(dir);
}

/*
 * Only one process makes the file. link(2) could do that too, but would leave a second name behind when its caller is
 * killed, and not every file system has links.
 */
int
store_lock_take(struct store_lock *l, const char *path, struct err *e)
{
	const char *base = str_base(path), *dot = strrchr(base, '.');
	bool made = false;
	struct err why;
	int r;

	*l = (struct store_lock){ .path = xfmt("%.*s.%.*s.lock", (int)(base - path), path,
	    (int)(dot != NULL ? (size_t)(dot - base) : strlen(base)), base) };
	l->fd = open(l->path, FLAGS);
	if (l->fd < 0 && errno == ENOENT) {
		l->fd = open(l->path, FLAGS | O_CREAT | O_EXCL, 0666);
		made = l->fd >= 0;
	}
	if (l->fd < 0) {
		r = errno == EEXIST ? 0 : err_sys(e, "%s", l->path);
		goto out;
	}
	r = file_lock(l->fd, l->path, 0, &why);
	if (r < 0) {
		r = why.code == E_BUSY ? 0 : err_set(e, why.code, "%s", why.msg);
	} else {
		l->is_file = r > 0;
		r = l->is_file ? made : store_lock_is_held(l);
		if (l->is_file && !made)
			remove_old(l);
	}
out:
	if (r <= 0) {
		l->is_file = false;
		store_lock_drop(l);
	}
	return r;
}

bool
store_lock_is_held(const struct store_lock *l)
{
	return file_is(l->fd, l->path);
}

void
store_lock_drop(struct store_lock *l)
{
	if (l->is_file && store_lock_is_held(l))
		(void)unlink(l->path);
	if (l->fd >= 0)
		(void)close(l->fd);
	free(l->path);
	*l = (struct store_lock){ .fd = -1 };
}
