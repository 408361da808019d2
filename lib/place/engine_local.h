#ifndef ENGINE_LOCAL_H
#define ENGINE_LOCAL_H

#include <sys/types.h>

#include "base/str.h"
#include "place/engine.h"

/*
 * The supervisor on this machine.
 *
 * An element of a job is a task. Jobs tied by ENGINE_AFTER_SAME form a chain, and the tasks of one index of a chain are
 * a unit: one group of granules on its way from download to upload. A unit that is being worked on holds one of the
 * slots (local:N) until its last task has ended. While a unit is past its first task, one more unit may run its first
 * task without a slot, if that job has no limit of its own. One task of a unit runs at a time.
 *
 *	engine_local		records in, results out
 *	engine_local_plan	what may run next, and what can never run
 *	engine_local_run	the loop: start, wait, stop
 *	engine_local_child	processes
 *	engine_local_journal	the state file
 */

enum task_state {
	TASK_WAITING,
	TASK_RUNNING,
	/* ended: */
	TASK_DONE, TASK_REUSED, TASK_FAILED, TASK_SKIPPED, TASK_NOT_RUN
};

struct task {
	enum task_state state;
	int attempt;			/* of the run under way, or the last one; 0 = none yet */
	double not_before;		/* clock_steady() of another attempt */
};

struct job;

struct job_dep {
	struct job *job;
	enum engine_after after;
};

struct job {
	char *id, *name;
	struct strlist argv, env, pass;	/* env: name, value, name, value, ... */
	struct job_dep *dep;
	size_t ndeps;
	int first, parallel, attempts, priority;
	long time_limit;
	bool stop_on_failure;
	bool always;			/* has ENGINE_AFTER_ANY: runs whatever happens */
	bool cancelled;
	size_t chain;			/* number of the first job of its chain */
	size_t size;
	struct task *task;
	size_t running, ended, good;	/* tasks now running, ended, ended well */
	struct engine_counts count;
};

struct unit {
	struct job **job;		/* of the chain, in order of submission; ends with NULL; shared by its units */
	size_t k;			/* index of its tasks */
	bool slot, ahead, running;
	bool ended;
};

/* A running attempt. */
struct child {
	struct unit *unit;
	struct job *job;
	size_t k;
	pid_t pid;
	int pidfd;			/* -1 where there are none */
	double started, deadline;	/* deadline: of the time limit; INFINITY without */
	double kill_at;			/* SIGKILL then; INFINITY before SIGTERM was sent */
	enum { TOLD_NOT, TOLD_STOP, TOLD_TIME } told;
};

struct journal;

struct local {
	struct engine *en;
	size_t slots;
	struct job **job;
	size_t njobs, jobs_cap;
	struct journal *journal;	/* NULL without */

	struct unit *unit;		/* in the order in which they should start */
	size_t nunits, first_open;	/* all before first_open have ended */
	struct job ***chain;		/* job lists of the units, to be freed */
	size_t nchains;
	size_t used, ahead;		/* slots held, units ahead */
	size_t given_up;		/* tasks ended without having run, in this run */

	struct child *child;
	size_t nchildren, children_cap;
	bool stopping;
	bool journal_failed;
	struct err journal_err;
};

/* ---- plan ---- */

/* plan_build - order the submitted jobs into units. */
int	plan_build(struct local *l, struct err *e);
void	plan_free(struct local *l);

/* plan_next - the next task that may start now; ends tasks on the way that can never run. False: none now. */
bool	plan_next(struct local *l, double now, struct unit **u, struct job **job);

/* plan_started, plan_again - a task of the unit runs now; it is to be tried again at a time. */
void	plan_started(struct local *l, struct unit *u, struct job *job);
void	plan_again(struct local *l, struct unit *u, struct job *job, double at);

/* plan_ended - a running task has ended so. */
void	plan_ended(struct local *l, struct unit *u, struct job *job, enum task_state how);

/* plan_wakeup - when the next attempt is due; INFINITY when none waits for its time. */
double	plan_wakeup(const struct local *l);

/* plan_over - whether all tasks have ended. */
bool	plan_over(const struct local *l);

/* task_end - note how a task that did not run ended, or one that did: counts only. */
void	task_end(struct job *job, size_t k, enum task_state how);

/* local_note - tell the event function, and the state file, how a task ended without or after running. */
void	local_note(struct local *l, const struct job *job, size_t k, const char *reason, double seconds);

/* ---- children ---- */

/* child_start - run an attempt; -1 with E_ENV. */
int	child_start(struct local *l, struct unit *u, struct job *job, double now, struct err *e);

/* child_tell - ask it to end: SIGTERM to its process group, SIGKILL after the grace time. */
void	child_tell(const struct local *l, struct child *c, double now);
void	child_kill(const struct child *c);

/* child_reap - 1 and the wait status when it has ended (what is left of its process group is killed), else 0. */
int	child_reap(struct child *c, int *status);

/* child_log - its log file; NULL without. Owned by the caller. */
char	*child_log(const struct local *l, const struct job *job, size_t k, struct err *e);

/* ---- run ---- */

int	local_run(struct engine *en, struct engine_counts *total, struct err *e);

/* ---- journal ---- */

/*
 * journal_open - read and lock the state file
 *
 * The lock belongs to the open file, which children inherit: while one of a killed run lives, nobody else has it.
 * Waits a moment for it, then E_BUSY.
 */
struct journal	*journal_open(const char *path, struct err *e);
void	journal_close(struct journal *j);
int	journal_fd(const struct journal *j);

/* journal_state - what the file says of an element: ENGINE_SUCCEEDED, ENGINE_FAILED or ENGINE_UNKNOWN. */
enum engine_state	journal_state(const struct journal *j, const char *id, size_t index);

/* journal_note - one line for an element that has ended. */
int	journal_note(struct journal *j, const char *id, size_t index, bool ok, const char *reason, int attempt,
	    double seconds, struct err *e);

#endif
