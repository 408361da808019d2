/* pool - workers that take items as they come */

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pool.h"

struct pool {
	pool_work *work;
	void *ctx;
	pthread_t *thread;
	int nthreads;
	int idle;			/* workers that wait for an item */
	void *item;			/* on its way to a worker; NULL = none */
	bool stop;
	pthread_mutex_t lock;
	pthread_cond_t given, taken;
};

static void *
worker(void *arg)
{
	struct pool *p = arg;
	void *item;

	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		p->idle++;
		(void)pthread_cond_signal(&p->taken);
		while (p->item == NULL && !p->stop)
			(void)pthread_cond_wait(&p->given, &p->lock);
		p->idle--;
		item = p->item;
		if (item == NULL)
			break;
		p->item = NULL;
		(void)pthread_cond_signal(&p->taken);
		(void)pthread_mutex_unlock(&p->lock);
		p->work(p->ctx, item);
		(void)pthread_mutex_lock(&p->lock);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

static int
start_workers(struct pool *p, int workers, struct err *e)
{
	sigset_t all, old;
	int rc = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	while (rc == 0 && p->nthreads < workers) {
		rc = pthread_create(&p->thread[p->nthreads], NULL, worker, p);
		if (rc == 0)
			p->nthreads++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0 && p->nthreads == 0)
		return err_set(e, E_ENV, "cannot start a thread: %s", strerror(rc));
	return 0;
}

struct pool *
pool_new(int workers, pool_work *work, void *ctx, struct err *e)
{
	struct pool *p = mem_array(1, sizeof(*p), e);

	if (p == NULL)
		return NULL;
	p->work = work;
	p->ctx = ctx;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->given, NULL);
	(void)pthread_cond_init(&p->taken, NULL);
	p->thread = mem_array((size_t)workers, sizeof(*p->thread), e);
	if (p->thread == NULL || (workers > 1 && start_workers(p, workers, e) < 0)) {
		pool_free(p);
		return NULL;
	}
	return p;
}

void
pool_give(struct pool *p, void *item)
{
	if (p->nthreads == 0) {
		p->work(p->ctx, item);
		return;
	}
	(void)pthread_mutex_lock(&p->lock);
	while (p->item != NULL || p->idle == 0)
		(void)pthread_cond_wait(&p->taken, &p->lock);
	p->item = item;
	(void)pthread_cond_signal(&p->given);
	(void)pthread_mutex_unlock(&p->lock);
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->stop = true;
	(void)pthread_cond_broadcast(&p->given);
	(void)pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->nthreads; i++)
		(void)pthread_join(p->thread[i], NULL);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->given);
	(void)pthread_cond_destroy(&p->taken);
	free(p->thread);
	free(p);
}
