/* store - what all stores have in common */

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "place/store.h"

struct store *
store_open(const char *place, enum place_mode mode, struct err *e)
{
	return (struct store *)place_open(SEAM_STORE, place, mode, e);
}

void
store_close(struct store *s)
{
	place_close((struct place *)s);
}

static const struct store_ops *
ops(const struct store *s)
{
	return (const struct store_ops *)s->place.ops;
}

static int
check_key(const char *key, struct err *e)
{
	return backend_check_name("key", key, STORE_KEY_MAX, e);
}

int
store_put(struct store *s, const char *key, const char *path, const char *md5, const struct store_meta *meta,
    struct store_object *obj, struct err *e)
{
	struct store_object dummy;
	int fd, ret;

	if (check_key(key, e) < 0 || (fd = file_open(path, e)) < 0)
		return -1;
	ret = ops(s)->put(s, key, fd, path, md5, meta, obj != NULL ? obj : &dummy, e);
	(void)close(fd);
	return ret;
}

int
store_put_text(struct store *s, const char *key, const char *text, struct err *e)
{
	struct store_object obj;
	int fd, ret;

	if (check_key(key, e) < 0 || (fd = file_memory(text, strlen(text), e)) < 0)
		return -1;
	ret = ops(s)->put(s, key, fd, key, NULL, NULL, &obj, e);
	(void)close(fd);
	return ret;
}

int
store_get(struct store *s, const char *key, struct err *e)
{
	return check_key(key, e) < 0 ? -1 : ops(s)->get(s, key, e);
}

int
store_head(struct store *s, const char *key, struct store_object *obj, struct err *e)
{
	return check_key(key, e) < 0 ? -1 : ops(s)->head(s, key, obj, e);
}

int
store_read(struct store *s, const char *key, char **text, char version[STORE_VERSION_SIZE], struct err *e)
{
	*text = NULL;
	*version = '\0';
	return check_key(key, e) < 0 ? -1 : ops(s)->read(s, key, text, version, e);
}

int
store_swap(struct store *s, const char *key, const char *text, const char *version, struct err *e)
{
	if (check_key(key, e) < 0)
		return -1;
	if (strnlen(text, STORE_TEXT_MAX + 1) > STORE_TEXT_MAX)
		return err_set(e, E_DATA, "%s: would be larger than %d bytes", key, STORE_TEXT_MAX);
	return ops(s)->swap(s, key, text, version, e);
}

char *
store_url(const struct store *s, const char *key, struct err *e)
{
	return check_key(key, e) < 0 ? NULL : ops(s)->url(s, key);
}
