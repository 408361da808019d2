#ifndef POOL_H
#define POOL_H

#include <stdbool.h>

#include "base/err.h"

/*
 * A few threads for what would stop the event loop: digests, and reading, writing and syncing files. Jobs come back in
 * the order in which they are done. How many are under way is the caller's to bound.
 */

struct pool;

struct job {
	/* In a thread; results stay in the struct that embeds the job. false: it does not come back from pool_done,
	 * and j may be gone. */
	bool (*run)(struct job *j);
	struct job *next;
};

/* pool_new - wake(arg) is called from a thread when a job is done and pool_done may not have been about to find it.
 * NULL with E_ENV. */
struct pool	*pool_new(int threads, void (*wake)(void *arg), void *arg, struct err *e);
void	pool_submit(struct pool *p, struct job *j);

/* pool_done - a job that is done, NULL when there is none; with wait, waits while jobs are under way. */
struct job	*pool_done(struct pool *p, bool wait);

/* pool_return - from a thread: jobs that had run false are back after all, linked by next. */
void	pool_return(struct pool *p, struct job *jobs);

/* pool_free - waits for the jobs under way. */
void	pool_free(struct pool *p);

#endif
