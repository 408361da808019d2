#ifndef POOL_H
#define POOL_H

#include "base/err.h"

/*
 * Workers that take items as they come and finish them in any order. Nothing waits in a queue: the owner keeps an item
 * until a worker is free, so that reading a list goes no faster than the work, and a signal leaves no item half known.
 */

struct pool;

/* pool_work - runs in a worker; owns item. */
typedef void	pool_work(void *ctx, void *item);

/* pool_new - start the workers, without signals, which are the owner's; NULL with E_ENV. With one worker the owner
 * does the work itself. */
struct pool	*pool_new(int workers, pool_work *work, void *ctx, struct err *e);

/* pool_give - hand an item to a worker, waiting for one. */
void	pool_give(struct pool *p, void *item);

/* pool_free - wait until everything given is done, and stop the workers. NULL is fine. */
void	pool_free(struct pool *p);

#endif
