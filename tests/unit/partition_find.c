/* Asking AWS Batch for a job whose submission was not noted: by name and command. */

#include <stdlib.h>

#include "place/engine.h"
#include "tap.h"

static const char *listed, *described;
static int calls;

static char *
answer(void *ctx, const char *operation, const char *body, struct err *e)
{
	(void)ctx;
	(void)e;
	calls++;
	if (strcmp(operation, "ListJobs") == 0 && strstr(body, "\"values\":[\"p-aqua-combiner-0\"]") != NULL)
		return strdup(listed);
	if (strcmp(operation, "DescribeJobs") == 0)
		return strdup(described);
	err_set(e, E_RETRY, "%s: refused", operation);
	return NULL;
}

int
main(void)
{
	static const char *const argv[] = { "300", "list_1f2e3d4c.json", NULL };
	struct engine_opts o = ENGINE_OPTS_DEFAULTS;
	struct engine_job job = ENGINE_JOB_DEFAULTS;
	struct engine *en;
	struct err e = {0};
	char *id;

	o.call = answer;
	job.name = "p-aqua-combiner-0";
	job.argv = argv;
	en = engine_open("batch:q", &o, &e);
	if (!ok(en != NULL, "an engine"))
		return tap_done();
	listed = "{\"jobSummaryList\": []}";
	ok(engine_find(en, &job, &id, &e) == 0 && id == NULL && calls == 1, "no job of that name");
	listed = "{\"jobSummaryList\": [{\"jobId\": \"a\"}, {\"jobId\": \"b\"}]}";
	described = "{\"jobs\": [{\"jobId\": \"a\", \"container\": {\"command\": [\"300\", \"list_00000000.json\"]}}, "
	    "{\"jobId\": \"b\", \"container\": {\"command\": [\"300\", \"list_1f2e3d4c.json\"]}}]}";
	ok(engine_find(en, &job, &id, &e) == 1 && id != NULL && strcmp(id, "b") == 0, "the one with our command");
	free(id);
	described = "{\"jobs\": [{\"jobId\": \"a\", \"container\": {\"command\": [\"300\"]}}, {\"jobId\": \"c\", "
	    "\"container\": {\"command\": [\"300\", \"list_1f2e3d4c.json\", \"x\"]}}, {}, 7]}";
	ok(engine_find(en, &job, &id, &e) == 0 && id == NULL, "others of the same name are not ours");
	listed = "rubbish";
	ok(engine_find(en, &job, &id, &e) < 0 && e.code == E_ENV, "an answer that is none");
	job.name = "other";
	ok(engine_find(en, &job, &id, &e) < 0 && e.code == E_RETRY, "no answer");
	engine_close(en);
	return tap_done();
}
