/* report - what a run leaves behind besides combined files */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "granule/joblist.h"
#include "granule/layout.h"
#include "report.h"
#include "run/job.h"

#define RECORDS_MAX (64 * 1024 * 1024)

const char *const report_sections[] = { "processed", "created", "quarantined", "sst_wait_file", NULL };

/* The waiting list for granules like this one. */
static int
list_of(struct report *r, const struct outcome *o, char path[LAYOUT_SIZE], struct err *e)
{
	char name[JOBLIST_SIZE];

	if (r->waiting != NULL)
		return str_fmt(path, LAYOUT_SIZE, e, "%s", r->waiting);
	joblist_waiting(o->ds, o->type, job_run_id(), name);
	return layout_path(r->run->root, LAYOUT_COMBINER_JOBS, o->ds, o->type, 0, name, path, e);
}

/* Whether an earlier run of the same job has written the name already. */
static bool
is_listed(const struct report *r, const char *base)
{
	size_t n = strlen(base);

	for (const char *s = r->listed; s != NULL && (s = strstr(s, base)) != NULL; s += n)
		if ((s == r->listed || s[-1] == '\n') && s[n] == '\n')
			return true;
	return false;
}

int
report_wait(struct report *r, const char *path, const struct outcome *o, char message[ERR_MSGMAX], struct err *e)
{
	char base[NAME_SIZE], entry[ERR_MSGMAX], list[LAYOUT_SIZE];

	if (obpg_final_name(path, base, e) < 0)
		return -1;
	r->waits++;
	xsnprintf(entry, sizeof(entry), "%s | threshold: %ld | file_age: %ld", base, o->threshold, o->age);
	finallog_add(&r->run->log, LOG_WAIT, entry);
	xsnprintf(message, ERR_MSGMAX, "SST wait: %s | threshold: %ld | file age: %ld", base, o->threshold, o->age);
	if (r->waiting == NULL && r->run->outdir != NULL)
		return 0;
	if (list_of(r, o, list, e) < 0)
		return -1;
	if (r->list == NULL || strcmp(r->list, list) != 0) {
		free(r->list);
		free(r->listed);
		r->list = xstrdup(list);
		r->listed = file_read(list, RECORDS_MAX, e);
		if (r->listed == NULL && e->code != E_MISSING)
			return -1;
	}
	return is_listed(r, base) ? 0 : file_append(list, base, e);
}

/* A record of the archive is one line with commas between its fields. A run that was killed may have written it. */
static int
archive(const struct report *r, const struct err *why, struct err *e)
{
	char name[320], path[LAYOUT_SIZE], when[CLOCK_CTIME_SIZE], line[ERR_MSGMAX + 128], mark[ERR_MSGMAX + 32], *have;
	int64_t now = clock_now();
	bool there;

	clock_ctime(now, when);
	xsnprintf(line, sizeof(line), "%lld,%s,combiner,%s", (long long)now, when, why->msg);
	xsnprintf(mark, sizeof(mark), ",combiner,%s\n", why->msg);
	xsnprintf(name, sizeof(name), "ghrsst_error_log_archive_%s.txt", job_run_id());
	if (layout_path(r->run->root, LAYOUT_INPUT, NULL, PTYPE_COUNT, 0, name, path, e) < 0)
		return -1;
	have = file_look(path, NULL, NULL) > 0 ? file_read(path, RECORDS_MAX, NULL) : NULL;
	there = have != NULL && strstr(have, mark) != NULL;
	free(have);
	return there ? 0 : file_append(path, line, e);
}

void
report_error(struct report *r, const struct err *why)
{
	struct err e;

	if ((why->code != E_DATA && why->code != E_MISSING) || r->run->dry_run)
		return;
	notify_add(&r->run->notify, "%s\n", why->msg);
	if (r->run->outdir != NULL || r->broken || archive(r, why, &e) == 0)
		return;
	r->broken = true;
	run_error(r->run, &e);
}

char *
report_explain(const char *path, const struct outcome *o, const char *decision)
{
	static const char *const light[LIGHT_COUNT + 1] = { "day", "night", "mixed", "unknown" };
	struct buf b = {0};

	buf_add(&b, "%s\t%s\t%s\t%ld min", path, light[o->light], o->type != PTYPE_COUNT ?
	    ptype_name(o->type) : "unknown", o->age);
	for (enum suite s = SUITE_NIGHT; s < SUITE_COUNT; s++)
		buf_add(&b, "\t%s %s", suite_name(o->ds->instrument, s),
		    o->input[s][0] != '\0' ? o->input[s] : o->needs[s] ? "missing" : "not needed");
	buf_add(&b, "\t%s", decision);
	for (size_t i = 0; i < o->ncombined; i++)
		buf_add(&b, "\t%s", o->combined[i].path);
	return b.text;
}

void
report_end(struct report *r)
{
	struct finallog *log = &r->run->log;

	finallog_field(log, "dataset", "%s", r->ds != NULL ? r->ds->combiner_label : "");
	finallog_field(log, "processing_type", "%s", r->type != PTYPE_COUNT ? ptype_upper(r->type) : "");
	run_log_job(r->run, "");
	finallog_field(log, "number_sst_combined", "%zu", r->inputs);
	finallog_field(log, "number_combined_created", "%zu", r->created);
	finallog_field(log, "combiner_wait_total", "%zu", r->waits);
	free(r->list);
	free(r->listed);
	r->list = r->listed = NULL;
}
