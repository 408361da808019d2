/* pool - threads that run tasks */

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"

struct thread {
	struct pool *pool;
	pthread_t id;
	const struct task *at;		/* the task it runs; NULL: none */
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t submitted, ran;
	struct task *first, **last;	/* that wait, in order */
	size_t under_way;		/* tasks that wait or run */
	bool stop;
	struct thread *thread;
	size_t nthreads;
};

static void *
work_on(void *arg)
{
	struct thread *t = arg;
	struct pool *p = t->pool;
	struct task *j;

	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		while ((j = p->first) == NULL && !p->stop)
			(void)pthread_cond_wait(&p->submitted, &p->lock);
		if (j == NULL)
			break;
		if ((p->first = j->next) == NULL)
			p->last = &p->first;
		t->at = j;
		(void)pthread_mutex_unlock(&p->lock);
		j->run(j);
		(void)pthread_mutex_lock(&p->lock);
		t->at = NULL;
		p->under_way--;
		(void)pthread_cond_signal(&p->ran);	/* only the owner waits for it */
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pool *
pool_new(int threads, struct err *e)
{
	struct pool *p = xarray(1, sizeof(*p));
	sigset_t all, old;
	int rc = 0;

	p->last = &p->first;
	p->thread = xarray((size_t)threads, sizeof(*p->thread));
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->submitted, NULL);
	(void)pthread_cond_init(&p->ran, NULL);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	while (rc == 0 && p->nthreads < (size_t)threads) {
		struct thread *t = &p->thread[p->nthreads];

		t->pool = p;
		rc = pthread_create(&t->id, NULL, work_on, t);
		if (rc == 0)
			p->nthreads++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0 || p->nthreads > 0)
		return p;
	err_set(e, E_ENV, "cannot start a thread: %s", strerror(rc));
	pool_free(p);
	return NULL;
}

void
pool_submit(struct pool *p, struct task *t)
{
	if (p->nthreads == 0) {
		t->run(t);
		return;
	}
	(void)pthread_mutex_lock(&p->lock);
	t->next = NULL;
	*p->last = t;
	p->last = &t->next;
	p->under_way++;
	(void)pthread_cond_signal(&p->submitted);
	(void)pthread_mutex_unlock(&p->lock);
}

/* Asked of the pool and not of the task, which may be gone when it has run. */
static bool
is_under_way(const struct pool *p, const struct task *j)
{
	for (size_t i = 0; i < p->nthreads; i++)
		if (p->thread[i].at == j)
			return true;
	for (const struct task *k = p->first; k != NULL; k = k->next)
		if (k == j)
			return true;
	return false;
}

void
pool_wait(struct pool *p, const struct task *t)
{
	(void)pthread_mutex_lock(&p->lock);
	while (is_under_way(p, t))
		(void)pthread_cond_wait(&p->ran, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
}

void
pool_room(struct pool *p)
{
	(void)pthread_mutex_lock(&p->lock);
	while (p->nthreads > 0 && p->under_way >= p->nthreads)
		(void)pthread_cond_wait(&p->ran, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->stop = true;
	(void)pthread_cond_broadcast(&p->submitted);
	(void)pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->nthreads; i++)
		(void)pthread_join(p->thread[i].id, NULL);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->submitted);
	(void)pthread_cond_destroy(&p->ran);
	free(p->thread);
	free(p);
}

/* ---- a ring ---- */

struct turn {
	struct task task;			/* first, so that it is found from it */
	const struct ring *ring;
	void *slot;
	bool filled;			/* submitted and not drained */
};

struct ring {
	struct pool *pool;
	struct ring_ops ops;
	struct turn *turn;		/* one for each slot */
	size_t n, next;
};

static void
run_turn(struct task *j)
{
	struct turn *t = (struct turn *)j;

	t->ring->ops.work(t->slot);
}

struct ring *
ring_new(void *slots, size_t nslots, size_t size, int threads, const struct ring_ops *ops, struct err *e)
{
	struct pool *pool = pool_new(threads, e);
	struct ring *r;

	if (pool == NULL)
		return NULL;
	r = xarray(1, sizeof(*r));
	*r = (struct ring){ .pool = pool, .ops = *ops, .n = nslots };
	r->turn = xarray(nslots, sizeof(*r->turn));
	for (size_t i = 0; i < nslots; i++)
		r->turn[i] = (struct turn){ .task.run = run_turn, .ring = r, .slot = (char *)slots + i * size };
	return r;
}

static int
drain_turn(const struct ring *r, struct turn *t, struct err *e)
{
	if (!t->filled)
		return 0;
	pool_wait(r->pool, &t->task);
	t->filled = false;
	return r->ops.drain(t->slot, r->ops.ctx, e);
}

void *
ring_slot(struct ring *r, struct err *e)
{
	struct turn *t = &r->turn[r->next];

	return drain_turn(r, t, e) < 0 ? NULL : t->slot;
}

void
ring_submit(struct ring *r)
{
	struct turn *t = &r->turn[r->next];

	r->next = (r->next + 1) % r->n;
	t->filled = true;
	pool_submit(r->pool, &t->task);
}

int
ring_drain(struct ring *r, struct err *e)
{
	for (size_t k = 0; k < r->n; k++)
		if (drain_turn(r, &r->turn[(r->next + k) % r->n], e) < 0)
			return -1;
	return 0;
}

void
ring_free(struct ring *r)
{
	if (r == NULL)
		return;
	pool_free(r->pool);
	free(r->turn);
	free(r);
}
