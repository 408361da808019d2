/* jobs - from arrays to jobs: their commands, resources and order */

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/mem.h"
#include "event.h"
#include "granule/layout.h"
#include "jobs.h"
#include "place/engine_proc.h"

#define CONFIG_MAX (4 * 1024 * 1024)
#define MAX_ARGS 16
#define BUILTIN_CPUS 1
#define BUILTIN_MEMORY 2048		/* MiB */
#define URGENT 10
#define NOT_URGENT 1

static const struct {
	const char *name;		/* of the program and of its jobs */
	const char *key;		/* of the configuration */
	enum joblist input;
	const char *args[MAX_ARGS];	/* built in; an option whose value is empty is left out */
} component[COMP_COUNT] = {
	[COMP_DOWNLOADER] = { "downloader", "downloader", JOBLIST_DOWNLOADS,
	    { "--root", "{root}", "-d", "{dataset}", "--job", "{input_path}" } },
	[COMP_COMBINER] = { "combiner", "combiner", JOBLIST_COMBINER,
	    { "--root", "{root}", "-d", "{dataset}", "-t", "{ptype}", "--job", "{input_path}" } },
	[COMP_PROCESSOR] = { "processor", "processor", JOBLIST_PROCESSOR,
	    { "--root", "{root}", "-d", "{dataset}", "-t", "{ptype}", "--job", "{input_path}" } },
	[COMP_UPLOADER] = { "uploader", "uploader", JOBLIST_PROCESSOR,
	    { "--root", "{root}", "-d", "{dataset}", "-t", "{ptype}", "--prefix", "{prefix}", "--to", "{to}",
	    "--announce", "{announce}", "--job", "{input_path}" } },
	[COMP_RETURNER] = { "license-returner", "license_returner", JOBLIST_COUNT,
	    { "--root", "{root}", "--tokens", "{pool}", "-d", "{dataset}", "-t", "{ptype}", "{unique_id}" } },
};

/* --- reading job_config.json ------------------------------------------------------------------------------------ */

struct config {
	json_t *root;			/* NULL: built in */
	char *name;
	struct strlist unknown;		/* members nobody asks for */
};

/* COMPONENT_DATASET_TYPE, or license_returner_DATASET; owned by the caller. */
static char *
key_of(enum component c, const struct dataset *ds, enum ptype t)
{
	return c == COMP_RETURNER ? xfmt("%s_%s", component[c].key, ds->key) :
	    xfmt("%s_%s_%s", component[c].key, ds->key, joblist_type(t));
}

static bool
is_key(const char *key)
{
	const struct dataset *ds;
	bool found = false;

	for (size_t i = 0; (ds = dataset_at(i)) != NULL && !found; i++)
		for (enum component c = COMP_DOWNLOADER; c < COMP_COUNT && !found; c++)
			for (enum ptype t = PTYPE_QUICKLOOK; t <= PTYPE_COUNT && !found; t++) {
				char *want = key_of(c, ds, t);

				found = strcmp(key, want) == 0 && (t != PTYPE_COUNT || c == COMP_DOWNLOADER);
				free(want);
			}
	return found;
}

/* A number, or one in a string as the reference has it; -1 when it is none. */
static double
number_of(const json_t *v)
{
	const char *s = json_string_value(v);
	double n = json_number_value(v);
	char *end = NULL;

	if (s != NULL && isdigit((unsigned char)*s))
		n = strtod(s, &end);
	return isfinite(n) && n > 0 && n < 1e7 && (end == NULL || *end == '\0') ? n : -1;
}

static int
check_entry(struct config *c, const char *key, json_t *entry, struct err *e)
{
	const json_t *command = json_object_get(entry, "command"), *v;
	const char *member, *wrong = NULL;
	json_t *m;
	size_t i;

	if (!json_is_object(entry))
		wrong = "not an object";
	else if (number_of(json_object_get(entry, "cpu")) < 0)
		wrong = "cpu is not a number";
	else if (number_of(json_object_get(entry, "memory")) < 0)
		wrong = "memory is not a number of MiB";
	else if (!json_is_array(command) || json_array_size(command) == 0)
		wrong = "command is not an array of strings";
	if (wrong != NULL)
		return err_set(e, E_USAGE, "%s: %s: %s", c->name, key, wrong);
	json_array_foreach(command, i, v) {
		if (!json_is_string(v))
			return err_set(e, E_USAGE, "%s: %s: command: element %zu is not a string", c->name, key, i);
	}
	json_object_foreach(entry, member, m) {
		bool text = strcmp(member, "share_identifier") == 0 || strcmp(member, "program") == 0;
		char *unknown;

		if (text && !json_is_string(m))
			return err_set(e, E_USAGE, "%s: %s: %s is not a string", c->name, key, member);
		if (text || strcmp(member, "cpu") == 0 || strcmp(member, "memory") == 0 ||
		    strcmp(member, "command") == 0)
			continue;
		unknown = xfmt("%s.%s", key, member);
		strlist_push(&c->unknown, unknown);
		free(unknown);
	}
	return 0;
}

static int
parse(struct config *c, const char *text, struct err *e)
{
	const char *key;
	json_t *v;

	c->root = doc_parse(text, c->name, e);
	if (c->root == NULL)
		return -1;
	if (!json_is_object(c->root))
		return err_set(e, E_USAGE, "%s: not a JSON object", c->name);
	json_object_foreach(c->root, key, v) {
		if (!is_key(key))
			strlist_push(&c->unknown, key);
		else if (check_entry(c, key, v, e) < 0)
			return -1;
	}
	return 0;
}

struct config *
config_open(const char *text, const char *name, struct err *e)
{
	struct config *c = xarray(1, sizeof(*c));

	c->name = xstrdup(name);
	if (text == NULL || parse(c, text, e) == 0)
		return c;
	config_free(c);
	return NULL;
}

struct config *
config_load(const char *place, struct err *e)
{
	char *text = place != NULL ? place_text(place, CONFIG_MAX, e) : NULL;
	struct config *c;

	if (place != NULL && text == NULL) {
		err_config(e);
		return NULL;
	}
	c = config_open(text, place != NULL ? place : "job configuration", e);
	free(text);
	for (size_t i = 0; c != NULL && i < c->unknown.n; i++)
		prog_info("%s: %s: unknown, ignored", place, c->unknown.item[i]);
	return c;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	json_decref(c->root);
	strlist_free(&c->unknown);
	free(c->name);
	free(c);
}

/* --- commands --------------------------------------------------------------------------------------------------- */

#define WHOLE 4				/* the first ones also stand alone, as in the reference */
#define WORDS 12

struct word {
	const char *name, *value;
};

/* An argument with its placeholders replaced; with drop_empty, one that becomes empty goes, and the option before
 * it. */
static void
add_argument(struct strlist *argv, const char *arg, const struct word w[WORDS], bool drop_empty)
{
	struct buf b = {0};

	for (size_t i = 0; i < WHOLE; i++)
		if (strcmp(arg, w[i].name) == 0) {
			strlist_push(argv, w[i].value);
			return;
		}
	while (*arg != '\0') {
		size_t n = 0;

		for (size_t i = 0; *arg == '{' && n == 0 && i < WORDS; i++) {
			n = strlen(w[i].name);
			if (strncmp(arg + 1, w[i].name, n) == 0 && arg[n + 1] == '}') {
				buf_put(&b, w[i].value, strlen(w[i].value));
				n += 2;
			} else {
				n = 0;
			}
		}
		if (n == 0) {
			n = 1;
			buf_put(&b, arg, n);
		}
		arg += n;
	}
	if (drop_empty && b.len == 0)
		free(argv->item[--argv->n]);
	else
		strlist_push(argv, buf_str(&b));
	buf_free(&b);
}

/* The member of a component: 1, 0 when there is none, -1 when there must be one. */
static int
find_entry(const struct config *c, enum component comp, const struct dataset *ds, enum ptype t, const json_t **entry,
    struct err *e)
{
	char *key = key_of(comp, ds, t);
	int ret;

	*entry = json_object_get(c->root, key);
	ret = *entry != NULL;
	if (ret == 0 && (comp == COMP_RETURNER || t == PTYPE_COUNT))
		ret = err_set(e, E_USAGE, "%s: %s is missing", c->name, key);
	free(key);
	return ret;
}

int
config_command(const struct config *c, enum component comp, const struct dataset *ds, enum ptype t,
    const struct values *v, bool program, struct engine_job *job, struct err *e)
{
	const char *venue = strrchr(v->prefix, '-'), *name = NULL, *share = NULL;
	const struct word w[WORDS] = {
		{ "input_list", v->list }, { "prefix", v->prefix }, { "unique_id", v->uid },
		{ "ptype", joblist_type(t) },
		{ "input_path", v->path }, { "dataset", ds->key }, { "root", v->root }, { "pool", v->pool },
		{ "to", v->to }, { "announce", v->announce }, { "venue", venue != NULL ? venue + 1 : v->prefix },
		{ "data_type", ds->data_type },
	};
	const json_t *entry = NULL, *command = NULL, *v_arg;
	int there = c->root == NULL ? comp != COMP_UPLOADER || *v->to != '\0' : find_entry(c, comp, ds, t, &entry, e);
	size_t i;

	if (there <= 0)
		return there;
	if (entry != NULL) {
		command = json_object_get(entry, "command");
		name = json_string_value(json_object_get(entry, "program"));
		share = json_string_value(json_object_get(entry, "share_identifier"));
	}
	job->cpus = entry != NULL ? number_of(json_object_get(entry, "cpu")) : BUILTIN_CPUS;
	job->memory = entry != NULL ? (long)number_of(json_object_get(entry, "memory")) : BUILTIN_MEMORY;
	job->share = share != NULL ? xstrdup(share) :
	    xfmt("generate%s%s", ds->key, comp == COMP_RETURNER ? "license" : joblist_type(t));
	if (program)
		strlist_push(&job->argv, name != NULL ? name : component[comp].name);
	for (i = 0; entry == NULL && i < MAX_ARGS && component[comp].args[i] != NULL; i++)
		add_argument(&job->argv, component[comp].args[i], w, true);
	json_array_foreach(command, i, v_arg) {
		const char *arg = json_string_value(v_arg);

		add_argument(&job->argv, v->single && strcmp(arg, "-235") == 0 ? "0" : arg, w, false);
	}
	return 1;
}

/* --- jobs ------------------------------------------------------------------------------------------------------- */

struct maker {
	const struct partition *p;
	const struct worklists *w;
	const struct config *config;
	const char *root, *pool;	/* as jobs see them */
	bool container;
	struct plan *plan;
};

static int
list_dir(const struct partition *p, const char *root, enum joblist what, char out[LAYOUT_SIZE], struct err *e)
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
jobs_dirs(const struct partition *p, struct worklists *w, struct err *e)
{
	char dir[LAYOUT_SIZE];

	for (enum joblist i = JOBLIST_DOWNLOADS; !p->run.dry_run && i < JOBLIST_COUNT; i++) {
		if (list_dir(p, p->root, i, dir, e) < 0)
			return -1;
		w->dir[i] = xstrdup(dir);
		newfile_sweep(dir);
	}
	if (!p->run.dry_run)
		newfile_sweep(p->plans);
	return 0;
}

/* Names of AWS Batch jobs are the reference's, others read them; elsewhere they are unique. */
static char *
job_name(const struct maker *m, enum component comp, const struct array *a)
{
	const char *prefix = m->p->prefix, *key = m->p->run.ds->key, *type = joblist_type(a->type);

	if (!m->container)
		return xfmt("%s-%s-%s-%s-%zu-%s", prefix, key, type, component[comp].name, a->number, m->p->uid);
	if (comp == COMP_RETURNER)
		return xfmt("%s-%s-%s", prefix, key, component[comp].name);
	return xfmt("%s-%s-%s-%s-%zu", prefix, key, type, component[comp].name, a->number);
}

/* One job, its elements after those of job `after`. 1 and it is the last one of the plan; 0 when there is none; -1. */
static int
add_job(const struct maker *m, enum component comp, const struct array *a, size_t after, struct err *e)
{
	const struct partition *p = m->p;
	char list[JOBLIST_SIZE] = "", path[LAYOUT_SIZE + JOBLIST_SIZE] = "", dir[LAYOUT_SIZE];
	const struct values v = { .list = list, .path = path, .single = a->jobs == 1, .prefix = p->prefix,
	    .uid = p->uid,
		.root = m->root, .pool = m->pool, .to = p->to != NULL ? p->to : "",
		.announce = p->announce != NULL ? p->announce : "" };
	struct engine_job job = { .after = after };
	int r;

	if (comp != COMP_RETURNER) {
		if (list_dir(p, m->root, component[comp].input, dir, e) < 0)
			return -1;
		worklists_name(m->w, component[comp].input, a, list);
		xsnprintf(path, sizeof(path), "%s/%s", dir, list);
		job.input = xstrdup(list);
	}
	r = config_command(m->config, comp, p->run.ds, a->type, &v, !m->container, &job, e);
	if (r <= 0) {
		engine_job_fini(&job);
		return r;
	}
	job.name = job_name(m, comp, a);
	job.component = xstrdup(component[comp].name);
	job.ptype = xstrdup(joblist_type(a->type));
	job.definition = xfmt("%s-%s", p->prefix, component[comp].name);
	job.array = (int)a->number;
	job.size = (int)a->jobs;
	job.parallel = comp == COMP_DOWNLOADER ? 0 : 1;
	job.priority = a->type == PTYPE_QUICKLOOK && comp != COMP_RETURNER ? URGENT : NOT_URGENT;
	*plan_add(m->plan) = job;
	return 1;
}

/* The chains of a type, and the job that returns their tokens when the last one of each that needs them has ended. */
static int
add_type(const struct maker *m, enum ptype t, struct err *e)
{
	const struct array one = { .type = t, .jobs = 1 };
	size_t *ended = xarray(m->w->n, sizeof(*ended)), n = 0, last;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < m->w->n; i++) {
		const struct array *a = &m->w->array[i];
		bool holds = false;

		last = ENGINE_NONE;
		for (enum component c = COMP_DOWNLOADER; a->type == t && r >= 0 && c <= COMP_UPLOADER; c++) {
			r = c == COMP_DOWNLOADER && !a->downloads ? 0 : add_job(m, c, a, last, e);
			if (r <= 0)
				continue;
			last = m->plan->n - 1;
			if (c <= COMP_PROCESSOR) {
				ended[n] = last;
				holds = true;
			}
		}
		n += holds;
	}
	if (r >= 0 && n > 0 && *m->plan->pool != '\0' && (r = add_job(m, COMP_RETURNER, &one, ENGINE_NONE, e)) > 0) {
		m->plan->job[m->plan->n - 1].ended = ended;
		m->plan->job[m->plan->n - 1].nended = n;
		ended = NULL;
	}
	free(ended);
	return r < 0 ? -1 : 0;
}

/* A program that is not there is noticed before anything is begun. */
static int
check_programs(const struct maker *m, struct err *e)
{
	if (m->p->run.dry_run || m->container || strcmp(m->p->engine, "none") == 0)
		return 0;
	for (size_t i = 0; i < m->plan->n; i++) {
		char *found = proc_find(m->plan->job[i].argv.item[0], e);

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
jobs_make(const struct partition *p, const struct worklists *w, const struct cut *cut, const struct config *config,
    bool container, struct plan *plan, struct err *e)
{
	char *job_pool = as_jobs_see(p, plan->pool);
	const struct maker m = { .p = p, .w = w, .config = config, .root = p->job_root != NULL ? p->job_root : p->root,
		.pool = job_pool, .container = container, .plan = plan };
	int r = 0;

	plan->dataset = xstrdup(p->run.ds->key);
	plan->uid = xstrdup(p->uid);
	plan->time = xstrdup(p->stamp);
	plan->prefix = xstrdup(p->prefix);
	plan->engine = xstrdup(p->engine);
	plan->root = xstrdup(p->root);
	plan->logs = p->logs != NULL ? xstrdup(p->logs) : NULL;
	plan->ql = cut->ql;
	plan->r = cut->r;
	plan->floating = cut->floating;
	plan->floating_refined = cut->floating_refined;
	plan->downloads = (long)w->downloads;
	for (enum ptype t = PTYPE_QUICKLOOK; r >= 0 && t < PTYPE_COUNT; t++)
		r = add_type(&m, t, e);
	for (size_t i = 0; r >= 0 && i < w->n; i++)
		if (w->array[i].type == PTYPE_COUNT)
			r = add_job(&m, COMP_DOWNLOADER, &w->array[i], ENGINE_NONE, e);
	free(job_pool);
	return r < 0 ? -1 : check_programs(&m, e);
}

void
jobs_log(struct partition *p, const struct worklists *w, const struct plan *plan, int tokens, bool refined_only)
{
	struct finallog *l = &p->run.log;
	int licenses = refined_only && tokens > 1 ? tokens / 2 : tokens;	/* the half that refined may have */

	run_log(&p->run, LOG_SUBMIT, "Dataset: %s", p->run.ds->label);
	run_log(&p->run, LOG_SUBMIT, "Unique identifier: %s", p->uid);
	run_log(&p->run, LOG_SUBMIT, "Number of licenses available: %d.", licenses);
	run_log(&p->run, LOG_SUBMIT, "Number of downloads: %zu", w->downloads);
	finallog_field(l, "unique_id", "%s", p->uid);
	finallog_field(l, "dataset", "%s", p->run.ds->label);
	finallog_field(l, "number_downloads", "%zu", w->downloads);
	finallog_field(l, "number_licenses", "%d", licenses);
	if (p->outdir == NULL)
		finallog_field(l, "combiner_wait_total", "%zu", plan->waiting.n);
	for (enum ptype t = PTYPE_QUICKLOOK; t <= PTYPE_COUNT; t++) {
		size_t arrays = 0, downloads = 0;

		for (size_t i = 0; i < w->n; i++)
			if (w->array[i].type == t) {
				arrays++;
				downloads += w->array[i].downloads;
			}
		for (enum component c = COMP_DOWNLOADER; arrays > 0 && t < PTYPE_COUNT && c <= COMP_UPLOADER; c++)
			run_log(&p->run, LOG_SUBMIT, "Number of %s %s jobs: %zu", ptype_name(t), component[c].name,
			    c == COMP_DOWNLOADER ? downloads : arrays);
		if (arrays > 0 && t == PTYPE_COUNT)
			run_log(&p->run, LOG_SUBMIT, "Number of unmatched downloader jobs: %zu", arrays);
	}
}
