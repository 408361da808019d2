/* submit - the jobs of a plan to an engine */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config.h"
#include "submit.h"

/* Submit job i and note it where the job lives longer than we do. */
static int
submit_one(struct plan *p, size_t i, struct engine *en, struct err *e)
{
	bool note = engine_limits(en)->lasts;
	int found = note && p->job[i].tried ? engine_find(en, &p->job[i], e) : 0;

	if (found < 0)
		return -1;
	if (found == 0 && ((note && plan_trying(p, i, e) < 0) || engine_submit(en, p->job, i, e) < 0))
		return -1;
	return note ? plan_submitted(p, i, e) : 0;
}

int
submit_jobs(struct plan *p, struct engine *en, int (*stop)(void), submit_told *told, void *ctx, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		bool again = p->job[i].id != NULL;

		if (stop() != 0)
			return err_set(e, E_SIGNAL, "interrupted");
		if (!again && submit_one(p, i, en, e) < 0)
			return -1;
		if (told(ctx, &p->job[i], again, e) < 0)
			return -1;
	}
	return 0;
}

/* --- tokens ----------------------------------------------------------------------------------------------------- */

/* Whether the job that returns the tokens of a type is still to be submitted. When it is not, they may be back. */
static bool
is_used(const struct plan *p, enum ptype t)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->job[i].nended > 0 && p->job[i].id == NULL && strcmp(p->job[i].ptype, ptype_name(t)) == 0)
			return true;
	return false;
}

int
submit_tokens(struct tokens *t, const struct plan *p, struct err *e)
{
	bool ql = is_used(p, PTYPE_QUICKLOOK), refined = is_used(p, PTYPE_REFINED);
	int floating = (p->floating_refined ? refined : ql) ? (int)p->floating : 0, need, r;
	struct tokens_shares shares = { .ql = ql ? (int)p->ql : 0, .r = refined ? (int)p->r : 0,
		.floating_refined = p->floating_refined };
	struct tokens_request rq = { .pool = p->dataset, .uid = p->uid, .max_floating = floating };
	struct tokens_owner self = { .pid = getpid() };
	struct tokens_returned back;
	struct tokens_grant g;

	need = shares.ql + shares.r + floating;
	rq.min = rq.max = need;
	if (need == 0)
		return 1;
	r = tokens_assign(t, p->dataset, p->uid, NULL, &self, e);	/* before they count as those of the dead */
	if (r != 0 || (r = tokens_acquire(t, &rq, &g, e)) <= 0)
		return r;
	shares.floating = g.floating;
	if (g.floating < floating)		/* one of the dataset's instead */
		*(p->floating_refined ? &shares.r : &shares.ql) += 1;
	if (tokens_assign(t, p->dataset, p->uid, &shares, NULL, e) > 0)
		return 1;
	(void)tokens_release(t, p->dataset, p->uid, TOKENS_OF_ALL, &back, NULL);
	return -1;
}

int
submit_own(struct tokens *t, const struct plan *p, struct err *e)
{
	struct tokens_owner owner = {0};
	struct buf jobs = {0};
	int ret = -1;

	buf_add(&jobs, "%s", p->engine);
	for (size_t i = 0; i < p->n; i++) {
		const struct engine_job *j = &p->job[i];

		if (j->nended > 0 && j->id != NULL && jobs.len + strlen(j->id) < TOKENS_JOBS_MAX)
			buf_add(&jobs, " %s", j->id);
	}
	owner.jobs = buf_text(&jobs, e);
	if (owner.jobs != NULL)
		ret = tokens_assign(t, p->dataset, p->uid, NULL, &owner, e) < 0 ? -1 : 0;
	buf_free(&jobs);
	return ret;
}
