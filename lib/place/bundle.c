/* bundle - files that leave the tree as zip archives */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/bundle.h"

#define MEMBERS_MAX 20000		/* of an archive; the library keeps their names in memory */
#define PIECE 65536
#define FD_DIR "/proc/self/fd/"		/* for functions that want names: no link lies on the way */
#define FD_PATH_SIZE 160

/* e of a file in b->dir, with the name of the directory instead of the descriptor's. */
static int
retell(const struct bundle *b, struct err *e)
{
	const char *slash = str_starts(e->msg, FD_DIR) ? strchr(e->msg + strlen(FD_DIR), '/') : NULL;
	char *text = xstrdup(slash != NULL ? slash + 1 : e->msg);

	err_set(e, e->code, "%s/archive/%s/%s", b->root_name, b->component, text);
	free(text);
	return -1;
}

static void
drop_zip(struct bundle *b)
{
	if (b->zip != NULL)
		(void)archive_write_free(b->zip);
	newfile_close(&b->file);
	b->zip = NULL;
	b->members = 0;
}

static int
zip_failed(struct bundle *b, struct err *e)
{
	err_set(e, E_ENV, ".%s.zip.part: %s", b->entry, strerror(archive_errno(b->zip)));
	drop_zip(b);
	return retell(b, e);
}

void
bundle_close(struct bundle *b)
{
	drop_zip(b);
	if (b->dir >= 0)
		(void)close(b->dir);
	b->dir = -1;
}

/* ---- a complete archive ---- */

/* The year is that of the stamp, which ends the name but for a number. */
static char *
key_of(const struct bundle *b, const char *name)
{
	int64_t time = b->now;

	(void)clock_parse_stamp(name + strlen(b->entry) + 1, &time);
	return xfmt("archive/%s/%04d/%s", b->component, clock_civil(time).year, name);
}

/* 1 when the store has the object with this MD5, 0 when not, -1. */
static int
is_stored(struct store *s, const char *key, const char *md5, struct err *e)
{
	struct store_object obj;
	int rc = store_head(s, key, &obj, e);

	return rc <= 0 ? rc : strcmp(obj.md5, md5) == 0;
}

static int
store_archive(struct bundle *b, const char *key, int fd, struct err *e)
{
	char md5[DIGEST_HEX_SIZE], path[FD_PATH_SIZE];
	int rc;

	xsnprintf(path, sizeof(path), FD_DIR "%d", fd);
	if (digest_fd(DIGEST_MD5, fd, key, md5, e) < 0)
		return -1;
	rc = is_stored(b->store, key, md5, e);
	if (rc == 0 && store_put(b->store, key, path, md5, NULL, NULL, e) < 0)
		rc = -1;
	if (rc == 0 && (rc = is_stored(b->store, key, md5, e)) == 0)
		return err_set(e, E_RETRY, "%s: was stored, and is not there", key);
	return rc < 0 ? -1 : 0;
}

/* Whether the member being read and the file are the same, byte for byte. */
static bool
is_same(struct archive *zip, int fd)
{
	char in_zip[PIECE], in_file[PIECE];
	ssize_t n;

	do {
		n = archive_read_data(zip, in_zip, sizeof(in_zip));
		if (n < 0 || read(fd, in_file, n > 0 ? (size_t)n : 1) != n || memcmp(in_zip, in_file, (size_t)n) != 0)
			return false;
	} while (n > 0);
	return true;
}

static void
remove_member(struct bundle *b, struct archive *zip, const char *path, const char *url)
{
	const char *name = str_base(path);
	char *above = xfmt("%.*s", (int)(name - path - (name > path)), path);
	int dir = file_open_below(b->root, above, O_RDONLY | O_DIRECTORY);
	int fd = dir < 0 ? -1 : file_open_below(dir, name, O_RDONLY | O_NONBLOCK);
	struct stat st = {0};
	struct err e = {0};

	free(above);
	if (fd < 0 || fstat(fd, &st) < 0)
		err_sys(&e, "cannot be read");
	else if (!S_ISREG(st.st_mode) || !is_same(zip, fd))
		err_set(&e, E_DATA, "has changed since it was archived");
	else if (unlinkat(dir, name, 0) < 0)
		err_sys(&e, "cannot be removed");
	if (e.code != E_MISSING)	/* removed before, or meanwhile */
		b->member(b->ctx, path, &st, url, e.code != E_NONE ? &e : NULL);
	if (fd >= 0)
		(void)close(fd);
	if (dir >= 0)
		(void)close(dir);
}

static int
remove_members(struct bundle *b, int fd, const char *url, struct err *e)
{
	struct archive *zip = archive_read_new();
	struct archive_entry *entry;
	int rc;

	(void)archive_read_support_format_zip(zip);
	rc = lseek(fd, 0, SEEK_SET) < 0 ? ARCHIVE_FATAL : archive_read_open_fd(zip, fd, PIECE);
	while (rc == ARCHIVE_OK && (rc = archive_read_next_header(zip, &entry)) == ARCHIVE_OK)
		remove_member(b, zip, archive_entry_pathname(entry), url);
	if (rc != ARCHIVE_EOF)
		err_set(e, E_DATA, "%s: %s", url, archive_error_string(zip));
	(void)archive_read_free(zip);
	return rc == ARCHIVE_EOF ? 0 : -1;
}

/* Store the archive of this name, remove its members and itself. */
static int
finish(struct bundle *b, const char *name, struct err *e)
{
	char *key = key_of(b, name), *url = store_url(b->store, key, e),
	    *path = xfmt("archive/%s/%s", b->component, name);
	int ret = -1, fd = file_open_below(b->dir, name, O_RDONLY | O_NONBLOCK);

	if (fd < 0) {
		ret = errno == ENOENT ? 0 : err_sys(e, "%s/%s", b->root_name, path);
		goto out;
	}
	if (url == NULL || store_archive(b, key, fd, e) < 0)
		goto out;
	b->log(b->ctx, "File uploaded", url);
	if (remove_members(b, fd, url, e) < 0)
		goto out;
	if (unlinkat(b->dir, name, 0) < 0 && errno != ENOENT) {
		err_sys(e, "%s/%s: cannot be removed", b->root_name, path);
		goto out;
	}
	b->log(b->ctx, "File deleted", path);
	ret = 0;
out:
	if (fd >= 0)
		(void)close(fd);
	free(key);
	free(url);
	free(path);
	return ret;
}

/* ---- the archive being written ---- */

int
bundle_open(struct bundle *b, const char *component, const char *entry, struct err *e)
{
	char *dir = xfmt("archive/%s", component);
	int fd = file_open_below(b->root, dir, O_RDONLY | O_DIRECTORY), ret = 0;
	DIR *dp = fd >= 0 ? fdopendir(fd) : NULL;
	size_t n = strlen(entry);
	struct dirent *d;
	int64_t time;

	free(dir);
	b->component = component;
	b->entry = entry;
	b->dir = dp != NULL ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	while (dp != NULL && ret == 0 && (d = readdir(dp)) != NULL)
		if (strncmp(d->d_name, entry, n) == 0 && d->d_name[n] == '_' &&
		    clock_parse_stamp(d->d_name + n + 1, &time) > 0 && str_ends(d->d_name, ".zip"))
			ret = finish(b, d->d_name, e);
	if (dp != NULL)
		(void)closedir(dp);
	return ret;
}

/* The directory is made, the bundle locked, and a new zip file begun. */
static int
begin(struct bundle *b, struct err *e)
{
	char tmp[FD_PATH_SIZE];
	int above = -1;

	if (b->dir < 0) {
		(void)mkdirat(b->root, "archive", 0777);
		above = file_open_below(b->root, "archive", O_RDONLY | O_DIRECTORY);
		if (above >= 0)
			(void)mkdirat(above, b->component, 0777);
		b->dir = above < 0 ? -1 : file_open_below(above, b->component, O_RDONLY | O_DIRECTORY);
		if (b->dir < 0)
			err_sys(e, "%s/archive/%s", b->root_name, b->component);
		if (above >= 0)
			(void)close(above);
		if (b->dir < 0)
			return err_place(e);
	}
	xsnprintf(tmp, sizeof(tmp), FD_DIR "%d/.%s.zip.part", b->dir, b->entry);
	if (newfile_stage(&b->file, tmp, e) < 0 || newfile_write(&b->file, "", 0, e) < 0)
		return retell(b, e);
	b->zip = archive_write_new();
	if (b->zip == NULL || archive_write_set_format_zip(b->zip) != ARCHIVE_OK ||
	    archive_write_open_fd(b->zip, b->file.fd) != ARCHIVE_OK)
		mem_die("a zip file cannot be begun");
	return 0;
}

static int
write_member(struct bundle *b, int fd, const char *path, const struct stat *st, struct err *e)
{
	struct archive_entry *entry = archive_entry_new();
	char piece[PIECE];
	ssize_t n = 1;
	int rc;

	archive_entry_set_pathname(entry, path);
	archive_entry_set_size(entry, st->st_size);
	archive_entry_set_mtime(entry, st->st_mtim.tv_sec, 0);
	archive_entry_set_mode(entry, S_IFREG | (st->st_mode & 0777));
	rc = archive_write_header(b->zip, entry);
	archive_entry_free(entry);
	while (rc >= ARCHIVE_WARN && n > 0) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0)
			return err_sys(e, "cannot be read");	/* what is in the archive then is not the file */
		if (n > 0 && archive_write_data(b->zip, piece, (size_t)n) < 0)
			rc = ARCHIVE_FATAL;
	}
	return rc >= ARCHIVE_WARN ? 0 : zip_failed(b, e);
}

/* Give the archive its name, one that no other has or had, and finish it. */
int
bundle_end(struct bundle *b, struct err *e)
{
	char stamp[CLOCK_STAMP_SIZE], *name = NULL, *path;
	struct store_object obj;
	int rc = 1;

	if (b->members == 0) {
		drop_zip(b);
		return 0;
	}
	clock_stamp(b->now, stamp);
	for (int n = 1; rc > 0; n++) {
		char *key;

		free(name);
		name = n == 1 ? xfmt("%s_%s.zip", b->entry, stamp) : xfmt("%s_%s_%d.zip", b->entry, stamp, n);
		key = key_of(b, name);
		rc = faccessat(b->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? 1 :
		    errno != ENOENT ? err_sys(e, "%s", name) : store_head(b->store, key, &obj, e);
		free(key);
	}
	b->file.path = xfmt(FD_DIR "%d/%s", b->dir, name);
	if (rc == 0 && archive_write_close(b->zip) != ARCHIVE_OK)
		rc = zip_failed(b, e);
	else if (rc == 0 && newfile_commit(&b->file, e) < 0)
		rc = retell(b, e);
	drop_zip(b);
	if (rc == 0) {
		path = xfmt("archive/%s/%s", b->component, name);
		b->log(b->ctx, "Zip created", path);
		free(path);
		rc = finish(b, name, e);
	}
	free(name);
	return rc;
}

int
bundle_add(struct bundle *b, const char *path, struct err *e)
{
	struct stat st;
	int fd, ret = -1;

	if (b->members == MEMBERS_MAX && bundle_end(b, e) < 0)
		return -1;
	if (b->zip == NULL && begin(b, e) < 0)
		return -1;
	fd = file_open_below(b->root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		err_sys(e, "cannot be read");
	else if (!S_ISREG(st.st_mode))
		err_set(e, E_DATA, "not a file any more");
	else
		ret = write_member(b, fd, path, &st, e);
	if (fd >= 0)
		(void)close(fd);
	b->members += ret == 0;
	return ret;
}
