/* tokentool - operations of the token pool, one a call, for tests that kill them
 *
 *	tokentool POOL-DIR acquire DATASET [MAX [UID]]			prints UID DATASET-TOKENS FLOATING-TOKENS
 *	tokentool POOL-DIR assign DATASET UID N F QL R FLOATING		... for QL, R, FLOATING of N and F tokens
 *	tokentool POOL-DIR release DATASET UID {ql|r|all}		prints what was removed
 *	tokentool POOL-DIR one DATASET UID {ql|r|floating}		prints what is still held
 *	tokentool POOL-DIR cycle DATASET				acquire, assign, release of both
 *	tokentool POOL-DIR work DATASET SECONDS				the same, again and again
 *	tokentool POOL-DIR hold SECONDS					only the lock
 *	tokentool POOL-DIR check					prints POOL CAPACITY FREE HELD STORED
 *
 * The pools are aqua 5, terra 3, floating 2. TOKENTOOL_LEASE, TOKENTOOL_SKEW, TOKENTOOL_WAIT: seconds. With
 * TOKENTOOL_WITNESS, the name of a file, it holds a lock of the kernel on it whenever it holds that of the pool, and
 * ends with 99 when somebody else has it. Tokens stay when it ends (acquire, assign), unless TOKENTOOL_MORTAL is set.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "place/lease.h"
#include "place/tokens.h"

#define CALM 3		/* exit status: fewer than two tokens are free */
#define TWO_OWNERS 99

static const struct tokens_pool pools[] = { { "aqua", 5 }, { "terra", 3 }, { TOKENS_FLOATING, 2 }, { NULL, 0 } };
static const struct tokens_owner nobody;

static int witness = -1;

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
	if (event == TOKENS_LOCKED && witness >= 0 && flock(witness, LOCK_EX | LOCK_NB) < 0) {
		(void)fprintf(stderr, "two owners of the lock\n");
		_exit(TWO_OWNERS);
	}
	if (event == TOKENS_UNLOCKED && witness >= 0)
		(void)flock(witness, LOCK_UN);
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
	if (getenv("TOKENTOOL_MORTAL") == NULL && tokens_own(t, g.pool, g.uid, &nobody, &e) < 0)
		return fail(&e);
	return 0;
}

static int
assign(struct tokens *t, char *argv[])
{
	struct tokens_grant g = { .pool = argv[0], .dataset = number(argv[2]), .floating = number(argv[3]) }, back;
	struct tokens_shares s = { .ql = number(argv[4]), .r = number(argv[5]), .floating = number(argv[6]) };
	struct err e;

	(void)snprintf(g.uid, sizeof(g.uid), "%s", argv[1]);
	if (tokens_assign(t, &g, &s, &back, &e) < 0)
		return fail(&e);
	(void)printf("%d %d\n", back.dataset, back.floating);
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
	struct tokens_returned back;
	struct tokens_grant g;
	struct err e;
	int r = tokens_acquire(t, &rq, &g, &e);

	if (r == 0)
		return CALM;
	s.ql = g.dataset / 2;
	s.r = g.dataset / 3;
	s.floating = g.floating;
	if (r < 0 || tokens_assign(t, &g, &s, NULL, &e) < 0 ||
	    tokens_release(t, g.pool, g.uid, TOKENS_OF_REFINED, &back, &e) < 0 ||
	    tokens_release(t, g.pool, g.uid, TOKENS_OF_QUICKLOOK, &back, &e) < 0)
		return fail(&e);
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
hold(const char *place, const char *seconds)
{
	struct lease l = { .name = "lock", .who = "tokentool", .seconds = setting("TOKENTOOL_LEASE", 120),
		.skew = setting("TOKENTOOL_SKEW", 30) };
	const struct timespec moment = { .tv_nsec = 50000000 };
	double limit;
	struct err e;
	int r;

	l.param = param_open(place, PLACE_CREATE, &e);
	if (l.param == NULL || lease_take(&l, setting("TOKENTOOL_WAIT", 20), &e) < 0) {
		param_close(l.param);
		return fail(&e);
	}
	(void)printf("held\n");
	(void)fflush(stdout);
	limit = clock_steady() + number(seconds);
	while ((r = lease_keep(&l, &e)) == 0 && clock_steady() < limit)
		(void)nanosleep(&moment, NULL);
	if (r == 0)
		r = lease_drop(&l, &e);
	param_close(l.param);
	return r < 0 ? fail(&e) : 0;
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

		(void)printf("%s %d %d %d %d\n", s->pool, s->capacity, s->free, s->held, s->counter);
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
	if (strcmp(what, "assign") == 0 && argc == 7)
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
	struct tokens_options o = { .pools = pools, .who = "tokentool", .lease = setting("TOKENTOOL_LEASE", 120),
		.skew = setting("TOKENTOOL_SKEW", 30), .wait = setting("TOKENTOOL_WAIT", 20), .tell = on_event };
	const char *file = getenv("TOKENTOOL_WITNESS");
	struct tokens *t;
	struct err e;
	int ret;

	(void)access("tokentool begins", F_OK);		/* a mark in the list of system calls */
	if (argc < 3)
		return 2;
	if (file != NULL)
		witness = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (strcmp(argv[2], "hold") == 0 && argc == 4)
		return hold(argv[1], argv[3]);
	t = tokens_open(argv[1], &o, strcmp(argv[2], "check") == 0 ? PLACE_ASIS : PLACE_CREATE, &e);
	if (t == NULL)
		return fail(&e);
	ret = operate(t, argv[2], argc - 3, argv + 3);
	tokens_close(t);
	return ret;
}
