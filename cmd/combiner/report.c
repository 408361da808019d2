/* report - what a run leaves behind besides combined files */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "granule/layout.h"
#include "report.h"

#define WAITING_MAX (64 * 1024 * 1024)

enum { LOG_PROCESSED, LOG_CREATED, LOG_QUARANTINED, LOG_WAIT };

static const char *const sections[] = { "processed", "created", "quarantined", "sst_wait_file", NULL };

int
report_open(struct report *r, const struct opts *o, const char *waiting, struct err *e)
{
	*r = (struct report){ .opts = o, .waiting = waiting, .log.sections = sections, .type = PTYPE_COUNT };
	return notify_open(&r->notify, o->notify, e);
}

void
report_close(struct report *r)
{
	finallog_fini(&r->log);
	notify_close(&r->notify);
	free(r->list);
	free(r->listed);
	*r = (struct report){0};
}

static json_t *
texts(const struct strlist *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		(void)json_array_append_new(a, json_string(l->item[i]));
	return a;
}

static json_t *
text_or_null(const char *s)
{
	json_t *v = s != NULL && *s != '\0' ? json_string(s) : NULL;

	return v != NULL ? v : json_null();
}

char *
report_json(const struct outcome *o, struct err *e)
{
	json_t *j = json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:f, s:I}",
	    "inputs", texts(&o->inputs), "outputs", texts(&o->outputs), "state", text_or_null(o->light),
	    "type", text_or_null(o->type), "age", o->age >= 0 ? json_integer(o->age) : json_null(),
	    "decision", o->decision, "reason", text_or_null(o->reason),
	    "seconds", o->seconds, "bytes", (json_int_t)o->bytes);
	char *line = j != NULL ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(4)) : NULL;

	json_decref(j);
	if (line == NULL)
		err_mem(e, "JSON");
	return line;
}

void
outcome_describe(struct outcome *o, const struct granule *g)
{
	static const char *const light[LIGHT_COUNT] = { "day", "night", "mixed" };

	o->light = light[g->header.light];
	o->type = ptype_name(g->type);
	for (int i = 0; i < SUITE_COUNT; i++)
		if (g->source[i].path != NULL)
			(void)strlist_add(&o->inputs, g->source[i].path, NULL);
}

char *
report_explain(const struct granule *g, const struct setting *set, const char *path, struct outcome *o,
    struct err *e)
{
	bool combine = strcmp(o->decision, "combined") == 0;
	struct pass pass[2];
	struct buf b = {0};
	int n = combine ? granule_passes(g, set, pass, e) : 0;

	if (n < 0)
		return NULL;
	buf_add(&b, "%s\t%s\t%s\t%ld min", path, o->light != NULL ? o->light : "unknown",
	    o->type != NULL ? o->type : "unknown", o->age);
	for (enum suite s = SUITE_NIGHT; s < SUITE_COUNT; s++)
		buf_add(&b, "\t%s %s", suite_name(g->name.ds->instrument, s),
		    g->source[s].path != NULL ? g->source[s].path : granule_needs(g, s) ? "missing" : "not needed");
	buf_add(&b, "\t%s", combine ? "combine" : o->decision);
	for (int i = 0; i < n; i++) {
		buf_add(&b, "\t%s", pass[i].path);
		strlist_push(&o->outputs, pass[i].path);
	}
	return b.text;
}

void
outcome_fini(struct outcome *o)
{
	strlist_free(&o->inputs);
	strlist_free(&o->outputs);
	*o = (struct outcome){0};
}

void
report_dataset(struct report *r, const struct dataset *ds, enum ptype t)
{
	if (r->ds == NULL)
		r->ds = ds;
	if (r->type == PTYPE_COUNT)
		r->type = t;
}

void
report_created(struct report *r, const char *name)
{
	r->created++;
	finallog_add(&r->log, LOG_CREATED, name);
}

void
report_read(struct report *r)
{
	r->inputs++;
}

void
report_processed(struct report *r, const char *path)
{
	finallog_add(&r->log, LOG_PROCESSED, str_base(path));
}

void
report_quarantined(struct report *r, const char *path)
{
	finallog_add(&r->log, LOG_QUARANTINED, str_base(path));
}

/* The waiting list for granules like g; NULL without e when there is none to be written. */
static char *
list_of(struct report *r, const struct granule *g, struct err *e)
{
	char name[160], path[LAYOUT_SIZE], stamp[CLOCK_STAMP_SIZE];

	if (r->waiting != NULL)
		return mem_str(r->waiting, e);
	clock_stamp(clock_now(), stamp);
	if (str_fmt(name, sizeof(name), e, "%s_%s_%.11s0000_%s.txt", g->name.ds->key, ptype_name(g->type), stamp,
	    opts_run_id()) < 0 ||
	    layout_path(r->opts->root, LAYOUT_COMBINER_JOBS, g->name.ds, g->type, 0, name, path, e) < 0)
		return NULL;
	return mem_str(path, e);
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

static int
append_waiting(struct report *r, const struct granule *g, const char *base, struct err *e)
{
	char *path;

	if (r->waiting == NULL && r->opts->outdir != NULL)
		return 0;
	path = list_of(r, g, e);
	if (path == NULL)
		return -1;
	if (r->list == NULL || strcmp(r->list, path) != 0) {
		free(r->list);
		free(r->listed);
		r->list = path;
		r->listed = file_exists(path) ? file_read(path, WAITING_MAX, NULL) : NULL;
	} else {
		free(path);
	}
	return is_listed(r, base) ? 0 : file_append(r->list, base, e);
}

int
report_wait(struct report *r, const struct granule *g, long threshold, long age, char message[ERR_MSGMAX],
    struct err *e)
{
	char base[NAME_SIZE], entry[ERR_MSGMAX];

	if (obpg_final_name(g->base, base, e) < 0)
		return -1;
	r->waits++;
	(void)snprintf(entry, sizeof(entry), "%s | threshold: %ld | file_age: %ld", base, threshold, age);
	finallog_add(&r->log, LOG_WAIT, entry);
	(void)snprintf(message, ERR_MSGMAX, "SST wait: %s | threshold: %ld | file age: %ld", base, threshold, age);
	return append_waiting(r, g, base, e);
}

/* A record of the archive is one line with commas between its fields. */
static int
archive(struct report *r, const struct err *why, struct err *e)
{
	char name[320], path[LAYOUT_SIZE], when[CLOCK_CTIME_SIZE], line[ERR_MSGMAX + 128];
	int64_t now = clock_now();

	if (r->opts->outdir != NULL || r->broken)
		return 0;
	clock_ctime(now, when);
	(void)snprintf(line, sizeof(line), "%lld,%s,combiner,%s", (long long)now, when, why->msg);
	if (str_fmt(name, sizeof(name), e, "ghrsst_error_log_archive_%s.txt", opts_run_id()) < 0 ||
	    layout_path(r->opts->root, LAYOUT_INPUT, NULL, PTYPE_COUNT, 0, name, path, e) < 0 ||
	    file_append(path, line, e) < 0) {
		r->broken = true;
		return -1;
	}
	return 0;
}

int
report_error(struct report *r, const struct err *why, struct err *e)
{
	notify_add(&r->notify, "%s\n", why->msg);
	return archive(r, why, e);
}

char *
report_final_log(struct report *r)
{
	const struct opts *o = r->opts;
	long index = opts_index(o, NULL);

	finallog_field(&r->log, "dataset", "%s", r->ds != NULL ? r->ds->combiner_label : "");
	finallog_field(&r->log, "processing_type", "%s", r->type != PTYPE_COUNT ? ptype_upper(r->type) : "");
	finallog_field(&r->log, "job_id", "%s", opts_job_id());
	finallog_field(&r->log, "job_index", "%ld", index >= 0 ? index : 0);
	finallog_field(&r->log, "json_file", "%s", o->job != NULL ? str_base(o->job) : "");
	finallog_field(&r->log, "number_sst_combined", "%zu", r->inputs);
	finallog_field(&r->log, "number_combined_created", "%zu", r->created);
	finallog_field(&r->log, "combiner_wait_total", "%zu", r->waits);
	return finallog_line(&r->log, "print_final_log");
}

int
report_send(struct report *r, struct err *e)
{
	return notify_send(&r->notify, "Generate workflow error: COMBINER error", e);
}
