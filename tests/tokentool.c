/* tokentool - operations of the token pool, one a call, for tests that kill them
 *
 *	tokentool POOL-DIR acquire DATASET [MAX [UID]]			prints UID DATASET-TOKENS FLOATING-TOKENS
 *	tokentool POOL-DIR assign DATASET UID QL R FLOATING		prints whether there were any
 *	tokentool POOL-DIR release DATASET UID {ql|r|all}		prints what was removed
 *	tokentool POOL-DIR one DATASET UID {ql|r|floating}		prints what is still held
 *	tokentool POOL-DIR cycle DATASET				acquire, assign, release of both
 *	tokentool POOL-DIR work DATASET SECONDS				the same, again and again
 *	tokentool POOL-DIR check					prints POOL CAPACITY FREE HELD
 *
 * The pools are aqua 5, terra 3, floating 2. TOKENTOOL_WAIT: seconds. Tokens stay when it ends (acquire, assign),
 * unless TOKENTOOL_MORTAL is set.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "place/tokens.h"

#define CALM 3		/* exit status: fewer than two tokens are free */

static const struct tokens_pool pools[] = { { "aqua", 5 }, { "terra", 3 }, { TOKENS_FLOATING, 2 }, { NULL, 0 } };
static const struct tokens_owner nobody;

static int
number(const char *s)
{
	return (int)strtol(s, NULL, 10);
}

static int
setting(const char *name, int otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? number(s) : otherwise;
}

static void
on_event(void *ctx, enum tokens_event event, const char *text)
{
	(void)ctx;
	if (event == TOKENS_WARNING)
		(void)fprintf(stderr, "%s\n", text);
}

static int
fail(const struct err *e)
{
	(void)fprintf(stderr, "%s\n", e->msg);
	return 1;
}

static int
acquire(struct tokens *t, int argc, char *argv[])
{
	struct tokens_request rq = { .pool = argv[0], TOKENS_REQUEST_DEFAULTS };
	struct tokens_grant g;
	struct err e;
	int r;

	rq.max = argc > 1 ? number(argv[1]) : 0;
	rq.uid = argc > 2 ? argv[2] : NULL;
	r = tokens_acquire(t, &rq, &g, &e);
	if (r < 0)
		return fail(&e);
	(void)printf("%s %d %d\n", r > 0 ? g.uid : "none", g.dataset, g.floating);
	if (r == 0)
		return CALM;
	if (getenv("TOKENTOOL_MORTAL") == NULL && tokens_assign(t, rq.pool, g.uid, NULL, &nobody, &e) < 0)
		return fail(&e);
	return 0;
}

static int
assign(struct tokens *t, char *argv[])
{
	struct tokens_shares s = { .ql = number(argv[2]), .r = number(argv[3]), .floating = number(argv[4]) };
	struct err e;

	int r = tokens_assign(t, argv[0], argv[1], &s, NULL, &e);

	if (r < 0)
		return fail(&e);
	(void)printf("%d\n", r);
	return 0;
}

static int
release(struct tokens *t, char *argv[])
{
	enum tokens_of of = strcmp(argv[2], "ql") == 0 ? TOKENS_OF_QUICKLOOK : strcmp(argv[2], "r") == 0 ?
	    TOKENS_OF_REFINED : TOKENS_OF_ALL;
	struct tokens_returned back;
	struct err e;

	if (tokens_release(t, argv[0], argv[1], of, &back, &e) < 0)
		return fail(&e);
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		(void)printf("%d%s", back.removed[k] ? back.number[k] : 0, k == TOKENS_FL ? "\n" : " ");
	return 0;
}

static int
one(struct tokens *t, char *argv[])
{
	enum tokens_kind k = strcmp(argv[2], "ql") == 0 ? TOKENS_QL : strcmp(argv[2], "r") == 0 ? TOKENS_R : TOKENS_FL;
	struct err e;
	int r = tokens_release_one(t, argv[0], argv[1], k, &e);

	if (r < 0)
		return fail(&e);
	(void)printf("%d\n", r);
	return 0;
}

static int
cycle(struct tokens *t, const char *dataset)
{
	struct tokens_request rq = { .pool = dataset, TOKENS_REQUEST_DEFAULTS };
	struct tokens_shares s = {0};
	struct tokens_returned refined, quicklook;
	struct tokens_grant g;
	struct err e;
	int r = tokens_acquire(t, &rq, &g, &e);

	if (r == 0)
		return CALM;
	s.ql = g.dataset / 2;
	s.r = g.dataset / 3;
	s.floating = g.floating;
	if (r < 0 || tokens_assign(t, dataset, g.uid, &s, NULL, &e) < 0 ||
	    tokens_release(t, dataset, g.uid, TOKENS_OF_REFINED, &refined, &e) < 0 ||
	    tokens_release(t, dataset, g.uid, TOKENS_OF_QUICKLOOK, &quicklook, &e) < 0)
		return fail(&e);
	if (refined.number[TOKENS_R] != s.r || quicklook.number[TOKENS_QL] != s.ql ||
	    quicklook.number[TOKENS_FL] != s.floating) {
		(void)fprintf(stderr, "%s: tokens are lost\n", g.uid);
		return 1;
	}
	return 0;
}

static int
work(struct tokens *t, const char *dataset, double seconds)
{
	double limit = clock_steady() + seconds;
	int r = 0;

	while (clock_steady() < limit && (r == 0 || r == CALM))
		r = cycle(t, dataset);
	return r == CALM ? 0 : r;
}

static int
check(struct tokens *t)
{
	struct tokens_list l;
	struct err e;
	int bad = 0;

	if (tokens_list(t, &l, &e) < 0)
		return fail(&e);
	for (size_t i = 0; i < l.npools; i++) {
		const struct tokens_state *s = &l.pool[i];

		(void)printf("%s %d %d %d\n", s->pool, s->capacity, s->free, s->held);
		bad |= s->free + s->held != s->capacity;
	}
	tokens_list_free(&l);
	return bad;
}

static int
operate(struct tokens *t, const char *what, int argc, char *argv[])
{
	if (strcmp(what, "check") == 0)
		return check(t);
	if (strcmp(what, "acquire") == 0 && argc >= 1)
		return acquire(t, argc, argv);
	if (strcmp(what, "assign") == 0 && argc == 5)
		return assign(t, argv);
	if (strcmp(what, "release") == 0 && argc == 3)
		return release(t, argv);
	if (strcmp(what, "one") == 0 && argc == 3)
		return one(t, argv);
	if (strcmp(what, "cycle") == 0 && argc == 1)
		return cycle(t, argv[0]);
	if (strcmp(what, "work") == 0 && argc == 2)
		return work(t, argv[0], strtod(argv[1], NULL));
	(void)fprintf(stderr, "tokentool: wrong arguments\n");
	return 2;
}

int
main(int argc, char *argv[])
{
	struct tokens_options o = { .pools = pools, .who = "tokentool", .wait = setting("TOKENTOOL_WAIT", 20),
	    .tell = on_event };
	struct tokens *t;
	struct err e;
	int ret;

	(void)access("tokentool begins", F_OK);		/* a mark in the list of system calls */
	if (argc < 3)
		return 2;
	t = tokens_open(argv[1], &o, strcmp(argv[2], "check") == 0 ? PLACE_ASIS : PLACE_CREATE, &e);
	if (t == NULL)
		return fail(&e);
	ret = operate(t, argv[2], argc - 3, argv + 3);
	tokens_close(t);
	return ret;
}
