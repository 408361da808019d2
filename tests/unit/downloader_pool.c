/* downloader_pool - jobs in threads, and the blocks that feed them */

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "downloader/block.h"
#include "downloader/pool.h"
#include "tap.h"

#define JOBS 500

struct task {
	struct job job;			/* first, so that a task is its job */
	int n, runs;
};

static struct pool *pool;
static struct err e;
static atomic_int wakes, gone, got;
static struct job kept = { .next = NULL };

static void
wake(void *arg)
{
	(void)arg;
	wakes++;
}

static bool
work(struct job *j)
{
	struct task *t = (struct task *)(void *)j;

	t->runs++;
	return true;
}

static bool
leave(struct job *j)
{
	(void)j;
	gone++;
	return false;
}

/* Gives back a job that had run false before. */
static bool
hand_back(struct job *j)
{
	(void)j;
	pool_return(pool, &kept);
	return false;
}

static void
jobs(int threads)
{
	static struct task t[JOBS];
	struct job quiet = { .run = leave }, giver = { .run = hand_back }, *j;
	int back = 0, wrong = 0;

	wakes = gone = 0;
	pool = pool_new(threads, wake, NULL, &e);
	if (pool == NULL) {
		ok(0, "%s", e.msg);
		return;
	}
	for (int i = 0; i < JOBS; i++) {
		t[i] = (struct task){ .job.run = work, .n = i };
		pool_submit(pool, &t[i].job);
	}
	while ((j = pool_done(pool, true)) != NULL) {
		wrong += threads == 1 && ((struct task *)(void *)j)->n != back;
		back++;
	}
	for (int i = 0; i < JOBS; i++)
		wrong += t[i].runs != 1;
	is_int(back, JOBS, "%d threads: all jobs are back", threads);
	is_int(wrong, 0, "... each run once, with one thread in order");
	ok(wakes > 0, "... and the caller is woken");

	pool_submit(pool, &quiet);
	ok(pool_done(pool, true) == NULL, "one that says so does not come back");
	is_int(gone, 1, "... but has run");
	pool_submit(pool, &giver);
	ok(pool_done(pool, true) == &kept, "until a thread returns it");
	ok(pool_done(pool, true) == NULL, "... once");
	pool_free(pool);
}

static void *
getter(void *arg)
{
	struct block *k = blocks_get(arg, &e);

	got++;
	blocks_put(arg, k);
	return NULL;
}

static void
blocks(void)
{
	struct blocks *b = blocks_new(2, &e);
	struct block *one = blocks_get(b, &e), *two = blocks_get(b, &e);
	pthread_t thread;

	ok(one != NULL && two != NULL && one != two, "two blocks");
	one->size = 7;
	if (pthread_create(&thread, NULL, getter, b) != 0)
		exit(1);
	(void)usleep(50000);
	is_int(got, 0, "a third one is not there");
	blocks_put(b, one);
	(void)pthread_join(thread, NULL);
	is_int(got, 1, "... until one is back");
	one = blocks_get(b, &e);
	ok(one != NULL && one->size == 0, "which is empty again");
	blocks_put(b, one);
	blocks_put(b, two);
	blocks_put(b, NULL);
	blocks_free(b);
	blocks_free(NULL);
}

int
main(void)
{
	jobs(1);
	jobs(4);
	blocks();
	return tap_done();
}
