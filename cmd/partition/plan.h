#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/*
 * The plan of a run: all its jobs, as they will be submitted. It is written when all work files are there, before the
 * first job is submitted; from then on the run can be finished by anybody who has the plan. What has been submitted is
 * noted in a journal beside it, PLAN.journal, before and after each submission. generate-plan(5) describes both.
 */

#define PLAN_VERSION 1
#define PLAN_JOB_NONE ((size_t)-1)

struct plan_job {
	char *name, *component, *ptype;	/* ptype is "unmatched" for those */
	char *input;			/* name of the job list; NULL without */
	char *definition, *share;
	struct strlist argv;
	long array, size;
	size_t after;			/* the job whose elements come first, or PLAN_JOB_NONE */
	size_t *ended;			/* jobs that must have ended; owned */
	size_t nended;
	long parallel, memory, priority;
	double cpus;
	/* from the journal */
	bool tried;			/* a submission was begun */
	char *id;			/* ... and this was its answer */
};

struct plan {
	char *path;
	char *dataset, *uid, *time, *prefix, *engine, *root, *pool, *logs;
	long ql, r, floating;		/* tokens */
	bool floating_refined;
	long downloads, granules;
	struct strlist waiting;		/* names of SST files that had waited */
	struct strlist claimed;		/* waiting lists to remove when all is submitted */
	struct plan_job *job;
	size_t n, cap;
	/* the journal */
	int fd;				/* locked while the plan is being worked on; 0 when closed */
	bool done;
};

/* plan_add - another job, all-zero but for after; its index is p->n - 1. NULL with E_ENV. Valid until the next one. */
struct plan_job	*plan_add(struct plan *p, struct err *e);

/* plan_text - the plan as JSON, owned by the caller. */
char	*plan_text(const struct plan *p, struct err *e);

/* plan_job_text - one job as a line of JSON, for --json; owned by the caller. */
char	*plan_job_text(const struct plan_job *j, struct err *e);

/* plan_write - make the file p->path, atomically, and its journal. */
int	plan_write(const struct plan *p, struct err *e);

/* plan_read - read a plan; -1 with E_USAGE when it is none or damaged, E_ENV. */
int	plan_read(struct plan *p, const char *path, struct err *e);

/*
 * plan_open_journal - begin to work on the plan, going on where another process has stopped
 *
 * Returns 0; or -1: E_BUSY while another process works on it, E_USAGE when the journal is damaged or not of this plan,
 * E_ENV. A last line without its end, left by a kill, is dropped.
 */
int	plan_open_journal(struct plan *p, struct err *e);

/* plan_trying, plan_submitted, plan_done - note in the journal, on disk when they return. id is copied. */
int	plan_trying(struct plan *p, size_t job, struct err *e);
int	plan_submitted(struct plan *p, size_t job, const char *id, struct err *e);
int	plan_done(struct plan *p, struct err *e);

void	plan_fini(struct plan *p);

#endif
