/* tokens - the token pool: its parameters, its lock, what is in it */

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/tokens_impl.h"

#define LOCK "lock"
#define FLAG "retrieving-license"	/* the lock of older programs: True, False */
#define FLAG_AGE 900			/* seconds after which nobody can still be holding it */
#define FLAG_POLL 3.0
#define CAPACITY "-capacity"
#define LEASE 120
#define SKEW 30

static const char *const kind_name[TOKENS_KINDS] = {
	[TOKENS_QL] = "ql", [TOKENS_R] = "r", [TOKENS_FL] = TOKENS_FLOATING
};

void
tokens_warn(const struct tokens *t, const char *fmt, ...)
{
	char text[ERR_MSGMAX];
	va_list ap;

	if (t->o.tell == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t->o.tell(t->o.ctx, TOKENS_WARNING, text);
}

/* --- names and numbers ------------------------------------------------------------------------------------------ */

bool
tokens_is_uid(const char *text)
{
	size_t n = strnlen(text, UID_SIZE);

	return (n == UID_SIZE - 1 && strspn(text, "0123456789abcdef") == n) || (n == 4 && str_digits(text, 4));
}

void
tokens_name(const char *pool, const char *uid, enum tokens_kind kind, char out[TOKENS_NAME_SIZE])
{
	(void)snprintf(out, TOKENS_NAME_SIZE, "%s-%s-%s", pool, uid, kind_name[kind]);
}

char *
tokens_title(const struct tokens *t, const char *pool, const char *uid, enum tokens_kind kind, struct err *e)
{
	char name[TOKENS_NAME_SIZE];

	tokens_name(pool, uid, kind, name);
	return t->param != NULL ? param_title(t->param, name, e) : mem_str(name, e);
}

char *
tokens_pool_title(const struct tokens *t, const char *pool, struct err *e)
{
	return t->param != NULL ? param_title(t->param, pool, e) : mem_str(pool, e);
}

const char *
tokens_known(const struct tokens *t, const char *pool, struct err *e)
{
	for (size_t i = 0; i < t->npools; i++)
		if (strcmp(t->pools[i].name, pool) == 0)
			return t->pools[i].name;
	err_set(e, E_USAGE, "%s: there is no such pool of tokens", pool);
	return NULL;
}

/* -1 when it is no number of tokens. */
static int
number(const char *text)
{
	size_t n = strnlen(text, 7);
	int v;

	if (n == 0 || n > 6 || !str_digits(text, n))
		return -1;
	v = str_number(text, n);
	return v <= TOKENS_CAPACITY_MAX ? v : -1;
}

/* name is POOL-UID-KIND; false when it is not. */
static bool
parse_name(const struct tokens *t, const char *name, struct tokens_reservation *r)
{
	for (size_t i = 0; i < t->npools; i++) {
		size_t n = strlen(t->pools[i].name);

		if (strncmp(name, t->pools[i].name, n) != 0 || name[n] != '-')
			continue;
		r->pool = t->pools[i].name;
		(void)snprintf(r->uid, sizeof(r->uid), "%.*s", (int)strcspn(name + n + 1, "-"), name + n + 1);
		for (r->kind = TOKENS_QL; r->kind < TOKENS_KINDS; r->kind++) {
			tokens_name(r->pool, r->uid, r->kind, r->name);
			if (strcmp(r->name, name) == 0)
				return tokens_is_uid(r->uid);
		}
	}
	return false;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static int
add_pools(struct tokens *t, const struct tokens_options *o, struct err *e)
{
	bool floating = false;

	for (const struct tokens_pool *p = o->pools; p->name != NULL; p++) {
		size_t n = strlen(p->name);

		if (t->npools == TOKENS_POOLS || n == 0 || n > 32 ||
		    strspn(p->name, "abcdefghijklmnopqrstuvwxyz0123456789") != n)
			return err_set(e, E_USAGE, "%s: cannot be a pool of tokens", p->name);
		floating |= strcmp(p->name, TOKENS_FLOATING) == 0;
		t->pools[t->npools++] = *p;
	}
	if (!floating)
		return err_set(e, E_USAGE, "there is no pool of " TOKENS_FLOATING " tokens");
	return 0;
}

static int
set_default(struct tokens *t, const char *name, size_t len, int capacity)
{
	for (size_t i = 0; i < t->npools; i++)
		if (strlen(t->pools[i].name) == len && memcmp(t->pools[i].name, name, len) == 0) {
			t->pools[i].capacity = capacity;
			return 0;
		}
	return -1;
}

static int
set_defaults(struct tokens *t, const char *text, struct err *e)
{
	for (const char *s = text; *s != '\0';) {
		size_t n = strcspn(s, ","), key = strcspn(s, "=,");
		char value[8] = "";

		if (key < n && n - key <= sizeof(value))
			(void)snprintf(value, sizeof(value), "%.*s", (int)(n - key - 1), s + key + 1);
		if (number(value) < 0 || set_default(t, s, key, number(value)) < 0)
			return err_set(e, E_USAGE, "%.*s: not a pool and its tokens, as in %s=%d", (int)n, s,
			    t->pools[0].name, t->pools[0].capacity);
		s += s[n] == ',' ? n + 1 : n;
	}
	return 0;
}

static void
on_lease(void *ctx, enum lease_event event, const char *text)
{
	const struct tokens *t = ctx;

	if (t->o.tell != NULL)
		t->o.tell(t->o.ctx, event == LEASE_WAITING ? TOKENS_WAITING : TOKENS_WARNING, text);
}

static int
check_options(struct tokens *t, struct err *e)
{
	struct note n = {0};

	if (t->o.who == NULL)
		t->o.who = "unknown";
	if (t->o.wait <= 0)
		t->o.wait = TOKENS_WAIT;
	if (add_pools(t, &t->o, e) < 0 || (t->o.capacities != NULL && set_defaults(t, t->o.capacities, e) < 0) ||
	    note_own(&n, &t->here, t->o.who, &(struct tokens_owner){0}, e) < 0)
		return -1;
	for (size_t i = 0; i < t->npools; i++)
		if (t->pools[i].capacity < 0 || t->pools[i].capacity > TOKENS_CAPACITY_MAX)
			return err_set(e, E_USAGE, "%s: not a number of tokens: %d", t->pools[i].name,
			    t->pools[i].capacity);
	return 0;
}

struct tokens *
tokens_open(const char *place, const struct tokens_options *o, enum place_mode mode, struct err *e)
{
	struct tokens *t = mem_array(1, sizeof(*t), e);

	if (t == NULL)
		return NULL;
	t->o = *o;
	note_here(&t->here);
	t->readonly = mode == PLACE_ASIS;
	if (check_options(t, e) < 0)
		goto fail;
	if (strcmp(place, "none:") == 0)
		return t;
	t->param = param_open(place, mode, e);
	if (t->param == NULL)
		goto fail;
	t->lease = (struct lease){ .param = t->param, .name = LOCK, .who = t->o.who, .stop = o->stop, .tell = on_lease,
		.ctx = t, .seconds = o->lease > 0 ? o->lease : LEASE, .skew = o->skew > 0 ? o->skew : SKEW };
	return t;
fail:
	tokens_close(t);
	return NULL;
}

void
tokens_close(struct tokens *t)
{
	if (t == NULL)
		return;
	param_close(t->param);
	free(t);
}

/* --- the lock --------------------------------------------------------------------------------------------------- */

/* 1 and *n, 0 when there is none, or -1. What is no number is -1 in *n, with a warning. */
static int
get_number(const struct tokens *t, const char *name, int *n, struct err *e)
{
	struct param_value v;
	struct err why;
	int r = param_get(t->param, name, &v, &why);

	*n = -1;
	if (r < 0 && why.code != E_DATA)
		return err_set(e, why.code, "%s", why.msg);
	if (r == 0)
		return 0;
	*n = number(v.text);
	if (*n < 0)
		tokens_warn(t, "%s: not a number of tokens", name);
	return 1;
}

/* Whether somebody may still be holding the flag. We have the lock, so what a holder of the lock left behind, who was
 * removed from it, does not count. */
static bool
flag_counts(const struct tokens *t, const struct param_value *v)
{
	return strcmp(v->text, "True") == 0 && clock_now() - v->time < FLAG_AGE && v->time > t->lease.broken;
}

static int
get_flag(const struct tokens *t, struct param_value *v, struct err *e)
{
	struct err why;
	int r = param_get(t->param, FLAG, v, &why);

	if (r < 0 && why.code != E_DATA)
		return err_set(e, why.code, "%s", why.msg);
	return r != 0;
}

/* Under the lock: also take the flag of older programs, if there is one. */
static int
take_flag(struct tokens *t, struct err *e)
{
	double limit = clock_steady() + t->o.wait;
	struct param_value v;
	int r;

	while ((r = get_flag(t, &v, e)) > 0 && flag_counts(t, &v)) {
		double rest = limit - clock_steady();

		if (rest <= 0)
			return err_set(e, E_RETRY, FLAG ": not free within %d s", t->o.wait);
		on_lease(t, LEASE_WAITING, "");
		if (lease_pause(&t->lease, rest < FLAG_POLL ? rest : FLAG_POLL, e) < 0 || lease_keep(&t->lease, e) < 0)
			return -1;
	}
	t->shared = r > 0;
	if (r <= 0)
		return r;
	if (strcmp(v.text, "True") == 0)
		tokens_warn(t, FLAG ": is True since %lld s, taken over", (long long)(clock_now() - v.time));
	t->flagged = true;
	return lease_keep(&t->lease, e) < 0 ? -1 : param_set(t->param, FLAG, "True", NULL, e);
}

static void
unlock(struct tokens *t)
{
	struct err e;

	if (!t->lease.held)
		return;
	if (t->o.tell != NULL)
		t->o.tell(t->o.ctx, TOKENS_UNLOCKED, "");
	if (t->flagged && (lease_keep(&t->lease, &e) < 0 || param_set(t->param, FLAG, "False", NULL, &e) < 0))
		tokens_warn(t, "%s", e.msg);
	if (lease_drop(&t->lease, &e) < 0)
		tokens_warn(t, "%s", e.msg);
	t->flagged = false;
}

static int
lock(struct tokens *t, struct err *e)
{
	t->flagged = false;
	if (lease_take(&t->lease, t->o.wait, e) < 0)
		return -1;
	if (take_flag(t, e) < 0) {
		unlock(t);
		return -1;
	}
	if (t->o.tell != NULL)
		t->o.tell(t->o.ctx, TOKENS_LOCKED, "");
	return 0;
}

/* --- loading ---------------------------------------------------------------------------------------------------- */

struct tokens_state *
tokens_state_of(struct tokens_list *l, const char *pool)
{
	for (size_t i = 0; i < l->npools; i++)
		if (strcmp(l->pool[i].pool, pool) == 0)
			return &l->pool[i];
	return NULL;
}

struct tokens_state *
tokens_pool_state(struct tokens_list *l, const struct tokens_reservation *r)
{
	return tokens_state_of(l, r->kind == TOKENS_FL ? TOKENS_FLOATING : r->pool);
}

struct tokens_reservation *
tokens_find(struct tokens_list *l, const char *pool, const char *uid, enum tokens_kind kind)
{
	char name[TOKENS_NAME_SIZE];

	tokens_name(pool, uid, kind, name);
	for (size_t i = 0; i < l->nres; i++)
		if (strcmp(l->res[i].name, name) == 0)
			return &l->res[i];
	return NULL;
}

void
tokens_list_free(struct tokens_list *l)
{
	free(l->res);
	*l = (struct tokens_list){0};
}

static int
load_pool(const struct tokens *t, const struct tokens_pool *p, struct tokens_state *s, struct err *e)
{
	char name[TOKENS_NAME_SIZE];
	int r;

	*s = (struct tokens_state){ .pool = p->name };
	(void)snprintf(name, sizeof(name), "%s" CAPACITY, p->name);
	r = get_number(t, name, &s->capacity, e);
	if (r < 0 || get_number(t, p->name, &s->counter, e) < 0)
		return -1;
	s->stored = r > 0;
	if (r == 0 && !t->shared)
		s->capacity = p->capacity;
	return 0;
}

struct loading {
	struct tokens *t;
	const char *only;
	struct tokens_list *l;
};

/* One name of the listing. A reservation that is gone meanwhile is none. */
static int
load_name(void *ctx, const char *name, struct err *e)
{
	struct loading *g = ctx;
	struct tokens_reservation *r;
	struct param_value v;
	struct note note;
	struct err why;
	int rc;

	if (mem_grow(&g->l->res, &g->l->cap, g->l->nres + 1, sizeof(*g->l->res), e) < 0)
		return -1;
	r = &g->l->res[g->l->nres];
	*r = (struct tokens_reservation){0};
	if (!parse_name(g->t, name, r) || (g->only != NULL && r->kind != TOKENS_FL && strcmp(r->pool, g->only) != 0))
		return 0;
	rc = param_get(g->t->param, name, &v, &why);
	if (rc < 0 && why.code != E_DATA)
		return err_set(e, why.code, "%s", why.msg);
	if (rc == 0)
		return 0;
	r->number = number(v.text);
	if (r->number < 0)
		tokens_warn(g->t, "%s: not a number of tokens, counts as none", name);
	note_parse(v.note, &note);
	r->time = note.time > 0 ? note.time : v.time;
	r->refined = note.refined;
	r->quicklook = note.quicklook;
	r->life = note_life(&note, &g->t->here);
	memcpy(r->who, note.who, sizeof(r->who));
	memcpy(r->jobs, note.jobs, sizeof(r->jobs));
	g->l->nres++;
	return 0;
}

/* Where older programs take tokens, the stored count is right; else it is only for them to read. */
static void
count_free(const struct tokens *t, struct tokens_state *s)
{
	if (t->shared)
		s->free = s->counter > 0 ? s->counter : 0;
	else
		s->free = s->capacity > s->held ? s->capacity - s->held : 0;
}

void
tokens_count(const struct tokens *t, struct tokens_state *s, int n)
{
	s->held += n;
	if (!t->shared) {
		count_free(t, s);
		return;
	}
	s->free -= n;
	if (s->capacity >= 0 && s->free > s->capacity) {
		tokens_warn(t, "%s: %d free tokens would be more than its %d, not counted", s->pool, s->free,
		    s->capacity);
		s->free = s->capacity;
	}
}

int
tokens_load(struct tokens *t, const char *only, struct tokens_list *l, struct err *e)
{
	struct loading g = { t, only, l };
	struct param_value v;
	int r;

	*l = (struct tokens_list){0};
	if (!t->lease.held) {
		r = get_flag(t, &v, e);
		if (r < 0)
			return -1;
		t->shared = r > 0;
	}
	for (size_t i = 0; i < t->npools; i++) {
		const char *name = t->pools[i].name;

		if (only != NULL && strcmp(name, only) != 0 && strcmp(name, TOKENS_FLOATING) != 0)
			continue;
		if (load_pool(t, &t->pools[i], &l->pool[l->npools++], e) < 0)
			return -1;
	}
	if (param_list(t->param, "", load_name, &g, e) < 0)
		return -1;
	for (size_t i = 0; i < l->nres; i++)
		if (l->res[i].number > 0)
			tokens_pool_state(l, &l->res[i])->held += l->res[i].number;
	for (size_t i = 0; i < l->npools; i++)
		count_free(t, &l->pool[i]);
	return 0;
}

int
tokens_usable(const struct tokens *t, const struct tokens_state *s, struct err *e)
{
	if (t->shared && s->counter < 0)
		return err_set(e, E_USAGE, "%s: the number of free tokens is missing or damaged; license-returner "
		    "--reconcile repairs it", s->pool);
	if (!t->shared && s->capacity < 0)
		return err_set(e, E_USAGE, "%s" CAPACITY ": not a number of tokens; license-returner --set-capacity "
		    "repairs it", s->pool);
	return 0;
}

/* --- operations ------------------------------------------------------------------------------------------------- */

int
tokens_put(struct tokens *t, const char *name, int n, struct err *e)
{
	char text[16];

	if (t->readonly)
		return 0;
	(void)snprintf(text, sizeof(text), "%d", n);
	return lease_keep(&t->lease, e) < 0 ? -1 : param_set(t->param, name, text, NULL, e);
}

static int
store_capacities(struct tokens *t, const struct tokens_list *l, struct err *e)
{
	char name[TOKENS_NAME_SIZE];

	for (size_t i = 0; i < l->npools && !t->shared; i++) {
		(void)snprintf(name, sizeof(name), "%s" CAPACITY, l->pool[i].pool);
		if (!l->pool[i].stored && tokens_put(t, name, l->pool[i].capacity, e) < 0)
			return -1;
	}
	return 0;
}

int
tokens_begin(struct tokens *t, const char *only, struct tokens_list *l, struct err *e)
{
	*l = (struct tokens_list){0};
	if (!t->readonly && lock(t, e) < 0)
		return -1;
	if (tokens_load(t, only, l, e) == 0 && store_capacities(t, l, e) == 0)
		return 0;
	tokens_list_free(l);
	unlock(t);
	return -1;
}

/* Without older programs the stored number is only informative: that it cannot be written is no failure. */
static int
store_free(struct tokens *t, const struct tokens_state *s, struct err *e)
{
	struct err why;

	if (s->counter == s->free || tokens_usable(t, s, NULL) < 0 || tokens_put(t, s->pool, s->free, &why) == 0)
		return 0;
	if (t->shared)
		return err_set(e, why.code, "%s", why.msg);
	tokens_warn(t, "%s", why.msg);
	return 0;
}

int
tokens_end(struct tokens *t, struct tokens_list *l, int r, struct err *e)
{
	struct err why;

	for (size_t i = 0; i < l->npools && (t->lease.held || t->readonly); i++)
		if (store_free(t, &l->pool[i], &why) < 0 && r >= 0)
			r = err_set(e, why.code, "%s", why.msg);
	unlock(t);
	return r;
}

int
tokens_make(struct tokens *t, struct tokens_list *l, const char *pool, const char *uid, enum tokens_kind kind, int n,
    const struct note *note, struct err *e)
{
	char name[TOKENS_NAME_SIZE], value[16], text[PARAM_NOTE_MAX + 1];
	int r = 1;

	tokens_name(pool, uid, kind, name);
	(void)snprintf(value, sizeof(value), "%d", n);
	if (note_write(note, text, e) < 0)
		return -1;
	if (!t->readonly)
		r = lease_keep(&t->lease, e) < 0 ? -1 : param_create(t->param, name, value, text, e);
	if (r > 0)
		tokens_count(t, tokens_state_of(l, kind == TOKENS_FL ? TOKENS_FLOATING : pool), n);
	return r;
}

int
tokens_note_of(struct tokens *t, const struct tokens_reservation *r, struct note *note, struct err *e)
{
	struct param_value v;
	struct err why;

	if (param_get(t->param, r->name, &v, &why) < 0 && why.code != E_DATA)
		return err_set(e, why.code, "%s", why.msg);
	note_parse(v.note, note);
	return 0;
}

int
tokens_change(struct tokens *t, struct tokens_list *l, struct tokens_reservation *r, int n, const struct note *note,
    struct err *e)
{
	char old[16] = "", value[16], text[PARAM_NOTE_MAX + 1];
	struct note before;
	int was = r->number, rc = 1;

	if (n == 0)
		return tokens_remove(t, l, r, e) < 0 ? -1 : 0;
	if (was >= 0)
		(void)snprintf(old, sizeof(old), "%d", was);
	(void)snprintf(value, sizeof(value), "%d", n);
	if (note == NULL && tokens_note_of(t, r, &before, e) < 0)
		return -1;
	if (note_write(note != NULL ? note : &before, text, e) < 0)
		return -1;
	if (!t->readonly)
		rc = lease_keep(&t->lease, e) < 0 ? -1 : param_swap(t->param, r->name, old, value, text, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, E_RETRY, "%s: changed by another process", r->name);
	tokens_count(t, tokens_pool_state(l, r), n - (was > 0 ? was : 0));
	r->number = n;
	return 0;
}

int
tokens_remove(struct tokens *t, struct tokens_list *l, struct tokens_reservation *r, struct err *e)
{
	size_t i = (size_t)(r - l->res);
	int rc = 1;

	if (!t->readonly)
		rc = lease_keep(&t->lease, e) < 0 ? -1 : param_delete(t->param, r->name, e);
	if (rc < 0)
		return -1;
	if (r->number > 0 && (rc > 0 || !t->shared))
		tokens_count(t, tokens_pool_state(l, r), -r->number);
	l->nres--;
	memmove(r, r + 1, (l->nres - i) * sizeof(*r));
	return rc;
}
