/* pool - threads for work that waits for the disk */

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pool.h"

struct queue {
	struct job *first, **last;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t todo_cond, done_cond;
	struct queue todo, done;
	int under_way;			/* submitted and not in done */
	bool stop;
	void (*wake)(void *arg);
	void *arg;
	pthread_t *thread;
	int nthreads;
};

static void
put(struct queue *q, struct job *j)
{
	j->next = NULL;
	*q->last = j;
	q->last = &j->next;
}

static struct job *
get(struct queue *q)
{
	struct job *j = q->first;

	if (j != NULL && (q->first = j->next) == NULL)
		q->last = &q->first;
	return j;
}

/* Under the lock. */
static void
put_done(struct pool *p, struct job *j)
{
	bool first = p->done.first == NULL;

	put(&p->done, j);
	if (first)			/* else the caller has been woken and has not looked yet */
		p->wake(p->arg);
}

static void *
worker(void *arg)
{
	struct pool *p = arg;
	struct job *j;
	bool comes_back;

	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		while ((j = get(&p->todo)) == NULL && !p->stop)
			(void)pthread_cond_wait(&p->todo_cond, &p->lock);
		if (j == NULL)
			break;
		(void)pthread_mutex_unlock(&p->lock);
		comes_back = j->run(j);
		(void)pthread_mutex_lock(&p->lock);
		if (comes_back)
			put_done(p, j);
		p->under_way--;
		(void)pthread_cond_signal(&p->done_cond);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Signals are for the main thread, whose waits they end. */
static int
start(struct pool *p, int threads)
{
	sigset_t all, old;
	int rc = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	while (rc == 0 && p->nthreads < threads) {
		rc = pthread_create(&p->thread[p->nthreads], NULL, worker, p);
		if (rc == 0)
			p->nthreads++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return p->nthreads > 0 ? 0 : rc;
}

struct pool *
pool_new(int threads, void (*wake)(void *arg), void *arg, struct err *e)
{
	struct pool *p = mem_array(1, sizeof(*p), e);
	int rc;

	if (p == NULL)
		return NULL;
	p->todo.last = &p->todo.first;
	p->done.last = &p->done.first;
	p->wake = wake;
	p->arg = arg;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->todo_cond, NULL);
	(void)pthread_cond_init(&p->done_cond, NULL);
	p->thread = mem_array((size_t)threads, sizeof(*p->thread), e);
	if (p->thread != NULL) {
		rc = start(p, threads);
		if (rc == 0)
			return p;
		err_set(e, E_ENV, "cannot start a thread: %s", strerror(rc));
	}
	pool_free(p);
	return NULL;
}

void
pool_submit(struct pool *p, struct job *j)
{
	(void)pthread_mutex_lock(&p->lock);
	put(&p->todo, j);
	p->under_way++;
	(void)pthread_cond_signal(&p->todo_cond);
	(void)pthread_mutex_unlock(&p->lock);
}

void
pool_return(struct pool *p, struct job *jobs)
{
	struct job *next;

	(void)pthread_mutex_lock(&p->lock);
	for (; jobs != NULL; jobs = next) {
		next = jobs->next;
		put_done(p, jobs);
	}
	(void)pthread_mutex_unlock(&p->lock);
}

struct job *
pool_done(struct pool *p, bool wait)
{
	struct job *j;

	(void)pthread_mutex_lock(&p->lock);
	while ((j = get(&p->done)) == NULL && wait && p->under_way > 0)
		(void)pthread_cond_wait(&p->done_cond, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
	return j;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->stop = true;
	(void)pthread_cond_broadcast(&p->todo_cond);
	(void)pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->nthreads; i++)
		(void)pthread_join(p->thread[i], NULL);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->todo_cond);
	(void)pthread_cond_destroy(&p->done_cond);
	free(p->thread);
	free(p);
}
