/* engine - what all engines have in common, and the one that runs nothing */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "place/engine.h"

#define ARRAY_MAX 1000			/* what a Slurm as installed takes: a plan can go there later */

/* Names become parts of file names, job names and ids. */
static int
check_name(const char *what, const char *s, struct err *e)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n > 0 && n <= ENGINE_NAME_MAX &&
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == n)
		return 0;
	return err_set(e, E_USAGE, "%s: not a %s", n > 0 ? s : "''", what);
}

struct engine *
engine_open(const char *place, const struct engine_opts *opts, struct err *e)
{
	const struct engine_ops *ops = backend_find(SEAM_ENGINE, place, e);
	struct engine *en;

	if (ops == NULL || (opts->run != NULL && check_name("run id", opts->run, e) < 0))
		return NULL;
	en = xarray(1, sizeof(*en));
	en->ops = ops;
	en->opts = *opts;
	en->limits = (struct engine_limits){ .array = ARRAY_MAX, .deps = SIZE_MAX };
	if (ops->open(en, place, e) == 0)
		return en;
	engine_close(en);
	return NULL;
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
check_dependencies(const struct engine_job *jobs, size_t i, struct err *e)
{
	const struct engine_job *job = &jobs[i];
	bool known = job->after == ENGINE_NONE || (job->after < i && jobs[job->after].id != NULL && job->nended == 0);

	for (size_t k = 0; k < job->nended; k++)
		known = known && job->ended[k] < i && jobs[job->ended[k]].id != NULL;
	if (!known)
		return err_set(e, E_USAGE, "%s: depends on a job that is not before it", job->name);
	if (job->after != ENGINE_NONE && jobs[job->after].size != job->size)
		return err_set(e, E_USAGE, "%s: follows the elements of %s, which has others", job->name,
		    jobs[job->after].name);
	return 0;
}

static int
check_job(const struct engine *en, const struct engine_job *jobs, size_t i, struct err *e)
{
	const struct engine_job *job = &jobs[i];

	if (check_name("job name", job->name, e) < 0 || check_name("component", job->component, e) < 0 ||
	    check_name("processing type", job->ptype, e) < 0)
		return -1;
	if (job->size < 1 || job->size > en->limits.array)
		return err_set(e, E_USAGE, "%s: %d elements, not 1 to %d", job->name, job->size, en->limits.array);
	if (job->nended > en->limits.deps)
		return err_set(e, E_USAGE, "%s: depends on %zu jobs, at most %zu are possible", job->name, job->nended,
		    en->limits.deps);
	if (job->parallel < 0 || job->memory < 0 || !isfinite(job->cpus) || job->cpus < 0)
		return err_set(e, E_USAGE, "%s: parallel, cpus or memory out of range", job->name);
	if (!en->limits.container && (job->argv.n == 0 || *job->argv.item[0] == '\0'))
		return err_set(e, E_USAGE, "%s: no program", job->name);
	return check_dependencies(jobs, i, e);
}

int
engine_submit(struct engine *en, struct engine_job *jobs, size_t i, struct err *e)
{
	char *id = check_job(en, jobs, i, e) < 0 ? NULL : en->ops->submit(en, jobs, i, e);

	if (id == NULL)
		return -1;
	free(jobs[i].id);
	jobs[i].id = id;
	return 0;
}

int
engine_find(struct engine *en, struct engine_job *job, struct err *e)
{
	char *id = NULL;
	int found;

	if (check_name("job name", job->name, e) < 0)
		return -1;
	found = en->ops->find != NULL ? en->ops->find(en, job, &id, e) : 0;
	if (found > 0) {
		free(job->id);
		job->id = id;
	}
	return found;
}

int
engine_run(struct engine *en, struct engine_job *jobs, size_t n, struct engine_counts *total, struct err *e)
{
	*total = (struct engine_counts){0};
	return en->ops->run != NULL ? en->ops->run(en, jobs, n, total, e) : 0;
}

int
engine_cancel(struct engine *en, const char *id, struct err *e)
{
	return en->ops->cancel != NULL ? en->ops->cancel(en, id, e) : 0;
}

int
engine_state(struct engine *en, const char *id, enum engine_state *state, struct err *e)
{
	*state = ENGINE_UNKNOWN;
	if (en->ops->state == NULL)
		return err_set(e, E_ENV, "%s: this engine cannot be asked about its jobs", id);
	return en->ops->state(en, id, state, e);
}

void
engine_job_fini(struct engine_job *job)
{
	char *const text[] = { job->name, job->component, job->ptype, job->input, job->definition, job->share,
	    job->id };

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		free(text[i]);
	strlist_free(&job->argv);
	free(job->ended);
}

/* ---- none: for plans ---- */

static int
none_open(struct engine *en, const char *place, struct err *e)
{
	(void)en;
	return strcmp(place, "none") == 0 ? 0 : err_set(e, E_USAGE, "%s: not an engine", place);
}

static char *
none_submit(struct engine *en, const struct engine_job *jobs, size_t i, struct err *e)
{
	(void)en;
	(void)jobs;
	(void)e;
	return xfmt("@%zu", i + 1);
}

const struct engine_ops engine_none_ops = { .open = none_open, .submit = none_submit };
