/* plan - all jobs of a run, and what has been submitted of them */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/file.h"
#include "base/mem.h"
#include "plan.h"

#define PLAN_MAX (256 * 1024 * 1024)
#define JOURNAL_SUFFIX ".journal"

struct plan_job *
plan_add(struct plan *p, struct err *e)
{
	if (mem_grow(&p->job, &p->cap, p->n + 1, sizeof(*p->job), e) < 0)
		return NULL;
	p->job[p->n] = (struct plan_job){ .after = PLAN_JOB_NONE };
	return &p->job[p->n++];
}

static void
job_fini(struct plan_job *j)
{
	char *const text[] = { j->name, j->component, j->ptype, j->input, j->definition, j->share, j->id };

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		free(text[i]);
	strlist_free(&j->argv);
	free(j->ended);
}

void
plan_fini(struct plan *p)
{
	char *const text[] = { p->path, p->dataset, p->uid, p->time, p->prefix, p->engine, p->root, p->pool, p->logs };

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		free(text[i]);
	strlist_free(&p->waiting);
	strlist_free(&p->claimed);
	for (size_t i = 0; i < p->n; i++)
		job_fini(&p->job[i]);
	free(p->job);
	if (p->fd > 0)
		(void)close(p->fd);
	*p = (struct plan){0};
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static json_t *
strings(const struct strlist *l)
{
	json_t *a = json_array();

	for (size_t i = 0; a != NULL && i < l->n; i++)
		if (json_array_append_new(a, json_string(l->item[i])) < 0) {
			json_decref(a);
			return NULL;
		}
	return a;
}

static json_t *
numbers(const size_t *v, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; a != NULL && i < n; i++)
		if (json_array_append_new(a, json_integer((json_int_t)v[i])) < 0) {
			json_decref(a);
			return NULL;
		}
	return a;
}

static json_t *
job_json(const struct plan_job *j)
{
	json_t *after = j->after == PLAN_JOB_NONE ? json_null() : json_integer((json_int_t)j->after);

	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:s*, s:o, s:o, s:o, s:I, s:f, s:I, s:I, s:s*, s:s*}",
	    "name", j->name, "component", j->component, "ptype", j->ptype, "array", (json_int_t)j->array,
	    "size", (json_int_t)j->size, "input", j->input, "command", strings(&j->argv), "after", after,
	    "ended", numbers(j->ended, j->nended), "parallel", (json_int_t)j->parallel, "cpus", j->cpus,
	    "memory", (json_int_t)j->memory, "priority", (json_int_t)j->priority, "definition", j->definition,
	    "share", j->share);
}

static json_t *
jobs_json(const struct plan *p)
{
	json_t *a = json_array();

	for (size_t i = 0; a != NULL && i < p->n; i++)
		if (json_array_append_new(a, job_json(&p->job[i])) < 0) {
			json_decref(a);
			return NULL;
		}
	return a;
}

static char *
dump(json_t *o, size_t flags, const char *what, struct err *e)
{
	char *text = o != NULL ? json_dumps(o, flags | JSON_PRESERVE_ORDER) : NULL;

	json_decref(o);
	if (text == NULL)
		err_set(e, E_DATA, "%s: cannot be written as JSON", what);
	return text;
}

char *
plan_text(const struct plan *p, struct err *e)
{
	json_t *tokens = json_pack("{s:I, s:I, s:I, s:b}", "ql", (json_int_t)p->ql, "r", (json_int_t)p->r,
	    "floating", (json_int_t)p->floating, "floating_refined", p->floating_refined);
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:o, s:I, s:I, s:o, s:o, s:o}",
	    "version", PLAN_VERSION, "dataset", p->dataset, "unique_id", p->uid, "time", p->time, "prefix", p->prefix,
	    "engine", p->engine, "root", p->root, "pool", p->pool, "logs", p->logs, "tokens", tokens,
	    "downloads", (json_int_t)p->downloads, "granules", (json_int_t)p->granules,
	    "waiting", strings(&p->waiting), "claimed", strings(&p->claimed), "jobs", jobs_json(p));

	return dump(o, JSON_INDENT(1), p->path, e);
}

char *
plan_job_text(const struct plan_job *j, struct err *e)
{
	json_t *o = job_json(j);

	if (o != NULL && j->id != NULL && json_object_set_new(o, "id", json_string(j->id)) < 0) {
		json_decref(o);
		o = NULL;
	}
	return dump(o, JSON_COMPACT, j->name, e);
}

/* The journal first: where there is a plan, there is a journal, so what was submitted is always known. */
int
plan_write(const struct plan *p, struct err *e)
{
	char *text = plan_text(p, e), *journal = mem_fmt(e, "%s" JOURNAL_SUFFIX, p->path);
	char *begin = mem_fmt(e, "{\"plan\":\"%s\"}\n", p->uid);
	int ret = -1;

	if (text != NULL && journal != NULL && begin != NULL && file_write(journal, begin, e) == 0) {
		ret = file_write(p->path, text, e);
		if (ret < 0) {
			(void)file_remove(p->path, NULL);
			(void)file_remove(journal, NULL);
		}
	}
	free(begin);
	free(journal);
	free(text);
	return ret;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

struct pair {
	char **to;
	const char *from;		/* NULL: absent */
};

static int
copy_all(const struct pair *pair, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		*pair[i].to = NULL;
		if (pair[i].from != NULL && (*pair[i].to = mem_str(pair[i].from, e)) == NULL)
			return -1;
	}
	return 0;
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
		if (strlist_add(out, json_string_value(v), e) < 0)
			return -1;
	}
	return 0;
}

/* Indices of jobs before this one. */
static int
read_jobs_before(const json_t *a, struct plan_job *j, size_t self, struct err *e)
{
	const json_t *v;
	size_t i;

	if (!json_is_array(a))
		return err_set(e, E_USAGE, "ended is not an array");
	j->ended = mem_array(json_array_size(a), sizeof(*j->ended), e);
	if (j->ended == NULL)
		return -1;
	json_array_foreach(a, i, v) {
		json_int_t k = json_integer_value(v);

		if (!json_is_integer(v) || k < 0 || (size_t)k >= self)
			return err_set(e, E_USAGE, "ended names a job that is not before it");
		j->ended[j->nended++] = (size_t)k;
	}
	return 0;
}

static int
read_job(const json_t *o, struct plan *p, struct err *e)
{
	const char *name, *component, *ptype, *input = NULL, *definition = NULL, *share = NULL;
	json_int_t array, size, parallel, memory, priority;
	json_t *command, *after, *ended;
	json_error_t je;
	struct plan_job *j;
	double cpus;
	size_t self = p->n;

	if (json_unpack_ex((json_t *)(uintptr_t)o, &je, 0,
	    "{s:s, s:s, s:s, s:I, s:I, s?:s, s:o, s:o, s:o, s:I, s:F, s:I, s:I, s?:s, s?:s}",
	    "name", &name, "component", &component, "ptype", &ptype, "array", &array, "size", &size, "input", &input,
	    "command", &command, "after", &after, "ended", &ended, "parallel", &parallel, "cpus", &cpus,
	    "memory", &memory, "priority", &priority, "definition", &definition, "share", &share) < 0)
		return err_set(e, E_USAGE, "%s", je.text);
	if (!in_range(size, 1, INT32_MAX) || !in_range(array, 0, INT32_MAX) || !in_range(parallel, 0, INT32_MAX) ||
	    !in_range(memory, 0, INT32_MAX) || !in_range(priority, INT16_MIN, INT16_MAX))
		return err_set(e, E_USAGE, "a number is out of range");
	if (!json_is_null(after) && (!json_is_integer(after) ||
	    !in_range(json_integer_value(after), 0, (json_int_t)self - 1)))
		return err_set(e, E_USAGE, "after is not a job before it");
	j = plan_add(p, e);
	if (j == NULL)
		return -1;
	j->array = (long)array;
	j->size = (long)size;
	j->parallel = (long)parallel;
	j->memory = (long)memory;
	j->priority = (long)priority;
	j->cpus = cpus;
	j->after = json_is_null(after) ? PLAN_JOB_NONE : (size_t)json_integer_value(after);
	if (copy_all((struct pair[]){ { &j->name, name }, { &j->component, component }, { &j->ptype, ptype },
	    { &j->input, input }, { &j->definition, definition }, { &j->share, share } }, 6, e) < 0 ||
	    read_strings(command, &j->argv, e) < 0)
		return -1;
	return read_jobs_before(ended, j, self, e);
}

static int
read_head(const json_t *o, struct plan *p, struct err *e)
{
	const char *dataset, *uid, *time, *prefix, *engine, *root, *pool, *logs = NULL;
	json_int_t ql, r, floating, downloads, granules;
	json_t *waiting, *claimed;
	int version, refined;
	json_error_t je;

	if (json_unpack_ex((json_t *)(uintptr_t)o, &je, 0,
	    "{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s?:s, s:{s:I, s:I, s:I, s:b}, s:I, s:I, s:o, s:o}",
	    "version", &version, "dataset", &dataset, "unique_id", &uid, "time", &time, "prefix", &prefix,
	    "engine", &engine, "root", &root, "pool", &pool, "logs", &logs, "tokens", "ql", &ql, "r", &r,
	    "floating", &floating, "floating_refined", &refined, "downloads", &downloads, "granules", &granules,
	    "waiting", &waiting, "claimed", &claimed) < 0)
		return err_set(e, E_USAGE, "%s", je.text);
	if (version != PLAN_VERSION)
		return err_set(e, E_USAGE, "version %d, this program knows %d", version, PLAN_VERSION);
	if (!in_range(ql, 0, INT16_MAX) || !in_range(r, 0, INT16_MAX) || !in_range(floating, 0, 1))
		return err_set(e, E_USAGE, "impossible numbers of tokens");
	p->ql = (long)ql;
	p->r = (long)r;
	p->floating = (long)floating;
	p->floating_refined = refined != 0;
	p->downloads = (long)downloads;
	p->granules = (long)granules;
	if (copy_all((struct pair[]){ { &p->dataset, dataset }, { &p->uid, uid }, { &p->time, time },
	    { &p->prefix, prefix }, { &p->engine, engine }, { &p->root, root }, { &p->pool, pool },
	    { &p->logs, logs } }, 8, e) < 0 || read_strings(waiting, &p->waiting, e) < 0)
		return -1;
	return read_strings(claimed, &p->claimed, e);
}

static int
read_plan(const json_t *o, struct plan *p, struct err *e)
{
	const json_t *jobs = json_object_get(o, "jobs"), *job;
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
	char *text = file_read(path, PLAN_MAX, e);
	json_error_t je;
	json_t *o;
	int ret = -1;

	*p = (struct plan){0};
	if (text == NULL) {
		if (e != NULL && e->code != E_ENV)
			e->code = E_USAGE;
		return -1;
	}
	o = json_loads(text, JSON_REJECT_DUPLICATES, &je);
	p->path = mem_str(path, e);
	if (o == NULL)
		err_set(e, E_USAGE, "%s: line %d: %s", path, je.line, je.text);
	else if (p->path != NULL)
		ret = read_plan(o, p, e);
	if (ret < 0)
		plan_fini(p);
	json_decref(o);
	free(text);
	return ret;
}

/* --- the journal ------------------------------------------------------------------------------------------------ */

static int
take_record(struct plan *p, const json_t *o)
{
	const json_t *job = json_object_get(o, "job"), *id = json_object_get(o, "id");
	const char *uid = json_string_value(json_object_get(o, "plan"));	/* the first record */
	json_int_t k = json_integer_value(job);

	if (uid != NULL)
		return strcmp(uid, p->uid) == 0 ? 0 : -1;
	if (json_is_true(json_object_get(o, "done"))) {
		p->done = true;
		return 0;
	}
	if (!json_is_integer(job) || k < 0 || (size_t)k >= p->n)
		return -1;
	p->job[k].tried = true;
	if (id == NULL)
		return 0;
	free(p->job[k].id);
	p->job[k].id = json_is_string(id) ? mem_str(json_string_value(id), NULL) : NULL;
	return p->job[k].id == NULL ? -1 : 0;
}

/* Read text, the journal's; *good gets the length of its complete lines. */
static int
read_records(struct plan *p, const char *path, const char *text, size_t *good, struct err *e)
{
	const char *s = text, *end;
	size_t line = 0;

	for (; (end = strchr(s, '\n')) != NULL; s = end + 1) {
		json_t *o = json_loadb(s, (size_t)(end - s), 0, NULL);
		int r = o == NULL ? -1 : take_record(p, o);

		json_decref(o);
		line++;
		if (r < 0)
			return err_set(e, E_USAGE, "%s: line %zu: damaged, or of another plan", path, line);
	}
	*good = (size_t)(s - text);
	return 0;
}

static int
append(const struct plan *p, json_t *o, struct err *e)
{
	char *text = dump(o, JSON_COMPACT, p->path, e), *line = NULL;
	int ret = -1;

	if (text != NULL)
		line = mem_fmt(e, "%s\n", text);
	if (line != NULL) {
		ssize_t want = (ssize_t)strlen(line), n = write(p->fd, line, (size_t)want);

		if (n >= 0 && n < want)
			errno = ENOSPC;
		if (n == want && fdatasync(p->fd) == 0)
			ret = 0;
		else
			err_sys(e, "%s" JOURNAL_SUFFIX, p->path);
	}
	free(line);
	free(text);
	return ret;
}

static int
begin_journal(struct plan *p, const char *path, struct err *e)
{
	char *text = file_read(path, PLAN_MAX, e);
	size_t good = 0;
	int ret = -1;

	if (text == NULL) {
		if (e != NULL && e->code == E_DATA)
			e->code = E_USAGE;
		return -1;
	}
	if (read_records(p, path, text, &good, e) == 0) {
		if (ftruncate(p->fd, (off_t)good) < 0)
			err_sys(e, "%s", path);
		else if (good == 0)
			err_set(e, E_USAGE, "%s: empty: nobody knows what was submitted", path);
		else
			ret = 0;
	}
	free(text);
	return ret;
}

int
plan_open_journal(struct plan *p, struct err *e)
{
	char *path = mem_fmt(e, "%s" JOURNAL_SUFFIX, p->path);
	int ret = -1;

	if (path == NULL)
		return -1;
	p->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (p->fd < 0 && errno == ENOENT)
		err_set(e, E_USAGE, "%s: not there: nobody knows what was submitted", path);
	else if (p->fd < 0)
		err_sys(e, "%s", path);
	else if (file_lock(p->fd, path, false, e) == 0)
		ret = begin_journal(p, path, e);
	if (ret < 0) {
		if (p->fd > 0)
			(void)close(p->fd);
		p->fd = 0;
	}
	free(path);
	return ret;
}

int
plan_trying(struct plan *p, size_t job, struct err *e)
{
	if (append(p, json_pack("{s:I}", "job", (json_int_t)job), e) < 0)
		return -1;
	p->job[job].tried = true;
	return 0;
}

int
plan_submitted(struct plan *p, size_t job, const char *id, struct err *e)
{
	char *copied = mem_str(id, e);

	if (copied == NULL)
		return -1;
	free(p->job[job].id);
	p->job[job].id = copied;
	return append(p, json_pack("{s:I, s:s}", "job", (json_int_t)job, "id", id), e);
}

int
plan_done(struct plan *p, struct err *e)
{
	if (p->done)
		return 0;
	if (append(p, json_pack("{s:b}", "done", 1), e) < 0)
		return -1;
	p->done = true;
	return 0;
}
