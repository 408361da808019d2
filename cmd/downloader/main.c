/* downloader - fetch the files of a list from OBPG, verify and publish them */

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "classify.h"
#include "netcdf/ncf.h"
#include "run/run.h"
#include "feed.h"

#define PARALLEL_DEFAULT 4
#define PARALLEL_MAX 16
#define HEAP_KEPT (8 * 1024 * 1024)

struct downloading {
	struct run run;
	struct download_conf conf;
	const char *login_host, *netrc;
	long max_size, retries;
	struct feed feed;
	struct login login;
	struct report report;
	int list_fd;			/* job mode: the .txt list; else -1 */
};

#define ROW(name, arg, kind, field, help) { 0, name, arg, kind, offsetof(struct downloading, field), help }

static const struct option_row rows[] = {
	ROW("netrc", "FILE", OPT_TEXT, netrc,
	    "Earthdata Login credentials (else EDL_USERNAME and\nEDL_PASSWORD, NETRC, ~/.netrc)"),
	ROW("force", NULL, OPT_FLAG, conf.force, "fetch also what is there and verified"),
	ROW("max", "N", OPT_NUMBER(0, 1000000000), feed.max, "process N lines only (0: all)"),
	ROW("no-checksum", NULL, OPT_FLAG, feed.no_checksum, "ignore the checksums of the list"),
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
loop(struct downloading *p)
{
	struct run *r = &p->run;
	struct downloads *d = p->feed.d;
	struct err e;

	for (;;) {
		feed_lines(&p->feed);
		if (!run_goes_on(r) || ((p->feed.ended || downloads_why_stopped(d) != NULL) && downloads_left(d) == 0))
			break;
		run_progress(r, (size_t)downloads_left(d), (size_t)p->conf.parallel, (uint64_t)downloads_bytes(d),
		    NULL);
		if (downloads_turn(d, 1.0, feed_listens(&p->feed) ? r->in.fd : -1, &e) < 0) {
			run_error(r, &e);
			break;
		}
	}
	downloads_stop(d);
	feed_give_up(&p->feed);
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
	p->list_fd = file_open(path, e);
	if (p->list_fd < 0)
		err_config(e);
	else
		list_open_fd(&r->in, p->list_fd, name, '\n');
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
	c->done = report_done;
	c->ctx = &p->report;
	if (r->jobs > PARALLEL_MAX)
		return err_set(e, E_USAGE, "-j %ld: at most %d", r->jobs, PARALLEL_MAX);
	if (login_init(&p->login, p->login_host, p->netrc, e) < 0 || run_open(r, e) < 0 ||
	    (r->job != NULL && open_list(p, e) < 0))
		return -1;
	report_init(&p->report, r);
	p->feed.run = r;
	p->feed.conf = c;
	p->feed.report = &p->report;
	if (r->dry_run)
		return 0;
	p->feed.d = downloads_new(c, e);
	return p->feed.d != NULL ? 0 : -1;
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
	int status = classify_child(argc, argv);

	if (status >= 0)
		return status;
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);	/* keep pages HDF5 frees with every file */
	(void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
	run_begin(&p.run, argc, argv, &program);
	ncf_setup();
	if (open_all(&p, &e) < 0) {
		status = run_abort(&p.run, &e);
	} else {
		if (p.run.dry_run)
			feed_lines(&p.feed);
		else
			loop(&p);
		report_end(&p.report, p.feed.d);
		status = run_end(&p.run, "print_final_log");
	}
	downloads_free(p.feed.d);
	login_fini(&p.login);
	feed_fini(&p.feed);
	if (p.list_fd >= 0)
		(void)close(p.list_fd);
	return status;
}
