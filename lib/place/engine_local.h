#ifndef ENGINE_LOCAL_H
#define ENGINE_LOCAL_H

#include <sys/types.h>

#include "place/engine.h"

/*
 * The supervisor on this machine.
 *
 * Jobs that follow each other element by element form a chain, and the elements of one index of a chain are a group of
 * granules on its way from download to upload: here called an element. One that is being worked on holds one of the
 * slots (local:N) until its last job has ended. While one is past its first job, one more may run its first job without
 * a slot, if that job has no limit of its own. A job with `ended` is a chain of its own and runs whatever happens.
 *
 *	engine_local		the engine and its loop: start, wait, stop; the state file
 *	engine_local_chain	which element may go on now
 *	engine_local_child	processes
 */

struct element {
	size_t head, at;		/* jobs: the first of its chain, the one it is at; ENGINE_NONE = ended */
	int k, priority;		/* its index; of its head */
	enum { HOLDS_NOTHING, HOLDS_AHEAD, HOLDS_SLOT } holds;
	bool running;
	int attempt;			/* at this job: the one under way, or the last one; 0 = none yet */
	double not_before;		/* clock_steady() of another attempt */
	/* while it runs */
	pid_t pid;
	int pidfd;			/* -1 where there are none */
	double started;
	double kill_at;			/* SIGKILL then; INFINITY before SIGTERM was sent */
};

struct chains {
	struct engine_job *job;		/* borrowed */
	size_t *next;			/* of a job: the one whose elements follow, or ENGINE_NONE */
	size_t *left;			/* of a job: elements that have not ended */
	struct element *element;	/* chain by chain, index by index */
	struct element **order;		/* in the order in which they should start */
	size_t n, first_open;		/* elements; all before first_open in order have ended */
	size_t slots, used, ahead;	/* slots, those held, elements ahead */
	size_t past;			/* elements that hold a slot and are past their first job */
};

/* chains_build - c is all-zero but for slots. Jobs are as engine_submit checks them. */
void	chains_build(struct chains *c, struct engine_job *jobs, size_t n);

/* chains_order - before the first chains_next: important ones first, then all arrays side by side. */
void	chains_order(struct chains *c);
void	chains_fini(struct chains *c);

/* chains_next - an element whose job may start now, it has its slot; NULL when there is none. */
struct element	*chains_next(struct chains *c, double now);

/* chains_pass - the element has ended its job, which does not run, one way or another: it is at the next one. */
void	chains_pass(struct chains *c, struct element *el);

/* chains_wakeup - when the next attempt is due; INFINITY when none waits for its time. */
double	chains_wakeup(const struct chains *c);

/* chains_over - whether all have ended. */
bool	chains_over(struct chains *c);

/* child_start - run the element's job; lock is a descriptor it inherits, 0 = none. -1 with E_USAGE, E_ENV. */
int	child_start(const struct engine *en, const struct engine_job *job, struct element *el, const char *log,
	    int lock, struct err *e);

/* child_kill - send the signal to all of its process group. */
void	child_kill(const struct element *el, int sig);

/* child_reap - 1 and the wait status when it has ended (what is left of its process group is killed), else 0. */
int	child_reap(struct element *el, int *status);

#endif
