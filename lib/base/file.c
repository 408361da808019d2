/* file - atomic publication and other file operations */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define DIR_MODE 0777			/* the umask of the user decides */
#define FILE_MODE 0666
#define COPY_BLOCK (256 * 1024)

static char *
dir_of(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_str(".", e);
	if (slash == path)
		return mem_str("/", e);
	return mem_fmt(e, "%.*s", (int)(slash - path), path);
}

char *
file_temp_name(const char *path, struct err *e)
{
	const char *base = str_base(path);

	return mem_fmt(e, "%.*s.%s.part", (int)(base - path), path, base);
}

int
file_mkdirs(const char *dir, struct err *e)
{
	char *p, *path;
	int ret = -1;

	if (mkdir(dir, DIR_MODE) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return err_sys(e, "%s: cannot create directory", dir);
	path = mem_str(dir, e);
	if (path == NULL)
		return -1;
	for (p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, DIR_MODE) < 0 && errno != EEXIST) {
			err_sys(e, "%s: cannot create directory", path);
			goto out;
		}
		*p = '/';
	}
	if (mkdir(path, DIR_MODE) < 0 && errno != EEXIST)
		err_sys(e, "%s: cannot create directory", path);
	else
		ret = 0;
out:
	free(path);
	return ret;
}

int
file_mkparent(const char *path, struct err *e)
{
	char *dir = dir_of(path, e);
	int ret;

	if (dir == NULL)
		return -1;
	ret = file_mkdirs(dir, e);
	free(dir);
	return ret;
}

static int
sync_dir_of(const char *path, struct err *e)
{
	char *dir = dir_of(path, e);
	int fd, ret = -1;

	if (dir == NULL)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))	/* EINVAL: a file system without it */
		err_sys(e, "%s: cannot sync directory", dir);
	else
		ret = 0;
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	return ret;
}

/* Lock the whole file; a signal ends the wait. Locks of this kind belong to the open file, so libraries that open
 * and close the same file do not drop them. */
static int
lock_fd(int fd, const char *name, struct err *e)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLKW, &fl) == 0)
		return 0;
	if (errno == EINTR)
		return err_set(e, E_SIGNAL, "%s: interrupted", name);
	return err_sys(e, "%s: cannot lock", name);
}

/* 1 when fd is still what name stands for, 0 when it was renamed or removed meanwhile. */
static int
still_named(int fd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(name, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int
open_locked(const char *tmp, struct err *e)
{
	int fd;

	for (;;) {
		fd = open(tmp, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
		if (fd < 0)
			return err_sys(e, "%s: cannot create", tmp);
		if (lock_fd(fd, tmp, e) < 0) {
			(void)close(fd);
			return -1;
		}
		if (still_named(fd, tmp))
			return fd;
		(void)close(fd);	/* the one before us has finished; begin a new one */
	}
}

int
newfile_open(struct newfile *f, const char *path, struct err *e)
{
	*f = (struct newfile){ .fd = -1 };
	f->path = mem_str(path, e);
	f->tmp = file_temp_name(path, e);
	if (f->path == NULL || f->tmp == NULL || file_mkparent(path, e) < 0)
		goto fail;
	f->fd = open_locked(f->tmp, e);
	if (f->fd < 0)
		goto fail;
	return 0;
fail:
	free(f->path);
	free(f->tmp);
	*f = (struct newfile){ .fd = -1 };
	return -1;
}

int
newfile_commit(struct newfile *f, struct err *e)
{
	if (fsync(f->fd) < 0)
		return err_sys(e, "%s", f->tmp);
	if (rename(f->tmp, f->path) < 0)
		return err_sys(e, "%s", f->path);
	f->committed = true;
	return sync_dir_of(f->path, e);
}

void
newfile_keep(struct newfile *f)
{
	if (f->path == NULL)
		return;
	(void)close(f->fd);		/* also drops the lock; contents were synced by commit */
	free(f->path);
	free(f->tmp);
	*f = (struct newfile){ .fd = -1 };
}

void
newfile_close(struct newfile *f)
{
	if (f->path != NULL && !f->committed)
		(void)unlink(f->tmp);
	newfile_keep(f);
}

static int
write_all(int fd, const char *name, const char *data, size_t size, struct err *e)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s", name);
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

int
file_write(const char *path, const char *text, struct err *e)
{
	struct newfile f;
	int ret = -1;

	if (newfile_open(&f, path, e) < 0)
		return -1;
	if (ftruncate(f.fd, 0) < 0)
		err_sys(e, "%s", f.tmp);
	else if (write_all(f.fd, f.tmp, text, strlen(text), e) == 0)
		ret = newfile_commit(&f, e);
	newfile_close(&f);
	return ret;
}

static ssize_t
read_up_to(int fd, char *dst, size_t max)
{
	size_t len = 0;
	ssize_t n;

	while (len < max && (n = read(fd, dst + len, max - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

char *
file_read(const char *path, size_t max, struct err *e)
{
	char *text = NULL;
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0) {
		err_sys(e, "%s", path);
		goto fail;
	}
	if ((uint64_t)st.st_size > max) {
		err_set(e, E_DATA, "%s: larger than %zu bytes", path, max);
		goto fail;
	}
	text = mem_array((size_t)st.st_size + 1, 1, e);
	if (text == NULL)
		goto fail;
	n = read_up_to(fd, text, (size_t)st.st_size);
	if (n < 0) {
		err_sys(e, "%s", path);
		goto fail;
	}
	if (memchr(text, '\0', (size_t)n) != NULL) {
		err_set(e, E_DATA, "%s: not a text", path);
		goto fail;
	}
	(void)close(fd);
	return text;
fail:
	free(text);
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}

static int
copy_contents(int from, int to, const char *from_name, const char *to_name, struct err *e)
{
	char *block = mem_array(1, COPY_BLOCK, e);
	ssize_t n = 0;
	int ret = -1;

	if (block == NULL)
		return -1;
	while ((n = read_up_to(from, block, COPY_BLOCK)) > 0)
		if (write_all(to, to_name, block, (size_t)n, e) < 0)
			goto out;
	if (n < 0)
		err_sys(e, "%s", from_name);
	else
		ret = 0;
out:
	free(block);
	return ret;
}

int
file_copy(const char *from, const char *path, struct err *e)
{
	struct newfile f;
	int fd = open(from, O_RDONLY | O_CLOEXEC), ret = -1;

	if (fd < 0)
		return err_sys(e, "%s", from);
	if (newfile_open(&f, path, e) < 0) {
		(void)close(fd);
		return -1;
	}
	if (ftruncate(f.fd, 0) < 0)
		err_sys(e, "%s", f.tmp);
	else if (copy_contents(fd, f.fd, from, f.tmp, e) == 0)
		ret = newfile_commit(&f, e);
	newfile_close(&f);
	(void)close(fd);
	return ret;
}

int
file_move(const char *from, const char *to, struct err *e)
{
	if (file_mkparent(to, e) < 0)
		return -1;
	if (rename(from, to) == 0)
		return sync_dir_of(to, e);
	if (errno != EXDEV)
		return err_sys(e, "%s: cannot move to %s", from, to);
	if (file_copy(from, to, e) < 0)
		return -1;
	return file_remove(from, e);
}

int
file_remove(const char *path, struct err *e)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return err_sys(e, "%s: cannot remove", path);
	return 0;
}

int
file_append(const char *path, const char *line, struct err *e)
{
	char *text = NULL;
	int fd, ret = -1;

	if (file_mkparent(path, e) < 0)
		return -1;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return err_sys(e, "%s", path);
	text = mem_fmt(e, "%s\n", line);
	if (text != NULL && lock_fd(fd, path, e) == 0)
		ret = write_all(fd, path, text, strlen(text), e);
	free(text);
	if (close(fd) < 0 && ret == 0)
		ret = err_sys(e, "%s", path);
	return ret;
}

bool
file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

int64_t
file_mtime(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

int
file_set_mtime(int fd, const char *name, int64_t ns, struct err *e)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };
	struct timespec ts[2] = { t, t };

	if (futimens(fd, ts) < 0)
		return err_sys(e, "%s", name);
	return 0;
}

bool
file_below(const char *path, const char *dir)
{
	char *p = realpath(path, NULL), *d = realpath(dir, NULL);
	bool below = false;

	if (p != NULL && d != NULL) {
		size_t n = strlen(d);

		below = strncmp(p, d, n) == 0 && (p[n] == '/' || (n > 0 && d[n - 1] == '/'));
	}
	free(p);
	free(d);
	return below;
}

int
file_quarantine(const char *path, const char *dir, const char *reason, struct err *e)
{
	char *to = mem_fmt(e, "%s/%s", dir, str_base(path));
	char *why = mem_fmt(e, "%s/%s.reason", dir, str_base(path));
	char *text = mem_fmt(e, "%s\n", reason);
	int ret = -1;

	/* The reason first: a file in quarantine always has one. */
	if (to != NULL && why != NULL && text != NULL && file_write(why, text, e) == 0)
		ret = file_move(path, to, e);
	free(to);
	free(why);
	free(text);
	return ret;
}
