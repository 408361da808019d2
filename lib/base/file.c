/* file - files and directories */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/newfile.h"

#define DIR_MODE 0777			/* the umask of the user decides */
#define LOCK_LOOK 20000000		/* nanoseconds between two looks at a lock */
#define ONLY_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

/* ---- what is there ---- */

static int
not_regular(const char *path, struct err *e)
{
	return err_set(e, E_DATA, "%s: not a regular file", path);
}

int
file_look(const char *path, struct stat *st, struct err *e)
{
	struct stat own = {0};

	st = st != NULL ? st : &own;
	if (stat(path, st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(e, "%s", path);
	return S_ISREG(st->st_mode) ? 1 : not_regular(path, e);
}

int64_t
file_time(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* Whether fd is a regular file; closed and -1 when it is not. */
static int
only_regular(int fd, const char *path, struct err *e)
{
	struct stat st;
	int rc = fstat(fd, &st) < 0 ? err_sys(e, "%s", path) : S_ISREG(st.st_mode) ? fd : not_regular(path, e);

	if (rc < 0)
		(void)close(fd);
	return rc;
}

/* ---- reading and writing ---- */

int
file_open(const char *path, struct err *e)
{
	bool device = str_starts(path, "/dev/");
	int fd = open(path, O_RDONLY | O_CLOEXEC | (device ? 0 : O_NONBLOCK));

	if (fd < 0)
		return errno == ENXIO ? not_regular(path, e) : err_sys(e, "%s", path);
	return device ? fd : only_regular(fd, path, e);
}

/* At the descriptor's own place with at < 0. */
static int
put(int fd, const char *name, const char *data, size_t size, int64_t at, struct err *e)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = at < 0 ? write(fd, data + done, size - done) :
		    pwrite(fd, data + done, size - done, (off_t)at + (off_t)done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			return err_sys(e, "%s", name);
	}
	return 0;
}

int
file_put(int fd, const char *name, const void *data, size_t size, struct err *e)
{
	return put(fd, name, data, size, -1, e);
}

int
file_put_at(int fd, const char *name, const void *data, size_t size, int64_t at, struct err *e)
{
	return put(fd, name, data, size, at, e);
}

int
file_memory(const char *data, size_t size, struct err *e)
{
	int fd = memfd_create("generate", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "memory file");
	if (file_put(fd, "memory file", data, size, e) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

ssize_t
file_fill(int fd, const char *name, void *data, size_t size, struct err *e)
{
	size_t len = 0;
	ssize_t n;

	while (len < size && (n = read(fd, (char *)data + len, size - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s", name);
		len += (size_t)n;
	}
	return (ssize_t)len;
}

char *
file_text(int fd, const char *name, size_t max, struct err *e)
{
	struct buf b = {0};
	ssize_t n = 1;

	while (n > 0 && b.len <= max) {
		xgrow(&b.text, &b.cap, b.len + 4096, 1);
		n = file_fill(fd, name, b.text + b.len, b.cap - b.len - 1, e);
		b.len += n > 0 ? (size_t)n : 0;
	}
	b.text[b.len] = '\0';
	if (n < 0)
		goto fail;
	if (b.len > max)
		err_set(e, E_DATA, "%s: larger than %zu bytes", name, max);
	else if (strlen(b.text) < b.len)
		err_set(e, E_DATA, "%s: not a text", name);
	else
		return b.text;
fail:
	buf_free(&b);
	return NULL;
}

char *
file_read(const char *path, size_t max, struct err *e)
{
	int fd = file_open(path, e);
	char *text = fd >= 0 ? file_text(fd, path, max, e) : NULL;

	if (fd >= 0)
		(void)close(fd);
	return text;
}

/* A reader may take the file away by renaming it while we wait for the lock: then a new one is begun. */
int
file_append(const char *path, const char *line, struct err *e)
{
	char *text;
	off_t end;
	int fd, ret;

	if (file_mkparent(path, e) < 0)
		return -1;
	fd = file_open_locked(path, O_WRONLY | O_APPEND | O_CREAT, FILE_MODE, FILE_WAIT, e);
	if (fd < 0)
		return -1;
	text = xfmt("%s\n", line);
	end = lseek(fd, 0, SEEK_END);
	ret = file_put(fd, path, text, strlen(text), e);
	if (ret < 0 && end >= 0)
		(void)!ftruncate(fd, end);	/* all of the line, or nothing of it */
	free(text);
	if (close(fd) < 0 && ret == 0)
		ret = err_sys(e, "%s", path);
	return ret;
}

/* ---- directories ---- */

static char *
dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? xstrdup(".") : xfmt("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

/* What mkdir has said in errno is fine when the directory is there, also where nothing may be created (a read-only or
 * automounted parent). */
static int
is_dir(const char *dir, struct err *e)
{
	struct stat st;
	int en = errno;

	if (stat(dir, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		errno = en == EEXIST ? ENOTDIR : en;
	} else if (errno == ENOENT) {
		errno = en;
	}
	return err_sys(e, "%s: cannot create directory", dir);
}

static int
make_dir(const char *dir, struct err *e)
{
	return mkdir(dir, DIR_MODE) == 0 ? 0 : is_dir(dir, e);
}

int
file_mkdirs(const char *dir, struct err *e)
{
	char *path;
	int ret = 0;

	if (mkdir(dir, DIR_MODE) == 0)
		return 0;
	if (errno != ENOENT)
		return is_dir(dir, e);
	path = xstrdup(dir);
	for (char *p = path + 1; ret == 0 && *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			ret = make_dir(path, e);
			*p = '/';
		}
	if (ret == 0)
		ret = make_dir(path, e);
	free(path);
	return ret;
}

int
file_mkparent(const char *path, struct err *e)
{
	char *dir = dir_of(path);
	int ret = file_mkdirs(dir, e);

	free(dir);
	return ret;
}

int
file_sync_dir(const char *path, struct err *e)
{
	char *dir = dir_of(path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))	/* EINVAL: a file system without it */
		ret = err_sys(e, "%s: cannot sync directory", dir);
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	return ret;
}

int
file_names(const char *dir, struct strlist *names, struct err *e)
{
	DIR *dp = opendir(dir);
	struct dirent *d;
	struct stat st;
	int ret = 0;

	if (dp == NULL)
		return errno == ENOENT ? 0 : err_sys(e, "%s", dir);
	while ((errno = 0, d = readdir(dp)) != NULL) {
		unsigned char type = d->d_type;

		if (*d->d_name == '.')
			continue;
		if ((type == DT_LNK || type == DT_UNKNOWN) && fstatat(dirfd(dp), d->d_name, &st, 0) == 0)
			type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_UNKNOWN;
		if (type == DT_DIR || type == DT_REG) {
			xgrow(&names->item, &names->cap, names->n + 1, sizeof(*names->item));
			names->item[names->n++] = xfmt("%s%s", d->d_name, type == DT_DIR ? "/" : "");
		}
	}
	if (errno != 0)
		ret = err_sys(e, "%s", dir);
	(void)closedir(dp);
	strlist_sort(names);
	return ret;
}

/* ---- locks ---- */

static atomic_bool without_locks;

bool
file_without_locks(void)
{
	return without_locks;
}

void
file_met_no_locks(void)
{
	without_locks = true;
}

/* Locks of this kind belong to the open file, so libraries that open and close the same file do not drop them. */
int
file_lock(int fd, const char *name, double wait, struct err *e)
{
	const struct timespec look = { .tv_nsec = LOCK_LOOK };
	double until = clock_steady() + wait;
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	while (fcntl(fd, wait < 0 ? F_OFD_SETLKW : F_OFD_SETLK, &fl) < 0) {
		bool taken = errno == EAGAIN || errno == EACCES;

		if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP) {
			without_locks = true;
			return 1;
		}
		if (errno == EINTR || (taken && clock_steady() < until && nanosleep(&look, NULL) < 0))
			return err_set(e, E_SIGNAL, "%s: interrupted", name);
		if (!taken)
			return err_sys(e, "%s: cannot lock", name);
		if (clock_steady() >= until)
			return err_set(e, E_BUSY, "%s: in use by another process", name);
	}
	return 0;
}

bool
file_is(int fd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(name, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

int
file_open_locked(const char *path, int flags, mode_t mode, double wait, struct err *e)
{
	for (;;) {
		int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);

		if (fd < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO))
			return not_regular(path, e);
		if (fd < 0)
			return err_sys(e, flags & O_CREAT ? "%s: cannot create" : "%s", path);
		if (only_regular(fd, path, e) < 0)
			return -1;
		if (file_lock(fd, path, wait, e) < 0) {
			(void)close(fd);
			return -1;
		}
		if (file_is(fd, path))
			return fd;
		(void)close(fd);
	}
}

/* ---- names and times ---- */

/* A moved file keeps its modification time, as one that is renamed does. */
static int
move_by_copy(const char *from, const char *to, struct err *e)
{
	struct newfile f = {0};
	struct stat st;
	int fd = file_open(from, e), ret = -1;

	if (fd >= 0 && fstat(fd, &st) < 0)
		err_sys(e, "%s", from);
	else if (fd >= 0 && newfile_open(&f, to, e) == 0 &&
	    newfile_copy(&f, fd, from, DIGEST_NONE, NULL, NULL, e) == 0 &&
	    file_set_mtime(f.fd, f.tmp, file_time(&st), e) == 0)
		ret = newfile_commit(&f, e);
	newfile_close(&f);
	if (fd >= 0)
		(void)close(fd);
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

int
file_open_below(int dir, const char *path, int flags)
{
	int fd = openat(dir, ".", ONLY_DIR), next, en;

	while (fd >= 0 && *path != '\0') {
		size_t n = strcspn(path, "/");
		char name[NAME_MAX + 1];

		if (n > NAME_MAX) {
			(void)close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		xsnprintf(name, sizeof(name), "%.*s", (int)n, path);
		if (strcmp(name, "..") == 0)
			*name = '\0';		/* no such file */
		path += n + (path[n] == '/');
		next = openat(fd, name, *path != '\0' ? ONLY_DIR : flags | O_NOFOLLOW | O_CLOEXEC);
		en = errno;
		(void)close(fd);
		errno = en;
		fd = next;
	}
	return fd;
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

int
file_below(const char *path, const char *dir, struct err *e)
{
	char *p = realpath(path, NULL), *d = p != NULL ? realpath(dir, NULL) : NULL;
	int below = 0;

	if (d != NULL) {
		size_t n = strlen(d);

		below = strncmp(p, d, n) == 0 && (p[n] == '/' || (n > 0 && d[n - 1] == '/'));
	} else if (errno != ENOENT && errno != ENOTDIR) {
		below = err_sys(e, "%s", p != NULL ? dir : path);
	}
	free(p);
	free(d);
	return below;
}

int
file_quarantine(const char *path, const char *dir, const char *reason, struct err *e)
{
	char *to = xfmt("%s/%s", dir, str_base(path)), *why = xfmt("%s.reason", to), *text = xfmt("%s\n", reason);
	int ret = -1;

	/* The reason first: a file in quarantine always has one. */
	if (file_write(why, text, e) == 0)
		ret = file_move(path, to, e);
	free(to);
	free(why);
	free(text);
	return ret;
}
