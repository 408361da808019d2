/* report - what a run tells of its granules */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/job.h"
#include "find.h"
#include "report.h"

#define HELP_URL "https://wiki.jpl.nasa.gov/pages/viewpage.action?pageId=771470900" \
	"#GenerateCloudErrorDetection&Recovery-AWSBatchJobFailures"

#define INFO "Uploader - INFO"
#define ERROR "Uploader - ERROR"

/* Sections of the final_log line. */
enum { PROCESSED, PROVENANCE, NOT_FOUND, FAILED };

void
report_init(struct report *r, struct run *run, const struct uploader *c)
{
	*r = (struct report){ .run = run, .c = c, .ds = run->ds, .type = run->type };
	(void)pthread_mutex_init(&r->lock, NULL);
}

void
report_fini(struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->entry[i].path);
	free(r->entry);
	strlist_free(&r->sources);
	strlist_free(&r->not_found);
	(void)pthread_mutex_destroy(&r->lock);
}

/* ---- one granule ---- */

/* Length of a granule's name: its file's base name without .nc. */
static int
name_length(const char *base)
{
	return (int)strlen(base) - (str_ends(base, ".nc") ? 3 : 0);
}

static void
log_granule(const struct report *r, const struct upload *u)
{
	const struct run *run = r->run;
	const char *base = str_base(u->path), *topic, *last;
	int length = name_length(base);

	if (u->item.err.code != E_NONE) {
		if (u->step == STEP_SIDECAR)
			run_log(run, ERROR, "Missing checksum file: %s", u->path);
		else if (u->step == STEP_STORE || u->step == STEP_CHECKSUM)
			run_log(run, INFO, "Failed to upload to S3: %s", u->path);
		else
			run_log(run, INFO, "Failed to publish to cumulus topic: %.*s", length, base);
		return;
	}
	if (u->stored) {
		run_log(run, INFO, "File uploaded: %s.", u->url);
		run_log(run, INFO, "Processed: %s", base);
		run_log(run, INFO, "File uploaded: %s.md5.", u->url);
	}
	if (u->announced) {		/* the name of an ARN is its last field */
		topic = topic_name(r->c->topic);
		last = str_starts(topic, "arn:") ? strrchr(topic, ':') : NULL;
		run_log(run, INFO, "%.*s message published to SNS Topic: %s", length, base, last != NULL ?
		    last + 1 : topic);
	}
}

void
report_begin(struct report *r)
{
	(void)pthread_mutex_lock(&r->lock);
	r->under_way++;
	run_progress(r->run, r->under_way, r->under_way, r->bytes, NULL);
	(void)pthread_mutex_unlock(&r->lock);
}

void
report_put(struct report *r, struct upload *u)
{
	bool failed = u->item.err.code != E_NONE;

	(void)pthread_mutex_lock(&r->lock);
	r->under_way--;
	r->bytes += u->item.bytes;
	r->nstored += u->stored;
	if (r->ds == NULL && u->ds != NULL) {
		r->ds = u->ds;
		r->type = u->type;
	}
	if (r->run->final_log || (failed && r->n < 3 * REPORT_MAX)) {
		xgrow(&r->entry, &r->cap, r->n + 1, sizeof(*r->entry));
		r->entry[r->n++] = (struct report_entry){ u->number, xstrdup(u->path), failed, u->step, u->stored };
	}
	log_granule(r, u);
	run_put(r->run, &u->item);
	run_progress(r->run, r->under_way, r->under_way, r->bytes, NULL);
	(void)pthread_mutex_unlock(&r->lock);
}

/* ---- the end ---- */

static int
by_number(const void *a, const void *b)
{
	const struct report_entry *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* Which input files the granules were made of. One whose checksum file is missing does not count as located. */
static void
log_provenance(struct report *r)
{
	for (size_t i = 0; r->sources.n > 0 && i < r->n; i++) {
		const struct report_entry *entry = &r->entry[i];
		char *from;

		if (entry->failed && entry->step == STEP_SIDECAR)
			continue;
		from = find_provenance(&r->sources, entry->path, ", ");
		run_log(r->run, INFO, "Provenance: %s | %s", str_base(entry->path), from);
		free(from);
		from = find_provenance(&r->sources, entry->path, "; ");
		finallog_entry(&r->run->log, PROVENANCE, "%s | %s", str_base(entry->path), from);
		free(from);
	}
}

static void
fill_final_log(struct report *r)
{
	struct finallog *log = &r->run->log;

	run_log(r->run, INFO, "Number of granules uploaded: %zu", r->nstored);
	log->bare_end = true;
	finallog_field(log, "dataset", "%s", r->ds != NULL ? r->ds->label : "-");
	finallog_field(log, "processing_type", "%s", r->type != PTYPE_COUNT ? ptype_upper(r->type) : "-");
	run_log_job(r->run, "-");
	finallog_field(log, "number_uploaded", "%zu", r->nstored);
	for (size_t i = 0; i < r->n; i++)
		if (r->entry[i].stored)
			finallog_entry(log, PROCESSED, "%s", str_base(r->entry[i].path));
	log_provenance(r);
	if (r->not_found.n > 0)
		finallog_entry(log, NOT_FOUND, "%zu", r->not_found.n);
	if (r->run->nfailed > 0)
		finallog_entry(log, FAILED, "%zu", r->run->nfailed);
}

/* One section of the message: paths, or granule names for announcements that failed. */
static void
mail_section(const struct report *r, enum upload_step step, const char *head)
{
	struct notify *mail = &r->run->notify;
	size_t count = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct report_entry *entry = &r->entry[i];
		const char *base = str_base(entry->path);

		if (!entry->failed || (entry->step != step && !(entry->step == STEP_CHECKSUM && step == STEP_STORE)))
			continue;
		if (count++ == 0)
			notify_add(mail, "\n%s", head);
		if (count > REPORT_MAX)
			continue;
		if (step == STEP_ANNOUNCE)
			notify_add(mail, "\n%.*s", name_length(base), base);
		else
			notify_add(mail, "\n%s%s", entry->path, entry->step == STEP_CHECKSUM ? ".md5" : "");
	}
	if (count > REPORT_MAX)
		notify_add(mail, "\n... and %zu more", count - REPORT_MAX);
}

static void
fill_mail(struct report *r)
{
	const char *queue = getenv("AWS_BATCH_JQ_NAME"), *help = getenv("GENERATE_HELP_URL");
	struct civil c = clock_civil(clock_now());
	struct notify *mail = &r->run->notify;

	notify_add(mail, "Uploader AWS Batch job L2P granule failures for %04d-%02d-%02d %02d:%02d:%02d.", c.year,
	    c.month, c.day, c.hour, c.minute, c.second);
	notify_add(mail, "\n\nJOB INFORMATION:\nJob Identifier: %s\nJob Queue: %s", job_id(), queue != NULL ?
	    queue : "-");
	notify_add(mail, "\n\nERROR INFORMATION:");
	mail_section(r, STEP_SIDECAR, "The following L2P granule files are missing checksums...");
	mail_section(r, STEP_STORE, "The following L2P granule files failed to upload to S3 bucket...");
	mail_section(r, STEP_ANNOUNCE,
	    "The following L2P granule NetCDF and checksum files failed to be published to the Cumulus Topic...");
	if (help == NULL)
		help = HELP_URL;
	if (*help != '\0')
		notify_add(mail, "\n\nPlease follow these steps to diagnose the error: %s\n\n\n", help);
}

void
report_end(struct report *r)
{
	if (r->n > 0)
		qsort(r->entry, r->n, sizeof(*r->entry), by_number);
	if (r->run->final_log)
		fill_final_log(r);
	if (r->run->nfailed > 0)
		fill_mail(r);
}
