/* pending - granules that wait for companions while a list is read */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "pending.h"

struct entry {
	struct entry *chain;		/* next one of the bucket */
	struct entry *next, *prev;	/* SST files in order of arrival */
	const struct dataset *ds;
	int64_t minute;
	uint64_t serial;
	bool sst;
	char path[];
};

struct pending {
	struct entry **bucket;
	size_t nbuckets, n, nsst;
	struct entry *first, *last;
	uint64_t serial;
};

struct pending *
pending_new(struct err *e)
{
	struct pending *p = mem_array(1, sizeof(*p), e);

	if (p == NULL)
		return NULL;
	p->nbuckets = 64;
	p->bucket = mem_array(p->nbuckets, sizeof(struct entry *), e);
	if (p->bucket == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

void
pending_free(struct pending *p)
{
	struct entry *next;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->nbuckets; i++)
		for (struct entry *it = p->bucket[i]; it != NULL; it = next) {
			next = it->chain;
			free(it);
		}
	free(p->bucket);
	free(p);
}

static struct entry **
bucket_of(const struct pending *p, const struct dataset *ds, int64_t minute)
{
	uint64_t h = (uint64_t)minute * 4 + (unsigned char)ds->letter;

	h *= 0x9e3779b97f4a7c15u;
	return &p->bucket[(h >> 32) % p->nbuckets];
}

static int
grow(struct pending *p, struct err *e)
{
	struct entry **old = p->bucket, **at, *next;
	size_t nold = p->nbuckets;

	if (p->n < nold)
		return 0;
	p->bucket = mem_array(2 * nold, sizeof(struct entry *), e);
	if (p->bucket == NULL) {
		p->bucket = old;
		return -1;
	}
	p->nbuckets *= 2;
	for (size_t i = 0; i < nold; i++)
		for (struct entry *it = old[i]; it != NULL; it = next) {
			next = it->chain;
			at = bucket_of(p, it->ds, it->minute);
			it->chain = *at;
			*at = it;
		}
	free(old);
	return 0;
}

static int64_t
minute_of(const struct obpg_name *n)
{
	return n->time / 60;
}

int
pending_add(struct pending *p, const char *path, const struct obpg_name *n, struct err *e)
{
	struct entry *it, **at;

	for (it = *bucket_of(p, n->ds, minute_of(n)); it != NULL; it = it->chain)
		if (strcmp(it->path, path) == 0)
			return 0;
	if (grow(p, e) < 0)
		return -1;
	it = mem_array(1, sizeof(*it) + strlen(path) + 1, e);
	if (it == NULL)
		return -1;
	memcpy(it->path, path, strlen(path) + 1);
	it->ds = n->ds;
	it->minute = minute_of(n);
	it->sst = n->suite == SUITE_SST;
	it->serial = p->serial++;
	at = bucket_of(p, it->ds, it->minute);
	it->chain = *at;
	*at = it;
	p->n++;
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
	struct entry **at = bucket_of(p, it->ds, it->minute);
	char *path = (char *)it;
	size_t n = strlen(it->path) + 1;

	while (*at != it)
		at = &(*at)->chain;
	*at = it->chain;
	*(it->prev != NULL ? &it->prev->next : &p->first) = it->next;
	*(it->next != NULL ? &it->next->prev : &p->last) = it->prev;
	p->n--;
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
	for (it = *bucket_of(p, like->ds, minute_of(like)); it != NULL; it = it->chain)
		if (it->sst && it->ds == like->ds && it->minute == minute_of(like) && it->serial < mark &&
		    (oldest == NULL || it->serial < oldest->serial))
			oldest = it;
	return oldest != NULL ? take(p, oldest) : NULL;
}

const char *
pending_listed(const struct pending *p, const struct obpg_name *n, const char *base)
{
	for (struct entry *it = *bucket_of(p, n->ds, minute_of(n)); it != NULL; it = it->chain)
		if (!it->sst && it->ds == n->ds && strcmp(str_base(it->path), base) == 0)
			return it->path;
	return NULL;
}
