/* report - the record of a file, and the lines of the logs other systems read */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
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

/* The lines at the start, once. */
static void
start(struct report *p)
{
	struct run *r = p->run;
	struct finallog *log = &r->log;
	const char *label = p->ds != NULL ? p->ds->label : "unknown";
	struct buf b = {0};

	if (!r->final_log || p->started)
		return;
	p->started = true;
	finallog_field(log, "dataset", "%s", label);
	run_log_job(r, NULL);
	buf_add(&b, START "Dataset: %s\n" START "Job identifier: %s\n" START "Job index: %ld", label, job_id(),
	    r->index);
	if (r->job != NULL) {
		finallog_field(log, "txt_file", "%s", r->elements.item[0]);
		buf_add(&b, "\n" START "JSON file: %s\n" START "TXT file: %s", str_base(r->job), r->elements.item[0]);
	}
	prog_log(b.text);
	buf_free(&b);
}

void
report_begin(struct report *p, const struct dataset *ds)
{
	p->lines++;
	if (p->ds == NULL)
		p->ds = ds;
	start(p);
}

static void
failed(struct report *p, const char *name)
{
	if (p->run->final_log)
		finallog_add(&p->run->log, FAILED, name);
}

void
report_bad(struct report *p, const char *line, bool raw, const struct err *why)
{
	struct run *r = p->run;
	char base[NAME_SIZE] = "";
	struct item it;

	p->lines++;
	item_begin(&it, NULL);
	it.line = line;
	it.line_size = raw ? r->in.size : 0;
	it.bad_line = true;
	it.err = *why;
	if (!raw) {
		if (r->in.argv != NULL)
			err_set(&it.err, why->code, "argument %zu: %s", r->in.line, why->msg);
		else
			err_set(&it.err, why->code, "%s: line %zu: %s", r->in.name, r->in.line, why->msg);
		listline_base(line, base);
	}
	if (base[0] != '\0') {
		strlist_push(&it.inputs, base);
		failed(p, base);
	}
	run_put(r, &it);
}

/* The line of a file that is done; a query of its URL may be a key. */
static void
processed(struct report *p, const char *line)
{
	size_t url = strcspn(line, " \t,"), shown = (size_t)url_shown(line);
	char *text;

	if (!p->run->final_log)
		return;
	text = xfmt("%.*s%s", (int)(shown < url ? shown : url), line, line + url);
	finallog_add(&p->run->log, PROCESSED, text);
	run_log(p->run, SUCCESS, "Processed: %s", text);
	free(text);
}

/* What may help. */
static const char *const advice[] = {
	[ACCESS_OTHER] = "see whether this account may have these files",
	[ACCESS_NONE] = "set EDL_USERNAME and EDL_PASSWORD, or name a netrc file",
	[ACCESS_CREDENTIALS] = "check EDL_USERNAME and EDL_PASSWORD, or the netrc file",
	[ACCESS_APPROVAL] = "log in there with a browser, approve the application and accept its licence",
	[ACCESS_LOGIN] = "fetch it with a browser and see what has to be approved or accepted",
	[ACCESS_PAGE] = "try again later, or look at it with a browser",
};

void
report_done(void *ctx, struct download *f)
{
	struct report *p = ctx;
	bool good = f->result == DOWNLOAD_DONE || f->result == DOWNLOAD_SKIPPED;
	const char *digest = good ? f->hex : NULL;
	char *url = xfmt("%.*s", url_shown(f->l.url), f->l.url);
	struct item it;

	if (f->result == DOWNLOAD_UNDONE) {
		report_undone(p, f->line);
		free(url);
		return;
	}
	item_begin(&it, NULL);
	it.line = f->line;
	it.began = f->began;
	strlist_push(&it.inputs, url);
	item_set(&it, "url", "s", url);
	if (good) {
		if (f->note[0] != '\0')
			prog_say("%s", f->note);
		p->unverified += f->l.alg == DIGEST_NONE;
		it.state = f->result == DOWNLOAD_SKIPPED ? ITEM_SKIPPED : ITEM_DONE;
		it.bytes = (uint64_t)f->bytes;
		if (!f->repeated)
			strlist_push(&it.outputs, f->path);
		item_set(&it, "class", "s", ptype_name(f->type));
	} else {
		it.err = f->err;
		if (it.err.code == E_AUTH)
			err_set(&it.err, E_AUTH, "%s%s; the run is stopped; %s", f->t.access != ACCESS_PAGE ?
			    "authentication failed: " : "", f->err.msg, advice[f->t.access]);
		failed(p, f->l.name);
	}
	item_set(&it, "sha1", "s?", f->l.alg == DIGEST_SHA1 || f->l.alg == DIGEST_NONE ? digest : NULL);
	if (f->l.alg == DIGEST_MD5)
		item_set(&it, "md5", "s?", digest);
	if (f->l.alg == DIGEST_SHA256)
		item_set(&it, "sha256", "s?", digest);
	item_set(&it, "tries", "i", f->tries);
	run_put(p->run, &it);
	if (good)
		processed(p, f->line);
	free(url);
}

void
report_undone(struct report *p, const char *line)
{
	p->unattempted++;
	run_failed_line(p->run, line);
}

void
report_end(struct report *p, const struct downloads *d)
{
	struct run *r = p->run;
	const struct err *why = d != NULL ? downloads_why_stopped(d) : NULL;
	char *text;

	prog_progress_end();
	if (why != NULL && why->code != E_AUTH)
		prog_say("the disk is full; the run is stopped, %zu lines were not attempted", p->unattempted);
	else if (p->unattempted > 0)
		prog_say("%zu lines were not attempted", p->unattempted);
	if (p->unverified > 0)
		prog_say("%zu files came without a checksum; only their length and structure were checked",
		    p->unverified);
	if (d != NULL)
		prog_debug("%zu downloaded, %zu present, %zu failed, %s in %.1f s", r->done, r->skipped, r->nfailed,
		    prog_human((uint64_t)downloads_bytes(d)), clock_steady() - r->began);
	start(p);
	if (!r->final_log || p->lines == 0)
		return;
	finallog_field(&r->log, "number_downloads", "%zu", r->done + r->skipped);
	finallog_field(&r->log, "number_failed_downloads", "%zu", r->nfailed);
	text = xfmt(COUNT "Number of downloads: %zu\n" COUNT "Number of failed downloads: %zu", r->done + r->skipped,
	    r->nfailed);
	prog_log(text);
	free(text);
}
