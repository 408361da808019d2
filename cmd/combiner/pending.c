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
	struct entry *chain;		/* next one of its minute */
	struct entry *next, *prev;	/* SST files in order of arrival */
	struct minute minute;
	uint64_t serial;
	bool sst;
	char path[];
};

struct pending {
	struct set minutes;		/* of platforms: index + 1 in chain */
	struct entry **chain;		/* the files of each of them */
	size_t nchains, cap, nsst;
	struct entry *first, *last;
	uint64_t serial;
};

struct pending *
pending_new(struct err *e)
{
	return mem_array(1, sizeof(struct pending), e);
}

void
pending_free(struct pending *p)
{
	struct entry *next;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->nchains; i++)
		for (struct entry *it = p->chain[i]; it != NULL; it = next) {
			next = it->chain;
			free(it);
		}
	free(p->chain);
	set_fini(&p->minutes);
	free(p);
}

static struct minute
minute_of(const struct obpg_name *n)
{
	return (struct minute){ n->ds, n->time / 60 };
}

/* Where the files of its platform and minute begin; NULL when there were none yet. */
static struct entry **
chain_of(const struct pending *p, struct minute m)
{
	uint32_t at = set_get(&p->minutes, &m, sizeof(m));

	return at > 0 ? &p->chain[at - 1] : NULL;
}

static struct entry *
first_of(const struct pending *p, const struct obpg_name *n)
{
	struct entry **chain = chain_of(p, minute_of(n));

	return chain != NULL ? *chain : NULL;
}

int
pending_add(struct pending *p, const char *path, const struct obpg_name *n, struct err *e)
{
	struct minute minute = minute_of(n);
	struct entry *it, **at;
	uint32_t *known;

	for (it = first_of(p, n); it != NULL; it = it->chain)
		if (strcmp(it->path, path) == 0)
			return 0;
	it = mem_array(1, sizeof(*it) + strlen(path) + 1, e);
	if (it == NULL)
		return -1;
	memcpy(it->path, path, strlen(path) + 1);
	it->minute = minute;
	it->sst = n->suite == SUITE_SST;
	it->serial = p->serial++;
	known = set_at(&p->minutes, &minute, sizeof(minute));
	if (*known == 0) {
		xgrow(&p->chain, &p->cap, p->nchains + 1, sizeof(struct entry *));
		p->chain[p->nchains++] = NULL;
		*known = (uint32_t)p->nchains;
	}
	at = &p->chain[*known - 1];
	it->chain = *at;
	*at = it;
	if (!it->sst)
		return 0;
	it->prev = p->last;
	*(p->last != NULL ? &p->last->next : &p->first) = it;
	p->last = it;
	p->nsst++;
	return 0;
}

size_t
pending_size(const struct pending *p)
{
	return p->nsst;
}

uint64_t
pending_mark(const struct pending *p)
{
	return p->serial;
}

/* Unlink it and give its path away, in the memory of the entry: taking cannot fail. */
static char *
take(struct pending *p, struct entry *it)
{
	struct entry **at = chain_of(p, it->minute);
	char *path = (char *)it;
	size_t n = strlen(it->path) + 1;

	while (*at != it)
		at = &(*at)->chain;
	*at = it->chain;
	*(it->prev != NULL ? &it->prev->next : &p->first) = it->next;
	*(it->next != NULL ? &it->next->prev : &p->last) = it->prev;
	p->nsst--;
	memmove(path, it->path, n);
	return path;
}

char *
pending_take(struct pending *p, const struct obpg_name *like, uint64_t mark)
{
	struct entry *it, *oldest = NULL;

	if (like == NULL) {
		it = p->first;
		return it != NULL && it->serial < mark ? take(p, it) : NULL;
	}
	for (it = first_of(p, like); it != NULL; it = it->chain)
		if (it->sst && it->serial < mark && (oldest == NULL || it->serial < oldest->serial))
			oldest = it;
	return oldest != NULL ? take(p, oldest) : NULL;
}

const char *
pending_listed(const struct pending *p, const struct obpg_name *n, const char *base)
{
	for (struct entry *it = first_of(p, n); it != NULL; it = it->chain)
		if (!it->sst && strcmp(str_base(it->path), base) == 0)
			return it->path;
	return NULL;
}
