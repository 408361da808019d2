#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/journal.h"
#include "base/str.h"
#include "place/engine.h"

/*
 * The plan of a run: all its jobs, as they will be submitted. It is written when all work files are there, before the
 * first job is submitted; from then on the run can be finished by anybody who has the plan. What has been submitted is
 * noted in a journal beside it, PLAN.journal, before and after each submission. generate-plan(5) describes both.
 */

#define PLAN_VERSION 1

struct plan {
	char *path;
	char *dataset, *uid, *time, *prefix, *engine, *root, *pool, *logs;
	long ql, r, floating;		/* tokens */
	bool floating_refined;
	long downloads, granules;
	struct strlist waiting;		/* names of SST files that had waited */
	struct strlist claimed;		/* waiting lists to remove when all is submitted */
	struct strlist lists;		/* of download lists: they go to the pending queue if the run is undone */
	struct engine_job *job;
	size_t n, cap;
	struct journal journal;		/* locked while the plan is being worked on */
	bool begun, done;		/* the journal has its first line, its last one */
	bool refused;			/* a job was refused for good: the run is to be undone, or, with done, was */
};

/* plan_add - another job, all-zero but for after; its index is p->n - 1. Valid until the next one. */
struct engine_job	*plan_add(struct plan *p);

/* plan_job_json - all about one job, owned by the caller. command: its arguments as an array, which becomes a part of
 * it; NULL when they cannot be JSON, as the result is then. */
json_t	*plan_job_json(const struct engine_job *j, json_t *command);

/* plan_write - make the file p->path, atomically, and its journal, and begin to work on it. -1 with E_DATA, E_ENV. */
int	plan_write(struct plan *p, struct err *e);

/*
 * plan_read - read a plan and begin to work on it, going on where another process has stopped
 *
 * Returns 0; or -1: E_USAGE when it is no plan, or it or its journal is damaged, E_BUSY while another process works on
 * it, E_ENV.
 */
int	plan_read(struct plan *p, const char *path, struct err *e);

/* plan_trying, plan_submitted, plan_refused, plan_done - note in the journal, on disk when they return. */
int	plan_trying(struct plan *p, size_t job, struct err *e);
int	plan_submitted(const struct plan *p, size_t job, struct err *e);
int	plan_refused(struct plan *p, struct err *e);
int	plan_done(struct plan *p, struct err *e);

/* plan_remove - remove the plan and its journal: nobody shall go on with it. */
int	plan_remove(const struct plan *p, struct err *e);

void	plan_fini(struct plan *p);

#endif
