#ifndef JOB_H
#define JOB_H

#include "base/err.h"
#include "base/str.h"

/* The engine's side of a run: who we are there, and the job list of an array job. */

/*
 * job_id - identity of the run: GENERATE_JOB_ID (our own engines set it), AWS_BATCH_JOB_ID, SLURM_JOB_ID, or the
 * process id; job_run_id - the same with '-' for ':', '_', '.' and '/', because readers of log names split on these.
 * Static buffers.
 */
const char	*job_id(void);
const char	*job_run_id(void);

/* job_index - the engine's array index (AWS_BATCH_JOB_ARRAY_INDEX, SLURM_ARRAY_TASK_ID, GENERATE_ARRAY_INDEX), 0
 * without; -1 with E_USAGE when it is none. */
long	job_index(struct err *e);

/*
 * job_elements - the strings of element `index` of a job list, a JSON array of strings or of arrays of strings
 *
 * Returns 0, or -1 with E_USAGE when the list is missing, malformed or has no such element.
 */
int	job_elements(const char *path, long index, struct strlist *items, struct err *e);

/* job_last_attempt - whether the engine will not try this job again: it is at try number `attempts` or later. */
int	job_last_attempt(long attempts);

#endif
