#ifndef SUBMIT_H
#define SUBMIT_H

#include "base/err.h"
#include "place/engine.h"
#include "place/tokens.h"
#include "plan.h"

/*
 * Submitting the jobs of a plan. Each submission is noted before and after; where the note after is missing, the engine
 * is asked whether it has the job. So a run that was killed at any moment is finished by doing it again.
 */

/* submit_told - told of each job when it has an id; again: it had been submitted by an earlier run. */
typedef int	submit_told(void *ctx, const struct engine_job *j, bool again, struct err *e);

/*
 * submit_jobs - submit what is not submitted yet
 *
 * stop		ends it between jobs when not 0 (prog_signal)
 *
 * The journal is open. With an engine that runs the jobs in this process, or none, nothing is noted: jobs are handed
 * over each time, and the engine's own state file knows what is done. Returns 0, or -1: E_USAGE when the engine refuses
 * a job, E_RETRY, E_AUTH, E_ENV when it did not answer, E_SIGNAL; the rest can be submitted later.
 */
int	submit_jobs(struct plan *p, struct engine *en, int (*stop)(void), submit_told *told, void *ctx, struct err *e);

/* submit_tokens - make sure that a plan that is resumed holds its tokens: those of its dead run are taken over. Returns
 * 1, 0 when they are not free, or -1. */
int	submit_tokens(struct tokens *t, const struct plan *p, struct err *e);

/* submit_own - hand the tokens over to the jobs that return them. */
int	submit_own(struct tokens *t, const struct plan *p, struct err *e);

#endif
