#ifndef POOL_H
#define POOL_H

#include <stdbool.h>

#include "base/err.h"

/*
 * A few threads for what would stop the event loop: syncing, opening and reading files. Jobs come back in the order
 * in which they are done. How many are under way is the caller's to bound.
 */

struct pool;

struct job {
	void (*run)(struct job *j);	/* in a thread; results stay in the struct that embeds the job */
	struct job *next;
};

/* pool_new - wake(arg) is called from a thread whenever a job is done. NULL with E_ENV. */
struct pool	*pool_new(int threads, void (*wake)(void *arg), void *arg, struct err *e);
void	pool_submit(struct pool *p, struct job *j);

/* pool_done - a job that is done, NULL when there is none; with wait, waits while jobs are under way. */
struct job	*pool_done(struct pool *p, bool wait);

/* pool_free - waits for the jobs under way. */
void	pool_free(struct pool *p);

#endif
