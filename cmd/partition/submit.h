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

/*
 * submit_take - open the pool and take all tokens that are free, or --arrays of them
 *
 * plan		gets the place of the pool; "" where nothing is recorded
 * keys		granules of each type: each needs a token
 * dead		what the same id holds belongs to a run that was killed: nobody else can use it
 * pool		closed by the caller, also on failure
 *
 * Returns 1, 0 when there are too few, -1.
 */
int	submit_take(struct partition *p, struct plan *plan, const size_t keys[PTYPE_COUNT], bool dead,
	    struct tokens **pool, struct tokens_grant *g, struct err *e);

/* submit_share - say who uses them; those without an array go back. */
int	submit_share(struct partition *p, struct tokens *pool, const struct tokens_grant *g, const struct cut *cut,
	    struct err *e);

/* submit_release - give all of them back. */
int	submit_release(struct partition *p, struct tokens *pool, struct err *e);

/*
 * submit_plan - print the plan, submit what is not submitted yet and print each job as soon as it is; where the engine
 * works in this process, run the jobs. A dry run only prints them
 *
 * pool		NULL when the plan needs no tokens
 *
 * The journal is open. With an engine that runs the jobs in this process, or none, nothing is noted: jobs are handed
 * over each time, and the engine's own state file knows what is done. What the engine refuses for good undoes the run;
 * what it does not take now can be submitted later. Both are said and in the status of the run. Returns 0; 1 when all
 * is submitted but jobs that ran here have failed.
 */
int	submit_plan(struct partition *p, struct plan *plan, struct tokens *pool);

/* submit_resume - the same with a plan that is there: --resume, or a message that comes a second time. 1, 0, or -1. */
int	submit_resume(struct partition *p, const char *path, struct err *e);

#endif
