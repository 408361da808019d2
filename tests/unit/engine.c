/* engine: records, the order of local jobs without running them, programs */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "place/engine.h"
#include "place/engine_local.h"
#include "place/engine_proc.h"
#include "tap.h"

static struct engine_job
make_job(const char *name, int size, size_t after)
{
	struct engine_job job = { .name = xstrdup(name), .component = xstrdup(name), .ptype = xstrdup("refined"),
		.size = size, .after = after };

	strlist_push(&job.argv, "true");
	return job;
}

static void
jobs_fini(struct engine_job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		engine_job_fini(&jobs[i]);
}

/* ---- records ---- */

static void
refused(struct engine *en, struct engine_job *jobs, size_t i, const char *what)
{
	struct err e = { .code = E_NONE };

	ok(engine_submit(en, jobs, i, &e) < 0 && e.code == E_USAGE, "refused: %s (%s)", what, e.msg);
}

static void
refused_name(struct engine *en, const char *name, const char *what)
{
	struct engine_job job = make_job(name, 1, ENGINE_NONE);

	refused(en, &job, 0, what);
	jobs_fini(&job, 1);
}

/* A second job that is as the first one but for one thing. */
#define REFUSED(what, ...) do { \
	struct engine_job job_ = jobs[1]; \
	__VA_ARGS__; \
	refused(en, jobs, 1, what); \
	jobs[1] = job_; \
} while (0)

static void
test_records(void)
{
	struct engine_job jobs[2] = { make_job("a", 2, ENGINE_NONE), make_job("b", 2, 0) };
	struct strlist none = {0}, empty = {0};
	struct engine_opts o = {0};
	struct engine *en;
	char name[ENGINE_NAME_MAX + 2], *ptype;
	size_t self = 1;
	struct err e;

	en = engine_open("none", &o, &e);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	strlist_push(&empty, "");
	refused_name(en, "", "an empty name");
	refused_name(en, "a/b", "a name with a slash");
	refused_name(en, name, "a name that is too long");
	REFUSED("a dependency that is not submitted", (void)0);
	ok(engine_submit(en, jobs, 0, &e) == 0, "a good record");
	is_str(jobs[0].id, "@1", "... has an id");
	REFUSED("no elements", jobs[1].size = 0);
	REFUSED("more elements than the engine takes", jobs[1].size = 1001);
	REFUSED("other elements than those it follows", jobs[1].size = 3);
	REFUSED("a dependency on itself", jobs[1].after = 1);
	REFUSED("... or the end of itself", jobs[1].after = ENGINE_NONE; jobs[1].ended = &self; jobs[1].nended = 1);
	REFUSED("two kinds of dependencies", self = 0; jobs[1].ended = &self; jobs[1].nended = 1);
	REFUSED("parallel -1", jobs[1].parallel = -1);
	REFUSED("processors that are no number", jobs[1].cpus = NAN);
	REFUSED("negative memory", jobs[1].memory = -1);
	REFUSED("no program", jobs[1].argv = none);
	REFUSED("a program without name", jobs[1].argv = empty);
	ptype = xstrdup("x y");
	REFUSED("a type with a blank", jobs[1].ptype = ptype);
	ok(engine_submit(en, jobs, 1, &e) == 0, "another good record");
	engine_close(en);
	free(ptype);
	strlist_free(&empty);
	jobs_fini(jobs, 2);
	o.run = "../x";
	ok(engine_open("none", &o, &e) == NULL && e.code == E_USAGE, "refused: a run id that is a path");
}

/* A chain is no graph: what follows the same job would be lost. */
static void
test_forks(void)
{
	struct engine_job jobs[4] = { make_job("a", 2, ENGINE_NONE), make_job("b", 2, 0), make_job("c", 2, 1),
		make_job("d", 2, 0) };
	struct engine_opts o = {0};
	struct engine *en;
	struct err e;

	en = engine_open("local", &o, &e);
	ok(engine_submit(en, jobs, 0, &e) == 0 && engine_submit(en, jobs, 1, &e) == 0 &&
	    engine_submit(en, jobs, 2, &e) == 0,
	    "a chain");
	ok(engine_submit(en, jobs, 3, &e) < 0 && e.code == E_USAGE, "refused: %s", e.msg);
	engine_close(en);
	jobs_fini(jobs, 4);
}

/* ---- the order of local jobs ---- */

#define JOBS 12
#define SIZE 5

static uint32_t seed;

static uint32_t
dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* Up to three chains, after each a job that waits for the end of some before it. */
static size_t
jobs_at_random(struct engine_job *jobs)
{
	size_t n = 0;

	for (uint32_t chains = 1 + dice(3); chains > 0; chains--) {
		size_t length = 1 + dice(3), first = n;

		for (size_t i = 0; i < length; i++, n++) {
			jobs[n] = make_job("j", SIZE, i > 0 ? n - 1 : ENGINE_NONE);
			jobs[n].parallel = (int)dice(3);
			jobs[n].priority = (int)dice(2);
		}
		jobs[n] = make_job("r", 1, ENGINE_NONE);
		jobs[n].ended = xarray(n, sizeof(size_t));
		for (size_t i = 0; i < n; i++)
			if (i == first || dice(3) == 0)
				jobs[n].ended[jobs[n].nended++] = i;
		n++;
	}
	return n;
}

/* What a made-up run has seen. */
struct seen {
	size_t ended, most, wrong;	/* tasks that ended, most at once, starts that should not have been */
	size_t at_once[JOBS];
	bool good[JOBS][SIZE];
};

static void
look_at_start(const struct chains *c, const struct element *el, struct seen *s)
{
	const struct engine_job *job = &c->job[el->at];

	s->wrong += job->after != ENGINE_NONE && !s->good[job->after][el->k];
	for (size_t i = 0; i < job->nended; i++)
		s->wrong += c->left[job->ended[i]] > 0;
	s->at_once[el->at]++;
	s->wrong += job->parallel > 0 && s->at_once[el->at] > (size_t)job->parallel;
}

/* Run the jobs without programs: elements end in any order, every tenth fails. */
static void
pretend(struct chains *c, struct seen *s)
{
	struct element *running[1024], *el;
	size_t n = 0, i;

	*s = (struct seen){0};
	for (;;) {
		while ((el = chains_next(c, 0)) != NULL) {
			look_at_start(c, el, s);
			el->running = true;
			el->attempt++;
			running[n++] = el;
			s->most = n > s->most ? n : s->most;
		}
		if (n == 0)
			break;
		i = dice((uint32_t)n);
		el = running[i];
		running[i] = running[--n];
		el->running = false;
		s->at_once[el->at]--;
		if (dice(20) == 0 && el->attempt < 3)
			continue;
		s->good[el->at][el->k] = dice(10) > 0;
		if (s->good[el->at][el->k]) {
			s->ended++;
			chains_pass(c, el);
		}
		else
			for (; el->at != ENGINE_NONE; s->ended++)
				chains_pass(c, el);
	}
}

static void
test_order(void)
{
	struct engine_job jobs[JOBS];
	size_t lost = 0, over = 0, wrong = 0, total, n;
	struct seen s;

	for (seed = 1; seed < 400000000; seed += 1000003) {
		struct chains c = { .slots = dice(2) == 0 ? 1 : 3 };
		uint32_t kept = seed;

		n = jobs_at_random(jobs);
		total = 0;
		for (size_t i = 0; i < n; i++)
			total += (size_t)jobs[i].size;
		chains_build(&c, jobs, n);
		chains_order(&c);
		pretend(&c, &s);
		lost += s.ended != total || !chains_over(&c) || c.used != 0 || c.ahead != 0 || c.past != 0;
		over += s.most > 2 * c.slots;
		wrong += s.wrong;
		chains_fini(&c);
		jobs_fini(jobs, n);
		seed = kept;
	}
	is_int(lost, 0, "400 random sets of chains: every element ends, one way or another");
	is_int(wrong, 0, "... and none starts before it may");
	is_int(over, 0, "... never more than the slots and as many running ahead");
}

/* A chain of two jobs and some slots: how many elements start when nothing ends. */
static size_t
first_starts(size_t slots, int parallel)
{
	struct engine_job jobs[2] = { make_job("a", 9, ENGINE_NONE), make_job("b", 9, 0) };
	struct chains c = { .slots = slots };
	struct element *el;
	size_t n = 0;

	jobs[0].parallel = parallel;
	chains_build(&c, jobs, 2);
	chains_order(&c);
	for (; (el = chains_next(&c, 0)) != NULL; n++)
		el->running = true;
	chains_fini(&c);
	jobs_fini(jobs, 2);
	return n;
}

static void
test_slots(void)
{
	is_int(first_starts(3, 0), 3, "three slots, three first jobs; nothing is ahead of what has not begun");
	is_int(first_starts(3, 2), 2, "the limit of a job holds");
	is_int(first_starts(64, 0), 9, "no more than there are");
}

/* ---- programs ---- */

static int
ask(const char *program, const char *arg, const char *input, int timeout, struct proc_answer *a, struct err *e)
{
	struct strlist argv = {0};
	char *path = proc_find(program, e);
	int ret;

	strlist_push(&argv, path);
	if (arg != NULL)
		strlist_push(&argv, arg);
	ret = proc_ask(&argv, NULL, input, timeout, a, e);
	free(path);
	strlist_free(&argv);
	return ret;
}

/* How many variables of the environment of a component begin so. */
static int
count(const char *component, const char *start)
{
	struct strlist env = {0}, set = {0};
	int n = 0;

	strlist_push(&set, "X=1");
	strlist_push(&set, "X=2");
	proc_env(component, &set, &env);
	for (size_t i = 0; i < env.n; i++)
		n += str_starts(env.item[i], start);
	proc_env_free(&env);
	strlist_free(&set);
	return n;
}

static void
test_programs(void)
{
	struct proc_answer a;
	struct err e;

	ok(ask("cat", NULL, "text\n", 10, &a, &e) == 0 && a.status == 0, "a command reads its input");
	is_str(a.out, "text\n", "... and its answer is read");
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
	is_int(count("combiner", "EDL_") + count("combiner", "AWS_SECRET"), 0, "an environment without secrets");
	is_int(count("downloader", "EDL_PASSWORD=p") + count("uploader", "AWS_SECRET_ACCESS_KEY=s"), 2,
	    "... but those that the component needs");
	is_int(count("downloader", "AWS_SECRET") + count("uploader", "EDL_"), 0, "... and no others");
	is_int(count("combiner", "SLURM_"), 1, "... without what is about us, with the cluster's configuration");
	is_int(count("combiner", "X="), 1, "... and each variable once");
}

int
main(void)
{
	tap_scratch();
	test_records();
	test_forks();
	test_order();
	test_slots();
	test_programs();
	return tap_done();
}
