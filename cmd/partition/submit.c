/* submit - the tokens of a run, and the jobs of its plan */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "claim.h"
#include "event.h"
#include "granule/layout.h"
#include "run/tokenpool.h"
#include "submit.h"

#define ATTEMPTS 3			/* of a job's element */
#define RETRY_DELAY 10			/* seconds between them */
#define GRACE 30			/* seconds from SIGTERM to SIGKILL */

/* --- tokens ----------------------------------------------------------------------------------------------------- */

static void
on_tokens(void *ctx, enum tokens_event event, const char *text)
{
	const struct partition *p = ctx;

	if (event == TOKENS_WARNING)
		prog_say("%s", text);
	else if (event == TOKENS_WAITING)
		run_log(&p->run, LOG_GROUP, "Waiting for license retrieval...");
}

static struct tokens *
open_pool(struct partition *p, const char *place, struct err *e)
{
	struct tokens_options to = { .wait = (int)p->wait, .stop = prog_signal, .tell = on_tokens, .ctx = p,
		.who = "partition" };

	return tokenpool_open(place, &to, p->run.dry_run ? PLACE_ASIS : PLACE_CREATE, e);
}

/* Open the pool of a new plan, which gets its place. */
static struct tokens *
open_new_pool(struct partition *p, struct plan *plan, struct err *e)
{
	char dir[LAYOUT_SIZE];
	const char *place = strcmp(p->engine, "none") == 0 && p->tokens == NULL ? "none:" :
	    tokenpool_place(p->tokens, p->root, dir, e);

	if (place == NULL)
		return NULL;
	if (strchr(place, ':') == NULL)
		plan->pool = backend_directory(place, p->run.dry_run ? PLACE_ASIS : PLACE_CREATE, e);
	else
		plan->pool = xstrdup(str_starts(place, "none:") ? "" : place);
	return plan->pool != NULL ? open_pool(p, *plan->pool != '\0' ? plan->pool : place, e) : NULL;
}

int
submit_take(struct partition *p, struct plan *plan, const size_t keys[PTYPE_COUNT], bool dead, struct tokens **pool,
    struct tokens_grant *g, struct err *e)
{
	struct tokens_request rq = { .pool = p->run.ds->key, .uid = p->uid, TOKENS_REQUEST_DEFAULTS };
	int got;

	*pool = open_new_pool(p, plan, e);
	if (*pool == NULL)
		return -1;
	rq.max = p->arrays > 0 ? (int)p->arrays : *plan->pool == '\0' ? p->run.ds->tokens : 0;
	if (rq.max == 1)
		rq.min = 1;
	got = tokens_acquire(*pool, &rq, g, e);
	if (got < 0 && e->code == E_BUSY && dead && submit_release(p, *pool, e) == 0)
		got = tokens_acquire(*pool, &rq, g, e);
	if (got < 0 && e->code == E_BUSY)
		e->code = E_RETRY;
	if (got <= 0 || g->dataset + g->floating > 1 || keys[PTYPE_QUICKLOOK] == 0 || keys[PTYPE_REFINED] == 0)
		return got;
	(void)submit_release(p, *pool, e);
	return err_set(e, E_USAGE,
	    "quicklook and refined granules need a token each, and there is one; -t takes one type");
}

int
submit_share(struct partition *p, struct tokens *pool, const struct tokens_grant *g, const struct cut *cut,
    struct err *e)
{
	struct tokens_shares shares = { .ql = cut->ql, .r = cut->r, .floating = cut->floating,
		.floating_refined = cut->floating_refined };
	int back = g->dataset + g->floating - shares.ql - shares.r - shares.floating;
	int got = tokens_assign(pool, p->run.ds->key, p->uid, &shares, NULL, e);

	if (got <= 0)
		return got < 0 ? -1 : err_set(e, E_RETRY, "%s: another process has returned its tokens", p->uid);
	if (back > 0)
		run_log(&p->run, LOG_GROUP, "Returned %d license(s) to parameter: %s", back, p->run.ds->key);
	return 0;
}

int
submit_release(struct partition *p, struct tokens *pool, struct err *e)
{
	struct tokens_returned back;

	return tokens_release(pool, p->run.ds->key, p->uid, TOKENS_OF_ALL, &back, e);
}

/* Whether the job that returns the tokens of a type is still to be submitted. When it is not, they may be back. */
static bool
is_used(const struct plan *p, enum ptype t)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->job[i].nended > 0 && p->job[i].id == NULL && strcmp(p->job[i].ptype, ptype_name(t)) == 0)
			return true;
	return false;
}

static int
retake(struct tokens *t, const struct plan *p, struct err *e)
{
	bool ql = is_used(p, PTYPE_QUICKLOOK), refined = is_used(p, PTYPE_REFINED);
	int floating = (p->floating_refined ? refined : ql) ? (int)p->floating : 0, need, r;
	struct tokens_shares shares = { .ql = ql ? (int)p->ql : 0, .r = refined ? (int)p->r : 0,
		.floating_refined = p->floating_refined };
	struct tokens_request rq = { .pool = p->dataset, .uid = p->uid, .max_floating = floating };
	struct tokens_owner self = { .pid = getpid() };
	struct tokens_returned back;
	struct tokens_grant g;

	need = shares.ql + shares.r + floating;
	rq.min = rq.max = need;
	if (need == 0)
		return 1;
	r = tokens_assign(t, p->dataset, p->uid, NULL, &self, e);	/* before they count as those of the dead */
	if (r != 0 || (r = tokens_acquire(t, &rq, &g, e)) <= 0)
		return r;
	shares.floating = g.floating;
	if (g.floating < floating)		/* one of the dataset's instead */
		*(p->floating_refined ? &shares.r : &shares.ql) += 1;
	if (tokens_assign(t, p->dataset, p->uid, &shares, NULL, e) > 0)
		return 1;
	(void)tokens_release(t, p->dataset, p->uid, TOKENS_OF_ALL, &back, NULL);
	return -1;
}

/* Open the pool and make sure that a plan that is resumed holds its tokens: those of its dead run are taken over. */
static int
retake_all(struct partition *p, const struct plan *plan, struct tokens **pool, struct err *e)
{
	int held;

	if (*plan->pool == '\0')
		return 0;
	*pool = open_pool(p, plan->pool, e);
	held = *pool == NULL ? -1 : plan->refused ? 1 : retake(*pool, plan, e);
	return held > 0 ? 0 : held < 0 ? -1 : err_set(e, E_RETRY, "%s: its tokens are not free now", plan->path);
}

/* Hand the tokens over to the jobs that return them. */
static int
hand_over(struct tokens *t, const struct plan *p, struct err *e)
{
	struct tokens_owner owner = {0};
	struct buf jobs = {0};
	int ret;

	buf_add(&jobs, "%s", p->engine);
	for (size_t i = 0; i < p->n; i++) {
		const struct engine_job *j = &p->job[i];

		if (j->nended > 0 && j->id != NULL && jobs.len + strlen(j->id) < TOKENS_JOBS_MAX)
			buf_add(&jobs, " %s", j->id);
	}
	owner.jobs = jobs.text;
	ret = tokens_assign(t, p->dataset, p->uid, NULL, &owner, e) < 0 ? -1 : 0;
	buf_free(&jobs);
	return ret;
}

/* --- jobs ------------------------------------------------------------------------------------------------------- */

/* Submit job i and note it where the job lives longer than we do. */
static int
submit_one(struct plan *plan, size_t i, struct engine *en, struct err *e)
{
	bool note = engine_limits(en)->lasts;
	int found = note && plan->job[i].tried ? engine_find(en, &plan->job[i], e) : 0;

	if (found < 0)
		return -1;
	if (found == 0 && note && plan_trying(plan, i, e) < 0)
		return -1;
	if (found == 0 && engine_submit(en, plan->job, i, e) < 0) {
		struct err le;

		if ((e->code == E_USAGE || e->code == E_DATA) && plan_refused(plan, &le) < 0)
			*e = le;
		return -1;
	}
	return note ? plan_submitted(plan, i, e) : 0;
}

static void
put_job(struct partition *p, const struct plan *plan, const struct engine_job *j)
{
	bool there = j->id != NULL && strcmp(plan->engine, "none") != 0;
	struct item it;

	item_begin(&it, j->input);
	if (there)
		strlist_push(&it.outputs, j->id);
	it.text = xfmt("job\t%s\t%s", j->name, there ? j->id : "-");
	it.own = plan_job_json(j, item_texts(&j->argv));
	run_put(&p->run, &it);
}

static void
put_plan(struct partition *p, const struct plan *plan)
{
	struct item it;

	item_begin(&it, NULL);
	for (size_t i = 0; i < plan->lists.n; i++)
		strlist_push(&it.inputs, plan->lists.item[i]);
	strlist_push(&it.outputs, plan->path);
	it.text = xfmt("plan\t%s", plan->path);
	item_set(&it, "plan", "o", item_text(plan->path));
	run_put(&p->run, &it);
}

static void
show(struct partition *p, const struct plan *plan)
{
	if (!p->run.dry_run)
		put_plan(p, plan);
	for (size_t i = 0; i < plan->n; i++)
		put_job(p, plan, &plan->job[i]);
}

static void
on_engine(void *ctx, const struct engine_job *job, int index, const char *reason, const char *log)
{
	struct partition *p = ctx;

	p->ended++;
	if (reason != NULL) {
		p->failed++;
		prog_say("%s: element %d: %s%s%s", job->name, index, reason, log != NULL ? ", see " : "",
		    log != NULL ? log : "");
	}
	prog_progress("%zu elements of jobs done, %zu failed", p->ended - p->failed, p->failed);
}

/* Submit the jobs, and give them what was ours. */
static int
submit_all(struct partition *p, struct plan *plan, struct engine *en, struct tokens *pool, struct err *e)
{
	for (size_t i = 0; i < plan->n; i++) {
		bool again = plan->job[i].id != NULL;

		if (!run_goes_on(&p->run))
			return err_set(e, E_SIGNAL, "interrupted");
		if (!again && submit_one(plan, i, en, e) < 0)
			return -1;
		if (!again && strcmp(plan->engine, "none") != 0)
			run_log(&p->run, LOG_SUBMIT, "AWS Batch job submitted: %s %s", plan->job[i].name,
			    plan->job[i].id);
		put_job(p, plan, &plan->job[i]);
	}
	if (claim_drop(&plan->claimed, e) < 0)
		return -1;
	for (size_t i = 0; i < plan->claimed.n; i++)
		run_log(&p->run, LOG_GROUP, "Deleted from EFS: %s.", plan->claimed.item[i]);
	/* The tokens belong to the jobs, also to those that someone else submits from the records. */
	return *plan->pool != '\0' && (engine_limits(en)->lasts || engine_limits(en)->container) ?
	    hand_over(pool, plan, e) : 0;
}

/* Where the jobs run here, until they have ended; then the tokens are free, whether license-returner ran or not. */
static int
run_jobs(struct partition *p, struct plan *plan, struct engine *en, struct tokens *pool, struct err *e)
{
	struct engine_counts n;
	struct err le;
	int ret = engine_run(en, plan->job, plan->n, &n, e);

	prog_progress_end();
	if (!engine_limits(en)->runs)
		return ret;
	if (*plan->pool != '\0' && submit_release(p, pool, &le) < 0)
		run_error(&p->run, &le);
	if (ret < 0)
		return -1;
	prog_info("%zu elements of jobs done, %zu failed, %zu skipped, %zu not run", n.done, n.failed, n.skipped,
	    n.not_run);
	if (n.failed + n.skipped + n.not_run == 0)
		return plan_done(plan, e);
	prog_say("%s: not finished; partition --resume does the rest", plan->path);
	return 1;
}

/* Another step of an undoing: one that fails is said, and another run does it. */
static void
undo_step(struct partition *p, bool *failed, int r, const struct err *e)
{
	if (r < 0) {
		run_error(&p->run, e);
		*failed = true;
	}
}

/*
 * A job was refused for good: nothing of the run stays. Every step may be done again. Where the lists went to the
 * pending queue the plan stays, so that its message, should it come again, is known to be done with.
 */
static void
undo(struct partition *p, struct plan *plan, struct engine *en, struct tokens *pool)
{
	bool failed = false;
	struct err e;
	int r;

	for (size_t i = 0; i < plan->n && engine_limits(en)->lasts; i++) {
		struct engine_job *j = &plan->job[i];

		if (j->tried && j->id == NULL)
			undo_step(p, &failed, engine_find(en, j, &e), &e);
		if (j->id == NULL)
			continue;
		r = engine_cancel(en, j->id, &e);
		run_log(&p->run, LOG_SUBMIT, "%s job: %s %s", r == 0 ? "Cancelled" : "Could not cancel", j->name,
		    j->id);
		undo_step(p, &failed, r, &e);
	}
	if (*plan->pool != '\0')
		undo_step(p, &failed, submit_release(p, pool, &e), &e);
	undo_step(p, &failed, claim_restore(&plan->claimed, &e), &e);
	if (failed)
		return;
	r = event_pending(p, &plan->lists, &e);
	if (r >= 0)
		r = r > 0 ? plan_done(plan, &e) : plan_remove(plan, &e);
	undo_step(p, &failed, r, &e);
	plan->done = !failed;
}

static void
set_variable(struct strlist *env, const char *name, const char *value)
{
	char *text = xfmt("%s=%s", name, value);

	strlist_push(env, text);
	free(text);
}

/* 1 when jobs that ran here have failed, 0, or -1. */
static int
submit_jobs(struct partition *p, struct plan *plan, struct tokens *pool, struct err *e)
{
	char *state = xfmt("%s.state", plan->path), *logs = xfmt("%s/logs", p->plans);
	struct strlist env = {0};
	struct engine_opts eo = { .env = &env, .attempts = ATTEMPTS, .retry_delay = RETRY_DELAY, .grace = GRACE,
		.run = plan->uid, .state = state, .stop = prog_signal, .ended = on_engine, .ctx = p,
		.output = p->records };
	struct engine *en;
	int ret = -1;

	eo.logs = p->logs != NULL ? p->logs : plan->logs != NULL ? plan->logs : logs;
	set_variable(&env, "GENERATE_ROOT", plan->root);
	set_variable(&env, "GENERATE_PREFIX", plan->prefix);
	if (*plan->pool != '\0')
		set_variable(&env, "GENERATE_POOL", plan->pool);
	en = engine_open(plan->engine, &eo, e);
	if (en != NULL) {
		put_plan(p, plan);
		ret = plan->refused ? err_set(e, E_DATA, "%s: was refused", plan->path) :
		    submit_all(p, plan, en, pool, e);
		if (plan->refused)
			undo(p, plan, en, pool);
		if (ret == 0)
			ret = engine_limits(en)->lasts ? plan_done(plan, e) : run_jobs(p, plan, en, pool, e);
	}
	engine_close(en);
	strlist_free(&env);
	free(logs);
	free(state);
	return ret;
}

int
submit_plan(struct partition *p, struct plan *plan, struct tokens *pool)
{
	struct err e;
	char *what;
	int ret;

	if (p->run.dry_run) {
		show(p, plan);
		return 0;
	}
	ret = submit_jobs(p, plan, pool, &e);
	if (ret >= 0)
		return ret;
	run_error(&p->run, &e);
	if (!plan->refused)
		what = xstrdup("not all is submitted; partition --resume does the rest");
	else if (!plan->done)
		what = xstrdup("not all is undone; partition --resume does the rest");
	else if (p->pending != NULL && plan->lists.n > 0)
		what = xfmt("undone, another try would not help; the lists wait in %s", p->pending);
	else
		what = xstrdup("undone, another try would not help; the lists have to be given again");
	prog_say("%s: %s", plan->path, what);
	notify_add(&p->run.notify, "%s\n%s: %s\n", e.msg, plan->path, what);
	run_status(&p->run, ST_ENV);
	free(what);
	return 0;
}

int
submit_resume(struct partition *p, const char *path, struct err *e)
{
	struct tokens *pool = NULL;
	struct plan plan = {0};
	int ret = -1;

	if (plan_read(&plan, path, e) < 0) {
		e->code = e->code == E_BUSY ? E_RETRY : e->code;
		goto out;
	}
	p->run.ds = dataset_find(plan.dataset);
	if (p->run.ds == NULL || !tokens_is_uid(plan.uid)) {
		err_set(e, E_USAGE, "%s: its dataset or unique id is not one", path);
		goto out;
	}
	xsnprintf(p->uid, sizeof(p->uid), "%s", plan.uid);
	if (p->engine_given != NULL && strcmp(p->engine_given, plan.engine) != 0) {
		if (plan.done || (plan.n > 0 && plan.job[0].id != NULL))
			run_usage("--engine: jobs of %s are at %s already", path, plan.engine);
		if (str_starts(p->engine_given, "batch:") != str_starts(plan.engine, "batch:"))
			run_usage("--engine: the commands of %s are those of %s", path, plan.engine);	/* no program */
		free(plan.engine);
		plan.engine = xstrdup(p->engine_given);
	}
	if (plan.done && plan.refused)
		prog_info("%s: undone, its lists were sent to the pending queue", path);
	if (plan.done || p->run.dry_run) {
		if (!plan.refused)
			show(p, &plan);
		ret = 0;
		goto out;
	}
	p->prefix = p->prefix != NULL ? p->prefix : plan.prefix;
	if (claim_root(p, plan.root, e) == 0 && retake_all(p, &plan, &pool, e) == 0)
		ret = submit_plan(p, &plan, pool);
out:
	tokens_close(pool);
	plan_fini(&plan);
	return ret;
}
