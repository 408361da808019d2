/* main - dlc: find new and changed files of OBPG, make download lists of them and announce these */

#include <string.h>

#include "base/clock.h"
#include "dlc.h"
#include "granule/listmessage.h"
#include "window.h"

#define DAYS_MAX 36500

#define ROW(letter, name, arg, kind, field, help) { letter, name, arg, kind, offsetof(struct dlc, field), help }

static const struct option_row rows[] = {
	ROW(0, "days", "N", OPT_NUMBER(0, DAYS_MAX), days, "files made today and N days before (1)"),
	ROW(0, "from", "DATE", OPT_TEXT, from_text, "files of granules of these days, known or not"),
	ROW(0, "to", "DATE", OPT_TEXT, to_text, "... the last of them"),
	ROW(0, "from-file", "FILE", OPT_TEXT, from_file, "files of a list (- standard input) instead"),
	ROW(0, "state", "PLACE", OPT_TEXT, state.place, "what is known: a file or an object (in the tree)"),
	ROW(0, "no-state", NULL, OPT_FLAG, no_state, "nothing is known, and nothing is remembered"),
	ROW(0, "keep", "DAYS", OPT_NUMBER(0, DAYS_MAX), keep, "how long files are known that are no longer found (30)"),
	ROW(0, "lists", "PLACE", OPT_TEXT, lists_place, "store daily download lists there"),
	ROW(0, "announce", "QUEUE", OPT_TEXT, announce_place, "send a message with their names there"),
	ROW(0, "pending", "QUEUE", OPT_TEXT, pending_place, "announce the lists in the messages there as well"),
	ROW(0, "prefix", "TEXT", OPT_TEXT, prefix, "prefix of the deployment, sent with them (generate)"),
	ROW(0, "search-url", "URL", OPT_TEXT, search.service, "the service (" OBPG_SERVICE ")"),
	ROW(0, "files-url", "URL", OPT_TEXT, search.files_option,
	    "where the files are (" OBPG_FILES " of that server)"),
	ROW(0, "pattern", "REGEX", OPT_TEXT, pattern, "take these names instead of the dataset's"),
	ROW(0, "filter", "GLOB", OPT_TEXT, search.query.search, "names the service shall look for (the dataset's)"),
	ROW(0, "sensor", "NAME", OPT_TEXT, search.sensor, "sensor, as the service calls it"),
	ROW(0, "sensor-id", "N", OPT_TEXT, search.sensor_id, "... or its number"),
	ROW(0, "level", "LEVEL", OPT_TEXT, search.query.dtype, "processing level (L2)"),
	ROW(0, "std-only", "yes|no", OPT_TEXT, std_only, "leave out extracts and regional products (yes)"),
	ROW(0, "crdate", "yes|no", OPT_TEXT, crdate, "--days is about creation, not modification (yes)"),
	ROW(0, "param", "KEY=VALUE", OPT_TEXTS, search.more, "another parameter of the search"),
	ROW(0, "now", "TIME", OPT_TEXT, now_text, "the time --days counts from"),
	ROW(0, "retries", "N", OPT_NUMBER(0, 100), retries, "retries of a request that failed (4)"),
	ROW(0, "retry-base", "SECONDS", OPT_REAL(0, 3600), search.retry.base,
	    "longest wait before the first retry, then doubled (2)"),
	ROW(0, "connect-timeout", "SECONDS", OPT_REAL(0.1, 3600), search.fetch.connect_timeout, "for connecting (30)"),
	ROW(0, "max-time", "SECONDS", OPT_REAL(0.1, 86400), search.max_time, "for an answer (300)"),
	ROW(0, "cacert", "FILE", OPT_TEXT, search.fetch.cacert, "certificate authorities to trust"),
	ROW('0', "null", NULL, OPT_FLAG, run.null, "lines out, and those of --from-file, are separated by NUL"),
	OPT_END
};

static const struct program program = {
	.usage = "usage: dlc -d DATASET [options]\n"
	    "       dlc -d DATASET --from DATE --to DATE [options]\n"
	    "       dlc -d DATASET --from-file FILE [options]\n"
	    "Ask OBPG which Level-2 files there are, print \"URL CHECKSUM\" of those that are new or have\n"
	    "changed since the last run.\n",
	.rows = rows,
	.common = COMMON_DATASET | COMMON_TYPE | COMMON_DRY | COMMON_ROOT | COMMON_STRICT | COMMON_JSON |
	    COMMON_NOTIFY | COMMON_FINAL_LOG | COMMON_PROGRESS,
	.subject = "Generate Download List Creator Lambda Failure",
	.own_mail = true,
};

/* ---- beginning ---- */

static bool
flag(const char *opt, const char *text)
{
	static const char *const yes[] = { "1", "yes", "true" }, *const no[] = { "0", "no", "false" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (text == NULL || strcmp(text, yes[i]) == 0)
			return true;
		if (strcmp(text, no[i]) == 0)
			return false;
	}
	run_usage("%s %s: neither yes nor no", opt, text);
}

static int64_t
day_option(const char *opt, const char *text)
{
	int64_t t = -1;

	if (text != NULL && !window_parse_day(text, &t))
		run_usage("%s %s: not a day (YYYY-MM-DD)", opt, text);
	return t;
}

/* What must hold before anything is opened. */
static void
check_options(struct dlc *d)
{
	struct err e;

	if (d->run.ds == NULL)
		run_usage("-d is missing: which dataset?");
	d->search.query.crdate = flag("--crdate", d->crdate);
	d->search.query.std_only = flag("--std-only", d->std_only);
	d->from = day_option("--from", d->from_text);
	d->to = day_option("--to", d->to_text);
	d->now = clock_now();
	if (d->now_text != NULL && !window_parse(d->now_text, &d->now))
		run_usage("--now %s: not a time (YYYY-MM-DD[Thh:mm:ss])", d->now_text);
	if (d->announce_place != NULL && d->lists_place == NULL)
		run_usage("--announce needs --lists: it announces lists");
	if (d->pending_place != NULL && d->announce_place == NULL)
		run_usage("--pending needs --announce");
	if (prefix_check(d->prefix, &e) < 0)
		run_usage("--prefix %s", e.msg);
	if ((d->from < 0) != (d->to < 0))
		run_usage("--from and --to go together");
	if (d->from > d->to)
		run_usage("--from is later than --to");
	if (d->from_file != NULL && d->from >= 0)
		run_usage("--from-file and --from");
	if (d->no_state && d->state.place != NULL)
		run_usage("--state and --no-state");
}

static void
summary(const struct dlc *d)
{
	const struct lists *l = &d->lists;

	prog_debug("%zu lines, %zu files of other kinds", d->found.lines, d->found.others);
	if (l->npicks == 0 && d->pending.names.n == 0)
		prog_info("No new downloads were found.");
	else
		prog_info("%s: %zu new, %zu changed, %zu known", l->ds->label, l->npicks - l->changed, l->changed,
		    l->seen);
}

int
main(int argc, char *argv[])
{
	static struct dlc d = {
		.days = 1, .keep = 30, .retries = 4, .list_fd = -1, .prefix = "generate",
		.search = { .service = OBPG_SERVICE, .max_time = 300, .query.dtype = "L2",
		    .fetch = { .parallel = 1, .min_interval = -1, .connect_timeout = 30,
		    .agent = "generate-dlc/" VERSION },
		    .retry = { .base = 2, .cap = 60, .after_max = 300, .budget = 100, .budget_max = 100 } },
	};
	struct run *r = &d.run;
	struct err e;
	int status;

	run_begin(r, argc, argv, &program);
	check_options(&d);
	if (dlc_open(&d, &e) < 0) {
		status = run_abort(r, &e);
	} else {
		if (dlc_look(&d, &e) < 0) {
			dlc_failed(&d, &e);
			if (r->status == ST_SOME)
				run_status(r, ST_USAGE);	/* nothing was done */
		} else if (r->dry_run) {
			dlc_plan(&d);
			summary(&d);
		} else if (run_goes_on(r) && dlc_deliver(&d, &e) < 0) {
			dlc_failed(&d, &e);
		} else if (run_goes_on(r)) {
			summary(&d);
			dlc_log(&d);
		}
		status = run_end(r, NULL);
	}
	dlc_close(&d);
	return status;
}
