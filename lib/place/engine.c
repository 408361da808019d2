/* engine - what all engines have in common */

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "place/engine.h"

#define ATTEMPTS_MAX 100
#define TIME_MAX (366 * 86400L)

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
static const char name_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/* Names become parts of file names, job names and ids. */
static bool
is_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= ENGINE_NAME_MAX && strspn(s, name_chars) == n;
}

static int
check_name(const char *what, const char *s, struct err *e)
{
	if (s != NULL && is_name(s))
		return 0;
	return err_set(e, E_USAGE, "%s: not a %s", s != NULL && *s != '\0' ? s : "''", what);
}

struct engine *
engine_open(const char *place, const struct engine_opts *opts, struct err *e)
{
	const struct engine_ops *ops = backend_find(SEAM_ENGINE, place, e);
	struct engine *en;

	if (ops == NULL || (opts->run != NULL && check_name("run id", opts->run, e) < 0))
		return NULL;
	en = mem_array(1, sizeof(*en), e);
	if (en == NULL)
		return NULL;
	en->ops = ops;
	en->opts = *opts;
	en->limits = (struct engine_limits){ .array = INT_MAX, .deps = SIZE_MAX };
	if (ops->open(en, place, e) < 0) {
		engine_close(en);
		return NULL;
	}
	return en;
}

void
engine_close(struct engine *en)
{
	if (en == NULL)
		return;
	if (en->ops->close != NULL)
		en->ops->close(en);
	free(en->queue);
	free(en);
}

const struct engine_limits *
engine_limits(const struct engine *en)
{
	return &en->limits;
}

static int
check_variables(const struct engine_job *job, struct err *e)
{
	for (size_t i = 0; i < job->nenv; i++) {
		const char *name = job->env[i].name;

		if (*name == '\0' || strchr(letters, *name) == NULL || strchr(name, '-') != NULL || !is_name(name))
			return err_set(e, E_USAGE, "%s: %s: not the name of a variable", job->name, name);
	}
	return 0;
}

static int
check_numbers(const struct engine *en, const struct engine_job *job, struct err *e)
{
	if (job->size < 1 || (size_t)job->size > en->limits.array)
		return err_set(e, E_USAGE, "%s: %d elements, not 1 to %zu", job->name, job->size, en->limits.array);
	if (job->first < 0 || job->first > INT_MAX - job->size)
		return err_set(e, E_USAGE, "%s: first element %d", job->name, job->first);
	if (job->ndeps > en->limits.deps)
		return err_set(e, E_USAGE, "%s: depends on %zu jobs, at most %zu are possible", job->name, job->ndeps,
		    en->limits.deps);
	if (job->attempts < 1 || job->attempts > ATTEMPTS_MAX || job->parallel < 0 || job->memory < 0 ||
	    job->time_limit < 0 || job->time_limit > TIME_MAX || !isfinite(job->cpus) || job->cpus < 0)
		return err_set(e, E_USAGE, "%s: attempts, parallel, cpus, memory or time out of range", job->name);
	return 0;
}

static int
check_job(const struct engine *en, const struct engine_job *job, struct err *e)
{
	if (check_name("job name", job->name, e) < 0 || check_name("component", job->component, e) < 0 ||
	    (job->ptype != NULL && check_name("processing type", job->ptype, e) < 0) ||
	    (job->dataset != NULL && check_name("dataset", job->dataset, e) < 0) || check_numbers(en, job, e) < 0 ||
	    check_variables(job, e) < 0)
		return -1;
	if (job->argv == NULL || (!en->limits.container && (job->argv[0] == NULL || *job->argv[0] == '\0')))
		return err_set(e, E_USAGE, "%s: no program", job->name);
	for (size_t i = 0; i < job->ndeps; i++)
		if (job->deps[i].id == NULL || *job->deps[i].id == '\0')
			return err_set(e, E_USAGE, "%s: depends on a job without id", job->name);
	return 0;
}

char *
engine_submit(struct engine *en, const struct engine_job *job, struct err *e)
{
	return check_job(en, job, e) < 0 ? NULL : en->ops->submit(en, job, e);
}

int
engine_find(struct engine *en, const struct engine_job *job, char **id, struct err *e)
{
	*id = NULL;
	if (en->ops->find == NULL)
		return 0;
	return check_name("job name", job->name, e) < 0 ? -1 : en->ops->find(en, job, id, e);
}

int
engine_run(struct engine *en, struct engine_counts *total, struct err *e)
{
	struct engine_counts dummy;

	if (total == NULL)
		total = &dummy;
	*total = (struct engine_counts){0};
	return en->ops->run != NULL ? en->ops->run(en, total, e) : 0;
}

int
engine_result(struct engine *en, const char *id, struct engine_counts *c, struct err *e)
{
	*c = (struct engine_counts){0};
	if (en->ops->result != NULL)
		return en->ops->result(en, id, c, e);
	return err_set(e, E_MISSING, "%s: not run here", id);
}

int
engine_cancel(struct engine *en, const char *id, const char *reason, struct err *e)
{
	return en->ops->cancel(en, id, reason, e);
}

int
engine_state(struct engine *en, const char *id, int index, enum engine_state *state, struct err *e)
{
	*state = ENGINE_UNKNOWN;
	return en->ops->state(en, id, index, state, e);
}

const char *
engine_state_name(enum engine_state s)
{
	static const char *const name[] = {
		[ENGINE_UNKNOWN] = "unknown", [ENGINE_PENDING] = "pending", [ENGINE_RUNNING] = "running",
		[ENGINE_SUCCEEDED] = "succeeded", [ENGINE_FAILED] = "failed"
	};

	return name[s];
}
