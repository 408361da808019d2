#ifndef SUBMIT_H
#define SUBMIT_H

#include "base/err.h"
#include "partition.h"
#include "place/engine.h"
#include "place/tokens.h"
#include "plan.h"
#include "worklists.h"

/*
 * The tokens of a run, and the jobs of its plan. Each submission is noted before and after; where the note after is
 * missing, the engine is asked whether it has the job. So a run that was killed at any moment is finished by doing it
 * again.
 */

/* submit_pool_place - the place of the token pool, absolute; owned by the caller. NULL with E_USAGE, E_ENV. */
char	*submit_pool_place(const struct partition *p, struct err *e);

/* submit_pool - open the pool at that place. NULL with E_USAGE, E_ENV. */
struct tokens	*submit_pool(struct partition *p, const char *place, struct err *e);

/*
 * submit_take - take all tokens that are free, or --arrays of them
 *
 * all		how many "none:" has
 * dead		what the same id holds belongs to a run that was killed: nobody else can use it
 *
 * Returns 1, 0 when there are too few, -1.
 */
int	submit_take(struct partition *p, struct tokens *pool, int all, bool dead, struct tokens_grant *g, struct err *e);

/* submit_share - say who uses them; those without an array go back. */
int	submit_share(struct partition *p, struct tokens *pool, const struct tokens_grant *g, const struct cut *cut,
	    struct err *e);

/* submit_release - give all of them back. */
int	submit_release(struct partition *p, struct tokens *pool, struct err *e);

/* submit_retake - make sure that a plan that is resumed holds its tokens: those of its dead run are taken over. Returns
 * 1, 0 when they are not free, or -1. */
int	submit_retake(struct tokens *pool, const struct plan *plan, struct err *e);

/* submit_show - print the plan (not in a dry run) and its jobs. */
void	submit_show(struct partition *p, const struct plan *plan);

/*
 * submit_plan - print the plan, submit what is not submitted yet and print each job as soon as it is; where the engine
 * works in this process, run the jobs
 *
 * pool		NULL when the plan needs no tokens
 *
 * The journal is open. With an engine that runs the jobs in this process, or none, nothing is noted: jobs are handed
 * over each time, and the engine's own state file knows what is done. Returns 0; 1 when all is submitted but jobs that
 * ran here have failed; -1: E_USAGE when the engine refuses a job, E_RETRY, E_AUTH, E_ENV when it did not answer,
 * E_SIGNAL; the rest can be submitted later.
 */
int	submit_plan(struct partition *p, struct plan *plan, struct tokens *pool, struct err *e);

#endif
