/* report - what is told about a run besides the results */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/opts.h"
#include "base/url.h"
#include "report.h"

#define SUBJECT "Generate Batch Job Failure: GENERATE DOWNLOADER"
#define START "startup_generic_downloader.csh - INFO: "
#define SUCCESS "generic_level2_downloader_driver_via_fork_historical - INFO : Processed: "
#define COUNT "generic_level2_downloader - INFO: "

enum { PROCESSED, FAILED };

static const char *const sections[] = { "processed", "failed_downloads", NULL };

int
report_open(struct report *r, const struct report_conf *conf, struct err *e)
{
	*r = (struct report){ .conf = *conf, .failed.fd = -1, .log.sections = sections };
	if (notify_open(&r->notify, conf->notify, e) < 0)
		return -1;
	if (conf->failed == NULL)
		return 0;
	if (newfile_open(&r->failed, conf->failed, e) < 0)
		return -1;
	if (ftruncate(r->failed.fd, 0) < 0)
		return err_sys(e, "%s", conf->failed);
	return 0;
}

void
report_close(struct report *r)
{
	newfile_close(&r->failed);
	finallog_fini(&r->log);
	notify_close(&r->notify);
}

char *
report_start(struct report *r, const struct dataset *ds)
{
	const struct report_conf *c = &r->conf;
	const char *label = ds != NULL ? ds->label : "unknown";
	struct buf b = {0};

	if (!c->logs || r->started)
		return NULL;
	r->started = true;
	finallog_field(&r->log, "dataset", "%s", label);
	finallog_field(&r->log, "job_id", "%s", opts_job_id());
	finallog_field(&r->log, "job_index", "%ld", c->job_index);
	buf_add(&b, START "Dataset: %s\n" START "Job identifier: %s\n" START "Job index: %ld", label, opts_job_id(),
	    c->job_index);
	if (c->job != NULL) {
		finallog_field(&r->log, "json_file", "%s", c->job);
		finallog_field(&r->log, "txt_file", "%s", c->list);
		buf_add(&b, "\n" START "JSON file: %s\n" START "TXT file: %s", c->job, c->list);
	}
	return b.text;
}

/* A line without the query of its URL, which may be a key. */
static char *
without_query(const char *line)
{
	size_t url = strcspn(line, " \t,"), shown = (size_t)url_shown(line);

	return mem_fmt(NULL, "%.*s%s", (int)(shown < url ? shown : url), line, line + url);
}

char *
report_good(struct report *r, const struct download *f)
{
	char *line, *text;

	if (f->state == DOWNLOAD_SKIPPED)
		r->skipped++;
	else
		r->done++;
	if (f->request.alg == DIGEST_NONE)
		r->unverified++;
	if (!r->conf.logs)
		return NULL;
	line = without_query(f->request.line);
	if (line == NULL)
		return NULL;
	finallog_add(&r->log, PROCESSED, line);
	text = mem_fmt(NULL, SUCCESS "%s", line);
	free(line);
	return text;
}

static int
put_line(const struct report *r, const char *line, struct err *e)
{
	if (r->failed.fd >= 0 && dprintf(r->failed.fd, "%s%c", line, r->conf.sep) < 0)
		return err_sys(e, "%s", r->conf.failed);
	return 0;
}

int
report_failed(struct report *r, const char *line, const char *name, const struct err *why, struct err *e)
{
	r->failures++;
	if (r->conf.logs && name[0] != '\0')
		finallog_add(&r->log, FAILED, name);
	notify_add(&r->notify, "%s\n", why->msg);
	return line != NULL ? put_line(r, line, e) : 0;
}

int
report_undone(struct report *r, const char *line, struct err *e)
{
	r->unattempted++;
	return put_line(r, line, e);
}

char *
report_json(const struct download *f, struct err *e)
{
	const struct request *q = &f->request;
	bool sha1 = q->alg == DIGEST_SHA1 || q->alg == DIGEST_NONE;
	json_t *o = json_pack("{s:s%, s:s, s:s, s:I, s:s?, s:f, s:i, s:s}",
	    "url", q->url, (size_t)url_shown(q->url), "path", f->path, "class", ptype_name(f->type),
	    "bytes", (json_int_t)f->bytes, "sha1", sha1 ? f->hex : NULL, "seconds", f->seconds,
	    "tries", f->tries, "state", f->state == DOWNLOAD_SKIPPED ? "skipped" : "downloaded");
	char *text = NULL;

	if (o != NULL && q->alg == DIGEST_MD5)
		(void)json_object_set_new(o, "md5", json_string(f->hex));
	if (o != NULL && q->alg == DIGEST_SHA256)
		(void)json_object_set_new(o, "sha256", json_string(f->hex));
	if (o != NULL)
		text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(o);
	if (text == NULL)
		(void)err_set(e, E_DATA, "%s: not expressible as JSON", f->path);
	return text;
}

int
report_end(struct report *r, struct err *e)
{
	return r->failed.fd >= 0 ? newfile_commit(&r->failed, e) : 0;
}

int
report_send(struct report *r, struct err *e)
{
	return notify_send(&r->notify, SUBJECT, e);
}

char *
report_final(struct report *r, bool any)
{
	long good = r->done + r->skipped;
	struct buf b = {0};
	char *line;

	if (!r->conf.logs)
		return NULL;
	if (any) {
		finallog_field(&r->log, "number_downloads", "%ld", good);
		finallog_field(&r->log, "number_failed_downloads", "%ld", r->failures);
		buf_add(&b, COUNT "Number of downloads: %ld\n" COUNT "Number of failed downloads: %ld\n", good,
		    r->failures);
	}
	line = finallog_line(&r->log, "print_final_log");
	if (line != NULL)
		buf_add(&b, "%s", line);
	free(line);
	return b.text;
}
