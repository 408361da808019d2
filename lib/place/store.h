#ifndef STORE_H
#define STORE_H

#include <stdint.h>

#include "base/err.h"
#include "place/backend.h"

/*
 * A store keeps objects under keys: files in a directory, or a bucket. Objects appear complete or not at all, and
 * replace what had their key. Keys are relative names with slashes, printable ASCII, at most STORE_KEY_MAX bytes; a
 * component is not empty and does not begin with a dot. An open store may be used by several threads at once.
 */

#define STORE_KEY_MAX 1024
#define STORE_MD5_SIZE 33
#define STORE_TEXT_MAX (64 * 1024)	/* bytes of what is read and swapped */
#define STORE_VERSION_SIZE 128

struct store;

struct store_object {
	uint64_t size;			/* bytes */
	int64_t time;			/* of the last change, UTC seconds since 1970; of store_head only */
	char md5[STORE_MD5_SIZE];	/* of its bytes, lower-case hex; "" when the store does not know it */
};

/* What is kept beside an object where a store can do that; a directory cannot. The MD5 always is. */
struct store_meta {
	const char *name, *value;
};

/* store_open - the store that place names; see place_open. */
struct store	*store_open(const char *place, enum place_mode mode, struct err *e);
void	store_close(struct store *s);

/*
 * store_put - make or replace an object from a local file; store_put_text - from a text
 *
 * md5	what the bytes of the file must have, lower-case hex, or NULL. It is compared with the bytes that are sent;
 *	when they differ the object does not change and the result is E_DATA.
 * meta	ends with a NULL name; may be NULL
 * obj	what was stored; may be NULL
 *
 * Returns 0 when the object is complete and safe, or -1: E_MISSING without such a file, E_RETRY, E_AUTH, E_ENV.
 */
int	store_put(struct store *s, const char *key, const char *path, const char *md5,
	    const struct store_meta *meta, struct store_object *obj, struct err *e);
int	store_put_text(struct store *s, const char *key, const char *text, struct err *e);

/* store_get - an object as an open file, to be read from its beginning; -1 with E_MISSING when there is none. */
int	store_get(struct store *s, const char *key, struct err *e);

/* store_head - 1 and *obj, 0 when there is no such object, or -1. */
int	store_head(struct store *s, const char *key, struct store_object *obj, struct err *e);

/*
 * store_read - a small object as text, and its version, which another content never has
 *
 * text		NUL-terminated, owned by the caller
 * version	opaque; for store_swap. "" when there is no such object
 *
 * Returns 1, 0 when there is no such object, or -1: E_DATA when it is larger than STORE_TEXT_MAX or holds a NUL.
 */
int	store_read(struct store *s, const char *key, char **text, char version[STORE_VERSION_SIZE], struct err *e);

/*
 * store_swap - make or replace an object, provided that its version still is the given one ("": there is none)
 *
 * Of several that swap the same version one succeeds. Returns 1 when the new object is safe; 0 when the object has
 * changed or another process is just about to change it, nothing is done then: read again; or -1 (E_RETRY, E_AUTH,
 * E_ENV).
 */
int	store_swap(struct store *s, const char *key, const char *text, const char *version, struct err *e);

/* store_url - how others name the object: s3://bucket/prefix/key, or file:///directory/key. Owned by the caller. */
char	*store_url(const struct store *s, const char *key, struct err *e);

/* For backends: keys have been checked. Bytes to be put are read from the beginning of the open file fd, which messages
 * call name. */
struct store {
	struct place place;
};

struct store_ops {
	struct place_ops place;
	int (*put)(struct store *s, const char *key, int fd, const char *name, const char *md5,
	    const struct store_meta *meta, struct store_object *obj, struct err *e);
	int (*get)(struct store *s, const char *key, struct err *e);
	int (*head)(struct store *s, const char *key, struct store_object *obj, struct err *e);
	int (*read)(struct store *s, const char *key, char **text, char version[STORE_VERSION_SIZE], struct err *e);
	int (*swap)(struct store *s, const char *key, const char *text, const char *version, struct err *e);
	char *(*url)(const struct store *s, const char *key);
};

extern const struct store_ops store_dir_ops;

#endif
