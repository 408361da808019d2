/* tokenpool - the token pool as programs open it */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "granule/dataset.h"
#include "run/tokenpool.h"

const char *
tokenpool_place(const char *given, const char *root, char dir[LAYOUT_SIZE], struct err *e)
{
	const char *place = given != NULL ? given : getenv("GENERATE_POOL");

	if (place != NULL && *place != '\0')
		return place;
	return layout_dir(root, LAYOUT_TOKENS, NULL, PTYPE_COUNT, 0, dir, e) < 0 ? NULL : dir;
}

int
tokenpool_sizes(const char *what, const char *text, struct tokens_pool sizes[TOKENS_POOLS], struct err *e)
{
	char *copy = xstrdup(text), *rest = copy, *s;
	int n = 0;

	while (n >= 0 && (s = strsep(&rest, ",")) != NULL) {
		char *number = s + strcspn(s, "=");
		size_t digits = *number != '\0' ? strlen(number + 1) : 0;
		const struct dataset *ds;
		bool floating;
		int size;

		if (n == TOKENS_POOLS || digits < 1 || digits > 5 || !str_digits(number + 1, digits)) {
			n = err_set(e, E_USAGE, "%s %s: not POOL=N", what, text);
			break;
		}
		*number = '\0';
		ds = dataset_find(s);
		floating = strcmp(s, TOKENS_FLOATING) == 0;
		size = str_number(number + 1, digits);
		if (ds == NULL && !floating)
			n = err_set(e, E_USAGE, "%s %s: there is no pool %s", what, text, s);
		else if (size > TOKENS_CAPACITY_MAX)
			n = err_set(e, E_USAGE, "%s %s: more than %d", what, text, TOKENS_CAPACITY_MAX);
		else
			sizes[n++] = (struct tokens_pool){ floating ? TOKENS_FLOATING : ds->key, size };
	}
	free(copy);
	return n;
}

struct tokens *
tokenpool_open(const char *place, struct tokens_options *o, enum place_mode mode, struct err *e)
{
	struct tokens_pool pools[TOKENS_POOLS + 1] = {0}, sizes[TOKENS_POOLS];
	const char *text = getenv("GENERATE_TOKENS");
	const struct dataset *ds;
	struct tokens *t;
	size_t n = 0;
	int given = 0;

	for (; (ds = dataset_at(n)) != NULL && n + 1 < TOKENS_POOLS; n++)
		pools[n] = (struct tokens_pool){ ds->key, ds->tokens };
	pools[n++] = (struct tokens_pool){ TOKENS_FLOATING, TOKENS_FLOATING_DEFAULT };
	if (text != NULL && *text != '\0' && (given = tokenpool_sizes("GENERATE_TOKENS", text, sizes, e)) < 0)
		return NULL;
	for (int i = 0; i < given; i++)
		for (size_t k = 0; k < n; k++)
			if (strcmp(pools[k].name, sizes[i].name) == 0)
				pools[k].capacity = sizes[i].capacity;
	o->pools = pools;
	t = tokens_open(place, o, mode, e);
	o->pools = NULL;
	return t;
}
