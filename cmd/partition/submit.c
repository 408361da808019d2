/* submit - the jobs of a plan to an engine */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config.h"
#include "submit.h"

#define ATTEMPTS 3
#define RUN_TAG "generate"

bool
submit_keeps_nothing(const struct plan *p, const struct engine *en)
{
	const struct engine_limits *l = engine_limits(en);

	return l->runs || strcmp(p->engine, "none") == 0 || (l->container && en->opts.call == NULL);
}

/* Secrets a component needs; others do not get them. */
static const char *const *
secrets_of(const char *component)
{
	static const char *const none[] = { NULL };
	static const char *const login[] = { "EDL_USERNAME", "EDL_PASSWORD", "EARTHDATA_TOKEN", NULL };
	static const char *const aws[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN", NULL };

	if (strcmp(component, component_name(COMP_DOWNLOADER)) == 0)
		return login;
	if (strcmp(component, component_name(COMP_UPLOADER)) == 0 ||
	    strcmp(component, component_name(COMP_RETURNER)) == 0)
		return aws;
	return none;
}

/* The record of a job, and what it points to. */
struct record {
	struct engine_job job;
	const char **argv;
	struct engine_dep *deps;
	struct engine_pair env[3], tag;
};

static void
record_fini(struct record *r)
{
	free(r->argv);
	free(r->deps);
}

static void
set_environment(struct record *r, const struct plan *p)
{
	size_t n = 0;

	r->env[n++] = (struct engine_pair){ "GENERATE_ROOT", p->root };
	r->env[n++] = (struct engine_pair){ "GENERATE_PREFIX", p->prefix };
	if (*p->pool != '\0')
		r->env[n++] = (struct engine_pair){ "GENERATE_POOL", p->pool };
	r->job.env = r->env;
	r->job.nenv = n;
	r->tag = (struct engine_pair){ RUN_TAG, p->uid };
	r->job.tags = &r->tag;
	r->job.ntags = 1;
}

static int
make_record(const struct plan *p, const struct plan_job *j, bool container, struct record *r, struct err *e)
{
	size_t n = 0;

	*r = (struct record){ .job = ENGINE_JOB_DEFAULTS };
	r->argv = mem_array(j->argv.n + 1, sizeof(*r->argv), e);
	r->deps = mem_array(j->nended + 1, sizeof(*r->deps), e);
	if (r->argv == NULL || r->deps == NULL) {
		record_fini(r);
		return -1;
	}
	for (size_t i = 0; i < j->argv.n; i++)
		r->argv[i] = j->argv.item[i];
	if (j->after != PLAN_JOB_NONE)
		r->deps[n++] = (struct engine_dep){ p->job[j->after].id, ENGINE_AFTER_SAME };
	for (size_t i = 0; i < j->nended; i++)
		r->deps[n++] = (struct engine_dep){ p->job[j->ended[i]].id, ENGINE_AFTER_ANY };
	r->job.name = j->name;
	r->job.component = j->component;
	r->job.dataset = p->dataset;
	r->job.ptype = j->ptype;
	r->job.array = (int)j->array;
	r->job.size = (int)j->size;
	r->job.argv = r->argv;
	r->job.deps = r->deps;
	r->job.ndeps = n;
	r->job.parallel = (int)j->parallel;
	r->job.cpus = j->cpus;
	r->job.memory = j->memory;
	r->job.attempts = ATTEMPTS;
	r->job.priority = (int)j->priority;
	r->job.definition = j->definition;
	r->job.share = j->share;
	r->job.pass = secrets_of(j->component);
	if (!container)			/* containers have their own, and requests are as the reference's */
		set_environment(r, p);
	return 0;
}

/* The id of a job that a killed run may have submitted: 1, 0 when it has not, -1. */
static int
look_for(const struct plan_job *j, struct engine *en, const struct record *r, char **id, struct err *e)
{
	*id = NULL;
	return j->tried ? engine_find(en, &r->job, id, e) : 0;
}

/* Submit job i and note it. */
static int
submit_one(struct plan *p, size_t i, struct engine *en, bool note, struct err *e)
{
	struct record r;
	char *id = NULL;
	int found, ret = -1;

	if (make_record(p, &p->job[i], engine_limits(en)->container, &r, e) < 0)
		return -1;
	found = note ? look_for(&p->job[i], en, &r, &id, e) : 0;
	if (found < 0 || (found == 0 && note && plan_trying(p, i, e) < 0))
		goto out;
	if (found == 0)
		id = engine_submit(en, &r.job, e);
	if (id == NULL)
		goto out;
	if (note) {
		ret = plan_submitted(p, i, id, e);
	} else {
		free(p->job[i].id);
		p->job[i].id = id;
		id = NULL;
		ret = 0;
	}
out:
	free(id);
	record_fini(&r);
	return ret;
}

int
submit_jobs(struct plan *p, struct engine *en, int (*stop)(void), submit_told *told, void *ctx, struct err *e)
{
	bool note = !submit_keeps_nothing(p, en);

	for (size_t i = 0; i < p->n; i++) {
		bool again = p->job[i].id != NULL;

		if (stop() != 0)
			return err_set(e, E_SIGNAL, "interrupted");
		if (!again && submit_one(p, i, en, note, e) < 0)
			return -1;
		if (told(ctx, &p->job[i], again, e) < 0)
			return -1;
	}
	return 0;
}

/* --- tokens ----------------------------------------------------------------------------------------------------- */

/* Whether the job that returns the tokens of a type is still to be submitted. When it is not, they may be back. */
static bool
is_used(const struct plan *p, enum ptype t)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->job[i].nended > 0 && p->job[i].id == NULL && strcmp(p->job[i].ptype, ptype_name(t)) == 0)
			return true;
	return false;
}

int
submit_tokens(struct tokens *t, const struct plan *p, struct err *e)
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

int
submit_own(struct tokens *t, const struct plan *p, struct err *e)
{
	struct tokens_owner owner = {0};
	struct buf jobs = {0};
	int ret = -1;

	buf_add(&jobs, "%s", p->engine);
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_job *j = &p->job[i];

		if (j->nended > 0 && j->id != NULL && jobs.len + strlen(j->id) < TOKENS_JOBS_MAX)
			buf_add(&jobs, " %s", j->id);
	}
	owner.jobs = buf_text(&jobs, e);
	if (owner.jobs != NULL)
		ret = tokens_assign(t, p->dataset, p->uid, NULL, &owner, e) < 0 ? -1 : 0;
	buf_free(&jobs);
	return ret;
}
