/* engine_local - jobs run by a supervisor on this machine: start, wait, stop */

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/journal.h"
#include "base/mem.h"
#include "place/engine_local.h"
#include "place/engine_proc.h"

#define SLOTS_MAX 1024
#define LOCK_WAIT 1.5			/* seconds; the children of a killed run are about to die */
#define EXIT_USAGE 2			/* another attempt would not help */
#define EXIT_NO_PROGRAM 126		/* and above: not started */
#define POLL_MS 50			/* where there are no pidfds */
#define WAIT_MS_MAX 3600000.0

struct local {
	const struct engine *en;
	struct chains chains;
	struct journal journal;		/* the state file: what has ended, the last line of an element counts */
	json_t *done;			/* "ID-INDEX" -> true when it had succeeded */
	struct element **child;		/* those that run */
	size_t nchildren, cap;
	struct pollfd *fds;
	size_t fds_cap;
	bool stopping;
	struct engine_counts count;
	struct err journal_err;		/* the first one */
};

/* ---- the engine ---- */

/* A line that is none says nothing. */
static const char *
take_state(void *ctx, const json_t *record)
{
	struct local *l = ctx;
	const char *id, *state;
	json_int_t index;
	char *key;

	if (json_unpack((json_t *)(uintptr_t)record, "{s:s, s:I, s:s}", "job", &id, "index", &index, "state",
	    &state) < 0)
		return NULL;
	key = xfmt("%s-%" JSON_INTEGER_FORMAT, id, index);
	(void)json_object_set_new(l->done, key, json_boolean(strcmp(state, "succeeded") == 0));
	free(key);
	return NULL;
}

static int
local_open(struct engine *en, const char *place, struct err *e)
{
	struct local *l = xarray(1, sizeof(*l));
	const char *n = place + strlen("local");
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	en->impl = l;
	en->limits.runs = true;
	l->en = en;
	l->done = json_object();
	l->chains.slots = cpus > 0 ? (size_t)cpus : 1;
	if (*n != '\0') {
		if (*n != ':' || n[1] == '\0' || strlen(n + 1) > 4 || !str_digits(n + 1, strlen(n + 1)))
			return err_set(e, E_USAGE, "%s: not an engine; local:N is", place);
		l->chains.slots = (size_t)str_number(n + 1, strlen(n + 1));
		if (l->chains.slots < 1 || l->chains.slots > SLOTS_MAX)
			return err_set(e, E_USAGE, "%s: not 1 to %d", place, SLOTS_MAX);
	}
	if (en->opts.logs != NULL && file_mkdirs(en->opts.logs, e) < 0)
		return -1;
	return en->opts.state == NULL ? 0 :
	    journal_open(&l->journal, en->opts.state, true, false, LOCK_WAIT, take_state, l, e);
}

static void
local_close(struct engine *en)
{
	struct local *l = en->impl;

	journal_close(&l->journal);
	json_decref(l->done);
	chains_fini(&l->chains);
	free(l->child);
	free(l->fds);
	free(l);
}

/* A program that is not there is noticed at once. */
static char *
local_submit(struct engine *en, const struct engine_job *jobs, size_t i, struct err *e)
{
	const struct engine_job *job = &jobs[i];
	char *program;

	for (size_t k = i; job->after != ENGINE_NONE && --k > job->after;)
		if (jobs[k].after == job->after) {
			err_set(e, E_USAGE, "%s: follows %s, as %s does", job->name, jobs[job->after].name,
			    jobs[k].name);
			return NULL;
		}
	program = proc_find(job->argv.item[0], e);

	free(program);
	return program == NULL ? NULL : xfmt("local-%s-%s-%s-%d", en->opts.run != NULL ? en->opts.run : "0", job->ptype,
	    job->component, job->array);
}

/* ---- ends ---- */

static char *
log_of(const struct local *l, const struct engine_job *job, int k)
{
	return l->en->opts.logs != NULL ? xfmt("%s/%s-%d.log", l->en->opts.logs, job->id, k) : NULL;
}

/* The element's job has ended so, after or without running: count and tell it, go on to the next one. What was tried
 * is in the state file: done, or failed for good. */
static void
end(struct local *l, struct element *el, size_t *count, const char *reason, double seconds)
{
	const struct engine_job *job = &l->chains.job[el->at];
	bool ok = count == &l->count.done;
	char *log = log_of(l, job, el->k);
	struct err e;

	++*count;
	if (l->journal.fd > 0 && (ok || count == &l->count.failed) &&
	    journal_add(&l->journal, json_pack("{s:s, s:i, s:s, s:i, s:f, s:s*}", "job", job->id, "index", el->k,
	    "state", ok ? "succeeded" : "failed", "attempt", el->attempt, "seconds", seconds, "reason", reason),
	    &e) < 0 && l->journal_err.code == E_NONE)
		l->journal_err = e;
	if (l->en->opts.ended != NULL)
		l->en->opts.ended(l->en->opts.ctx, job, el->k, reason, log);
	free(log);
	chains_pass(&l->chains, el);
}

/* The jobs that the element has not come to will not run. */
static void
give_up(struct local *l, struct element *el, size_t *count, const char *reason)
{
	while (el->at != ENGINE_NONE)
		end(l, el, count, reason, 0);
}

/* What has `ended` runs whatever happens. */
static bool
is_stopped(const struct local *l, const struct element *el)
{
	return l->stopping && l->chains.job[el->head].nended == 0;
}

/* An attempt has failed: another one later, or the rest of the element's jobs will not run. */
static void
attempt_failed(struct local *l, struct element *el, const char *reason, double seconds, bool again)
{
	if (again && el->attempt < l->en->opts.attempts && !is_stopped(l, el)) {
		el->not_before = clock_steady() + l->en->opts.retry_delay;
		return;
	}
	end(l, el, &l->count.failed, reason, seconds);
	give_up(l, el, &l->count.skipped, "dependency failed");
}

static void
child_ended(struct local *l, struct element *el, int status)
{
	double seconds = clock_steady() - el->started;
	char reason[64];

	el->running = false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		end(l, el, &l->count.done, NULL, seconds);
	else if (el->kill_at < INFINITY)
		end(l, el, &l->count.not_run, "stopped", seconds);
	else {
		xsnprintf(reason, sizeof(reason), WIFEXITED(status) ? "exit status %d" : "signal %d",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		attempt_failed(l, el, reason, seconds, !WIFEXITED(status) ||
		    (WEXITSTATUS(status) != EXIT_USAGE && WEXITSTATUS(status) < EXIT_NO_PROGRAM));
	}
	if (is_stopped(l, el))
		give_up(l, el, &l->count.not_run, "stopped");
}

static void
reap(struct local *l)
{
	int status;

	for (size_t i = 0; i < l->nchildren;) {
		struct element *el = l->child[i];

		if (child_reap(el, &status)) {
			l->child[i] = l->child[--l->nchildren];
			child_ended(l, el, status);
		} else {
			i++;
		}
	}
}

/* ---- starts and the end asked for ---- */

/* What an earlier run has done. What must run whatever happens runs again as long as anything it waits for does. */
static void
skip_done(struct local *l)
{
	struct chains *c = &l->chains;

	for (size_t i = 0; i < c->n; i++)
		for (struct element *el = &c->element[i]; el->at != ENGINE_NONE; ) {
			const struct engine_job *job = &c->job[el->at];
			char *key = xfmt("%s-%d", job->id, el->k);
			bool done = json_is_true(json_object_get(l->done, key));

			free(key);
			for (size_t k = 0; k < job->nended; k++)
				done &= c->left[job->ended[k]] == 0;
			if (!done)
				break;
			l->count.done++;
			chains_pass(c, el);
		}
}

static void
start_all(struct local *l)
{
	struct element *el;
	struct err e;

	while ((el = chains_next(&l->chains, clock_steady())) != NULL) {
		const struct engine_job *job = &l->chains.job[el->at];
		char *log = log_of(l, job, el->k);

		el->attempt++;
		el->started = clock_steady();
		if (child_start(l->en, job, el, log, l->journal.fd, &e) < 0) {
			attempt_failed(l, el, e.msg, 0, true);
		} else {
			el->running = true;
			xgrow(&l->child, &l->cap, l->nchildren + 1, sizeof(struct element *));
			l->child[l->nchildren++] = el;
		}
		free(log);
	}
}

/* Nothing begins any more, and what runs is told to end. */
static void
stop_all(struct local *l, double now)
{
	l->stopping = true;
	for (size_t i = 0; i < l->chains.n; i++) {
		struct element *el = &l->chains.element[i];

		if (el->at == ENGINE_NONE || !is_stopped(l, el))
			continue;
		if (el->running) {
			child_kill(el, SIGTERM);
			el->kill_at = now + l->en->opts.grace;
		} else {
			if (el->attempt > 0)
				end(l, el, &l->count.failed, "stopped before another attempt", 0);
			give_up(l, el, &l->count.not_run, "stopped");
		}
	}
}

/* ---- waiting ---- */

/* Until a child ends, a signal arrives, or the clock says so. Signals are only let in here, so that none is missed
 * between looking and waiting. */
static int
await(struct local *l, const sigset_t *open_mask, struct err *e)
{
	double now = clock_steady(), at = chains_wakeup(&l->chains), ms;
	bool blind = false;
	struct timespec ts;

	xgrow(&l->fds, &l->fds_cap, l->nchildren, sizeof(*l->fds));
	for (size_t i = 0; i < l->nchildren; i++) {
		struct element *el = l->child[i];

		if (el->kill_at <= now)
			child_kill(el, SIGKILL);
		else
			at = fmin(at, el->kill_at);
		blind |= el->pidfd < 0;
		l->fds[i] = (struct pollfd){ .fd = el->pidfd, .events = POLLIN };
	}
	ms = fmin(fmax((at - now) * 1000 + 1, 0), blind ? POLL_MS : WAIT_MS_MAX);
	ts = (struct timespec){ .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(fmod(ms, 1000) * 1e6) };
	if (ppoll(l->fds, l->nchildren, &ts, open_mask) < 0 && errno != EINTR)
		return err_sys(e, "waiting for programs");
	return 0;
}

static void
kill_all(struct local *l)
{
	struct timespec nap = { .tv_nsec = 10 * 1000 * 1000 };

	for (size_t i = 0; i < l->nchildren; i++)
		child_kill(l->child[i], SIGKILL);
	for (; l->nchildren > 0; (void)nanosleep(&nap, NULL))
		reap(l);
}

static int
local_run(struct engine *en, struct engine_job *jobs, size_t n, struct engine_counts *total, struct err *e)
{
	struct local *l = en->impl;
	sigset_t mask, before;
	int ret = 0;

	chains_build(&l->chains, jobs, n);
	skip_done(l);
	chains_order(&l->chains);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGINT);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigaddset(&mask, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &mask, &before);
	for (;;) {
		if (!l->stopping && en->opts.stop != NULL && en->opts.stop() != 0)
			stop_all(l, clock_steady());
		start_all(l);
		if (chains_over(&l->chains) || (ret = await(l, &before, e)) < 0)
			break;
		reap(l);
	}
	kill_all(l);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	*total = l->count;
	if (ret == 0 && l->journal_err.code != E_NONE) {
		*e = l->journal_err;
		ret = -1;
	}
	return ret == 0 && l->stopping ? err_set(e, E_SIGNAL, "stopped") : ret;
}

const struct engine_ops engine_local_ops = {
	.open = local_open,
	.close = local_close,
	.submit = local_submit,
	.run = local_run,
};
