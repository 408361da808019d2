/* store_dir - a directory as a store */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/newfile.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/store.h"
#include "place/store_lock.h"

static char *
object_path(const struct store *s, const char *key)
{
	return xfmt("%s/%s", s->place.name, key);
}

static int
dir_put(struct store *s, const char *key, int fd, const char *name, const char *md5, const struct store_meta *meta,
    struct store_object *obj, struct err *e)
{
	char *to = object_path(s, key), hex[DIGEST_HEX_SIZE];
	struct newfile f = {0};
	int ret = -1;

	(void)meta;
	if (newfile_open(&f, to, e) < 0 || newfile_copy(&f, fd, name, DIGEST_MD5, hex, &obj->size, e) < 0)
		goto out;
	if (md5 != NULL && strcmp(md5, hex) != 0) {
		err_set(e, E_DATA, "%s: its MD5 is %s, not %s", name, hex, md5);
		goto out;
	}
	xsnprintf(obj->md5, sizeof(obj->md5), "%s", hex);
	ret = newfile_commit(&f, e);
out:
	newfile_close(&f);
	free(to);
	return ret;
}

/* The object's file, or -1 with E_MISSING when there is none. */
static int
dir_get(struct store *s, const char *key, struct err *e)
{
	char *path = object_path(s, key);
	struct err why = {0};
	int fd = file_open(path, &why);

	if (fd < 0 && (why.code == E_MISSING || why.code == E_DATA))	/* what is no file is no object */
		err_set(e, E_MISSING, "%s: no such object", path);
	else if (fd < 0)
		err_set(e, why.code, "%s", why.msg);
	free(path);
	return fd;
}

static int
dir_head(struct store *s, const char *key, struct store_object *obj, struct err *e)
{
	char hex[DIGEST_HEX_SIZE];
	struct err why;
	struct stat st;
	int fd = dir_get(s, key, &why), ret = 1;

	if (fd < 0)
		return why.code == E_MISSING ? 0 : err_set(e, why.code, "%s", why.msg);
	if (digest_fd(DIGEST_MD5, fd, key, hex, e) < 0) {
		ret = -1;
	} else if (fstat(fd, &st) < 0) {
		ret = err_sys(e, "%s", key);
	} else {
		obj->size = (uint64_t)st.st_size;
		obj->time = st.st_mtim.tv_sec;
		xsnprintf(obj->md5, sizeof(obj->md5), "%s", hex);
	}
	(void)close(fd);
	return ret;
}

/* --- compare and swap ------------------------------------------------------------------------------------------- */

static int
dir_read(struct store *s, const char *key, char **text, char version[STORE_VERSION_SIZE], struct err *e)
{
	char *path = object_path(s, key), hex[DIGEST_HEX_SIZE];
	struct err why = {0};
	int fd = dir_get(s, key, &why), ret = 1;

	*text = fd >= 0 ? file_text(fd, path, STORE_TEXT_MAX, &why) : NULL;
	if (fd >= 0)
		(void)close(fd);
	if (*text == NULL) {
		ret = why.code == E_MISSING ? 0 : err_set(e, why.code, "%s", why.msg);
	} else {		/* who has read the same text may replace it */
		digest_text(DIGEST_SHA256, *text, hex);
		xsnprintf(version, STORE_VERSION_SIZE, "%s", hex);
	}
	free(path);
	return ret;
}

/* Under the object's lock. The temporary file is new, so that one who lost the lock cannot be writing into it; and it
 * is made before the object is read, which tells NFS clients to look at the directory. */
static int
replace(struct store *s, const char *key, const char *path, const char *text, const char *version,
    const struct store_lock *lock, struct err *e)
{
	char *tmp = newfile_temp(path), *now = NULL, is[STORE_VERSION_SIZE] = "";
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
	char *path = object_path(s, key);
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

static void
add_encoded(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@";

	for (; *s != '\0'; s++)
		buf_add(b, strchr(plain, *s) != NULL ? "%c" : "%%%02X", (unsigned char)*s);
}

static char *
dir_url(const struct store *s, const char *key)
{
	struct buf b = {0};

	buf_add(&b, "file://");
	add_encoded(&b, s->place.name);
	buf_add(&b, "/");
	add_encoded(&b, key);
	return b.text;
}

const struct store_ops store_dir_ops = {
	.put = dir_put,
	.get = dir_get,
	.head = dir_head,
	.read = dir_read,
	.swap = dir_swap,
	.url = dir_url,
};
