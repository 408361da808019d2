/* combiner - join the files of an OBPG granule into one flat file for the processor */

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/prog.h"
#include "granule/joblist.h"
#include "granule/layout.h"
#include "granule.h"
#include "make.h"
#include "netcdf/ncf.h"
#include "pending.h"
#include "report.h"

enum { OPT_COMPAT = OPT_OWN, OPT_EXACT, OPT_FORCE, OPT_MAX, OPT_QUARANTINE, OPT_WAITING };

static const struct option longopts[] = {
	OPTS_COMMON_LONG,
	{ "compat", no_argument, NULL, OPT_COMPAT },
	{ "exact-attributes", no_argument, NULL, OPT_EXACT },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "max", required_argument, NULL, OPT_MAX },
	{ "quarantine", required_argument, NULL, OPT_QUARANTINE },
	{ "wait", required_argument, NULL, 'w' },
	{ "waiting", required_argument, NULL, OPT_WAITING },
	{ NULL, 0, NULL, 0 }
};

/* The run. */
struct run {
	struct opts opts;
	struct setting set;
	const struct dataset *dataset;	/* -d; NULL: all */
	struct maker maker;
	struct report report;
	struct pending *pending;
	const char *quarantine;		/* --quarantine; NULL: that of the tree for files of the tree */
	const char *waiting;
	long max;			/* combined files to make; 0: all */
	size_t made;			/* ... so far; those that were up to date do not count */
	size_t left;			/* granules not begun because of it */
	bool at_end;			/* the list is read: nothing more will come */
	bool lost;			/* nobody reads the results any more */
	int status;
};

static void
usage(FILE *fp)
{
	(void)fputs(
	    "usage: combiner [options] [FILE ...]\n"
	    "Joins the SST, SST4, SST3 and OC files of each granule; prints the combined files. FILEs (or lines of\n"
	    "standard input) are OBPG Level-2 files; a granule begins when all its files are there.\n"
	    "  -w, --wait MINUTES        combine without a missing companion when the SST file is so old\n"
	    "                            (default by dataset and type: 0 or 300)\n"
	    "      --compat              exactly what the reference system writes\n"
	    "      --exact-attributes    do not round float attributes to 6 digits\n"
	    "      --force               make files again that are up to date\n"
	    "      --max N               stop after N combined files\n"
	    "      --quarantine DIR      put bad inputs there; default: the tree's, for files of the tree\n"
	    "      --waiting FILE        append the names of SST files that wait to FILE\n", fp);
	opts_help(fp);
}

/* A failure: message, archive, operators, status. */
static void
failed(struct run *r, const struct err *why)
{
	struct err e;

	r->status = prog_failed(why, r->status);
	if ((why->code != E_DATA && why->code != E_MISSING) || r->opts.dry_run)
		return;
	if (report_error(&r->report, why, &e) < 0)
		r->status = prog_failed(&e, r->status);
}

static void
outcome_failed(struct outcome *o, const struct err *why)
{
	o->decision = "failed";
	(void)str_fmt(o->reason, sizeof(o->reason), NULL, "%s", why->msg);
}

static void
put(struct run *r, const char *record, char sep)
{
	struct err e;

	if (list_put(record, sep, &e) == 0)
		return;
	r->status = prog_failed(&e, r->status);
	r->lost = true;
}

/* The quarantine directory of path; NULL when it has to stay where it is. */
static const char *
quarantine_of(const struct run *r, const char *path, char dir[LAYOUT_SIZE])
{
	if (r->quarantine != NULL)
		return r->quarantine;
	if (!file_below(path, r->opts.root) ||
	    layout_dir(r->opts.root, LAYOUT_L2_QUARANTINE, NULL, PTYPE_COUNT, 0, dir, NULL) < 0)
		return NULL;
	return dir;
}

static void
quarantine(struct run *r, const char *path, const char *reason)
{
	char buf[LAYOUT_SIZE];
	const char *dir = quarantine_of(r, path, buf);
	struct err e;

	if (dir == NULL || r->opts.dry_run || !file_exists(path))
		return;
	if (file_quarantine(path, dir, reason, &e) < 0) {
		r->status = prog_failed(&e, r->status);
		return;
	}
	report_quarantined(&r->report, path);
	prog_info("%s: moved to %s", path, dir);
}

static void
tell_notes(const struct granule *g)
{
	for (size_t i = 0; i < g->notes.n; i++)
		prog_info("%s", g->notes.item[i]);
}

static bool
has(const struct strlist *l, const char *item)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->item[i], item) == 0)
			return true;
	return false;
}

/* One pass. In compatibility mode a companion may have been found to spoil it already. */
static int
make_pass(struct run *r, const struct granule *g, const struct pass *p, struct outcome *o, enum suite *culprit,
    struct err *why)
{
	uint64_t bytes = 0;
	bool made;

	for (enum suite s = SUITE_NIGHT; s < SUITE_COUNT; s++)
		if (p->uses[s] && g->failure[s].code != E_NONE) {
			*why = g->failure[s];
			*culprit = s;
			return -1;
		}
	if (has(&o->outputs, p->path))	/* made before its sister was found to fail */
		return 0;
	if (make_combined(&r->maker, g, p, &bytes, &made, culprit, why) < 0)
		return -1;
	r->made += made;
	report_created(&r->report, p->name);
	o->bytes += bytes;
	if (!r->opts.json)
		put(r, p->path, r->opts.sep);
	return strlist_add(&o->outputs, p->path, why);
}

/*
 * Make the files of a granule. Returns 0; or -1 with the reason and the suite at fault. In compatibility mode passes
 * are independent: the granule is good when one of them is.
 */
static int
make_all(struct run *r, const struct granule *g, struct outcome *o, enum suite *culprit, struct err *why)
{
	struct pass pass[2];
	struct err e;
	int n = granule_passes(g, &r->set, pass, why), bad = 0;

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		if (make_pass(r, g, &pass[i], o, culprit, &e) == 0)
			continue;
		if (bad++ > 0)
			failed(r, why);
		*why = e;
		if (e.code != E_DATA || !r->set.mode.compat)
			return -1;
	}
	if (bad == n)
		return -1;
	if (bad > 0)
		failed(r, why);
	return 0;
}

/* The granule cannot be combined: its SST file, and in compatibility mode the companions too, are bad. */
static void
reject(struct run *r, const struct granule *g, const char *path, struct outcome *o, const struct err *why)
{
	failed(r, why);
	outcome_failed(o, why);
	if (why->code != E_DATA)
		return;
	quarantine(r, path, why->msg);
	for (int s = SUITE_NIGHT; r->set.mode.compat && s < SUITE_COUNT; s++)
		if (g->source[s].path != NULL)
			quarantine(r, g->source[s].path, why->msg);
}

/* A companion is bad: the granule goes on without it. */
static void
refuse(struct run *r, struct granule *g, enum suite bad, struct outcome *o, const struct err *why)
{
	failed(r, why);
	(void)str_fmt(o->reason, sizeof(o->reason), NULL, "%s", why->msg);
	report_read(&r->report);
	quarantine(r, g->source[bad].path, why->msg);
	g->refused[bad] = true;
}

static void
wait_for_it(struct run *r, const struct granule *g, struct outcome *o)
{
	char message[ERR_MSGMAX];
	struct err e;

	o->decision = "waiting";
	if (r->opts.dry_run)
		return;
	if (report_wait(&r->report, g, granule_threshold(g, &r->set), o->age, message, &e) < 0)
		failed(r, &e);
	else
		prog_info("%s", message);
	(void)str_fmt(o->reason, sizeof(o->reason), NULL, "%s", message);
}

static void
account(struct run *r, const struct granule *g, bool good)
{
	for (int s = 0; s < SUITE_COUNT; s++)
		if (g->source[s].path != NULL) {
			report_read(&r->report);
			if (good)
				report_processed(&r->report, g->source[s].path);
		}
}

/* What is to be done with a granule whose companions were looked for. */
enum next { NEXT_MAKE, NEXT_WAIT, NEXT_LATER };

static enum next
decide(const struct run *r, const struct granule *g, const struct outcome *o)
{
	if (granule_complete(g))
		return NEXT_MAKE;
	if (!r->at_end && !g->refused[SUITE_NIGHT] && !g->refused[SUITE_OC])
		return NEXT_LATER;
	return o->age >= granule_threshold(g, &r->set) ? NEXT_MAKE : NEXT_WAIT;
}

/* Combine a granule whose SST file is good, or let it wait. False: it is kept for later. */
static bool
work(struct run *r, struct granule *g, const char *path, struct outcome *o)
{
	enum suite bad = SUITE_SST;
	struct err e = {0};

	for (;;) {
		if (granule_gather(g, &r->set, &bad, &e) == 0) {
			switch (decide(r, g, o)) {
			case NEXT_WAIT: wait_for_it(r, g, o); return true;
			case NEXT_LATER:
				if (pending_add(r->pending, path, &g->name, &e) == 0)
					return false;
				failed(r, &e);
				return true;
			case NEXT_MAKE: break;
			}
			if (r->opts.dry_run)
				return true;
			if (make_all(r, g, o, &bad, &e) == 0) {
				account(r, g, true);
				return true;
			}
		}
		if (e.code != E_DATA || bad == SUITE_SST || r->set.mode.compat) {
			account(r, g, false);
			reject(r, g, path, o, &e);
			return true;
		}
		refuse(r, g, bad, o, &e);
	}
}

static void
put_json(struct run *r, struct outcome *o)
{
	struct err e;
	char *line = report_json(o, &e);

	if (line == NULL)
		failed(r, &e);
	else
		put(r, line, '\n');
	free(line);
}

/* --dry-run: what would be done, and why. */
static void
explain(struct run *r, const struct granule *g, const char *path, struct outcome *o)
{
	char *line;
	struct err e;

	line = report_explain(g, &r->set, path, o, &e);
	if (line == NULL)
		failed(r, &e);
	else if (!r->opts.json)
		put(r, line, r->opts.sep);
	free(line);
}

/* One SST file, from the list or from those kept. */
static void
process(struct run *r, const char *path)
{
	struct outcome o = { .decision = "combined", .age = -1 };
	double begun = clock_steady();
	struct granule g = {0};
	bool done = true;
	struct err e;

	prog_progress("%zu files made, %zu granules kept: %s", r->report.created, pending_size(r->pending), path);
	if (r->max > 0 && r->made >= (size_t)r->max) {
		r->left++;
		o.decision = "skipped";
		(void)str_fmt(o.reason, sizeof(o.reason), NULL, "--max %ld reached", r->max);
		(void)strlist_add(&o.inputs, path, NULL);
	} else if (granule_open(&g, path, &r->set, &e) < 0) {
		report_dataset(&r->report, g.name.ds, g.type);
		if (e.code == E_DATA)
			report_read(&r->report);
		reject(r, &g, path, &o, &e);
		(void)strlist_add(&o.inputs, path, NULL);
	} else {
		report_dataset(&r->report, g.name.ds, g.type);
		o.age = granule_age(clock_now(), g.source[SUITE_SST].mtime);
		done = work(r, &g, path, &o);
		if (done)
			outcome_describe(&o, &g);
	}
	if (done && !prog_signal()) {
		tell_notes(&g);
		if (r->opts.dry_run && g.name.ds != NULL)
			explain(r, &g, path, &o);
		o.seconds = clock_steady() - begun;
		if (r->opts.json)
			put_json(r, &o);
	}
	outcome_fini(&o);
	granule_fini(&g);
}

static bool
go_on(const struct run *r)
{
	return !prog_signal() && !r->lost;
}

static bool
signalled(void)
{
	return prog_signal() != 0;
}

/* Begin the granules a companion was waited for. */
static void
wake(struct run *r, const struct obpg_name *n)
{
	uint64_t mark = pending_mark(r->pending);
	char *path;

	while (go_on(r) && (path = pending_take(r->pending, n, mark)) != NULL) {
		process(r, path);
		free(path);
	}
}

static void
finish_pending(struct run *r)
{
	uint64_t mark = pending_mark(r->pending);
	char *path;

	r->at_end = true;
	while (go_on(r) && (path = pending_take(r->pending, NULL, mark)) != NULL) {
		process(r, path);
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
take_item(struct run *r, const char *path)
{
	struct obpg_name n;
	struct err e;

	if (is_side_file(path))
		return;
	if (obpg_parse(path, &n, &e) < 0) {
		failed(r, &e);
	} else if (r->dataset != NULL && r->dataset != n.ds) {
		err_set(&e, E_DATA, "%s: not a file of %s", path, r->dataset->key);
		failed(r, &e);
	} else if (is_used_when_listed(&n)) {
		if (pending_add(r->pending, path, &n, &e) < 0)
			failed(r, &e);
	} else if (n.suite != SUITE_SST) {
		wake(r, &n);
	} else if (!file_exists(path)) {
		err_set(&e, E_MISSING, "%s: no such file", path);
		failed(r, &e);
	} else {
		process(r, path);
	}
}

/* The whole list is known: remember what counts by being on it before the first granule is begun. */
static void
note_listed(struct run *r, int argc, char *argv[])
{
	struct obpg_name n;
	struct err e;

	for (int i = 0; i < argc; i++)
		if (obpg_parse(argv[i], &n, &e) == 0 && is_used_when_listed(&n) &&
		    pending_add(r->pending, argv[i], &n, &e) < 0)
			failed(r, &e);
}

static void
read_list(struct run *r, int argc, char *argv[])
{
	static struct list_in in;
	enum list_result lr;
	struct err e;
	char *item;

	list_open(&in, argc, argv, r->opts.sep);
	if (in.argv != NULL)
		note_listed(r, argc, argv);
	while (go_on(r) && (lr = list_next(&in, &item, &e)) != LIST_END) {
		if (lr == LIST_ITEM)
			take_item(r, item);
		else if (lr == LIST_BAD)
			failed(r, &e);
		else {
			r->status = prog_fail(&e);
			return;
		}
	}
	if (go_on(r))
		finish_pending(r);
}

/* The path of a name of a job list; NULL when it is not a name. */
static char *
resolve(const struct run *r, const char *name, struct err *e)
{
	struct obpg_name n;
	char path[LAYOUT_SIZE];

	if (strchr(name, '/') != NULL) {
		err_set(e, E_DATA, "%s: %s: not a bare name", r->opts.job, name);
		return NULL;
	}
	if (obpg_parse(name, &n, e) < 0 || layout_path(r->opts.root, LAYOUT_DOWNLOADS, n.ds, r->set.type, n.time,
	    name, path, e) < 0)
		return NULL;
	return mem_str(path, e);
}

static int
read_job(struct run *r)
{
	struct strlist names = {0}, paths = {0};
	struct err e;
	char *path;

	if (opts_job_items(&r->opts, &names, &e) < 0)
		return prog_fail(&e);
	if (names.n == 0)
		prog_info("NO_FILES_FOUND: %s", r->opts.job);
	for (size_t i = 0; i < names.n; i++) {
		if (is_side_file(names.item[i]))
			continue;
		path = resolve(r, names.item[i], &e);
		if (path == NULL || strlist_add(&paths, path, &e) < 0)
			failed(r, &e);
		free(path);
	}
	if (paths.n > 0 && paths.n <= INT_MAX)
		read_list(r, (int)paths.n, paths.item);
	strlist_free(&names);
	strlist_free(&paths);
	return r->status;
}

static void
end_report(struct run *r)
{
	struct err e;
	char *line;

	if (r->left > 0)
		prog_info("%zu granules left because of --max %ld", r->left, r->max);
	if (r->opts.final_log && !r->opts.dry_run) {
		line = report_final_log(&r->report);
		prog_log(line);
		free(line);
	}
	if (report_send(&r->report, &e) < 0)
		prog_warn(&e);
}

/* -1: not an option of this program. */
static int
own_option(struct run *r, int c, const char *arg)
{
	switch (c) {
	case 'w': r->set.wait = (int)prog_num("-w", arg, 0, 1000000); return 0;
	case OPT_COMPAT: r->set.mode.compat = r->maker.compat = true; return 0;
	case OPT_EXACT: r->set.mode.exact = true; return 0;
	case OPT_FORCE: r->maker.force = true; return 0;
	case OPT_MAX: r->max = prog_num("--max", arg, 0, INT_MAX); return 0;
	case OPT_QUARANTINE: r->quarantine = arg; return 0;
	case OPT_WAITING: r->waiting = arg; return 0;
	default: return -1;
	}
}

/* Put the options together; ST_OK or what to end with. */
static int
configure(struct run *r)
{
	struct opts *o = &r->opts;
	int workers = opts_workers(o, 16);
	const struct dataset *named;
	struct err e;

	workers = workers > 1 ? workers : 0;	/* -j 1: one thread for everything */
	opts_finish(o);
	if (r->set.mode.compat && r->set.mode.exact)
		return prog_bad_usage("--exact-attributes contradicts --compat");
	if (dataset_of_option(o->dataset, &r->dataset, &e) < 0 ||
	    ptype_of_option(o->type, &r->set.type, &e) < 0)
		return prog_bad_usage("%s", e.msg);
	if (o->job != NULL && r->set.type == PTYPE_COUNT)
		joblist_identity(o->job, &named, &r->set.type);
	if (o->job != NULL && r->set.type == PTYPE_COUNT)
		return prog_bad_usage("--job %s: the name tells neither quicklook nor refined; give -t", o->job);
	r->set.root = o->root;
	r->set.outdir = o->outdir;
	if (report_open(&r->report, o, r->waiting, &e) < 0)
		return prog_fail(&e);
	r->pending = pending_new(&e);
	r->set.pending = r->pending;
	r->maker.copier = r->pending == NULL || o->dry_run ? NULL : copier_new(workers, &e);
	if (r->pending == NULL || (r->maker.copier == NULL && !o->dry_run))
		return prog_fail(&e);
	return ST_OK;
}

int
main(int argc, char *argv[])
{
	static struct run r = { .opts = OPTS_DEFAULTS, .set = { .wait = -1 } };
	int c;

	prog_init(argv[0]);
	while ((c = getopt_long(argc, argv, OPTS_COMMON_SHORT "w:", longopts, NULL)) != -1)
		switch (c) {
		case OPT_HELP: usage(stdout); return prog_done(ST_OK);
		case OPT_VERSION: return prog_version();
		default:
			if (!opts_common(&r.opts, c, optarg) && own_option(&r, c, optarg) < 0) {
				usage(stderr);
				return ST_USAGE;
			}
		}
	ncf_setup();
	r.maker.stop = signalled;
	r.status = configure(&r);
	if (r.status == ST_OK) {
		if (r.opts.job != NULL)
			r.status = read_job(&r);
		else
			read_list(&r, argc - optind, argv + optind);
		end_report(&r);
		r.status = opts_job_status(&r.opts, r.status);
	}
	copier_free(r.maker.copier);
	pending_free(r.pending);
	report_close(&r.report);
	return prog_done(r.status);
}
