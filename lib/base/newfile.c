/* newfile - files that appear under their names when they are complete */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/newfile.h"

#define DAY 86400
#define PRIVATE_MODE 0600
#define COPY_BLOCK (256 * 1024)
#define GROUP 256			/* files of a struct newfiles that are open at once */
#define TOGETHER 16			/* so many are synced by one sync of their file system */

char *
newfile_temp(const char *path)
{
	const char *base = str_base(path);

	return xfmt("%.*s.%s.part", (int)(base - path), path, base);
}

/* Remove what stands under a temporary name and is not a file of its own: a link, or a file that has another name too,
 * is somebody else's. Whether it is gone. */
static bool
make_room(const char *tmp)
{
	struct stat st;

	return lstat(tmp, &st) == 0 && !S_ISDIR(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_nlink > 1) &&
	    unlink(tmp) == 0;
}

/* Open and lock the temporary file. */
static int
open_temp(const char *tmp, mode_t mode, double wait, struct err *e)
{
	struct stat st;
	struct err why;
	int fd = file_open_locked(tmp, O_RDWR | O_CREAT, mode, wait, &why);

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink > 1) {
		(void)close(fd);
		fd = err_set(&why, E_DATA, "%s: has another name", tmp);
	}
	if (fd < 0 && why.code == E_DATA && make_room(tmp))
		fd = file_open_locked(tmp, O_RDWR | O_CREAT, mode, wait, &why);
	return fd < 0 ? err_set(e, why.code, "%s", why.msg) : fd;
}

/* Whether nothing is lost when path becomes a file: no device or pipe, and none of the links to our own descriptors as
 * /dev/stdout. A directory is not replaced. */
static bool
is_replaceable(const char *path)
{
	static const char proc[] = "/proc/";
	char to[sizeof(proc) - 1];
	struct stat st;

	if (*str_base(path) == '\0')
		return false;
	if (lstat(path, &st) < 0)
		return true;
	if (S_ISLNK(st.st_mode))
		return (readlink(path, to, sizeof(to)) < (ssize_t)sizeof(to) || memcmp(to, proc, sizeof(to)) != 0) &&
		    (stat(path, &st) < 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
	return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

static int
open_new(struct newfile *f, const char *path, mode_t mode, struct err *e)
{
	if (!is_replaceable(path)) {
		*f = (struct newfile){ .fd = -1 };
		return err_set(e, E_USAGE, "%s: not the name of a file", *path != '\0' ? path : "''");
	}
	*f = (struct newfile){ .path = xstrdup(path), .tmp = newfile_temp(path), .fd = -1 };
	if (file_mkparent(path, e) == 0)
		f->fd = open_temp(f->tmp, mode, FILE_WAIT, e);
	if (f->fd >= 0)
		return 0;
	newfile_keep(f);
	return err_place(e);
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
	struct err why;

	*f = (struct newfile){ .tmp = xstrdup(tmp) };
	f->fd = open_temp(tmp, FILE_MODE, 0, &why);
	/* The directory is nearly always there already. */
	if (f->fd < 0 && why.code == E_MISSING && file_mkparent(tmp, &why) == 0)
		f->fd = open_temp(tmp, FILE_MODE, 0, &why);
	if (f->fd >= 0)
		return 0;
	newfile_keep(f);
	(void)err_place(&why);
	return err_set(e, why.code, "%s", why.msg);
}

int
newfile_write(struct newfile *f, const void *data, size_t size, struct err *e)
{
	if (ftruncate(f->fd, 0) < 0 || lseek(f->fd, 0, SEEK_SET) < 0)
		return err_sys(e, "%s", f->tmp);
	return file_put(f->fd, f->tmp, data, size, e);
}

int
newfile_copy(struct newfile *f, int from, const char *name, enum digest_alg alg, char hex[DIGEST_HEX_SIZE],
    uint64_t *size, struct err *e)
{
	struct digest *d = hex != NULL ? digest_new(alg) : NULL;
	char *block = xarray(1, COPY_BLOCK);
	int ret = newfile_write(f, "", 0, e);
	uint64_t all = 0;
	ssize_t n = 0;

	while (ret == 0 && (n = file_fill(from, name, block, COPY_BLOCK, e)) > 0) {
		ret = file_put(f->fd, f->tmp, block, (size_t)n, e);
		if (d != NULL)
			digest_update(d, block, (size_t)n);
		all += (uint64_t)n;
	}
	if (d != NULL)
		digest_hex(d, hex);
	if (size != NULL)
		*size = all;
	digest_free(d);
	free(block);
	return n < 0 ? -1 : ret;
}

/* ---- becoming visible ---- */

/* A sync of the file system also waits for what others have written there; few files are synced one by one. */
static void
sync_group(struct newfile f[], size_t n, struct err why[])
{
	dev_t synced = 0;
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		int rc;

		why[i].code = E_NONE;
		if (n < TOGETHER) {
			rc = fsync(f[i].fd);
		} else {
			rc = fstat(f[i].fd, &st);
			if (rc == 0 && (i == 0 || st.st_dev != synced) && (rc = syncfs(f[i].fd)) == 0)
				synced = st.st_dev;
			if (rc == 0)	/* not every kernel says for all that one of them could not be written */
				rc = sync_file_range(f[i].fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE);
		}
		if (rc < 0)
			err_sys(&why[i], "%s", f[i].tmp);
	}
}

static int
rename_one(struct newfile *f, struct err *e)
{
	int rc = rename(f->tmp, f->path);

	if (rc < 0 && errno == ENOENT && file_mkparent(f->path, e) == 0)
		rc = rename(f->tmp, f->path);
	if (rc < 0) {
		err_sys(e, "%s", f->path);
		return err_place(e);
	}
	f->committed = true;
	return 0;
}

int
newfile_sync(const struct newfile *f, struct err *e)
{
	return fsync(f->fd) < 0 ? err_sys(e, "%s", f->tmp) : 0;
}

int
newfile_publish(struct newfile *f, const char *path, struct err *e)
{
	char *copy = xstrdup(path);

	free(f->path);
	f->path = copy;
	return rename_one(f, e);
}

/* Files appear in the order of f; a large group is synced by one sync of its file system, each directory once. why[i]
 * gets the failure of f[i], code E_NONE without one. Returns the number of failures. */
static size_t
commit_group(struct newfile f[], size_t n, struct err why[])
{
	size_t *dirs = xarray(n, sizeof(*dirs)), ndirs = 0, failed = 0;

	sync_group(f, n, why);
	for (size_t i = 0; i < n; i++)
		if (why[i].code == E_NONE)
			(void)rename_one(&f[i], &why[i]);
	for (size_t i = 0; i < n; i++) {
		size_t len = (size_t)(str_base(f[i].path) - f[i].path), k = 0;

		if (why[i].code != E_NONE)
			continue;
		while (k < ndirs && (strncmp(f[dirs[k]].path, f[i].path, len) != 0 ||
		    str_base(f[dirs[k]].path) != f[dirs[k]].path + len))
			k++;
		if (k == ndirs) {
			dirs[ndirs++] = i;
			(void)file_sync_dir(f[i].path, &why[i]);
		} else if (why[dirs[k]].code != E_NONE) {
			why[i] = why[dirs[k]];
		}
	}
	for (size_t i = 0; i < n; i++)
		failed += why[i].code != E_NONE;
	free(dirs);
	return failed;
}

int
newfile_commit(struct newfile *f, struct err *e)
{
	struct err why;

	return commit_group(f, 1, &why) == 0 ? 0 : err_set(e, why.code, "%s", why.msg);
}

void
newfile_keep(struct newfile *f)
{
	if (f->tmp == NULL)
		return;
	if (f->fd >= 0)
		(void)close(f->fd);	/* also drops the lock; contents were synced by commit */
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

/* ---- what was left behind ---- */

/* Whether a temporary file is of a name that no other run will have. */
static bool
is_of_one_run(const char *tmp)
{
	size_t n = strlen(tmp);

	if (*tmp != '.' || !str_ends(tmp, ".part"))
		return false;
	n -= strlen(".part");
	n -= n > 5 && strncmp(tmp + n - 5, ".json", 5) == 0 ? 5 : n > 4 && strncmp(tmp + n - 4, ".txt", 4) == 0 ? 4 : 0;
	return n > UID_SIZE && strspn(tmp + n - (UID_SIZE - 1), "0123456789abcdef") >= UID_SIZE - 1 &&
	    strchr("_-", tmp[n - UID_SIZE]) != NULL;
}

void
newfile_sweep(const char *dir)
{
	DIR *dp = opendir(dir);
	struct dirent *d;

	while (dp != NULL && (d = readdir(dp)) != NULL) {
		struct stat st;
		char *tmp;
		int fd;

		if (!is_of_one_run(d->d_name))
			continue;
		tmp = xfmt("%s/%s", dir, d->d_name);
		fd = file_open_locked(tmp, O_RDWR, 0, 0, NULL);	/* who waits for the lock begins the file anew */
		if (fd >= 0 && (!file_without_locks() ||
		    (fstat(fd, &st) == 0 && clock_expired(st.st_mtim.tv_sec, DAY))))
			(void)unlink(tmp);
		if (fd >= 0)
			(void)close(fd);
		free(tmp);
	}
	if (dp != NULL)
		(void)closedir(dp);
}

/* ---- many ---- */

int
newfiles_commit(struct newfiles *g, struct err *e)
{
	struct err *why = xarray(g->n, sizeof(*why));
	int ret = 0;

	(void)commit_group(g->file, g->n, why);
	for (size_t i = 0; i < g->n; i++) {
		if (g->file[i].committed)
			strlist_push(&g->made, g->file[i].path);
		if (why[i].code != E_NONE && ret == 0)
			ret = err_set(e, why[i].code, "%s", why[i].msg);
		newfile_close(&g->file[i]);
	}
	g->n = 0;
	free(why);
	return ret;
}

int
newfiles_add(struct newfiles *g, const char *path, const char *text, size_t size, struct err *e)
{
	if (g->n == GROUP && newfiles_commit(g, e) < 0)
		return -1;
	xgrow(&g->file, &g->cap, g->n + 1, sizeof(*g->file));
	if (newfile_open(&g->file[g->n], path, e) < 0)
		return -1;
	return newfile_write(&g->file[g->n++], text, size, e);
}

void
newfiles_keep(struct newfiles *g)
{
	strlist_free(&g->made);
}

void
newfiles_close(struct newfiles *g)
{
	for (size_t i = 0; i < g->n; i++)
		newfile_close(&g->file[i]);
	for (size_t i = 0; i < g->made.n; i++)
		(void)file_remove(g->made.item[i], NULL);
	free(g->file);
	strlist_free(&g->made);
	*g = (struct newfiles){0};
}
