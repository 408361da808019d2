#ifndef POOL_H
#define POOL_H

#include <stddef.h>

#include "base/err.h"

/*
 * Threads. A pool runs tasks in the order in which they are submitted; a ring, on a pool of its own, sends equal slots
 * through the threads and gives them back in the order in which they were filled.
 *
 * One thread, the owner, calls these functions. Signals are the owner's: they interrupt its system calls and not those
 * of the pool's threads. With 0 threads the owner does the work itself, at once.
 */

struct pool;

/* A task is embedded in the caller's struct, which holds what goes in and what comes out. */
struct task {
	void (*run)(struct task *t);	/* in a thread; may free t */
	struct task *next;		/* the pool's */
};

struct pool	*pool_new(int threads, struct err *e);		/* NULL with E_ENV */

/* pool_submit - run t. How many wait is the caller's to bound, with pool_room or otherwise. */
void	pool_submit(struct pool *p, struct task *t);

/* pool_wait - until t has run; at once when it is not under way. */
void	pool_wait(struct pool *p, const struct task *t);

/* pool_room - wait until a thread is free for another task, so that none waits in a queue. */
void	pool_room(struct pool *p);

/* pool_free - run all that was submitted, and stop. NULL is fine. */
void	pool_free(struct pool *p);

/*
 * The owner fills a slot and submits it, a thread transforms it, and the owner drains the slots again in the order in
 * which it filled them. The number of slots bounds the memory: when all are under way the owner waits for the oldest
 * one. Libraries that are not reentrant (HDF5, netCDF) are safe in fill and drain; work may only transform memory.
 */
struct ring;

struct ring_ops {
	void (*work)(void *slot);	/* in a thread; results and errors stay in the slot */
	int (*drain)(void *slot, void *ctx, struct err *e);	/* in the owner; 0 or -1 */
	void *ctx;
};

/* ring_new - a ring over slots[nslots] of size bytes each, which stay the caller's; NULL with E_ENV. */
struct ring	*ring_new(void *slots, size_t nslots, size_t size, int threads, const struct ring_ops *ops,
		    struct err *e);

/* ring_slot - the next slot to fill, drained if it was under way; NULL when drain failed. */
void	*ring_slot(struct ring *r, struct err *e);

/* ring_submit - hand the slot got last to the threads. */
void	ring_submit(struct ring *r);

/* ring_drain - wait for and drain every slot under way; 0 or -1. */
int	ring_drain(struct ring *r, struct err *e);

/* ring_free - stop; slots still under way are waited for but not drained. NULL is fine. */
void	ring_free(struct ring *r);

#endif
