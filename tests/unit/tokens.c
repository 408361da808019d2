/* The token pool: the worked examples, who gets what, the lock, damage, the dead. */

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "place/param.h"
#include "place/tokens.h"
#include "tap.h"

static const struct tokens_pool pools[] = {
	{ "aqua", 13 }, { "terra", 13 }, { "viirs", 7 }, { "jpss1", 6 }, { TOKENS_FLOATING, 2 }, { NULL, 0 }
};

static const struct tokens_owner nobody;
static struct err e;
static char warning[ERR_MSGMAX];
static int waits;

static void
tell(void *ctx, enum tokens_event event, const char *text)
{
	(void)ctx;
	waits += event == TOKENS_WAITING;
	if (event == TOKENS_WARNING)
		(void)snprintf(warning, sizeof(warning), "%s", text);
}

static struct tokens_options
options(void)
{
	warning[0] = '\0';
	waits = 0;
	return (struct tokens_options){ .pools = pools, .who = "test 1", .wait = 20, .tell = tell };
}

static void
set(const char *place, const char *name, const char *value)
{
	struct param *p = param_open(place, PLACE_CREATE, &e);

	if (p == NULL || (value != NULL ? param_set(p, name, value, NULL, &e) : param_delete(p, name, &e)) < 0)
		tap_ok(0, __FILE__, __LINE__, "%s", e.msg);
	param_close(p);
}

/* The value, "-" when there is none, "?" when it is damaged. */
static const char *
get(const char *place, const char *name)
{
	static struct param_value v;
	struct param *p = param_open(place, PLACE_ASIS, &e);
	int r = p != NULL ? param_get(p, name, &v, &e) : -1;

	param_close(p);
	return r > 0 ? v.text : r == 0 ? "-" : "?";
}

/* Names that begin so. */
static int
add_name(void *ctx, const char *name, struct err *err)
{
	(void)err;
	buf_add(ctx, "%s%s", ((struct buf *)ctx)->len > 0 ? " " : "", name);
	return 0;
}

static const char *
names(const char *place, const char *prefix)
{
	static struct buf b;
	struct param *p = param_open(place, PLACE_ASIS, &e);

	buf_free(&b);
	(void)param_list(p, prefix, add_name, &b, &e);
	param_close(p);
	return buf_text(&b, &e);
}

static struct tokens *
pool(const char *place)
{
	struct tokens_options o = options();
	struct tokens *t = tokens_open(place, &o, PLACE_CREATE, &e);

	if (t == NULL)
		tap_ok(0, __FILE__, __LINE__, "%s", e.msg);
	return t;
}

/* A new pool of so many tokens. */
static struct tokens *
new_pool(const char *place, const char *name, int n, int floating)
{
	struct tokens_options o = options();
	struct tokens *t;
	char text[64];

	(void)snprintf(text, sizeof(text), "%s=%d,floating=%d", name, n, floating);
	o.capacities = text;
	t = tokens_open(place, &o, PLACE_CREATE, &e);
	if (t == NULL)
		tap_ok(0, __FILE__, __LINE__, "%s", e.msg);
	return t;
}

static const char *
state(struct tokens *t, const char *name)
{
	static char text[64];
	struct tokens_list l;

	text[0] = '\0';
	if (tokens_list(t, &l, &e) < 0)
		return e.msg;
	for (size_t i = 0; i < l.npools; i++)
		if (strcmp(l.pool[i].pool, name) == 0)
			(void)snprintf(text, sizeof(text), "%d=%d+%d", l.pool[i].capacity, l.pool[i].free,
			    l.pool[i].held);
	tokens_list_free(&l);
	return text;
}

static int
reservations(struct tokens *t)
{
	struct tokens_list l;
	int n = -1;

	if (tokens_list(t, &l, &e) == 0)
		n = (int)l.nres;
	tokens_list_free(&l);
	return n;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static void
opening(void)
{
	static const char *const bad[] = { "aqua", "aqua=", "aqua=x", "aqua=-1", "aqua=99999", "aqua=1,,", "moon=1",
		"=1", "aqua=1;terra=2" };
	struct tokens_options o = options();
	struct tokens_pool wrong[] = { { "aqua", 1 }, { NULL, 0 } };
	struct tokens *t;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		o.capacities = bad[i];
		ok(tokens_open("x", &o, PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "no capacities: %s", e.msg);
	}
	o.capacities = NULL;
	ok(tokens_open("ssm:prefix", &o, PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "ssm: %s", e.msg);
	o.who = "a \"name\"";
	ok(tokens_open("x", &o, PLACE_CREATE, &e) == NULL && e.code == E_DATA, "no name: %s", e.msg);
	o = options();
	o.pools = wrong;
	ok(tokens_open("x", &o, PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "no floating pool: %s", e.msg);
	ok(!file_exists("x/.guard"), "nothing was made");

	o = options();
	o.capacities = "aqua=3,floating=1";
	t = tokens_open("first", &o, PLACE_CREATE, &e);
	is_str(names("first", ""), "", "a new pool is empty");
	is_str(state(t, "aqua"), "3=3+0", "... and has what it was told");
	is_int(tokens_set_capacity(t, "terra", 5, &e), 0, "the first change");
	is_str(names("first", ""),
	    "aqua aqua-capacity floating floating-capacity jpss1 jpss1-capacity terra terra-capacity viirs "
	    "viirs-capacity", "... records the capacities");
	is_str(get("first", "aqua-capacity"), "3", "... as they were told");
	is_str(get("first", "viirs-capacity"), "7", "... or by default");
	is_str(get("first", "terra"), "5", "... and what is free");
	tokens_close(t);
	t = pool("first");
	is_str(state(t, "aqua"), "3=3+0", "later defaults do not count");
	tokens_close(t);
	tokens_close(NULL);
}

static void
ids(void)
{
	static const char *const good[] = { "8720", "1000", "0000", "1f2e3d4c", "00000000", "12345678" };
	static const char *const bad[] = { "", "872", "87200", "872a", "1F2E3D4C", "1f2e3d4", "1f2e3d4c5", "1f2e3d4g",
		"-720", "8720-ql", "../../.." };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(tokens_is_uid(good[i]), "'%s' is an id", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!tokens_is_uid(bad[i]), "'%s' is none", bad[i]);
}

/* --- who gets what ---------------------------------------------------------------------------------------------- */

/* n free of the dataset, f free floating ones; what a workflow gets that wants all. */
static void
grants(void)
{
	static const struct {
		int n, f, max, max_floating, want_n, want_f;
	} row[] = {
		{ 13, 1, 0, 1, 13, 1 }, { 13, 2, 0, 1, 13, 1 }, { 13, 0, 0, 1, 13, 0 }, { 7, 1, 0, 1, 7, 1 },
		{ 6, 1, 0, 1, 6, 1 }, { 3, 0, 0, 1, 3, 0 }, { 2, 1, 0, 1, 2, 1 }, { 2, 0, 0, 1, 2, 0 },
		{ 1, 1, 0, 1, 1, 1 }, { 1, 0, 0, 1, -1, 0 }, { 0, 1, 0, 1, -1, 1 }, { 0, 2, 0, 1, -1, 1 },
		{ 0, 2, 0, 2, 0, 2 }, { 0, 0, 0, 1, -1, 0 },
		/* wanting less than all */
		{ 13, 2, 3, 1, 3, 0 }, { 2, 2, 3, 1, 2, 1 }, { 2, 2, 3, 2, 2, 1 }, { 1, 2, 4, 2, 1, 2 },
		{ 13, 2, 1, 1, 1, 0 }, { 0, 2, 1, 1, 0, 1 }, { 0, 0, 1, 1, -1, 0 }, { 5, 2, 8, 0, 5, 0 },
		{ 1, 2, 8, 0, -1, 0 },
	};
	char text[64], place[32];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tokens_request rq = { .pool = "terra", .max = row[i].max, .min = 2,
			.max_floating = row[i].max_floating };
		bool granted = row[i].want_n >= 0;
		struct tokens_grant g;
		struct tokens *t;

		(void)snprintf(place, sizeof(place), "grants%zu", i);
		t = new_pool(place, "terra", row[i].n, row[i].f);
		is_int(tokens_acquire(t, &rq, &g, &e), granted, "%d+%d free, %d wanted", row[i].n, row[i].f,
		    row[i].max);
		if (granted) {
			is_int(g.dataset, row[i].want_n, "... of the dataset");
			is_int(g.floating, row[i].want_f, "... floating");
		}
		(void)snprintf(text, sizeof(text), "%d=%d+%d", row[i].n, granted ? row[i].n - g.dataset : row[i].n,
		    granted ? g.dataset : 0);
		is_str(state(t, "terra"), text, "... held and free");
		is_int(reservations(t), (granted && g.dataset > 0) + (granted && g.floating > 0), "... reservations");
		tokens_close(t);
	}
}

/* The division of what was granted, as partition does it: tokens held and returned at once. */
static void
shares(void)
{
	static const struct {
		int n, f, ql, r, fl, back;
	} row[] = {
		{ 13, 1, 13, 0, 1, 0 }, { 13, 1, 0, 6, 1, 7 }, { 13, 1, 7, 6, 1, 0 }, { 13, 0, 0, 6, 0, 7 },
		{ 13, 0, 7, 6, 0, 0 }, { 7, 1, 0, 3, 1, 4 }, { 7, 1, 4, 3, 1, 0 }, { 6, 1, 0, 2, 1, 4 },
		{ 6, 1, 3, 3, 1, 0 }, { 3, 0, 0, 1, 0, 2 }, { 3, 0, 2, 1, 0, 0 }, { 2, 1, 0, 0, 1, 2 },
		{ 2, 1, 1, 1, 1, 0 }, { 2, 0, 0, 1, 0, 1 }, { 2, 0, 1, 1, 0, 0 }, { 1, 1, 0, 0, 1, 1 },
		{ 1, 1, 1, 0, 1, 0 }, { 5, 1, 0, 0, 0, 5 }, { 5, 1, 2, 1, 0, 2 },
	};
	char name[TOKENS_NAME_SIZE], text[16], place[32];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tokens_request rq = { .pool = "aqua", .uid = "8720", TOKENS_REQUEST_DEFAULTS };
		struct tokens_shares s = { .ql = row[i].ql, .r = row[i].r, .floating = row[i].fl, .owner = &nobody };
		const int want[] = { row[i].ql, row[i].r, row[i].fl };
		static const char *const kind[] = { "ql", "r", "floating" };
		struct tokens_grant g, back;
		struct tokens *t;

		(void)snprintf(place, sizeof(place), "shares%zu", i);
		t = new_pool(place, "aqua", row[i].n, row[i].f);
		is_int(tokens_acquire(t, &rq, &g, &e), 1, "%d, %d", row[i].n, row[i].f);
		is_int(tokens_assign(t, &g, &s, &back, &e), 0, "... %d, %d, %d", row[i].ql, row[i].r, row[i].fl);
		is_int(back.dataset, row[i].back, "... given back");
		for (size_t k = 0; k < 3; k++) {
			(void)snprintf(name, sizeof(name), "aqua-8720-%s", kind[k]);
			(void)snprintf(text, sizeof(text), "%d", want[k]);
			is_str(get(place, name), want[k] > 0 ? text : "-", "... %s", name);
		}
		(void)snprintf(text, sizeof(text), "%d", row[i].back);
		is_str(get(place, "aqua"), text, "... free again");
		tokens_close(t);
	}
}

static void
impossible(void)
{
	struct tokens_request rq = { .pool = "moon", TOKENS_REQUEST_DEFAULTS };
	struct tokens_shares s = { .ql = 1 };
	struct tokens_returned back;
	struct tokens_grant g;
	struct tokens *t = pool("impossible");

	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_USAGE, "another pool: %s", e.msg);
	rq.pool = TOKENS_FLOATING;
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_USAGE, "the floating one: %s", e.msg);
	rq.pool = "aqua";
	rq.uid = "x";
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_USAGE, "a bad id: %s", e.msg);
	rq.uid = "8720";
	rq.max = 2;
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "an older id");
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_DATA, "... once: %s", e.msg);
	is_str(state(t, "aqua"), "13=11+2", "... takes nothing then");
	s.ql = 3;
	ok(tokens_assign(t, &g, &s, NULL, &e) < 0 && e.code == E_DATA, "more than granted: %s", e.msg);
	s.ql = s.r = 1;
	g.dataset = 5;
	s.r = 4;
	ok(tokens_assign(t, &g, &s, NULL, &e) < 0 && e.code == E_DATA, "more than is recorded: %s", e.msg);
	s = (struct tokens_shares){ .floating = 1 };
	ok(tokens_assign(t, &g, &s, NULL, &e) < 0 && e.code == E_DATA, "a floating one: %s", e.msg);
	is_int(tokens_release(t, "aqua", "8720", TOKENS_OF_ALL, &back, &e), 0, "given back");
	s = (struct tokens_shares){ .ql = 1 };
	ok(tokens_assign(t, &g, &s, NULL, &e) < 0 && e.code == E_DATA, "nothing is there any more: %s", e.msg);
	ok(tokens_release(t, "moon", "8720", TOKENS_OF_ALL, &back, &e) < 0 && e.code == E_USAGE, "not of another pool");
	ok(tokens_release(t, "aqua", "../x", TOKENS_OF_ALL, &back, &e) < 0 && e.code == E_DATA, "not of what is no id");
	ok(tokens_set_capacity(t, "aqua", -1, &e) < 0 && e.code == E_USAGE, "no negative size");
	tokens_close(t);
}

/* --- giving back ------------------------------------------------------------------------------------------------ */

/* Pools shared with older programs: their flag is there, and the count of free tokens is what they go by. */
static struct tokens *
older(const char *place, const char *terra, const char *floating, const char *ql, const char *r, const char *fl)
{
	set(place, "retrieving-license", "False");
	set(place, "terra", terra);
	set(place, "floating", floating);
	if (ql != NULL)
		set(place, "terra-8720-ql", ql);
	if (r != NULL)
		set(place, "terra-8720-r", r);
	if (fl != NULL)
		set(place, "terra-8720-floating", fl);
	return pool(place);
}

static void
is_back(const struct tokens_returned *b, const char *want, const char *name)
{
	char got[64];

	(void)snprintf(got, sizeof(got), "%d%s%s %d%s%s %d%s%s", b->number[0], b->located[0] ? "l" : "",
	    b->removed[0] ? "r" : "", b->number[1], b->located[1] ? "l" : "", b->removed[1] ? "r" : "", b->number[2],
	    b->located[2] ? "l" : "", b->removed[2] ? "r" : "");
	is_str(got, want, "%s", name);
}

static void
worked_examples(void)
{
	struct tokens *t = older("ex1", "0", "1", "2", "2", "1");
	struct tokens_returned b;

	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_QUICKLOOK, &b, &e), 0, "quicklook while refined runs");
	is_back(&b, "2lr 0 1lr", "... gives back its own and the floating one");
	is_str(get("ex1", "terra"), "2", "... free");
	is_str(get("ex1", "floating"), "2", "... floating");
	is_str(names("ex1", "terra-"), "terra-8720-r", "... refined's stay");
	is_str(get("ex1", "retrieving-license"), "False", "... the flag");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_QUICKLOOK, &b, &e), 0, "again");
	is_back(&b, "0 0 0", "... nothing is found");
	is_str(get("ex1", "terra"), "2", "... nothing added");
	tokens_close(t);

	t = older("ex2", "0", "1", "2", "2", "1");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_REFINED, &b, &e), 0, "refined while quicklook runs");
	is_back(&b, "2l 2lr 0", "... sees quicklook's, gives back its own");
	is_str(get("ex2", "terra"), "2", "... free");
	is_str(get("ex2", "floating"), "1", "... floating as before");
	is_str(names("ex2", "terra-"), "terra-8720-floating terra-8720-ql", "... quicklook's stay");
	tokens_close(t);

	t = older("ex3", "0", "1", NULL, "6", "1");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_REFINED, &b, &e), 0, "refined alone");
	is_back(&b, "0 6lr 1lr", "... with the floating one");
	is_str(get("ex3", "terra"), "6", "... free");
	is_str(get("ex3", "floating"), "2", "... floating");
	tokens_close(t);

	t = older("ex4", "3", "1", NULL, NULL, "1");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_REFINED, &b, &e), 0, "refined on the floating one");
	is_back(&b, "0 0 1lr", "... gives it back");
	is_str(get("ex4", "terra"), "3", "... free as before");
	is_str(get("ex4", "floating"), "2", "... floating");
	is_int(tokens_release(t, "jpss1", "8720", TOKENS_OF_REFINED, &b, &e), 0, "nothing to return");
	is_back(&b, "0 0 0", "... found");
	tokens_close(t);

	t = older("ex5", "12", "2", "2", NULL, NULL);
	set("ex5", "terra-capacity", "13");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_QUICKLOOK, &b, &e), 0, "more than there can be");
	is_str(get("ex5", "terra"), "13", "... is not counted");
	ok(strstr(warning, "13") != NULL, "... and told: %s", warning);
	tokens_close(t);
}

/* The floating token goes with the type its note names. */
static void
floating_owner(void)
{
	static const struct {
		bool refined;
		enum tokens_of of;
		const char *want;
	} row[] = {
		{ false, TOKENS_OF_QUICKLOOK, "1lr 0 1lr" }, { false, TOKENS_OF_REFINED, "1l 1lr 0" },
		{ true, TOKENS_OF_QUICKLOOK, "1lr 0 0" }, { true, TOKENS_OF_REFINED, "1l 1lr 1lr" },
		{ false, TOKENS_OF_ALL, "1lr 1lr 1lr" },
	};
	char place[32];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tokens_request rq = { .pool = "terra", .uid = "1f2e3d4c", .max = 3, TOKENS_REQUEST_DEFAULTS };
		struct tokens_shares s = { .ql = 1, .r = 1, .floating = 1, .floating_refined = row[i].refined };
		struct tokens_returned b;
		struct tokens_grant g;
		struct tokens *t;

		(void)snprintf(place, sizeof(place), "owner%zu", i);
		t = new_pool(place, "terra", 2, 2);
		is_int(tokens_acquire(t, &rq, &g, &e), 1, "floating of %s", row[i].refined ? "refined" : "quicklook");
		is_int(tokens_assign(t, &g, &s, NULL, &e), 0, "... assigned");
		is_int(tokens_release(t, "terra", "1f2e3d4c", row[i].of, &b, &e), 0, "... released");
		is_back(&b, row[i].want, "... as it should");
		is_int(tokens_release(t, "terra", "1f2e3d4c", TOKENS_OF_ALL, &b, &e), 0, "... the rest");
		is_str(state(t, "terra"), "2=2+0", "... all are back");
		is_str(state(t, "floating"), "2=2+0", "... floating too");
		tokens_close(t);
	}
}

static void
one_by_one(void)
{
	struct tokens_request rq = { .pool = "aqua", .uid = "8720", .max = 3, TOKENS_REQUEST_DEFAULTS };
	struct tokens_grant g;
	struct tokens *t = pool("one");

	is_int(tokens_acquire(t, &rq, &g, &e), 1, "three");
	for (int i = 2; i >= 0; i--) {
		is_int(tokens_release_one(t, "aqua", "8720", TOKENS_QL, &e), i, "one given back, %d stay", i);
		is_int(reservations(t), i > 0, "... recorded");
	}
	is_int(tokens_release_one(t, "aqua", "8720", TOKENS_QL, &e), 0, "none is left");
	is_str(state(t, "aqua"), "13=13+0", "all are back");
	tokens_close(t);
}

/* --- the dead --------------------------------------------------------------------------------------------------- */

static enum tokens_life
ask(void *ctx, const char *jobs)
{
	(void)ctx;
	return strcmp(jobs, "slurm 1") == 0 ? TOKENS_DEAD : strcmp(jobs,
	    "slurm 2") == 0 ? TOKENS_ALIVE : TOKENS_UNKNOWN;
}

/* Another process takes two tokens and ends. */
static void
take_and_die(const char *place, const char *uid, const char *jobs)
{
	const struct tokens_owner owner = { .jobs = jobs };
	struct tokens_request rq = { .pool = "aqua", .uid = uid, .max = 2, TOKENS_REQUEST_DEFAULTS };
	struct tokens_grant g;
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		struct tokens *t = pool(place);

		_exit(tokens_acquire(t, &rq, &g, &e) != 1 ||
		    (jobs != NULL && tokens_own(t, "aqua", uid, &owner, &e) < 0));
	}
	(void)waitpid(pid, &status, 0);
	if (status != 0)
		tap_ok(0, __FILE__, __LINE__, "%s: not taken", uid);
}

static const char *
reap(struct tokens *t, int64_t min_age, int64_t max_age)
{
	const struct tokens_reaping how = { .alive = ask, .min_age = min_age, .max_age = max_age };
	static char text[256];
	struct tokens_list l;

	text[0] = '\0';
	if (tokens_reap(t, &how, &l, &e) < 0)
		return e.msg;
	for (size_t i = 0; i < l.nres; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", l.res[i].name);
	tokens_list_free(&l);
	return text;
}

static void
the_dead(void)
{
	struct tokens_request rq = { .pool = "aqua", .uid = "0001", .max = 2, TOKENS_REQUEST_DEFAULTS };
	struct tokens_grant g;
	struct tokens *t = pool("dead");

	is_int(tokens_acquire(t, &rq, &g, &e), 1, "we are alive");
	take_and_die("dead", "0003", "slurm 1");
	take_and_die("dead", "0004", "slurm 2");
	take_and_die("dead", "0005", "slurm 3");
	take_and_die("dead", "0006", "");
	take_and_die("dead", "0002", NULL);
	is_str(state(t, "aqua"), "13=1+12", "all hold tokens");
	is_str(reap(t, 1000, 0), "aqua-0002-ql ", "only the process is known to be dead");
	is_str(reap(t, -1, 0), "aqua-0003-ql ", "... its jobs have ended");
	is_str(reap(t, -1, 0), "", "... nobody else");
	is_str(state(t, "aqua"), "13=5+8", "... tokens are back");
	set("dead", "aqua-0007-ql", "1");
	is_str(reap(t, 1000, 1000), "", "young ones nobody can be asked about stay");
	(void)utime("dead/aqua-0007-ql", &(struct utimbuf){ 1000000000, 1000000000 });
	is_str(reap(t, 1000, 1000), "aqua-0007-ql ", "... old ones do not, if so wanted");
	take_and_die("dead", "0008", NULL);
	rq.uid = "0009";
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "who takes tokens");
	is_str(get("dead", "aqua-0008-ql"), "-", "... returns those of dead processes");
	ok(strstr(warning, "aqua-0008-ql") != NULL, "... and says so: %s", warning);
	is_str(get("dead", "aqua-0001-ql"), "2", "... ours stay");
	is_str(get("dead", "aqua-0004-ql"), "2", "... those of jobs stay");
	tokens_close(t);
}

/* --- damage ----------------------------------------------------------------------------------------------------- */

static void
damage(void)
{
	struct tokens_request rq = { .pool = "aqua", .uid = "8720", .max = 2, TOKENS_REQUEST_DEFAULTS };
	struct tokens_returned b;
	struct tokens_list l;
	struct tokens_grant g;
	struct tokens *t = pool("damage");

	set("damage", "aqua", "many");
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "the count of free tokens is no number");
	is_str(get("damage", "aqua"), "11", "... it is written anew");
	set("damage", "aqua", "12");
	is_int(tokens_reconcile(t, false, &l, &e), 0, "... or is wrong");
	tokens_list_free(&l);
	is_str(get("damage", "aqua"), "11", "... and set right");
	set("damage", "aqua-1000-ql", "-3");
	set("damage", "aqua-1001-ql", "03x");
	set("damage", "aqua-1002-ql", "99999");
	set("damage", "aqua-10-ql", "3");
	set("damage", "aqua-nobody-ql", "3");
	set("damage", "aqua-1003-x", "3");
	set("damage", "moon-1003-ql", "3");
	is_str(state(t, "aqua"), "13=11+2", "damaged reservations hold nothing");
	ok(strstr(warning, "not a number") != NULL, "... %s", warning);
	is_int(tokens_release(t, "aqua", "1000", TOKENS_OF_QUICKLOOK, &b, &e), 0, "... can be returned");
	is_back(&b, "0lr 0 0", "... as none");
	set("damage", "aqua-capacity", "x");
	rq.uid = "8721";
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_USAGE && strstr(e.msg, "--set-capacity") != NULL,
	    "a capacity that is no number: %s", e.msg);
	is_int(tokens_release(t, "aqua", "8720", TOKENS_OF_ALL, &b, &e), 0, "... tokens can be returned all the same");
	is_int(tokens_reconcile(t, false, &l, &e), 0, "... the other pools reconciled");
	tokens_list_free(&l);
	is_int(tokens_set_capacity(t, "aqua", 4, &e), 0, "... and it can be set");
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "... then all is well");
	is_str(state(t, "aqua"), "4=2+2", "... again");
	is_int(tokens_set_capacity(t, "aqua", 1, &e), 0, "smaller than what is held");
	is_str(state(t, "aqua"), "1=0+2", "... nothing is free");
	(void)tokens_release(t, "aqua", "8721", TOKENS_OF_ALL, &b, &e);
	is_str(state(t, "aqua"), "1=1+0", "... until they come back");
	tokens_close(t);
}

/* --- the lock --------------------------------------------------------------------------------------------------- */

static void
set_lock(const char *place, long expires_in)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "{\"owner\": \"x\", \"who\": \"somebody 7\", \"expires\": %lld}",
	    (long long)clock_now() + expires_in);
	set(place, "lock", text);
}

/* Whether the lock is given to us within a second. */
static bool
taken(const char *place, int lease, int skew, int wait)
{
	struct tokens_options o = options();
	struct tokens *t;
	bool got;

	o.lease = lease;
	o.skew = skew;
	o.wait = wait;
	t = tokens_open(place, &o, PLACE_CREATE, &e);
	got = tokens_set_capacity(t, "aqua", 5, &e) == 0;
	tokens_close(t);
	return got;
}

static int asked;

static int
stop_soon(void)
{
	return ++asked > 3;
}

static void
locks(void)
{
	struct tokens_options o = options();
	double start;
	struct tokens *t;

	set_lock("lock", 100);
	ok(!taken("lock", 120, 30, 1), "a live lock is not taken over");
	ok(e.code == E_RETRY && strstr(e.msg, "somebody 7") != NULL, "... %s", e.msg);
	is_int(waits, 1, "... waiting is told once");
	set_lock("lock", -20);
	ok(!taken("lock", 120, 30, 1), "... nor one that has just expired: clocks differ");
	set_lock("lock", 1000000);
	ok(!taken("lock", 120, 30, 1), "... nor one of a clock that is far ahead");
	set_lock("lock", -40);
	ok(taken("lock", 120, 30, 10), "one that has expired is");
	ok(strstr(warning, "somebody 7") != NULL, "... and told: %s", warning);
	is_str(get("lock", "lock"), "-", "... and released afterwards");
	set_lock("lock", 1000000);
	start = clock_steady();
	ok(taken("lock", 1, 1, 20), "one that never changes is taken over");
	ok(clock_steady() - start > 2, "... when it lasts longer than a lease");
	set("lock", "lock", "nonsense");
	ok(!taken("lock", 120, 30, 1), "a damaged one is a lock, too");
	if (truncate("lock/lock", 0) < 0)
		tap_ok(0, __FILE__, __LINE__, "no empty file");
	ok(taken("lock", 1, 1, 20), "... that is taken over in the end, also an empty one");
	set_lock("lock", 100);
	o.stop = stop_soon;
	t = tokens_open("lock", &o, PLACE_CREATE, &e);
	ok(tokens_set_capacity(t, "aqua", 5, &e) < 0 && e.code == E_SIGNAL, "waiting can be interrupted: %s", e.msg);
	tokens_close(t);
}

/* The flag of older programs. */
static void
flags(void)
{
	struct tokens_request rq = { .pool = "terra", .uid = "8720", TOKENS_REQUEST_DEFAULTS };
	struct tokens_options o = options();
	struct tokens_list l;
	struct tokens_grant g;
	struct tokens *t = older("flag", "4", "2", NULL, NULL, NULL);

	is_int(tokens_acquire(t, &rq, &g, &e), 1, "with older programs");
	ok(g.dataset == 4 && g.floating == 1, "... what is stored as free is free");
	is_str(get("flag", "terra"), "0", "... taken");
	is_str(get("flag", "floating"), "1", "... taken");
	is_str(names("flag", "terra-"), "terra-8720-floating terra-8720-ql", "... recorded, no capacities written");
	set("flag", "terra", "x");
	rq.uid = "8721";
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_USAGE && strstr(e.msg, "--reconcile") != NULL,
	    "a count that is no number stops us: %s", e.msg);
	is_str(get("flag", "retrieving-license"), "False", "... the flag is not left");
	set("flag", "terra-capacity", "6");
	is_int(tokens_reconcile(t, false, &l, &e), 0, "reconciled while older programs are busy");
	tokens_list_free(&l);
	is_str(get("flag", "terra"), "x", "... not touched");
	is_int(tokens_reconcile(t, true, &l, &e), 0, "... by force");
	tokens_list_free(&l);
	is_str(get("flag", "terra"), "2", "... set right");
	is_int(tokens_set_capacity(t, "terra", 8, &e), 0, "two more");
	is_str(get("flag", "terra"), "4", "... are free");
	tokens_close(t);

	set("flag", "retrieving-license", "True");
	o.wait = 1;
	t = tokens_open("flag", &o, PLACE_CREATE, &e);
	ok(tokens_set_capacity(t, "terra", 9, &e) < 0 && e.code == E_RETRY, "the flag of another: %s", e.msg);
	is_str(get("flag", "retrieving-license"), "True", "... is not touched");
	is_str(get("flag", "lock"), "-", "... the lock is not left");
	(void)utime("flag/retrieving-license", &(struct utimbuf){ clock_now() - 1000, clock_now() - 1000 });
	is_int(tokens_set_capacity(t, "terra", 9, &e), 0, "... one that nobody can hold any more is taken");
	ok(strstr(warning, "taken over") != NULL, "... and told: %s", warning);
	is_str(get("flag", "retrieving-license"), "False", "... released");
	set("flag", "retrieving-license", "True");
	set_lock("flag", -31);
	(void)utime("flag/retrieving-license", &(struct utimbuf){ clock_now() - 60, clock_now() - 60 });
	is_int(tokens_set_capacity(t, "terra", 7, &e), 0, "what a dead one of ours left is no hindrance");
	tokens_close(t);
}

/* --- without a pool, without changes ---------------------------------------------------------------------------- */

static void
no_changes(void)
{
	struct tokens_request rq = { .pool = "viirs", .max = 20, TOKENS_REQUEST_DEFAULTS };
	struct tokens_shares s = { .ql = 2 };
	struct tokens_options o = options();
	struct tokens_returned b;
	struct tokens_grant g;
	struct tokens_list l;
	struct tokens *t = pool("none:");

	is_int(tokens_acquire(t, &rq, &g, &e), 1, "no pool grants");
	is_int(g.dataset, 20, "... what is wanted");
	ok(tokens_is_uid(g.uid) && strlen(g.uid) == 8, "... under an id: %s", g.uid);
	is_int(tokens_assign(t, &g, &s, NULL, &e), 0, "... records nothing");
	is_int(tokens_release(t, "viirs", g.uid, TOKENS_OF_ALL, &b, &e), 0, "... has nothing back");
	is_int(tokens_release_one(t, "viirs", g.uid, TOKENS_QL, &e), 0, "... one by one");
	is_int(tokens_list(t, &l, &e), 0, "... is empty");
	is_int((int)l.npools, 0, "... really");
	tokens_list_free(&l);
	tokens_close(t);

	t = pool("asis");
	rq.max = 3;
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "taken");
	tokens_close(t);
	t = tokens_open("asis", &o, PLACE_ASIS, &e);
	is_int(tokens_release(t, "viirs", g.uid, TOKENS_OF_ALL, &b, &e), 0, "a dry run");
	is_back(&b, "3lr 0 0", "... says what it would return");
	is_int(b.free[TOKENS_QL], 7, "... and what would be free");
	is_str(state(t, "viirs"), "7=4+3", "... and changes nothing");
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "... takes");
	is_str(state(t, "viirs"), "7=4+3", "... nothing");
	is_int(tokens_set_capacity(t, "viirs", 1, &e), 0, "... sets");
	is_str(get("asis", "viirs-capacity"), "7", "... nothing");
	tokens_close(t);
	t = tokens_open("not-there", &o, PLACE_ASIS, &e);
	is_str(state(t, "viirs"), "7=7+0", "a pool that is not there is as it would be");
	ok(!file_exists("not-there/.guard") && access("not-there", F_OK) < 0, "... and not made");
	tokens_close(t);
}

int
main(void)
{
	tap_scratch();
	opening();
	ids();
	grants();
	shares();
	impossible();
	worked_examples();
	floating_owner();
	one_by_one();
	the_dead();
	damage();
	locks();
	flags();
	no_changes();
	return tap_done();
}
