/* tokens_doc - the document of a token pool: reading, checking, swapping it */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/doc.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/tokens_doc.h"

#define KEY "pool.json"
#define FORMAT 1
#define PAUSE_LEAST 50			/* milliseconds before trying again, and so many more at most */
#define PAUSE_MORE 150

static const char *const kind_word[TOKENS_KINDS] = {
	[TOKENS_QL] = "quicklook", [TOKENS_R] = "refined", [TOKENS_FL] = TOKENS_FLOATING
};

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* What is wrong with the document; -1. */
static int damaged(const struct tokens *t, struct err *e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static int
damaged(const struct tokens *t, struct err *e, const char *fmt, ...)
{
	char why[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err_set(e, E_USAGE, "%s: damaged: %s", t->name, why);
}

/* -1 when it is no number of tokens. */
static int
number(const json_t *v)
{
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;

	return n >= 0 && n <= TOKENS_CAPACITY_MAX ? (int)n : -1;
}

static void
count(struct tokens_list *l)
{
	for (size_t i = 0; i < l->npools; i++) {
		struct tokens_state *s = &l->pool[i];

		s->held = 0;
		for (size_t k = 0; k < l->nres; k++)
			if (strcmp(l->res[k].kind == TOKENS_FL ? TOKENS_FLOATING : l->res[k].pool, s->pool) == 0)
				s->held += l->res[k].number;
		s->free = s->capacity > s->held ? s->capacity - s->held : 0;
	}
}

static struct tokens_state *
find_pool(struct tokens_list *l, const char *pool)
{
	for (size_t i = 0; i < l->npools; i++)
		if (strcmp(l->pool[i].pool, pool) == 0)
			return &l->pool[i];
	return NULL;
}

/* The pools we know, which get their default when they are missing, and then those that others know. */
static int
parse_pools(const struct tokens *t, struct tokens_list *l, struct err *e)
{
	json_t *sizes = json_object_get(l->root, "capacity"), *v;
	const char *name;

	for (size_t i = 0; i < t->npools; i++) {
		if (json_object_get(sizes, t->pools[i].name) == NULL)
			(void)json_object_set_new(sizes, t->pools[i].name, json_integer(t->pools[i].capacity));
		l->pool[l->npools++] = (struct tokens_state){ .pool = t->pools[i].name };
	}
	json_object_foreach(sizes, name, v) {
		struct tokens_state *s = find_pool(l, name);

		if (s == NULL && l->npools == TOKENS_POOLS)
			return damaged(t, e, "more than %d pools", TOKENS_POOLS);
		if (!str_plain(name) || number(v) < 0)
			return damaged(t, e, "capacity of %.40s is not a number of tokens", str_plain(name) ?
			    name : "?");
		if (s == NULL) {
			s = &l->pool[l->npools++];
			*s = (struct tokens_state){ .pool = name };
		}
		s->capacity = number(v);
	}
	return 0;
}

/* The view of one element of held, which keeps what we do not know. */
static int
parse_reservation(const struct tokens *t, struct tokens_list *l, json_t *v, struct err *e)
{
	struct tokens_reservation r = { .json = v, .goes_with = "", .who = "", .jobs = "" };
	const char *kind = "", *since = "", *process = "";
	json_t *n = NULL;

	if (json_unpack(v, "{s:s, s:s, s:s, s:o, s:s, s?s, s?s, s?s, s?s}", "dataset", &r.pool, "id", &r.uid, "kind",
	    &kind, "tokens", &n, "since", &since, "for", &r.goes_with, "who", &r.who, "jobs", &r.jobs, "process",
	    &process) < 0)
		return damaged(t, e, "held[%zu]: not a reservation", l->nres);
	while (r.kind < TOKENS_KINDS && strcmp(kind, kind_word[r.kind]) != 0)
		r.kind++;
	r.number = number(n);
	if (r.kind == TOKENS_KINDS || r.number < 1 || !tokens_is_uid(r.uid) ||
	    clock_parse_iso(since, &r.time) != 19 || strcmp(since + 19, "Z") != 0 ||
	    strcmp(r.pool, TOKENS_FLOATING) == 0 || find_pool(l, r.pool) == NULL)
		return damaged(t, e, "held[%zu]: its dataset, id, kind, tokens or time is none", l->nres);
	if (!str_plain(r.who) || !str_plain(r.jobs) || (*r.goes_with != '\0' &&
	    strcmp(r.goes_with, kind_word[TOKENS_QL]) != 0 && strcmp(r.goes_with, kind_word[TOKENS_R]) != 0))
		return damaged(t, e, "held[%zu]: its owner or what it is for is none", l->nres);
	tokens_name(r.pool, r.uid, r.kind, r.name);
	for (size_t i = 0; i < l->nres; i++)
		if (strcmp(l->res[i].name, r.name) == 0)
			return damaged(t, e, "%s is held twice", r.name);
	r.life = owner_life(t->here, process);
	xgrow(&l->res, &l->cap, l->nres + 1, sizeof(*l->res));
	l->res[l->nres++] = r;
	return 0;
}

static int
parse(const struct tokens *t, struct tokens_list *l, const char *text, struct err *e)
{
	json_t *held, *v;
	struct err why;
	size_t i;

	l->root = text != NULL ? doc_parse(text, "damaged", &why) :
	    json_pack("{s:i, s:{}, s:[]}", "version", FORMAT, "capacity", "held");
	if (l->root == NULL)
		return err_set(e, E_USAGE, "%s: %s", t->name, why.msg);
	held = json_object_get(l->root, "held");
	if (json_integer_value(json_object_get(l->root, "version")) != FORMAT || !json_is_array(held) ||
	    !json_is_object(json_object_get(l->root, "capacity")))
		return damaged(t, e, "not a token pool of version %d", FORMAT);
	if (parse_pools(t, l, e) < 0)
		return -1;
	json_array_foreach(held, i, v)
		if (parse_reservation(t, l, v, e) < 0)
			return -1;
	count(l);
	return 0;
}

int
tokens_doc_read(struct tokens *t, struct tokens_doc *d, struct err *e)
{
	struct err why;
	char *text;
	int r;

	d->l = (struct tokens_list){0};
	d->changed = false;
	if (d->limit <= 0)
		d->limit = clock_steady() + t->o.wait;
	r = store_read(t->store, KEY, &text, d->version, &why);
	if (r < 0)
		return why.code == E_DATA ? damaged(t, e, "%s", why.msg) : err_set(e, why.code, "%s", why.msg);
	r = parse(t, &d->l, text, e);
	free(text);
	if (r < 0)
		tokens_list_free(&d->l);
	return r;
}

void
tokens_list_free(struct tokens_list *l)
{
	free(l->res);
	json_decref(l->root);
	*l = (struct tokens_list){0};
}

/* --- swapping --------------------------------------------------------------------------------------------------- */

static int
wait_a_moment(const struct tokens *t, struct tokens_doc *d, struct err *e)
{
	char random[UID_SIZE];
	struct timespec ts = {0};

	if (!d->waited && t->o.tell != NULL)
		t->o.tell(t->o.ctx, TOKENS_WAITING, "");
	d->waited = true;
	if (t->o.stop != NULL && t->o.stop() != 0)
		return err_set(e, E_SIGNAL, "interrupted");
	if (clock_steady() >= d->limit)
		return err_set(e, E_RETRY, "%s: others change it all the time, tried for %d s", t->name, t->o.wait);
	uid_new(random);
	ts.tv_nsec = (PAUSE_LEAST + (long)(strtoul(random, NULL, 16) % PAUSE_MORE)) * 1000000;
	(void)nanosleep(&ts, NULL);
	return 0;
}

bool
tokens_doc_again(struct tokens *t, struct tokens_doc *d, int *r, struct err *e)
{
	bool again = false;

	if (*r >= 0 && d->changed && !t->readonly) {
		char *json = json_dumps(d->l.root, JSON_INDENT(1) | JSON_PRESERVE_ORDER), *text;
		int swapped;

		if (json == NULL)
			mem_die("JSON");
		text = xfmt("%s\n", json);
		swapped = store_swap(t->store, KEY, text, d->version, e);
		free(text);
		free(json);
		if (swapped < 0 || (swapped == 0 && wait_a_moment(t, d, e) < 0))
			*r = -1;
		else
			again = swapped == 0;
	}
	tokens_list_free(&d->l);
	return again;
}

/* --- changing --------------------------------------------------------------------------------------------------- */

struct tokens_reservation *
tokens_doc_find(struct tokens_doc *d, const char *pool, const char *uid, enum tokens_kind kind)
{
	char name[TOKENS_NAME_SIZE];

	tokens_name(pool, uid, kind, name);
	for (size_t i = 0; i < d->l.nres; i++)
		if (strcmp(d->l.res[i].name, name) == 0)
			return &d->l.res[i];
	return NULL;
}

struct tokens_state *
tokens_doc_pool(struct tokens_doc *d, const char *pool, struct err *e)
{
	struct tokens_state *s = find_pool(&d->l, pool);

	if (s == NULL)
		err_set(e, E_USAGE, "%s: there is no such pool of tokens", pool);
	return s;
}

void
tokens_doc_add(const struct tokens *t, struct tokens_doc *d, const json_t *like, enum tokens_kind kind, int n)
{
	json_t *v = json_deep_copy(like);

	if (v == NULL || json_object_set_new(v, "kind", json_string(kind_word[kind])) < 0 ||
	    json_object_set_new(v, "tokens", json_integer(n)) < 0 ||
	    json_array_append_new(json_object_get(d->l.root, "held"), v) < 0 ||
	    parse_reservation(t, &d->l, v, NULL) < 0)
		mem_die("JSON");
	count(&d->l);
	d->changed = true;
}

void
tokens_doc_set(struct tokens_doc *d, struct tokens_reservation *r, int n)
{
	size_t i = (size_t)(r - d->l.res);

	if (n > 0) {
		r->number = n;
		(void)json_object_set_new(r->json, "tokens", json_integer(n));
	} else {
		(void)json_array_remove(json_object_get(d->l.root, "held"), i);
		memmove(r, r + 1, (--d->l.nres - i) * sizeof(*r));
	}
	count(&d->l);
	d->changed = true;
}

void
tokens_doc_resize(struct tokens_doc *d, struct tokens_state *s, int n)
{
	s->capacity = n;
	(void)json_object_set_new(json_object_get(d->l.root, "capacity"), s->pool, json_integer(n));
	count(&d->l);
	d->changed = true;
}
