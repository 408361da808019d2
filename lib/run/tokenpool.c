/* tokenpool - the token pool as programs open it */

#include <stdlib.h>

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

struct tokens *
tokenpool_open(const char *place, struct tokens_options *o, enum place_mode mode, struct err *e)
{
	struct tokens_pool pools[TOKENS_POOLS + 1] = {0};
	const struct dataset *ds;
	struct tokens *t;
	size_t n = 0;

	for (; (ds = dataset_at(n)) != NULL && n + 1 < TOKENS_POOLS; n++)
		pools[n] = (struct tokens_pool){ ds->key, ds->tokens };
	pools[n] = (struct tokens_pool){ TOKENS_FLOATING, TOKENS_FLOATING_DEFAULT };
	o->pools = pools;
	o->capacities = getenv("GENERATE_TOKENS");
	t = tokens_open(place, o, mode, e);
	o->pools = NULL;
	return t;
}
