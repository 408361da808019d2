/* report - the record of a file, and the lines of the logs other systems read */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "granule/joblist.h"
#include "report.h"
#include "run/job.h"

#define START "startup_generic_downloader.csh - INFO: "
#define SUCCESS "generic_level2_downloader_driver_via_fork_historical - INFO"
#define COUNT "generic_level2_downloader - INFO: "

enum { PROCESSED, FAILED };

const char *const report_sections[] = { "processed", "failed_downloads", NULL };

void
report_init(struct report *p, struct run *r)
{
	enum ptype type;

	*p = (struct report){ .run = r, .ds = r->ds };
	if (r->job != NULL && p->ds == NULL)
		joblist_identity(r->elements.item[0], &p->ds, &type);
}

void
report_start(struct report *p, const struct dataset *ds)
{
	struct run *r = p->run;
	struct finallog *log = &r->log;
	struct buf b = {0};

	if (!r->final_log || p->started)
		return;
	p->started = true;
	if (p->ds == NULL)
		p->ds = ds;
	finallog_field(log, "dataset", "%s", p->ds != NULL ? p->ds->label : "unknown");
	finallog_field(log, "job_id", "%s", job_id());
	finallog_field(log, "job_index", "%ld", r->index);
	buf_add(&b, START "Dataset: %s\n" START "Job identifier: %s\n" START "Job index: %ld",
	    p->ds != NULL ? p->ds->label : "unknown", job_id(), r->index);
	if (r->job != NULL) {
		finallog_field(log, "json_file", "%s", str_base(r->job));
		finallog_field(log, "txt_file", "%s", r->elements.item[0]);
		buf_add(&b, "\n" START "JSON file: %s\n" START "TXT file: %s", str_base(r->job), r->elements.item[0]);
	}
	prog_log(b.text);
	buf_free(&b);
}

void
report_processed(struct report *p, const char *line)
{
	size_t url = strcspn(line, " \t,"), shown = (size_t)url_shown(line);
	char *text;

	if (!p->run->final_log)
		return;
	text = xfmt("%.*s%s", (int)(shown < url ? shown : url), line, line + url);	/* a query may be a key */
	finallog_add(&p->run->log, PROCESSED, text);
	run_log(p->run, SUCCESS, "Processed: %s", text);
	free(text);
}

void
report_failed(struct report *p, const char *name)
{
	if (p->run->final_log)
		finallog_add(&p->run->log, FAILED, name);
}

void
report_end(struct report *p)
{
	struct run *r = p->run;
	char *text;

	report_start(p, NULL);
	if (!r->final_log || p->lines == 0)
		return;
	finallog_field(&r->log, "number_downloads", "%zu", r->done + r->skipped);
	finallog_field(&r->log, "number_failed_downloads", "%zu", r->nfailed);
	text = xfmt(COUNT "Number of downloads: %zu\n" COUNT "Number of failed downloads: %zu", r->done + r->skipped,
	    r->nfailed);
	prog_log(text);
	free(text);
}

void
report_item(struct item *it, const struct download *f)
{
	char *url = xfmt("%.*s", url_shown(f->l.url), f->l.url);
	const char *digest = f->result != DOWNLOAD_FAILED ? f->hex : NULL;

	item_begin(it, NULL);
	it->line = f->line;
	it->began = f->began;
	strlist_push(&it->inputs, url);
	item_set(it, "url", "s", url);
	if (f->result == DOWNLOAD_FAILED) {
		it->err = f->err;
	} else {
		it->state = f->result == DOWNLOAD_SKIPPED ? ITEM_SKIPPED : ITEM_DONE;
		it->bytes = (uint64_t)f->bytes;
		strlist_push(&it->outputs, f->path);
		item_set(it, "class", "s", ptype_name(f->type));
	}
	item_set(it, "sha1", "s?", f->l.alg == DIGEST_SHA1 || f->l.alg == DIGEST_NONE ? digest : NULL);
	if (f->l.alg == DIGEST_MD5)
		item_set(it, "md5", "s?", digest);
	if (f->l.alg == DIGEST_SHA256)
		item_set(it, "sha256", "s?", digest);
	item_set(it, "tries", "i", f->tries);
	free(url);
}
