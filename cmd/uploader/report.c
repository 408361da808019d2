/* report - what a run tells about itself at its end */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "granule/finallog.h"
#include "find.h"
#include "report.h"

#define HELP_URL "https://wiki.jpl.nasa.gov/pages/viewpage.action?pageId=771470900" \
	"#GenerateCloudErrorDetection&Recovery-AWSBatchJobFailures"

/* Sections of the final_log line. */
enum { PROCESSED, PROVENANCE, NOT_FOUND, FAILED };

static const char *const sections[] = { "processed", "provenance", "not_found", "number_failed", NULL };

static bool
is_kept(const struct report *r, const struct upload *u)
{
	if (r->all)
		return true;
	return u->state == UPLOAD_FAILED && r->n < 3 * REPORT_MAX;
}

int
report_add(struct report *r, const struct upload *u, struct err *e)
{
	char *path;

	r->nstored += u->stored;
	r->nfailed += u->state == UPLOAD_FAILED;
	if (r->ds == NULL && u->ds != NULL) {
		r->ds = u->ds;
		r->type = u->type;
	}
	if (!is_kept(r, u))
		return 0;
	path = mem_str(u->path, e);
	if (path == NULL || mem_grow(&r->entry, &r->cap, r->n + 1, sizeof(*r->entry), e) < 0) {
		free(path);
		return -1;
	}
	r->entry[r->n++] = (struct report_entry){ u->number, path, u->state, u->step, u->stored };
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	const struct report_entry *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

void
report_sort(struct report *r)
{
	if (r->n > 0)
		qsort(r->entry, r->n, sizeof(*r->entry), by_number);
}

/* A granule whose checksum file is missing does not count as located. */
static int
add_provenance(struct finallog *log, const struct report_entry *entry, const struct strlist *sources, struct err *e)
{
	char *from, *text = NULL;

	if (entry->state == UPLOAD_FAILED && entry->step == STEP_SIDECAR)
		return 0;
	from = find_provenance(sources, entry->path, "; ", e);
	if (from != NULL)
		text = mem_fmt(e, "%s | %s", str_base(entry->path), from);
	if (text != NULL)
		finallog_add(log, PROVENANCE, text);
	free(from);
	free(text);
	return text == NULL ? -1 : 0;
}

static void
add_count(struct finallog *log, size_t section, size_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", n);
	if (n > 0)
		finallog_add(log, section, text);
}

char *
report_final_log(const struct report *r, const struct opts *o, const struct strlist *sources, size_t not_found,
    struct err *e)
{
	struct finallog log = { .sections = sections, .bare_end = true };
	long index = opts_index(o, e);
	char *line = NULL;

	if (index < 0)
		return NULL;
	finallog_field(&log, "dataset", "%s", r->ds != NULL ? r->ds->label : "-");
	finallog_field(&log, "processing_type", "%s", r->type != PTYPE_COUNT ? ptype_upper(r->type) : "-");
	finallog_field(&log, "job_id", "%s", opts_job_id());
	finallog_field(&log, "job_index", "%ld", index);
	finallog_field(&log, "json_file", "%s", o->job != NULL ? str_base(o->job) : "-");
	finallog_field(&log, "number_uploaded", "%zu", r->nstored);
	for (size_t i = 0; i < r->n; i++) {
		if (r->entry[i].stored)
			finallog_add(&log, PROCESSED, str_base(r->entry[i].path));
		if (sources->n > 0 && add_provenance(&log, &r->entry[i], sources, e) < 0)
			goto out;
	}
	add_count(&log, NOT_FOUND, not_found);
	add_count(&log, FAILED, r->nfailed);
	line = finallog_line(&log, "run_uploader");
out:
	finallog_fini(&log);
	return line;
}

/* One section of the message: paths, or granule names for announcements that failed. */
static void
add_section(const struct report *r, struct notify *n, enum upload_step step, const char *head)
{
	size_t count = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct report_entry *entry = &r->entry[i];
		const char *base = str_base(entry->path);

		if (entry->state != UPLOAD_FAILED || entry->step != step)
			continue;
		if (count++ == 0)
			notify_add(n, "\n%s", head);
		if (count > REPORT_MAX)
			continue;
		if (step == STEP_ANNOUNCE)
			notify_add(n, "\n%.*s", (int)(strlen(base) - strlen(".nc")), base);
		else
			notify_add(n, "\n%s", entry->path);
	}
	if (count > REPORT_MAX)
		notify_add(n, "\n... and %zu more", count - REPORT_MAX);
}

void
report_failures(const struct report *r, struct notify *n)
{
	const char *queue = getenv("AWS_BATCH_JQ_NAME"), *help = getenv("GENERATE_HELP_URL");
	struct civil c = clock_civil(clock_now());

	if (r->nfailed == 0)
		return;
	notify_add(n, "Uploader AWS Batch job L2P granule failures for %04d-%02d-%02d %02d:%02d:%02d.", c.year, c.month,
	    c.day, c.hour, c.minute, c.second);
	notify_add(n, "\n\nJOB INFORMATION:\nJob Identifier: %s\nJob Queue: %s", opts_job_id(),
	    queue != NULL ? queue : "-");
	notify_add(n, "\n\nERROR INFORMATION:");
	add_section(r, n, STEP_SIDECAR, "The following L2P granule files are missing checksums...");
	add_section(r, n, STEP_STORE, "The following L2P granule files failed to upload to S3 bucket...");
	add_section(r, n, STEP_ANNOUNCE,
	    "The following L2P granule NetCDF and checksum files failed to be published to the Cumulus Topic...");
	if (help == NULL)
		help = HELP_URL;
	if (*help != '\0')
		notify_add(n, "\n\nPlease follow these steps to diagnose the error: %s\n\n\n", help);
}

void
report_fini(struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->entry[i].path);
	free(r->entry);
	*r = (struct report){0};
}
