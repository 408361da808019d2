/* Jobs in threads: each once, no more at a time than there are threads, waits that end. The ring: order, bound, every
 * number of threads, errors. Also meant for -fsanitize=thread. */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pool.h"
#include "tap.h"

#define JOBS 1000

#define ITEMS 5000

struct slot {
	long in, out;
};

static atomic_int under_way, most;

struct drained {
	long next;			/* item that should come next */
	int disorder, wrong;
	long fail_at;			/* -1: never */
};

static void
work(void *slot)
{
	struct slot *s = slot;
	struct timespec t = { .tv_nsec = s->in % 7 * 1000 };
	int now = atomic_fetch_add(&under_way, 1) + 1, max = atomic_load(&most);

	while (now > max && !atomic_compare_exchange_weak(&most, &max, now))
		continue;
	if (s->in % 16 == 0)		/* some take longer than others */
		(void)nanosleep(&t, NULL);
	s->out = s->in * s->in;
	(void)atomic_fetch_sub(&under_way, 1);
}

static int
drain(void *slot, void *ctx, struct err *e)
{
	struct slot *s = slot;
	struct drained *d = ctx;

	d->disorder += s->in != d->next;
	d->wrong += s->out != s->in * s->in;
	d->next = s->in + 1;
	if (s->in == d->fail_at)
		return err_set(e, E_ENV, "item %ld: disk full", s->in);
	return 0;
}

static void
run(size_t nslots, int workers)
{
	struct drained d = { .fail_at = -1 };
	struct ring_ops ops = { .work = work, .drain = drain, .ctx = &d };
	struct slot slots[64] = {{0}};
	struct err e;
	struct ring *r = ring_new(slots, nslots, sizeof(*slots), workers, &ops, &e);
	int failed = r == NULL;

	atomic_store(&most, 0);
	for (long i = 0; i < ITEMS && !failed; i++) {
		struct slot *s = ring_slot(r, &e);

		failed = s == NULL;
		if (s != NULL) {
			s->in = i;
			ring_submit(r);
		}
	}
	ok(!failed && ring_drain(r, &e) == 0, "%zu slots, %d workers", nslots, workers);
	is_int(d.next, ITEMS, "... all drained");
	ok(d.disorder == 0 && d.wrong == 0, "... in order, with the right result");
	ok(atomic_load(&most) <= (workers > 0 ? workers : 1), "... never more at work than there are workers");
	ok(ring_drain(r, &e) == 0 && d.next == ITEMS, "... nothing is drained twice");
	ring_free(r);
}

static void
drain_fails(int workers)
{
	struct drained d = { .fail_at = 100 };
	struct ring_ops ops = { .work = work, .drain = drain, .ctx = &d };
	struct slot slots[8] = {{0}};
	struct err e = {0};
	struct ring *r = ring_new(slots, 8, sizeof(*slots), workers, &ops, &e);
	struct slot *s = slots;
	long i;

	for (i = 0; i < ITEMS && (s = ring_slot(r, &e)) != NULL; i++) {
		s->in = i;
		ring_submit(r);
	}
	ok(s == NULL && i == 108, "%d workers: the owner hears of a failed drain at the slot it needs", workers);
	is_str(e.msg, "item 100: disk full", "... with the reason");
	is_int(d.next, 101, "... and nothing behind it was drained");
	ring_free(r);			/* while slots are under way */
	ok(1, "... the ring can be freed");
}

static void
small(void)
{
	struct drained d = { .fail_at = -1 };
	struct ring_ops ops = { .work = work, .drain = drain, .ctx = &d };
	struct slot slots[4] = {{0}};
	struct err e;
	struct ring *r = ring_new(slots, 4, sizeof(*slots), 4, &ops, &e);
	struct slot *s = ring_slot(r, &e);

	ok(s == slots && ring_slot(r, &e) == s, "a slot got twice without submitting is the same");
	is_int(ring_drain(r, &e), 0, "an empty ring drains");
	s->in = 0;
	ring_submit(r);
	ring_free(r);
	is_int(d.next, 0, "what was not drained before the end is not");
	ring_free(NULL);
	r = ring_new(slots, 4, sizeof(*slots), 4, &ops, &e);
	ring_free(r);
	ok(1, "a ring never used is freed");
}

/* ---- jobs ---- */

struct counted {
	struct task task;		/* first, so that one is found from the other */
	int n, runs, before;		/* before: those done before it */
};

static atomic_int done;

static void
count(struct task *j)
{
	struct counted *t = (struct counted *)(void *)j;
	int now = atomic_fetch_add(&under_way, 1) + 1, max = atomic_load(&most);

	while (now > max && !atomic_compare_exchange_weak(&most, &max, now))
		continue;
	if (t->n % 100 == 0)
		(void)usleep(1000);
	t->runs++;
	t->before = atomic_fetch_add(&done, 1);
	(void)atomic_fetch_sub(&under_way, 1);
}

static void
jobs(int threads, bool room)
{
	static struct counted t[JOBS];
	struct err e;
	struct pool *p = pool_new(threads, &e);
	int runs = 0, disorder = 0;

	done = most = 0;
	for (int i = 0; i < JOBS; i++) {
		t[i] = (struct counted){ .task.run = count, .n = i };
		pool_submit(p, &t[i].task);
		if (room)
			pool_room(p);
		if (i == JOBS / 2) {
			pool_wait(p, &t[i].task);
			is_int(t[i].runs, 1, "%d threads: who waits for a job finds it done", threads);
		}
	}
	pool_free(p);
	for (int i = 0; i < JOBS; i++) {
		runs += t[i].runs == 1;
		disorder += t[i].before != i;
	}
	is_int(runs, JOBS, "... all have run, once");
	ok(threads > 1 || disorder == 0, "... in order, if there is one thread");
	ok(most <= (threads > 0 ? threads : 1), "... never more at a time than there are threads");
}

static atomic_int met, freed, masked;

/* Waits until the other thread is here too. */
static void
meet(struct task *j)
{
	(void)j;
	met++;
	for (int i = 0; met < 2 && i < 5000; i++)
		(void)usleep(1000);
}

static void
free_itself(struct task *j)
{
	free(j);
	freed++;
}

static void
look_at_mask(struct task *j)
{
	sigset_t set;

	(void)j;
	if (pthread_sigmask(SIG_SETMASK, NULL, &set) == 0)
		masked = sigismember(&set, SIGTERM);
}

static void
more_jobs(void)
{
	struct err e;
	struct pool *p = pool_new(2, &e);
	struct task a = { .run = meet }, b = { .run = meet }, c = { .run = look_at_mask };

	pool_submit(p, &a);
	pool_submit(p, &b);
	pool_wait(p, &b);
	is_int(met, 2, "jobs run at the same time");
	for (int i = 0; i < JOBS; i++) {
		struct task *j = xarray(1, sizeof(*j));

		*j = (struct task){ .run = free_itself };
		pool_submit(p, j);
	}
	pool_submit(p, &c);
	pool_free(p);
	is_int(freed, JOBS, "a job may free itself");
	ok(masked, "signals are the owner's");
	p = pool_new(3, &e);
	pool_wait(p, &a);
	pool_room(p);
	ok(1, "nothing to wait for");
	pool_free(p);
	pool_free(NULL);
}

int
main(void)
{
	static const int threads[] = { 0, 1, 2, 16 };
	static const int workers[] = { 0, 1, 2, 7, 32 };
	static const size_t nslots[] = { 1, 2, 8, 64 };

	for (size_t i = 0; i < sizeof(workers) / sizeof(*workers); i++)
		for (size_t k = 0; k < sizeof(nslots) / sizeof(*nslots); k++)
			run(nslots[k], workers[i]);
	drain_fails(0);
	drain_fails(3);
	small();
	for (size_t i = 0; i < sizeof(threads) / sizeof(*threads); i++) {
		jobs(threads[i], false);
		jobs(threads[i], true);
	}
	more_jobs();
	return tap_done();
}
