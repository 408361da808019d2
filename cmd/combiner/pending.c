/* pending - granules that wait for companions while a list is read */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/set.h"
#include "base/str.h"
#include "pending.h"

/* What the set of minutes is asked for: no padding in it. */
struct minute {
	const struct dataset *ds;
	int64_t minute;
};

struct entry {
	char *path;			/* NULL: taken out */
	bool sst;
	uint32_t before;		/* the entry of the same minute before it, counted from 1; 0: none */
};

struct pending {
	struct set minutes;		/* of platforms: their last entry, counted from 1 */
	struct entry *entry;		/* in order of arrival */
	size_t n, cap, first;	/* before first all SST files are taken out */
};

struct pending *
pending_new(void)
{
	return xarray(1, sizeof(struct pending));
}

void
pending_free(struct pending *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->entry[i].path);
	free(p->entry);
	set_fini(&p->minutes);
	free(p);
}

static uint32_t
last_of(const struct pending *p, const struct obpg_name *n)
{
	const struct minute m = { n->ds, n->time / 60 };

	return set_get(&p->minutes, &m, sizeof(m));
}

void
pending_add(struct pending *p, const char *path, const struct obpg_name *n)
{
	const struct minute m = { n->ds, n->time / 60 };
	uint32_t before = last_of(p, n);

	for (uint32_t i = before; i > 0; i = p->entry[i - 1].before)
		if (p->entry[i - 1].path != NULL && strcmp(p->entry[i - 1].path, path) == 0)
			return;
	xgrow(&p->entry, &p->cap, p->n + 1, sizeof(*p->entry));
	p->entry[p->n++] = (struct entry){ xstrdup(path), n->suite == SUITE_SST, before };
	*set_at(&p->minutes, &m, sizeof(m)) = (uint32_t)p->n;
}

size_t
pending_mark(const struct pending *p)
{
	return p->n;
}

char *
pending_take(struct pending *p, const struct obpg_name *like, size_t mark)
{
	struct entry *it = NULL;
	char *path;

	if (like == NULL) {
		for (; it == NULL && p->first < mark; p->first++)
			if (p->entry[p->first].sst && p->entry[p->first].path != NULL)
				it = &p->entry[p->first];
	} else {
		for (uint32_t i = last_of(p, like); i > 0; i = p->entry[i - 1].before)
			if (i <= mark && p->entry[i - 1].sst && p->entry[i - 1].path != NULL)
				it = &p->entry[i - 1];
	}
	if (it == NULL)
		return NULL;
	path = it->path;
	it->path = NULL;
	return path;
}

const char *
pending_listed(const struct pending *p, const struct obpg_name *n, const char *base)
{
	for (uint32_t i = last_of(p, n); i > 0; i = p->entry[i - 1].before)
		if (!p->entry[i - 1].sst && strcmp(str_base(p->entry[i - 1].path), base) == 0)
			return p->entry[i - 1].path;
	return NULL;
}
