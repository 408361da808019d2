/* engine_local_chain - which element may go on now */

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "place/engine_local.h"

void
chains_build(struct chains *c, struct engine_job *jobs, size_t n)
{
	struct element *el;

	c->job = jobs;
	c->next = xarray(n, sizeof(*c->next));
	c->left = xarray(n, sizeof(*c->left));
	for (size_t i = 0; i < n; i++) {
		c->next[i] = ENGINE_NONE;
		c->left[i] = (size_t)jobs[i].size;
		if (jobs[i].after != ENGINE_NONE)
			c->next[jobs[i].after] = i;
		else
			c->n += (size_t)jobs[i].size;
	}
	c->element = el = xarray(c->n, sizeof(*c->element));
	c->order = xarray(c->n, sizeof(struct element *));
	for (size_t i = 0; i < n; i++)
		for (int k = 0; jobs[i].after == ENGINE_NONE && k < jobs[i].size; k++)
			*el++ = (struct element){ .head = i, .at = i, .k = k,
			    .priority = jobs[i].priority };
}

/* Important first; then all arrays side by side, index by index, as elements of one array follow each other. */
static int
by_order(const void *pa, const void *pb)
{
	const struct element *a = *(struct element *const *)pa, *b = *(struct element *const *)pb;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->k != b->k)
		return a->k < b->k ? -1 : 1;
	return a->head < b->head ? -1 : a->head > b->head;
}

void
chains_order(struct chains *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->order[i] = &c->element[i];
	qsort(c->order, c->n, sizeof(struct element *), by_order);
}

void
chains_fini(struct chains *c)
{
	free(c->next);
	free(c->left);
	free(c->element);
	free(c->order);
}

void
chains_pass(struct chains *c, struct element *el)
{
	c->left[el->at]--;
	if (el->holds == HOLDS_SLOT && el->at == el->head)
		c->past++;
	el->at = c->next[el->at];
	el->attempt = 0;
	el->not_before = 0;
	if (el->at != ENGINE_NONE)
		return;
	if (el->holds == HOLDS_SLOT) {
		c->used--;
		c->past--;
	}
	c->ahead -= el->holds == HOLDS_AHEAD;
	el->holds = HOLDS_NOTHING;
}

static bool
give_slot(struct chains *c, struct element *el)
{
	if (c->used == c->slots)
		return false;
	c->ahead -= el->holds == HOLDS_AHEAD;
	c->used++;
	c->past += el->at != el->head;
	el->holds = HOLDS_SLOT;
	return true;
}

/* Whether the element may start its job now as far as slots go; it gets one, or runs ahead: as many as are past their
 * first job, and only if it goes on to others. */
static bool
admit(struct chains *c, struct element *el)
{
	if (el->holds == HOLDS_SLOT || give_slot(c, el))
		return true;
	if (el->at != el->head)
		return false;
	if (el->holds == HOLDS_AHEAD)		/* another attempt */
		return true;
	if (c->job[el->at].parallel > 0 || c->next[el->at] == ENGINE_NONE || c->ahead >= c->past)
		return false;
	c->ahead++;
	el->holds = HOLDS_AHEAD;
	return true;
}

/* Whether what the job waits for is there: other jobs, its own elements before this one, the time. */
static bool
is_ready(const struct chains *c, const struct element *el, double now)
{
	const struct engine_job *job = &c->job[el->at];

	if (el->not_before > now)
		return false;
	for (size_t i = 0; i < job->nended; i++)
		if (c->left[job->ended[i]] > 0)
			return false;
	return job->parallel == 0 || el->k < job->parallel || el[-job->parallel].at > el->at;
}

/*
 * Elements that ran ahead take free slots first, even while their first job still runs: the next one can then run
 * ahead. No element that holds a slot waits for one that holds none: it waits for those before it in its chain only,
 * which had theirs earlier.
 */
struct element *
chains_next(struct chains *c, double now)
{
	for (size_t i = c->first_open; i < c->n && c->ahead > 0 && c->used < c->slots; i++)
		if (c->order[i]->holds == HOLDS_AHEAD)
			(void)give_slot(c, c->order[i]);
	for (size_t i = c->first_open; i < c->n; i++) {
		struct element *el = c->order[i];

		if (el->at != ENGINE_NONE && !el->running && is_ready(c, el, now) && admit(c, el))
			return el;
	}
	return NULL;
}

double
chains_wakeup(const struct chains *c)
{
	double at = INFINITY;

	for (size_t i = c->first_open; i < c->n; i++) {
		const struct element *el = c->order[i];

		if (el->at != ENGINE_NONE && !el->running && el->attempt > 0 && el->not_before < at)
			at = el->not_before;
	}
	return at;
}

bool
chains_over(struct chains *c)
{
	while (c->first_open < c->n && c->order[c->first_open]->at == ENGINE_NONE)
		c->first_open++;
	return c->first_open == c->n;
}
