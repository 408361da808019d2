/* partition - from download lists to jobs: group files into granules, write work lists, submit chains of jobs */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "claim.h"
#include "event.h"
#include "group.h"
#include "jobs.h"
#include "partition.h"
#include "place/backend.h"
#include "submit.h"
#include "worklists.h"

#define AT(field) offsetof(struct partition, field)

static const struct option_row rows[] = {
	{ 0, "event", NULL, OPT_FLAG, AT(event), "the input is the message of a queue that names lists" },
	{ 0, "lists", "STORE", OPT_TEXT, AT(lists),
	    "where these lists are, as DATASET/NAME (s3://PREFIX/download-lists)" },
	{ 'e', "engine", "ENGINE", OPT_TEXT, AT(engine_given),
	    "local[:N], slurm[:PARTITION], batch:QUEUE or none\n(GENERATE_ENGINE, local)" },
	{ 0, "config", "FILE", OPT_TEXT, AT(config), "commands and resources of jobs, as job_config.json (built in)" },
	{ 0, "to", "STORE", OPT_TEXT, AT(to), "where uploader puts the granules; without, nothing is uploaded" },
	{ 0, "announce", "TOPIC", OPT_TEXT, AT(announce), "where uploader announces them" },
	{ 0, "prefix", "TEXT", OPT_TEXT, AT(prefix), "prefix of the deployment (GENERATE_PREFIX, generate)" },
	{ 0, "tokens", "PLACE", OPT_TEXT, AT(tokens),
	    "the token pool: a directory, s3://..., or none:\n(GENERATE_POOL, else tokens in the shared tree)" },
	{ 0, "arrays", "N", OPT_NUMBER(1, 10000), AT(arrays), "use at most N tokens, that is arrays of jobs" },
	{ 0, "wait", "SECONDS", OPT_NUMBER(1, 86400), AT(wait), "how long to try when others change the pool (600)" },
	{ 0, "pending", "QUEUE", OPT_TEXT, AT(pending), "where lists go when no token is free (GENERATE_PENDING)" },
	{ 0, "batch-size", "N", OPT_NUMBER(1, 100000), AT(batch), "granules of a job (10)" },
	{ 0, "job-root", "DIR", OPT_TEXT, AT(job_root), "the shared tree as jobs see it" },
	{ 0, "logs", "DIR", OPT_TEXT, AT(logs), "logs of jobs (partition/logs in the shared tree)" },
	{ 0, "records", "FILE", OPT_TEXT, AT(records), "batch: write the requests there" },
	{ 0, "resume", "PLAN", OPT_TEXT, AT(resume), "submit what is not submitted yet, or failed" },
	{ 0, "uid", "ID", OPT_TEXT, AT(uid_given), "unique id of the run (random)" },
	{ 0, "time", "TIME", OPT_TEXT, AT(time_given), "YYYY_MM_DD_HH_MM_SS, stands in names of files (now)" },
	OPT_END
};

static const struct program program = {
	.usage = "usage: partition [options] [LIST ...]\n"
	    "       partition [options] --event [FILE]\n"
	    "       partition --resume PLAN [options]\n"
	    "Group the files of download lists into granules, write the work files, submit the jobs that download,\n"
	    "combine, process and upload them. Prints the plan's path, then each job's name and id.\n",
	.rows = rows,
	.common = COMMON_LIST | COMMON_DATASET | COMMON_TYPE | COMMON_DRY | COMMON_OUTPUT | COMMON_ROOT | COMMON_JSON |
	    COMMON_STRICT | COMMON_NOTIFY | COMMON_FINAL_LOG | COMMON_PROGRESS,
	.subject = "Generate Partition & Submit Lambda Failure",
	.sections = (const char *const []){ "processed", "combiner_sst_wait", NULL },
	.own_mail = true,
};

/* --- a new plan ------------------------------------------------------------------------------------------------- */

/*
 * Granules, tokens, work lists and, when all of them are there, the plan; the lock is held. 1, 0 when too few tokens
 * are free, -1; nothing is left behind unless it is 1.
 */
static int
make_plan(struct partition *p, const struct event *ev, struct intake *in, const struct config *config,
    const struct engine_limits *limits, struct plan *plan, struct tokens **pool, struct err *e)
{
	struct worklists w = { .ds = p->run.ds, .stamp = p->stamp, .uid = p->uid, .batch = (size_t)p->batch,
		.array_max = (size_t)limits->array };
	struct groups gr = {0};
	struct tokens_grant grant = {0};
	struct cut cut = {0};
	size_t keys[PTYPE_COUNT], granules;
	int got = 0, ret = -1;
	struct err le;

	intake_group(in, &gr);
	if (claim_late(p, &in->lines, &gr, e) < 0 || claim_take(p, &gr, &plan->claimed, &plan->waiting, e) < 0)
		goto out;
	keys[PTYPE_QUICKLOOK] = gr.type[PTYPE_QUICKLOOK].n;
	keys[PTYPE_REFINED] = gr.type[PTYPE_REFINED].n;
	granules = keys[PTYPE_QUICKLOOK] + keys[PTYPE_REFINED];
	prog_info("%zu lines: %zu quicklook and %zu refined granules, %zu files without an SST file", in->lines.n,
	    keys[PTYPE_QUICKLOOK], keys[PTYPE_REFINED], gr.nunmatched);
	if (prog_signal() != 0) {
		err_set(e, E_SIGNAL, "interrupted");
		goto out;
	}
	if (granules > 0) {
		got = submit_take(p, plan, keys, *ev->uid != '\0', pool, &grant, e);
		if (got <= 0) {
			ret = got;
			goto out;
		}
		cut = cut_tokens(grant.dataset, grant.floating, keys, limits->deps);
		if (submit_share(p, *pool, &grant, &cut, e) < 0)
			goto out;
	} else {
		plan->pool = xstrdup("");
	}
	if (jobs_dirs(p, &w, e) < 0 || worklists_write(&w, &in->lines, &gr, &cut, e) < 0)
		goto out;
	plan->path = xfmt("%s/plan_%s_%s_%s.json", p->plans, p->run.ds->token, p->stamp, p->uid);
	plan->granules = (long)granules;
	if (jobs_make(p, &w, &cut, config, limits->container, plan, e) < 0)
		goto out;
	if (!p->run.dry_run && (newfiles_commit(&w.files, e) < 0 || plan_write(plan, e) < 0))
		goto out;
	newfiles_keep(&w.files);
	jobs_log(p, &w, plan, grant.dataset + grant.floating, keys[PTYPE_QUICKLOOK] == 0);
	ret = 1;
out:
	worklists_fini(&w);		/* first, because what is left of a full disk may do to return tokens */
	if (ret <= 0 && got > 0 && submit_release(p, *pool, &le) < 0)
		run_error(&p->run, &le);
	if (ret <= 0 && claim_restore(&plan->claimed, &le) < 0)
		run_error(&p->run, &le);
	groups_fini(&gr);
	return ret;
}

/* 1 when jobs that ran here have failed, 0, or -1. */
static int
start(struct partition *p, struct err *e)
{
	struct event ev = {0};
	struct intake in = {0};
	const struct engine_opts eo = { .output = p->records };
	struct config *config = NULL;
	struct engine *en;
	struct engine_limits limits;
	struct tokens *pool = NULL;
	struct plan plan = {0};
	int lock = -1, got, ret = -1;
	char *earlier = NULL;

	if (event_read(p, &ev, e) < 0)
		goto out;
	if (*ev.uid != '\0' && claim_plan(p, p->uid, &earlier, e) != 0)
		goto again;			/* its lists are needed no more */
	if (intake_read(p, &ev, &in, e) < 0)
		goto out;
	if (in.lines.n == 0) {
		run_log(&p->run, LOG_SUBMIT, "No downloads available to process.");
		prog_info("no downloads");
		ret = 0;
		goto out;
	}
	config = config_load(p->config, e);
	en = config != NULL ? engine_open(p->run.dry_run ? "none" : p->engine, &eo, e) : NULL;
	if (en == NULL)
		goto out;
	limits = *engine_limits(en);
	engine_close(en);			/* what it does comes with the plan */
	if (!p->run.dry_run && p->outdir == NULL && (lock = claim_lock(p, e)) < 0)
		goto out;
	if (*ev.uid != '\0' && claim_plan(p, p->uid, &earlier, e) != 0)
		goto again;			/* made while we waited for the lock */
	event_names(p, &ev, &plan.lists);
	got = make_plan(p, &ev, &in, config, &limits, &plan, &pool, e);
	if (lock >= 0)
		(void)close(lock);
	p->planned = got > 0;
	if (got >= 0)
		ret = got > 0 ? submit_plan(p, &plan, pool) : event_postpone(p, &plan.lists, e);
	goto out;
again:
	if (lock >= 0)
		(void)close(lock);
	if (earlier != NULL) {
		prog_info("%s: this message has been here before", earlier);
		ret = submit_resume(p, earlier, e);
	}
out:
	free(earlier);
	tokens_close(pool);
	plan_fini(&plan);
	config_free(config);
	intake_fini(&in);
	event_fini(&ev);
	return ret;
}

/* --- the run ---------------------------------------------------------------------------------------------------- */

static const char *
option_or(const char *given, const char *variable, const char *fallback)
{
	const char *s = given != NULL ? given : getenv(variable);

	return s != NULL && *s != '\0' ? s : fallback;
}

static void
check_options(struct partition *p)
{
	p->engine = option_or(p->engine_given, "GENERATE_ENGINE", "local");
	p->pending = option_or(p->pending, "GENERATE_PENDING", NULL);
	p->prefix = option_or(p->prefix, "GENERATE_PREFIX", NULL);
	if (p->resume != NULL && (p->run.nargs > 0 || p->event))
		run_usage("--resume takes no lists");
	if (p->run.outdir != NULL && strcmp(p->engine, "none") != 0)
		run_usage("-o is for --engine none: the jobs of others look into the tree");
	if (p->event && p->run.nargs > 1)
		run_usage("--event takes one message");
	if (p->records != NULL && strcmp(p->records, "-") == 0)
		run_usage("--records: standard output is taken");
	if (p->uid_given != NULL && !tokens_is_uid(p->uid_given))
		run_usage("--uid %s: neither 8 hexadecimal nor 4 decimal digits", p->uid_given);
	if (p->uid_given != NULL)
		xsnprintf(p->uid, sizeof(p->uid), "%s", p->uid_given);
	p->run.no_items = p->resume != NULL;
	p->run.final_log |= p->event && !p->run.dry_run;
}

/* Places that jobs, and those who resume, open from another directory. */
static int
make_absolute(const char **place, struct err *e)
{
	if (*place == NULL)
		return 0;
	*place = backend_absolute(*place, e);
	return *place == NULL ? -1 : 0;
}

static int
set_places(struct partition *p, struct err *e)
{
	if (p->run.outdir != NULL && (p->outdir = backend_directory(p->run.outdir, PLACE_ASIS, e)) == NULL)
		return -1;
	return claim_root(p, p->run.root, e) < 0 || make_absolute(&p->to, e) < 0 ||
	    make_absolute(&p->announce, e) < 0 || make_absolute(&p->logs, e) < 0 ? -1 : 0;
}

int
main(int argc, char *argv[])
{
	static struct partition p = { .batch = 10, .run.log.bare_end = true };	/* its texts live as long as we do */
	struct run *r = &p.run;
	struct err e;
	int ret;

	run_begin(r, argc, argv, &program);
	check_options(&p);
	if (set_places(&p, &e) < 0 || run_open(r, &e) < 0)
		return run_abort(r, &e);
	ret = p.resume != NULL ? submit_resume(&p, p.resume, &e) : start(&p, &e);
	if (ret < 0) {
		run_error(r, &e);
		notify_add(&r->notify, "%s\n", e.msg);
		run_status(r, e.code == E_USAGE ? ST_USAGE : ST_ENV);
	} else if (ret > 0) {
		run_status(r, r->status == ST_OK ? ST_SOME : r->status);
	} else if (r->status == ST_SOME && p.event && !r->strict) {
		prog_info("the message is done with: all that is good in its lists is on its way");
		run_status(r, ST_OK);
	}
	return run_end(r, p.planned ? "partition_and_submit" : NULL);
}
