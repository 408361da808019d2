/* worklists - granules cut into arrays of jobs, and their work lists */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "worklists.h"

/* --- arithmetic ------------------------------------------------------------------------------------------------- */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct cut
cut_tokens(int n, int f, const size_t keys[PTYPE_COUNT], size_t max)
{
	size_t q = keys[PTYPE_QUICKLOOK], r = keys[PTYPE_REFINED], aq, ar;
	struct cut c = { .floating_refined = false };
	int left, all = n + f;		/* left: tokens of the dataset for refined */

	if (q == 0) {
		aq = 0;
		left = all / 2 > 0 ? all / 2 : all;
		ar = (size_t)left;
		left -= f;			/* the floating one is used too */
	} else if (r == 0) {
		aq = (size_t)all;
		ar = 0;
		left = 0;
	} else {
		ar = n / 2 > 0 ? (size_t)(n / 2) : 1;
		aq = (size_t)all - ar;
		left = n / 2;
	}
	aq = least(least(aq, q), max);
	ar = least(least(ar, r), max);
	c.arrays[PTYPE_QUICKLOOK] = aq;
	c.arrays[PTYPE_REFINED] = ar;
	c.r = (int)least((size_t)left, ar);
	if (q > 0)
		c.ql = (int)least((size_t)(n - left), aq);
	c.floating_refined = (size_t)c.r < ar;
	c.floating = c.floating_refined || (size_t)c.ql < aq;
	return c;
}

struct part
cut_part(size_t m, size_t k, size_t i)
{
	size_t q = m / k, e = m % k;

	return (struct part){ i * q + least(i, e), q + (i < e) };
}

size_t
cut_jobs(size_t n, size_t batch, size_t max)
{
	return least((n + batch - 1) / batch, max);
}

/* --- lists ------------------------------------------------------------------------------------------------------ */

void
worklists_name(const struct worklists *w, enum joblist what, const struct array *a, char out[JOBLIST_SIZE])
{
	joblist_name(what, w->ds, a->type, w->stamp, a->number, w->uid, out);
}

static void
put(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

/* Begin an element of a JSON array as the reference writes it: one a line, two blanks a level, no newline at the
 * end. */
static void
put_next(struct buf *b, bool first, const char *indent)
{
	put(b, first ? "[\n" : ",\n");
	put(b, indent);
}

static int
add_file(struct worklists *w, enum joblist dir, const char *name, const struct buf *text, struct err *e)
{
	char *path = xfmt("%s/%s", w->dir[dir], name);
	int ret = newfiles_add(&w->files, path, buf_str(text), text->len, e);

	free(path);
	return ret;
}

static int
add_index(struct worklists *w, enum joblist what, const struct array *a, struct buf *text, struct err *e)
{
	char name[JOBLIST_SIZE];

	put(text, "\n]");
	worklists_name(w, what, a, name);
	return add_file(w, what, name, text, e);
}

/* The download list of a job, and its name into the downloader's job list. */
static int
add_list(struct worklists *w, const struct array *a, size_t job, const struct buf *text, struct buf *index,
    struct err *e)
{
	char name[JOBLIST_SIZE];

	joblist_downloads(w->ds, a->type, w->stamp, a->number, job, w->uid, name);
	put_next(index, job == 0, "  \"");
	put(index, name);
	put(index, "\"");
	return add_file(w, JOBLIST_DOWNLOADS, name, text, e);
}

static void
put_line(struct buf *list, const struct lines *l, uint32_t line)
{
	lines_text(l, line, list);
	put(list, "\n");
}

/* All lists of an array of n granules. */
static int
write_array(struct worklists *w, const struct array *a, const struct lines *l, const struct granule *g, size_t n,
    struct err *e)
{
	struct buf list = {0}, index[JOBLIST_COUNT] = {0};
	struct buf *names = &index[JOBLIST_COMBINER], *times = &index[JOBLIST_PROCESSOR];
	struct times stamps = {0};
	int ret = 0;

	for (size_t job = 0; ret == 0 && job < a->jobs; job++) {
		struct part p = cut_part(n, a->jobs, job);

		list.len = stamps.n = 0;
		put_next(names, job == 0, "  ");
		for (size_t i = p.from; i < p.from + p.n; i++) {
			const uint32_t line[SUITE_COUNT] = { g[i].sst, g[i].night, g[i].oc };

			for (enum suite s = SUITE_SST; s < SUITE_COUNT; s++) {
				if (s != SUITE_SST && line[s] == GROUP_NONE)
					continue;
				put_next(names, i == p.from && s == SUITE_SST, "    \"");
				lines_name(w->ds, line[s] != GROUP_NONE ? l->line[line[s]].time : g[i].time, s, false,
				    names);
				put(names, "\"");
				if (line[s] != GROUP_NONE)
					put_line(&list, l, line[s]);
			}
			times_add(&stamps, g[i].time);
		}
		put(names, "\n  ]");
		put_next(times, job == 0, "  ");
		times_sort(&stamps);
		for (size_t i = 0; i < stamps.n; i++) {
			put_next(times, i == 0, "    \"");
			lines_stamp(stamps.t[i], times);
			put(times, "\"");
		}
		put(times, "\n  ]");
		if (a->downloads)
			ret = add_list(w, a, job, &list, &index[JOBLIST_DOWNLOADS], e);
	}
	for (enum joblist i = JOBLIST_DOWNLOADS; i < JOBLIST_COUNT; i++) {
		if (ret == 0 && (i != JOBLIST_DOWNLOADS || a->downloads))
			ret = add_index(w, i, a, &index[i], e);
		buf_free(&index[i]);
	}
	buf_free(&list);
	times_fini(&stamps);
	return ret;
}

/* A group of unmatched lines: a list, and a job list of its own. */
static int
write_unmatched(struct worklists *w, const struct array *a, const struct lines *l, const uint32_t *line, size_t n,
    struct err *e)
{
	struct buf list = {0}, index = {0};
	int ret;

	for (size_t i = 0; i < n; i++)
		put_line(&list, l, line[i]);
	ret = add_list(w, a, 0, &list, &index, e);
	if (ret == 0)
		ret = add_index(w, JOBLIST_DOWNLOADS, a, &index, e);
	buf_free(&list);
	buf_free(&index);
	return ret;
}

static struct array *
add_array(struct worklists *w, enum ptype t, size_t number)
{
	xgrow(&w->array, &w->cap, w->n + 1, sizeof(*w->array));
	w->array[w->n] = (struct array){ .type = t, .number = number };
	return &w->array[w->n++];
}

int
worklists_write(struct worklists *w, const struct lines *l, const struct groups *gr, const struct cut *cut,
    struct err *e)
{
	const bool dry = w->dir[0] == NULL;
	size_t groups = cut_jobs(gr->nunmatched, w->batch, WORKLISTS_UNMATCHED_MAX);

	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		for (size_t i = 0; i < cut->arrays[t]; i++) {
			struct part p = cut_part(gr->type[t].n, cut->arrays[t], i);
			const struct granule *g = gr->type[t].g + p.from;
			struct array *a = add_array(w, t, i);
			size_t lines = 0;

			for (size_t k = 0; k < p.n; k++)
				lines += (g[k].sst != GROUP_NONE) + (g[k].night != GROUP_NONE) +
				    (size_t)(g[k].oc != GROUP_NONE);
			a->jobs = cut_jobs(p.n, w->batch, w->array_max);
			a->downloads = lines > 0;
			w->downloads += lines;
			if (!dry && write_array(w, a, l, g, p.n, e) < 0)
				return -1;
		}
	for (size_t i = 0; i < groups; i++) {
		struct part p = cut_part(gr->nunmatched, groups, i);
		struct array *a = add_array(w, PTYPE_COUNT, i);

		a->jobs = 1;
		a->downloads = true;
		w->downloads += p.n;
		if (!dry && write_unmatched(w, a, l, gr->unmatched + p.from, p.n, e) < 0)
			return -1;
	}
	return 0;
}

void
worklists_fini(struct worklists *w)
{
	newfiles_close(&w->files);
	for (enum joblist i = JOBLIST_DOWNLOADS; i < JOBLIST_COUNT; i++)
		free(w->dir[i]);
	free(w->array);
	*w = (struct worklists){0};
}
