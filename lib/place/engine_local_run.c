/* engine_local_run - the loop of the supervisor: start, wait, stop */

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "place/engine_local.h"

#define EXIT_USAGE 2			/* another attempt would not help */
#define EXIT_NO_PROGRAM 126		/* and above: not started */
#define POLL_MS 50			/* where there are no pidfds */
#define WAIT_MS_MAX 3600000.0

/* ---- telling ---- */

static void
tell(const struct local *l, struct engine_event *ev, const struct job *job, size_t k)
{
	char *log = child_log(l, job, k, NULL);

	ev->id = job->id;
	ev->name = job->name;
	ev->index = job->first + (int)k;
	ev->attempt = job->task[k].attempt;
	ev->log = log;
	if (l->en->opts.event != NULL)
		l->en->opts.event(l->en->opts.event_ctx, ev);
	free(log);
}

/* The state file holds what was tried: done, or failed for good. */
void
local_note(struct local *l, const struct job *job, size_t k, const char *reason, double seconds)
{
	const struct task *t = &job->task[k];
	bool ok = t->state == TASK_DONE;
	struct engine_event ev = { .what = ENGINE_ENDED, .ok = ok, .reason = reason, .seconds = seconds };
	struct err e;

	if (l->journal != NULL && (ok || t->state == TASK_FAILED) &&
	    journal_note(l->journal, job->id, (size_t)job->first + k, ok, reason, t->attempt, seconds, &e) < 0 &&
	    !l->journal_failed) {
		l->journal_failed = true;	/* the work goes on; engine_run reports it */
		l->journal_err = e;
	}
	tell(l, &ev, job, k);
}

/* ---- ends ---- */

static bool
worth_another_attempt(const struct local *l, const struct job *job, size_t k, int status)
{
	if (WIFEXITED(status) && (WEXITSTATUS(status) == EXIT_USAGE || WEXITSTATUS(status) >= EXIT_NO_PROGRAM))
		return false;
	return job->task[k].attempt < job->attempts && !job->cancelled && (!l->stopping || job->always);
}

/* An attempt has failed: another one later, or the task has. */
static void
attempt_failed(struct local *l, struct unit *u, struct job *job, const char *reason, double seconds, bool again)
{
	struct engine_event ev = { .what = ENGINE_AGAIN, .reason = reason, .seconds = seconds };

	if (again) {
		plan_again(l, u, job, clock_steady() + l->en->opts.retry_delay);
		tell(l, &ev, job, u->k);
		return;
	}
	plan_ended(l, u, job, TASK_FAILED);
	local_note(l, job, u->k, reason, seconds);
}

static void
ended(struct local *l, const struct child *c, int status, double now)
{
	struct job *job = c->job;
	double seconds = now - c->started;
	char reason[64];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		plan_ended(l, c->unit, job, TASK_DONE);
		local_note(l, job, c->k, NULL, seconds);
	} else if (c->told == TOLD_STOP) {
		plan_ended(l, c->unit, job, TASK_NOT_RUN);
		local_note(l, job, c->k, job->cancelled ? "cancelled" : "stopped", seconds);
	} else if (c->told == TOLD_TIME) {
		attempt_failed(l, c->unit, job, "time limit", seconds, false);
	} else {
		(void)snprintf(reason, sizeof(reason), WIFEXITED(status) ? "exit status %d" : "signal %d",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		attempt_failed(l, c->unit, job, reason, seconds, worth_another_attempt(l, job, c->k, status));
	}
}

static void
reap(struct local *l)
{
	for (size_t i = 0; i < l->nchildren;) {
		struct child c = l->child[i];
		int status;

		if (!child_reap(&c, &status)) {
			i++;
			continue;
		}
		l->child[i] = l->child[--l->nchildren];
		ended(l, &c, status, clock_steady());
	}
}

/* ---- starts ---- */

static void
start_all(struct local *l)
{
	struct unit *u;
	struct job *job;
	double now;

	while (plan_next(l, now = clock_steady(), &u, &job)) {
		struct engine_event ev = { .what = ENGINE_STARTED };
		int rc;
		struct err e;

		rc = child_start(l, u, job, now, &e);
		plan_started(l, u, job);
		tell(l, &ev, job, u->k);
		if (rc < 0)
			attempt_failed(l, u, job, e.msg, 0, job->task[u->k].attempt < job->attempts);
	}
}

/* ---- the end asked for ---- */

static void
tell_children(struct local *l, double now)
{
	if (!l->stopping && l->en->opts.stop != NULL && l->en->opts.stop() != 0)
		l->stopping = true;
	for (size_t i = 0; i < l->nchildren; i++) {
		struct child *c = &l->child[i];

		if (c->told == TOLD_NOT && ((l->stopping && !c->job->always) || c->job->cancelled))
			c->told = TOLD_STOP;
		else if (c->told == TOLD_NOT && now >= c->deadline)
			c->told = TOLD_TIME;
		if (c->told != TOLD_NOT)
			child_tell(l, c, now);
		if (now >= c->kill_at)
			child_kill(c);
	}
}

/* ---- waiting ---- */

static void
soonest(double *at, double other)
{
	if (other < *at)
		*at = other;
}

/* Milliseconds until something is due by the clock; -1: nothing is. */
static double
wait_ms(const struct local *l, double now)
{
	double at = plan_wakeup(l), ms;
	bool blind = false;

	for (size_t i = 0; i < l->nchildren; i++) {
		const struct child *c = &l->child[i];

		soonest(&at, c->told == TOLD_NOT ? c->deadline : c->kill_at > now ? c->kill_at : INFINITY);
		blind |= c->pidfd < 0;
	}
	ms = isinf(at) ? WAIT_MS_MAX : at > now ? (at - now) * 1000 + 1 : 0;
	if (ms > WAIT_MS_MAX)
		ms = WAIT_MS_MAX;
	return blind && ms > POLL_MS ? POLL_MS : ms;
}

/* Until a child ends, a signal arrives, or the clock says so. Signals are only let in here, so that none is missed
 * between looking and waiting. */
static int
await(const struct local *l, struct pollfd *fds, const sigset_t *open_mask, struct err *e)
{
	double ms = wait_ms(l, clock_steady());
	struct timespec ts = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(fmod(ms, 1000) * 1e6) };

	for (size_t i = 0; i < l->nchildren; i++)
		fds[i] = (struct pollfd){ .fd = l->child[i].pidfd, .events = POLLIN };
	if (ppoll(fds, l->nchildren, &ts, open_mask) < 0 && errno != EINTR)
		return err_sys(e, "waiting for programs");
	return 0;
}

static void
kill_all(struct local *l)
{
	for (size_t i = 0; i < l->nchildren; i++)
		child_kill(&l->child[i]);
	while (l->nchildren > 0) {
		struct timespec nap = { .tv_nsec = 10 * 1000 * 1000 };

		reap(l);
		(void)nanosleep(&nap, NULL);
	}
}

/* Nothing runs, nothing can start, and there is no time to wait for. */
static bool
stuck(const struct local *l)
{
	return l->nchildren == 0 && isinf(plan_wakeup(l));
}

static int
supervise(struct local *l, const sigset_t *open_mask, struct err *e)
{
	struct pollfd *fds = NULL;
	size_t cap = 0;
	int ret = -1;

	for (;;) {
		tell_children(l, clock_steady());
		start_all(l);
		if (plan_over(l))
			break;
		if (stuck(l)) {
			err_set(e, E_USAGE, "jobs wait for each other");
			goto out;
		}
		if (mem_grow(&fds, &cap, l->nchildren + 1, sizeof(*fds), e) < 0 || await(l, fds, open_mask, e) < 0)
			goto out;
		reap(l);
	}
	ret = 0;
out:
	kill_all(l);
	free(fds);
	return ret;
}

static void
add_counts(const struct local *l, struct engine_counts *total)
{
	for (size_t i = 0; i < l->njobs; i++) {
		const struct engine_counts *c = &l->job[i]->count;

		total->done += c->done;
		total->reused += c->reused;
		total->failed += c->failed;
		total->skipped += c->skipped;
		total->not_run += c->not_run;
	}
}

int
local_run(struct engine *en, struct engine_counts *total, struct err *e)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP };
	struct local *l = en->impl;
	sigset_t mask, before;
	int ret = -1;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		(void)sigaddset(&mask, held[i]);
	l->stopping = false;
	if (plan_build(l, e) == 0) {
		errno = pthread_sigmask(SIG_BLOCK, &mask, &before);
		if (errno != 0) {
			err_sys(e, "signals");
		} else {
			ret = supervise(l, &before, e);
			(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
		}
	}
	plan_free(l);
	add_counts(l, total);
	if (ret < 0)
		return -1;
	if (l->journal_failed) {
		*e = l->journal_err;
		return -1;
	}
	return l->stopping ? err_set(e, E_SIGNAL, "stopped") : 0;
}
