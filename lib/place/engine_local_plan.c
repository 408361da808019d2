/* engine_local_plan - what may run next, and what can never run */

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "place/engine_local.h"

enum ready { READY, WAIT, NEVER, STOPPED };

static bool
is_ended(enum task_state s)
{
	return s >= TASK_DONE;
}

static bool
is_good(enum task_state s)
{
	return s == TASK_DONE || s == TASK_REUSED;
}

void
task_end(struct job *job, size_t k, enum task_state how)
{
	struct engine_counts *c = &job->count;

	job->task[k].state = how;
	job->ended++;
	job->good += is_good(how);
	c->done += is_good(how);
	c->reused += how == TASK_REUSED;
	c->failed += how == TASK_FAILED;
	c->skipped += how == TASK_SKIPPED;
	c->not_run += how == TASK_NOT_RUN;
}

/* ---- building ---- */

/* Important first; then all arrays side by side, index by index, as elements of one array follow each other. */
static int
by_order(const void *pa, const void *pb)
{
	const struct unit *a = pa, *b = pb;
	const struct job *ja = a->job[0], *jb = b->job[0];

	if (ja->priority != jb->priority)
		return ja->priority > jb->priority ? -1 : 1;
	if (a->k != b->k)
		return a->k < b->k ? -1 : 1;
	return ja->chain < jb->chain ? -1 : ja->chain > jb->chain;
}

/* The jobs of the chain that job `head` begins. */
static struct job **
chain_of(const struct local *l, size_t head, struct err *e)
{
	struct job **list;
	size_t n = 0;

	for (size_t i = head; i < l->njobs; i++)
		n += l->job[i]->chain == head;
	list = mem_array(n + 1, sizeof(struct job *), e);
	n = 0;
	for (size_t i = head; list != NULL && i < l->njobs; i++)
		if (l->job[i]->chain == head)
			list[n++] = l->job[i];
	return list;
}

static size_t
count_units(const struct local *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->njobs; i++)
		if (l->job[i]->chain == i)
			n += l->job[i]->size;
	return n;
}

int
plan_build(struct local *l, struct err *e)
{
	struct job **list;

	l->unit = mem_array(count_units(l), sizeof(*l->unit), e);
	l->chain = mem_array(l->njobs, sizeof(*l->chain), e);
	if (l->unit == NULL || l->chain == NULL)
		return -1;
	for (size_t i = 0; i < l->njobs; i++) {
		if (l->job[i]->chain != i)
			continue;
		list = chain_of(l, i, e);
		if (list == NULL)
			return -1;
		l->chain[l->nchains++] = list;
		for (size_t k = 0; k < l->job[i]->size; k++)
			l->unit[l->nunits++] = (struct unit){ .job = list, .k = k };
	}
	qsort(l->unit, l->nunits, sizeof(*l->unit), by_order);
	return 0;
}

void
plan_free(struct local *l)
{
	for (size_t i = 0; i < l->nchains; i++)
		free(l->chain[i]);
	free(l->chain);
	free(l->unit);
	l->chain = NULL;
	l->unit = NULL;
	l->nchains = l->nunits = l->first_open = l->used = l->ahead = 0;
}

/* ---- one task ---- */

static enum ready
dep_ready(const struct job_dep *d, size_t k)
{
	const struct job *o = d->job;

	switch (d->after) {
	case ENGINE_AFTER_SAME:
		return is_good(o->task[k].state) ? READY : is_ended(o->task[k].state) ? NEVER : WAIT;
	case ENGINE_AFTER_OK:
		return o->good == o->size ? READY : o->good < o->ended ? NEVER : WAIT;
	case ENGINE_AFTER_ANY:
	default:
		return o->ended == o->size ? READY : WAIT;
	}
}

/* The job's own rules: so many at once, or one after another in order. */
static enum ready
turn(const struct job *job, size_t k)
{
	if (job->parallel == 1 && k > 0) {
		if (!is_ended(job->task[k - 1].state))
			return WAIT;
		if (job->stop_on_failure && !is_good(job->task[k - 1].state))
			return NEVER;
	}
	return job->parallel > 0 && job->running >= (size_t)job->parallel ? WAIT : READY;
}

static enum ready
task_ready(const struct local *l, const struct job *job, size_t k)
{
	enum ready r = READY;

	if (job->cancelled || (l->stopping && !job->always))
		return STOPPED;
	for (size_t i = 0; i < job->ndeps; i++) {
		enum ready d = dep_ready(&job->dep[i], k);

		if (d == NEVER)
			return NEVER;
		if (d == WAIT)
			r = WAIT;
	}
	return r == READY ? turn(job, k) : r;
}

/* ---- one unit ---- */

static void
release(struct local *l, struct unit *u)
{
	l->used -= u->slot;
	l->ahead -= u->ahead;
	u->slot = u->ahead = false;
}

/* The next task of the unit that may start, after giving up those that never will; NULL when there is none now. */
static struct job *
settle(struct local *l, struct unit *u, double now)
{
	struct job *found = NULL;
	bool ended = true;

	if (u->running)
		return NULL;
	for (struct job **j = u->job; *j != NULL; j++) {
		struct task *t = &(*j)->task[u->k];
		enum ready r;

		if (is_ended(t->state))
			continue;
		r = task_ready(l, *j, u->k);
		if (r == NEVER || r == STOPPED) {
			bool tried = t->attempt > 0;	/* ... and failed; no other attempt will be made */

			l->given_up++;
			task_end(*j, u->k, tried ? TASK_FAILED : r == NEVER ? TASK_SKIPPED : TASK_NOT_RUN);
			local_note(l, *j, u->k, tried ? "stopped before another attempt" :
			    r == NEVER ? "dependency failed" : (*j)->cancelled ? "cancelled" : "stopped", 0);
			continue;
		}
		ended = false;
		if (r == READY && t->not_before <= now && found == NULL)
			found = *j;
	}
	u->ended = ended;
	if (ended)
		release(l, u);
	return found;
}

/* Whether one more unit may run ahead: as many as units in work are past their first task. */
static bool
may_run_ahead(const struct local *l)
{
	size_t past = 0;

	for (size_t i = l->first_open; i < l->nunits && past <= l->ahead; i++) {
		const struct unit *u = &l->unit[i];

		past += u->slot && is_ended(u->job[0]->task[u->k].state);
	}
	return l->ahead < past;
}

/*
 * Whether the unit may start this task now; it gets a slot, or runs ahead.
 *
 * force: nothing runs at all. A unit that holds a slot can wait for one that has none (a dependency on another chain);
 * then that one is let in although the slots are taken. As many processes as there are slots run even so.
 */
static bool
admit(struct local *l, struct unit *u, const struct job *job, bool force)
{
	if (u->slot)
		return true;
	if (l->used < l->slots || force) {
		l->used++;
		l->ahead -= u->ahead;
		u->slot = true;
		u->ahead = false;
		return true;
	}
	if (u->ahead)				/* another attempt at the first task */
		return job == u->job[0];
	if (job != u->job[0] || job->parallel > 0 || u->job[1] == NULL || !may_run_ahead(l))
		return false;
	l->ahead++;
	u->ahead = true;
	return true;
}

/* Units that ran ahead take free slots even while their first task still runs: the next one can then run ahead. */
static void
promote(struct local *l)
{
	for (size_t i = l->first_open; i < l->nunits && l->ahead > 0 && l->used < l->slots; i++)
		if (l->unit[i].ahead)
			(void)admit(l, &l->unit[i], l->unit[i].job[0], false);
}

static bool
scan(struct local *l, double now, bool force, struct unit **u, struct job **job)
{
	for (size_t i = l->first_open; i < l->nunits; i++) {
		struct unit *v = &l->unit[i];

		if (v->ended)
			continue;
		*job = settle(l, v, now);
		if (*job != NULL && admit(l, v, *job, force)) {
			*u = v;
			return true;
		}
	}
	while (l->first_open < l->nunits && l->unit[l->first_open].ended)
		l->first_open++;
	return false;
}

bool
plan_next(struct local *l, double now, struct unit **u, struct job **job)
{
	size_t before;

	do {				/* what has just been given up may be what others waited for */
		before = l->given_up;
		promote(l);
		if (scan(l, now, false, u, job))
			return true;
	} while (l->given_up > before);
	return l->nchildren == 0 && isinf(plan_wakeup(l)) && scan(l, now, true, u, job);
}

void
plan_started(struct local *l, struct unit *u, struct job *job)
{
	struct task *t = &job->task[u->k];

	(void)l;
	t->state = TASK_RUNNING;
	t->attempt++;
	job->running++;
	u->running = true;
}

void
plan_again(struct local *l, struct unit *u, struct job *job, double at)
{
	(void)l;
	job->task[u->k].state = TASK_WAITING;
	job->task[u->k].not_before = at;
	job->running--;
	u->running = false;
}

void
plan_ended(struct local *l, struct unit *u, struct job *job, enum task_state how)
{
	job->running--;
	u->running = false;
	task_end(job, u->k, how);
	(void)settle(l, u, -INFINITY);		/* gives its slot back after the last task */
}

double
plan_wakeup(const struct local *l)
{
	double at = INFINITY;

	for (size_t i = l->first_open; i < l->nunits; i++) {
		const struct unit *u = &l->unit[i];

		if (u->ended || u->running || !(u->slot || u->ahead))
			continue;
		for (struct job **j = u->job; *j != NULL; j++) {
			const struct task *t = &(*j)->task[u->k];

			if (t->state == TASK_WAITING && t->attempt > 0 && t->not_before < at)
				at = t->not_before;
		}
	}
	return at;
}

bool
plan_over(const struct local *l)
{
	for (size_t i = 0; i < l->njobs; i++)
		if (l->job[i]->ended < l->job[i]->size)
			return false;
	return true;
}
