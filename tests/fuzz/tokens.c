/* The document of a token pool: what is read keeps its promises, tokens that are taken and given back leave it as it
 * was, and what cannot be read is not changed. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "place/tokens_doc.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *object;			/* the only one of the store */

static int
read_object(struct store *s, const char *key, char **text, char version[STORE_VERSION_SIZE], struct err *e)
{
	(void)s;
	(void)key;
	(void)e;
	*text = xstrdup(object);
	xsnprintf(version, STORE_VERSION_SIZE, "1");
	return 1;
}

static int
swap_object(struct store *s, const char *key, const char *text, const char *version, struct err *e)
{
	(void)s;
	(void)key;
	(void)version;
	(void)e;
	free(object);
	object = xstrdup(text);
	return 1;
}

/* Tokens that are held, or -1 when it cannot be read. */
static int
held(struct tokens *t)
{
	struct tokens_list l;
	struct err e = {0};
	int n = 0, sum = 0;

	if (tokens_list(t, &l, &e) < 0) {
		assert(e.code == E_USAGE && *e.msg != '\0' && l.nres == 0);
		return -1;
	}
	for (size_t i = 0; i < l.npools; i++) {
		assert(l.pool[i].capacity >= 0 && l.pool[i].free >= 0 && l.pool[i].held >= 0);
		assert(l.pool[i].free == 0 || l.pool[i].free + l.pool[i].held == l.pool[i].capacity);
		sum += l.pool[i].held;
	}
	for (size_t i = 0; i < l.nres; i++) {
		assert(l.res[i].number > 0 && tokens_is_uid(l.res[i].uid) && tokens_age(&l.res[i]) >= 0);
		n += l.res[i].number;
	}
	assert(n == sum);
	tokens_list_free(&l);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char name[] = "pool";
	static const struct store_ops ops = { .read = read_object, .swap = swap_object };
	struct store store = { .place.ops = &ops.place };
	struct tokens t = { .store = &store, .name = name, .o.wait = 1, .npools = 2,
		.pools = { { "aqua", 5 }, { TOKENS_FLOATING, 2 } } };
	struct tokens_request rq = { .pool = "aqua", TOKENS_REQUEST_DEFAULTS };
	struct tokens_returned back;
	struct tokens_grant g;
	struct err e;
	int before, got;

	if (size > STORE_TEXT_MAX)
		return 0;
	free(object);
	object = xfmt("%.*s", (int)size, (const char *)data);
	before = held(&t);
	got = tokens_acquire(&t, &rq, &g, &e);
	if (before < 0) {
		assert(got < 0 && strncmp(object, (const char *)data, strlen(object)) == 0);
		return 0;
	}
	assert(got < 0 || held(&t) == before + (got > 0 ? g.dataset + g.floating : 0));
	if (got > 0) {
		assert(tokens_release(&t, "aqua", g.uid, TOKENS_OF_ALL, &back, &e) == 0);
		assert(back.number[TOKENS_QL] == g.dataset && back.number[TOKENS_FL] == g.floating);
		assert(held(&t) == before);
	}
	return 0;
}
