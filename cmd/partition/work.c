/* work - the work files of a run */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "work.h"

static const char *
type_name(enum ptype t)
{
	return t == PTYPE_COUNT ? WORK_UNMATCHED : ptype_name(t);
}

int
work_index_name(const struct work *w, enum work_index what, enum ptype type, size_t array, char out[WORK_NAME_SIZE],
    struct err *e)
{
	static const char *const start[] = {
		[WORK_DOWNLOADS] = "downloads_file_lists",
		[WORK_COMBINER] = "combiner_file_lists",
		[WORK_PROCESSOR] = "processor_timestamp_list",
	};

	return str_fmt(out, WORK_NAME_SIZE, e, "%s_%s_%s_%s_%zu_%s.json", start[what], w->ds->token, type_name(type),
	    w->stamp, array, w->uid);
}

/* --- JSON as the reference writes it: an element a line, two blanks a level, no newline at the end --------------- */

struct index {
	struct outfile file;
	size_t n;			/* elements so far */
	bool open;
};

static void
put(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static int
index_open(struct index *x, struct outbox *box, const struct work *w, enum work_index what, enum ptype type,
    size_t array, struct err *e)
{
	char name[WORK_NAME_SIZE];

	x->n = 0;
	if (work_index_name(w, what, type, array, name, e) < 0 || outfile_open(&x->file, box, (int)what, name, e) < 0)
		return -1;
	x->open = true;
	put(&x->file.text, "[\n");
	return 0;
}

/* Begin another element at this depth. */
static struct buf *
element(struct index *x, size_t n, const char *indent)
{
	if (n > 0)
		put(&x->file.text, ",\n");
	put(&x->file.text, indent);
	return &x->file.text;
}

static int
index_close(struct index *x, struct err *e)
{
	put(&x->file.text, "\n]");
	x->open = false;
	return outfile_close(&x->file, e);
}

static void
index_drop(struct index *x)
{
	outfile_drop(&x->file);
}

/* --- the files of an array -------------------------------------------------------------------------------------- */

struct writer {
	const struct work *w;
	const struct lines *l;
	struct outbox *box;
	struct index index[3];		/* by enum work_index */
	struct outfile list;
	struct times stamps;		/* of a job */
};

static bool
has_line(const struct granule *g)
{
	return g->sst != GROUP_NONE || g->night != GROUP_NONE || g->oc != GROUP_NONE;
}

static void
put_line(struct writer *wr, uint32_t line)
{
	if (line == GROUP_NONE)
		return;
	lines_text(wr->l, line, &wr->list.text);
	put(&wr->list.text, "\n");
}

static void
put_name(struct writer *wr, uint32_t time, enum suite suite, size_t *n)
{
	struct buf *b = element(&wr->index[WORK_COMBINER], (*n)++, "    \"");

	lines_name(wr->w->ds, time, suite, false, b);
	put(b, "\"");
}

static void
put_granule(struct writer *wr, const struct granule *g, size_t *names)
{
	if (wr->index[WORK_DOWNLOADS].open) {
		put_line(wr, g->sst);
		put_line(wr, g->night);
		put_line(wr, g->oc);
	}
	put_name(wr, g->time, SUITE_SST, names);
	if (g->night != GROUP_NONE)
		put_name(wr, wr->l->line[g->night].time, SUITE_NIGHT, names);
	if (g->oc != GROUP_NONE)
		put_name(wr, wr->l->line[g->oc].time, SUITE_OC, names);
	times_add(&wr->stamps, g->time);
}

static void
put_stamps(struct writer *wr)
{
	struct index *x = &wr->index[WORK_PROCESSOR];

	times_sort(&wr->stamps);
	put(element(x, x->n++, "  "), "[\n");
	for (size_t i = 0; i < wr->stamps.n; i++) {
		struct buf *b = element(x, i, "    \"");

		lines_stamp(wr->stamps.t[i], b);
		put(b, "\"");
	}
	put(&x->file.text, "\n  ]");
	wr->stamps.n = 0;
}

/* Open a download list and name it in its index. */
static int
open_list(struct writer *wr, const char *name, struct err *e)
{
	struct index *x = &wr->index[WORK_DOWNLOADS];
	struct buf *b = element(x, x->n++, "  \"");

	put(b, name);
	put(b, "\"");
	return outfile_open(&wr->list, wr->box, WORK_DOWNLOADS, name, e);
}

static int
write_job(struct writer *wr, const struct work_array *a, size_t job, const struct granule *g, size_t n, struct err *e)
{
	struct index *x = &wr->index[WORK_COMBINER];
	char name[WORK_NAME_SIZE];
	size_t names = 0;

	if (a->downloads &&
	    (str_fmt(name, sizeof(name), e, "%s_%s_%s_%zu_%zu_%s.txt", wr->w->ds->key, type_name(a->type),
	    wr->w->stamp, a->number, job, wr->w->uid) < 0 || open_list(wr, name, e) < 0))
		return -1;
	put(element(x, x->n++, "  "), "[\n");
	for (size_t i = 0; i < n; i++)
		put_granule(wr, &g[i], &names);
	put(&x->file.text, "\n  ]");
	put_stamps(wr);
	if (a->downloads && outfile_close(&wr->list, e) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (wr->index[i].open && outfile_flush(&wr->index[i].file, e) < 0)
			return -1;
	return 0;
}

static int
write_array(struct writer *wr, const struct work_array *a, const struct granule *g, size_t n, struct err *e)
{
	for (enum work_index i = WORK_DOWNLOADS; i <= WORK_PROCESSOR; i++)
		if ((i != WORK_DOWNLOADS || a->downloads) &&
		    index_open(&wr->index[i], wr->box, wr->w, i, a->type, a->number, e) < 0)
			return -1;
	for (size_t job = 0; job < a->jobs; job++) {
		struct part p = cut_part(n, a->jobs, job);

		if (write_job(wr, a, job, g + p.from, p.n, e) < 0)
			return -1;
	}
	for (int i = 0; i < 3; i++)
		if (wr->index[i].open && index_close(&wr->index[i], e) < 0)
			return -1;
	return 0;
}

/* A group of unmatched lines: a list, and a downloader index of its own. */
static int
write_unmatched(struct writer *wr, const struct work_array *a, const uint32_t *line, size_t n, struct err *e)
{
	char name[WORK_NAME_SIZE];

	if (str_fmt(name, sizeof(name), e, "%s_%s_%s_%zu_%s.txt", wr->w->ds->key, type_name(a->type), wr->w->stamp,
	    a->number, wr->w->uid) < 0 ||
	    index_open(&wr->index[WORK_DOWNLOADS], wr->box, wr->w, WORK_DOWNLOADS, a->type, a->number, e) < 0 ||
	    open_list(wr, name, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		put_line(wr, line[i]);
		if (outfile_flush(&wr->list, e) < 0)
			return -1;
	}
	if (outfile_close(&wr->list, e) < 0)
		return -1;
	return index_close(&wr->index[WORK_DOWNLOADS], e);
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

static size_t
count_lines(const struct granule *g, size_t n)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += (g[i].sst != GROUP_NONE) + (g[i].night != GROUP_NONE) + (size_t)(g[i].oc != GROUP_NONE);
	return lines;
}

static int
add_array(struct work_result *out, const struct work_array *a, struct err *e)
{
	if (mem_grow(&out->array, &out->cap, out->n + 1, sizeof(*out->array), e) < 0)
		return -1;
	out->array[out->n++] = *a;
	return 0;
}

static int
do_type(struct writer *wr, enum ptype t, const struct granules *gs, size_t arrays, struct work_result *out,
    struct err *e)
{
	for (size_t i = 0; i < arrays; i++) {
		struct part p = cut_part(gs->n, arrays, i);
		struct work_array a = { t, i, cut_jobs(p.n, wr->w->batch, wr->w->array_max), false };

		for (size_t k = 0; k < p.n && !a.downloads; k++)
			a.downloads = has_line(&gs->g[p.from + k]);
		if (add_array(out, &a, e) < 0)
			return -1;
		if (wr->box != NULL && write_array(wr, &a, gs->g + p.from, p.n, e) < 0)
			return -1;
		out->downloads += count_lines(gs->g + p.from, p.n);
	}
	return 0;
}

static int
do_unmatched(struct writer *wr, const struct groups *gr, struct work_result *out, struct err *e)
{
	size_t n = gr->nunmatched, jobs = cut_jobs(n, wr->w->batch, CUT_UNMATCHED_MAX);

	for (size_t i = 0; i < jobs; i++) {
		struct part p = cut_part(n, jobs, i);
		struct work_array a = { PTYPE_COUNT, i, 1, true };

		if (add_array(out, &a, e) < 0 ||
		    (wr->box != NULL && write_unmatched(wr, &a, gr->unmatched + p.from, p.n, e) < 0))
			return -1;
	}
	out->downloads += n;
	return 0;
}

int
work_write(const struct work *w, const struct lines *l, const struct groups *gr, const struct cut *cut,
    struct outbox *box, struct work_result *out, struct err *e)
{
	struct writer *wr = mem_array(1, sizeof(*wr), e);
	int ret = -1;

	if (wr == NULL)
		return -1;
	wr->w = w;
	wr->l = l;
	wr->box = box;
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		if (do_type(wr, t, &gr->type[t], cut->arrays[t], out, e) < 0)
			goto out;
	ret = do_unmatched(wr, gr, out, e);
out:
	for (int i = 0; i < 3; i++)
		index_drop(&wr->index[i]);
	outfile_drop(&wr->list);
	times_fini(&wr->stamps);
	free(wr);
	return ret;
}

void
work_result_fini(struct work_result *r)
{
	free(r->array);
	*r = (struct work_result){0};
}
