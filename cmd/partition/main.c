/* partition - from download lists to jobs: group files into granules, write work files, submit chains of jobs */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/prog.h"
#include "base/url.h"
#include "granule/layout.h"
#include "place/queue.h"
#include "run.h"
#include "submit.h"

#define SUBJECT "Generate Partition & Submit Lambda Failure"
#define ROUTINE "partition_and_submit"
#define BATCH 10			/* granules of a job */
#define COMPLAINTS 20			/* bad lines that are named one by one */

enum { OPT_EVENT = OPT_OWN, OPT_LISTS, OPT_PREFIX, OPT_CONFIG, OPT_TOKENS, OPT_ARRAYS, OPT_BATCH, OPT_UID,
	OPT_TIME, OPT_PENDING, OPT_RESUME, OPT_TO, OPT_ANNOUNCE, OPT_JOB_ROOT, OPT_LOGS, OPT_RECORDS, OPT_WAIT };

static const struct option longopts[] = {
	{ "announce", required_argument, NULL, OPT_ANNOUNCE },
	{ "arrays", required_argument, NULL, OPT_ARRAYS },
	{ "batch-size", required_argument, NULL, OPT_BATCH },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "engine", required_argument, NULL, 'e' },
	{ "event", no_argument, NULL, OPT_EVENT },
	{ "job-root", required_argument, NULL, OPT_JOB_ROOT },
	{ "lists", required_argument, NULL, OPT_LISTS },
	{ "logs", required_argument, NULL, OPT_LOGS },
	{ "pending", required_argument, NULL, OPT_PENDING },
	{ "prefix", required_argument, NULL, OPT_PREFIX },
	{ "records", required_argument, NULL, OPT_RECORDS },
	{ "resume", required_argument, NULL, OPT_RESUME },
	{ "time", required_argument, NULL, OPT_TIME },
	{ "to", required_argument, NULL, OPT_TO },
	{ "tokens", required_argument, NULL, OPT_TOKENS },
	{ "uid", required_argument, NULL, OPT_UID },
	{ "wait", required_argument, NULL, OPT_WAIT },
	OPTS_COMMON_LONG,
	{ NULL, 0, NULL, 0 }
};

static void
usage(FILE *fp)
{
	(void)fputs(
	    "usage: partition [options] [LIST ...]\n"
	    "       partition [options] --event [FILE]\n"
	    "       partition --resume PLAN [options]\n"
	    "Group the files of download lists into granules, write the work files, submit the jobs that download,\n"
	    "combine, process and upload them. Prints the plan's path, then each job's name and id.\n\n"
	    "      --event           the input is the message of a queue that names lists\n"
	    "      --lists STORE     where these lists are: DATASET/NAME below it (s3://PREFIX/download-lists)\n"
	    "  -e, --engine ENGINE   local[:N], slurm[:PARTITION], batch:QUEUE or none (GENERATE_ENGINE, local)\n"
	    "      --config FILE     commands and resources of jobs, as job_config.json; default: built in\n"
	    "      --to STORE        where uploader puts the granules; without, nothing is uploaded\n"
	    "      --announce TOPIC  where uploader announces them\n"
	    "      --prefix TEXT     prefix of the deployment (GENERATE_PREFIX, generate)\n"
	    "      --tokens PLACE    the token pool: a directory, s3://..., or none: (GENERATE_POOL, else tokens\n"
	    "                        in the shared tree)\n"
	    "      --arrays N        use at most N tokens, that is arrays of jobs\n"
	    "      --wait SECONDS    how long to try when others change the pool (600)\n"
	    "      --pending QUEUE   where the names of lists go when no token is free (GENERATE_PENDING)\n"
	    "      --batch-size N    granules of a job (10)\n"
	    "      --job-root DIR    the shared tree as jobs see it\n"
	    "      --logs DIR        logs of jobs (partition/logs in the shared tree)\n"
	    "      --records FILE    batch: write the requests there\n"
	    "      --resume PLAN     submit what is not submitted yet, or failed\n"
	    "      --uid ID          unique id of the run (random)\n"
	    "      --time TIME       YYYY_MM_DD_HH_MM_SS, stands in names of files (now)\n\n", fp);
	opts_help(fp);
}

/* --- messages --------------------------------------------------------------------------------------------------- */

/* A failure that is not the end of the run. */
static void
complain(struct run *r, const struct err *e)
{
	r->status = prog_failed(e, r->status);
	notify_add(&r->notify, "%s\n", e->msg);
}

static void
on_bad_line(void *ctx, const struct err *e)
{
	struct run *r = ctx;

	if (r->complaints++ < COMPLAINTS)
		complain(r, e);
	else if (r->status == ST_OK)
		r->status = ST_SOME;
}

static void
on_good_line(void *ctx, const char *list, const char *text)
{
	struct run *r = ctx;

	run_log(r, RUN_GROUP_INFO, "Processed: %s | %s", str_base(list), text);
	finallog_add(&r->log_text, RUN_LOG_PROCESSED, text);
}

static void
on_foreign(void *ctx, const char *list, size_t number, const char *dir)
{
	(void)ctx;
	prog_info("%s: line %zu: %.*s: not OBPG's server; taken nevertheless", list, number, url_shown(dir), dir);
}

static void
on_replaced(void *ctx, size_t old, size_t by)
{
	struct run *r = ctx;
	const struct lines *l = &r->in.lines;
	struct buf url = {0};

	if (r->replaced++ >= COMPLAINTS)
		return;
	lines_url(l, by, &url);
	prog_info("%s: line %u: replaced, line %u of %s has another checksum for %s", intake_list_of(&r->in, old),
	    l->line[old].number, l->line[by].number, intake_list_of(&r->in, by), url.text);
	buf_free(&url);
}

static void
on_tokens(void *ctx, enum tokens_event event, const char *text)
{
	const struct run *r = ctx;

	if (event == TOKENS_WARNING)
		prog_say("%s", text);
	else if (event == TOKENS_WAITING)
		run_log(r, RUN_GROUP_INFO, "Waiting for license retrieval...");
}

static void
on_engine(void *ctx, const struct engine_job *job, int index, const char *reason, const char *log)
{
	struct run *r = ctx;

	r->ended++;
	if (reason != NULL) {
		r->failed++;
		prog_say("%s: element %d: %s%s%s", job->name, index, reason, log != NULL ? ", see " : "",
		    log != NULL ? log : "");
	}
	prog_progress("partition: %zu elements of jobs done, %zu failed", r->ended - r->failed, r->failed);
}

/* One record on standard output: KIND, a tab and the rest, or as JSON. Takes text. */
static int
put_record(const struct run *r, char *text, struct err *e)
{
	int ret;

	if (text == NULL)
		return err_mem(e, "record");
	ret = list_put(text, r->o.sep, e);
	free(text);
	return ret;
}

/* --- submission ------------------------------------------------------------------------------------------------- */

static int
put_job(void *ctx, const struct engine_job *j, bool again, struct err *e)
{
	const struct run *r = ctx;

	bool there = j->id != NULL && strcmp(r->plan.engine, "none") != 0;

	if (!again && there)
		run_log(r, RUN_INFO, "AWS Batch job submitted: %s %s", j->name, j->id);
	return put_record(r, r->o.json ? plan_job_text(j, e) :
	    mem_fmt(e, "job\t%s\t%s", j->name, there ? j->id : "-"), e);
}

static int
put_plan(const struct run *r, struct err *e)
{
	return put_record(r, mem_fmt(e, r->o.json ? "{\"plan\":\"%s\"}" : "plan\t%s", r->plan.path), e);
}

/* The jobs run here until they have ended; then the tokens are free, whether license-returner ran or not. */
static int
run_jobs(struct run *r, struct err *e)
{
	struct tokens_returned back;
	struct engine_counts n;
	struct err le;
	int ret = engine_run(r->en, r->plan.job, r->plan.n, &n, e);

	prog_progress_end();
	if (r->pool != NULL && engine_limits(r->en)->runs && *r->plan.pool != '\0' &&
	    tokens_release(r->pool, r->plan.dataset, r->plan.uid, TOKENS_OF_ALL, &back, &le) < 0)
		complain(r, &le);
	if (ret < 0 || !engine_limits(r->en)->runs)
		return ret;
	prog_info("%zu elements of jobs done, %zu failed, %zu skipped, %zu not run", n.done, n.failed, n.skipped,
	    n.not_run);
	if (n.failed + n.skipped + n.not_run == 0)
		return plan_done(&r->plan, e);
	if (r->status == ST_OK)
		r->status = ST_SOME;
	r->incomplete = true;
	prog_say("%s: not finished; partition --resume does the rest", r->plan.path);
	return 0;
}

/* From here on nothing is undone; what fails is finished by --resume. */
static int
submit(struct run *r, struct err *e)
{
	const bool kept = engine_limits(r->en)->lasts;

	if (put_plan(r, e) < 0 || submit_jobs(&r->plan, r->en, prog_signal, put_job, r, e) < 0 ||
	    tree_drop(&r->plan.claimed, e) < 0)
		return -1;
	for (size_t i = 0; i < r->plan.claimed.n; i++)
		run_log(r, RUN_GROUP_INFO, "Deleted from EFS: %s.", r->plan.claimed.item[i]);
	/* The tokens belong to the jobs, also to those that someone else submits from the records. */
	if (*r->plan.pool != '\0' && (kept || engine_limits(r->en)->container) &&
	    submit_own(r->pool, &r->plan, e) < 0)
		return -1;
	return kept ? plan_done(&r->plan, e) : run_jobs(r, e);
}

static int
finish(struct run *r)
{
	struct err e;

	if (submit(r, &e) == 0)
		return r->status;
	if (e.code != E_SIGNAL)
		prog_warn(&e);
	prog_say("%s: not all is submitted; partition --resume does the rest", r->plan.path);
	notify_add(&r->notify, "%s\n%s: not all is submitted; partition --resume does the rest\n", e.msg, r->plan.path);
	return ST_ENV;
}

/* The rest of a plan, at this engine. */
static int
resume_at(struct run *r, const char *engine, struct err *e)
{
	int got;

	r->root = mem_str(r->plan.root, e);
	if (r->root == NULL)
		return -1;
	if (r->logs == NULL)
		r->logs = r->plan.logs;
	if (open_places(r, e) < 0)
		return -1;
	if (strcmp(engine, r->plan.engine) != 0) {
		free(r->plan.engine);
		r->plan.engine = mem_str(engine, e);
		if (r->plan.engine == NULL)
			return -1;
	}
	if (open_engine(r, engine, r->plan.path, e) < 0)
		return -1;
	if (*r->plan.pool == '\0' || r->o.dry_run)
		return 0;
	if (open_tokens(r, r->plan.pool, e) < 0)
		return -1;
	got = submit_tokens(r->pool, &r->plan, e);
	return got == 0 ? err_set(e, E_RETRY, "%s: its tokens are not free now", r->plan.path) : got < 0 ? -1 : 0;
}

/* All that is known of a finished plan, or, in a dry run, of one that is not. */
static int
show_plan(struct run *r)
{
	struct err e;

	if (!r->o.dry_run && put_plan(r, &e) < 0)
		return prog_fail(&e);
	for (size_t i = 0; i < r->plan.n; i++)
		if (put_job(r, &r->plan.job[i], true, &e) < 0)
			return prog_fail(&e);
	return r->status;
}

/* --resume, and a message that comes a second time. */
static int
resume(struct run *r, const char *path)
{
	const char *engine;
	size_t ids = 0;
	struct err e;

	if (plan_read(&r->plan, path, &e) < 0) {
		if (e.code == E_BUSY)
			e.code = E_RETRY;
		return prog_fail(&e);
	}
	r->planned = true;
	r->ds = dataset_find(r->plan.dataset);
	if (r->ds == NULL || !tokens_is_uid(r->plan.uid)) {
		err_set(&e, E_USAGE, "%s: its dataset or unique id is not one", path);
		return prog_fail(&e);
	}
	(void)str_fmt(r->uid, sizeof(r->uid), NULL, "%s", r->plan.uid);
	for (size_t i = 0; i < r->plan.n; i++)
		ids += r->plan.job[i].id != NULL;
	engine = r->engine_given != NULL ? r->engine_given : r->plan.engine;
	if ((ids > 0 || r->plan.done) && strcmp(engine, r->plan.engine) != 0)
		return prog_bad_usage("--engine: jobs of %s are at %s already", path, r->plan.engine);
	if (str_starts(engine, "batch:") != str_starts(r->plan.engine, "batch:"))	/* commands without a program */
		return prog_bad_usage("--engine: the commands of %s are those of %s", path, r->plan.engine);
	if (r->plan.done || r->o.dry_run)
		return show_plan(r);
	if (resume_at(r, engine, &e) < 0)
		return prog_fail(&e);
	return finish(r);
}

/* --- a new run -------------------------------------------------------------------------------------------------- */

/* The plan that an earlier delivery of the same message has made: its path, owned by the caller; NULL without. */
static char *
earlier_plan(const struct run *r)
{
	struct strlist found = {0};
	char dir[LAYOUT_SIZE], part[64], *path = NULL;

	(void)snprintf(part, sizeof(part), "_%s.json", r->uid);
	if (r->ev.uid[0] != '\0' && layout_dir(r->root, LAYOUT_PLANS, r->ds, PTYPE_COUNT, 0, dir, NULL) == 0 &&
	    tree_find(dir, part, &found, NULL) == 0)
		for (size_t i = 0; i < found.n && path == NULL; i++)
			if (str_ends(found.item[i], part))
				path = mem_fmt(NULL, "%s/%s", dir, found.item[i]);
	strlist_free(&found);
	return path;
}

static int
set_plan_path(struct run *r, struct err *e)
{
	char dir[LAYOUT_SIZE];

	if (r->outdir != NULL)
		(void)str_fmt(dir, sizeof(dir), NULL, "%s", r->outdir);
	else if (layout_dir(r->root, LAYOUT_PLANS, r->ds, PTYPE_COUNT, 0, dir, e) < 0)
		return -1;
	r->plan.path = mem_fmt(e, "%s/plan_%s_%s_%s.json", dir, r->ds->token, r->stamp, r->uid);
	return r->plan.path == NULL ? -1 : 0;
}

/* Names of the lists, for the pending queue. */
static int
list_names(const struct run *r, struct strlist *names, struct err *e)
{
	for (size_t i = 0; i < r->ev.lists.n; i++)
		if (strlist_add(names, r->ev.lists.item[i], e) < 0)
			return -1;
	for (int i = 0; !r->is_event && i < r->nargs; i++)
		if (strcmp(r->args[i], "-") != 0 && strlist_add(names, r->args[i], e) < 0)
			return -1;
	return 0;
}

/* The message ["NAME", ...]; owned by the caller. */
static char *
names_text(const struct strlist *names, struct err *e)
{
	json_t *a = json_array();
	char *text = NULL;

	for (size_t i = 0; a != NULL && i < names->n; i++)
		if (json_array_append_new(a, json_string(names->item[i])) < 0) {
			json_decref(a);
			a = NULL;
		}
	if (a != NULL)
		text = json_dumps(a, 0);
	json_decref(a);
	if (text == NULL)
		err_set(e, E_DATA, "names of lists: cannot be written as JSON");
	return text;
}

static int
send_pending(const struct run *r, const struct strlist *names, struct err *e)
{
	char *text = names_text(names, e), *group = mem_fmt(e, "%s-%s", r->prefix, r->ds->key);
	char *dedup = mem_fmt(e, "%s-%s-%s", r->prefix, r->ds->key, r->uid);
	struct queue_post post = { .text = text, .group = group, .dedup = dedup };
	struct queue *q = NULL;
	int ret = -1;

	if (text != NULL && group != NULL && dedup != NULL && (q = queue_open(r->pending, PLACE_CREATE, e)) != NULL)
		ret = queue_send(q, &post, e);
	queue_close(q);
	free(dedup);
	free(group);
	free(text);
	return ret;
}

/* Too few tokens are free: the lists go to the pending queue, so that a later run has them. */
static int
postpone(struct run *r)
{
	struct strlist names = {0};
	struct err e;
	int status = ST_ENV;

	if (r->pending == NULL || list_names(r, &names, &e) < 0 || names.n == 0) {
		prog_say("too few tokens of %s are free, and the lists cannot wait in a --pending queue; nothing was "
		    "done", r->ds->key);
		goto out;
	}
	if (!r->o.dry_run && send_pending(r, &names, &e) < 0) {
		status = prog_fail(&e);
		goto out;
	}
	run_log(r, RUN_GROUP_INFO, "Updated %s-pending-jobs-%s.fifo queue: %zu lists.", r->prefix, r->ds->key, names.n);
	run_log(r, RUN_INFO, "No available licenses. Any pending downloads have been written to the queue: "
	    "%s-pending-jobs-%s.fifo queue.", r->prefix, r->ds->key);
	prog_info("too few tokens of %s are free; the lists wait in %s", r->ds->key, r->pending);
	status = r->status;
	for (size_t i = 0; i < names.n; i++)
		if (put_record(r, mem_fmt(&e, r->o.json ? "{\"pending\":\"%s\"}" : "pending\t%s", names.item[i]),
		    &e) < 0)
			status = prog_failed(&e, status);
out:
	strlist_free(&names);
	return status;
}

static void
print_final_log(struct run *r)
{
	char *line;

	if (!r->o.final_log)
		return;
	finallog_field(&r->log_text, "unique_id", "%s", r->uid);
	finallog_field(&r->log_text, "dataset", "%s", r->ds->label);
	finallog_field(&r->log_text, "number_downloads", "%ld", r->plan.downloads);
	finallog_field(&r->log_text, "number_licenses", "%d", r->licenses);
	if (r->type != PTYPE_REFINED && r->outdir == NULL)
		finallog_field(&r->log_text, "combiner_wait_total", "%zu", r->waiting.names.n);
	line = finallog_line(&r->log_text, ROUTINE);
	prog_log(line);
	free(line);
}

/* Everything up to the plan: 1, 0 when too few tokens are free, -1. Nothing is left behind unless it is 1. */
static int
prepare(struct run *r, struct err *e)
{
	int got;

	if (make_granules(r, e) < 0)
		return -1;
	if (prog_signal() != 0)
		return err_set(e, E_SIGNAL, "interrupted");
	if (make_count(r) > 0) {
		if (open_pool(r, e) < 0)
			return -1;
		got = make_acquire(r, e);
		if (got <= 0)
			return got;
	}
	if (set_plan_path(r, e) < 0 || make_plan(r, e) < 0)
		return -1;
	return 1;
}

/* Open what is needed and make the plan; -1, or the status to end with. */
static int
plan_run(struct run *r)
{
	struct err e;
	int got;

	got = prepare(r, &e);
	if (got == 1)
		return -1;
	run_undo(r);
	if (got == 0)
		return postpone(r);
	if (e.code == E_SIGNAL)
		return ST_ENV;
	notify_add(&r->notify, "%s\n", e.msg);
	return e.code == E_MISSING || e.code == E_DATA ? (prog_warn(&e), ST_ENV) : prog_fail(&e);
}

/* The tree, and the dataset's lock: other runs wait until our plan is written. */
static int
enter_tree(struct run *r, struct err *e)
{
	if (r->o.dry_run || r->outdir != NULL)
		return 0;
	if (tree_make(r->root, r->ds, e) < 0)
		return -1;
	r->lock = tree_lock(r->root, r->ds, e);
	return r->lock < 0 ? -1 : 0;
}

static void
leave_tree(struct run *r)
{
	if (r->lock >= 0)
		(void)close(r->lock);
	r->lock = -1;
}

static int
nothing_to_do(const struct run *r)
{
	run_log(r, RUN_INFO, "No downloads available to process.");
	prog_info("no downloads");
	return r->status;
}

/* The plan of an earlier delivery is finished instead of making another one. */
static int
resume_earlier(struct run *r, const char *plan)
{
	prog_info("%s: this message has been here before", plan);
	leave_tree(r);
	engine_close(r->en);
	r->en = NULL;
	free(r->root);
	r->root = NULL;
	return resume(r, plan);
}

/* The plan is there. */
static int
submit_new(struct run *r)
{
	struct err e;

	if (r->replaced > COMPLAINTS)
		prog_info("%zu more lines were replaced", r->replaced - COMPLAINTS);
	print_final_log(r);
	if (r->o.dry_run)
		return show_plan(r);
	engine_close(r->en);		/* now with its state file */
	r->en = NULL;
	if (open_engine(r, r->engine, r->plan.path, &e) < 0) {
		prog_say("%s: nothing is submitted yet; partition --resume does it", r->plan.path);
		prog_warn(&e);
		return ST_ENV;
	}
	return finish(r);
}

/* A message that has a plan needs its lists no more. */
static int
start_again(struct run *r, bool *again)
{
	struct err e;
	char *plan;
	int status;

	if (open_root(r, &e) < 0)
		return prog_fail(&e);
	plan = earlier_plan(r);
	*again = plan != NULL;
	status = plan != NULL ? resume_earlier(r, plan) : 0;
	free(plan);
	return status;
}

static int
start(struct run *r)
{
	bool again = false;
	struct err e;
	char *plan;
	int status = r->is_event ? start_again(r, &again) : 0;

	if (again || status != 0)
		return status;
	if (load_lists(r, &e) < 0)
		return e.code == E_SIGNAL ? ST_ENV : prog_fail(&e);
	if (r->complaints > COMPLAINTS)
		prog_say("%zu more bad lines", r->complaints - COMPLAINTS);
	if (r->in.lines.n == 0 || r->ds == NULL)
		return nothing_to_do(r);
	if (open_config(r, &e) < 0 || (r->root == NULL && open_root(r, &e) < 0) ||
	    open_places(r, &e) < 0 || open_engine(r, r->engine, NULL, &e) < 0 ||
	    enter_tree(r, &e) < 0)
		return e.code == E_SIGNAL ? ST_ENV : prog_fail(&e);
	plan = earlier_plan(r);
	status = plan != NULL ? resume_earlier(r, plan) : plan_run(r);
	free(plan);
	leave_tree(r);
	return status >= 0 ? status : submit_new(r);
}

/* --- options ---------------------------------------------------------------------------------------------------- */

static const char *
variable(const char *name)
{
	const char *s = getenv(name);

	return s != NULL && *s != '\0' ? s : NULL;
}

static void
set_defaults(struct run *r)
{
	r->engine = r->engine_given != NULL ? r->engine_given : variable("GENERATE_ENGINE");
	if (r->engine == NULL)
		r->engine = "local";
	if (r->pending == NULL)
		r->pending = variable("GENERATE_PENDING");
	if (r->prefix == NULL)
		r->prefix = variable("GENERATE_PREFIX");
}

/* What must hold before anything is read; 0, or the status to end with. */
static int
check_options(struct run *r)
{
	struct err e;

	if (r->o.job != NULL)
		return prog_bad_usage("--job: partition makes job lists, it does not take any");
	if (r->resume != NULL && (r->nargs > 0 || r->is_event))
		return prog_bad_usage("--resume takes no lists");
	if (r->o.outdir != NULL && strcmp(r->engine, "none") != 0)
		return prog_bad_usage("-o is for --engine none: the jobs of others look into the tree");
	if (r->is_event && r->nargs > 1)
		return prog_bad_usage("--event takes one message");
	if (r->records != NULL && strcmp(r->records, "-") == 0)
		return prog_bad_usage("--records: standard output is taken");
	if (dataset_of_option(r->o.dataset, &r->ds, &e) < 0 || ptype_of_option(r->o.type, &r->type, &e) < 0 ||
	    (r->prefix != NULL && prefix_check(r->prefix, &e) < 0) || load_time(r, &e) < 0 ||
	    notify_open(&r->notify, r->o.dry_run ? NULL : r->o.notify, &e) < 0)
		return prog_fail(&e);
	return 0;
}

static int
run(struct run *r)
{
	struct err e;
	int status;

	if (r->resume != NULL)
		return resume(r, r->resume);
	if (r->is_event) {
		r->o.final_log = true;
		if (load_event(r, &e) < 0)
			return prog_fail(&e);
	}
	if (r->prefix == NULL)
		r->prefix = "generate";
	if (load_uid(r, &e) < 0)
		return prog_fail(&e);
	r->told.line = r->o.final_log ? on_good_line : NULL;
	status = start(r);
	if (status == ST_SOME && r->is_event && !r->o.strict && !r->incomplete) {
		prog_info("the message is done with: all that is good in its lists is on its way");
		status = ST_OK;
	}
	return status;
}

static bool
own_option(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_ANNOUNCE: r->announce = arg; return true;
	case OPT_ARRAYS: r->arrays = prog_num("--arrays", arg, 1, 10000); return true;
	case OPT_BATCH: r->batch = prog_num("--batch-size", arg, 1, 100000); return true;
	case OPT_CONFIG: r->config = arg; return true;
	case 'e': r->engine_given = arg; return true;
	case OPT_EVENT: r->is_event = true; return true;
	case OPT_JOB_ROOT: r->job_root = arg; return true;
	case OPT_LISTS: r->lists = arg; return true;
	case OPT_LOGS: r->logs = arg; return true;
	case OPT_PENDING: r->pending = arg; return true;
	case OPT_PREFIX: r->prefix = arg; return true;
	case OPT_RECORDS: r->records = arg; return true;
	case OPT_RESUME: r->resume = arg; return true;
	case OPT_TIME: r->time_given = arg; return true;
	case OPT_TO: r->to = arg; return true;
	default: return false;
	}
}

static bool
more_options(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_TOKENS: r->tokens = arg; return true;
	case OPT_UID: r->uid_given = arg; return true;
	case OPT_WAIT: r->wait = prog_num("--wait", arg, 1, 86400); return true;
	default: return own_option(r, c, arg) || opts_common(&r->o, c, arg);
	}
}

int
main(int argc, char *argv[])
{
	static const char *const sections[] = { "processed", "combiner_sst_wait", NULL };
	static struct run r = { .o = OPTS_DEFAULTS, .batch = BATCH, .lock = -1, .log = prog_log, .info = prog_info,
		.complain = complain, .on_replaced = on_replaced, .on_bad_name = on_bad_line, .on_tokens = on_tokens,
		.on_engine = on_engine, .log_text = { .sections = sections, .bare_end = true },
		.told = { NULL, on_bad_line, on_foreign, &r } };
	struct err e;
	int c, status;

	prog_init(argv[0]);
	while ((c = getopt_long(argc, argv, "e:" OPTS_COMMON_SHORT, longopts, NULL)) != -1)
		switch (c) {
		case OPT_HELP: usage(stdout); return prog_done(ST_OK);
		case OPT_VERSION: return prog_version();
		default:
			if (more_options(&r, c, optarg))
				break;
			usage(stderr);
			return ST_USAGE;
		}
	opts_finish(&r.o);
	r.nargs = argc - optind;
	r.args = argv + optind;
	set_defaults(&r);
	status = check_options(&r);
	if (status == 0)
		status = run(&r);
	if (notify_send(&r.notify, SUBJECT, &e) < 0)
		prog_warn(&e);
	run_fini(&r);
	return prog_done(status);
}
