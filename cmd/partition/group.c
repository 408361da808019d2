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

/* The keys of all lines, sorted by digits of 12 bits; owned by the caller. The index needs no pass: it ascends
 * already. */
static uint64_t *
sorted_keys(const struct lines *l)
{
	uint64_t *key = xarray(l->n, sizeof(*key)), *other = xarray(l->n, sizeof(*other)), *t;

	for (size_t i = 0; i < l->n; i++) {
		const struct line *k = &l->line[i];

		key[i] = (uint64_t)!k->nrt << 63 | (uint64_t)(uint32_t)~k->time << (INDEX_BITS + SUITE_BITS) |
		    (uint64_t)k->suite << INDEX_BITS | i;
	}
	for (unsigned int shift = INDEX_BITS; shift < 64; shift += DIGIT_BITS) {
		size_t at[DIGITS + 1] = {0};

		for (size_t i = 0; i < l->n; i++)
			at[(key[i] >> shift & (DIGITS - 1)) + 1]++;
		for (size_t d = 0; d < DIGITS; d++)
			at[d + 1] += at[d];
		for (size_t i = 0; i < l->n; i++)
			other[at[key[i] >> shift & (DIGITS - 1)]++] = key[i];
		t = key;
		key = other;
		other = t;
	}
	free(other);
	return key;
}

static struct granule *
add_granule(struct granules *gs, uint32_t time, uint32_t sst)
{
	xgrow(&gs->g, &gs->cap, gs->n + 1, sizeof(*gs->g));
	gs->g[gs->n] = (struct granule){ time, sst, GROUP_NONE, GROUP_NONE };
	return &gs->g[gs->n++];
}

static void
add_unmatched(struct groups *gr, uint32_t line)
{
	xgrow(&gr->unmatched, &gr->cap, gr->nunmatched + 1, sizeof(*gr->unmatched));
	gr->unmatched[gr->nunmatched++] = line;
}

/* Of lines of one file only the last is kept; returns their new number. */
static size_t
drop_repeated(const struct lines *l, uint64_t *key, group_replaced *replaced, void *ctx)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (i + 1 == l->n || key[i] >> INDEX_BITS != key[i + 1] >> INDEX_BITS)
			key[kept++] = key[i];
		else if (replaced != NULL && !lines_same_sum(l, index_of(key[i]), index_of(key[i + 1])))
			replaced(ctx, index_of(key[i]), index_of(key[i + 1]));
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
static void
group_minute(const struct lines *l, struct groups *gr, const uint64_t *key, size_t n)
{
	struct granules *gs = &gr->type[key[0] >> 63 != 0 ? PTYPE_REFINED : PTYPE_QUICKLOOK];
	size_t first = gs->n;

	for (size_t i = 0; i < n; i++) {
		size_t k = index_of(key[i]);
		struct granule *g;

		if (l->line[k].suite != SUITE_SST)
			continue;
		g = add_granule(gs, l->line[k].time, (uint32_t)k);
		g->night = companion(l, key, n, g->time, SUITE_NIGHT);
		if (l->ds->instrument->day_needs_oc)
			g->oc = companion(l, key, n, g->time, SUITE_OC);
	}
	for (size_t i = 0; i < n; i++) {
		size_t k = index_of(key[i]), j = first;

		while (j < gs->n && gs->g[j].sst != k && gs->g[j].night != k && gs->g[j].oc != k)
			j++;
		if (j == gs->n)
			add_unmatched(gr, (uint32_t)k);
	}
}

/* --- the order of lines: descending text ------------------------------------------------------------------------ */

/* rank[d] of directory d is higher when its lines come first. */
struct order {
	const struct lines *l;
	uint32_t *rank;
};

static int
by_dir(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;

	return strcmp(o->l->dirs.item[*(const uint32_t *)a], o->l->dirs.item[*(const uint32_t *)b]);
}

static struct order
order_of(const struct lines *l)
{
	struct order o = { l, xarray(l->dirs.n, sizeof(*o.rank)) };
	uint32_t *dir = xarray(l->dirs.n, sizeof(*dir));

	for (uint32_t i = 0; i < l->dirs.n; i++)
		dir[i] = i;
	qsort_r(dir, l->dirs.n, sizeof(*dir), by_dir, &o);
	for (uint32_t i = 0; i < l->dirs.n; i++)
		o.rank[dir[i]] = i;
	free(dir);
	return o;
}

/* Descending text is directory, time, suite token, and names with .NRT after those without. */
static int
by_text(const struct order *o, uint32_t a, uint32_t b)
{
	const struct line *x = &o->l->line[a], *y = &o->l->line[b];
	const struct instrument *in = o->l->ds->instrument;
	int c;

	if (x->dir != y->dir)
		return o->rank[x->dir] < o->rank[y->dir] ? 1 : -1;
	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	c = strcmp(suite_name(in, (enum suite)y->suite), suite_name(in, (enum suite)x->suite));
	return c != 0 ? c : x->nrt - y->nrt;
}

static int
by_line(const void *a, const void *b, void *ctx)
{
	return by_text(ctx, *(const uint32_t *)a, *(const uint32_t *)b);
}

static int
by_sst(const void *a, const void *b, void *ctx)
{
	return by_text(ctx, ((const struct granule *)a)->sst, ((const struct granule *)b)->sst);
}

void
group_lines(const struct lines *l, struct groups *gr, group_replaced *replaced, void *ctx)
{
	uint64_t *key = sorted_keys(l);
	size_t n = drop_repeated(l, key, replaced, ctx), i, j;
	struct order o = order_of(l);

	for (i = 0; i < n; i = j) {
		uint64_t minute = minute_of(l, key[i]);

		for (j = i + 1; j < n && minute_of(l, key[j]) == minute; j++)
			;
		group_minute(l, gr, key + i, j - i);
	}
	free(key);
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++) {
		struct granules *gs = &gr->type[t];

		gs->full = gs->n;
		if (l->dirs.n > 1 && gs->n > 0)
			qsort_r(gs->g, gs->n, sizeof(*gs->g), by_sst, &o);
	}
	if (gr->nunmatched > 0)
		qsort_r(gr->unmatched, gr->nunmatched, sizeof(*gr->unmatched), by_line, &o);
	free(o.rank);
}

/* --- SST files on disk ------------------------------------------------------------------------------------------ */

void
times_add(struct times *ts, uint32_t t)
{
	xgrow(&ts->t, &ts->cap, ts->n + 1, sizeof(*ts->t));
	ts->t[ts->n++] = t;
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

/* A companion and the SST file it belongs to. */
struct late {
	uint32_t sst_time, line;
	bool exact;			/* the seconds agree */
};

/* Newest first; of several companions of one file the better one first. */
static int
by_claim(const void *a, const void *b)
{
	const struct late *x = a, *y = b;

	if (x->sst_time != y->sst_time)
		return x->sst_time < y->sst_time ? 1 : -1;
	if (x->exact != y->exact)
		return x->exact ? -1 : 1;
	return x->line < y->line ? -1 : 1;
}

void
group_late(const struct lines *l, struct groups *gr, enum ptype t, const struct times *disk)
{
	struct late *late = xarray(gr->nunmatched, sizeof(*late));
	size_t n = 0, kept = 0;
	struct order o;

	for (size_t i = 0; i < gr->nunmatched; i++) {
		const struct line *u = &l->line[gr->unmatched[i]];
		uint32_t time;

		if (u->nrt == (t == PTYPE_QUICKLOOK) && (u->suite != SUITE_OC || l->ds->instrument->day_needs_oc) &&
		    find_sst(u, disk, &time))
			late[n++] = (struct late){ time, gr->unmatched[i], u->time == time };
		else
			gr->unmatched[kept++] = gr->unmatched[i];
	}
	gr->nunmatched = kept;
	if (n > 0)
		qsort(late, n, sizeof(*late), by_claim);
	for (size_t i = 0; i < n; i++) {
		struct granules *gs = &gr->type[t];
		struct granule *g = i > 0 && late[i].sst_time == late[i - 1].sst_time ? &gs->g[gs->n - 1] :
		    add_granule(gs, late[i].sst_time, GROUP_NONE);
		uint32_t *have = l->line[late[i].line].suite == SUITE_OC ? &g->oc : &g->night;

		if (*have == GROUP_NONE)
			*have = late[i].line;
		else
			add_unmatched(gr, late[i].line);
	}
	free(late);
	if (gr->nunmatched == kept)
		return;
	o = order_of(l);		/* some came back: in order again */
	qsort_r(gr->unmatched, gr->nunmatched, sizeof(*gr->unmatched), by_line, &o);
	free(o.rank);
}

static int
by_time(const void *a, const void *b)
{
	return newest_first(&((const struct granule *)a)->time, &((const struct granule *)b)->time);
}

void
group_waiting(struct groups *gr, enum ptype t, const struct times *waiting)
{
	struct granules *gs = &gr->type[t];
	struct times known = {0};

	if (waiting->n == 0)
		return;
	for (size_t i = 0; i < gs->n; i++)
		times_add(&known, gs->g[i].time);
	times_sort(&known);
	for (size_t i = 0; i < waiting->n; i++) {
		size_t k = lower(&known, waiting->t[i]);

		if (k == known.n || known.t[k] != waiting->t[i])
			(void)add_granule(gs, waiting->t[i], GROUP_NONE);
	}
	times_fini(&known);
	qsort(gs->g + gs->full, gs->n - gs->full, sizeof(*gs->g), by_time);
}

void
groups_fini(struct groups *gr)
{
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		free(gr->type[t].g);
	free(gr->unmatched);
	*gr = (struct groups){0};
}
