/* Workers that take items as they come. */

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "tap.h"
#include "uploader/pool.h"

static atomic_long sum, count, running, most;

static void
add(void *ctx, void *item)
{
	long now = ++running, seen = most;

	(void)ctx;
	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		;
	sum += *(int *)item;
	count++;
	if (*(int *)item % 100 == 0)
		(void)usleep(1000);
	running--;
}

static void
run(int workers)
{
	static int item[1000];
	struct err e;
	struct pool *p = pool_new(workers, add, NULL, &e);

	sum = count = most = 0;
	if (p == NULL) {
		ok(0, "%s", e.msg);
		return;
	}
	for (int i = 0; i < 1000; i++) {
		item[i] = i;
		pool_give(p, &item[i]);
	}
	pool_free(p);
	is_int(count, 1000, "%d workers: every item is done", workers);
	is_int(sum, 499500, "... once");
	ok(most <= workers, "... by no more than that at once");
}

static atomic_int met;

/* Waits until the other worker is here too. */
static void
meet(void *ctx, void *item)
{
	(void)ctx;
	(void)item;
	met++;
	for (int i = 0; met < 2 && i < 5000; i++)
		(void)usleep(1000);
}

int
main(void)
{
	struct err e;
	struct pool *p;

	run(1);
	run(2);
	run(16);
	p = pool_new(2, meet, NULL, &e);
	if (p != NULL) {
		pool_give(p, &e);
		pool_give(p, &e);
		pool_free(p);
	}
	is_int(met, 2, "items are worked on at the same time");
	p = pool_new(3, add, NULL, &e);
	ok(p != NULL, "a pool without work");
	pool_free(p);
	pool_free(NULL);
	return tap_done();
}
