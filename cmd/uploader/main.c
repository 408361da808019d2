/* uploader - put L2P granules into a store and announce them */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "granule/listmessage.h"
#include "granule/name.h"
#include "run/job.h"
#include "run/run.h"
#include "find.h"
#include "report.h"
#include "upload.h"

#define WORKERS 4

#define START_INFO "run_uploader - INFO"
#define INFO "Uploader - INFO"

struct uploading {
	struct run run;
	const char *to, *announce;
	struct uploader c;
	struct pool *pool;
	size_t given;			/* granules handed to the workers */
	struct report report;
};

static const struct option_row rows[] = {
	{ 0, "to", "STORE", OPT_TEXT, offsetof(struct uploading, to), "a directory, or s3://BUCKET[/PREFIX]" },
	{ 0, "announce", "TOPIC", OPT_TEXT, offsetof(struct uploading, announce),
	    "a directory with a file per message, - (messages instead of\n"
	    "URLs on standard output), or arn:aws:sns:...; default none" },
	{ 0, "prefix", "TEXT", OPT_TEXT, offsetof(struct uploading, c.trace),
	    "prefix of the deployment, sent as trace (generate)" },
	{ 0, "again", NULL, OPT_FLAG, offsetof(struct uploading, c.again),
	    "store and announce although that was done" },
	{ 0, "cnm-legacy-time", NULL, OPT_FLAG, offsetof(struct uploading, c.legacy_time), "submissionTime without Z" },
	OPT_END
};

static const char *const sections[] = { "processed", "provenance", "not_found", "number_failed", NULL };

static const struct program program = {
	.usage = "usage: uploader --to STORE [--announce TOPIC] [options] [GRANULE.nc ...]\n"
	    "       uploader --to STORE [--announce TOPIC] [options] --job LIST.json [--index N]\n"
	    "Store L2P granules with their checksum files, announce each to the archive, print its URL.\n",
	.rows = rows,
	.common = COMMON_LIST | COMMON_DATASET | COMMON_TYPE | COMMON_JOBS | COMMON_DRY | COMMON_ROOT | COMMON_JOB |
	    COMMON_STRICT | COMMON_JSON | COMMON_FAILED | COMMON_NOTIFY | COMMON_FINAL_LOG | COMMON_PROGRESS,
	.subject = "Generate workflow error: UPLOADER error",
	.sections = sections,
	.times = START_INFO,
	.own_mail = true,
};

/* In a worker: one granule. */
static void
work(struct task *t)
{
	struct upload *u = (struct upload *)t;
	struct uploading *p = u->owner;

	upload_run(&p->c, u);
	report_put(&p->report, u);
	upload_free(u);
}

static void
give(struct uploading *p, const char *path)
{
	struct upload *u = upload_new(path, p->given++);

	u->task.run = work;
	u->owner = p;
	pool_room(p->pool);
	report_begin(&p->report);
	pool_submit(p->pool, &u->task);
}

/* The granules of the job instead of the times in its list. */
static int
find_items(struct uploading *p, struct err *e)
{
	struct run *r = &p->run;
	struct strlist paths = {0};

	run_log(r, START_INFO, "Job identifier: %s", job_id());
	run_log(r, START_INFO, "Job index: %ld", r->index);
	run_log(r, START_INFO, "JSON file: %s", str_base(r->job));
	run_log(r, START_INFO, "Dataset: %s", r->ds->label);
	run_log(r, START_INFO, "Processing type: %s", ptype_upper(r->type));
	if (find_granules(r, &paths, &p->report.not_found, e) < 0) {
		strlist_free(&paths);
		return -1;
	}
	if (r->final_log && find_sources(r, &p->report.sources, e) < 0)
		prog_say("no provenance: %s", e->msg);
	if (paths.n == 0)
		run_log(r, INFO, "Did not locate any L2P granules.");
	for (size_t i = 0; i < paths.n; i++) {
		struct l2p_name name;
		char *sidecar = xfmt("%s.md5", paths.item[i]);

		if (file_look(sidecar, NULL, NULL) > 0 && l2p_parse(paths.item[i], &name, e) == 0)
			run_log(r, INFO, "Located %s File: %s", name.night ? "Night" : "Day", paths.item[i]);
		free(sidecar);
	}
	run_set_items(r, &paths);
	return 0;
}

static void
check_options(struct uploading *p)
{
	struct run *r = &p->run;
	struct err e;

	if (p->to == NULL)
		run_usage("--to is missing: where shall the granules go?");
	if (p->announce != NULL && strcmp(p->announce, "-") == 0 && r->json && !r->dry_run)
		run_usage("--announce - and --json both want standard output");
	if (prefix_check(p->c.trace, &e) < 0)
		run_usage("--prefix %s", e.msg);
	run_need_identity(r, true);
}

static int
open_places(struct uploading *p, struct err *e)
{
	struct run *r = &p->run;
	enum place_mode mode = r->dry_run ? PLACE_ASIS : PLACE_CREATE;

	p->c.ds = r->ds;
	p->c.type = r->type;
	p->c.dry_run = r->dry_run;
	if (run_open(r, e) < 0 || (p->c.store = store_open(p->to, mode, e)) == NULL)
		return -1;
	if (p->announce != NULL && strcmp(p->announce, "none") != 0 &&
	    (p->c.topic = topic_open(p->announce, mode, e)) == NULL)
		return -1;
	if (r->job != NULL && find_items(p, e) < 0)
		return -1;
	p->pool = pool_new(r->jobs > 1 ? (int)r->jobs : r->jobs == 1 ? 0 : WORKERS, e);
	return p->pool != NULL ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	struct uploading p = { .c.trace = "generate" };
	struct run *r = &p.run;
	struct err e;
	char *path;
	int status;

	run_begin(r, argc, argv, &program);
	check_options(&p);
	report_init(&p.report, r, &p.c);
	if (open_places(&p, &e) < 0) {
		status = run_abort(r, &e);
	} else {
		while ((path = run_next(r)) != NULL)
			give(&p, path);
		pool_free(p.pool);		/* waits for the last granules */
		p.pool = NULL;
		if (r->job != NULL && p.given < r->elements.n)
			prog_say("%zu granules were not tried", r->elements.n - p.given);
		if (p.c.topic == NULL && !r->dry_run && p.report.nstored > 0) {
			run_log(r, INFO, "CNM message was not sent and L2P granules will not be ingested.");
			if (!r->final_log)
				prog_info("nothing was announced; --announce does that");
		}
		report_end(&p.report);
		status = run_end(r, "run_uploader");
	}
	report_fini(&p.report);
	pool_free(p.pool);
	store_close(p.c.store);
	topic_close(p.c.topic);
	return status;
}
