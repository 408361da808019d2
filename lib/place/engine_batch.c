/* engine_batch - AWS Batch: the requests that its SubmitJob takes, written to a file */

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/newfile.h"
#include "place/engine.h"

#define ARRAY_MAX 10000			/* of the service */
#define DEPS_MAX 20

struct batch {
	struct newfile file;
	struct buf records;		/* what belongs in it */
};

static int
batch_open(struct engine *en, const char *place, struct err *e)
{
	const char *queue = place + strlen("batch");
	struct batch *b = xarray(1, sizeof(*b));

	en->impl = b;
	en->limits = (struct engine_limits){ .container = true, .array = ARRAY_MAX, .deps = DEPS_MAX };
	if (*queue++ != ':' || *queue == '\0' || strlen(queue) > ENGINE_NAME_MAX ||
	    strspn(queue, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:/-") != strlen(queue))
		return err_set(e, E_USAGE, "%s: not an engine; batch:QUEUE is", place);
	en->queue = xstrdup(queue);
	if (en->opts.output == NULL)
		return err_set(e, E_USAGE, "%s: this build cannot send jobs to AWS yet, only write them to a file",
		    place);
	return newfile_open(&b->file, en->opts.output, e);
}

static void
batch_close(struct engine *en)
{
	struct batch *b = en->impl;

	newfile_close(&b->file);
	buf_free(&b->records);
	free(b);
}

/* The file appears when the run is complete. */
static int
batch_run(struct engine *en, struct engine_job *jobs, size_t n, struct engine_counts *total, struct err *e)
{
	struct batch *b = en->impl;

	(void)jobs;
	(void)n;
	(void)total;
	return newfile_write(&b->file, buf_str(&b->records), b->records.len, e) < 0 ? -1 : newfile_commit(&b->file, e);
}

/* ---- requests; NULL, or false, when a text cannot be JSON ---- */

static json_t *
resources(const struct engine_job *job)
{
	char *memory = xfmt("%ld", job->memory), *cpus = xfmt("%g", job->cpus);
	json_t *list = json_array();

	if (job->memory > 0)
		(void)json_array_append_new(list, json_pack("{s:s, s:s}", "type", "MEMORY", "value", memory));
	if (job->cpus > 0)
		(void)json_array_append_new(list, json_pack("{s:s, s:s}", "type", "VCPU", "value", cpus));
	free(memory);
	free(cpus);
	return list;
}

static json_t *
command(const struct engine_job *job)
{
	json_t *list = json_array();

	for (size_t i = 0; i < job->argv.n; i++)
		if (json_array_append_new(list, json_string(job->argv.item[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* N_TO_N and SEQUENTIAL are about elements: where there is only one, the service documents neither, and waiting for
 * the whole job is the same. */
static json_t *
dependencies(const struct engine_job *jobs, const struct engine_job *job)
{
	json_t *list = json_array();

	if (job->after != ENGINE_NONE)
		(void)json_array_append_new(list, json_pack("{s:s, s:s*}", "jobId", jobs[job->after].id,
		    "type", job->size > 1 ? "N_TO_N" : NULL));
	for (size_t i = 0; i < job->nended; i++)
		(void)json_array_append_new(list, json_pack("{s:s}", "jobId", jobs[job->ended[i]].id));
	if (job->parallel == 1 && job->size > 1)
		(void)json_array_append_new(list, json_pack("{s:s}", "type", "SEQUENTIAL"));
	return list;
}

static char *
batch_submit(struct engine *en, const struct engine_job *jobs, size_t i, struct err *e)
{
	const struct engine_job *job = &jobs[i];
	struct batch *b = en->impl;
	json_t *array, *o;
	char *id, *text;

	if (job->definition == NULL || *job->definition == '\0') {
		err_set(e, E_USAGE, "%s: no job definition", job->name);
		return NULL;
	}
	id = xfmt("@%zu", i + 1);
	array = job->size > 1 ? json_pack("{s:i}", "size", job->size) : json_object();
	o = json_pack("{s:s, s:{s:s, s:s, s:s, s:{s:o, s:o}, s:o, s:o, s:s*, s:i}}", "id", id, "SubmitJob",
	    "jobName", job->name, "jobQueue", en->queue, "jobDefinition", job->definition,
	    "containerOverrides", "resourceRequirements", resources(job), "command", command(job),
	    "arrayProperties", array, "dependsOn", dependencies(jobs, job), "shareIdentifier", job->share,
	    "schedulingPriorityOverride", job->priority);
	text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	if (text != NULL) {
		buf_add(&b->records, "%s\n", text);
		free(text);
		return id;
	}
	err_set(e, E_USAGE, "%s: cannot be written as JSON", job->name);
	free(id);
	return NULL;
}

const struct engine_ops engine_batch_ops = {
	.open = batch_open,
	.close = batch_close,
	.submit = batch_submit,
	.run = batch_run,
};
