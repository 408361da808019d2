/* combiner - join the files of an OBPG granule into one flat file for the processor */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "netcdf/ncf.h"
#include "process.h"

#define MAX_WORKERS 16

static const struct option_row rows[] = {
	{ 'w', "wait", "MINUTES", OPT_NUMBER(0, 1000000), offsetof(struct combiner, set.wait),
	    "combine without a missing companion when the SST file is so\nold (by dataset and type: 0 or 300)" },
	{ 0, "compat", NULL, OPT_FLAG, offsetof(struct combiner, set.mode.compat),
	    "exactly what the reference system writes" },
	{ 0, "exact-attributes", NULL, OPT_FLAG, offsetof(struct combiner, set.mode.exact),
	    "do not round float attributes to 6 digits" },
	{ 0, "force", NULL, OPT_FLAG, offsetof(struct combiner, set.force), "make files again that are up to date" },
	{ 0, "max", "N", OPT_NUMBER(0, INT_MAX), offsetof(struct combiner, max), "stop after N combined files" },
	{ 0, "quarantine", "DIR", OPT_TEXT, offsetof(struct combiner, quarantine),
	    "put bad inputs there (the tree's, for files of the tree)" },
	{ 0, "waiting", "FILE", OPT_TEXT, offsetof(struct combiner, report.waiting),
	    "append the names of SST files that wait to FILE" },
	OPT_END
};

static void
bad_line(struct run *r, const struct err *e)
{
	report_error(&((struct combiner *)r)->report, e);
}

static const struct program program = {
	.usage = "usage: combiner [options] [FILE ...]\n"
	    "       combiner [options] --job LIST.json [--index N]\n"
	    "Join the SST, SST4, SST3 and OC files of each granule; print the combined files. FILEs are OBPG\n"
	    "Level-2 files; a granule begins when all its files are there.\n",
	.rows = rows,
	.common = COMMON_LIST | COMMON_DATASET | COMMON_TYPE | COMMON_JOBS | COMMON_DRY | COMMON_OUTPUT | COMMON_ROOT |
	    COMMON_JOB | COMMON_JSON | COMMON_STRICT | COMMON_NOTIFY | COMMON_FAILED | COMMON_FINAL_LOG |
	    COMMON_PROGRESS,
	.subject = "Generate workflow error: COMBINER error",
	.sections = report_sections,
	.own_mail = true,
	.bad_line = bad_line,
};

/* Go on with granules that were kept: those of the minute of a companion that has come, or, with like NULL, all. */
static void
wake(struct combiner *c, const struct obpg_name *like)
{
	size_t mark = pending_mark(c->pending);
	struct obpg_name n;
	char *path;

	while (run_goes_on(&c->run) && (path = pending_take(c->pending, like, mark)) != NULL) {
		if (obpg_parse(path, &n, NULL) == 0)
			process_granule(c, path, &n);
		free(path);
	}
}

/* Files used only because they are listed. */
static bool
is_used_when_listed(const struct obpg_name *n)
{
	return n->suite == SUITE_OC && !n->ds->instrument->day_needs_oc;
}

static bool
is_side_file(const char *path)
{
	const char *base = str_base(path);

	return strstr(base, ".md5") != NULL || strstr(base, ".lck") != NULL;
}

static void
take_item(struct combiner *c, const char *path)
{
	struct obpg_name n;
	struct err e = {0};
	int there = 1;

	if (is_side_file(path))
		return;
	if (obpg_parse(path, &n, &e) == 0) {
		if (c->run.ds != NULL && c->run.ds != n.ds)
			err_set(&e, E_DATA, "%s: not a file of %s", path, c->run.ds->key);
		else if (n.suite == SUITE_SST)
			there = file_look(path, NULL, &e);
		if (there == 0)
			err_set(&e, E_MISSING, "%s: no such file", path);
	}
	if (e.code != E_NONE)
		process_failed(c, path, &e);
	else if (is_used_when_listed(&n))
		pending_add(c->pending, path, &n);
	else if (n.suite == SUITE_SST)
		process_granule(c, path, &n);
	else
		wake(c, &n);
}

static void
read_list(struct combiner *c)
{
	struct list_in *in = &c->run.in;
	struct obpg_name n;
	char *line;

	/* The whole list is known: remember what counts by being on it before the first granule is begun. */
	for (size_t i = 0; in->argv != NULL && i < (size_t)in->argc; i++)
		if (obpg_parse(in->argv[i], &n, NULL) == 0 && is_used_when_listed(&n))
			pending_add(c->pending, in->argv[i], &n);
	while ((line = run_next(&c->run)) != NULL)
		take_item(c, line);
	c->at_end = true;
	wake(c, NULL);
}

/* The paths of the names in a job list. */
static void
resolve_job(struct combiner *c)
{
	struct run *r = &c->run;
	struct strlist paths = {0};

	if (r->elements.n == 0)
		prog_info("NO_FILES_FOUND: %s", r->job);
	for (size_t i = 0; i < r->elements.n; i++) {
		const char *name = r->elements.item[i];
		char path[LAYOUT_SIZE];
		struct obpg_name n;
		struct err e = {0};

		if (is_side_file(name))
			continue;
		if (strchr(name, '/') != NULL)
			err_set(&e, E_DATA, "%s: %s: not a bare name", r->job, name);
		else if (obpg_parse(name, &n, &e) == 0 && layout_path(r->root, LAYOUT_DOWNLOADS, n.ds, r->type, n.time,
		    name, path, &e) == 0)
			strlist_push(&paths, path);
		if (e.code != E_NONE)
			process_failed(c, name, &e);
	}
	run_set_items(r, &paths);
}

static void
configure(struct combiner *c)
{
	struct run *r = &c->run;
	int workers = run_workers(r, MAX_WORKERS);

	if (c->set.mode.compat && c->set.mode.exact)
		run_usage("--exact-attributes contradicts --compat");
	run_need_identity(r, false);
	c->outcome = child_memory(sizeof(*c->outcome));
	c->set.run = c->report.run = r;
	c->set.workers = workers > 1 ? workers : 0;	/* -j 1: one thread for everything */
	c->report.type = PTYPE_COUNT;
}

int
main(int argc, char *argv[])
{
	struct combiner c = { .set.wait = -1 };
	struct run *r = &c.run;
	struct err e;

	run_begin(r, argc, argv, &program);
	ncf_setup();
	configure(&c);
	if (run_open(r, &e) < 0)
		return run_abort(r, &e);
	c.set.pending = c.pending = pending_new();
	if (r->job != NULL)
		resolve_job(&c);
	read_list(&c);
	if (c.left > 0)
		prog_info("%zu granules left because of --max %ld", c.left, c.max);
	report_end(&c.report);
	pending_free(c.pending);
	return run_end(r, "print_final_log");
}
