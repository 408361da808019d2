/* downloader - fetch the files of a list from OBPG, verify and publish them */

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/set.h"
#include "base/url.h"
#include "netcdf/ncf.h"
#include "run/run.h"
#include "download.h"
#include "report.h"

#define PARALLEL_DEFAULT 4
#define PARALLEL_MAX 16
#define HEAP_KEPT (8 * 1024 * 1024)

struct downloading {
	struct run run;
	struct download_conf conf;
	const char *login_host, *netrc;
	long max, max_size, retries;
	bool no_checksum;

	struct login login;
	struct downloads *d;
	struct report report;
	struct listline l;		/* the last line */
	struct set seen;		/* URLs and checksums: each is fetched once */
	int list_fd;			/* job mode: the .txt list; else -1 */
	bool input_ended;
	size_t unattempted, unverified;
};

#define ROW(name, arg, kind, field, help) { 0, name, arg, kind, offsetof(struct downloading, field), help }

static const struct option_row rows[] = {
	ROW("netrc", "FILE", OPT_TEXT, netrc,
	    "Earthdata Login credentials (else EDL_USERNAME and\nEDL_PASSWORD, NETRC, ~/.netrc)"),
	ROW("force", NULL, OPT_FLAG, conf.force, "fetch also what is there and verified"),
	ROW("max", "N", OPT_NUMBER(0, 1000000000), max, "process N lines only (0: all)"),
	ROW("no-checksum", NULL, OPT_FLAG, no_checksum, "ignore the checksums of the list"),
	ROW("min-interval", "SECONDS", OPT_REAL(0, 3600), conf.fetch.min_interval,
	    "between request starts (1; 0 to this machine)"),
	ROW("retries", "N", OPT_NUMBER(0, 100), retries, "retries of a request that failed (7)"),
	ROW("retry-base", "SECONDS", OPT_REAL(0, 3600), conf.retry.base,
	    "longest wait before the first retry, then doubled (2)"),
	ROW("connect-timeout", "SECONDS", OPT_REAL(0.1, 3600), conf.fetch.connect_timeout, "(36)"),
	ROW("stall-timeout", "SECONDS", OPT_REAL(1, 3600), conf.fetch.stall_timeout, "without a byte (36)"),
	ROW("max-time-per-file", "SECONDS", OPT_REAL(0.1, 864000), conf.max_time, "(1800)"),
	ROW("max-size", "MB", OPT_NUMBER(1, 1000000000), max_size, "largest file accepted (8192)"),
	ROW("lock-wait", "SECONDS", OPT_REAL(0, 86400), conf.lock_wait, "for a file another process is fetching (300)"),
	ROW("cacert", "FILE", OPT_TEXT, conf.fetch.cacert, "certificate authorities to trust"),
	ROW("login-host", "HOST[:PORT]", OPT_TEXT, login_host, "(" LOGIN_HOST ")"),
	OPT_END
};

static const struct program program = {
	.usage = "usage: downloader [options] [\"URL [CHECKSUM]\" ...]\n"
	    "       downloader [options] --job LIST.json [--index N]\n"
	    "Fetch the files of a list (arguments, or lines of standard input), verify them, put them into the\n"
	    "tree, print their paths.\n",
	.rows = rows,
	.common = COMMON_LIST | COMMON_DATASET | COMMON_JOBS | COMMON_DRY | COMMON_OUTPUT | COMMON_ROOT | COMMON_JOB |
	    COMMON_STRICT | COMMON_JSON | COMMON_FAILED | COMMON_NOTIFY | COMMON_FINAL_LOG | COMMON_PROGRESS,
	.subject = "Generate Batch Job Failure: GENERATE DOWNLOADER",
	.sections = report_sections,
};

static void
undone(struct downloading *p, const char *line)
{
	p->unattempted++;
	run_failed_line(&p->run, line);
}

/* A file is through: its record. */
static void
done(void *ctx, struct download *f)
{
	struct downloading *p = ctx;
	struct item it;

	if (f->result == DOWNLOAD_UNDONE) {
		undone(p, f->line);
		return;
	}
	if (f->result == DOWNLOAD_FAILED && f->err.code == E_AUTH)
		err_set(&f->err, E_AUTH, "authentication failed: %s; the run is stopped; check EDL_USERNAME and "
		    "EDL_PASSWORD, or the netrc file", f->err.msg);
	if (f->result != DOWNLOAD_FAILED && f->note[0] != '\0')
		prog_say("%s", f->note);
	p->unverified += f->result != DOWNLOAD_FAILED && f->l.alg == DIGEST_NONE;
	report_item(&it, f);
	run_put(&p->run, &it);
	if (f->result == DOWNLOAD_FAILED)
		report_failed(&p->report, f->l.name);
	else
		report_processed(&p->report, f->line);
}

/* ---- one line in ---- */

/* The line without blanks around it, and https. */
static char *
tidy_line(const char *line, const char *url)
{
	size_t n;

	line += strspn(line, " \t");
	for (n = strlen(line); n > 0 && strchr(" \t\r", line[n - 1]) != NULL; n--)
		;
	if (str_starts(line, "http:") && str_starts(url, "https:"))
		return xfmt("https%.*s", (int)(n - strlen("http")), line + strlen("http"));
	return xfmt("%.*s", (int)n, line);
}

static void
bad_line(struct downloading *p, const char *line, const struct err *why)
{
	const struct list_in *in = &p->run.in;
	char base[NAME_SIZE];
	struct item it;

	item_begin(&it, NULL);
	it.line = line;
	if (in->argv != NULL)
		err_set(&it.err, why->code, "argument %zu: %s", in->line, why->msg);
	else
		err_set(&it.err, why->code, "%s: line %zu: %s", in->name, in->line, why->msg);
	listline_base(line, base);
	if (base[0] != '\0') {
		strlist_push(&it.inputs, base);
		report_failed(&p->report, base);
	}
	run_put(&p->run, &it);
}

static void
say_plan(const struct downloading *p)
{
	const struct listline *l = &p->l;
	struct err e;

	for (int i = 0; i < download_places(&p->conf); i++) {
		char *path = download_path(&p->conf, l, (enum ptype)i, &e);

		if (path == NULL)
			prog_warn(&e);
		else
			prog_say("%.*s -> %s%s", url_shown(l->url), l->url, path, file_exists(path) ? " (exists)" : "");
		free(path);
	}
}

static bool
is_new(struct downloading *p)
{
	char *text = xfmt("%s %s", p->l.url, p->l.checksum);
	uint32_t *seen = set_at(&p->seen, text, strlen(text));
	bool is = *seen == 0;

	*seen = 1;
	free(text);
	return is;
}

static void
take_line(struct downloading *p, const char *text)
{
	const struct dataset *only = p->run.dataset_text != NULL ? p->run.ds : NULL;
	struct listline *l = &p->l;
	struct err e;
	enum listline_result got = listline_parse(text, LISTLINE_SOURCE, l, &e);
	char *line;

	if (got == LISTLINE_NONE)
		return;
	if (p->max > 0 && p->report.lines >= p->max) {
		p->unattempted++;
		return;
	}
	line = tidy_line(text, got == LISTLINE_FILE ? l->url : "");
	if (got == LISTLINE_FILE && only != NULL && l->obpg.ds != only) {
		err_set(&e, E_DATA, "%s: not a file of %s", l->name, only->key);
		got = LISTLINE_BAD;
	}
	if (p->no_checksum) {
		l->alg = DIGEST_NONE;
		l->checksum[0] = '\0';
	}
	if (got != LISTLINE_FILE) {
		p->report.lines++;
		bad_line(p, line, &e);
	} else if (is_new(p)) {
		p->report.lines++;
		report_start(&p->report, l->obpg.ds);
		if (p->run.dry_run)
			say_plan(p);
		else
			downloads_add(p->d, l, line);
	}
	free(line);
}

/* Read what can be read now and may be begun. */
static void
feed(struct downloading *p)
{
	struct run *r = &p->run;
	enum list_result got;
	struct item it;
	char *line;

	while (!p->input_ended && run_goes_on(r) && (r->dry_run || (downloads_room(p->d) && list_ready(&r->in)))) {
		item_begin(&it, NULL);
		got = list_next(&r->in, &line, &it.err);
		if (got == LIST_ITEM) {
			take_line(p, line);
		} else if (got == LIST_BAD) {
			p->report.lines++;
			run_put(r, &it);
		} else {
			if (got == LIST_FAILED)
				run_error(r, &it.err);
			p->input_ended = true;
		}
	}
}

/* The run ends early: what is left of the input was not attempted, and --failed gets it. After a signal what can be had
 * at once: a list in a file, not one that is still being written. */
static void
give_up_rest(struct downloading *p)
{
	struct run *r = &p->run;
	enum list_result got;
	struct err e;
	char *line;

	while (!p->input_ended && (prog_signal() == 0 || list_ready(&r->in))) {
		got = list_next(&r->in, &line, &e);
		if (got == LIST_ITEM && line[strspn(line, " \t")] != '\0' && line[strspn(line, " \t")] != '#')
			undone(p, line);
		p->input_ended = got == LIST_END || got == LIST_FAILED;
	}
}

/* ---- the run ---- */

static void
loop(struct downloading *p)
{
	struct run *r = &p->run;
	const struct err *why;
	struct err e;

	for (;;) {
		bool listen;

		feed(p);
		why = downloads_why_stopped(p->d);
		if (!run_goes_on(r) || ((p->input_ended || why != NULL) && downloads_left(p->d) == 0))
			break;
		run_progress(r, (size_t)downloads_left(p->d), (uint64_t)downloads_bytes(p->d), NULL);
		listen = !p->input_ended && r->in.argv == NULL && downloads_room(p->d);
		if (downloads_turn(p->d, 1.0, listen ? r->in.fd : -1, &e) < 0) {
			run_error(r, &e);
			break;
		}
	}
	downloads_stop(p->d);
	give_up_rest(p);
	prog_progress_end();
	why = downloads_why_stopped(p->d);
	if (why != NULL && why->code != E_AUTH)
		prog_say("the disk is full; the run is stopped, %zu lines were not attempted", p->unattempted);
	else if (p->unattempted > 0)
		prog_say("%zu lines were not attempted", p->unattempted);
	if (p->unverified > 0)
		prog_say("%zu files came without a checksum; only their length and structure were checked",
		    p->unverified);
	prog_debug("%zu downloaded, %zu present, %zu failed, %s in %.1f s", r->done, r->skipped, r->nfailed,
	    prog_human((uint64_t)downloads_bytes(p->d)), clock_steady() - r->began);
}

/* The .txt list a job is about: it lies beside the job list. */
static int
open_list(struct downloading *p, struct err *e)
{
	struct run *r = &p->run;
	const char *name = r->elements.n == 1 ? r->elements.item[0] : "";
	char *path;

	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
		return err_set(e, E_USAGE, "%s: the element is not the name of one list file", r->job);
	path = xfmt("%.*s%s", (int)(str_base(r->job) - r->job), r->job, name);
	p->list_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (p->list_fd < 0) {
		err_sys(e, "%s", path);
		e->code = e->code == E_ENV ? E_ENV : E_USAGE;
	} else {
		list_open_fd(&r->in, p->list_fd, name, '\n');
	}
	free(path);
	return p->list_fd < 0 ? -1 : 0;
}

static int
open_all(struct downloading *p, struct err *e)
{
	struct download_conf *c = &p->conf;
	struct run *r = &p->run;

	c->root = r->root;
	c->outdir = r->outdir;
	c->parallel = c->fetch.parallel = r->jobs > 0 ? (int)r->jobs : PARALLEL_DEFAULT;
	c->max_size = p->max_size * 1000000LL;
	c->retry.tries = (int)p->retries + 1;
	c->fetch.login = &p->login;
	c->done = done;
	c->ctx = p;
	if (r->jobs > PARALLEL_MAX)
		return err_set(e, E_USAGE, "-j %ld: at most %d", r->jobs, PARALLEL_MAX);
	if (login_init(&p->login, p->login_host, p->netrc, e) < 0 || run_open(r, e) < 0 ||
	    (r->job != NULL && open_list(p, e) < 0))
		return -1;
	report_init(&p->report, r);
	p->d = downloads_new(c, e);
	return p->d != NULL ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	static struct downloading p = {
		.max_size = 8192, .retries = 7, .list_fd = -1,
		.conf = { .max_time = 1800, .lock_wait = 300, .retry = RETRY_DEFAULTS,
		    .fetch = { .min_interval = -1, .agent = "generate-downloader/" VERSION } },
	};
	struct err e;
	int status;

	(void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);	/* keep pages HDF5 frees with every file */
	(void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
	run_begin(&p.run, argc, argv, &program);
	ncf_setup();
	if (open_all(&p, &e) < 0) {
		status = run_abort(&p.run, &e);
	} else {
		if (p.run.dry_run)
			feed(&p);
		else
			loop(&p);
		report_end(&p.report);
		status = run_end(&p.run, "print_final_log");
	}
	downloads_free(p.d);
	login_fini(&p.login);
	set_fini(&p.seen);
	if (p.list_fd >= 0)
		(void)close(p.list_fd);
	return status;
}
