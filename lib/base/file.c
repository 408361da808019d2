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
#define PRIVATE_MODE 0600
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

/* mkdir; fine when the directory is there, also where nothing may be created (a read-only or automounted parent). */
static int
make_dir(const char *dir, struct err *e)
{
	struct stat st;
	int en;

	if (mkdir(dir, DIR_MODE) == 0)
		return 0;
	en = errno;
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	errno = en == EEXIST ? ENOTDIR : en;
	return err_sys(e, "%s: cannot create directory", dir);
}

int
file_mkdirs(const char *dir, struct err *e)
{
	char *p, *path;
	int ret = -1;

	if (mkdir(dir, DIR_MODE) == 0)
		return 0;
	if (errno != ENOENT)
		return make_dir(dir, e);
	path = mem_str(dir, e);
	if (path == NULL)
		return -1;
	for (p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (make_dir(path, e) < 0)
			goto out;
		*p = '/';
	}
	ret = make_dir(path, e);
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

int
file_sync_dir(const char *path, struct err *e)
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

/* Locks of this kind belong to the open file, so libraries that open and close the same file do not drop them. */
int
file_lock(int fd, const char *name, bool wait, struct err *e)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &fl) == 0)
		return 0;
	if (errno == EINTR)
		return err_set(e, E_SIGNAL, "%s: interrupted", name);
	if (!wait && (errno == EAGAIN || errno == EACCES))
		return err_set(e, E_BUSY, "%s: in use by another process", name);
	if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP)
		return 1;
	return err_sys(e, "%s: cannot lock", name);
}

bool
file_is(int fd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(name, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int
open_locked(const char *tmp, bool wait, mode_t mode, struct err *e)
{
	int fd;

	for (;;) {
		fd = open(tmp, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
		if (fd < 0)
			return err_sys(e, "%s: cannot create", tmp);
		if (file_lock(fd, tmp, wait, e) < 0) {
			(void)close(fd);
			return -1;
		}
		if (file_is(fd, tmp))
			return fd;
		(void)close(fd);	/* the one before us has finished; begin a new one */
	}
}

static int
open_new(struct newfile *f, const char *path, mode_t mode, struct err *e)
{
	*f = (struct newfile){ .fd = -1 };
	f->path = mem_str(path, e);
	f->tmp = file_temp_name(path, e);
	if (f->path == NULL || f->tmp == NULL || file_mkparent(path, e) < 0)
		goto fail;
	f->fd = open_locked(f->tmp, true, mode, e);
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
newfile_open(struct newfile *f, const char *path, struct err *e)
{
	return open_new(f, path, FILE_MODE, e);
}

int
newfile_open_private(struct newfile *f, const char *path, struct err *e)
{
	if (open_new(f, path, PRIVATE_MODE, e) < 0)
		return -1;
	if (fchmod(f->fd, PRIVATE_MODE) == 0)	/* what an earlier run left may be of others' making */
		return 0;
	err_sys(e, "%s", f->tmp);
	newfile_close(f);
	return -1;
}

int
newfile_stage(struct newfile *f, const char *tmp, struct err *e)
{
	struct err own = {0};

	e = e != NULL ? e : &own;
	*f = (struct newfile){ .fd = -1 };
	f->tmp = mem_str(tmp, e);
	if (f->tmp != NULL)
		f->fd = open_locked(tmp, false, FILE_MODE, e);
	/* The directory is nearly always there already. */
	if (f->tmp != NULL && f->fd < 0 && e->code == E_MISSING && file_mkparent(tmp, e) == 0)
		f->fd = open_locked(tmp, false, FILE_MODE, e);
	if (f->fd >= 0)
		return 0;
	free(f->tmp);
	*f = (struct newfile){ .fd = -1 };
	return -1;
}

int
newfile_sync(const struct newfile *f, struct err *e)
{
	return fsync(f->fd) < 0 ? err_sys(e, "%s", f->tmp) : 0;
}

static int
rename_to_path(struct newfile *f, struct err *e)
{
	if (rename(f->tmp, f->path) < 0)
		return err_sys(e, "%s", f->path);
	f->committed = true;
	return 0;
}

int
newfile_publish(struct newfile *f, const char *path, struct err *e)
{
	struct err own = {0};

	e = e != NULL ? e : &own;
	free(f->path);
	f->path = mem_str(path, e);
	if (f->path == NULL)
		return -1;
	if (rename_to_path(f, e) == 0)
		return 0;
	if (e->code != E_MISSING || file_mkparent(path, e) < 0)
		return -1;
	return rename_to_path(f, e);
}

int
newfile_commit(struct newfile *f, struct err *e)
{
	if (newfile_sync(f, e) < 0 || rename_to_path(f, e) < 0)
		return -1;
	return file_sync_dir(f->path, e);
}

void
newfile_keep(struct newfile *f)
{
	if (f->tmp == NULL)
		return;
	(void)close(f->fd);		/* also drops the lock; contents were synced by commit */
	free(f->path);
	free(f->tmp);
	*f = (struct newfile){ .fd = -1 };
}

void
newfile_close(struct newfile *f)
{
	if (f->tmp != NULL && !f->committed)
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
newfile_write(struct newfile *f, const void *data, size_t size, struct err *e)
{
	if (ftruncate(f->fd, 0) < 0 || lseek(f->fd, 0, SEEK_SET) < 0)
		return err_sys(e, "%s", f->tmp);
	return write_all(f->fd, f->tmp, data, size, e);
}

int
file_write(const char *path, const char *text, struct err *e)
{
	struct newfile f;
	int ret = -1;

	if (newfile_open(&f, path, e) < 0)
		return -1;
	if (newfile_write(&f, text, strlen(text), e) == 0)
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
copy_contents(int from, const char *from_name, struct newfile *f, struct digest *d, uint64_t *size, struct err *e)
{
	char *block = mem_array(1, COPY_BLOCK, e);
	ssize_t n = 0;
	int ret = -1;

	*size = 0;
	if (block == NULL || newfile_write(f, "", 0, e) < 0)
		goto out;
	while ((n = read_up_to(from, block, COPY_BLOCK)) > 0) {
		if (write_all(f->fd, f->tmp, block, (size_t)n, e) < 0 ||
		    (d != NULL && digest_update(d, block, (size_t)n, e) < 0))
			goto out;
		*size += (uint64_t)n;
	}
	if (n < 0)
		err_sys(e, "%s", from_name);
	else
		ret = 0;
out:
	free(block);
	return ret;
}

int
newfile_copy(struct newfile *f, const char *from, enum digest_alg alg, char hex[DIGEST_HEX_SIZE], uint64_t *size,
    struct err *e)
{
	struct digest *d = NULL;
	uint64_t n;
	int fd = open(from, O_RDONLY | O_CLOEXEC), ret = -1;

	if (fd < 0)
		return err_sys(e, "%s", from);
	if (hex != NULL && (d = digest_new(alg, e)) == NULL)
		goto out;
	if (copy_contents(fd, from, f, d, &n, e) < 0 || (hex != NULL && digest_hex(d, hex, e) < 0))
		goto out;
	if (size != NULL)
		*size = n;
	ret = 0;
out:
	digest_free(d);
	(void)close(fd);
	return ret;
}

int
file_copy(const char *from, const char *path, struct err *e)
{
	struct newfile f;
	int ret = -1;

	if (newfile_open(&f, path, e) < 0)
		return -1;
	if (newfile_copy(&f, from, DIGEST_NONE, NULL, NULL, e) == 0)
		ret = newfile_commit(&f, e);
	newfile_close(&f);
	return ret;
}

/* A moved file keeps its modification time, as one that is renamed does. */
static int
move_by_copy(const char *from, const char *to, struct err *e)
{
	int64_t mtime = file_mtime(from);
	struct newfile f;
	int ret = -1;

	if (newfile_open(&f, to, e) < 0)
		return -1;
	if (newfile_copy(&f, from, DIGEST_NONE, NULL, NULL, e) == 0 &&
	    (mtime < 0 || file_set_mtime(f.fd, f.tmp, mtime, e) == 0))
		ret = newfile_commit(&f, e);
	newfile_close(&f);
	return ret;
}

int
file_move(const char *from, const char *to, struct err *e)
{
	if (file_mkparent(to, e) < 0)
		return -1;
	if (rename(from, to) == 0)
		return file_sync_dir(to, e);
	if (errno != EXDEV)
		return err_sys(e, "%s: cannot move to %s", from, to);
	if (move_by_copy(from, to, e) < 0)
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

/* Under the lock: all of text at the end of the file, or nothing of it. */
static int
append_all(int fd, const char *path, const char *text, struct err *e)
{
	off_t end = lseek(fd, 0, SEEK_END);

	if (write_all(fd, path, text, strlen(text), e) == 0)
		return 0;
	if (end >= 0)
		(void)!ftruncate(fd, end);
	return -1;
}

/* Locked. A reader may take the list away by renaming it while we wait for the lock: then begin a new one. */
static int
open_to_append(const char *path, struct err *e)
{
	int fd;

	for (;;) {
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
		if (fd < 0)
			return err_sys(e, "%s", path);
		if (file_lock(fd, path, true, e) < 0) {
			(void)close(fd);
			return -1;
		}
		if (file_is(fd, path))
			return fd;
		(void)close(fd);
	}
}

int
file_append(const char *path, const char *line, struct err *e)
{
	char *text = NULL;
	int fd, ret = -1;

	if (file_mkparent(path, e) < 0)
		return -1;
	fd = open_to_append(path, e);
	if (fd < 0)
		return -1;
	text = mem_fmt(e, "%s\n", line);
	if (text != NULL)
		ret = append_all(fd, path, text, e);
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
