/* dlc - find new and changed files of OBPG, make download lists of them and announce these */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/prog.h"
#include "granule/finallog.h"
#include "granule/layout.h"
#include "place/notify.h"
#include "announce.h"
#include "lists.h"
#include "search.h"
#include "state.h"
#include "window.h"

#define DAYS_MAX 36500
#define KEEP_DAYS 30
#define MORE_MAX 32			/* --param */
#define LOG_ENTRIES 1500		/* in one final_log line; CloudWatch takes 256 KB */
#define ROUTINE "download_list_creator_lambda"
#define SUBJECT "Generate Download List Creator Lambda Failure"

enum {
	OPT_ANNOUNCE = OPT_OWN, OPT_CACERT, OPT_CONNECT_TIMEOUT, OPT_CRDATE, OPT_DAYS, OPT_FILES_URL, OPT_FILTER,
	OPT_FROM, OPT_FROM_FILE, OPT_KEEP, OPT_LEVEL, OPT_LISTS, OPT_MAX_TIME, OPT_NOW, OPT_NO_STATE, OPT_PARAM,
	OPT_PATTERN,
	OPT_PENDING, OPT_PREFIX, OPT_RETRIES, OPT_RETRY_BASE, OPT_SEARCH_URL, OPT_SENSOR, OPT_SENSOR_ID, OPT_STATE,
	OPT_STD_ONLY, OPT_TO
};

static const struct option longopts[] = {
	OPTS_COMMON_LONG,
	{ "announce", required_argument, NULL, OPT_ANNOUNCE },
	{ "cacert", required_argument, NULL, OPT_CACERT },
	{ "connect-timeout", required_argument, NULL, OPT_CONNECT_TIMEOUT },
	{ "crdate", required_argument, NULL, OPT_CRDATE },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "files-url", required_argument, NULL, OPT_FILES_URL },
	{ "filter", required_argument, NULL, OPT_FILTER },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "from-file", required_argument, NULL, OPT_FROM_FILE },
	{ "keep", required_argument, NULL, OPT_KEEP },
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "lists", required_argument, NULL, OPT_LISTS },
	{ "max-time", required_argument, NULL, OPT_MAX_TIME },
	{ "no-state", no_argument, NULL, OPT_NO_STATE },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "param", required_argument, NULL, OPT_PARAM },
	{ "pattern", required_argument, NULL, OPT_PATTERN },
	{ "pending", required_argument, NULL, OPT_PENDING },
	{ "prefix", required_argument, NULL, OPT_PREFIX },
	{ "retries", required_argument, NULL, OPT_RETRIES },
	{ "retry-base", required_argument, NULL, OPT_RETRY_BASE },
	{ "search-url", required_argument, NULL, OPT_SEARCH_URL },
	{ "sensor", required_argument, NULL, OPT_SENSOR },
	{ "sensor-id", required_argument, NULL, OPT_SENSOR_ID },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "std-only", required_argument, NULL, OPT_STD_ONLY },
	{ "to", required_argument, NULL, OPT_TO },
	{ NULL, 0, NULL, 0 }
};

struct run {
	struct opts o;
	const char *from_file, *pattern, *sensor, *sensor_id;
	const char *state_place, *lists_place, *announce_place, *pending_place, *prefix;
	const char *files_option, *more[MORE_MAX + 1];
	long days, keep;
	int64_t now, from, to;		/* from < 0: forward */
	bool no_state;
	struct obpg_query query;
	struct search search;

	const struct dataset *ds;
	enum ptype type;
	struct match match;
	char state_file[LAYOUT_SIZE];	/* the default one */
	char *files_url;
	struct state state;
	struct store *store;		/* NULL without --lists */
	struct queue *queue;		/* NULL without --announce */
	struct pending pending;
	struct found found;
	struct lists lists;
	struct strlist names;		/* of announced lists */
	struct fetch *fetch;		/* NULL with --from-file */
	int list_fd;			/* --from-file; else -1 */
	struct notify notify;
	int status;
};

static void
usage(FILE *fp)
{
	(void)fputs(
	    "usage: dlc -d DATASET [options]\n"
	    "       dlc -d DATASET --from DATE --to DATE [options]\n"
	    "       dlc -d DATASET --from-file FILE [options]\n"
	    "Ask OBPG which Level-2 files there are, print \"URL CHECKSUM\" of those that are new or have\n"
	    "changed since the last run.\n"
	    "      --days N              files made today and N days before (1)\n"
	    "      --from DATE --to DATE files of granules of these days, known or not\n"
	    "      --from-file FILE      files of a list (- standard input) instead\n"
	    "      --state PLACE         what is known: a file or an object (in the tree)\n"
	    "      --no-state            nothing is known, and nothing is remembered\n"
	    "      --keep DAYS           how long files are known that are no longer found (30)\n"
	    "      --lists PLACE         store daily download lists there\n"
	    "      --announce QUEUE      send a message with their names there\n"
	    "      --pending QUEUE       announce the lists in the messages there as well\n"
	    "      --prefix TEXT         prefix of the deployment, sent with them (generate)\n"
	    "      --search-url URL      the service (" OBPG_SERVICE ")\n"
	    "      --files-url URL       where the files are (" OBPG_FILES " of that server)\n"
	    "      --pattern REGEX       take these names instead of the dataset's\n"
	    "      --filter GLOB, --sensor NAME, --sensor-id N, --level L2, --std-only yes|no, --crdate yes|no,\n"
	    "      --param KEY=VALUE     parameters of the search\n"
	    "      --now TIME            the time --days counts from\n"
	    "      --retries N           retries of a request that failed (4)\n"
	    "      --retry-base SECONDS  longest wait before the first retry, then doubled (2)\n"
	    "      --connect-timeout SECONDS (30)\n"
	    "      --max-time SECONDS    for an answer (300)\n"
	    "      --cacert FILE         certificate authorities to trust\n", fp);
	opts_help(fp);
}

/* ---- options ---- */

static bool
flag(const char *opt, const char *text)
{
	static const char *const yes[] = { "1", "yes", "true" }, *const no[] = { "0", "no", "false" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (strcmp(text, yes[i]) == 0)
			return true;
		if (strcmp(text, no[i]) == 0)
			return false;
	}
	exit(prog_bad_usage("%s %s: neither yes nor no", opt, text));
}

static int64_t
day_option(const char *opt, const char *text)
{
	int64_t t;

	if (!window_parse_day(text, &t))
		exit(prog_bad_usage("%s %s: not a day (YYYY-MM-DD)", opt, text));
	return t;
}

static void
add_param(struct run *r, const char *text)
{
	size_t n = 0;

	while (r->more[n] != NULL)
		n++;
	if (n == MORE_MAX)
		exit(prog_bad_usage("--param: more than %d", MORE_MAX));
	r->more[n] = text;
}

static bool
query_option(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_CRDATE: r->query.crdate = flag("--crdate", arg); return true;
	case OPT_FILTER: r->query.search = arg; return true;
	case OPT_LEVEL: r->query.dtype = arg; return true;
	case OPT_PARAM: add_param(r, arg); return true;
	case OPT_PATTERN: r->pattern = arg; return true;
	case OPT_SENSOR: r->sensor = arg; return true;
	case OPT_SENSOR_ID: r->sensor_id = arg; return true;
	case OPT_STD_ONLY: r->query.std_only = flag("--std-only", arg); return true;
	default: return false;
	}
}

static bool
net_option(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_CACERT: r->search.fetch.cacert = arg; return true;
	case OPT_CONNECT_TIMEOUT:
		r->search.fetch.connect_timeout = prog_real("--connect-timeout", arg, 0.1, 3600);
		return true;
	case OPT_FILES_URL: r->files_option = arg; return true;
	case OPT_MAX_TIME: r->search.max_time = prog_real("--max-time", arg, 0.1, 86400); return true;
	case OPT_RETRIES: r->search.retry.tries = (int)prog_num("--retries", arg, 0, 100) + 1; return true;
	case OPT_RETRY_BASE: r->search.retry.base = prog_real("--retry-base", arg, 0, 3600); return true;
	case OPT_SEARCH_URL: r->search.service = arg; return true;
	default: return false;
	}
}

static bool
own_option(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_ANNOUNCE: r->announce_place = arg; return true;
	case OPT_DAYS: r->days = prog_num("--days", arg, 0, DAYS_MAX); return true;
	case OPT_FROM: r->from = day_option("--from", arg); return true;
	case OPT_FROM_FILE: r->from_file = arg; return true;
	case OPT_KEEP: r->keep = prog_num("--keep", arg, 0, DAYS_MAX); return true;
	case OPT_LISTS: r->lists_place = arg; return true;
	case OPT_NOW:
		if (!window_parse(arg, &r->now))
			exit(prog_bad_usage("--now %s: not a time (YYYY-MM-DD[Thh:mm:ss])", arg));
		return true;
	case OPT_NO_STATE: r->no_state = true; return true;
	case OPT_PENDING: r->pending_place = arg; return true;
	case OPT_PREFIX: r->prefix = arg; return true;
	case OPT_STATE: r->state_place = arg; return true;
	case OPT_TO: r->to = day_option("--to", arg); return true;
	default: return query_option(r, c, arg) || net_option(r, c, arg);
	}
}

/* ---- beginning ---- */

static int
check_mode(const struct run *r)
{
	if ((r->from < 0) != (r->to < 0))
		return prog_bad_usage("--from and --to go together");
	if (r->from > r->to)
		return prog_bad_usage("--from is later than --to");
	if (r->from_file != NULL && r->from >= 0)
		return prog_bad_usage("--from-file and --from");
	if (r->no_state && r->state_place != NULL)
		return prog_bad_usage("--state and --no-state");
	return 0;
}

/* What must hold before anything is opened; 0, or the status to end with. */
static int
check_options(const struct run *r, int nargs)
{
	if (nargs > 0)
		return prog_bad_usage("no arguments are expected; a list of files goes with --from-file");
	if (r->o.dataset == NULL)
		return prog_bad_usage("-d is missing: which dataset?");
	if (r->o.job != NULL)
		return prog_bad_usage("--job: there is no list of work for this program");
	if (r->o.outdir != NULL)
		return prog_bad_usage("-o: lists go to --lists");
	if (r->announce_place != NULL && r->lists_place == NULL)
		return prog_bad_usage("--announce needs --lists: it announces lists");
	if (r->pending_place != NULL && r->announce_place == NULL)
		return prog_bad_usage("--pending needs --announce");
	for (const char *s = r->prefix; *s != '\0'; s++)
		if (*s < '!' || *s > '~' || *s == '\'' || *s == '"')
			return prog_bad_usage("--prefix: only printable characters without blanks and quotes");
	return check_mode(r);
}

static const char *
or_null(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

/* The request, as the options and the dataset have it; its days come later. */
static int
set_query(struct run *r, struct err *e)
{
	struct obpg_query *q = &r->query;
	struct url u;
	char *text;

	assert(r->ds != NULL);
	if (url_parse(r->search.service, &u, e) < 0)
		return -1;
	if (r->search.service[url_shown(r->search.service)] != '\0')
		return err_set(e, E_USAGE, "--search-url %s: a query in it", r->search.service);
	r->files_url = r->files_option != NULL ? mem_str(r->files_option, e) : obpg_files_url(r->search.service);
	if (r->files_url == NULL || url_parse(r->files_url, &u, e) < 0)
		return -1;
	if (!str_ends(r->files_url, "/"))
		return err_set(e, E_USAGE, "--files-url %s: it ends in no slash", r->files_url);
	if (r->sensor == NULL && r->sensor_id == NULL) {
		q->sensor = r->ds->sensor;
		q->sensor_id = r->ds->sensor_id;
	} else {
		q->sensor = or_null(r->sensor);
		q->sensor_id = or_null(r->sensor_id);
	}
	if (q->search == NULL)
		q->search = r->ds->search;
	q->search = or_null(q->search);
	q->more = r->more;
	text = obpg_query_url(r->search.service, q, e);	/* are the parameters all right? */
	free(text);
	return text == NULL ? -1 : 0;
}

static bool
is_range(const struct run *r)
{
	return r->from >= 0;
}

static void
say(const char *text)
{
	prog_say("%s", text);
}

/* Range mode lists what was listed before, unless it is asked to look at a state; it never changes one. */
static int
open_state(struct run *r, struct err *e)
{
	if (r->no_state || (is_range(r) && r->state_place == NULL))
		return 0;
	if (r->state_place == NULL &&
	    layout_path(r->o.root, LAYOUT_LIST_STATES, r->ds, PTYPE_COUNT, 0, r->ds->state, r->state_file, e) < 0)
		return -1;
	r->state.place = r->state_place != NULL ? r->state_place : r->state_file;
	r->state.files_url = r->files_url;
	r->state.warn = say;
	r->state.mode = r->o.dry_run || is_range(r) ? STATE_READ : STATE_UPDATE;
	if (state_open(&r->state, e) < 0)
		return -1;
	if (r->state.bad > 0)
		r->status = ST_SOME;
	return 0;
}

/* --from-file, or the means to ask the service. */
static int
open_input(struct run *r, struct err *e)
{
	if (r->from_file == NULL) {
		r->search.fetch.stall_timeout = r->search.max_time;
		r->fetch = fetch_new(&r->search.fetch, e);
		return r->fetch == NULL ? -1 : 0;
	}
	r->list_fd = strcmp(r->from_file, "-") == 0 ? dup(STDIN_FILENO) : open(r->from_file, O_RDONLY | O_CLOEXEC);
	if (r->list_fd >= 0)
		return 0;
	err_sys(e, "%s", r->from_file);
	e->code = E_USAGE;
	return -1;
}

static int
open_places(struct run *r, struct err *e)
{
	enum place_mode mode = r->o.dry_run ? PLACE_ASIS : PLACE_CREATE;

	if (notify_open(&r->notify, r->o.dry_run ? NULL : r->o.notify, e) < 0)
		return -1;
	if (r->lists_place != NULL && (r->store = store_open(r->lists_place, mode, e)) == NULL)
		return -1;
	if (r->announce_place != NULL && (r->queue = queue_open(r->announce_place, mode, e)) == NULL)
		return -1;
	if (r->pending_place != NULL && (r->pending.queue = queue_open(r->pending_place, mode, e)) == NULL)
		return -1;
	if (open_input(r, e) < 0)
		return -1;
	return open_state(r, e);
}

static int
set_up(struct run *r, struct err *e)
{
	if (dataset_of_option(r->o.dataset, &r->ds, e) < 0 || ptype_of_option(r->o.type, &r->type, e) < 0 ||
	    match_init(&r->match, r->ds, r->type, r->pattern, e) < 0 || set_query(r, e) < 0)
		return -1;
	r->found.match = &r->match;
	r->found.files_url = r->files_url;
	r->lists.ds = r->ds;
	r->lists.files_url = r->files_url;
	r->pending.warn = say;
	if (r->now < 0)
		r->now = clock_now();
	return open_places(r, e);
}

/* ---- searching ---- */

static void
asking(const char *url)
{
	prog_debug("Executing query_string %s", url);
}

static void
tell(const char *text)
{
	prog_info("%s", text);
}

static void
progress(size_t lines)
{
	prog_progress("%zu files", lines);
}

static int
ask_forward(struct run *r, struct err *e)
{
	int64_t last = r->state.place != NULL ? r->state.written : -1, since = window_since(r->now, r->days, last);
	char date[OBPG_DATE_SIZE];

	window_text(since, date);
	if (since < r->now - r->days * WINDOW_DAY)
		prog_info("%s: last changed %lld days ago; searching from %s", r->state.place,
		    (long long)((r->now - last) / WINDOW_DAY), date);
	r->query.psdate = date;
	return search_ask(&r->search, r->fetch, &r->query, &r->found, e);
}

/* A request a month, so that no answer is too long. */
static int
ask_range(struct run *r, struct err *e)
{
	char from[OBPG_DATE_SIZE], to[OBPG_DATE_SIZE];

	for (int64_t t = r->from, end; t <= r->to; t = end + WINDOW_DAY) {
		end = window_piece(t, r->to);
		window_text(t, from);
		window_text(end, to);
		r->query.sdate = from;
		r->query.edate = to;
		if (search_ask(&r->search, r->fetch, &r->query, &r->found, e) < 0)
			return -1;
	}
	return 0;
}

static int
ask(struct run *r, struct err *e)
{
	int ret;

	r->search.stop = prog_signal;
	r->search.asking = asking;
	r->search.tell = tell;
	r->search.progress = progress;
	ret = is_range(r) ? ask_range(r, e) : ask_forward(r, e);
	prog_progress_end();
	return ret;
}

/* An item of the run failed, or the run itself. */
static void
failed(struct run *r, const struct err *e)
{
	r->status = prog_failed(e, r->status);
	if (e->code != E_SIGNAL)
		notify_add(&r->notify, "%s\n", e->msg);
}

static void
complain(struct run *r)
{
	const struct found *f = &r->found;

	for (size_t i = 0; i < f->complaints.n; i++) {
		prog_say("%s", f->complaints.item[i]);
		notify_add(&r->notify, "%s\n", f->complaints.item[i]);
	}
	if (f->bad > f->complaints.n)
		prog_say("%zu more bad lines", f->bad - f->complaints.n);
	if (f->bad > 0 && r->status == ST_OK)
		r->status = ST_SOME;
}

/* What the input is called in messages. */
static const char *
input_name(const struct run *r)
{
	if (r->from_file == NULL)
		return "answer";
	return strcmp(r->from_file, "-") == 0 ? "standard input" : r->from_file;
}

static void
two_checksums(void *ctx, const struct entry *dropped, const struct entry *kept)
{
	const struct run *r = ctx;

	prog_say("%s: line %u: %s has another checksum in line %u, which is taken",
	    input_name(r), (unsigned)dropped->line, kept->key, (unsigned)kept->line);
}

/* Search, and find out what is new. */
static int
look(struct run *r, struct err *e)
{
	if (r->from_file != NULL ? search_read(r->list_fd, input_name(r), r->o.sep, &r->found, e) < 0 : ask(r, e) < 0)
		return -1;
	complain(r);
	entries_sort(&r->found.files, r->ds->sorts_last, two_checksums, r);
	return lists_select(&r->lists, &r->found.files, r->state.place != NULL ? &r->state.known : NULL, e);
}

/* ---- results ---- */

static char *
json_line(const struct run *r, const struct pick *p, struct err *e)
{
	char url[LIST_RECMAX], hex[ENTRY_HEX_SIZE], *text = NULL;
	json_t *j;

	(void)state_url(r->files_url, p->file->key, url, sizeof(url));
	entry_hex(p->file, hex);
	j = json_pack("{s:s, s:s, s:s, s:s*}", "url", url, "sha1", hex, "state", p->changed ? "changed" : "new", "list",
	    r->store != NULL ? r->lists.list[p->list].name : NULL);
	if (j != NULL)
		text = json_dumps(j, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(j);
	if (text == NULL)
		err_mem(e, url);
	return text;
}

/* All at once: the lists they are in have just been announced. */
static int
print_results(const struct run *r, struct err *e)
{
	for (size_t i = 0; i < r->lists.npicks; i++) {
		const struct pick *p = &r->lists.pick[i];
		char *line = r->o.json ? json_line(r, p, e) : lists_line(&r->lists, p, e);
		int rc = line != NULL ? fputs(line, stdout) : EOF;

		if (line == NULL)
			return -1;
		free(line);
		if (rc == EOF || putchar(r->o.sep) == EOF)
			return err_sys(e, "standard output");
	}
	return fflush(stdout) == EOF ? err_sys(e, "standard output") : 0;
}

static int
announce_lists(struct run *r, struct err *e)
{
	size_t sent;

	for (size_t i = 0; i < r->lists.nlists; i++)
		if (strlist_add(&r->names, r->lists.list[i].name, e) < 0)
			return -1;
	for (size_t i = 0; i < r->pending.names.n; i++)
		if (strlist_add(&r->names, r->pending.names.item[i], e) < 0)
			return -1;
	if (announce(r->queue, r->prefix, r->ds->key, &r->names, &sent, e) < 0)
		return -1;
	if (sent > 0)
		prog_info("Sent %zu lists in %zu messages to %s", r->names.n, sent, queue_name(r->queue));
	for (size_t i = 0; i < r->names.n; i++)
		prog_debug("Sent: %s", r->names.item[i]);
	return 0;
}

static int
remember(struct run *r, struct err *e)
{
	int32_t keep = (int32_t)(r->keep > r->days + 1 ? r->keep : r->days + 1);

	if (r->state.place == NULL || r->state.mode != STATE_UPDATE || r->lists.npicks == 0)
		return 0;
	return state_save(&r->state, &r->found.files, (int32_t)(r->now / WINDOW_DAY), keep, r->ds->sorts_last, e);
}

/* In this order nothing is lost by a failure or a kill in between; at most the announcement comes twice. */
static int
deliver(struct run *r, struct err *e)
{
	if (r->store != NULL && lists_put(&r->lists, r->store, e) < 0)
		return -1;
	for (size_t i = 0; r->store != NULL && i < r->lists.nlists; i++)
		prog_debug("File uploaded: %s/%s", r->ds->key, r->lists.list[i].name);
	if (r->queue != NULL && announce_lists(r, e) < 0)
		return -1;
	if (print_results(r, e) < 0 || remember(r, e) < 0)
		return -1;
	return pending_done(&r->pending, e);
}

static void
say_plan(const struct run *r)
{
	for (size_t i = 0; r->store != NULL && i < r->lists.nlists; i++)
		prog_say("would store %s/%s, %zu files", r->ds->key, r->lists.list[i].name, r->lists.list[i].n);
	if (r->queue != NULL && r->lists.nlists > 0)
		prog_say("would announce %zu lists to %s", r->lists.nlists, queue_name(r->queue));
}

/* ---- ends ---- */

/* One line, or more where it would be too long for the log. */
static void
final_log(const struct run *r)
{
	static const char *const sections[] = { "processed", NULL };
	size_t i = 0;

	do {
		struct finallog log = { .sections = sections, .bare_end = true };
		struct err e;
		char *line;

		finallog_field(&log, "unique_id", "%s", r->lists.id);
		finallog_field(&log, "dataset", "%s", r->ds->label);
		finallog_field(&log, "number_downloads", "%zu", r->lists.npicks);
		for (size_t n = 0; n < LOG_ENTRIES && i < r->lists.npicks; n++, i++) {
			line = lists_line(&r->lists, &r->lists.pick[i], &e);
			if (line != NULL)
				finallog_add(&log, 0, line);
			free(line);
		}
		line = finallog_line(&log, ROUTINE);
		if (line != NULL)
			prog_log(line);
		else
			prog_warn(&e);
		free(line);
		finallog_fini(&log);
	} while (i < r->lists.npicks);
}

static void
summary(const struct run *r)
{
	const struct lists *l = &r->lists;

	prog_debug("%zu lines, %zu files of other kinds, %zu bad lines", r->found.lines, r->found.others, r->found.bad);
	if (l->npicks == 0 && r->pending.names.n == 0)
		prog_info("No new downloads were found.");
	else
		prog_info("%s: %zu new, %zu changed, %zu known", r->ds->label, l->npicks - l->changed, l->changed,
		    l->seen);
}

static void
work(struct run *r)
{
	struct err e;
	bool done = false;

	if (look(r, &e) < 0) {
		failed(r, &e);
		if (r->status == ST_SOME)
			r->status = ST_USAGE;	/* nothing was done */
	} else if (r->o.dry_run) {
		say_plan(r);
		if (print_results(r, &e) < 0)
			failed(r, &e);
		done = true;
	} else if (prog_signal() == 0) {
		if (r->pending.queue != NULL && pending_take(&r->pending, &e) < 0)
			failed(r, &e);
		if (r->pending.rejected > 0 && r->status == ST_OK)
			r->status = ST_SOME;
		done = deliver(r, &e) == 0;
		if (!done)
			failed(r, &e);
	}
	if (done)
		summary(r);
	if (done && r->o.final_log && !r->o.dry_run)
		final_log(r);
}

static void
tear_down(struct run *r)
{
	struct err e;

	pending_release(&r->pending);
	queue_close(r->pending.queue);
	queue_close(r->queue);
	store_close(r->store);
	state_close(&r->state);
	fetch_free(r->fetch);
	if (r->list_fd >= 0)
		(void)close(r->list_fd);
	lists_fini(&r->lists);
	found_fini(&r->found);
	match_fini(&r->match);
	strlist_free(&r->names);
	free(r->files_url);
	if (notify_send(&r->notify, SUBJECT, &e) < 0)
		prog_warn(&e);
	notify_close(&r->notify);
}

int
main(int argc, char *argv[])
{
	static struct run r = {
		.o = OPTS_DEFAULTS, .days = 1, .keep = KEEP_DAYS, .now = -1, .from = -1, .to = -1, .list_fd = -1,
		.prefix = "generate",
		.query = { .dtype = "L2", .std_only = true, .crdate = true },
		.search = { .service = OBPG_SERVICE, .max_time = 300,
		    .fetch = { .parallel = 1, .min_interval = -1, .connect_timeout = 30,
		    .agent = "generate-dlc/" VERSION },
		    .retry = { .tries = 5, .base = 2, .cap = 60, .after_max = 300, .budget = 100,
		    .budget_max = 100 } },
	};
	struct err e;
	int c, status;

	prog_init(argv[0]);
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
	status = check_options(&r, argc - optind);
	if (status != 0)
		return status;
	if (set_up(&r, &e) < 0) {
		notify_add(&r.notify, "%s\n", e.msg);
		r.status = prog_fail(&e);
	} else {
		work(&r);
	}
	tear_down(&r);
	return prog_done(r.status);
}
