/* plan - all jobs of a run, and what has been submitted of them */

#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/mem.h"
#include "base/newfile.h"
#include "claim.h"
#include "plan.h"
#include "run/item.h"

#define PLAN_MAX (256 * 1024 * 1024)
#define JOURNAL_SUFFIX ".journal"

struct engine_job *
plan_add(struct plan *p)
{
	xgrow(&p->job, &p->cap, p->n + 1, sizeof(*p->job));
	p->job[p->n] = (struct engine_job){ .after = ENGINE_NONE };
	return &p->job[p->n++];
}

void
plan_fini(struct plan *p)
{
	char *const text[] = { p->path, p->dataset, p->uid, p->time, p->prefix, p->engine, p->root, p->pool, p->logs };

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		free(text[i]);
	strlist_free(&p->waiting);
	strlist_free(&p->claimed);
	strlist_free(&p->lists);
	for (size_t i = 0; i < p->n; i++)
		engine_job_fini(&p->job[i]);
	free(p->job);
	journal_close(&p->journal);
	*p = (struct plan){0};
}

/* --- the journal ------------------------------------------------------------------------------------------------ */

static const char *
take_record(void *ctx, const json_t *record)
{
	static const char damaged[] = "damaged, or of another plan";
	struct plan *p = ctx;
	const json_t *job = json_object_get(record, "job"), *id = json_object_get(record, "id");
	const char *uid = json_string_value(json_object_get(record, "plan"));
	json_int_t k = json_integer_value(job);

	if (uid != NULL) {
		p->begun = true;
		return strcmp(uid, p->uid) == 0 ? NULL : damaged;
	}
	p->done |= json_is_true(json_object_get(record, "done"));
	p->refused |= json_is_true(json_object_get(record, "refused"));
	if (job == NULL && (p->done || p->refused))
		return NULL;
	if (!json_is_integer(job) || k < 0 || (size_t)k >= p->n || (id != NULL && !json_is_string(id)))
		return damaged;
	p->job[k].tried = true;
	if (id != NULL) {
		free(p->job[k].id);
		p->job[k].id = xstrdup(json_string_value(id));
	}
	return NULL;
}

static int
open_journal(struct plan *p, struct err *e)
{
	char *path = xfmt("%s" JOURNAL_SUFFIX, p->path);
	int ret = journal_open(&p->journal, path, false, true, 0, take_record, p, e);

	if (ret < 0 && e->code == E_MISSING)
		err_set(e, E_USAGE, "%s: not there: nobody knows what was submitted", path);
	else if (ret < 0)
		err_config(e);
	else if (!p->begun)
		ret = err_set(e, E_USAGE, "%s: empty: nobody knows what was submitted", path);
	free(path);
	return ret;
}

int
plan_trying(struct plan *p, size_t job, struct err *e)
{
	p->job[job].tried = true;
	return journal_add(&p->journal, json_pack("{s:I}", "job", (json_int_t)job), e);
}

int
plan_submitted(const struct plan *p, size_t job, struct err *e)
{
	return journal_add(&p->journal, json_pack("{s:I, s:s}", "job", (json_int_t)job, "id", p->job[job].id), e);
}

int
plan_refused(struct plan *p, struct err *e)
{
	p->refused = true;
	return journal_add(&p->journal, json_pack("{s:b}", "refused", 1), e);
}

int
plan_done(struct plan *p, struct err *e)
{
	if (p->done)
		return 0;
	p->done = true;
	return journal_add(&p->journal, json_pack("{s:b}", "done", 1), e);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static json_t *
strings(const struct strlist *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		if (json_array_append_new(a, json_string(l->item[i])) < 0) {
			json_decref(a);
			return NULL;
		}
	return a;
}

json_t *
plan_job_json(const struct engine_job *j, json_t *command)
{
	json_t *after = j->after == ENGINE_NONE ? json_null() : json_integer((json_int_t)j->after);
	json_t *ended = json_array();

	for (size_t i = 0; i < j->nended; i++)
		(void)json_array_append_new(ended, json_integer((json_int_t)j->ended[i]));
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s*, s:o, s:o, s:o, s:i, s:f, s:I, s:i, s:s*, s:s*, s:s*}",
	    "name", j->name, "component", j->component, "ptype", j->ptype, "array", j->array, "size", j->size,
	    "input", j->input, "command", command, "after", after, "ended", ended, "parallel", j->parallel,
	    "cpus", j->cpus, "memory", (json_int_t)j->memory, "priority", j->priority, "definition", j->definition,
	    "share", j->share, "id", j->id);
}

static char *
dump(json_t *o, size_t flags, const char *what, struct err *e)
{
	char *text = o != NULL ? json_dumps(o, flags) : NULL;

	json_decref(o);
	if (text == NULL)
		err_set(e, E_DATA, "%s: cannot be written as JSON", what);
	return text;
}

static char *
plan_text(const struct plan *p, struct err *e)
{
	json_t *jobs = json_array();

	for (size_t i = 0; i < p->n; i++)
		if (json_array_append_new(jobs, plan_job_json(&p->job[i], strings(&p->job[i].argv))) < 0) {
			json_decref(jobs);
			jobs = NULL;
			break;
		}
	return dump(json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:{s:I, s:I, s:I, s:b}, s:I, s:I, "
	    "s:o, s:o, s:o, s:o}",
	    "version", PLAN_VERSION, "dataset", p->dataset, "unique_id", p->uid, "time", p->time, "prefix", p->prefix,
	    "engine", p->engine, "root", p->root, "pool", p->pool, "logs", p->logs, "tokens", "ql", (json_int_t)p->ql,
	    "r", (json_int_t)p->r, "floating", (json_int_t)p->floating, "floating_refined", p->floating_refined,
	    "downloads", (json_int_t)p->downloads, "granules", (json_int_t)p->granules,
	    "waiting", strings(&p->waiting), "claimed", strings(&p->claimed),
	    "lists", item_texts(&p->lists), "jobs", jobs), JSON_INDENT(1), p->path, e);
}

/* The journal first: where there is a plan, there is a journal, so what was submitted is always known. */
int
plan_write(struct plan *p, struct err *e)
{
	char *text = plan_text(p, e), *journal = xfmt("%s" JOURNAL_SUFFIX, p->path);
	int ret = -1;

	if (text == NULL || file_remove(journal, e) < 0)
		goto out;
	if (journal_open(&p->journal, journal, true, true, 0, take_record, p, e) == 0 &&
	    journal_add(&p->journal, json_pack("{s:s}", "plan", p->uid), e) == 0 && file_sync_dir(journal, e) == 0)
		ret = file_write(p->path, text, e);
	if (ret < 0) {
		(void)file_remove(p->path, NULL);
		(void)file_remove(journal, NULL);
	}
out:
	free(journal);
	free(text);
	return ret;
}

int
plan_remove(const struct plan *p, struct err *e)
{
	char *journal = xfmt("%s" JOURNAL_SUFFIX, p->path);
	int ret = file_remove(p->path, e) < 0 || file_remove(journal, e) < 0 ? -1 : file_sync_dir(p->path, e);

	free(journal);
	return ret;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static char *
copy(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

static bool
in_range(json_int_t v, json_int_t min, json_int_t max)
{
	return v >= min && v <= max;
}

static int
read_strings(const json_t *a, struct strlist *out, struct err *e)
{
	const json_t *v;
	size_t i;

	if (!json_is_array(a))
		return err_set(e, E_USAGE, "not an array of strings");
	json_array_foreach(a, i, v) {
		if (!json_is_string(v))
			return err_set(e, E_USAGE, "not an array of strings");
		strlist_push(out, json_string_value(v));
	}
	return 0;
}

static bool
is_job_before(const json_t *v, size_t self)
{
	return json_is_integer(v) && in_range(json_integer_value(v), 0, (json_int_t)self - 1);
}

static int
read_job(json_t *o, struct plan *p, struct err *e)
{
	const char *name, *component, *ptype, *input = NULL, *definition = NULL, *share = NULL;
	json_int_t array, size, parallel, memory, priority;
	json_t *command, *after, *ended, *v;
	json_error_t je;
	struct engine_job *j;
	double cpus;
	size_t self = p->n, i;

	if (json_unpack_ex(o, &je, 0, "{s:s, s:s, s:s, s:I, s:I, s?:s, s:o, s:o, s:o, s:I, s:F, s:I, s:I, s?:s, s?:s}",
	    "name", &name, "component", &component, "ptype", &ptype, "array", &array, "size", &size, "input", &input,
	    "command", &command, "after", &after, "ended", &ended, "parallel", &parallel, "cpus", &cpus,
	    "memory", &memory, "priority", &priority, "definition", &definition, "share", &share) < 0)
		return err_set(e, E_USAGE, "%s", je.text);
	if (!in_range(size, 1, INT32_MAX) || !in_range(array, 0, INT32_MAX) || !in_range(parallel, 0, INT32_MAX) ||
	    !in_range(memory, 0, INT32_MAX) || !in_range(priority, INT16_MIN, INT16_MAX))
		return err_set(e, E_USAGE, "a number is out of range");
	if (!json_is_null(after) && !is_job_before(after, self))
		return err_set(e, E_USAGE, "after is not a job before it");
	if (!json_is_array(ended))
		return err_set(e, E_USAGE, "ended is not an array");
	j = plan_add(p);
	*j = (struct engine_job){ .name = copy(name), .component = copy(component), .ptype = copy(ptype),
		.array = (int)array, .input = copy(input), .size = (int)size,
		.after = json_is_null(after) ? ENGINE_NONE : (size_t)json_integer_value(after),
		.ended = xarray(json_array_size(ended), sizeof(*j->ended)), .parallel = (int)parallel, .cpus = cpus,
		.memory = (long)memory, .priority = (int)priority, .definition = copy(definition),
		    .share = copy(share) };
	json_array_foreach(ended, i, v) {
		if (!is_job_before(v, self))
			return err_set(e, E_USAGE, "ended names a job that is not before it");
		j->ended[j->nended++] = (size_t)json_integer_value(v);
	}
	return read_strings(command, &j->argv, e);
}

static int
read_head(json_t *o, struct plan *p, struct err *e)
{
	const char *dataset, *uid, *time, *prefix, *engine, *root, *pool, *logs = NULL;
	json_int_t ql, r, floating, downloads, granules;
	json_t *waiting, *claimed, *lists = NULL;
	int version, refined;
	json_error_t je;

	if (json_unpack_ex(o, &je, 0,
	    "{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s?:s, s:{s:I, s:I, s:I, s:b}, s:I, s:I, s:o, s:o, s?o}",
	    "version", &version, "dataset", &dataset, "unique_id", &uid, "time", &time, "prefix", &prefix,
	    "engine", &engine, "root", &root, "pool", &pool, "logs", &logs, "tokens", "ql", &ql, "r", &r,
	    "floating", &floating, "floating_refined", &refined, "downloads", &downloads, "granules", &granules,
	    "waiting", &waiting, "claimed", &claimed, "lists", &lists) < 0)
		return err_set(e, E_USAGE, "%s", je.text);
	if (version != PLAN_VERSION)
		return err_set(e, E_USAGE, "version %d, this program knows %d", version, PLAN_VERSION);
	if (!in_range(ql, 0, INT16_MAX) || !in_range(r, 0, INT16_MAX) || !in_range(floating, 0, 1))
		return err_set(e, E_USAGE, "impossible numbers of tokens");
	p->dataset = copy(dataset);
	p->uid = copy(uid);
	p->time = copy(time);
	p->prefix = copy(prefix);
	p->engine = copy(engine);
	p->root = copy(root);
	p->pool = copy(pool);
	p->logs = copy(logs);
	p->ql = (long)ql;
	p->r = (long)r;
	p->floating = (long)floating;
	p->floating_refined = refined != 0;
	p->downloads = (long)downloads;
	p->granules = (long)granules;
	if (*root != '/' || (*pool != '/' && *pool != '\0' && strchr(pool, ':') == NULL))
		return err_set(e, E_USAGE, "root or pool is no absolute path");
	if (read_strings(waiting, &p->waiting, e) < 0 || read_strings(claimed, &p->claimed, e) < 0)
		return -1;
	for (size_t i = 0; i < p->claimed.n; i++)
		if (!claim_is_of(p->claimed.item[i], uid))
			return err_set(e, E_USAGE, "claimed: %.200s: not a list of this run", p->claimed.item[i]);
	return lists == NULL ? 0 : read_strings(lists, &p->lists, e);
}

static int
read_plan(json_t *o, struct plan *p, struct err *e)
{
	json_t *jobs = json_object_get(o, "jobs"), *job;
	struct err why;
	size_t i;

	if (!json_is_object(o))
		return err_set(e, E_USAGE, "%s: not a plan", p->path);
	if (read_head(o, p, &why) < 0)
		return err_set(e, why.code, "%s: %s", p->path, why.msg);
	if (!json_is_array(jobs))
		return err_set(e, E_USAGE, "%s: jobs is not an array", p->path);
	json_array_foreach(jobs, i, job)
		if (read_job(job, p, &why) < 0)
			return err_set(e, why.code, "%s: job %zu: %s", p->path, i, why.msg);
	return 0;
}

int
plan_read(struct plan *p, const char *path, struct err *e)
{
	json_t *o = doc_read(path, PLAN_MAX, e);
	int ret;

	*p = (struct plan){ .path = xstrdup(path) };
	ret = o == NULL || read_plan(o, p, e) < 0 ? -1 : open_journal(p, e);
	json_decref(o);
	return ret;
}
