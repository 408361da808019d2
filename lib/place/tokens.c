/* tokens - the rules of the token pool: who takes, gets and gives back how many */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/tokens_doc.h"

#define DRAWS 100			/* unique ids tried before giving up */

/* --- opening ---------------------------------------------------------------------------------------------------- */

bool
tokens_is_uid(const char *text)
{
	size_t n = strnlen(text, UID_SIZE);

	return (n == UID_SIZE - 1 && strspn(text, "0123456789abcdef") == n) || (n == 4 && str_digits(text, 4));
}

void
tokens_name(const char *pool, const char *uid, enum tokens_kind kind, char out[TOKENS_NAME_SIZE])
{
	(void)snprintf(out, TOKENS_NAME_SIZE, "%s-%s-%s", pool, uid,
	    kind == TOKENS_QL ? "ql" : kind == TOKENS_R ? "r" : TOKENS_FLOATING);
}

struct tokens *
tokens_open(const char *place, const struct tokens_options *o, enum place_mode mode, struct err *e)
{
	struct tokens *t = xarray(1, sizeof(*t));

	t->o = *o;
	t->readonly = mode == PLACE_ASIS;
	t->name = xfmt("%s/pool.json", place);
	owner_here(t->here);
	if (t->o.wait <= 0)
		t->o.wait = TOKENS_WAIT;
	while (t->npools < TOKENS_POOLS && o->pools[t->npools].name != NULL) {
		t->pools[t->npools] = o->pools[t->npools];
		t->npools++;
	}
	if (o->who != NULL && !str_plain(o->who)) {
		err_set(e, E_USAGE, "%s: not the name of a program", t->name);
		goto fail;
	}
	if (strcmp(place, "none:") == 0)
		return t;
	if (str_starts(place, "ssm:")) {
		err_set(e, E_USAGE, "%s: not a place of tokens: a directory, s3://BUCKET/PREFIX or none:", place);
		goto fail;
	}
	t->store = store_open(place, mode, e);
	if (t->store != NULL)
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
	store_close(t->store);
	free(t->name);
	free(t);
}

/* --- acquire ---------------------------------------------------------------------------------------------------- */

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Return what processes of this machine held that have ended; told gets a text for each. */
static void
return_dead(struct tokens_doc *d, struct strlist *told)
{
	strlist_free(told);
	for (size_t i = 0; i < d->l.nres;) {
		struct tokens_reservation *r = &d->l.res[i];

		if (r->life == OWNER_DEAD) {
			char *text = xfmt("%s: returned %d, their owner has ended: %s", r->name, r->number, r->who);

			strlist_push(told, text);
			free(text);
			tokens_doc_set(d, r, 0);
		} else {
			i++;
		}
	}
}

static bool
in_use(const struct tokens_list *l, const char *uid)
{
	for (size_t i = 0; i < l->nres; i++)
		if (strcmp(l->res[i].uid, uid) == 0)
			return true;
	return false;
}

/* The id asked for, or one that nobody has. */
static int
choose_uid(const struct tokens_list *l, const char *asked, char uid[UID_SIZE], struct err *e)
{
	if (asked != NULL) {
		xsnprintf(uid, UID_SIZE, "%s", asked);
		return in_use(l, uid) ? err_set(e, E_BUSY, "%s: this unique id is in use", uid) : 0;
	}
	for (int i = 0; i < DRAWS; i++) {
		uid_new(uid);
		if (!in_use(l, uid))
			return 0;
	}
	return err_set(e, E_ENV, "no unique id found that is not in use");
}

/* What a reservation of this process says, but for kind and tokens. */
static json_t *
own_reservation(const struct tokens *t, const char *pool, const char *uid)
{
	char process[OWNER_SIZE], *who;
	char since[CLOCK_ISO_SIZE];
	json_t *v;

	owner_of(t->here, getpid(), process);
	who = xfmt("%s %.*s %ld", t->o.who != NULL ? t->o.who : "unknown", (int)strcspn(t->here, " "), t->here,
	    (long)getpid());
	clock_iso(clock_now(), since);
	v = json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "dataset", pool, "id", uid, "kind", "", "tokens", 0,
	    "since", since, "who", who, "process", process);
	free(who);
	if (v == NULL)
		mem_die("JSON");
	return v;
}

static int
take(struct tokens *t, struct tokens_doc *d, const struct tokens_request *rq, struct tokens_grant *g, struct err *e)
{
	const struct tokens_state *own = tokens_doc_pool(d, rq->pool, e);
	const struct tokens_state *floating = tokens_doc_pool(d, TOKENS_FLOATING, e);
	int max = rq->max > 0 ? rq->max : INT_MAX, min = smaller(rq->min, max);
	json_t *v;

	if (own == NULL || floating == NULL)
		return -1;
	g->dataset = smaller(own->free, max);
	g->floating = smaller(floating->free, smaller(rq->max_floating, max - g->dataset));
	if (own->capacity > 0)			/* with less than min for ever, what there is does */
		min = smaller(min, own->capacity + smaller(rq->max_floating, floating->capacity));
	if (g->dataset + g->floating < min || g->dataset + g->floating == 0)
		return 0;
	if (choose_uid(&d->l, rq->uid, g->uid, e) < 0)
		return -1;
	v = own_reservation(t, rq->pool, g->uid);
	if (g->dataset > 0)
		tokens_doc_add(t, d, v, TOKENS_QL, g->dataset);
	if (g->floating > 0)
		tokens_doc_add(t, d, v, TOKENS_FL, g->floating);
	json_decref(v);
	return 1;
}

int
tokens_acquire(struct tokens *t, const struct tokens_request *rq, struct tokens_grant *g, struct err *e)
{
	struct tokens_doc d = {0};
	struct strlist told = {0};
	int r;

	*g = (struct tokens_grant){0};
	if (strcmp(rq->pool, TOKENS_FLOATING) == 0 || rq->min < 0 || rq->max < 0 || rq->max_floating < 0)
		return err_set(e, E_USAGE, "%s: an impossible request for tokens", rq->pool);
	if (rq->uid != NULL && !tokens_is_uid(rq->uid))
		return err_set(e, E_USAGE, "%s: not a unique id", rq->uid);
	if (t->store == NULL) {
		for (size_t i = 0; i < t->npools; i++)
			if (strcmp(t->pools[i].name, rq->pool) == 0)
				g->dataset = rq->max > 0 ? rq->max : t->pools[i].capacity;
		return choose_uid(&d.l, rq->uid, g->uid, e) < 0 ? -1 : 1;
	}
	do {
		r = tokens_doc_read(t, &d, e);
		if (r == 0) {
			return_dead(&d, &told);
			r = take(t, &d, rq, g, e);
		}
	} while (tokens_doc_again(t, &d, &r, e));
	for (size_t i = 0; r >= 0 && t->o.tell != NULL && i < told.n; i++)
		t->o.tell(t->o.ctx, TOKENS_WARNING, told.item[i]);
	strlist_free(&told);
	return r;
}

/* --- assign ----------------------------------------------------------------------------------------------------- */

static int
check_owner(const struct tokens_owner *o, struct err *e)
{
	if (o->jobs != NULL && (!str_plain(o->jobs) || strlen(o->jobs) > TOKENS_JOBS_MAX))
		return err_set(e, E_DATA, "%.80s: cannot be recorded as owner of tokens: more than %d bytes, or "
		    "not plain text", o->jobs, TOKENS_JOBS_MAX);
	return 0;
}

static void
set_owner(const struct tokens *t, json_t *v, const struct tokens_owner *o)
{
	char process[OWNER_SIZE] = "";

	if (o->pid > 0)
		owner_of(t->here, o->pid, process);
	(void)json_object_del(v, "process");
	(void)json_object_del(v, "jobs");
	if (*process != '\0')
		(void)json_object_set_new(v, "process", json_string(process));
	if (o->jobs != NULL && *o->jobs != '\0')
		(void)json_object_set_new(v, "jobs", json_string(o->jobs));
}

/* The new reservations instead of the old ones. What is like in all of them stays: since when, who. */
static int
share_out(struct tokens *t, struct tokens_doc *d, const char *pool, const char *uid, const struct tokens_shares *s,
    struct err *e)
{
	const int want[TOKENS_KINDS] = { [TOKENS_QL] = s->ql, [TOKENS_R] = s->r, [TOKENS_FL] = s->floating };
	int had[TOKENS_KINDS] = {0};
	json_t *like = NULL;

	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		struct tokens_reservation *r = tokens_doc_find(d, pool, uid, k);

		had[k] = r != NULL ? r->number : 0;
		if (r != NULL && like == NULL)
			like = json_deep_copy(r->json);
	}
	if (s->ql < 0 || s->r < 0 || s->floating < 0 || s->ql > had[TOKENS_QL] + had[TOKENS_R] - s->r ||
	    s->floating > had[TOKENS_FL]) {
		json_decref(like);
		return err_set(e, E_DATA, "%s: %d, %d and %d tokens of %s were not granted", uid, s->ql, s->r,
		    s->floating, pool);
	}
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		if (had[k] > 0)
			tokens_doc_set(d, tokens_doc_find(d, pool, uid, k), 0);
		(void)json_object_del(like, "for");
		if (k == TOKENS_FL)
			(void)json_object_set_new(like, "for", json_string(s->floating_refined ? "refined" :
			    "quicklook"));
		if (want[k] > 0)
			tokens_doc_add(t, d, like, k, want[k]);
	}
	json_decref(like);
	return 0;
}

int
tokens_assign(struct tokens *t, const char *pool, const char *uid, const struct tokens_shares *s,
    const struct tokens_owner *owner, struct err *e)
{
	struct tokens_doc d = {0};
	int r;

	if (owner != NULL && check_owner(owner, e) < 0)
		return -1;
	if (t->store == NULL || t->readonly)	/* what a dry run took is not there */
		return 1;
	do {
		r = tokens_doc_read(t, &d, e);
		for (enum tokens_kind k = TOKENS_QL; r == 0 && k < TOKENS_KINDS; k++)
			r = tokens_doc_find(&d, pool, uid, k) != NULL;
		if (r > 0 && s != NULL && share_out(t, &d, pool, uid, s, e) < 0)
			r = -1;
		for (enum tokens_kind k = TOKENS_QL; r > 0 && owner != NULL && k < TOKENS_KINDS; k++) {
			struct tokens_reservation *v = tokens_doc_find(&d, pool, uid, k);

			if (v != NULL)
				set_owner(t, v->json, owner);
			d.changed = true;
		}
	} while (tokens_doc_again(t, &d, &r, e));
	return r;
}

/* --- release ---------------------------------------------------------------------------------------------------- */

/* Whether the floating tokens of a workflow, which has tokens of quicklook or not, go back with this type. */
static bool
has_floating(const struct tokens_reservation *r, bool ql, enum tokens_of of)
{
	bool refined = *r->goes_with != '\0' ? strcmp(r->goes_with, "refined") == 0 : !ql;

	return of == TOKENS_OF_ALL || refined == (of == TOKENS_OF_REFINED);
}

/* What there is, and what of it goes back. Who returns refined's looks for quicklook's too. */
static void
give_back(struct tokens_doc *d, const char *pool, const char *uid, enum tokens_of of, struct tokens_returned *back)
{
	const bool ql = tokens_doc_find(d, pool, uid, TOKENS_QL) != NULL;

	*back = (struct tokens_returned){0};
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		struct tokens_reservation *r = tokens_doc_find(d, pool, uid, k);

		if (r == NULL)
			continue;
		back->removed[k] = k == TOKENS_QL ? of != TOKENS_OF_REFINED : k == TOKENS_R ?
		    of != TOKENS_OF_QUICKLOOK : has_floating(r, ql, of);
		back->located[k] = k == TOKENS_QL || back->removed[k];
		if (!back->located[k])
			continue;
		back->number[k] = r->number;
		if (!back->removed[k])
			continue;
		tokens_doc_set(d, r, 0);
		back->free[k] = tokens_doc_pool(d, k == TOKENS_FL ? TOKENS_FLOATING : pool, NULL)->free;
	}
}

int
tokens_release(struct tokens *t, const char *pool, const char *uid, enum tokens_of of, struct tokens_returned *back,
    struct err *e)
{
	struct tokens_doc d = {0};
	int r;

	*back = (struct tokens_returned){0};
	if (!tokens_is_uid(uid))
		return err_set(e, E_DATA, "%s: not a unique id", uid);
	if (t->store == NULL)
		return 0;
	do {
		r = tokens_doc_read(t, &d, e);
		if (r == 0 && tokens_doc_pool(&d, pool, e) == NULL)
			r = -1;
		if (r == 0)
			give_back(&d, pool, uid, of, back);
	} while (tokens_doc_again(t, &d, &r, e));
	return r;
}

int
tokens_release_one(struct tokens *t, const char *pool, const char *uid, enum tokens_kind kind, struct err *e)
{
	struct tokens_doc d = {0};
	int r;

	if (t->store == NULL)
		return 0;
	do {
		r = tokens_doc_read(t, &d, e);
		if (r == 0 && tokens_doc_find(&d, pool, uid, kind) != NULL) {
			struct tokens_reservation *v = tokens_doc_find(&d, pool, uid, kind);

			r = v->number - 1;
			tokens_doc_set(&d, v, r);
		}
	} while (tokens_doc_again(t, &d, &r, e));
	return r;
}

/* --- looking after it ------------------------------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const struct tokens_reservation *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int
tokens_list(struct tokens *t, struct tokens_list *l, struct err *e)
{
	struct tokens_doc d = {0};

	*l = (struct tokens_list){0};
	if (t->store == NULL)
		return 0;
	if (tokens_doc_read(t, &d, e) < 0)
		return -1;
	*l = d.l;
	if (l->nres > 0)
		qsort(l->res, l->nres, sizeof(*l->res), by_name);
	return 0;
}

int64_t
tokens_age(const struct tokens_reservation *r)
{
	return clock_age(r->time);
}

static bool
is_dead(const struct tokens_reservation *r, const struct tokens_reaping *how)
{
	enum owner_life life = r->life;

	if (life == OWNER_DEAD)
		return true;
	if (life == OWNER_UNKNOWN && *r->jobs != '\0' && how->alive != NULL) {
		life = how->alive(how->ctx, r->jobs);
		if (life == OWNER_DEAD && clock_expired(r->time, how->min_age))
			return true;
	}
	return life == OWNER_UNKNOWN && how->max_age > 0 && clock_expired(r->time, how->max_age);
}

/* The engine is asked once, before; returned is what still is as it was then. */
int
tokens_reap(struct tokens *t, const struct tokens_reaping *how, struct tokens_list *l, struct err *e)
{
	struct tokens_doc d = {0};
	size_t n = 0, back;
	int r;

	if (tokens_list(t, l, e) < 0)
		return -1;
	for (size_t i = 0; i < l->nres; i++)
		if (is_dead(&l->res[i], how))
			l->res[n++] = l->res[i];
	l->nres = n;
	if (n == 0)
		return 0;
	do {
		r = tokens_doc_read(t, &d, e);
		back = 0;
		for (size_t i = 0; r == 0 && i < n; i++) {
			struct tokens_reservation dead = l->res[i], *now;

			now = tokens_doc_find(&d, dead.pool, dead.uid, dead.kind);
			if (now == NULL || !json_equal(now->json, dead.json))
				continue;
			tokens_doc_set(&d, now, 0);
			l->res[i] = l->res[back];
			l->res[back++] = dead;
		}
	} while (tokens_doc_again(t, &d, &r, e));
	l->nres = back;
	if (r < 0)
		tokens_list_free(l);
	return r;
}

int
tokens_set_capacity(struct tokens *t, const char *pool, int capacity, struct err *e)
{
	struct tokens_doc d = {0};
	int r;

	if (capacity < 0 || capacity > TOKENS_CAPACITY_MAX)
		return err_set(e, E_USAGE, "%s: %d: not a number of tokens from 0 to %d", pool, capacity,
		    TOKENS_CAPACITY_MAX);
	if (t->store == NULL)
		return 0;
	do {
		struct tokens_state *s = NULL;

		r = tokens_doc_read(t, &d, e);
		if (r == 0 && (s = tokens_doc_pool(&d, pool, e)) == NULL)
			r = -1;
		if (s != NULL && s->capacity != capacity)
			tokens_doc_resize(&d, s, capacity);
	} while (tokens_doc_again(t, &d, &r, e));
	return r;
}
