/* build - from arrays to jobs */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "build.h"
#include "granule/layout.h"
#include "place/engine_proc.h"

#define URGENT 10
#define NOT_URGENT 1

struct builder {
	const struct partition *p;
	const struct worklists *w;
	const struct config *config;
	const char *root, *pool;	/* as jobs see them */
	bool container;
	struct plan *plan;
};

static int
list_dir(const struct partition *p, const char *root, enum joblist what, char *out, struct err *e)
{
	static const enum layout place[] = {
		[JOBLIST_DOWNLOADS] = LAYOUT_DOWNLOAD_LISTS,
		[JOBLIST_COMBINER] = LAYOUT_COMBINER_LISTS,
		[JOBLIST_PROCESSOR] = LAYOUT_INPUT,
	};

	if (p->outdir != NULL)
		return str_fmt(out, LAYOUT_SIZE, e, "%s", p->outdir);
	return layout_dir(root, place[what], p->run.ds, PTYPE_COUNT, 0, out, e);
}

int
build_dirs(const struct partition *p, struct worklists *w, struct err *e)
{
	char dir[LAYOUT_SIZE];

	for (enum joblist i = JOBLIST_DOWNLOADS; !p->run.dry_run && i < JOBLIST_COUNT; i++) {
		if (list_dir(p, p->root, i, dir, e) < 0)
			return -1;
		w->dir[i] = xstrdup(dir);
	}
	return 0;
}

static const char *
type_name(enum ptype t)
{
	return t == PTYPE_COUNT ? JOBLIST_UNMATCHED : ptype_name(t);
}

/* Names of AWS Batch jobs are the reference's, others read them; elsewhere they are unique. */
static char *
job_name(const struct builder *b, enum component comp, enum ptype t, size_t array)
{
	const char *prefix = b->p->prefix, *key = b->p->run.ds->key, *c = component_name(comp);

	if (!b->container)
		return xfmt("%s-%s-%s-%s-%zu-%s", prefix, key, type_name(t), c, array, b->p->uid);
	if (comp == COMP_RETURNER)
		return xfmt("%s-%s-%s", prefix, key, c);
	return xfmt("%s-%s-%s-%s-%zu", prefix, key, type_name(t), c, array);
}

/* One job, its elements after those of job `after`. 1 and it is the last one of the plan; 0 when there is none; -1. */
static int
add_job(const struct builder *b, enum component comp, enum joblist what, const struct array *a, size_t after,
    struct err *e)
{
	const struct partition *p = b->p;
	char list[JOBLIST_SIZE] = "", path[LAYOUT_SIZE + JOBLIST_SIZE] = "", dir[LAYOUT_SIZE];
	struct config_values v = { .input_list = list, .input_path = path, .single = a->jobs == 1, .prefix = p->prefix,
		.unique_id = p->uid, .root = b->root, .pool = b->pool, .to = p->to != NULL ? p->to : "",
		.announce = p->announce != NULL ? p->announce : "" };
	struct engine_job *j;
	struct command c;
	int r;

	if (comp != COMP_RETURNER) {
		worklists_name(b->w, what, a, list);
		if (list_dir(p, b->root, what, dir, e) < 0)
			return -1;
		xsnprintf(path, sizeof(path), "%s/%s", dir, list);
	}
	r = config_command(b->config, comp, p->run.ds, a->type, &v, !b->container, &c, e);
	if (r <= 0)
		return r;
	j = plan_add(b->plan);
	*j = (struct engine_job){ .name = job_name(b, comp, a->type, a->number), .component = xstrdup(component_name(comp)),
		.ptype = xstrdup(type_name(a->type)), .input = *list != '\0' ? xstrdup(list) : NULL,
		.definition = xfmt("%s-%s", p->prefix, component_name(comp)), .share = c.share, .argv = c.argv,
		.array = (int)a->number, .size = (int)a->jobs, .after = after, .parallel = comp == COMP_DOWNLOADER ? 0 : 1,
		.memory = c.memory, .cpus = c.cpus,
		.priority = a->type == PTYPE_QUICKLOOK && comp != COMP_RETURNER ? URGENT : NOT_URGENT };
	return 1;
}

/* The chain of an array; *holder gets the job whose end frees the token. */
static int
add_chain(const struct builder *b, const struct array *a, size_t *holder, struct err *e)
{
	static const enum joblist input[] = {
		[COMP_DOWNLOADER] = JOBLIST_DOWNLOADS, [COMP_COMBINER] = JOBLIST_COMBINER,
		[COMP_PROCESSOR] = JOBLIST_PROCESSOR, [COMP_UPLOADER] = JOBLIST_PROCESSOR,
	};
	size_t last = ENGINE_NONE;

	*holder = ENGINE_NONE;
	for (enum component c = COMP_DOWNLOADER; c <= COMP_UPLOADER; c++) {
		int r = c == COMP_DOWNLOADER && !a->downloads ? 0 : add_job(b, c, input[c], a, last, e);

		if (r < 0)
			return -1;
		if (r == 0)
			continue;
		last = b->plan->n - 1;
		if (c <= COMP_PROCESSOR)
			*holder = last;
	}
	return 0;
}

static int
add_returner(const struct builder *b, enum ptype t, size_t **ended, size_t n, struct err *e)
{
	struct array a = { t, 0, 1, false };
	struct engine_job *j;

	if (*b->plan->pool == '\0' || n == 0)
		return 0;
	if (add_job(b, COMP_RETURNER, JOBLIST_DOWNLOADS, &a, ENGINE_NONE, e) < 0)
		return -1;
	j = &b->plan->job[b->plan->n - 1];
	j->ended = *ended;
	j->nended = n;
	*ended = NULL;
	return 0;
}

static int
add_type(const struct builder *b, enum ptype t, struct err *e)
{
	const struct worklists *w = b->w;
	size_t *ended = xarray(w->n, sizeof(*ended)), n = 0, holder;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < w->n; i++) {
		if (w->array[i].type != t)
			continue;
		ret = add_chain(b, &w->array[i], &holder, e);
		if (ret == 0 && holder != ENGINE_NONE)
			ended[n++] = holder;
	}
	if (ret == 0)
		ret = add_returner(b, t, &ended, n, e);
	free(ended);
	return ret;
}

/* A program that is not there is noticed before anything is begun. */
static int
check_programs(const struct builder *b, struct err *e)
{
	if (b->p->run.dry_run || b->container || strcmp(b->p->engine, "none") == 0)
		return 0;
	for (size_t i = 0; i < b->plan->n; i++) {
		char *found = proc_find(b->plan->job[i].argv.item[0], e);

		free(found);
		if (found == NULL)
			return -1;
	}
	return 0;
}

/* What lies in the shared tree has another name for jobs that see the tree elsewhere. Owned by the caller. */
static char *
as_jobs_see(const struct partition *p, const char *path)
{
	size_t n = strlen(p->root);

	if (p->job_root == NULL || strncmp(path, p->root, n) != 0 || path[n] != '/')
		return xstrdup(path);
	return xfmt("%s%s", p->job_root, path + n);
}

int
build_plan(const struct partition *p, const struct worklists *w, const struct cut *cut, const struct config *config,
    const char *pool, bool container, struct plan *plan, struct err *e)
{
	char *job_pool = as_jobs_see(p, pool);
	struct builder b = { .p = p, .w = w, .config = config, .root = p->job_root != NULL ? p->job_root : p->root,
		.pool = job_pool, .container = container, .plan = plan };
	int ret = 0;

	plan->dataset = xstrdup(p->run.ds->key);
	plan->uid = xstrdup(p->uid);
	plan->time = xstrdup(p->stamp);
	plan->prefix = xstrdup(p->prefix);
	plan->engine = xstrdup(p->engine);
	plan->root = xstrdup(p->root);
	plan->pool = xstrdup(pool);
	plan->logs = p->logs != NULL ? xstrdup(p->logs) : NULL;
	plan->ql = cut->ql;
	plan->r = cut->r;
	plan->floating = cut->floating;
	plan->floating_refined = cut->floating_refined;
	plan->downloads = (long)w->downloads;
	for (enum ptype t = PTYPE_QUICKLOOK; ret == 0 && t < PTYPE_COUNT; t++)
		ret = add_type(&b, t, e);
	for (size_t i = 0; ret == 0 && i < w->n; i++)
		if (w->array[i].type == PTYPE_COUNT &&
		    add_job(&b, COMP_DOWNLOADER, JOBLIST_DOWNLOADS, &w->array[i], ENGINE_NONE, e) < 0)
			ret = -1;
	free(job_pool);
	return ret == 0 ? check_programs(&b, e) : ret;
}
