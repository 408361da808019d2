#ifndef RING_H
#define RING_H

#include <stddef.h>

#include "base/err.h"

/*
 * A ring of equal slots between one owner and several workers. The owner fills a slot and submits it, a worker
 * transforms it, and the owner drains the slots again in the order in which it filled them. The number of slots
 * bounds the memory: when all are under way the owner waits for the oldest one.
 *
 * Only the owner calls these functions. Libraries that are not reentrant (HDF5, netCDF) are safe in fill and
 * drain; work may only transform memory.
 */

struct ring;

struct ring_ops {
	void (*work)(void *slot);			/* in a worker; results and errors stay in the slot */
	int (*drain)(void *slot, void *ctx, struct err *e);	/* in the owner; 0 or -1 */
	void *ctx;
};

/*
 * ring_new - a ring over slots[nslots] of size bytes each, which stay the caller's, with that many worker threads
 *
 * With 0 workers ring_submit does the work itself. Returns NULL with E_ENV.
 */
struct ring	*ring_new(void *slots, size_t nslots, size_t size, int workers, const struct ring_ops *ops,
		    struct err *e);

/* ring_slot - the next slot to fill, drained if it was under way; NULL when drain failed. */
void	*ring_slot(struct ring *r, struct err *e);

/* ring_submit - hand the slot got last to the workers. */
void	ring_submit(struct ring *r);

/* ring_drain - wait for and drain every slot under way; 0 or -1. */
int	ring_drain(struct ring *r, struct err *e);

/* ring_free - stop the workers; slots still under way are waited for but not drained. NULL is fine. */
void	ring_free(struct ring *r);

#endif
