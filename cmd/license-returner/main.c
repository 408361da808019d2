/* license-returner - give back the tokens of finished workflows, and look after the token pool */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/prog.h"
#include "base/digest.h"
#include "granule/dataset.h"
#include "granule/layout.h"
#include "place/engine.h"
#include "place/notify.h"
#include "place/tokens.h"
#include "record.h"
#include "status.h"

#define SUBJECT "Generate workflow error: LICENSE RETURNER error"
#define OLD (6 * 3600)			/* a reservation held longer than that is worth a warning */
#define REAP_AGE (15 * 60)		/* jobs of a younger one may not be known to the engine yet */

enum { OPT_TOKENS = OPT_OWN, OPT_ALL, OPT_STATUS, OPT_REAP, OPT_SET_CAPACITY, OPT_FORCE, OPT_AGE,
	OPT_TIMEOUT, OPT_DELAY };

static const struct option longopts[] = {
	{ "tokens", required_argument, NULL, OPT_TOKENS },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "status", no_argument, NULL, OPT_STATUS },
	{ "reap", no_argument, NULL, OPT_REAP },
	{ "set-capacity", required_argument, NULL, OPT_SET_CAPACITY },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "age", required_argument, NULL, OPT_AGE },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "delay", required_argument, NULL, OPT_DELAY },
	OPTS_COMMON_LONG,
	{ NULL, 0, NULL, 0 }
};

enum task { RETURN, STATUS, REAP, SET_CAPACITY };

struct run {
	struct opts o;
	const char *place;
	char default_place[LAYOUT_SIZE];
	enum task task;
	int ntasks;			/* task options given */
	const char *sizes;		/* --set-capacity */
	bool all, force;
	int age, wait, delay;		/* hours, seconds, seconds */
	const struct dataset *ds;
	enum ptype type;
	struct tokens *tokens;
	struct notify notify;
	double start;
	int status;
};

static void
usage(FILE *fp)
{
	(void)fputs(
	    "usage: license-returner -d DATASET {-t TYPE | --all} [options] [UNIQUE-ID ...]\n"
	    "       license-returner {--status | --reap | --set-capacity POOL=N} [options]\n"
	    "Give back the tokens that workflows hold, print what was returned; or look after the token pool.\n\n"
	    "      --tokens PLACE    the pool: a directory, s3://BUCKET/PREFIX or none: (GENERATE_POOL, else tokens in\n"
	    "                        the shared tree)\n"
	    "      --all             all tokens of the workflow, whatever the type\n"
	    "      --status          print pools and reservations\n"
	    "      --reap            return the tokens of workflows that have ended\n"
	    "      --set-capacity POOL=N[,...]\n"
	    "                        change the size of pools\n"
	    "      --force           --reap: also old ones nobody can be asked about\n"
	    "      --age HOURS       --reap --force: how old (24)\n"
	    "      --timeout SECONDS how long to try when others change the pool (600)\n"
	    "      --delay SECONDS   sleep 1 to so many seconds first\n\n", fp);
	opts_help(fp);
}

/* --- messages --------------------------------------------------------------------------------------------------- */

#define MAIN_INFO "return_license - INFO"
#define INFO "License - INFO"

static void
failed(struct run *r, const struct err *e)
{
	r->status = prog_failed(e, r->status);
	if (e->code != E_SIGNAL)
		notify_add(&r->notify, "%s\n", e->msg);
}

static void
on_event(void *ctx, enum tokens_event event, const char *text)
{
	struct run *r = ctx;

	if (event == TOKENS_WARNING) {
		prog_say("%s", text);
		notify_add(&r->notify, "%s\n", text);
	} else if (event == TOKENS_WAITING) {
		prog_log_from(r->o.final_log, INFO, "Waiting for license retrieval...");
		prog_debug("%s: another process changes it, waiting", r->place);
	}
}

/* One record on standard output, freed; NULL was an error of its maker. */
static void
put(struct run *r, char *text, struct err *e)
{
	if (text == NULL || list_put(text, r->o.sep, e) < 0)
		failed(r, e);
	free(text);
}

/* The lines of b as records, b freed. */
static void
put_lines(struct run *r, struct buf *b)
{
	struct err e;

	if (buf_text(b, &e) == NULL)
		failed(r, &e);
	else
		for (char *s = b->text, *end; s != NULL && (end = strchr(s, '\n')) != NULL; s = end + 1) {
			*end = '\0';
			if (list_put(s, r->o.sep, &e) < 0) {
				failed(r, &e);
				break;
			}
		}
	buf_free(b);
}

/* --- returning -------------------------------------------------------------------------------------------------- */

static void
say_returned(struct run *r, const struct record *rec)
{
	struct buf b = {0};
	struct err e;

	if (r->o.json) {
		put(r, record_json(rec, &e), &e);
	} else {
		for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
			if (rec->back.removed[k])
				put(r, record_line(rec, k, &e), &e);
	}
	if (r->o.final_log && rec->reason == NULL) {
		record_log(rec, &b);
		if (buf_text(&b, NULL) != NULL && b.len > 0) {
			b.text[b.len - 1] = '\0';
			prog_log(b.text);
		}
		buf_free(&b);
	}
	if (strcmp(rec->state, "nothing") == 0)
		prog_debug("%s: holds no tokens of %s", rec->uid, r->ds->key);
}

static void
say_final_log(struct run *r, const struct record *rec)
{
	struct err e;
	char *line;

	if (!r->o.final_log)
		return;
	line = record_final_log(rec, opts_job_id(), &e);
	if (line != NULL)
		prog_log(line);
	else
		prog_warn(&e);
	free(line);
}

static void
return_one(struct run *r, const char *uid)
{
	struct record rec = { .ds = r->ds, .type = r->type, .uid = uid, .state = "nothing" };
	double start = clock_steady();
	struct err e;

	if (!tokens_is_uid(uid)) {
		err_set(&e, E_DATA, "%s: not a unique id", uid);
		failed(r, &e);
		return;
	}
	rec.of = r->all ? TOKENS_OF_ALL : r->type == PTYPE_QUICKLOOK ? TOKENS_OF_QUICKLOOK : TOKENS_OF_REFINED;
	record_titles(&rec);
	prog_log_from(r->o.final_log, MAIN_INFO, "Unique identifier: %s", uid);
	prog_log_from(r->o.final_log, MAIN_INFO, "Dataset: %s", r->ds->label);
	prog_log_from(r->o.final_log, MAIN_INFO, "Processing type: %s", record_type(&rec));
	prog_log_from(r->o.final_log, INFO,
	    "Running license returner on %s %s with unique ID of %s.", r->ds->token,
	    r->all ? "all" : ptype_name(r->type), uid);
	if (tokens_release(r->tokens, r->ds->key, uid, rec.of, &rec.back, &e) < 0) {
		failed(r, &e);
		rec.state = "failed";
		rec.reason = e.msg;
		memset(&rec.back, 0, sizeof(rec.back));
	}
	for (enum tokens_kind k = TOKENS_QL; rec.reason == NULL && k < TOKENS_KINDS; k++)
		if (rec.back.removed[k])
			rec.state = r->o.dry_run ? "planned" : "returned";
	rec.seconds = clock_steady() - start;
	say_returned(r, &rec);
	if (rec.reason == NULL)
		say_final_log(r, &rec);
	record_free(&rec);
}

static void
return_list(struct run *r, int argc, char *argv[])
{
	enum list_result got = LIST_END;
	struct list_in in;
	struct err e;
	char *uid;

	list_open(&in, argc, argv, r->o.sep);
	while (prog_signal() == 0 && (got = list_next(&in, &uid, &e)) != LIST_END) {
		if (got == LIST_ITEM)
			return_one(r, uid);
		else
			failed(r, &e);
		if (got == LIST_FAILED)
			break;
	}
}

/* 0, or the status of a run that cannot begin. */
static int
return_job(struct run *r)
{
	struct strlist uids = {0};
	int status = 0;
	struct err e;

	if (opts_job_items(&r->o, &uids, &e) < 0)
		status = prog_fail(&e);
	for (size_t i = 0; status == 0 && i < uids.n && prog_signal() == 0; i++)
		return_one(r, uids.item[i]);
	strlist_free(&uids);
	return status;
}

/* So that programs that were started together do not all ask for the lock at the same moment. */
static void
sleep_first(const struct run *r)
{
	char uid[UID_SIZE];
	struct timespec ts = {0};

	if (r->delay <= 0)
		return;
	uid_new(uid);
	ts.tv_sec = 1 + (time_t)(strtoul(uid, NULL, 16) % (unsigned long)r->delay);
	prog_log_from(r->o.final_log, MAIN_INFO, "Sleeping %ld seconds...", (long)ts.tv_sec);
	(void)nanosleep(&ts, NULL);
}

static int
do_return(struct run *r, int argc, char *argv[])
{
	double s;
	long whole;
	int status = 0;

	prog_log_from(r->o.final_log, MAIN_INFO, "Job identifier: %s", opts_job_id());
	sleep_first(r);
	if (r->o.job != NULL)
		status = return_job(r);
	else
		return_list(r, argc, argv);
	s = clock_steady() - r->start;
	whole = (long)s;
	prog_log_from(r->o.final_log, MAIN_INFO,
	    "Total execution time: %ld:%02ld:%02ld.%06ld", whole / 3600, whole / 60 % 60, whole % 60,
	    (long)((s - (double)whole) * 1e6));
	return status;
}

/* --- looking after the pool ------------------------------------------------------------------------------------- */

static void
do_status(struct run *r)
{
	struct tokens_list l;
	struct buf b = {0};
	struct err e;

	if (tokens_list(r->tokens, &l, &e) < 0) {
		failed(r, &e);
		return;
	}
	if (r->o.json)
		status_json(&l, &b);
	else
		status_table(&l, &b);
	put_lines(r, &b);
	status_old(&l, OLD, &b);
	if (buf_text(&b, NULL) != NULL && b.len > 0) {
		notify_add(&r->notify, "%s", b.text);
		for (char *s = b.text, *end; (end = strchr(s, '\n')) != NULL; s = end + 1)
			prog_info("%.*s", (int)(end - s), s);
	}
	buf_free(&b);
	tokens_list_free(&l);
}

/* jobs is "ENGINE ID ID ..."; dead when the engine can be asked and none of them waits or runs. */
static enum owner_life
jobs_life(void *ctx, const char *jobs)
{
	const struct engine_opts eo = {0};
	enum engine_state state = ENGINE_PENDING;
	char *copy = mem_str(jobs, NULL), *save = NULL, *id;
	struct engine *en = NULL;
	bool alive = false;
	struct err e;

	(void)ctx;
	id = copy != NULL ? strtok_r(copy, " ", &save) : NULL;
	if (id != NULL)
		en = engine_open(id, &eo, &e);
	if (en != NULL && engine_limits(en)->runs) {	/* its jobs are known to the process that runs them only */
		engine_close(en);
		en = NULL;
	}
	while (en != NULL && (id = strtok_r(NULL, " ", &save)) != NULL) {
		if (engine_state(en, id, &state, &e) < 0) {
			engine_close(en);
			en = NULL;
		}
		alive |= state == ENGINE_PENDING || state == ENGINE_RUNNING;
	}
	free(copy);
	if (en == NULL) {
		prog_debug("%s: the engine cannot be asked", jobs);
		return OWNER_UNKNOWN;
	}
	engine_close(en);
	return alive ? OWNER_ALIVE : OWNER_DEAD;
}

static void
do_reap(struct run *r)
{
	struct tokens_reaping how = { .alive = jobs_life, .min_age = REAP_AGE };
	struct tokens_list l;
	struct err e;

	if (r->force)
		how.max_age = (int64_t)r->age * 3600;
	if (tokens_reap(r->tokens, &how, &l, &e) < 0) {
		failed(r, &e);
		return;
	}
	for (size_t i = 0; i < l.nres; i++) {
		const struct tokens_reservation *v = &l.res[i];

		put(r, mem_fmt(&e, r->o.json ? "{\"reservation\":\"%s\",\"tokens\":%d,\"state\":\"%s\"}" : "%s\t%d",
		    v->name, v->number, r->o.dry_run ? "planned" : "returned"), &e);
	}
	tokens_list_free(&l);
}

/* POOL=N,...: all are checked before the first is changed. */
static int
each_size(struct run *r, bool change, struct err *e)
{
	for (const char *s = r->sizes; *s != '\0';) {
		size_t n = strcspn(s, ","), key = strcspn(s, "=,");
		char pool[32], number[8];

		if (key == n || n - key > sizeof(number) || n - key < 2 || key >= sizeof(pool) ||
		    !str_digits(s + key + 1, n - key - 1) || n - key - 1 > 5)
			return err_set(e, E_USAGE, "--set-capacity %s: not POOL=N", r->sizes);
		(void)snprintf(pool, sizeof(pool), "%.*s", (int)key, s);
		(void)snprintf(number, sizeof(number), "%.*s", (int)(n - key - 1), s + key + 1);
		if (strcmp(pool, TOKENS_FLOATING) != 0 && dataset_find(pool) == NULL)
			return err_set(e, E_USAGE, "--set-capacity %s: there is no pool %s", r->sizes, pool);
		if (strtol(number, NULL, 10) > TOKENS_CAPACITY_MAX)
			return err_set(e, E_USAGE, "--set-capacity %s: more than %d", r->sizes, TOKENS_CAPACITY_MAX);
		if (change && tokens_set_capacity(r->tokens, strcmp(pool, TOKENS_FLOATING) == 0 ? pool :
		    dataset_find(pool)->key, (int)strtol(number, NULL, 10), e) < 0)
			return -1;
		s += s[n] == ',' ? n + 1 : n;
	}
	return 0;
}

static void
do_sizes(struct run *r)
{
	struct err e;

	if (each_size(r, true, &e) < 0)
		failed(r, &e);
	else
		do_status(r);
}

/* --- beginning and end ------------------------------------------------------------------------------------------ */

static int
open_pool(struct run *r, struct err *e)
{
	struct tokens_pool pools[TOKENS_POOLS + 1] = {0};
	struct tokens_options to = { .pools = pools, .capacities = getenv("GENERATE_TOKENS"),
		.wait = r->wait, .stop = prog_signal, .tell = on_event, .ctx = r };
	const struct dataset *ds;
	size_t n = 0;

	for (; (ds = dataset_at(n)) != NULL && n + 1 < TOKENS_POOLS; n++)
		pools[n] = (struct tokens_pool){ ds->key, ds->tokens };
	pools[n] = (struct tokens_pool){ TOKENS_FLOATING, TOKENS_FLOATING_DEFAULT };
	r->tokens = tokens_open(r->place, &to, r->o.dry_run || r->task == STATUS ? PLACE_ASIS : PLACE_CREATE, e);
	return r->tokens == NULL ? -1 : 0;
}

static int
run(struct run *r, int argc, char *argv[])
{
	int status = 0;
	struct err e;

	if (notify_open(&r->notify, r->o.dry_run ? NULL : r->o.notify, &e) < 0 || open_pool(r, &e) < 0) {
		status = prog_fail(&e);
		goto out;
	}
	switch (r->task) {
	case RETURN: status = do_return(r, argc, argv); break;
	case STATUS: do_status(r); break;
	case REAP: do_reap(r); break;
	case SET_CAPACITY: do_sizes(r); break;
	}
	if (notify_send(&r->notify, SUBJECT, &e) < 0)
		prog_warn(&e);
	if (status == 0)
		status = opts_job_status(&r->o, r->status);
out:
	tokens_close(r->tokens);
	notify_close(&r->notify);
	return status;
}

static int
check_return(struct run *r, int nargs)
{
	struct err e;

	if (r->o.job != NULL && nargs > 0)
		return prog_bad_usage("--job and unique ids on the command line");
	if (r->force)
		return prog_bad_usage("--force is for --reap");
	if (r->o.dataset == NULL)
		return prog_bad_usage("-d is missing: whose tokens?");
	if (r->o.type == NULL && !r->all)
		return prog_bad_usage("-t or --all is missing: which tokens?");
	if (dataset_of_option(r->o.dataset, &r->ds, &e) < 0 || ptype_of_option(r->o.type, &r->type, &e) < 0 ||
	    (r->o.job != NULL && opts_index(&r->o, &e) < 0))
		return prog_fail(&e);
	return 0;
}

/* What must hold before anything is opened; 0, or the status to end with. */
static int
check_options(struct run *r, int nargs)
{
	struct err e;

	if (r->o.outdir != NULL)
		return prog_bad_usage("-o: nothing is written into files");
	if (r->ntasks > 1)
		return prog_bad_usage("only one of --status, --reap, --set-capacity");
	if (r->ntasks == 1 && (nargs > 0 || r->o.job != NULL || r->all))
		return prog_bad_usage("--status, --reap and --set-capacity are for the whole pool");
	if (r->sizes != NULL && each_size(r, false, &e) < 0)
		return prog_fail(&e);
	if (r->place == NULL)
		r->place = getenv("GENERATE_POOL");
	if (r->place == NULL || *r->place == '\0') {
		if (layout_dir(r->o.root, LAYOUT_TOKENS, NULL, PTYPE_COUNT, 0, r->default_place, &e) < 0)
			return prog_fail(&e);
		r->place = r->default_place;
	}
	return r->task == RETURN ? check_return(r, nargs) : 0;
}

static void
set_task(struct run *r, enum task task)
{
	r->ntasks += r->task != task;
	r->task = task;
}

static bool
own_option(struct run *r, int c, const char *arg)
{
	switch (c) {
	case OPT_TOKENS: r->place = arg; return true;
	case OPT_ALL: r->all = true; return true;
	case OPT_STATUS: set_task(r, STATUS); return true;
	case OPT_REAP: set_task(r, REAP); return true;
	case OPT_SET_CAPACITY: set_task(r, SET_CAPACITY); r->sizes = arg; return true;
	case OPT_FORCE: r->force = true; return true;
	case OPT_AGE: r->age = (int)prog_num("--age", arg, 0, 8760); return true;
	case OPT_TIMEOUT: r->wait = (int)prog_num("--timeout", arg, 1, 86400); return true;
	case OPT_DELAY: r->delay = (int)prog_num("--delay", arg, 0, 3600); return true;
	default: return opts_common(&r->o, c, arg);
	}
}

int
main(int argc, char *argv[])
{
	struct run r = { .o = OPTS_DEFAULTS, .age = 24, .wait = TOKENS_WAIT };
	int c, status;

	prog_init(argv[0]);
	r.start = clock_steady();
	while ((c = getopt_long(argc, argv, OPTS_COMMON_SHORT, longopts, NULL)) != -1)
		switch (c) {
		case OPT_HELP: usage(stdout); return prog_done(ST_OK);
		case OPT_VERSION: return prog_version();
		default:
			if (own_option(&r, c, optarg))
				break;
			usage(stderr);
			return ST_USAGE;
		}
	opts_finish(&r.o);
	status = check_options(&r, argc - optind);
	if (status != 0)
		return status;
	return prog_done(run(&r, argc - optind, argv + optind));
}
