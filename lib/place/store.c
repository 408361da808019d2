/* store - what all stores have in common */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "place/store.h"

static int
check_key(const char *key, struct err *e)
{
	return backend_check_name("key", key, STORE_KEY_MAX, e);
}

struct store *
store_open(const char *place, enum place_mode mode, struct err *e)
{
	const struct store_ops *ops = backend_find(SEAM_STORE, place, e);
	struct store *s;

	if (ops == NULL)
		return NULL;
	s = mem_array(1, sizeof(*s), e);
	if (s == NULL)
		return NULL;
	s->ops = ops;
	if (ops->open(s, place, mode, e) < 0) {
		store_close(s);
		return NULL;
	}
	return s;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->ops->close != NULL)
		s->ops->close(s);
	free(s->base);
	free(s);
}

int
store_put(struct store *s, const char *key, const char *path, const char *md5, const struct store_meta *meta,
    struct store_object *obj, struct err *e)
{
	struct store_object dummy;

	if (check_key(key, e) < 0)
		return -1;
	return s->ops->put(s, key, path, md5, meta, obj != NULL ? obj : &dummy, e);
}

int
store_get(struct store *s, const char *key, const char *path, struct err *e)
{
	return check_key(key, e) < 0 ? -1 : s->ops->get(s, key, path, e);
}

int
store_head(struct store *s, const char *key, struct store_object *obj, struct err *e)
{
	return check_key(key, e) < 0 ? -1 : s->ops->head(s, key, obj, e);
}

int
store_list(struct store *s, const char *prefix, store_each *each, void *ctx, struct err *e)
{
	return s->ops->list(s, prefix, each, ctx, e);
}

int
store_delete(struct store *s, const char *key, struct err *e)
{
	return check_key(key, e) < 0 ? -1 : s->ops->del(s, key, e);
}

int
store_read(struct store *s, const char *key, char **text, char version[STORE_VERSION_SIZE], struct err *e)
{
	*text = NULL;
	*version = '\0';
	return check_key(key, e) < 0 ? -1 : s->ops->read(s, key, text, version, e);
}

int
store_swap(struct store *s, const char *key, const char *text, const char *version, struct err *e)
{
	if (check_key(key, e) < 0)
		return -1;
	if (strnlen(text, STORE_TEXT_MAX + 1) > STORE_TEXT_MAX)
		return err_set(e, E_DATA, "%s: would be larger than %d bytes", key, STORE_TEXT_MAX);
	return s->ops->swap(s, key, text, version, e);
}

char *
store_url(const struct store *s, const char *key, struct err *e)
{
	return check_key(key, e) < 0 ? NULL : s->ops->url(s, key, e);
}
