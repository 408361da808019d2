/* ring - a ring of slots between one owner and several workers */

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/ring.h"

enum state { FREE, READY, WORKING, DONE };

struct ring {
	char *slots;
	size_t nslots, size;
	struct ring_ops ops;
	enum state *state;
	size_t next;			/* slot the owner fills next */
	size_t take;			/* slot the workers take next */
	pthread_t *thread;
	int nthreads;
	bool stop;
	pthread_mutex_t lock;
	pthread_cond_t ready, done;
};

static void *
worker(void *arg)
{
	struct ring *r = arg;
	size_t i;

	(void)pthread_mutex_lock(&r->lock);
	for (;;) {
		while (!r->stop && r->state[r->take] != READY)
			(void)pthread_cond_wait(&r->ready, &r->lock);
		if (r->state[r->take] != READY)
			break;
		i = r->take;
		r->take = (i + 1) % r->nslots;
		r->state[i] = WORKING;
		(void)pthread_mutex_unlock(&r->lock);
		r->ops.work(r->slots + i * r->size);
		(void)pthread_mutex_lock(&r->lock);
		r->state[i] = DONE;
		(void)pthread_cond_signal(&r->done);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Signals are for the owner: its system calls shall be interrupted, not those of a worker. */
static int
start_workers(struct ring *r, int workers, struct err *e)
{
	sigset_t all, old;
	int rc = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	while (rc == 0 && r->nthreads < workers) {
		rc = pthread_create(&r->thread[r->nthreads], NULL, worker, r);
		if (rc == 0)
			r->nthreads++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0 && r->nthreads == 0)
		return err_set(e, E_ENV, "cannot start a thread: %s", strerror(rc));
	return 0;
}

struct ring *
ring_new(void *slots, size_t nslots, size_t size, int workers, const struct ring_ops *ops, struct err *e)
{
	struct ring *r = mem_array(1, sizeof(*r), e);

	if (r == NULL)
		return NULL;
	*r = (struct ring){ .slots = slots, .nslots = nslots, .size = size, .ops = *ops };
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->ready, NULL);
	(void)pthread_cond_init(&r->done, NULL);
	r->state = mem_array(nslots, sizeof(*r->state), e);
	r->thread = mem_array((size_t)workers, sizeof(*r->thread), e);
	if (r->state == NULL || r->thread == NULL || start_workers(r, workers, e) < 0) {
		ring_free(r);
		return NULL;
	}
	return r;
}

static int
drain_slot(struct ring *r, size_t i, struct err *e)
{
	bool was_done;

	(void)pthread_mutex_lock(&r->lock);
	while (r->state[i] == READY || r->state[i] == WORKING)
		(void)pthread_cond_wait(&r->done, &r->lock);
	was_done = r->state[i] == DONE;
	r->state[i] = FREE;		/* not under way: the owner's alone */
	(void)pthread_mutex_unlock(&r->lock);
	if (!was_done)
		return 0;
	return r->ops.drain(r->slots + i * r->size, r->ops.ctx, e);
}

void *
ring_slot(struct ring *r, struct err *e)
{
	if (drain_slot(r, r->next, e) < 0)
		return NULL;
	return r->slots + r->next * r->size;
}

void
ring_submit(struct ring *r)
{
	size_t i = r->next;

	r->next = (i + 1) % r->nslots;
	if (r->nthreads == 0) {
		r->ops.work(r->slots + i * r->size);
		r->state[i] = DONE;
		return;
	}
	(void)pthread_mutex_lock(&r->lock);
	r->state[i] = READY;
	(void)pthread_cond_signal(&r->ready);
	(void)pthread_mutex_unlock(&r->lock);
}

int
ring_drain(struct ring *r, struct err *e)
{
	for (size_t k = 0; k < r->nslots; k++)
		if (drain_slot(r, (r->next + k) % r->nslots, e) < 0)
			return -1;
	return 0;
}

void
ring_free(struct ring *r)
{
	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->stop = true;
	(void)pthread_cond_broadcast(&r->ready);
	(void)pthread_mutex_unlock(&r->lock);
	for (int i = 0; i < r->nthreads; i++)
		(void)pthread_join(r->thread[i], NULL);
	(void)pthread_mutex_destroy(&r->lock);
	(void)pthread_cond_destroy(&r->ready);
	(void)pthread_cond_destroy(&r->done);
	free(r->state);
	free(r->thread);
	free(r);
}
