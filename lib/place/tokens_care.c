/* tokens_care - looking after the token pool: list, reconcile, reap, change its size */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "place/tokens_impl.h"

#define SETTLED 900			/* seconds after which an older program has recorded what it took */

int
tokens_list(struct tokens *t, struct tokens_list *l, struct err *e)
{
	int r;

	*l = (struct tokens_list){0};
	if (t->param == NULL)
		return 0;
	if (tokens_load(t, NULL, l, e) < 0)
		goto fail;
	r = lease_read(&t->lease, l->lock.who, sizeof(l->lock.who), &l->lock.expires, &l->lock.expired, e);
	if (r < 0)
		goto fail;
	l->lock.held = r > 0;
	return 0;
fail:
	tokens_list_free(l);
	return -1;
}

/* --- reconcile -------------------------------------------------------------------------------------------------- */

/* Whether an older program may just have lowered this number and not recorded yet what it took. */
static int
unsettled(struct tokens *t, const char *pool, struct err *e)
{
	struct param_value v;
	struct err why;
	int r = param_get(t->param, pool, &v, &why);

	if (r < 0 && why.code != E_DATA)
		return err_set(e, why.code, "%s", why.msg);
	return r > 0 && clock_now() - v.time < SETTLED;
}

static int
reconcile(struct tokens *t, bool force, struct tokens_list *l, struct err *e)
{
	for (size_t i = 0; i < l->npools; i++) {
		struct tokens_state *s = &l->pool[i];
		int r;

		if (s->capacity < 0) {
			tokens_warn(t, "%s: its capacity is unknown, not reconciled", s->pool);
			continue;
		}
		r = t->shared && !force ? unsettled(t, s->pool, e) : 0;
		if (r < 0)
			return -1;
		if (r > 0) {
			tokens_warn(t, "%s: in use by older programs, not reconciled", s->pool);
			continue;
		}
		s->free = s->capacity > s->held ? s->capacity - s->held : 0;
		if (s->counter != s->free && tokens_put(t, s->pool, s->free, e) < 0)
			return -1;
	}
	return 0;
}

int
tokens_reconcile(struct tokens *t, bool force, struct tokens_list *l, struct err *e)
{
	struct tokens_list none = {0};
	int r;

	*l = (struct tokens_list){0};
	if (t->param == NULL)
		return 0;
	if (tokens_begin(t, NULL, l, e) < 0)
		return -1;
	r = reconcile(t, force, l, e);
	r = tokens_end(t, &none, r, e);		/* all is stored */
	if (r < 0)
		tokens_list_free(l);
	return r;
}

/* --- reap ------------------------------------------------------------------------------------------------------- */

static bool
is_dead(const struct tokens_reservation *r, const struct tokens_reaping *how)
{
	enum tokens_life life = r->life;
	int64_t age = clock_now() - r->time;

	if (life == TOKENS_DEAD)
		return true;
	if (life == TOKENS_UNKNOWN && *r->jobs != '\0' && how->alive != NULL) {
		life = how->alive(how->ctx, r->jobs);
		if (life == TOKENS_DEAD && age > how->min_age)
			return true;
	}
	return life == TOKENS_UNKNOWN && how->max_age > 0 && age > how->max_age;
}

/* Keep the dead in *l. The engine is asked here, without the lock. */
static void
keep_dead(struct tokens_list *l, const struct tokens_reaping *how)
{
	size_t n = 0;

	for (size_t i = 0; i < l->nres; i++)
		if (is_dead(&l->res[i], how))
			l->res[n++] = l->res[i];
	l->nres = n;
}

static bool
same_owner(const struct tokens_reservation *a, const struct tokens_reservation *b)
{
	return a->time == b->time && strcmp(a->jobs, b->jobs) == 0 && strcmp(a->who, b->who) == 0;
}

/* Remove those of dead that are still there, and keep the removed in it. */
static int
remove_dead(struct tokens *t, struct tokens_list *l, struct tokens_list *dead, struct err *e)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < dead->nres && r >= 0; i++) {
		const struct tokens_reservation *d = &dead->res[i];
		struct tokens_reservation *now = tokens_find(l, d->pool, d->uid, d->kind);

		if (now == NULL || !same_owner(d, now))
			continue;
		r = tokens_remove(t, l, now, e);
		if (r > 0)
			dead->res[n++] = *d;
	}
	dead->nres = n;
	return r < 0 ? -1 : 0;
}

int
tokens_reap(struct tokens *t, const struct tokens_reaping *how, struct tokens_list *l, struct err *e)
{
	struct tokens_list now;
	int r;

	if (tokens_list(t, l, e) < 0)
		return -1;
	keep_dead(l, how);
	/* Also when nobody is dead: one who died between its record and the free count left that count behind. */
	if (tokens_begin(t, NULL, &now, e) < 0) {
		tokens_list_free(l);
		return -1;
	}
	r = remove_dead(t, &now, l, e);
	r = tokens_end(t, &now, r, e);
	memcpy(l->pool, now.pool, sizeof(l->pool));
	tokens_list_free(&now);
	if (r < 0)
		tokens_list_free(l);
	return r;
}

/* --- size ------------------------------------------------------------------------------------------------------- */

static int
resize(struct tokens *t, struct tokens_state *s, int capacity, struct err *e)
{
	char name[TOKENS_NAME_SIZE];
	int was = s->capacity;

	(void)snprintf(name, sizeof(name), "%s-capacity", s->pool);
	if ((was != capacity || !s->stored) && tokens_put(t, name, capacity, e) < 0)
		return -1;
	s->capacity = capacity;
	if (!t->shared)
		s->free = capacity > s->held ? capacity - s->held : 0;
	else if (was >= 0)
		s->free = s->free + capacity > was ? s->free + capacity - was : 0;
	return 0;
}

int
tokens_set_capacity(struct tokens *t, const char *pool, int capacity, struct err *e)
{
	struct tokens_list l;
	int r;

	pool = tokens_known(t, pool, e);
	if (pool == NULL)
		return -1;
	if (capacity < 0 || capacity > TOKENS_CAPACITY_MAX)
		return err_set(e, E_USAGE, "%s: %d: not a number of tokens from 0 to %d", pool, capacity,
		    TOKENS_CAPACITY_MAX);
	if (t->param == NULL)
		return 0;
	if (tokens_begin(t, NULL, &l, e) < 0)
		return -1;
	r = resize(t, tokens_state_of(&l, pool), capacity, e);
	r = tokens_end(t, &l, r, e);
	tokens_list_free(&l);
	return r;
}
