/* engine_local - jobs run by a supervisor on this machine: records in, results out */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "place/engine_local.h"
#include "place/engine_proc.h"

#define SLOTS_MAX 1024

/* ---- the engine ---- */

static int
parse_place(struct local *l, const char *place, struct err *e)
{
	const char *n = place + strlen("local");
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (*n == '\0') {
		l->slots = cpus > 0 ? (size_t)cpus : 1;
		return 0;
	}
	if (*n != ':' || strlen(n + 1) == 0 || strlen(n + 1) > 4 || !str_digits(n + 1, strlen(n + 1)))
		return err_set(e, E_USAGE, "%s: not an engine; local:N is", place);
	l->slots = (size_t)str_number(n + 1, strlen(n + 1));
	if (l->slots < 1 || l->slots > SLOTS_MAX)
		return err_set(e, E_USAGE, "%s: not 1 to %d", place, SLOTS_MAX);
	return 0;
}

static int
local_open(struct engine *en, const char *place, struct err *e)
{
	struct local *l = mem_array(1, sizeof(*l), e);

	if (l == NULL)
		return -1;
	en->impl = l;
	en->limits.runs = true;
	l->en = en;
	if (parse_place(l, place, e) < 0 || (en->opts.logs != NULL && file_mkdirs(en->opts.logs, e) < 0))
		return -1;
	if (en->opts.state != NULL) {
		l->journal = journal_open(en->opts.state, e);
		if (l->journal == NULL)
			return -1;
	}
	return 0;
}

static void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	free(job->id);
	free(job->name);
	strlist_free(&job->argv);
	strlist_free(&job->env);
	strlist_free(&job->pass);
	free(job->dep);
	free(job->task);
	free(job);
}

static void
local_close(struct engine *en)
{
	struct local *l = en->impl;

	if (l == NULL)
		return;
	for (size_t i = 0; i < l->njobs; i++)
		job_free(l->job[i]);
	free(l->job);
	free(l->child);
	plan_free(l);
	journal_close(l->journal);
	free(l);
}

/* ---- a record ---- */

static struct job *
find(const struct local *l, const char *id)
{
	for (size_t i = 0; i < l->njobs; i++)
		if (strcmp(l->job[i]->id, id) == 0)
			return l->job[i];
	return NULL;
}

static char *
make_id(const struct engine *en, const struct engine_job *r, struct err *e)
{
	return mem_fmt(e, "local-%s-%s%s%s-%d", en->opts.run != NULL ? en->opts.run : "0",
	    r->ptype != NULL ? r->ptype : "", r->ptype != NULL ? "-" : "", r->component, r->array);
}

static int
copy_strings(struct job *job, const struct engine_job *r, struct err *e)
{
	for (size_t i = 0; i < r->nenv; i++)
		if (strlist_add(&job->env, r->env[i].name, e) < 0 || strlist_add(&job->env, r->env[i].value, e) < 0)
			return -1;
	for (size_t i = 0; r->pass != NULL && r->pass[i] != NULL; i++)
		if (strlist_add(&job->pass, r->pass[i], e) < 0)
			return -1;
	if (job->pass.n > 0 && proc_vector(&job->pass, e) == NULL)
		return -1;
	return proc_argv(r, &job->argv, e);
}

static int
copy_deps(const struct local *l, struct job *job, const struct engine_job *r, struct err *e)
{
	job->dep = mem_array(r->ndeps, sizeof(*job->dep), e);
	if (job->dep == NULL)
		return -1;
	for (size_t i = 0; i < r->ndeps; i++) {
		struct job *other = find(l, r->deps[i].id);

		if (other == NULL)
			return err_set(e, E_USAGE, "%s: depends on %s, which is no job of this run", r->name,
			    r->deps[i].id);
		if (r->deps[i].after == ENGINE_AFTER_SAME && (other->size != job->size || other->first != job->first))
			return err_set(e, E_USAGE, "%s: depends on the same elements of %s, which has others", r->name,
			    r->deps[i].id);
		job->always |= r->deps[i].after == ENGINE_AFTER_ANY;
		job->dep[job->ndeps++] = (struct job_dep){ other, r->deps[i].after };
	}
	return 0;
}

static struct job *
job_new(const struct local *l, const struct engine_job *r, struct err *e)
{
	struct job *job = mem_array(1, sizeof(*job), e);

	if (job == NULL)
		return NULL;
	job->first = r->first;
	job->size = (size_t)r->size;
	job->parallel = r->parallel;
	job->attempts = r->attempts;
	job->priority = r->priority;
	job->time_limit = r->time_limit;
	job->stop_on_failure = r->stop_on_failure;
	job->id = make_id(l->en, r, e);
	job->name = mem_str(r->name, e);
	job->task = mem_array(job->size, sizeof(*job->task), e);
	if (job->id == NULL || job->name == NULL || job->task == NULL || copy_strings(job, r, e) < 0 ||
	    copy_deps(l, job, r, e) < 0)
		goto fail;
	if (find(l, job->id) == NULL)
		return job;
	err_set(e, E_USAGE, "%s: a second job %s", job->name, job->id);
fail:
	job_free(job);
	return NULL;
}

/* Into the chain of the jobs it follows element by element; chains that meet here become one. */
static void
join_chain(const struct local *l, struct job *job, size_t number)
{
	job->chain = number;
	for (size_t i = 0; i < job->ndeps; i++) {
		size_t a = job->dep[i].job->chain, b = job->chain, low = a < b ? a : b;

		if (job->dep[i].after != ENGINE_AFTER_SAME)
			continue;
		for (size_t k = 0; k < l->njobs; k++)
			if (l->job[k]->chain == a || (b != number && l->job[k]->chain == b))
				l->job[k]->chain = low;
		job->chain = low;
	}
}

/* What must run whatever happens runs again as long as anything it waits for does. */
static bool
may_reuse(const struct job *job)
{
	for (size_t i = 0; job->always && i < job->ndeps; i++)
		if (job->dep[i].job->count.reused < job->dep[i].job->size)
			return false;
	return true;
}

static void
reuse(const struct local *l, struct job *job)
{
	if (l->journal == NULL || !may_reuse(job))
		return;
	for (size_t k = 0; k < job->size; k++)
		if (journal_state(l->journal, job->id, (size_t)job->first + k) == ENGINE_SUCCEEDED)
			task_end(job, k, TASK_REUSED);
}

static char *
local_submit(struct engine *en, const struct engine_job *r, struct err *e)
{
	struct local *l = en->impl;
	struct job *job;
	char *id = NULL;

	if (mem_grow(&l->job, &l->jobs_cap, l->njobs + 1, sizeof(struct job *), e) < 0)
		return NULL;
	job = job_new(l, r, e);
	if (job != NULL)
		id = mem_str(job->id, e);
	if (id == NULL) {
		job_free(job);
		return NULL;
	}
	join_chain(l, job, l->njobs);
	reuse(l, job);
	l->job[l->njobs++] = job;
	return id;
}

/* ---- questions ---- */

static int
local_result(struct engine *en, const char *id, struct engine_counts *c, struct err *e)
{
	const struct job *job = find(en->impl, id);

	if (job == NULL)
		return err_set(e, E_MISSING, "%s: no job of this run", id);
	*c = job->count;
	return 0;
}

static int
local_cancel(struct engine *en, const char *id, const char *reason, struct err *e)
{
	struct job *job = find(en->impl, id);

	(void)reason;
	if (job == NULL)
		return err_set(e, E_MISSING, "%s: no job of this run", id);
	job->cancelled = true;
	return 0;
}

static enum engine_state
state_of_task(enum task_state s)
{
	switch (s) {
	case TASK_WAITING: return ENGINE_PENDING;
	case TASK_RUNNING: return ENGINE_RUNNING;
	case TASK_DONE:
	case TASK_REUSED: return ENGINE_SUCCEEDED;
	default: return ENGINE_FAILED;
	}
}

static enum engine_state
state_of_job(const struct job *job)
{
	if (job->ended == job->size)
		return job->good == job->size ? ENGINE_SUCCEEDED : ENGINE_FAILED;
	return job->running > 0 || job->ended > 0 ? ENGINE_RUNNING : ENGINE_PENDING;
}

static int
local_state(struct engine *en, const char *id, int index, enum engine_state *state, struct err *e)
{
	const struct local *l = en->impl;
	const struct job *job = find(l, id);

	(void)e;
	if (job == NULL && l->journal != NULL && index >= 0)
		*state = journal_state(l->journal, id, (size_t)index);
	else if (job != NULL && index < 0)
		*state = state_of_job(job);
	else if (job != NULL && index >= job->first && (size_t)(index - job->first) < job->size)
		*state = state_of_task(job->task[index - job->first].state);
	return 0;
}

const struct engine_ops engine_local_ops = {
	.open = local_open,
	.close = local_close,
	.submit = local_submit,
	.run = local_run,
	.result = local_result,
	.cancel = local_cancel,
	.state = local_state,
};
