/* build - from arrays to jobs */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "build.h"
#include "granule/layout.h"

#define URGENT 10
#define NOT_URGENT 1

struct builder {
	const struct setup *s;
	const struct worklists *w;
	struct plan *p;
};

int
build_dir(const struct setup *s, const char *root, enum joblist what, char *out, struct err *e)
{
	static const enum layout place[] = {
		[JOBLIST_DOWNLOADS] = LAYOUT_DOWNLOAD_LISTS,
		[JOBLIST_COMBINER] = LAYOUT_COMBINER_LISTS,
		[JOBLIST_PROCESSOR] = LAYOUT_INPUT,
	};

	if (s->outdir != NULL)
		return str_fmt(out, LAYOUT_SIZE, e, "%s", s->outdir);
	return layout_dir(root, place[what], s->ds, PTYPE_COUNT, 0, out, e);
}

static const char *
type_name(enum ptype t)
{
	return t == PTYPE_COUNT ? JOBLIST_UNMATCHED : ptype_name(t);
}

/* Names of AWS Batch jobs are the reference's, others read them; elsewhere they are unique. */
static char *
job_name(const struct setup *s, enum component comp, enum ptype t, size_t array, struct err *e)
{
	const char *c = component_name(comp);

	if (!s->container)
		return mem_fmt(e, "%s-%s-%s-%s-%zu-%s", s->prefix, s->ds->key, type_name(t), c, array, s->uid);
	if (comp == COMP_RETURNER)
		return mem_fmt(e, "%s-%s-%s", s->prefix, s->ds->key, c);
	return mem_fmt(e, "%s-%s-%s-%s-%zu", s->prefix, s->ds->key, type_name(t), c, array);
}

static int
fill_job(const struct builder *b, struct engine_job *j, enum component comp, const struct array *a,
    struct command *c, struct err *e)
{
	const struct setup *s = b->s;

	j->name = job_name(s, comp, a->type, a->number, e);
	j->component = mem_str(component_name(comp), e);
	j->ptype = mem_str(type_name(a->type), e);
	j->definition = mem_fmt(e, "%s-%s", s->prefix, component_name(comp));
	j->share = c->share;
	j->argv = c->argv;
	*c = (struct command){ .cpus = c->cpus, .memory = c->memory };
	j->cpus = c->cpus;
	j->memory = c->memory;
	j->array = (int)a->number;
	j->size = (int)a->jobs;
	j->parallel = comp == COMP_DOWNLOADER ? 0 : 1;
	j->priority = a->type == PTYPE_QUICKLOOK && comp != COMP_RETURNER ? URGENT : NOT_URGENT;
	return j->name == NULL || j->component == NULL || j->ptype == NULL || j->definition == NULL ? -1 : 0;
}

static struct config_values
values(const struct setup *s, const char *list, const char *path, bool single)
{
	return (struct config_values){ .input_list = list, .input_path = path, .single = single, .prefix = s->prefix,
		.unique_id = s->uid, .root = s->job_root, .pool = s->job_pool, .to = s->to != NULL ? s->to : "",
		.announce = s->announce != NULL ? s->announce : "" };
}

/* One job, its elements after those of job `after`. 1 and it is the last one of the plan; 0 when there is none; -1. */
static int
add_job(const struct builder *b, enum component comp, enum joblist what, const struct array *a, size_t after,
    struct err *e)
{
	char list[JOBLIST_SIZE] = "", path[LAYOUT_SIZE + JOBLIST_SIZE] = "", dir[LAYOUT_SIZE];
	struct config_values v = values(b->s, list, path, a->jobs == 1);
	struct engine_job *j;
	struct command c;
	int r;

	if (comp != COMP_RETURNER) {
		worklists_name(b->w, what, a, list);
		if (build_dir(b->s, b->s->job_root, what, dir, e) < 0)
			return -1;
		xsnprintf(path, sizeof(path), "%s/%s", dir, list);
	}
	r = config_command(b->s->config, comp, b->s->ds, a->type, &v, !b->s->container, &c, e);
	if (r <= 0)
		return r;
	j = plan_add(b->p);
	if (fill_job(b, j, comp, a, &c, e) < 0)
		return -1;
	j->after = after;
	j->input = *list != '\0' ? mem_str(list, e) : NULL;
	return *list != '\0' && j->input == NULL ? -1 : 1;
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
		last = b->p->n - 1;
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

	if (*b->s->pool == '\0' || n == 0)
		return 0;
	if (add_job(b, COMP_RETURNER, JOBLIST_DOWNLOADS, &a, ENGINE_NONE, e) < 0)
		return -1;
	j = &b->p->job[b->p->n - 1];
	j->ended = *ended;
	j->nended = n;
	*ended = NULL;
	return 0;
}

static int
add_type(const struct builder *b, enum ptype t, struct err *e)
{
	const struct worklists *w = b->w;
	size_t *ended = mem_array(w->n, sizeof(*ended), e), n = 0, holder;
	int ret = ended == NULL ? -1 : 0;

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

static int
fill_head(const struct setup *s, const struct cut *cut, struct plan *p, struct err *e)
{
	p->dataset = mem_str(s->ds->key, e);
	p->uid = mem_str(s->uid, e);
	p->time = mem_str(s->stamp, e);
	p->prefix = mem_str(s->prefix, e);
	p->engine = mem_str(s->engine, e);
	p->root = mem_str(s->root, e);
	p->pool = mem_str(s->pool, e);
	p->logs = s->logs != NULL ? mem_str(s->logs, e) : NULL;
	p->ql = cut->ql;
	p->r = cut->r;
	p->floating = cut->floating;
	p->floating_refined = cut->floating_refined;
	return p->dataset == NULL || p->uid == NULL || p->time == NULL || p->prefix == NULL || p->engine == NULL ||
	    p->root == NULL || p->pool == NULL || (s->logs != NULL && p->logs == NULL) ? -1 : 0;
}

int
build_plan(const struct setup *s, const struct worklists *w, const struct cut *cut, struct plan *p, struct err *e)
{
	struct builder b = { s, w, p };

	if (fill_head(s, cut, p, e) < 0)
		return -1;
	p->downloads = (long)w->downloads;
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		if (add_type(&b, t, e) < 0)
			return -1;
	for (size_t i = 0; i < w->n; i++)
		if (w->array[i].type == PTYPE_COUNT &&
		    add_job(&b, COMP_DOWNLOADER, JOBLIST_DOWNLOADS, &w->array[i], ENGINE_NONE, e) < 0)
			return -1;
	return 0;
}
