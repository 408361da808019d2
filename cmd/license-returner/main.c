/* license-returner - give back the tokens of finished workflows, and look after the token pool */

#include <stdlib.h>
#include <time.h>

#include "base/digest.h"
#include "base/mem.h"
#include "run/job.h"
#include "run/tokenpool.h"
#include "returner.h"

static const struct option_row rows[] = {
	{ 0, "tokens", "PLACE", OPT_TEXT, offsetof(struct returner, place),
	    "the pool: a directory, s3://BUCKET/PREFIX, or none:\n(GENERATE_POOL, else tokens in the shared tree)" },
	{ 0, "all", NULL, OPT_FLAG, offsetof(struct returner, all), "all tokens of the workflow, whatever the type" },
	{ 0, "status", NULL, OPT_FLAG, offsetof(struct returner, status), "print pools and reservations" },
	{ 0, "reap", NULL, OPT_FLAG, offsetof(struct returner, reap),
	    "return the tokens of workflows that have ended" },
	{ 0, "set-capacity", "POOL=N[,...]", OPT_TEXT, offsetof(struct returner, sizes), "change the size of pools" },
	{ 0, "force", NULL, OPT_FLAG, offsetof(struct returner, force),
	    "--reap: also old ones nobody can be asked about" },
	{ 0, "age", "HOURS", OPT_NUMBER(0, 8760), offsetof(struct returner, age), "--reap --force: how old (24)" },
	{ 0, "wait", "SECONDS", OPT_NUMBER(1, 86400), offsetof(struct returner, wait),
	    "how long to try when others change the pool (600)" },
	{ 0, "delay", "SECONDS", OPT_NUMBER(0, 3600), offsetof(struct returner, delay),
	    "sleep 1 to so many seconds first (0)" },
	OPT_END
};

static const struct program program = {
	.usage = "usage: license-returner -d DATASET {-t TYPE | --all} [options] [UNIQUE-ID ...]\n"
	    "       license-returner {--status | --reap | --set-capacity POOL=N} [options]\n"
	    "Give back the tokens that workflows hold, print what was returned; or look after the token pool.\n",
	.rows = rows,
	.common = COMMON_LIST | COMMON_DATASET | COMMON_TYPE | COMMON_DRY | COMMON_ROOT | COMMON_JOB | COMMON_STRICT |
	    COMMON_JSON | COMMON_FAILED | COMMON_NOTIFY | COMMON_FINAL_LOG,
	.subject = "Generate workflow error: LICENSE RETURNER error",
	.times = LOG_JOB,
};

/* One workflow: > 0 tokens were returned, 0 it held none, < 0 failed. */
static int
work(struct run *r, const char *uid, struct item *it)
{
	struct returner *p = (struct returner *)r;
	json_t *returned = json_array();
	struct tokens_returned back;
	int n = 0;

	item_set(it, "dataset", "s", r->ds->key);
	item_set(it, "type", "s", p->all ? "all" : ptype_name(r->type));
	item_set(it, "returned", "o", returned);
	if (!tokens_is_uid(uid))
		return err_set(&it->err, E_DATA, "%s: not a unique id", uid);
	log_begin(p, uid);
	if (tokens_release(p->tokens, r->ds->key, uid, p->all ? TOKENS_OF_ALL : r->type == PTYPE_QUICKLOOK ?
	    TOKENS_OF_QUICKLOOK : TOKENS_OF_REFINED, &back, &it->err) < 0)
		return -1;
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		char name[TOKENS_NAME_SIZE], line[TOKENS_NAME_SIZE + 30];

		if (!back.removed[k])
			continue;
		tokens_name(r->ds->key, uid, k, name);
		xsnprintf(line, sizeof(line), "%s\t%d\t%d", name, back.number[k], back.free[k]);
		strlist_push(&it->outputs, r->json ? name : line);
		(void)json_array_append_new(returned, json_pack("{s:s, s:i, s:i}", "reservation", name, "tokens",
		    back.number[k], "free", back.free[k]));
		n++;
	}
	log_returned(p, uid, &back);
	if (n == 0)
		prog_debug("%s: holds no tokens of %s", uid, r->ds->key);
	return n;
}

static void
on_event(void *ctx, enum tokens_event event, const char *text)
{
	const struct run *r = ctx;

	(void)text;
	if (event == TOKENS_WAITING)
		run_log(r, LOG_TOKENS, "Waiting for license retrieval...");
}

/* So that programs that were started together do not all change the pool at the same moment. */
static void
sleep_first(const struct returner *p)
{
	char uid[UID_SIZE];
	struct timespec ts = {0};

	if (p->delay <= 0)
		return;
	uid_new(uid);
	ts.tv_sec = 1 + (time_t)(strtoul(uid, NULL, 16) % (unsigned long)p->delay);
	run_log(&p->run, LOG_JOB, "Sleeping %ld seconds...", (long)ts.tv_sec);
	(void)nanosleep(&ts, NULL);
}

/* What only this program can see of wrong usage. */
static void
check_options(struct returner *p)
{
	const struct run *r = &p->run;
	struct tokens_pool sizes[TOKENS_POOLS];
	struct err e;

	p->run.no_items = p->status || p->reap || p->sizes != NULL;
	if (p->status + p->reap + (p->sizes != NULL) > 1)
		run_usage("only one of --status, --reap, --set-capacity");
	if (r->no_items && (r->nargs > 0 || r->job != NULL || p->all))
		run_usage("--status, --reap and --set-capacity are for the whole pool");
	if (p->force && !p->reap)
		run_usage("--force is for --reap");
	if (p->sizes != NULL && tokenpool_sizes("--set-capacity", p->sizes, sizes, &e) < 0)
		run_usage("%s", e.msg);
	if (!r->no_items && r->ds == NULL)
		run_usage("-d is missing: whose tokens?");
	if (!r->no_items && r->type == PTYPE_COUNT && !p->all)
		run_usage("-t or --all is missing: which tokens?");
}

int
main(int argc, char *argv[])
{
	struct returner p = { .age = 24, .wait = TOKENS_WAIT };
	struct tokens_options o = { .stop = prog_signal, .tell = on_event, .ctx = &p };
	char dir[LAYOUT_SIZE];
	const char *place;
	struct err e;
	int status;

	run_begin(&p.run, argc, argv, &program);
	check_options(&p);
	o.wait = (int)p.wait;
	place = tokenpool_place(p.place, p.run.root, dir, &e);
	if (place == NULL || run_open(&p.run, &e) < 0 || (p.tokens = tokenpool_open(place, &o,
	    p.run.dry_run || p.status ? PLACE_ASIS : PLACE_CREATE, &e)) == NULL)
		return run_abort(&p.run, &e);
	if (p.status) {
		care_status(&p);
	} else if (p.reap) {
		care_reap(&p);
	} else if (p.sizes != NULL) {
		care_sizes(&p);
	} else {
		run_log(&p.run, LOG_JOB, "Job identifier: %s", job_id());
		sleep_first(&p);
		run_list(&p.run, work);
	}
	status = run_end(&p.run, NULL);
	tokens_close(p.tokens);
	return status;
}
