/* downloader - fetch the files of a list from OBPG, verify and publish them */

#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/prog.h"
#include "base/set.h"
#include "netcdf/ncf.h"
#include "granule/joblist.h"
#include "download.h"
#include "report.h"

#define PARALLEL_DEFAULT 4
#define PARALLEL_MAX 16
#define MAX_SIZE_MB 8192
#define MAX_TIME 1800
#define LOCK_WAIT 300
#define HEAP_KEPT (8 * 1024 * 1024)

enum {
	OPT_CACERT = OPT_OWN, OPT_CONNECT_TIMEOUT, OPT_FAILED, OPT_FORCE, OPT_LOCK_WAIT, OPT_LOGIN_HOST, OPT_MAX,
	OPT_MAX_SIZE, OPT_MAX_TIME, OPT_MIN_INTERVAL, OPT_NETRC, OPT_NO_CHECKSUM, OPT_RETRIES, OPT_RETRY_BASE,
	OPT_STALL_TIMEOUT
};

static const struct option longopts[] = {
	OPTS_COMMON_LONG,
	{ "cacert", required_argument, NULL, OPT_CACERT },
	{ "connect-timeout", required_argument, NULL, OPT_CONNECT_TIMEOUT },
	{ "failed", required_argument, NULL, OPT_FAILED },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "lock-wait", required_argument, NULL, OPT_LOCK_WAIT },
	{ "login-host", required_argument, NULL, OPT_LOGIN_HOST },
	{ "max", required_argument, NULL, OPT_MAX },
	{ "max-size", required_argument, NULL, OPT_MAX_SIZE },
	{ "max-time-per-file", required_argument, NULL, OPT_MAX_TIME },
	{ "min-interval", required_argument, NULL, OPT_MIN_INTERVAL },
	{ "netrc", required_argument, NULL, OPT_NETRC },
	{ "no-checksum", no_argument, NULL, OPT_NO_CHECKSUM },
	{ "retries", required_argument, NULL, OPT_RETRIES },
	{ "retry-base", required_argument, NULL, OPT_RETRY_BASE },
	{ "stall-timeout", required_argument, NULL, OPT_STALL_TIMEOUT },
	{ NULL, 0, NULL, 0 }
};

struct run {
	struct opts o;
	struct download_conf conf;
	const char *failed_path, *login_host, *netrc;
	long max;			/* lines to process, 0 = all */
	bool no_checksum;

	const struct dataset *only;	/* -d */
	struct login login;
	struct downloads *d;
	struct list_in in;
	char *list_name;		/* job mode: the .txt list */
	int list_fd;			/* ... open; else -1 */
	bool input_ended;
	struct set seen;		/* URLs and checksums: each is fetched once */
	struct report report;
	const struct dataset *ds;	/* for the logs: the first one met */
	long lines;
	double began;
	int status;
};

static void
usage(FILE *fp)
{
	(void)fprintf(fp,
	    "usage: downloader [options] [\"URL [CHECKSUM]\" ...]\n"
	    "       downloader [options] --job LIST.json [--index N]\n"
	    "Fetch the files of a list (arguments, or lines of standard input), verify them, put them into the\n"
	    "tree, print their paths.\n"
	    "      --netrc FILE              Earthdata Login credentials (else EDL_USERNAME and EDL_PASSWORD,\n"
	    "                                NETRC, ~/.netrc)\n"
	    "      --failed FILE             write the lines of files that failed to FILE\n"
	    "      --force                   fetch also what is there and verified\n"
	    "      --max N                   process N lines only (0: all)\n"
	    "      --no-checksum             ignore the checksums of the list\n"
	    "      --min-interval SECONDS    between request starts (1; 0 to this machine)\n"
	    "      --retries N               retries of a request that failed (7)\n"
	    "      --retry-base SECONDS      longest wait before the first retry, then doubled (2)\n"
	    "      --connect-timeout SECONDS (36)\n"
	    "      --stall-timeout SECONDS   without a byte (36)\n"
	    "      --max-time-per-file SECONDS (1800)\n"
	    "      --max-size MB             largest file accepted (8192)\n"
	    "      --lock-wait SECONDS       for a file another process is fetching (300)\n"
	    "      --cacert FILE             certificate authorities to trust\n"
	    "      --login-host HOST[:PORT]  (" LOGIN_HOST ")\n");
	opts_help(fp);
}

static bool
own_limit(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_CONNECT_TIMEOUT:
		r->conf.fetch.connect_timeout = prog_real("--connect-timeout", arg, 0.1, 3600);
		return true;
	case OPT_LOCK_WAIT: r->conf.lock_wait = prog_real("--lock-wait", arg, 0, 86400); return true;
	case OPT_MAX: r->max = prog_num("--max", arg, 0, 1000000000); return true;
	case OPT_MAX_SIZE: r->conf.max_size = prog_num("--max-size", arg, 1, 1000000000) * 1000000; return true;
	case OPT_MAX_TIME: r->conf.max_time = prog_real("--max-time-per-file", arg, 0.1, 864000); return true;
	case OPT_MIN_INTERVAL:
		r->conf.fetch.min_interval = prog_real("--min-interval", arg, 0, 3600);
		return true;
	case OPT_RETRIES: r->conf.retry.tries = (int)prog_num("--retries", arg, 0, 100) + 1; return true;
	case OPT_RETRY_BASE: r->conf.retry.base = prog_real("--retry-base", arg, 0, 3600); return true;
	case OPT_STALL_TIMEOUT:
		r->conf.fetch.stall_timeout = (double)prog_num("--stall-timeout", arg, 1, 3600);
		return true;
	default: return false;
	}
}

static bool
own_option(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_CACERT: r->conf.fetch.cacert = arg; return true;
	case OPT_FAILED: r->failed_path = arg; return true;
	case OPT_FORCE: r->conf.force = true; return true;
	case OPT_LOGIN_HOST: r->login_host = arg; return true;
	case OPT_NETRC: r->netrc = arg; return true;
	case OPT_NO_CHECKSUM: r->no_checksum = true; return true;
	default: return own_limit(r, c, arg);
	}
}

/* ---- one file finished ---- */

/* A line of the logs, as report gives it; owned by this function. */
static void
log_text(char *text)
{
	if (text != NULL)
		prog_log(text);
	free(text);
}

static void
failure(struct run *r, const char *line, const char *name, const struct err *why)
{
	struct err e;

	if (report_failed(&r->report, line, name, why, &e) < 0)
		r->status = prog_failed(&e, r->status);
}

static void
undone(struct run *r, const char *line)
{
	struct err e;

	if (report_undone(&r->report, line, &e) < 0)
		r->status = prog_failed(&e, r->status);
}

static void
good(struct run *r, const struct download *f)
{
	struct err e;
	char *json = NULL;

	if (f->note[0] != '\0')
		prog_say("%s", f->note);
	if (r->o.json)
		json = report_json(f, &e);
	if (r->o.json && json == NULL)
		r->status = prog_failed(&e, r->status);
	else if (list_add(r->o.json ? json : f->path, r->o.sep, &e) < 0)
		r->status = ST_ENV;		/* prog_done says so */
	free(json);
	log_text(report_good(&r->report, f));
}

static void
finished(struct run *r, struct download *f)
{
	const struct err *why = downloads_why_stopped(r->d);

	switch (f->state) {
	case DOWNLOAD_DONE:
	case DOWNLOAD_SKIPPED:
		good(r, f);
		break;
	case DOWNLOAD_FAILED:
		if (f->err.code == E_AUTH && why != NULL)
			r->status = ST_ENV;	/* said once, at the end */
		else
			r->status = prog_failed(&f->err, r->status);
		failure(r, f->request.line, f->request.name, &f->err);
		break;
	case DOWNLOAD_UNDONE:
		undone(r, f->request.line);
		break;
	}
	download_free(f);
}

/* Print what has finished; small files do so in crowds. */
static void
take_finished(struct run *r)
{
	struct download *f;
	struct err e;
	bool any = false;

	while ((f = downloads_next(r->d)) != NULL) {
		finished(r, f);
		any = true;
	}
	if (any && list_flush(&e) < 0)
		r->status = ST_ENV;
}

/* ---- one line in ---- */

static void
bad_line(struct run *r, const char *line, const struct err *why)
{
	struct err e;
	char base[NAME_SIZE];

	if (r->in.argv != NULL)
		(void)err_set(&e, why->code, "argument %zu: %s", r->in.line, why->msg);
	else
		(void)err_set(&e, why->code, "%s: line %zu: %s", r->in.name, r->in.line, why->msg);
	r->status = prog_failed(&e, r->status);
	listline_base(line, base);
	failure(r, line, base, &e);
}

static void
say_plan(const struct run *r, const struct request *q)
{
	char *path[PTYPE_COUNT];
	struct err e;
	int n = r->conf.outdir != NULL ? 1 : PTYPE_COUNT;

	if (download_candidates(&r->conf, q, path, &e) < 0) {
		prog_warn(&e);
		return;
	}
	for (int i = 0; i < n; i++)
		prog_say("%.*s -> %s%s", url_shown(q->url), q->url, path[i],
		    file_exists(path[i]) ? " (exists)" : "");
	for (int i = 0; i < PTYPE_COUNT; i++)
		free(path[i]);
}

/* Begin with a parsed line; *fresh is false when the same was there before. */
static int
begin(struct run *r, struct request *q, bool *fresh, struct err *e)
{
	uint32_t *seen;
	char *text;

	*fresh = true;
	if (r->only != NULL && q->obpg.ds != r->only)
		return err_set(e, E_DATA, "%s: not a file of %s", q->name, r->only->key);
	if (r->no_checksum) {
		q->alg = DIGEST_NONE;
		q->checksum[0] = '\0';
	}
	text = xfmt("%s %s", q->url, q->checksum);
	seen = set_at(&r->seen, text, strlen(text));
	free(text);
	*fresh = *seen == 0;
	*seen = 1;
	if (!*fresh)
		return 0;
	if (r->ds == NULL)
		r->ds = q->obpg.ds;
	log_text(report_start(&r->report, r->ds));
	if (!r->o.dry_run)
		return downloads_add(r->d, q, e);
	say_plan(r, q);
	return 0;
}

static void
take_line(struct run *r, const char *line)
{
	struct request q;
	struct err e;
	enum request_result result = request_parse(line, &q, &e);
	bool fresh = true;

	if (result == REQUEST_NONE)
		return;
	if (r->max > 0 && r->lines >= r->max) {
		r->report.unattempted++;
	} else {
		r->lines++;
		if (result == REQUEST_BAD || begin(r, &q, &fresh, &e) < 0)
			bad_line(r, q.line != NULL ? q.line : line, &e);
		else if (!fresh)
			r->lines--;
	}
	request_fini(&q);
}

/* Read what can be read now and may be begun. */
static void
feed(struct run *r)
{
	enum list_result got;
	struct err e;
	char *line;

	while (!r->input_ended && (r->o.dry_run || downloads_room(r->d)) && prog_signal() == 0 &&
	    (r->o.dry_run || list_ready(&r->in))) {
		got = list_next(&r->in, &line, &e);
		if (got == LIST_ITEM) {
			take_line(r, line);
		} else if (got == LIST_BAD) {
			r->lines++;
			r->status = prog_failed(&e, r->status);
			failure(r, NULL, "", &e);
		} else {
			if (got == LIST_FAILED)
				r->status = prog_failed(&e, r->status);
			r->input_ended = true;
		}
	}
}

/* The run ends early: what is left of the input was not attempted, and --failed gets it. */
static void
give_up_rest(struct run *r)
{
	enum list_result got;
	struct err e;
	char *line;

	/* After a signal what can be had at once: a list in a file, not one that is still being written. */
	while (!r->input_ended && (prog_signal() == 0 || list_ready(&r->in))) {
		got = list_next(&r->in, &line, &e);
		if (got == LIST_END || got == LIST_FAILED)
			break;
		if (got != LIST_ITEM || line[strspn(line, " \t")] == '\0' || line[strspn(line, " \t")] == '#')
			continue;
		undone(r, line);
	}
	r->input_ended = true;
}

/* ---- the run ---- */

static void
show_progress(const struct run *r)
{
	const struct report *p = &r->report;
	double n = (double)downloads_bytes(r->d), seconds = clock_steady() - r->began;
	char bytes[32];

	(void)snprintf(bytes, sizeof(bytes), "%s", prog_human((uint64_t)n));
	prog_progress("%ld downloaded, %ld present, %ld failed, %d under way, %s, %s/s", p->done, p->skipped,
	    p->failures, downloads_left(r->d), bytes, prog_human((uint64_t)(n / (seconds > 0.1 ? seconds : 0.1))));
}

static void
say_why_stopped(struct run *r)
{
	const struct err *why = downloads_why_stopped(r->d);
	char rest[64] = "";

	if (why == NULL)
		return;
	r->status = ST_ENV;
	if (r->report.unattempted > 0)
		(void)snprintf(rest, sizeof(rest), ", %ld lines were not attempted", r->report.unattempted);
	if (why->code == E_AUTH)
		prog_say("authentication failed: %s; the run is stopped%s; check EDL_USERNAME and EDL_PASSWORD, "
		    "or the netrc file", why->msg, rest);
	else
		prog_say("the disk is full; the run is stopped%s", rest);
}

static void
loop(struct run *r)
{
	const struct err *why;
	struct err e;
	bool listen;

	for (;;) {
		feed(r);
		take_finished(r);
		why = downloads_why_stopped(r->d);
		if (prog_signal() != 0 || (why != NULL && why->code == E_AUTH) || ferror(stdout))
			break;
		if ((r->input_ended || why != NULL) && downloads_left(r->d) == 0)
			break;
		show_progress(r);
		listen = !r->input_ended && r->in.argv == NULL && downloads_room(r->d);
		if (downloads_turn(r->d, 1.0, listen ? r->in.fd : -1, &e) < 0) {
			r->status = prog_failed(&e, r->status);
			break;
		}
	}
	downloads_stop(r->d);
	take_finished(r);
	give_up_rest(r);
	say_why_stopped(r);
}

static void
summary(const struct run *r)
{
	const struct report *p = &r->report;

	if (p->unverified > 0)
		prog_say("%ld files came without a checksum; only their length and structure were checked",
		    p->unverified);
	if (downloads_why_stopped(r->d) == NULL && p->unattempted > 0)
		prog_say("%ld lines were not attempted", p->unattempted);
	prog_debug("%ld downloaded, %ld present, %ld failed, %s in %.1f s", p->done, p->skipped, p->failures,
	    prog_human((uint64_t)downloads_bytes(r->d)), clock_steady() - r->began);
}

/* ---- set up ---- */

/* The .txt list a job is about: it lies beside the job list. */
static int
open_job(struct run *r, struct err *e)
{
	struct strlist items = {0};
	const char *slash = strrchr(r->o.job, '/'), *name;
	char *path = NULL;
	int ret = -1;

	if (opts_job_items(&r->o, &items, e) < 0)
		goto out;
	name = items.n > 0 ? items.item[0] : "";
	if (items.n != 1 || name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
		(void)err_set(e, E_USAGE, "%s: the element is not the name of one list file", r->o.job);
		goto out;
	}
	r->list_name = mem_str(name, e);
	path = mem_fmt(e, "%.*s%s", slash != NULL ? (int)(slash - r->o.job + 1) : 0, r->o.job, name);
	if (r->list_name == NULL || path == NULL)
		goto out;
	r->list_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->list_fd < 0) {
		(void)err_sys(e, "%s", path);
		e->code = e->code == E_ENV ? E_ENV : E_USAGE;
		goto out;
	}
	list_open_fd(&r->in, r->list_fd, r->list_name, '\n');
	ret = 0;
out:
	free(path);
	strlist_free(&items);
	return ret;
}

static int
open_input(struct run *r, int argc, char *argv[], struct err *e)
{
	enum ptype type;

	if (r->o.job == NULL) {
		list_open(&r->in, argc, argv, r->o.sep);
		return 0;
	}
	if (argc > 0)
		return err_set(e, E_USAGE, "--job: no further arguments are taken");
	if (open_job(r, e) < 0)
		return -1;
	if (r->ds == NULL && r->list_name != NULL)
		joblist_identity(r->list_name, &r->ds, &type);
	if (r->ds == NULL)
		joblist_identity(r->o.job, &r->ds, &type);
	return 0;
}

static int
open_report(struct run *r, struct err *e)
{
	struct report_conf c = { .logs = r->o.final_log, .sep = r->o.sep };

	if (c.logs && (c.job_index = opts_index(&r->o, e)) < 0)
		return -1;
	if (r->o.job != NULL) {
		c.job = str_base(r->o.job);
		c.list = r->list_name;
	}
	if (!r->o.dry_run) {
		c.failed = r->failed_path;
		c.notify = r->o.notify;
	}
	return report_open(&r->report, &c, e);
}

static int
set_up(struct run *r, int argc, char *argv[], struct err *e)
{
	if (dataset_of_option(r->o.dataset, &r->only, e) < 0)
		return -1;
	r->ds = r->only;
	r->conf.root = r->o.root;
	r->conf.outdir = r->o.outdir;
	r->conf.parallel = r->o.jobs > 0 ? r->o.jobs : PARALLEL_DEFAULT;
	if (r->conf.parallel > PARALLEL_MAX)
		return err_set(e, E_USAGE, "-j %d: at most %d", r->conf.parallel, PARALLEL_MAX);
	r->conf.fetch.parallel = r->conf.parallel;
	if (login_init(&r->login, r->login_host, r->netrc, e) < 0)
		return -1;
	r->conf.fetch.login = &r->login;
	if (open_input(r, argc, argv, e) < 0)
		return -1;
	r->d = downloads_new(&r->conf, e);
	if (r->d == NULL)
		return -1;
	return open_report(r, e);
}

static void
tear_down(struct run *r)
{
	downloads_free(r->d);
	login_fini(&r->login);
	report_close(&r->report);
	set_fini(&r->seen);
	free(r->list_name);
	if (r->list_fd >= 0)
		(void)close(r->list_fd);
}

static void
work(struct run *r)
{
	struct err e;

	r->began = clock_steady();
	if (r->o.dry_run)
		feed(r);
	else
		loop(r);
	prog_progress_end();
	summary(r);
	if (report_end(&r->report, &e) < 0)
		r->status = prog_failed(&e, r->status);
	if (report_send(&r->report, &e) < 0)
		prog_warn(&e);		/* a lost message never decides */
	log_text(report_start(&r->report, r->ds));
	log_text(report_final(&r->report, r->lines > 0));
}

static void
tell(const char *text)
{
	prog_debug("%s", text);
}

int
main(int argc, char *argv[])
{
	static struct run r = {
		.o = OPTS_DEFAULTS, .list_fd = -1, .report.failed.fd = -1,
		.conf = { .max_size = MAX_SIZE_MB * 1000000LL, .max_time = MAX_TIME, .lock_wait = LOCK_WAIT,
		    .retry = RETRY_DEFAULTS, .tell = tell,
		    .fetch = { .min_interval = -1, .agent = "generate-downloader/" VERSION } },
	};
	struct err e;
	int c, status;

	prog_init(argv[0]);
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);	/* keep pages HDF5 frees with every file */
	(void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
	while ((c = getopt_long(argc, argv, OPTS_COMMON_SHORT, longopts, NULL)) != -1)
		switch (c) {
		case OPT_HELP: usage(stdout); return prog_done(ST_OK);
		case OPT_VERSION: return prog_version();
		default:
			if (opts_common(&r.o, c, optarg) || own_option(&r, c, optarg))
				break;
			usage(stderr);
			return ST_USAGE;
		}
	opts_finish(&r.o);
	ncf_setup();
	if (set_up(&r, argc - optind, argv + optind, &e) < 0) {
		status = prog_fail(&e);
	} else {
		work(&r);
		status = opts_job_status(&r.o, r.status);
	}
	tear_down(&r);
	return prog_done(status);
}
