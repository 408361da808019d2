/* make - from lines to granules, work files and a plan */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "build.h"
#include "granule/layout.h"
#include "place/engine_proc.h"
#include "run.h"

/* --- granules --------------------------------------------------------------------------------------------------- */

/* Companions of SST files that are on disk already. */
static int
take_late(struct run *r, struct err *e)
{
	struct times disk = {0};
	int ret = 0;

	for (enum ptype t = PTYPE_QUICKLOOK; ret == 0 && t < PTYPE_COUNT && r->gr.nunmatched > 0; t++) {
		disk.n = 0;
		ret = tree_sst_times(r->root, r->ds, t, &disk, e);
		if (ret == 0)
			group_late(&r->in.lines, &r->gr, t, &disk);
	}
	times_fini(&disk);
	return ret;
}

/* Granules the combiner keeps waiting; with -o the tree is left as it is. */
static int
take_waiting(struct run *r, struct err *e)
{
	struct waiting *w = &r->waiting;

	if (r->type == PTYPE_REFINED || r->outdir != NULL)
		return 0;
	if (tree_claim(r->root, r->ds, r->uid, r->o.dry_run, w, r->on_bad_name, r, e) < 0)
		return -1;
	group_waiting(&r->gr, PTYPE_QUICKLOOK, &w->times);
	if (w->files.n == 0)
		run_log(r, RUN_GROUP_INFO, "No combiner threshold files exist.");
	for (size_t i = 0; i < w->files.n; i++)
		run_log(r, RUN_GROUP_INFO, "Reading in combiner threshold file from EFS: %s.", w->files.item[i]);
	for (size_t i = 0; i < w->names.n; i++) {
		run_log(r, RUN_GROUP_INFO, "Combiner waiting to process: %s", w->names.item[i]);
		finallog_add(&r->log_text, RUN_LOG_WAITING, w->names.item[i]);
	}
	run_log(r, RUN_GROUP_INFO, "Loaded %zu SST files that were not processed by the combiner.", w->names.n);
	return 0;
}

size_t
make_count(const struct run *r)
{
	return r->gr.type[PTYPE_QUICKLOOK].n + r->gr.type[PTYPE_REFINED].n;
}

int
make_granules(struct run *r, struct err *e)
{
	group_lines(&r->in.lines, &r->gr, r->on_replaced, r);
	if (take_late(r, e) < 0 || take_waiting(r, e) < 0)
		return -1;
	r->info("%zu lines: %zu quicklook and %zu refined granules, %zu files without an SST file", r->in.lines.n,
	    r->gr.type[PTYPE_QUICKLOOK].n, r->gr.type[PTYPE_REFINED].n, r->gr.nunmatched);
	return 0;
}

/* --- tokens ----------------------------------------------------------------------------------------------------- */

static int
release_tokens(const struct run *r, struct err *e)
{
	struct tokens_returned back;

	return tokens_release(r->pool, r->ds->key, r->uid, TOKENS_OF_ALL, &back, e);
}

/*
 * Take all tokens that are free: 1, 0 when there are too few, -1. A reservation under the id of a message that has no
 * plan belongs to a run that was killed: we hold the dataset's lock, so nobody is using it.
 */
int
make_acquire(struct run *r, struct err *e)
{
	struct tokens_request rq = { .pool = r->ds->key, .uid = r->uid, TOKENS_REQUEST_DEFAULTS };
	bool none = str_starts(r->pool_place, "none:");
	int got;

	rq.max = (int)(r->arrays > 0 ? r->arrays : none ? r->ds->tokens : 0);
	if (rq.max == 1)
		rq.min = 1;
	got = tokens_acquire(r->pool, &rq, &r->grant, e);
	if (got < 0 && e->code == E_BUSY && r->ev.uid[0] != '\0' && release_tokens(r, e) == 0)
		got = tokens_acquire(r->pool, &rq, &r->grant, e);
	if (got < 0 && e->code == E_BUSY)
		e->code = E_RETRY;
	r->granted = got > 0;
	return got;
}

static int
assign(struct run *r, struct err *e)
{
	struct tokens_shares shares = { .ql = r->cut.ql, .r = r->cut.r, .floating = r->cut.floating,
		.floating_refined = r->cut.floating_refined };
	int back = r->grant.dataset + r->grant.floating - shares.ql - shares.r - shares.floating, got;

	if (!r->granted)
		return 0;
	got = tokens_assign(r->pool, r->ds->key, r->uid, &shares, NULL, e);
	if (got <= 0)
		return got < 0 ? -1 : err_set(e, E_RETRY, "%s: another process has returned its tokens", r->uid);
	if (back > 0)
		run_log(r, RUN_GROUP_INFO, "Returned %d license(s) to parameter: %s", back, r->ds->key);
	return 0;
}

/* --- work files and plan ---------------------------------------------------------------------------------------- */

static int
copy_strings(const struct strlist *from, struct strlist *to, struct err *e)
{
	for (size_t i = 0; i < from->n; i++)
		if (strlist_add(to, from->item[i], e) < 0)
			return -1;
	return 0;
}

static void
log_numbers(const struct run *r, const struct worklists *made)
{
	static const char *const chain[] = { "downloader", "combiner", "processor", "uploader" };
	size_t unmatched = 0;

	run_log(r, RUN_INFO, "Dataset: %s", r->ds->label);
	run_log(r, RUN_INFO, "Unique identifier: %s", r->uid);
	run_log(r, RUN_INFO, "Number of licenses available: %d.", r->licenses);
	run_log(r, RUN_INFO, "Number of downloads: %zu", made->downloads);
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		for (size_t c = 0; c < 4 && r->cut.arrays[t] > 0; c++) {
			size_t n = 0;

			for (size_t i = 0; i < made->n; i++)
				n += made->array[i].type == t && (c > 0 || made->array[i].downloads);
			run_log(r, RUN_INFO, "Number of %s %s jobs: %zu", ptype_name(t), chain[c], n);
		}
	for (size_t i = 0; i < made->n; i++)
		unmatched += made->array[i].type == PTYPE_COUNT;
	if (unmatched > 0)
		run_log(r, RUN_INFO, "Number of unmatched downloader jobs: %zu", unmatched);
}

static struct setup
setup_of(const struct run *r)
{
	const char *job_root = r->job_root != NULL ? r->job_root : r->root;
	bool pool = r->granted && !str_starts(r->pool_place, "none:");

	return (struct setup){ .ds = r->ds, .uid = r->uid, .stamp = r->stamp, .prefix = r->prefix, .engine = r->engine,
		.root = r->root, .job_root = job_root, .outdir = r->outdir,
		.pool = pool ? r->pool_place : "", .job_pool = pool ? r->job_pool : "", .to = r->store,
		.announce = r->topic, .logs = r->log_place, .config = r->conf,
		.container = engine_limits(r->en)->container };
}

/* Where the lists go; nowhere in a dry run. */
static int
set_dirs(struct run *r, const struct setup *s, struct err *e)
{
	char dir[LAYOUT_SIZE];

	for (enum joblist i = JOBLIST_DOWNLOADS; !r->o.dry_run && i < JOBLIST_COUNT; i++) {
		if (build_dir(s, r->root, i, dir, e) < 0)
			return -1;
		r->work.dir[i] = xstrdup(dir);
	}
	return 0;
}

/* A program that is not there is noticed before anything is begun. */
static int
check_programs(const struct run *r, struct err *e)
{
	char *found;

	if (r->o.dry_run || engine_limits(r->en)->container || strcmp(r->engine, "none") == 0)
		return 0;
	for (size_t i = 0; i < r->plan.n; i++) {
		found = proc_find(r->plan.job[i].argv.item[0], e);
		free(found);
		if (found == NULL)
			return -1;
	}
	return 0;
}

/* Write the work files and, when all of them are there, the plan. */
int
make_plan(struct run *r, struct err *e)
{
	const struct engine_limits *limits = engine_limits(r->en);
	const size_t keys[PTYPE_COUNT] = { r->gr.type[PTYPE_QUICKLOOK].n, r->gr.type[PTYPE_REFINED].n };
	struct worklists *w = &r->work;
	struct setup s = setup_of(r);

	*w = (struct worklists){ .ds = r->ds, .stamp = r->stamp, .uid = r->uid, .batch = (size_t)r->batch,
		.array_max = (size_t)limits->array };
	r->licenses = r->grant.dataset + r->grant.floating;
	if (keys[PTYPE_QUICKLOOK] == 0)		/* the half that refined may have */
		r->licenses /= 2;
	if (r->granted)
		r->cut = cut_tokens(r->grant.dataset, r->grant.floating, keys, limits->deps);
	if (assign(r, e) < 0 || set_dirs(r, &s, e) < 0 ||
	    worklists_write(w, &r->in.lines, &r->gr, &r->cut, e) < 0 ||
	    build_plan(&s, w, &r->cut, &r->plan, e) < 0 || check_programs(r, e) < 0)
		return -1;
	r->plan.granules = (long)make_count(r);
	if (copy_strings(&r->waiting.names, &r->plan.waiting, e) < 0 ||
	    copy_strings(&r->waiting.files, &r->plan.claimed, e) < 0)
		return -1;
	if (!r->o.dry_run && (newfiles_commit(&w->files, e) < 0 || plan_write(&r->plan, e) < 0))
		return -1;
	newfiles_keep(&w->files);
	r->planned = !r->o.dry_run;
	log_numbers(r, w);
	return 0;
}

