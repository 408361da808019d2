/* engine_batch - AWS Batch: requests as its API takes them, sent or only written */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/engine.h"

#define ARRAY_MAX 10000			/* of the service */
#define DEPS_MAX 20
#define RECORDS_MAX ((size_t)256 << 20)

struct batch {
	size_t n;			/* jobs submitted */
	struct newfile file;		/* of the records; all-zero without */
	struct buf written;		/* what belongs in it */
	bool to_stdout;
};

/* ---- the engine ---- */

static int
parse_place(struct engine *en, const char *place, struct err *e)
{
	const char *p = place + strlen("batch");

	if (*p != ':' || p[1] == '\0' || strlen(p + 1) > ENGINE_NAME_MAX ||
	    strspn(p + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:/-") != strlen(p + 1))
		return err_set(e, E_USAGE, "%s: not an engine; batch:QUEUE is", place);
	en->queue = mem_str(p + 1, e);
	return en->queue != NULL ? 0 : -1;
}

static int
batch_open(struct engine *en, const char *place, struct err *e)
{
	struct batch *b = mem_array(1, sizeof(*b), e);
	const char *output = en->opts.output;

	if (b == NULL)
		return -1;
	en->impl = b;
	en->limits = (struct engine_limits){ .container = true, .array = ARRAY_MAX, .deps = DEPS_MAX };
	if (parse_place(en, place, e) < 0)
		return -1;
	if (en->opts.call == NULL && output == NULL)
		return err_set(e, E_USAGE, "%s: this build cannot send jobs to AWS yet, only write them to a file",
		    place);
	b->to_stdout = output != NULL && strcmp(output, "-") == 0;
	return output == NULL || b->to_stdout ? 0 : newfile_open(&b->file, output, e);
}

/* The file appears when the run is complete, or when something has been sent, which must not be forgotten. */
static int
publish(struct batch *b, struct err *e)
{
	const char *text = buf_text(&b->written, e);

	if (b->file.tmp == NULL)
		return 0;
	if (text == NULL || newfile_write(&b->file, text, strlen(text), e) < 0)
		return -1;
	return newfile_commit(&b->file, e);
}

static void
batch_close(struct engine *en)
{
	struct batch *b = en->impl;

	if (b == NULL)
		return;
	if (en->opts.call != NULL && b->n > 0 && !b->file.committed)
		(void)publish(b, NULL);
	newfile_close(&b->file);
	buf_free(&b->written);
	free(b);
}

/* Between submissions and afterwards the records are where they can be read. */
static int
batch_run(struct engine *en, struct engine_counts *total, struct err *e)
{
	struct batch *b = en->impl;

	(void)total;
	return b->file.committed ? 0 : publish(b, e);
}

/* ---- records ---- */

/* A record: {"id": ID, OPERATION: REQUEST}, ID for jobs only. */
static int
put(struct batch *b, const char *id, const char *operation, const char *request, struct err *e)
{
	char *line = id != NULL ? mem_fmt(e, "{\"id\":\"%s\",\"%s\":%s}", id, operation, request) :
	    mem_fmt(e, "{\"%s\":%s}", operation, request);
	int ret = 0;

	if (line == NULL)
		return -1;
	if (b->to_stdout)
		ret = list_put(line, '\n', e);
	else if (b->file.committed)
		ret = file_append(b->file.path, line, e);
	else if (b->file.tmp != NULL) {
		if (b->written.len > RECORDS_MAX)
			ret = err_set(e, E_ENV, "%s: more than %zu bytes of records", b->file.path, RECORDS_MAX);
		buf_add(&b->written, "%s\n", line);
		if (buf_text(&b->written, e) == NULL)
			ret = -1;
	}
	free(line);
	return ret;
}

/* Append to a JSON array; false when memory is out (v may be NULL then). */
static bool
append(json_t *array, json_t *v)
{
	return json_array_append_new(array, v) == 0;
}

static bool
set(json_t *object, const char *key, json_t *v)
{
	return json_object_set_new(object, key, v) == 0;
}

static json_t *
resources(const struct engine_job *job)
{
	json_t *list = json_array();
	char text[32];
	bool good = list != NULL;

	if (job->memory > 0) {
		(void)snprintf(text, sizeof(text), "%ld", job->memory);
		good = good && append(list, json_pack("{s:s, s:s}", "type", "MEMORY", "value", text));
	}
	if (job->cpus > 0) {
		(void)snprintf(text, sizeof(text), "%g", job->cpus);
		good = good && append(list, json_pack("{s:s, s:s}", "type", "VCPU", "value", text));
	}
	if (good)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
overrides(const struct engine_job *job)
{
	json_t *command = json_array(), *env = json_array(), *o;
	bool good = command != NULL && env != NULL;

	for (size_t i = 0; good && job->argv[i] != NULL; i++)
		good = append(command, json_string(job->argv[i]));
	for (size_t i = 0; good && i < job->nenv; i++)
		good = append(env, json_pack("{s:s, s:s}", "name", job->env[i].name, "value", job->env[i].value));
	o = good ? json_pack("{s:o, s:O}", "resourceRequirements", resources(job), "command", command) : NULL;
	if (o != NULL && job->nenv > 0 && !set(o, "environment", json_incref(env))) {
		json_decref(o);
		o = NULL;
	}
	json_decref(command);
	json_decref(env);
	return o;
}

/*
 * Dependencies. N_TO_N and SEQUENTIAL are about elements: where there is only one, the service documents neither, and
 * waiting for the whole job is the same. The reference sends them all the same, and SEQUENTIAL never for the first job
 * of a chain (compat).
 */
static json_t *
dependencies(const struct engine *en, const struct engine_job *job)
{
	bool array = job->size > 1 || en->opts.compat, follows = false;
	json_t *list = json_array();
	bool good = list != NULL;

	for (size_t i = 0; good && i < job->ndeps; i++) {
		const struct engine_dep *d = &job->deps[i];
		bool same = d->after == ENGINE_AFTER_SAME;

		follows |= same;
		good = append(list, same && array ? json_pack("{s:s, s:s}", "jobId", d->id, "type", "N_TO_N") :
		    json_pack("{s:s}", "jobId", d->id));
	}
	if (good && array && job->parallel == 1 && (follows || !en->opts.compat))
		good = append(list, json_pack("{s:s}", "type", "SEQUENTIAL"));
	if (good)
		return list;
	json_decref(list);
	return NULL;
}

static bool
optional_parts(json_t *o, const struct engine_job *job)
{
	bool good = true;

	if (job->share != NULL)
		good = good && set(o, "shareIdentifier", json_string(job->share));
	good = good && set(o, "schedulingPriorityOverride", json_integer(job->priority));
	if (job->time_limit > 0)
		good = good && set(o, "timeout", json_pack("{s:I}", "attemptDurationSeconds",
		    (json_int_t)(job->time_limit < 60 ? 60 : job->time_limit)));
	if (job->ntags > 0 && good) {
		json_t *tags = json_object();

		for (size_t i = 0; good && tags != NULL && i < job->ntags; i++)
			good = set(tags, job->tags[i].name, json_string(job->tags[i].value));
		good = set(o, "tags", tags) && good;
	}
	return good;
}

/* The body of SubmitJob; owned by the caller. */
static char *
request_of(const struct engine *en, const struct engine_job *job, struct err *e)
{
	json_t *array = job->size > 1 ? json_pack("{s:i}", "size", job->size) : json_object();
	json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "jobName", job->name, "jobQueue", en->queue,
	    "jobDefinition", job->definition, "containerOverrides", overrides(job), "arrayProperties", array,
	    "dependsOn", dependencies(en, job));
	char *text = NULL;

	if (o != NULL && optional_parts(o, job))
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (text == NULL)
		err_set(e, E_USAGE, "%s: cannot be written as JSON", job->name);
	return text;
}

/* ---- operations ---- */

/* A string of an answer: TEXT.key, or the first of TEXT.jobs[].key; owned by the caller. */
static char *
string_of(const char *answer, bool of_first_job, const char *key, struct err *e)
{
	json_t *o = json_loads(answer, 0, NULL), *from = o;
	const char *s;
	char *text = NULL;

	if (of_first_job)
		from = json_array_get(json_object_get(o, "jobs"), 0);
	s = json_string_value(json_object_get(from, key));
	if (s != NULL && *s != '\0')
		text = mem_str(s, e);
	else
		err_set(e, E_ENV, "AWS Batch: an answer without %s", key);
	json_decref(o);
	return text;
}

static char *
send_job(struct engine *en, const char *request, struct err *e)
{
	struct batch *b = en->impl;
	char *answer, *id;

	if (en->opts.call == NULL)
		return mem_fmt(e, "@%zu", b->n + 1);
	answer = en->opts.call(en->opts.call_ctx, "SubmitJob", request, e);
	if (answer == NULL)
		return NULL;
	id = string_of(answer, false, "jobId", e);
	free(answer);
	return id;
}

static char *
batch_submit(struct engine *en, const struct engine_job *job, struct err *e)
{
	struct batch *b = en->impl;
	char *request, *id = NULL;

	if (job->definition == NULL || *job->definition == '\0') {
		err_set(e, E_USAGE, "%s: no job definition", job->name);
		return NULL;
	}
	if (job->first != 0) {
		err_set(e, E_USAGE, "%s: AWS Batch numbers elements from 0, not %d", job->name, job->first);
		return NULL;
	}
	request = request_of(en, job, e);
	if (request != NULL)
		id = send_job(en, request, e);
	if (id != NULL) {
		b->n++;
		if (put(b, id, "SubmitJob", request, e) < 0 && en->opts.call == NULL) {
			free(id);	/* what was sent has its id, recorded or not */
			id = NULL;
		}
	}
	free(request);
	return id;
}

/* ---- finding ---- */

/* Whether a described job has the command of the record. */
static bool
has_command(const json_t *described, const struct engine_job *job)
{
	const json_t *command = json_object_get(json_object_get(described, "container"), "command");
	size_t n = json_array_size(command);

	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(command, i));

		if (s == NULL || job->argv[i] == NULL || strcmp(s, job->argv[i]) != 0)
			return false;
	}
	return job->argv[n] == NULL;
}

/* Send a request, which is released; the parsed answer, or NULL. */
static json_t *
ask(struct engine *en, const char *operation, json_t *o, struct err *e)
{
	char *request = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL, *answer = NULL;
	json_t *parsed = NULL;

	json_decref(o);
	if (request == NULL)
		err_mem(e, operation);
	else
		answer = en->opts.call(en->opts.call_ctx, operation, request, e);
	if (answer != NULL && (parsed = json_loads(answer, 0, NULL)) == NULL)
		err_set(e, E_ENV, "AWS Batch: %s: not a JSON answer", operation);
	free(answer);
	free(request);
	return parsed;
}

/* The ids of jobs of that name; as DescribeJobs takes them. The newest 100 are enough: names repeat from run to run. */
static json_t *
jobs_named(struct engine *en, const char *name, struct err *e)
{
	json_t *list = ask(en, "ListJobs", json_pack("{s:s, s:i, s:[{s:s, s:[s]}]}", "jobQueue", en->queue,
	    "maxResults", 100, "filters", "name", "JOB_NAME", "values", name), e), *ids, *v;
	size_t i;

	if (list == NULL)
		return NULL;
	ids = json_array();
	json_array_foreach(json_object_get(list, "jobSummaryList"), i, v)
		if (ids != NULL && json_array_append(ids, json_object_get(v, "jobId")) < 0) {
			json_decref(ids);
			ids = NULL;
		}
	json_decref(list);
	if (ids == NULL)
		err_set(e, E_ENV, "AWS Batch: ListJobs: not the answer expected");
	return ids;
}

static int
batch_find(struct engine *en, const struct engine_job *job, char **id, struct err *e)
{
	json_t *ids, *jobs, *v;
	const char *s;
	size_t i;
	int ret = 0;

	if (en->opts.call == NULL)
		return 0;
	ids = jobs_named(en, job->name, e);
	if (ids == NULL || json_array_size(ids) == 0) {
		ret = ids == NULL ? -1 : 0;
		json_decref(ids);
		return ret;
	}
	jobs = ask(en, "DescribeJobs", json_pack("{s:o}", "jobs", ids), e);
	if (jobs == NULL)
		return -1;
	json_array_foreach(json_object_get(jobs, "jobs"), i, v) {
		s = json_string_value(json_object_get(v, "jobId"));
		if (s == NULL || *id != NULL || !has_command(v, job))
			continue;
		*id = mem_str(s, e);
		ret = *id != NULL ? 1 : -1;
	}
	json_decref(jobs);
	return ret;
}

static int
batch_cancel(struct engine *en, const char *id, const char *reason, struct err *e)
{
	json_t *o = json_pack("{s:s, s:s}", "jobId", id, "reason", reason);
	char *request = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL, *answer = NULL;
	int ret = -1;

	json_decref(o);
	if (request == NULL)
		return err_set(e, E_USAGE, "%s: cannot be written as JSON", id);
	if (en->opts.call != NULL)
		answer = en->opts.call(en->opts.call_ctx, "TerminateJob", request, e);
	if (en->opts.call == NULL || answer != NULL)
		ret = put(en->impl, NULL, "TerminateJob", request, e);
	free(answer);
	free(request);
	return ret;
}

static enum engine_state
state_of_word(const char *word)
{
	static const struct {
		const char *word;
		enum engine_state state;
	} table[] = {
		{ "SUBMITTED", ENGINE_PENDING }, { "PENDING", ENGINE_PENDING }, { "RUNNABLE", ENGINE_PENDING },
		{ "STARTING", ENGINE_PENDING }, { "RUNNING", ENGINE_RUNNING }, { "SUCCEEDED", ENGINE_SUCCEEDED },
		{ "FAILED", ENGINE_FAILED }
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(word, table[i].word) == 0)
			return table[i].state;
	return ENGINE_UNKNOWN;
}

/* The service forgets a job days after its end: no job in the answer. */
static int
batch_state(struct engine *en, const char *id, int index, enum engine_state *state, struct err *e)
{
	json_t *o;
	char *name, *request, *answer, *word;

	if (en->opts.call == NULL)
		return 0;
	name = index >= 0 ? mem_fmt(e, "%s:%d", id, index) : mem_str(id, e);
	o = name != NULL ? json_pack("{s:[s]}", "jobs", name) : NULL;
	request = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	free(name);
	if (request == NULL)
		return err_mem(e, "DescribeJobs");
	answer = en->opts.call(en->opts.call_ctx, "DescribeJobs", request, e);
	free(request);
	if (answer == NULL)
		return -1;
	word = string_of(answer, true, "status", NULL);
	if (word != NULL)
		*state = state_of_word(word);
	free(word);
	free(answer);
	return 0;
}

const struct engine_ops engine_batch_ops = {
	.open = batch_open,
	.close = batch_close,
	.submit = batch_submit,
	.find = batch_find,
	.run = batch_run,
	.cancel = batch_cancel,
	.state = batch_state,
};
