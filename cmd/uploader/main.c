/* uploader - put L2P granules into a store and announce them */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/pool.h"
#include "base/prog.h"
#include "granule/name.h"
#include "place/notify.h"
#include "find.h"
#include "report.h"
#include "upload.h"

#define WORKERS 4
#define SUBJECT "Generate workflow error: UPLOADER error"

enum { OPT_TO = OPT_OWN, OPT_ANNOUNCE, OPT_PREFIX, OPT_AGAIN, OPT_FAILED, OPT_LEGACY_TIME };

static const struct option longopts[] = {
	{ "to", required_argument, NULL, OPT_TO },
	{ "announce", required_argument, NULL, OPT_ANNOUNCE },
	{ "prefix", required_argument, NULL, OPT_PREFIX },
	{ "again", no_argument, NULL, OPT_AGAIN },
	{ "failed", required_argument, NULL, OPT_FAILED },
	{ "cnm-legacy-time", no_argument, NULL, OPT_LEGACY_TIME },
	OPTS_COMMON_LONG,
	{ NULL, 0, NULL, 0 }
};

struct run {
	struct opts o;
	const char *to, *announce, *failed_path;
	struct uploader c;
	struct pool *pool;
	struct notify notify;
	struct strlist sources;		/* input files of the job, for the provenance */
	size_t not_found;		/* times of the job without granules */
	size_t given;			/* granules handed to the workers */
	double start;
	pthread_mutex_t lock;		/* of all below, and of everything that is printed */
	struct report report;
	struct newfile failed;
	FILE *failed_fp;		/* what goes into it; NULL without --failed */
	int status;
	bool stop;			/* nobody reads our output, or every other granule would fail too */
};

static void
usage(FILE *fp)
{
	(void)fputs(
	    "usage: uploader --to STORE [--announce TOPIC] [options] [GRANULE.nc ...]\n"
	    "       uploader --to STORE [--announce TOPIC] [options] --job LIST.json [--index N]\n"
	    "Store L2P granules with their checksum files, announce each to the archive, print its URL.\n\n"
	    "      --to STORE        a directory, or s3://BUCKET[/PREFIX]\n"
	    "      --announce TOPIC  a directory with a file per message, - (messages instead of URLs on\n"
	    "                        standard output), or arn:aws:sns:...; default none\n"
	    "      --prefix TEXT     prefix of the deployment, sent as trace (generate)\n"
	    "      --again           store and announce although that was done\n"
	    "      --failed FILE     write the names of granules that failed there\n"
	    "      --cnm-legacy-time submissionTime without Z\n\n", fp);
	opts_help(fp);
}

#define START_INFO "run_uploader - INFO"
#define INFO "Uploader - INFO"
#define ERROR "Uploader - ERROR"

/* --- one granule is done ---------------------------------------------------------------------------------------- */

static void
log_failure(const struct run *r, const struct upload *u)
{
	const char *base = str_base(u->path);

	if (u->step == STEP_SIDECAR)
		prog_log_from(r->o.final_log, ERROR, "Missing checksum file: %s", u->path);
	else if (u->step == STEP_STORE)
		prog_log_from(r->o.final_log, INFO, "Failed to upload to S3: %s", u->path);
	else
		prog_log_from(r->o.final_log, INFO,
		    "Failed to publish to cumulus topic: %.*s", (int)(strlen(base) - strlen(".nc")),
		    base);
}

/* A topic's name in logs: that of an ARN is its last field. */
static const char *
short_name(const struct topic *t)
{
	const char *name = topic_name(t), *last = strrchr(name, ':');

	return str_starts(name, "arn:") && last != NULL ? last + 1 : name;
}

static void
log_success(const struct run *r, const struct upload *u)
{
	const char *base = str_base(u->path);

	if (u->stored) {
		prog_log_from(r->o.final_log, INFO, "File uploaded: %s.", u->url);
		prog_log_from(r->o.final_log, INFO, "Processed: %s", base);
		prog_log_from(r->o.final_log, INFO, "File uploaded: %s.md5.", u->url);
	}
	if (u->announced)
		prog_log_from(r->o.final_log, INFO,
		    "%.*s message published to SNS Topic: %s", (int)(strlen(base) - strlen(".nc")), base,
		    short_name(r->c.topic));
}

/* The granule's record on standard output; 0, or -1 when that is lost. */
static int
print_result(const struct run *r, const struct upload *u, struct err *e)
{
	char *text;
	int rc;

	if (r->o.json) {
		text = upload_json(u, e);
	} else if (u->state == UPLOAD_PLANNED) {
		text = mem_fmt(e, "%s\t%s", u->key, u->message);
	} else if (u->state == UPLOAD_FAILED || r->o.dry_run ||
	    (r->c.topic != NULL && topic_is_stdout(r->c.topic))) {
		return 0;
	} else {
		text = mem_str(u->url, e);
	}
	if (text == NULL)
		return -1;
	rc = list_put(text, r->o.sep, e);
	free(text);
	return rc;
}

static void
record_failure(struct run *r, const struct upload *u)
{
	r->status = prog_failed(&u->err, r->status);
	log_failure(r, u);
	if (r->failed_fp != NULL)
		(void)fprintf(r->failed_fp, "%s%c", u->path, r->o.sep);	/* checked when closed */
	if (u->err.code == E_AUTH || u->err.code == E_SIGNAL)
		r->stop = true;
}

/* A granule for a thread. */
struct task {
	struct job job;			/* first, so that it is found from it */
	struct run *run;
	struct upload *upload;
};

static void
do_granule(struct job *j)
{
	struct task *t = (struct task *)(void *)j;
	struct upload *u = t->upload;
	struct run *r = t->run;
	struct err e;

	upload_run(&r->c, u);
	(void)pthread_mutex_lock(&r->lock);
	if (u->state == UPLOAD_FAILED)
		record_failure(r, u);
	else
		log_success(r, u);
	if (report_add(&r->report, u, &e) < 0)
		r->status = prog_failed(&e, r->status);
	if (print_result(r, u, &e) < 0) {
		r->status = prog_failed(&e, r->status);
		r->stop = r->stop || ferror(stdout) != 0;
	}
	prog_progress("%zu stored, %zu failed", r->report.nstored, r->report.nfailed);
	(void)pthread_mutex_unlock(&r->lock);
	upload_free(u);
	free(t);
}

/* --- the list --------------------------------------------------------------------------------------------------- */

static bool
stopped(struct run *r)
{
	bool stop;

	(void)pthread_mutex_lock(&r->lock);
	stop = r->stop || prog_signal() != 0;
	(void)pthread_mutex_unlock(&r->lock);
	return stop;
}

static void
item_failed(struct run *r, const struct err *e)
{
	(void)pthread_mutex_lock(&r->lock);
	r->status = prog_failed(e, r->status);
	(void)pthread_mutex_unlock(&r->lock);
}

static void
give(struct run *r, const char *path)
{
	struct err e;
	struct upload *u = upload_new(path, r->given, &e);
	struct task *t;

	if (u == NULL) {
		item_failed(r, &e);
		return;
	}
	r->given++;
	t = xarray(1, sizeof(*t));
	*t = (struct task){ .job.run = do_granule, .run = r, .upload = u };
	pool_submit(r->pool, &t->job);
	pool_room(r->pool);		/* reading the list goes no faster than the work */
}

static void
run_list(struct run *r, int argc, char *argv[])
{
	enum list_result got = LIST_END;
	struct list_in in;
	struct err e;
	char *path;

	list_open(&in, argc, argv, r->o.sep);
	while (!stopped(r) && (got = list_next(&in, &path, &e)) != LIST_END) {
		if (got == LIST_ITEM)
			give(r, path);
		else
			item_failed(r, &e);
		if (got == LIST_FAILED)
			break;
	}
}

static void
log_located(const struct run *r, const char *path)
{
	struct l2p_name name;
	char *sidecar = mem_fmt(NULL, "%s.md5", path);

	if (sidecar != NULL && file_exists(sidecar) && l2p_parse(path, &name, NULL) == 0)
		prog_log_from(r->o.final_log, INFO,
		    "Located %s File: %s", name.night ? "Night" : "Day", path);
	free(sidecar);
}

/* The job's granules; 0, or the status of a run that cannot begin. */
static int
run_job(struct run *r)
{
	struct strlist paths = {0}, missing = {0};
	int status = 0;
	struct err e;
	size_t i;

	if (find_granules(&r->o, r->c.ds, r->c.type, &paths, &missing, &e) < 0) {
		status = prog_fail(&e);
		goto out;
	}
	if (r->o.final_log && find_sources(&r->o, &r->sources, &e) < 0)
		prog_say("no provenance: %s", e.msg);
	r->not_found = missing.n;
	for (i = 0; i < missing.n; i++)
		prog_debug("%s: neither a day nor a night granule", missing.item[i]);
	if (paths.n == 0)
		prog_log_from(r->o.final_log, INFO, "Did not locate any L2P granules.");
	for (i = 0; i < paths.n; i++)
		log_located(r, paths.item[i]);
	for (i = 0; i < paths.n && !stopped(r); i++)
		give(r, paths.item[i]);
	if (i < paths.n)
		prog_say("%zu granules were not tried", paths.n - i);
out:
	strlist_free(&paths);
	strlist_free(&missing);
	return status;
}

/* --- beginning and end ------------------------------------------------------------------------------------------ */

static int
open_failed(struct run *r, struct err *e)
{
	int fd;

	if (r->failed_path == NULL || r->o.dry_run)
		return 0;
	if (newfile_open(&r->failed, r->failed_path, e) < 0 || newfile_write(&r->failed, "", 0, e) < 0)
		return -1;
	fd = dup(r->failed.fd);
	r->failed_fp = fd < 0 ? NULL : fdopen(fd, "w");
	if (r->failed_fp != NULL)
		return 0;
	err_sys(e, "%s", r->failed_path);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int
close_failed(struct run *r, struct err *e)
{
	int lost;

	if (r->failed_fp == NULL)
		return 0;
	lost = ferror(r->failed_fp);
	lost |= fclose(r->failed_fp);
	r->failed_fp = NULL;
	if (lost != 0)
		return err_sys(e, "%s", r->failed_path);
	return newfile_commit(&r->failed, e);
}

/* Open everything the run writes to; 0 or -1. */
static int
open_places(struct run *r, struct err *e)
{
	enum place_mode mode = r->o.dry_run ? PLACE_ASIS : PLACE_CREATE;
	int workers = r->o.jobs > 0 ? r->o.jobs : WORKERS;

	if (notify_open(&r->notify, r->o.dry_run ? NULL : r->o.notify, e) < 0)
		return -1;
	r->c.store = store_open(r->to, mode, e);
	if (r->c.store == NULL)
		return -1;
	if (r->announce != NULL && strcmp(r->announce, "none") != 0) {
		r->c.topic = topic_open(r->announce, mode, e);
		if (r->c.topic == NULL)
			return -1;
	}
	if (open_failed(r, e) < 0)
		return -1;
	r->pool = pool_new(workers > 1 ? workers : 0, e);
	return r->pool == NULL ? -1 : 0;
}

static void
log_start(const struct run *r)
{
	struct err e;

	if (r->o.job == NULL)
		return;
	prog_log_from(r->o.final_log, START_INFO, "Job identifier: %s", opts_job_id());
	prog_log_from(r->o.final_log, START_INFO, "Job index: %ld", opts_index(&r->o, &e));
	prog_log_from(r->o.final_log, START_INFO, "JSON file: %s", str_base(r->o.job));
	prog_log_from(r->o.final_log, START_INFO, "Dataset: %s", r->c.ds->label);
	prog_log_from(r->o.final_log, START_INFO, "Processing type: %s", ptype_upper(r->c.type));
}

static void
log_provenance(const struct run *r)
{
	for (size_t i = 0; r->sources.n > 0 && i < r->report.n; i++) {
		const struct report_entry *entry = &r->report.entry[i];
		char *from;

		if (entry->state == UPLOAD_FAILED && entry->step == STEP_SIDECAR)
			continue;
		from = find_provenance(&r->sources, entry->path, ", ", NULL);
		if (from != NULL)
			prog_log_from(r->o.final_log, INFO,
			    "Provenance: %s | %s", str_base(entry->path), from);
		free(from);
	}
}

static void
log_end(const struct run *r)
{
	double s = clock_steady() - r->start;
	long whole = (long)s;
	struct err e;
	char *line;

	prog_log_from(r->o.final_log, INFO, "Number of granules uploaded: %zu", r->report.nstored);
	log_provenance(r);
	line = report_final_log(&r->report, &r->o, &r->sources, r->not_found, &e);
	if (line != NULL)
		prog_log(line);
	else
		prog_warn(&e);
	free(line);
	prog_log_from(r->o.final_log, START_INFO,
	    "Total execution time: %ld:%02ld:%02ld.%06ld", whole / 3600, whole / 60 % 60,
	    whole % 60, (long)((s - (double)whole) * 1e6));
}

/* What the run says about itself after the last granule. */
static void
finish(struct run *r)
{
	struct err e;

	prog_progress_end();
	if (close_failed(r, &e) < 0)
		r->status = prog_failed(&e, r->status);
	report_sort(&r->report);
	if (r->c.topic == NULL && !r->o.dry_run && r->given > 0) {
		if (r->o.final_log)
			prog_log_from(r->o.final_log, INFO,
			    "CNM message was not sent and L2P granules will not be ingested.");
		else
			prog_info("nothing was announced; --announce does that");
	}
	if (r->o.final_log)
		log_end(r);
	report_failures(&r->report, &r->notify);
	if (notify_send(&r->notify, SUBJECT, &e) < 0)
		prog_warn(&e);
}

static void
close_run(struct run *r)
{
	pool_free(r->pool);
	store_close(r->c.store);
	topic_close(r->c.topic);
	notify_close(&r->notify);
	report_fini(&r->report);
	strlist_free(&r->sources);
	if (r->failed_fp != NULL)
		(void)fclose(r->failed_fp);
	newfile_close(&r->failed);
	(void)pthread_mutex_destroy(&r->lock);
}

static int
run(struct run *r, int argc, char *argv[])
{
	int status;
	struct err e;

	if (open_places(r, &e) < 0) {
		status = prog_fail(&e);
		close_run(r);
		return status;
	}
	log_start(r);
	status = 0;
	if (r->o.job != NULL)
		status = run_job(r);
	else
		run_list(r, argc, argv);
	pool_free(r->pool);		/* waits for the last granules */
	r->pool = NULL;
	if (status == 0) {
		finish(r);
		status = opts_job_status(&r->o, r->status);
	}
	close_run(r);
	return status;
}

/* Dataset and type of the run; 0, or the status to end with. */
static int
choose_dataset(struct run *r)
{
	const struct opts *o = &r->o;
	struct err e;

	if (o->job == NULL) {
		if (dataset_of_option(o->dataset, &r->c.ds, &e) < 0 || ptype_of_option(o->type, &r->c.type, &e) < 0)
			return prog_fail(&e);
		return 0;
	}
	if (find_job(o, &r->c.ds, &r->c.type, &e) < 0 || opts_index(o, &e) < 0)
		return prog_fail(&e);
	return 0;
}

/* What must hold before anything is opened; 0, or the status to end with. */
static int
check_options(struct run *r, int nargs)
{
	bool on_stdout = r->announce != NULL && strcmp(r->announce, "-") == 0;

	if (r->to == NULL)
		return prog_bad_usage("--to is missing: where shall the granules go?");
	if (r->o.outdir != NULL)
		return prog_bad_usage("-o: the uploader writes to --to");
	if (r->o.job != NULL && nargs > 0)
		return prog_bad_usage("--job and granules on the command line");
	if (on_stdout && r->o.json && !r->o.dry_run)
		return prog_bad_usage("--announce - and --json both want standard output");
	for (const char *s = r->c.trace; *s != '\0'; s++)
		if (*s < '!' || *s > '~')
			return prog_bad_usage("--prefix: only printable characters without blanks");
	return choose_dataset(r);
}

int
main(int argc, char *argv[])
{
	struct run r = { .o = OPTS_DEFAULTS, .c.trace = "generate", .lock = PTHREAD_MUTEX_INITIALIZER };
	int c, status;

	prog_init(argv[0]);
	r.start = clock_steady();
	while ((c = getopt_long(argc, argv, OPTS_COMMON_SHORT, longopts, NULL)) != -1)
		switch (c) {
		case OPT_TO: r.to = optarg; break;
		case OPT_ANNOUNCE: r.announce = optarg; break;
		case OPT_PREFIX: r.c.trace = optarg; break;
		case OPT_AGAIN: r.c.again = true; break;
		case OPT_FAILED: r.failed_path = optarg; break;
		case OPT_LEGACY_TIME: r.c.legacy_time = true; break;
		case OPT_HELP: usage(stdout); return prog_done(ST_OK);
		case OPT_VERSION: return prog_version();
		default:
			if (opts_common(&r.o, c, optarg))
				break;
			usage(stderr);
			return ST_USAGE;
		}
	opts_finish(&r.o);
	status = check_options(&r, argc - optind);
	if (status != 0)
		return status;
	r.c.dry_run = r.o.dry_run;
	r.report = (struct report){ .all = r.o.final_log, .ds = r.c.ds, .type = r.c.type };
	return prog_done(run(&r, argc - optind, argv + optind));
}
