/* engine: records, the order of local jobs without running them, AWS Batch through a made-up service, programs */

#include <math.h>
#include <stdint.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/engine.h"
#include "place/engine_local.h"
#include "place/engine_proc.h"
#include "tap.h"

#define ID_SIZE 256

static const char *const argv_true[] = { "true", NULL };

/* Submit a job NAME of the component NAME; its id is in a static buffer that the next call overwrites. */
static const char *
submit(struct engine *en, const char *name, struct engine_job job, struct err *e)
{
	static char kept[ID_SIZE];
	char *id;

	kept[0] = '\0';
	job.name = name;
	job.component = name;
	if (job.argv == NULL)
		job.argv = argv_true;
	id = engine_submit(en, &job, e);
	if (id == NULL)
		return NULL;
	(void)snprintf(kept, sizeof(kept), "%s", id);
	free(id);
	return kept;
}

static const char *
or_none(const char *id)
{
	return id != NULL ? id : "none";
}

#define SIZED(n, ...) ((struct engine_job){ .size = (n), .attempts = 3, __VA_ARGS__ })
#define JOB(...) SIZED(1, __VA_ARGS__)

/* ---- records ---- */

static void
refused(struct engine *en, const char *name, struct engine_job job, const char *what)
{
	struct err e = { .code = E_NONE };

	ok(submit(en, name, job, &e) == NULL && e.code == E_USAGE, "refused: %s (%s)", what, e.msg);
}

static void
test_records(void)
{
	static const char *const none[] = { NULL }, *const empty[] = { "", NULL };
	const struct engine_pair bad_env = { "A=B", "x" }, digit_env = { "1A", "x" }, good_env = { "_A1", "x" };
	const struct engine_dep no_id = { NULL, ENGINE_AFTER_OK };
	struct engine_opts o = ENGINE_OPTS_DEFAULTS;
	struct engine *en;
	char name[ENGINE_NAME_MAX + 2];
	struct err e;

	en = engine_open("none", &o, &e);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	refused(en, "", JOB(.first = 0), "an empty name");
	refused(en, "a/b", JOB(.first = 0), "a name with a slash");
	refused(en, name, JOB(.first = 0), "a name that is too long");
	is_str(submit(en, name + 1, JOB(.first = 0), &e), "@1", "the longest name");
	refused(en, "a", SIZED(0, .first = 0), "no elements");
	refused(en, "a", JOB(.first = -1), "a negative index");
	refused(en, "a", SIZED(2, .first = 2147483647), "indices that do not fit");
	refused(en, "a", (struct engine_job){ .size = 1 }, "no attempts");
	refused(en, "a", JOB(.parallel = -1), "parallel -1");
	refused(en, "a", JOB(.cpus = NAN), "processors that are no number");
	refused(en, "a", JOB(.memory = -1), "negative memory");
	refused(en, "a", JOB(.argv = none), "no program");
	refused(en, "a", JOB(.argv = empty), "a program without name");
	refused(en, "a", JOB(.env = &bad_env, .nenv = 1), "a variable with = in its name");
	refused(en, "a", JOB(.env = &digit_env, .nenv = 1), "a variable that begins with a digit");
	refused(en, "a", JOB(.deps = &no_id, .ndeps = 1), "a dependency without id");
	refused(en, "a", JOB(.ptype = "x y"), "a type with a blank");
	is_str(submit(en, "a", JOB(.env = &good_env, .nenv = 1), &e), "@2", "a good record");
	engine_close(en);
	o.run = "../x";
	ok(engine_open("none", &o, &e) == NULL && e.code == E_USAGE, "refused: a run id that is a path");
	is_str(engine_state_name(ENGINE_SUCCEEDED), "succeeded", "states have names");
}

/* ---- the order of local jobs ---- */

static uint32_t seed;

static uint32_t
dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* What a made-up run has seen. */
struct seen {
	size_t running, most;		/* tasks */
	size_t most_limited;		/* of jobs with a limit, or behind others */
	int wrong;			/* starts that should not have been */
};

static bool
good(const struct task *t)
{
	return t->state == TASK_DONE || t->state == TASK_REUSED;
}

/* Whether what the task depends on allows its start. */
static bool
allowed(const struct job *job, size_t k)
{
	for (size_t i = 0; i < job->ndeps; i++) {
		const struct job *o = job->dep[i].job;

		if (job->dep[i].after == ENGINE_AFTER_SAME && !good(&o->task[k]))
			return false;
		if (job->dep[i].after == ENGINE_AFTER_OK && o->good < o->size)
			return false;
		if (job->dep[i].after == ENGINE_AFTER_ANY && o->ended < o->size)
			return false;
	}
	return job->parallel == 0 || job->running < (size_t)job->parallel;
}

struct started {
	struct unit *u;
	struct job *job;
};

/* Run what was submitted without programs: tasks end in any order, every tenth fails. */
static void
pretend(struct local *l, struct seen *s)
{
	struct started run[4096], now;
	size_t i;

	*s = (struct seen){0};
	for (;;) {
		while (plan_next(l, 0, &now.u, &now.job)) {
			s->wrong += !allowed(now.job, now.u->k) || now.job->task[now.u->k].state != TASK_WAITING;
			plan_started(l, now.u, now.job);
			run[s->running++] = now;
			l->nchildren = s->running;
			if (s->running > s->most)
				s->most = s->running;
		}
		if (s->running == 0)
			break;
		i = dice((uint32_t)s->running);
		now = run[i];
		run[i] = run[--s->running];
		l->nchildren = s->running;
		if (dice(20) == 0 && now.job->task[now.u->k].attempt < 3)
			plan_again(l, now.u, now.job, 0);
		else
			plan_ended(l, now.u, now.job, dice(10) == 0 ? TASK_FAILED : TASK_DONE);
	}
}

/* Up to six jobs that depend on each other at random; sizes equal, so that any may follow any. */
static size_t
submit_at_random(struct engine *en)
{
	static const char *const name[] = { "a", "b", "c", "d", "e", "f" };
	char ids[6][ID_SIZE];
	struct engine_dep dep[6];
	size_t jobs = 1 + dice(6), total = 0;
	struct err e;

	for (size_t i = 0; i < jobs; i++) {
		struct engine_job job = SIZED(5, .parallel = (int)dice(3), .priority = (int)dice(2),
		    .stop_on_failure = dice(2) == 0, .deps = dep);

		for (size_t d = 0; d < i; d++)
			if (dice(3) == 0)
				dep[job.ndeps++] = (struct engine_dep){ ids[d], (enum engine_after)dice(3) };
		(void)str_fmt(ids[i], ID_SIZE, NULL, "%s", or_none(submit(en, name[i], job, &e)));
		total += 5;
	}
	return total;
}

static void
test_order(void)
{
	struct engine_opts o = ENGINE_OPTS_DEFAULTS;
	struct engine_counts c;
	size_t lost = 0, over = 0, wrong = 0, total;
	struct seen s;
	struct err e;

	for (seed = 1; seed < 400000000; seed += 1000003) {
		struct engine *en = engine_open(dice(2) == 0 ? "local:1" : "local:3", &o, &e);
		struct local *l = en->impl;
		uint32_t kept = seed;

		total = submit_at_random(en);
		if (plan_build(l, &e) < 0)
			break;
		pretend(l, &s);
		c = (struct engine_counts){0};
		for (size_t i = 0; i < l->njobs; i++) {
			c.done += l->job[i]->count.done;
			c.failed += l->job[i]->count.failed;
			c.skipped += l->job[i]->count.skipped;
		}
		lost += c.done + c.failed + c.skipped != total || !plan_over(l) || l->used != 0 || l->ahead != 0;
		over += s.most > 2 * l->slots;
		wrong += (size_t)s.wrong;
		engine_close(en);
		seed = kept;
	}
	is_int(lost, 0, "400 random sets of jobs: every element ends, one way or another");
	is_int(wrong, 0, "... and none starts before it may");
	is_int(over, 0, "... never more than the slots and as many running ahead");
}

/* A chain of two jobs and N slots: which tasks may run when nothing ends. */
static size_t
first_starts(const char *place, int parallel)
{
	struct engine_opts o = ENGINE_OPTS_DEFAULTS;
	struct err e;
	struct engine *en = engine_open(place, &o, &e);
	struct local *l = en->impl;
	char id[ID_SIZE];
	struct engine_dep dep = { id, ENGINE_AFTER_SAME };
	struct unit *u;
	struct job *job;
	size_t n = 0;

	(void)str_fmt(id, ID_SIZE, NULL, "%s", or_none(submit(en, "a", SIZED(9, .parallel = parallel), &e)));
	(void)submit(en, "b", SIZED(9, .deps = &dep, .ndeps = 1), &e);
	if (plan_build(l, &e) < 0)
		return 0;
	for (; plan_next(l, 0, &u, &job); l->nchildren++) {
		plan_started(l, u, job);
		n++;
	}
	engine_close(en);
	return n;
}

static void
test_slots(void)
{
	is_int(first_starts("local:3", 0), 3, "three slots, three first jobs; nothing is ahead of what has not begun");
	is_int(first_starts("local:3", 2), 2, "the limit of a job holds");
	is_int(first_starts("local:64", 0), 9, "no more than there are");
}

/* ---- the state file ---- */

static void
test_journal(void)
{
	struct journal *j;
	struct err e;

	ok(file_write("journal",
	    "{\"job\":\"a\",\"index\":0,\"state\":\"succeeded\"}\nnot JSON\n"
	    "{\"job\":\"a\",\"index\":1,\"state\":\"succeeded\"}\n{\"job\":\"a\",\"index\":1,\"state\":\"failed\"}\n"
	    "{\"job\":\"a\",\"index\":-1,\"state\":\"succeeded\"}\n{\"job\":\"a\",\"index\":2,\"state\":\"su", &e) == 0,
	    "a state file with lines that are none");
	j = journal_open("journal", &e);
	ok(j != NULL, "is read all the same");
	is_int(journal_state(j, "a", 0), ENGINE_SUCCEEDED, "what is done is known");
	is_int(journal_state(j, "a", 1), ENGINE_FAILED, "the last line counts");
	is_int(journal_state(j, "a", 2), ENGINE_UNKNOWN, "a line that was cut off does not");
	ok(journal_note(j, "a", 2, false, "exit \"1\"", 3, 0.5, &e) == 0, "a line is added");
	journal_close(j);
	j = journal_open("journal", &e);
	is_int(journal_state(j, "a", 2), ENGINE_FAILED, "... and is there when read again");
	ok(journal_open("journal", &e) == NULL && e.code == E_BUSY, "only one run has the file");
	journal_close(j);
}

/* ---- AWS Batch ---- */

struct service {
	char asked[4][2048];		/* operation and body */
	int n;
	const char *answer;		/* NULL: it fails */
};

static char *
answer(void *ctx, const char *operation, const char *body, struct err *e)
{
	struct service *s = ctx;

	(void)snprintf(s->asked[s->n++ % 4], sizeof(s->asked[0]), "%s %s", operation, body);
	if (s->answer != NULL)
		return mem_str(s->answer, e);
	err_set(e, E_AUTH, "no");
	return NULL;
}

static void
test_batch(void)
{
	static const char *const command[] = { "300", NULL };
	struct service s = { .answer = "{\"jobName\":\"a\",\"jobId\":\"1234-5b\"}" };
	struct engine_opts o = { .call = answer, .call_ctx = &s, .output = "records" };
	struct engine_job job = JOB(.argv = command, .definition = "d");
	enum engine_state state;
	char *text, *id = NULL;
	struct err e;
	struct engine *en = engine_open("batch:q", &o, &e);

	is_str(submit(en, "a", job, &e), "1234-5b", "a job that is sent has the id of the service");
	ok(str_starts(s.asked[0], "SubmitJob {\"jobName\":\"a\",\"jobQueue\":\"q\",\"jobDefinition\":\"d\""),
	    "... of the request the service got");
	s.answer = "{\"jobName\":\"a\"}";
	ok(submit(en, "a", job, &e) == NULL && e.code == E_ENV, "an answer without id: %s", e.msg);
	s.answer = "<html>";
	ok(submit(en, "a", job, &e) == NULL && e.code == E_ENV, "an answer that is none");
	s.answer = NULL;
	ok(submit(en, "a", job, &e) == NULL && e.code == E_AUTH, "a refusal is handed on");
	s.answer = "{}";
	s.n = 0;
	ok(engine_cancel(en, "1234-5b", "no \"more\"", &e) == 0, "cancel");
	is_str(s.asked[0], "TerminateJob {\"jobId\":\"1234-5b\",\"reason\":\"no \\\"more\\\"\"}",
	    "... with its reason");
	s.answer = "{\"jobs\":[{\"jobId\":\"1234-5b:3\",\"status\":\"RUNNABLE\"}]}";
	s.n = 0;
	ok(engine_state(en, "1234-5b", 3, &state, &e) == 0 && state == ENGINE_PENDING, "the state of an element");
	is_str(s.asked[0], "DescribeJobs {\"jobs\":[\"1234-5b:3\"]}", "... asked for as the service names it");
	s.answer = "{\"jobs\":[]}";
	ok(engine_state(en, "1234-5b", -1, &state, &e) == 0 && state == ENGINE_UNKNOWN, "a job that it has forgotten");
	ok(engine_find(en, &job, &id, &e) == -1, "a job without name cannot be found");
	job.name = "a";
	s.answer = "{\"jobSummaryList\":[]}";
	s.n = 0;
	ok(engine_find(en, &job, &id, &e) == 0 && id == NULL, "a job that was never submitted");
	is_str(s.asked[0], "ListJobs {\"jobQueue\":\"q\",\"maxResults\":100,"
	    "\"filters\":[{\"name\":\"JOB_NAME\",\"values\":[\"a\"]}]}",
	    "... looked for by its name");
	engine_close(en);
	text = file_read("records", 4096, &e);
	ok(text != NULL && str_starts(text, "{\"id\":\"1234-5b\",\"SubmitJob\":"),
	    "what was sent is recorded without a run");
	free(text);
}

/* ---- programs ---- */

static int
ask(const char *program, const char *arg, const char *input, int timeout, struct proc_answer *a, struct err *e)
{
	struct strlist argv = {0};
	char *path = proc_find(program, e);
	int ret = -1;

	if (path != NULL && strlist_add(&argv, path, e) == 0 && (arg == NULL || strlist_add(&argv, arg, e) == 0))
		ret = proc_ask(&argv, NULL, input, timeout, a, e);
	free(path);
	strlist_free(&argv);
	return ret;
}

static void
test_programs(void)
{
	static const char *const pass[] = { "EDL_PASSWORD", NULL };
	struct strlist env = {0};
	struct proc_answer a;
	size_t secret = 0, passed = 0, ours = 0;
	struct err e;

	ok(ask("cat", NULL, "text\n", 10, &a, &e) == 0 && a.status == 0, "a command reads its input");
	is_str(buf_text(&a.out, &e), "text\n", "... and its answer is read");
	proc_answer_free(&a);
	ok(ask("false", NULL, "", 10, &a, &e) == 0 && a.status == 1, "a command that fails has its status");
	proc_answer_free(&a);
	ok(ask("sleep", "60", "", 1, &a, &e) < 0 && e.code == E_ENV, "one that takes too long is killed: %s", e.msg);
	ok(proc_find("no-such-program", &e) == NULL && e.code == E_USAGE, "a program that is not there");
	ok(proc_find("/etc/passwd", &e) == NULL && e.code == E_USAGE, "a file that is no program");

	(void)setenv("EDL_PASSWORD", "p", 1);
	(void)setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	(void)setenv("SLURM_ARRAY_TASK_ID", "7", 1);
	(void)setenv("SLURM_CONF", "c", 1);
	ok(proc_env(pass, &env, &e) == 0 && proc_set(&env, "X", "1", &e) == 0 && proc_set(&env, "X", "2", &e) == 0,
	    "an environment for a program");
	for (size_t i = 0; i < env.n; i++) {
		secret += str_starts(env.item[i], "AWS_SECRET") || str_starts(env.item[i], "SLURM_ARRAY");
		passed += strcmp(env.item[i], "EDL_PASSWORD=p") == 0 || strcmp(env.item[i], "SLURM_CONF=c") == 0;
		ours += str_starts(env.item[i], "X=");
	}
	is_int(secret, 0, "... without secrets and what is about us");
	is_int(passed, 2, "... with what it asked for, and the cluster's configuration");
	is_int(ours, 1, "... and each variable once");
	proc_env_free(&env);
}

int
main(void)
{
	tap_scratch();
	test_records();
	test_order();
	test_slots();
	test_journal();
	test_batch();
	test_programs();
	return tap_done();
}
