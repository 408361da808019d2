/* The token pool: the worked examples, who gets what, the dead, damage, many at once. */

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/newfile.h"
#include "base/mem.h"
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

/* A pool of one's own making. */
static void
put(const char *place, const char *text)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/pool.json", place);
	if (file_mkdirs(place, &e) < 0 || file_write(path, text, &e) < 0)
		tap_ok(0, __FILE__, __LINE__, "%s", e.msg);
}

/* terra and floating tokens that are there, and what workflow 8720 holds. */
static void
put_8720(const char *place, int terra, int floating, const char *held)
{
	char text[1000];

	(void)snprintf(text, sizeof(text), "{\"version\": 1, \"capacity\": {\"terra\": %d, \"floating\": %d}, "
	    "\"held\": [%s]}", terra, floating, held);
	put(place, text);
}

#define HELD(kind, n) "{\"dataset\": \"terra\", \"id\": \"8720\", \"kind\": \"" kind "\", \"tokens\": " #n ", " \
	"\"since\": \"2026-11-28T20:00:00Z\"}"

static struct tokens *
pool(const char *place)
{
	struct tokens_options o = options();
	struct tokens *t = tokens_open(place, &o, PLACE_CREATE, &e);

	if (t == NULL)
		tap_ok(0, __FILE__, __LINE__, "%s", e.msg);
	return t;
}

/* The defaults, but for a dataset and the floating ones. */
static const struct tokens_pool *
sizes(const char *name, int n, int floating)
{
	static struct tokens_pool p[sizeof(pools) / sizeof(*pools)];

	memcpy(p, pools, sizeof(pools));
	for (size_t i = 0; p[i].name != NULL; i++)
		if (strcmp(p[i].name, TOKENS_FLOATING) == 0)
			p[i].capacity = floating;
		else if (strcmp(p[i].name, name) == 0)
			p[i].capacity = n;
	return p;
}

/* A new pool of so many tokens. */
static struct tokens *
new_pool(const char *place, const char *name, int n, int floating)
{
	struct tokens_options o = options();
	struct tokens *t;

	o.pools = sizes(name, n, floating);
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

/* What is held: "aqua-8720-ql 2 aqua-8720-r 1". */
static const char *
held(struct tokens *t)
{
	static char text[1000];
	struct tokens_list l;

	text[0] = '\0';
	if (tokens_list(t, &l, &e) < 0)
		return e.msg;
	for (size_t i = 0; i < l.nres; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s %d", i > 0 ? " " : "",
		    l.res[i].name, l.res[i].number);
	tokens_list_free(&l);
	return text;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static void
opening(void)
{
	struct tokens_options o = options();
	struct tokens *t;

	ok(tokens_open("ssm:prefix", &o, PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "ssm: %s", e.msg);
	o.who = "a \tname";
	ok(tokens_open("x", &o, PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "no name: %s", e.msg);
	ok(access("x", F_OK) < 0, "nothing was made");

	o = options();
	o.pools = sizes("aqua", 3, 1);
	t = tokens_open("first", &o, PLACE_CREATE, &e);
	is_str(state(t, "aqua"), "3=3+0", "a new pool has what it was told");
	ok(file_look("first/pool.json", NULL, NULL) == 0, "... and is not there yet");
	is_int(tokens_set_capacity(t, "terra", 5, &e), 0, "the first change");
	ok(file_look("first/pool.json", NULL, NULL) > 0, "... makes it");
	is_str(state(t, "aqua"), "3=3+0", "... as it was told");
	is_str(state(t, "viirs"), "7=7+0", "... or by default");
	is_str(state(t, "terra"), "5=5+0", "... changed");
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
		{ 1, 1, 0, 1, 1, 1 }, { 1, 0, 0, 1, 1, 0 }, { 0, 1, 0, 1, -1, 1 }, { 0, 2, 0, 1, -1, 1 },
		{ 0, 2, 0, 2, 0, 2 }, { 0, 0, 0, 1, -1, 0 },
		/* wanting less than all */
		{ 13, 2, 3, 1, 3, 0 }, { 2, 2, 3, 1, 2, 1 }, { 2, 2, 3, 2, 2, 1 }, { 1, 2, 4, 2, 1, 2 },
		{ 13, 2, 1, 1, 1, 0 }, { 0, 2, 1, 1, 0, 1 }, { 0, 0, 1, 1, -1, 0 }, { 5, 2, 8, 0, 5, 0 },
		{ 1, 2, 8, 0, 1, 0 },
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
		text[0] = '\0';
		if (granted && g.floating > 0)
			(void)snprintf(text, sizeof(text), "terra-%s-floating %d", g.uid, g.floating);
		if (granted && g.dataset > 0)
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%sterra-%s-ql %d",
			    g.floating > 0 ? " " : "", g.uid, g.dataset);
		is_str(held(t), text, "... reservations");
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
	char text[2000], want[100], place[32];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tokens_request rq = { .pool = "aqua", .uid = "8720", TOKENS_REQUEST_DEFAULTS };
		struct tokens_shares s = { .ql = row[i].ql, .r = row[i].r, .floating = row[i].fl };
		struct tokens_grant g;
		struct tokens *t;

		(void)snprintf(place, sizeof(place), "shares%zu", i);
		t = new_pool(place, "aqua", row[i].n, row[i].f);
		is_int(tokens_acquire(t, &rq, &g, &e), 1, "%d, %d", row[i].n, row[i].f);
		is_int(tokens_assign(t, "aqua", g.uid, &s, &nobody, &e), 1, "... %d, %d, %d", row[i].ql, row[i].r,
		    row[i].fl);
		want[0] = '\0';
		if (row[i].fl > 0)
			(void)snprintf(want, sizeof(want), "aqua-8720-floating %d ", row[i].fl);
		if (row[i].ql > 0)
			(void)snprintf(want + strlen(want), sizeof(want) - strlen(want), "aqua-8720-ql %d ", row[i].ql);
		if (row[i].r > 0)
			(void)snprintf(want + strlen(want), sizeof(want) - strlen(want), "aqua-8720-r %d ", row[i].r);
		(void)snprintf(text, sizeof(text), "%s%s", held(t), *want != '\0' ? " " : "");
		is_str(text, want, "... held");
		(void)snprintf(text, sizeof(text), "%d=%d+%d", row[i].n, row[i].back, row[i].n - row[i].back);
		is_str(state(t, "aqua"), text, "... free again");
		tokens_close(t);
	}
}

static void
impossible(void)
{
	struct tokens_request rq = { .pool = "moon", TOKENS_REQUEST_DEFAULTS };
	struct tokens_shares s = { .ql = 1 };
	struct tokens_owner owner = {0};
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
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_BUSY, "... once: %s", e.msg);
	rq.pool = "terra";
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_BUSY, "... in all pools: %s", e.msg);
	is_str(state(t, "aqua"), "13=11+2", "... takes nothing then");
	s.ql = 3;
	ok(tokens_assign(t, "aqua", "8720", &s, NULL, &e) < 0 && e.code == E_DATA, "more than granted: %s", e.msg);
	s.ql = s.r = INT_MAX;
	ok(tokens_assign(t, "aqua", "8720", &s, NULL, &e) < 0 && e.code == E_DATA, "... far more: %s", e.msg);
	s = (struct tokens_shares){ .floating = 1 };
	ok(tokens_assign(t, "aqua", "8720", &s, NULL, &e) < 0 && e.code == E_DATA, "a floating one: %s", e.msg);
	s = (struct tokens_shares){ .ql = -1 };
	ok(tokens_assign(t, "aqua", "8720", &s, NULL, &e) < 0 && e.code == E_DATA, "less than none: %s", e.msg);
	owner.jobs = "a\nb";
	ok(tokens_assign(t, "aqua", "8720", NULL, &owner, &e) < 0 && e.code == E_DATA, "not a name of jobs: %s", e.msg);
	is_str(held(t), "aqua-8720-ql 2", "... changes nothing");
	s = (struct tokens_shares){ .ql = 1 };
	is_int(tokens_assign(t, "terra", "8720", &s, NULL, &e), 0, "nothing of another pool");
	is_int(tokens_release(t, "aqua", "8720", TOKENS_OF_ALL, &back, &e), 0, "given back");
	is_int(tokens_assign(t, "aqua", "8720", &s, NULL, &e), 0, "nothing is there any more");
	ok(tokens_release(t, "moon", "8720", TOKENS_OF_ALL, &back, &e) < 0 && e.code == E_USAGE, "not of another pool");
	ok(tokens_release(t, "aqua", "../x", TOKENS_OF_ALL, &back, &e) < 0 && e.code == E_DATA, "not of what is no id");
	ok(tokens_set_capacity(t, "aqua", -1, &e) < 0 && e.code == E_USAGE, "no negative size");
	tokens_close(t);
}

/* --- giving back ------------------------------------------------------------------------------------------------ */

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
	struct tokens_returned b;
	struct tokens *t;

	put_8720("ex1", 4, 2, HELD("quicklook", 2) "," HELD("refined", 2) "," HELD("floating", 1));
	t = pool("ex1");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_QUICKLOOK, &b, &e), 0, "quicklook while refined runs");
	is_back(&b, "2lr 0 1lr", "... gives back its own and the floating one");
	is_str(state(t, "terra"), "4=2+2", "... free");
	is_str(state(t, "floating"), "2=2+0", "... floating");
	is_str(held(t), "terra-8720-r 2", "... refined's stay");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_QUICKLOOK, &b, &e), 0, "again");
	is_back(&b, "0 0 0", "... nothing is found");
	is_str(state(t, "terra"), "4=2+2", "... nothing added");
	tokens_close(t);

	put_8720("ex2", 4, 2, HELD("quicklook", 2) "," HELD("refined", 2) "," HELD("floating", 1));
	t = pool("ex2");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_REFINED, &b, &e), 0, "refined while quicklook runs");
	is_back(&b, "2l 2lr 0", "... sees quicklook's, gives back its own");
	is_str(state(t, "terra"), "4=2+2", "... free");
	is_str(held(t), "terra-8720-floating 1 terra-8720-ql 2", "... quicklook's stay");
	tokens_close(t);

	put_8720("ex3", 6, 2, HELD("refined", 6) "," HELD("floating", 1));
	t = pool("ex3");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_REFINED, &b, &e), 0, "refined alone");
	is_back(&b, "0 6lr 1lr", "... with the floating one");
	is_str(state(t, "terra"), "6=6+0", "... free");
	is_str(state(t, "floating"), "2=2+0", "... floating");
	tokens_close(t);

	put_8720("ex4", 3, 2, HELD("floating", 1));
	t = pool("ex4");
	is_int(tokens_release(t, "terra", "8720", TOKENS_OF_REFINED, &b, &e), 0, "refined on the floating one");
	is_back(&b, "0 0 1lr", "... gives it back");
	is_str(state(t, "floating"), "2=2+0", "... floating");
	is_int(tokens_release(t, "jpss1", "8720", TOKENS_OF_REFINED, &b, &e), 0, "nothing to return");
	is_back(&b, "0 0 0", "... found");
	tokens_close(t);
}

/* The floating token goes with the type it is for. */
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
		is_int(tokens_assign(t, "terra", g.uid, &s, NULL, &e), 1, "... assigned");
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
		is_int(*held(t) != '\0', i > 0, "... recorded");
	}
	is_int(tokens_release_one(t, "aqua", "8720", TOKENS_QL, &e), 0, "none is left");
	is_str(state(t, "aqua"), "13=13+0", "all are back");
	tokens_close(t);
}

/* --- the dead --------------------------------------------------------------------------------------------------- */

static enum owner_life
ask(void *ctx, const char *jobs)
{
	(void)ctx;
	return strcmp(jobs, "slurm 1") == 0 ? OWNER_DEAD : strcmp(jobs,
	    "slurm 2") == 0 ? OWNER_ALIVE : OWNER_UNKNOWN;
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
		    (jobs != NULL && tokens_assign(t, "aqua", uid, NULL, &owner, &e) < 0));
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

/* All of a workflow was taken years ago. */
static void
make_old(const char *place, const char *uid)
{
	char path[64];
	json_t *root, *v;
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/pool.json", place);
	root = json_load_file(path, 0, NULL);
	json_array_foreach(json_object_get(root, "held"), i, v)
		if (strcmp(json_string_value(json_object_get(v, "id")), uid) == 0)
			(void)json_object_set_new(v, "since", json_string("2001-01-01T00:00:00Z"));
	(void)json_dump_file(root, path, 0);
	json_decref(root);
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
	is_str(reap(t, -1 - CLOCK_ALLOWANCE, 0), "aqua-0003-ql ", "... its jobs have ended");
	is_str(reap(t, -1 - CLOCK_ALLOWANCE, 0), "", "... nobody else");
	is_str(state(t, "aqua"), "13=5+8", "... tokens are back");
	is_str(reap(t, 1000, 1000), "", "young ones nobody can be asked about stay");
	make_old("dead", "0005");
	is_str(reap(t, 1000, 1000), "aqua-0005-ql ", "... old ones do not, if so wanted");
	take_and_die("dead", "0008", NULL);
	rq.uid = "0009";
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "who takes tokens");
	ok(strstr(warning, "aqua-0008-ql: returned 2") != NULL, "... returns those of dead processes: %s", warning);
	is_str(held(t), "aqua-0001-ql 2 aqua-0004-ql 2 aqua-0006-ql 2 aqua-0009-ql 2",
	    "... ours stay, and those of jobs and of nobody");
	tokens_close(t);
}

/* A clock that is ahead: the age is zero, not less. */
static void
clocks(void)
{
	struct tokens *t;
	struct tokens_list l;

	put("ahead", "{\"version\": 1, \"capacity\": {}, \"held\": [{\"dataset\": \"aqua\", \"id\": \"8720\", "
	    "\"kind\": \"quicklook\", \"tokens\": 1, \"since\": \"2199-01-01T00:00:00Z\", \"jobs\": \"slurm 1\"}]}");
	t = pool("ahead");
	is_int(tokens_list(t, &l, &e), 0, "taken by one whose clock is ahead");
	is_int((int)tokens_age(&l.res[0]), 0, "... just now");
	tokens_list_free(&l);
	is_str(reap(t, 0, 0), "", "... so it is too young");
	tokens_close(t);
}

/* --- damage ----------------------------------------------------------------------------------------------------- */

#define ONE "\"dataset\": \"aqua\", \"id\": \"8720\""
#define WHEN "\"since\": \"2026-11-28T20:00:00Z\""
#define POOL(capacity, held) "{\"version\": 1, \"capacity\": {" capacity "}, \"held\": [" held "]}"

/* Nothing is changed in what cannot be understood. */
static void
damage(void)
{
	static const char *const bad[] = { "", "{", "[]", "{}", "null", "{\"version\": 1}",
		"{\"version\": 2, \"capacity\": {}, \"held\": []}", "{\"version\": 1, \"capacity\": [], \"held\": []}",
		"{\"version\": 1, \"capacity\": {}, \"held\": {}}", POOL("\"aqua\": -1", ""), POOL("\"aqua\": 1.5", ""),
		POOL("\"aqua\": \"3\"", ""), POOL("\"aqua\": 10001", ""), POOL("\"aqua\": 1, \"aqua\": 2", ""),
		POOL("", "1"), POOL("", "{}"), POOL("", "{" ONE "}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 0, " WHEN "}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": -3, " WHEN "}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 99999, " WHEN "}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": \"1\", " WHEN "}"),
		POOL("", "{" ONE ", \"kind\": \"ql\", \"tokens\": 1, " WHEN "}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 1}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 1, \"since\": \"today\"}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 1, \"since\": \"2026-13-28T20:00:00Z\"}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 1, \"for\": \"moon\", " WHEN "}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 1, \"who\": \"a\\u001bb\", " WHEN "}"),
		POOL("", "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 1, " WHEN "},"
		    "{" ONE ", \"kind\": \"quicklook\", \"tokens\": 1, " WHEN "}"),
		POOL("", "{\"dataset\": \"moon\", \"id\": \"8720\", \"kind\": \"quicklook\", \"tokens\": 1, " WHEN "}"),
		POOL("", "{\"dataset\": \"floating\", \"id\": \"8720\", \"kind\": \"floating\", \"tokens\": 1, "
		    WHEN "}"),
		POOL("", "{\"dataset\": \"aqua\", \"id\": \"../x\", \"kind\": \"quicklook\", \"tokens\": 1, " WHEN "}"),
		POOL("\"a\": 1, \"b\": 1, \"c\": 1, \"d\": 1, \"e\": 1, \"f\": 1, \"g\": 1, \"h\": 1, \"i\": 1, "
		    "\"j\": 1, \"k\": 1, \"l\": 1", "") };
	struct tokens_request rq = { .pool = "aqua", .max = 2, TOKENS_REQUEST_DEFAULTS };
	const struct tokens_reaping how = { .max_age = 1 };
	struct tokens_returned b;
	struct tokens_list l;
	struct tokens_grant g;
	struct tokens *t = pool("damage");
	char *text;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put("damage", bad[i]);
		ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_USAGE &&
		    strncmp(e.msg, "damage/pool.json: damaged: ", 27) == 0, "damaged: %s", e.msg);
		ok(tokens_release(t, "aqua", "8720", TOKENS_OF_ALL, &b, &e) < 0 && tokens_list(t, &l, &e) < 0 &&
		    tokens_release_one(t, "aqua", "8720", TOKENS_QL, &e) < 0 && tokens_reap(t, &how, &l, &e) < 0 &&
		    tokens_assign(t, "aqua", "8720", NULL, &nobody, &e) < 0 &&
		    tokens_set_capacity(t, "aqua", 3, &e) < 0, "... nothing goes");
		text = file_read("damage/pool.json", 100000, &e);
		is_str(text, bad[i], "... nothing is changed");
		free(text);
	}
	text = xarray(1, 70001);
	memset(text, ' ', 70000);
	put("damage", text);
	free(text);
	ok(tokens_acquire(t, &rq, &g, &e) < 0 && e.code == E_USAGE, "too large: %s", e.msg);
	(void)unlink("damage/pool.json");
	(void)mkdir("damage/pool.json", 0777);
	ok(tokens_acquire(t, &rq, &g, &e) < 0, "a directory: %s", e.msg);
	tokens_close(t);
}

/* What others have written stays. */
static void
unknown(void)
{
	struct tokens_request rq = { .pool = "aqua", .uid = "0001", .max = 2, TOKENS_REQUEST_DEFAULTS };
	struct tokens_shares s = { .ql = 1, .r = 1 };
	struct tokens_grant g;
	struct tokens *t;
	char *text;

	put("unknown", "{\"version\": 1, \"remark\": \"do not touch\", \"capacity\": {\"aqua\": 5, \"noaa21\": 9}, "
	    "\"held\": [{\"dataset\": \"noaa21\", \"id\": \"8720\", \"kind\": \"quicklook\", \"tokens\": 2, "
	    "\"colour\": \"red\", " WHEN "}, {" ONE ", \"kind\": \"quicklook\", \"tokens\": 2, \"size\": 7, " WHEN
	    "}]}");
	t = pool("unknown");
	is_str(state(t, "noaa21"), "9=7+2", "a pool only others know");
	is_str(state(t, "terra"), "13=13+0", "one they do not know has its default");
	is_int(tokens_acquire(t, &rq, &g, &e), 1, "taking");
	is_int(tokens_assign(t, "aqua", "8720", &s, &nobody, &e), 1, "... and sharing out");
	is_str(held(t), "aqua-0001-ql 2 aqua-8720-ql 1 aqua-8720-r 1 noaa21-8720-ql 2", "... is recorded");
	text = file_read("unknown/pool.json", 100000, &e);
	ok(strstr(text, "\"remark\": \"do not touch\"") != NULL && strstr(text, "\"colour\": \"red\"") != NULL &&
	    strstr(text, "\"noaa21\": 9") != NULL, "... and what is not known stays");
	ok(strstr(text, "\"size\": 7") != NULL && strstr(strstr(text, "\"size\": 7") + 1, "\"size\": 7") != NULL,
	    "... also of what was shared");
	free(text);
	is_int(tokens_set_capacity(t, "noaa21", 1, &e), 0, "smaller than what is held");
	is_str(state(t, "noaa21"), "1=0+2", "... nothing is free");
	is_int(tokens_release_one(t, "noaa21", "8720", TOKENS_QL, &e), 1, "... until enough came back");
	is_int(tokens_release_one(t, "noaa21", "8720", TOKENS_QL, &e), 0, "... all of it");
	is_str(state(t, "noaa21"), "1=1+0", "... then it is free");
	tokens_close(t);
}

/* A document that would be too large is not written. */
static void
full(void)
{
	struct tokens_request rq = { .pool = "aqua", .max = 1, TOKENS_REQUEST_DEFAULTS };
	struct tokens *t = new_pool("full", "aqua", 10000, 0);
	struct tokens_grant g;
	char *was = NULL, *now;
	int n = 0;

	while (n < 1000 && tokens_acquire(t, &rq, &g, &e) == 1) {
		free(was);
		was = file_read("full/pool.json", 100000, &e);
		n++;
	}
	ok(n > 100 && n < 1000 && strstr(e.msg, "larger than") != NULL, "%d reservations: %s", n, e.msg);
	now = file_read("full/pool.json", 100000, &e);
	is_str(now, was, "... nothing has changed");
	free(now);
	free(was);
	tokens_close(t);
}

/* --- others ----------------------------------------------------------------------------------------------------- */

static int asked;

static int
stop_soon(void)
{
	return ++asked > 3;
}

/* Another one is changing the pool all the time. */
static void
locks(void)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct tokens_options o = options();
	struct tokens *t;
	int fd;

	if (file_mkdirs("lock", &e) < 0)
		tap_ok(0, __FILE__, __LINE__, "%s", e.msg);
	fd = open("lock/.pool.lock", O_RDWR | O_CREAT, 0666);
	(void)fcntl(fd, F_OFD_SETLK, &fl);
	o.wait = 1;
	t = tokens_open("lock", &o, PLACE_CREATE, &e);
	ok(tokens_set_capacity(t, "aqua", 5, &e) < 0 && e.code == E_RETRY && strstr(e.msg, "lock/pool.json") != NULL,
	    "in use all the time: %s", e.msg);
	is_int(waits, 1, "... waiting is told once");
	is_str(state(t, "aqua"), "13=13+0", "... it can be read meanwhile");
	tokens_close(t);
	o.wait = 100;
	o.stop = stop_soon;
	t = tokens_open("lock", &o, PLACE_CREATE, &e);
	ok(tokens_set_capacity(t, "aqua", 5, &e) < 0 && e.code == E_SIGNAL, "waiting can be interrupted: %s", e.msg);
	(void)close(fd);
	is_int(tokens_set_capacity(t, "aqua", 5, &e), 0, "afterwards it goes");
	tokens_close(t);
}

/* Many processes take and give back at once. */
static void
crowd(void)
{
	enum { MANY = 50, ROUNDS = 4 };
	struct tokens_options o = options();
	struct tokens *t;
	int good = 0, granted = 0, status;

	o.pools = sizes("aqua", 20, 2);
	o.wait = TOKENS_WAIT;			/* all this is made of fsyncs, and the disk may be busy */
	t = tokens_open("crowd", &o, PLACE_CREATE, &e);
	for (int i = 0; i < MANY; i++)
		if (fork() == 0) {
			struct tokens_request rq = { .pool = "aqua", .max = 3, TOKENS_REQUEST_DEFAULTS };
			struct tokens_returned b;
			struct tokens_grant g;
			int n = 0;

			for (int k = 0; k < ROUNDS; k++) {
				int r = tokens_acquire(t, &rq, &g, &e);
				struct tokens_shares s = { .r = g.dataset, .floating = g.floating };

				if (r < 0 || (r > 0 && (tokens_assign(t, "aqua", g.uid, &s, NULL, &e) != 1 ||
				    tokens_release(t, "aqua", g.uid, TOKENS_OF_ALL, &b, &e) < 0 ||
				    b.number[TOKENS_R] != s.r || b.number[TOKENS_FL] != s.floating))) {
					(void)fprintf(stderr, "# %s\n", e.msg);
					_exit(100);
				}
				n += r;
			}
			_exit(n);
		}
	for (int i = 0; i < MANY; i++)
		if (wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) < 100) {
			good++;
			granted += WEXITSTATUS(status);
		}
	is_int(good, MANY, "%d processes that take, share and give back at once: no failure", MANY);
	ok(granted > ROUNDS, "... %d times somebody got some", granted);
	is_str(state(t, "aqua"), "20=20+0", "... nothing is lost or invented");
	is_str(state(t, "floating"), "2=2+0", "... floating neither");
	is_str(held(t), "", "... nor left");
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
	is_int(tokens_assign(t, "viirs", g.uid, &s, NULL, &e), 1, "... records nothing");
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
	is_str(state(t, "viirs"), "7=4+3", "... nothing");
	tokens_close(t);
	t = tokens_open("not-there", &o, PLACE_ASIS, &e);
	is_str(state(t, "viirs"), "7=7+0", "a pool that is not there is as it would be");
	ok(access("not-there", F_OK) < 0, "... and not made");
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
	clocks();
	damage();
	unknown();
	full();
	locks();
	crowd();
	no_changes();
	return tap_done();
}
