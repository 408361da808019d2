/* Names of granules: what is taken apart gives the same name again, and stays in its directory. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "granule/layout.h"
#include "granule/name.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
obpg(const char *name)
{
	char out[NAME_SIZE], own[NAME_SIZE];
	struct obpg_name n;
	struct err e;

	if (obpg_parse(name, &n, &e) < 0) {
		assert(e.code == E_DATA && strchr(e.msg, '\n') == NULL);
		return;
	}
	assert(n.ds != NULL && strlen(n.stamp) < sizeof(n.stamp));
	assert(obpg_final_name(name, out, &e) == 0 && strchr(out, '/') == NULL);
	obpg_sibling(&n, n.suite, 0, false, own);
	assert(strcmp(own, out) == 0);
	assert(obpg_parse(own, &n, &e) == 0 && !n.nrt);
	for (enum suite s = SUITE_SST; s < SUITE_COUNT; s++) {
		obpg_sibling(&n, s, 59, false, out);
		assert(obpg_parse(out, &n, &e) == 0 && n.suite == s);
	}
}

static void
products(const char *name)
{
	char out[NAME_SIZE];
	struct combined_name c;
	struct l2p_name l;
	struct err e;

	if (combined_parse(name, &c, &e) == 0) {
		combined_format(&c, out);
		assert(strcmp(out, str_base(name)) == 0);
	}
	if (l2p_parse(name, &l, &e) == 0) {
		l2p_format(&l, out);
		assert(strcmp(out, str_base(name)) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = malloc(size + 1), path[LAYOUT_SIZE], final[NAME_SIZE];
	const struct dataset *ds;
	enum ptype t;
	struct err e;

	if (name == NULL)
		return 0;
	memcpy(name, data, size);
	name[size] = '\0';
	obpg(name);
	products(name);
	if (obpg_final_name(name, final, &e) == 0)
		assert(strlen(final) < NAME_SIZE);
	layout_of_dir(name, &ds, &t);
	assert((ds == NULL) == (t == PTYPE_COUNT));
	if (ds != NULL) {
		assert(layout_path("r", LAYOUT_L2P, ds, t, 0, "x", path, &e) == 0);
		layout_of_dir(path, &ds, &t);
		assert(ds != NULL && t < PTYPE_COUNT);
	}
	free(name);
	return 0;
}
