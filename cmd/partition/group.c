/* group - which files belong to one granule */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "group.h"

/*
 * A line's sort key: refined 1 bit, ~time 32 bits, suite 2 bits, index 29 bits. Sorting brings the types apart, the
 * newest to the front and what belongs together side by side, in the order of the list where all else is equal.
 */
#define INDEX_BITS 29
#define SUITE_BITS 2
#define INDEX_MASK (((uint64_t)1 << INDEX_BITS) - 1)
#define DIGIT_BITS 12
#define DIGITS (1 << DIGIT_BITS)
#define MINUTE 60

static uint64_t
key_of(const struct line *l, size_t i)
{
	return (uint64_t)!l->nrt << 63 | (uint64_t)(uint32_t)~l->time << (INDEX_BITS + SUITE_BITS) |
	    (uint64_t)l->suite << INDEX_BITS | i;
}

static size_t
index_of(uint64_t key)
{
	return (size_t)(key & INDEX_MASK);
}

/* Type and minute: equal for lines that may belong to one granule. */
static uint64_t
minute_of(const struct lines *l, uint64_t key)
{
	return key >> 63 << 32 | l->line[index_of(key)].time / MINUTE;
}

/* One pass of a radix sort by the 12 bits above shift; stable. */
static void
sort_digit(const uint64_t *from, uint64_t *to, size_t n, unsigned int shift, size_t *at)
{
	size_t sum = 0;

	memset(at, 0, DIGITS * sizeof(*at));
	for (size_t i = 0; i < n; i++)
		at[from[i] >> shift & (DIGITS - 1)]++;
	for (size_t d = 0; d < DIGITS; d++) {
		size_t count = at[d];

		at[d] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/* The keys of all lines, sorted; owned by the caller. The index needs no pass: it ascends already. */
static uint64_t *
sorted_keys(const struct lines *l, struct err *e)
{
	uint64_t *key = mem_array(l->n, sizeof(*key), e), *other = mem_array(l->n, sizeof(*other), e), *t;
	size_t *at = mem_array(DIGITS, sizeof(*at), e);

	if (key == NULL || other == NULL || at == NULL) {
		free(key);
		key = NULL;
		goto out;
	}
	for (size_t i = 0; i < l->n; i++)
		key[i] = key_of(&l->line[i], i);
	for (unsigned int shift = INDEX_BITS; shift < 64; shift += DIGIT_BITS) {
		sort_digit(key, other, l->n, shift, at);
		t = key;
		key = other;
		other = t;
	}
out:
	free(other);
	free(at);
	return key;
}

static int
add_granule(struct granules *gs, const struct granule *g, struct err *e)
{
	if (mem_grow(&gs->g, &gs->cap, gs->n + 1, sizeof(*gs->g), e) < 0)
		return -1;
	gs->g[gs->n++] = *g;
	return 0;
}

static int
add_unmatched(struct groups *gr, size_t i, struct err *e)
{
	if (mem_grow(&gr->unmatched, &gr->cap, gr->nunmatched + 1, sizeof(*gr->unmatched), e) < 0)
		return -1;
	gr->unmatched[gr->nunmatched++] = (uint32_t)i;
	return 0;
}

/* Of lines of one file only the last is kept; returns their new number. */
static size_t
drop_repeated(const struct lines *l, struct groups *gr, uint64_t *key, size_t n, group_replaced *replaced, void *ctx)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t next = i + 1 < n ? index_of(key[i + 1]) : 0;

		if (i + 1 == n || key[i] >> INDEX_BITS != key[i + 1] >> INDEX_BITS) {
			key[kept++] = key[i];
			continue;
		}
		gr->repeated++;
		if (replaced != NULL && !lines_same_sum(l, index_of(key[i]), next))
			replaced(ctx, l, index_of(key[i]), next);
	}
	return kept;
}

/* The companion of an SST file among the n lines of its minute: equal seconds, else (ocean colour) the one listed
 * first. At most 60 * 3 lines share a minute. */
static uint32_t
companion(const struct lines *l, const uint64_t *key, size_t n, uint32_t time, enum suite suite)
{
	size_t best = GROUP_NONE;

	for (size_t i = 0; i < n; i++) {
		size_t k = index_of(key[i]);

		if (l->line[k].suite != suite)
			continue;
		if (l->line[k].time == time)
			return (uint32_t)k;
		if (suite == SUITE_OC && k < best)
			best = k;
	}
	return (uint32_t)best;
}

/* The lines of one type and minute: granules, and companions that belong to none of them. */
static int
group_minute(const struct lines *l, struct groups *gr, const uint64_t *key, size_t n, struct err *e)
{
	struct granules *gs = &gr->type[key[0] >> 63 != 0 ? PTYPE_REFINED : PTYPE_QUICKLOOK];
	size_t first = gs->n;

	for (size_t i = 0; i < n; i++) {
		size_t k = index_of(key[i]);
		struct granule g = { l->line[k].time, (uint32_t)k, GROUP_NONE, GROUP_NONE };

		if (l->line[k].suite != SUITE_SST)
			continue;
		g.night = companion(l, key, n, g.time, SUITE_NIGHT);
		if (l->ds->instrument->day_needs_oc)
			g.oc = companion(l, key, n, g.time, SUITE_OC);
		if (add_granule(gs, &g, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < n; i++) {
		size_t k = index_of(key[i]), j = first;

		while (j < gs->n && gs->g[j].sst != k && gs->g[j].night != k && gs->g[j].oc != k)
			j++;
		if (j == gs->n && add_unmatched(gr, k, e) < 0)
			return -1;
	}
	return 0;
}

/* --- the order of lines from several places --------------------------------------------------------------------- */

/* rank[d] of directory d is higher when its lines come first: lines go by descending text. */
struct dir_order {
	const char *dir;
	size_t index;
};

static int
by_dir(const void *a, const void *b)
{
	return strcmp(((const struct dir_order *)a)->dir, ((const struct dir_order *)b)->dir);
}

static uint32_t *
dir_ranks(const struct lines *l, struct err *e)
{
	struct dir_order *order = mem_array(l->dirs.n, sizeof(*order), e);
	uint32_t *rank = mem_array(l->dirs.n, sizeof(*rank), e);

	if (order == NULL || rank == NULL) {
		free(order);
		free(rank);
		return NULL;
	}
	for (size_t i = 0; i < l->dirs.n; i++)
		order[i] = (struct dir_order){ l->dirs.item[i], i };
	qsort(order, l->dirs.n, sizeof(*order), by_dir);
	for (size_t i = 0; i < l->dirs.n; i++)
		rank[order[i].index] = (uint32_t)i;
	free(order);
	return rank;
}

/* What is sorted by rank: an element and the rank of its directory. */
struct ranked {
	uint32_t rank, index;
};

static int
by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int
order_granules(const struct lines *l, struct granules *gs, const uint32_t *rank, struct err *e)
{
	struct ranked *r = mem_array(gs->n, sizeof(*r), e);
	struct granule *sorted = mem_array(gs->n, sizeof(*sorted), e);

	if (r == NULL || sorted == NULL) {
		free(r);
		free(sorted);
		return -1;
	}
	for (size_t i = 0; i < gs->n; i++)
		r[i] = (struct ranked){ rank[l->line[gs->g[i].sst].dir], (uint32_t)i };
	qsort(r, gs->n, sizeof(*r), by_rank);
	for (size_t i = 0; i < gs->n; i++)
		sorted[i] = gs->g[r[i].index];
	free(r);
	free(gs->g);
	gs->g = sorted;
	gs->cap = gs->n;
	return 0;
}

/* Unmatched lines of both types: descending text is directory, time, suite token, and names with .NRT
 * after those without. */
struct unmatched_order {
	uint32_t rank, time, index;
	const char *suite;
	bool nrt;
};

static int
by_text(const void *a, const void *b)
{
	const struct unmatched_order *x = a, *y = b;
	int c;

	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	c = strcmp(y->suite, x->suite);
	return c != 0 ? c : x->nrt - y->nrt;
}

static int
order_unmatched(const struct lines *l, struct groups *gr, const uint32_t *rank, struct err *e)
{
	struct unmatched_order *o = mem_array(gr->nunmatched, sizeof(*o), e);

	if (o == NULL)
		return -1;
	for (size_t i = 0; i < gr->nunmatched; i++) {
		const struct line *k = &l->line[gr->unmatched[i]];

		o[i] = (struct unmatched_order){ rank[k->dir], k->time, gr->unmatched[i],
			suite_name(l->ds->instrument, (enum suite)k->suite), k->nrt };
	}
	qsort(o, gr->nunmatched, sizeof(*o), by_text);
	for (size_t i = 0; i < gr->nunmatched; i++)
		gr->unmatched[i] = o[i].index;
	free(o);
	return 0;
}

static int
put_in_order(const struct lines *l, struct groups *gr, struct err *e)
{
	uint32_t *rank = dir_ranks(l, e);
	int ret = -1;

	if (rank == NULL)
		return -1;
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		if (l->dirs.n > 1 && order_granules(l, &gr->type[t], rank, e) < 0)
			goto out;
	ret = order_unmatched(l, gr, rank, e);
out:
	free(rank);
	return ret;
}

int
group_lines(const struct lines *l, struct groups *gr, group_replaced *replaced, void *ctx, struct err *e)
{
	uint64_t *key = sorted_keys(l, e);
	size_t n = l->n, i, j;
	int ret = -1;

	if (key == NULL)
		return -1;
	n = drop_repeated(l, gr, key, n, replaced, ctx);
	for (i = 0; i < n; i = j) {
		uint64_t minute = minute_of(l, key[i]);

		for (j = i + 1; j < n && minute_of(l, key[j]) == minute; j++)
			;
		if (group_minute(l, gr, key + i, j - i, e) < 0)
			goto out;
	}
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		gr->type[t].full = gr->type[t].n;
	ret = put_in_order(l, gr, e);
out:
	free(key);
	return ret;
}

/* --- SST files on disk ------------------------------------------------------------------------------------------ */

int
times_add(struct times *ts, uint32_t t, struct err *e)
{
	if (mem_grow(&ts->t, &ts->cap, ts->n + 1, sizeof(*ts->t), e) < 0)
		return -1;
	ts->t[ts->n++] = t;
	return 0;
}

static int
newest_first(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? 1 : *x > *y ? -1 : 0;
}

void
times_sort(struct times *ts)
{
	size_t kept = 0;

	if (ts->n > 0)
		qsort(ts->t, ts->n, sizeof(*ts->t), newest_first);
	for (size_t i = 0; i < ts->n; i++)
		if (kept == 0 || ts->t[kept - 1] != ts->t[i])
			ts->t[kept++] = ts->t[i];
	ts->n = kept;
}

void
times_fini(struct times *ts)
{
	free(ts->t);
	*ts = (struct times){0};
}

/* The first index whose time is not later than t. */
static size_t
lower(const struct times *ts, uint32_t t)
{
	size_t lo = 0, hi = ts->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ts->t[mid] > t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Whether the companion's SST file is there, and its time. */
static bool
find_sst(const struct line *u, const struct times *disk, uint32_t *time)
{
	size_t i = lower(disk, u->time), same;

	*time = u->time;
	if (i < disk->n && disk->t[i] == u->time)
		return true;
	if (u->suite != SUITE_OC)
		return false;
	i = lower(disk, u->time / MINUTE * MINUTE + (MINUTE - 1));
	for (same = 0; i + same < disk->n && disk->t[i + same] / MINUTE == u->time / MINUTE; same++)
		*time = disk->t[i + same];
	return same == 1;
}

/* Granules without a line, in any order while they are being collected. */
static int
by_time(const void *a, const void *b)
{
	const struct granule *x = a, *y = b;

	return x->time < y->time ? 1 : x->time > y->time ? -1 : 0;
}

static void
sort_bare(struct granules *gs)
{
	if (gs->n > gs->full)
		qsort(gs->g + gs->full, gs->n - gs->full, sizeof(*gs->g), by_time);
}

/* Join granules of one SST file: of two companions that want it the one with equal seconds is taken, else the one
 * listed first. The other becomes unmatched again. */
static int
merge_companion(const struct lines *l, struct groups *gr, uint32_t time, uint32_t *have, uint32_t other, struct err *e)
{
	uint32_t loser = other;

	if (other == GROUP_NONE)
		return 0;
	if (*have == GROUP_NONE) {
		*have = other;
		return 0;
	}
	if (l->line[*have].time != time && (l->line[other].time == time || other < *have)) {
		loser = *have;
		*have = other;
	}
	return add_unmatched(gr, loser, e);
}

static int
join_bare(const struct lines *l, struct groups *gr, struct granules *gs, struct err *e)
{
	size_t kept = gs->full;

	for (size_t i = gs->full; i < gs->n; i++) {
		struct granule *last = &gs->g[kept - 1], *g = &gs->g[i];

		if (kept == gs->full || last->time != g->time) {
			gs->g[kept++] = *g;
			continue;
		}
		if (merge_companion(l, gr, last->time, &last->night, g->night, e) < 0 ||
		    merge_companion(l, gr, last->time, &last->oc, g->oc, e) < 0)
			return -1;
	}
	gs->n = kept;
	return 0;
}

int
group_late(const struct lines *l, struct groups *gr, enum ptype t, const struct times *disk, struct err *e)
{
	struct granules *gs = &gr->type[t];
	size_t kept = 0, n = gr->nunmatched;
	uint32_t *rank;
	int ret;

	if (disk->n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct line *u = &l->line[gr->unmatched[i]];
		struct granule g = { 0, GROUP_NONE, GROUP_NONE, GROUP_NONE };

		if (u->nrt != (t == PTYPE_QUICKLOOK) ||
		    (u->suite == SUITE_OC && !l->ds->instrument->day_needs_oc) || !find_sst(u, disk, &g.time)) {
			gr->unmatched[kept++] = gr->unmatched[i];
			continue;
		}
		*(u->suite == SUITE_OC ? &g.oc : &g.night) = gr->unmatched[i];
		if (add_granule(gs, &g, e) < 0)
			return -1;
	}
	gr->nunmatched = kept;
	sort_bare(gs);
	if (join_bare(l, gr, gs, e) < 0)
		return -1;
	if (gr->nunmatched == kept)
		return 0;
	rank = dir_ranks(l, e);		/* some came back: in order again */
	ret = rank == NULL ? -1 : order_unmatched(l, gr, rank, e);
	free(rank);
	return ret;
}

int
group_waiting(struct groups *gr, enum ptype t, const struct times *waiting, struct err *e)
{
	struct granules *gs = &gr->type[t];
	struct times known = {0};
	int ret = -1;

	for (size_t i = 0; waiting->n > 0 && i < gs->n; i++)
		if (times_add(&known, gs->g[i].time, e) < 0)
			goto out;
	times_sort(&known);
	for (size_t i = 0; i < waiting->n; i++) {
		struct granule g = { waiting->t[i], GROUP_NONE, GROUP_NONE, GROUP_NONE };
		size_t k = lower(&known, g.time);

		if ((k == known.n || known.t[k] != g.time) && add_granule(gs, &g, e) < 0)
			goto out;
	}
	sort_bare(gs);
	ret = 0;
out:
	times_fini(&known);
	return ret;
}

void
groups_fini(struct groups *gr)
{
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		free(gr->type[t].g);
	free(gr->unmatched);
	*gr = (struct groups){0};
}
