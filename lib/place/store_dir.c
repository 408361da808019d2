/* store_dir - a directory as a store */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/store.h"
#include "place/store_lock.h"

static int
dir_open(struct store *s, const char *place, enum place_mode mode, struct err *e)
{
	if (strcmp(place, "-") == 0)
		return err_set(e, E_USAGE, "-: not a store");
	s->base = backend_directory(place, mode, e);
	return s->base == NULL ? -1 : 0;
}

static char *
object_path(const struct store *s, const char *key, struct err *e)
{
	return mem_fmt(e, "%s/%s", s->base, key);
}

static int
copy_object(const char *from, struct newfile *to, const char *md5, struct store_object *obj, struct err *e)
{
	char hex[DIGEST_HEX_SIZE];

	if (newfile_copy(to, from, DIGEST_MD5, hex, &obj->size, e) < 0)
		return -1;
	if (md5 != NULL && strcmp(md5, hex) != 0)
		return err_set(e, E_DATA, "%s: its MD5 is %s, not %s", from, hex, md5);
	return str_fmt(obj->md5, sizeof(obj->md5), e, "%s", hex);
}

static int
dir_put(struct store *s, const char *key, const char *path, const char *md5, const struct store_meta *meta,
    struct store_object *obj, struct err *e)
{
	char *to = object_path(s, key, e);
	struct newfile f = {0};
	int ret = -1;

	(void)meta;
	if (to == NULL || newfile_open(&f, to, e) < 0)
		goto out;
	if (copy_object(path, &f, md5, obj, e) == 0)
		ret = newfile_commit(&f, e);
out:
	newfile_close(&f);
	free(to);
	return ret;
}

/* The object's file, or -1 with E_MISSING when there is none. */
static int
open_object(const struct store *s, const char *key, const char *path, struct stat *st, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return err_sys(e, "%s", path);
	if (fd >= 0 && fstat(fd, st) < 0) {
		err_sys(e, "%s", path);
		(void)close(fd);
		return -1;
	}
	if (fd >= 0 && S_ISREG(st->st_mode))
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return err_set(e, E_MISSING, "%s/%s: no such object", s->base, key);
}

static int
dir_get(struct store *s, const char *key, const char *path, struct err *e)
{
	char *from = object_path(s, key, e);
	struct stat st;
	int fd, ret = -1;

	if (from == NULL)
		return -1;
	fd = open_object(s, key, from, &st, e);
	if (fd >= 0) {
		(void)close(fd);
		ret = file_copy(from, path, e);
	}
	free(from);
	return ret;
}

static int
dir_head(struct store *s, const char *key, struct store_object *obj, struct err *e)
{
	char *path = object_path(s, key, e), hex[DIGEST_HEX_SIZE];
	struct err why;
	struct stat st;
	int fd, ret = -1;

	if (path == NULL)
		return -1;
	fd = open_object(s, key, path, &st, &why);
	if (fd < 0 && why.code == E_MISSING) {
		ret = 0;
	} else if (fd < 0) {
		err_set(e, why.code, "%s", why.msg);
	} else if (digest_fd(DIGEST_MD5, fd, path, hex, e) == 0 &&
	    str_fmt(obj->md5, sizeof(obj->md5), e, "%s", hex) == 0) {
		obj->size = (uint64_t)st.st_size;
		ret = 1;
	}
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return ret;
}

static int
dir_delete(struct store *s, const char *key, struct err *e)
{
	char *path = object_path(s, key, e);
	int ret = -1;

	if (path == NULL)
		return -1;
	if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
		err_sys(e, "%s: cannot remove", path);
	else
		ret = 0;
	free(path);
	return ret;
}

/* --- compare and swap ------------------------------------------------------------------------------------------- */

/* The digest of the contents: who has read the same text may replace it. */
static int
version_of(const char *text, char version[STORE_VERSION_SIZE], struct err *e)
{
	struct digest *d = digest_new(DIGEST_SHA256, e);
	char hex[DIGEST_HEX_SIZE];
	int ret = -1;

	if (d != NULL && digest_update(d, text, strlen(text), e) == 0 && digest_hex(d, hex, e) == 0)
		ret = 0;
	digest_free(d);
	if (ret == 0)
		xsnprintf(version, STORE_VERSION_SIZE, "%s", hex);
	return ret;
}

static int
dir_read(struct store *s, const char *key, char **text, char version[STORE_VERSION_SIZE], struct err *e)
{
	char *path = xfmt("%s/%s", s->base, key);
	struct err why = {0};
	int ret = 1;

	*text = file_read(path, STORE_TEXT_MAX, &why);
	if (*text == NULL)
		ret = why.code == E_MISSING ? 0 : err_set(e, why.code, "%s", why.msg);
	else if (version_of(*text, version, e) < 0)
		ret = -1;
	free(path);
	return ret;
}

/* Under the object's lock. The temporary file is new, so that one who lost the lock cannot be writing into it; and it
 * is made before the object is read, which tells NFS clients to look at the directory. */
static int
replace(struct store *s, const char *key, const char *path, const char *text, const char *version,
    const struct store_lock *lock, struct err *e)
{
	char *tmp = file_temp_name(path, e), *now = NULL, is[STORE_VERSION_SIZE] = "";
	struct newfile f = {0};
	int ret = -1;

	if ((unlink(tmp) < 0 && errno != ENOENT) || newfile_open(&f, path, e) < 0 ||
	    dir_read(s, key, &now, is, e) < 0)
		goto out;
	ret = strcmp(is, version) == 0;
	if (ret == 0)
		goto out;
	if (newfile_write(&f, text, strlen(text), e) < 0 || newfile_sync(&f, e) < 0)
		ret = -1;
	else if (!store_lock_is_held(lock))
		ret = 0;
	else if (newfile_publish(&f, path, e) < 0 || file_sync_dir(path, e) < 0)
		ret = -1;
out:
	newfile_close(&f);
	free(now);
	free(tmp);
	return ret;
}

static int
dir_swap(struct store *s, const char *key, const char *text, const char *version, struct err *e)
{
	char *path = xfmt("%s/%s", s->base, key);
	struct store_lock lock;
	int ret = *version == '\0' ? file_mkparent(path, e) : 0;

	if (ret == 0)
		ret = store_lock_take(&lock, path, e);
	if (ret > 0) {
		ret = replace(s, key, path, text, version, &lock, e);
		store_lock_drop(&lock);
	}
	free(path);
	return ret;
}

/* --- listing ---------------------------------------------------------------------------------------------------- */

struct listing {
	const struct store *s;
	const char *prefix;
	store_each *each;
	void *ctx;
};

/* Whether an object whose key begins with the directory key dir ("a/b/", "" for all) can have the prefix. */
static bool
may_hold(const char *dir, const char *prefix)
{
	size_t n = strlen(dir), m = strlen(prefix);

	return strncmp(dir, prefix, n < m ? n : m) == 0;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The name in a listing: that of a directory has a slash, which also puts its objects in the order of keys. 0 also for
 * what is no object: temporary, special, or removed meanwhile. */
static int
add_name(int dir, const char *name, struct strlist *names, struct err *e)
{
	struct stat st;
	char *text;
	int ret;

	if (*name == '.' || fstatat(dir, name, &st, 0) < 0 || (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)))
		return 0;
	text = mem_fmt(e, "%s%s", name, S_ISDIR(st.st_mode) ? "/" : "");
	ret = text == NULL ? -1 : strlist_add(names, text, e);
	free(text);
	return ret;
}

/* What is in one directory, sorted. */
static int
read_names(const struct store *s, const char *dir, struct strlist *names, struct err *e)
{
	char *path = object_path(s, dir, e);
	struct dirent *d;
	DIR *dp = NULL;
	int ret = -1;

	if (path == NULL)
		return -1;
	dp = opendir(path);
	if (dp == NULL) {
		ret = errno == ENOENT ? 0 : err_sys(e, "%s", path);
		goto out;
	}
	while ((errno = 0, d = readdir(dp)) != NULL)
		if (add_name(dirfd(dp), d->d_name, names, e) < 0)
			goto out;
	if (errno != 0) {
		err_sys(e, "%s", path);
		goto out;
	}
	if (names->n > 0)
		qsort(names->item, names->n, sizeof(*names->item), by_bytes);
	ret = 0;
out:
	if (dp != NULL)
		(void)closedir(dp);
	free(path);
	return ret;
}

static int
list_object(const struct listing *l, const char *key, struct err *e)
{
	char *path;
	struct stat st;
	struct store_entry entry = { .key = key };
	int rc;

	if (!str_starts(key, l->prefix))
		return 0;
	path = object_path(l->s, key, e);
	if (path == NULL)
		return -1;
	rc = stat(path, &st);
	free(path);
	if (rc < 0)
		return 0;		/* deleted meanwhile */
	entry.size = (uint64_t)st.st_size;
	entry.time = st.st_mtim.tv_sec;
	return l->each(l->ctx, &entry, e);
}

static int
list_below(const struct listing *l, const char *dir, struct err *e)
{
	struct strlist names = {0};
	int ret = read_names(l->s, dir, &names, e);

	for (size_t i = 0; ret == 0 && i < names.n; i++) {
		char *key = mem_fmt(e, "%s%s", dir, names.item[i]);

		if (key == NULL)
			ret = -1;
		else if (!str_ends(key, "/"))
			ret = list_object(l, key, e);
		else if (strlen(key) < STORE_KEY_MAX && may_hold(key, l->prefix))
			ret = list_below(l, key, e);
		free(key);
	}
	strlist_free(&names);
	return ret;
}

static int
dir_list(struct store *s, const char *prefix, store_each *each, void *ctx, struct err *e)
{
	const struct listing l = { s, prefix, each, ctx };

	return list_below(&l, "", e);
}

static void
add_encoded(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@";

	for (; *s != '\0'; s++)
		buf_add(b, strchr(plain, *s) != NULL ? "%c" : "%%%02X", (unsigned char)*s);
}

static char *
dir_url(const struct store *s, const char *key, struct err *e)
{
	struct buf b = {0};

	buf_add(&b, "file://");
	add_encoded(&b, s->base);
	buf_add(&b, "/");
	add_encoded(&b, key);
	if (buf_text(&b, e) != NULL)
		return b.text;
	buf_free(&b);
	return NULL;
}

const struct store_ops store_dir_ops = {
	.open = dir_open,
	.put = dir_put,
	.get = dir_get,
	.head = dir_head,
	.list = dir_list,
	.del = dir_delete,
	.read = dir_read,
	.swap = dir_swap,
	.url = dir_url,
};
