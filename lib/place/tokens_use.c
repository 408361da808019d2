/* tokens_use - the token pool as workflows use it: acquire, assign, release */

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "place/tokens_impl.h"

#define DRAWS 100			/* unique ids tried before giving up */

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

/* --- acquire ---------------------------------------------------------------------------------------------------- */

/* How many the request gets of what is free; 0 when that is too few, with *g telling what was there. */
static int
divide(const struct tokens_request *rq, int dataset, int floating, struct tokens_grant *g)
{
	int max = rq->max > 0 ? rq->max : INT_MAX;

	g->dataset = smaller(dataset, max);
	g->floating = smaller(floating, smaller(rq->max_floating, max - g->dataset));
	return g->dataset + g->floating >= smaller(rq->min, max) && g->dataset + g->floating > 0;
}

/* Take back what processes of this machine held that have ended. */
static int
reap_local(struct tokens *t, struct tokens_list *l, struct err *e)
{
	for (size_t i = 0; i < l->nres;) {
		struct tokens_reservation r = l->res[i];

		if (r.life != TOKENS_DEAD) {
			i++;
			continue;
		}
		if (tokens_remove(t, l, &l->res[i], e) < 0)
			return -1;
		tokens_warn(t, "%s: returned %d, their owner has ended: %s", r.name, r.number,
		    *r.who != '\0' ? r.who : "unknown");
	}
	return 0;
}

static bool
in_use(const struct tokens_list *l, const char *uid)
{
	for (size_t i = 0; i < l->nres; i++)
		if (strcmp(l->res[i].uid, uid) == 0)
			return true;
	return false;
}

/* All or nothing: what was recorded of a grant goes away again. It is ours alone, with the lock or without. */
static void
undo(struct tokens *t, struct tokens_list *l, const struct tokens_grant *g, enum tokens_kind kind, int n)
{
	struct tokens_reservation made = { .pool = g->pool, .kind = kind };

	tokens_name(g->pool, g->uid, kind, made.name);
	if (!t->readonly)
		(void)param_delete(t->param, made.name, NULL);
	tokens_count(t, tokens_pool_state(l, &made), -n);
}

/* Record the grant under its id: 1, 0 when something has that name, -1. */
static int
record(struct tokens *t, struct tokens_list *l, const struct tokens_grant *g, struct err *e)
{
	struct note note = { .time = clock_now() };
	const int n[TOKENS_KINDS] = { [TOKENS_QL] = g->dataset, [TOKENS_FL] = g->floating };
	int made[TOKENS_KINDS] = {0}, r = 1;

	if (in_use(l, g->uid))
		return 0;
	if (note_own(&note, &t->here, t->o.who, &(struct tokens_owner){ .pid = getpid() }, e) < 0)
		return -1;
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS && r > 0; k++)
		if (n[k] > 0) {
			r = tokens_make(t, l, g->pool, g->uid, k, n[k], &note, e);
			made[k] = r > 0 ? n[k] : 0;
		}
	if (r > 0 && !t->readonly && lease_keep(&t->lease, e) < 0)
		r = -1;			/* we were slow, others may have taken the same */
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS && r <= 0; k++)
		if (made[k] > 0)
			undo(t, l, g, k, made[k]);
	return r;
}

static int
take(struct tokens *t, struct tokens_list *l, const struct tokens_request *rq, struct tokens_grant *g, struct err *e)
{
	const struct tokens_state *own = tokens_state_of(l, g->pool), *floating = tokens_state_of(l, TOKENS_FLOATING);
	int r = 0;

	if (tokens_usable(t, own, e) < 0 || tokens_usable(t, floating, e) < 0 || reap_local(t, l, e) < 0)
		return -1;
	if (!divide(rq, own->free, floating->free, g))
		return 0;
	if (rq->uid != NULL) {
		r = record(t, l, g, e);
		return r != 0 ? r : err_set(e, E_DATA, "%s: this unique id is in use", g->uid);
	}
	for (int i = 0; r == 0 && i < DRAWS; i++)
		r = uid_new(g->uid, e) < 0 ? -1 : record(t, l, g, e);
	return r != 0 ? r : err_set(e, E_ENV, "no unique id found that is not in use");
}

static int
begin_grant(struct tokens *t, const struct tokens_request *rq, struct tokens_grant *g, struct err *e)
{
	*g = (struct tokens_grant){ .pool = tokens_known(t, rq->pool, e) };
	if (g->pool == NULL)
		return -1;
	if (strcmp(g->pool, TOKENS_FLOATING) == 0 || rq->min < 0 || rq->max < 0 || rq->max_floating < 0)
		return err_set(e, E_USAGE, "%s: an impossible request for tokens", rq->pool);
	if (rq->uid == NULL)
		return uid_new(g->uid, e);
	if (!tokens_is_uid(rq->uid))
		return err_set(e, E_USAGE, "%s: not a unique id", rq->uid);
	return str_fmt(g->uid, sizeof(g->uid), e, "%s", rq->uid);
}

int
tokens_acquire(struct tokens *t, const struct tokens_request *rq, struct tokens_grant *g, struct err *e)
{
	struct tokens_list l;
	int r;

	if (begin_grant(t, rq, g, e) < 0)
		return -1;
	if (t->param == NULL) {
		for (size_t i = 0; i < t->npools; i++)
			if (t->pools[i].name == g->pool)
				g->dataset = rq->max > 0 ? rq->max : t->pools[i].capacity;
		return 1;
	}
	if (tokens_begin(t, g->pool, &l, e) < 0)
		return -1;
	r = take(t, &l, rq, g, e);
	r = tokens_end(t, &l, r, e);
	tokens_list_free(&l);
	return r;
}

/* --- assign ----------------------------------------------------------------------------------------------------- */

/* The note of what the grant recorded first, with the owner the shares name. */
static int
note_of_grant(struct tokens *t, struct tokens_list *l, const struct tokens_grant *g, const struct tokens_shares *s,
    struct note *note, struct err *e)
{
	const struct tokens_reservation *r = NULL;

	for (enum tokens_kind k = TOKENS_QL; r == NULL && k < TOKENS_KINDS; k++)
		r = tokens_find(l, g->pool, g->uid, k);
	if (r == NULL)
		return err_set(e, E_DATA, "%s: holds no tokens of %s", g->uid, g->pool);
	if (tokens_note_of(t, r, note, e) < 0)
		return -1;
	note->quicklook = note->refined = false;
	if (note->time <= 0)
		note->time = r->time;
	return s->owner != NULL ? note_own(note, &t->here, t->o.who, s->owner, e) : 0;
}

static int
held(struct tokens_list *l, const struct tokens_grant *g, enum tokens_kind kind)
{
	const struct tokens_reservation *r = tokens_find(l, g->pool, g->uid, kind);

	return r != NULL && r->number > 0 ? r->number : 0;
}

static int
assign_one(struct tokens *t, struct tokens_list *l, const struct tokens_grant *g, enum tokens_kind kind, int n,
    const struct note *note, struct err *e)
{
	struct tokens_reservation *r = tokens_find(l, g->pool, g->uid, kind);
	int rc;

	if (r != NULL)
		return tokens_change(t, l, r, n, note, e);
	if (n == 0)
		return 0;
	rc = tokens_make(t, l, g->pool, g->uid, kind, n, note, e);
	return rc != 0 ? rc : err_set(e, E_RETRY, "%s: changed by another process", g->uid);
}

/* What becomes less first: at no moment is more recorded than was granted. */
static int
assign(struct tokens *t, struct tokens_list *l, const struct tokens_grant *g, const struct tokens_shares *s,
    struct err *e)
{
	const int want[TOKENS_KINDS] = { [TOKENS_QL] = s->ql, [TOKENS_R] = s->r, [TOKENS_FL] = s->floating };
	struct note note[TOKENS_KINDS];
	int had[TOKENS_KINDS];

	if (note_of_grant(t, l, g, s, &note[TOKENS_QL], e) < 0)
		return -1;
	note[TOKENS_R] = note[TOKENS_FL] = note[TOKENS_QL];
	note[TOKENS_FL].refined = s->floating_refined;
	note[TOKENS_FL].quicklook = !s->floating_refined;
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		had[k] = held(l, g, k);
	if (want[TOKENS_QL] + want[TOKENS_R] > had[TOKENS_QL] + had[TOKENS_R] || want[TOKENS_FL] > had[TOKENS_FL])
		return err_set(e, E_DATA, "%s: %d, %d and %d tokens of %s were not granted", g->uid, s->ql, s->r,
		    s->floating, g->pool);
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		if (want[k] < had[k] && assign_one(t, l, g, k, want[k], &note[k], e) < 0)
			return -1;
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		if (want[k] >= had[k] && assign_one(t, l, g, k, want[k], &note[k], e) < 0)
			return -1;
	return 0;
}

int
tokens_assign(struct tokens *t, struct tokens_grant *g, const struct tokens_shares *s, struct tokens_grant *back,
    struct err *e)
{
	struct tokens_grant was = *g;
	struct tokens_list l;
	int r;

	if (s->ql < 0 || s->r < 0 || s->floating < 0 || s->ql > g->dataset - s->r || s->floating > g->floating)
		return err_set(e, E_DATA, "%s: %d, %d and %d tokens of %s were not granted", g->uid, s->ql, s->r,
		    s->floating, g->pool);
	if (t->param != NULL && !t->readonly) {
		if (tokens_begin(t, g->pool, &l, e) < 0)
			return -1;
		r = assign(t, &l, g, s, e);
		r = tokens_end(t, &l, r, e);
		tokens_list_free(&l);
		if (r < 0)
			return -1;
	}
	g->dataset = s->ql + s->r;
	g->floating = s->floating;
	if (back != NULL) {
		*back = was;
		back->dataset -= g->dataset;
		back->floating -= g->floating;
	}
	return 0;
}

static int
own_all(struct tokens *t, struct tokens_list *l, const char *pool, const char *uid, const struct tokens_owner *owner,
    struct err *e)
{
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		struct tokens_reservation *r = tokens_find(l, pool, uid, k);
		struct note note;

		if (r == NULL || r->number <= 0)
			continue;
		if (tokens_note_of(t, r, &note, e) < 0)
			return -1;
		if (note.time <= 0)
			note.time = r->time;
		if (note_own(&note, &t->here, t->o.who, owner, e) < 0 || tokens_change(t, l, r, r->number, &note,
		    e) < 0)
			return -1;
	}
	return 0;
}

int
tokens_own(struct tokens *t, const char *pool, const char *uid, const struct tokens_owner *owner, struct err *e)
{
	struct tokens_list l;
	int r;

	if (tokens_known(t, pool, e) == NULL)
		return -1;
	if (t->param == NULL || t->readonly)
		return 0;
	if (tokens_begin(t, pool, &l, e) < 0)
		return -1;
	r = own_all(t, &l, pool, uid, owner, e);
	r = tokens_end(t, &l, r, e);
	tokens_list_free(&l);
	return r;
}

/* --- release ---------------------------------------------------------------------------------------------------- */

/* Whether the floating tokens of the workflow go back with this type. */
static bool
has_floating(const struct tokens_reservation *floating, bool ql, enum tokens_of of)
{
	if (of == TOKENS_OF_QUICKLOOK)
		return !floating->refined;
	return of == TOKENS_OF_ALL || floating->refined || !ql;
}

/* What there is, and in removed what of it is to go back; how many kinds that are. */
static int
plan(struct tokens_list *l, const char *pool, const char *uid, enum tokens_of of, struct tokens_returned *back)
{
	const struct tokens_reservation *r[TOKENS_KINDS];
	bool mine[TOKENS_KINDS];
	int n = 0;

	*back = (struct tokens_returned){0};
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		r[k] = tokens_find(l, pool, uid, k);
	mine[TOKENS_QL] = of != TOKENS_OF_REFINED;
	mine[TOKENS_R] = of != TOKENS_OF_QUICKLOOK;
	mine[TOKENS_FL] = r[TOKENS_FL] != NULL && has_floating(r[TOKENS_FL], r[TOKENS_QL] != NULL, of);
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		bool seen = k == TOKENS_QL || mine[k];	/* who returns refined's looks for quicklook's too */

		if (r[k] == NULL || !seen)
			continue;
		back->located[k] = true;
		back->number[k] = r[k]->number > 0 ? r[k]->number : 0;
		back->removed[k] = mine[k];
		n += mine[k];
	}
	return n;
}

static int
give_back(struct tokens *t, struct tokens_list *l, const char *pool, const char *uid, struct tokens_returned *back,
    struct err *e)
{
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		const struct tokens_state *s = tokens_state_of(l, k == TOKENS_FL ? TOKENS_FLOATING : pool);
		int rc;

		if (!back->removed[k])
			continue;
		if (t->shared && tokens_usable(t, s, e) < 0)
			return -1;
		rc = tokens_remove(t, l, tokens_find(l, pool, uid, k), e);
		if (rc < 0)
			return -1;
		back->removed[k] = rc > 0;
		back->free[k] = s->free;
	}
	return 0;
}

static int
check_uid(const struct tokens *t, const char *pool, const char *uid, struct err *e)
{
	if (tokens_known(t, pool, e) == NULL)
		return -1;
	return tokens_is_uid(uid) ? 0 : err_set(e, E_DATA, "%s: not a unique id", uid);
}

int
tokens_release(struct tokens *t, const char *pool, const char *uid, enum tokens_of of, struct tokens_returned *back,
    struct err *e)
{
	struct tokens_list l;
	int r;

	*back = (struct tokens_returned){0};
	if (check_uid(t, pool, uid, e) < 0)
		return -1;
	if (t->param == NULL)
		return 0;
	r = tokens_load(t, pool, &l, e);	/* most often there is something; if not, nobody has to wait */
	if (r == 0)
		r = plan(&l, pool, uid, of, back);
	tokens_list_free(&l);
	if (r <= 0)
		return r;
	if (tokens_begin(t, pool, &l, e) < 0)
		return -1;
	r = plan(&l, pool, uid, of, back) > 0 ? give_back(t, &l, pool, uid, back, e) : 0;
	r = tokens_end(t, &l, r, e);
	tokens_list_free(&l);
	return r;
}

int
tokens_release_one(struct tokens *t, const char *pool, const char *uid, enum tokens_kind kind, struct err *e)
{
	struct tokens_reservation *r;
	struct tokens_list l;
	int n = 0, rc = 0;

	if (check_uid(t, pool, uid, e) < 0)
		return -1;
	if (t->param == NULL)
		return 0;
	if (tokens_begin(t, pool, &l, e) < 0)
		return -1;
	r = tokens_find(&l, pool, uid, kind);
	if (r != NULL) {
		n = r->number > 1 ? r->number - 1 : 0;
		rc = tokens_change(t, &l, r, n, NULL, e);
	}
	rc = tokens_end(t, &l, rc, e);
	tokens_list_free(&l);
	return rc < 0 ? -1 : n;
}
