/* enginetool - hand jobs described in JSON to an engine, say what becomes of them */

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/prog.h"
#include "place/engine.h"

/*
 * The file is an array of objects: name, component, ptype, array, argv, size, after (NUMBER of a job in the file from
 * 0), ended ([NUMBER, ...]), parallel, cpus, memory, priority, definition, share.
 *
 * Standard output: "submitted ID NAME", "done|ended ID INDEX REASON", at the end "total DONE FAILED SKIPPED NOT_RUN".
 */

#define CHAIN_MAX (16 * 1024 * 1024)

enum { OPT_HELP = 256, OPT_LOGS, OPT_STATE, OPT_OUTPUT, OPT_RUN, OPT_GRACE, OPT_DELAY, OPT_TRIES, OPT_ENV, OPT_CANCEL,
    OPT_ASK,
	OPT_FIND };

static const struct option longopts[] = {
	{ "logs", required_argument, NULL, OPT_LOGS },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "run", required_argument, NULL, OPT_RUN },
	{ "grace", required_argument, NULL, OPT_GRACE },
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "tries", required_argument, NULL, OPT_TRIES },
	{ "env", required_argument, NULL, OPT_ENV },		/* NAME=VALUE, of all programs */
	{ "cancel", required_argument, NULL, OPT_CANCEL },	/* end a job, then submit what there is */
	{ "ask", required_argument, NULL, OPT_ASK },		/* print the state of a job */
	{ "find", no_argument, NULL, OPT_FIND },		/* jobs that are there already are not submitted */
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static bool look_first;			/* --find */

static int
usage(FILE *fp, int status)
{
	(void)fputs("usage: enginetool [--logs DIR] [--state FILE] [--output FILE] [--run ID] [--grace S] [--delay S]\n"
	    "       [--tries N] [--env NAME=VALUE] [--cancel ID] [--ask ID] [--find] PLACE [CHAIN.json]\n", fp);
	return status;
}

static void __attribute__((format(printf, 1, 2)))
line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)fflush(stdout);
}

static void
on_ended(void *ctx, const struct engine_job *job, int index, const char *reason, const char *log)
{
	(void)ctx;
	(void)log;
	line("%s %s %d%s%s\n", reason == NULL ? "done" : "ended", job->id, index, reason != NULL ? " " : "",
	    reason != NULL ? reason : "");
}

static char *
copy(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

static int
read_job(json_t *o, struct engine_job *job, struct err *e)
{
	const char *name = NULL, *component = "component", *ptype = "ptype", *definition = NULL, *share = NULL;
	json_t *argv = NULL, *ended = NULL, *v;
	json_int_t memory = 0, after = -1;
	size_t i;

	if (json_unpack(o, "{s?s, s?s, s?s, s?i, s?o, s?i, s?I, s?o, s?i, s?F, s?I, s?i, s?s, s?s}", "name", &name,
	    "component", &component, "ptype", &ptype, "array", &job->array, "argv", &argv, "size", &job->size,
	    "after", &after, "ended", &ended, "parallel", &job->parallel, "cpus", &job->cpus, "memory", &memory,
	    "priority", &job->priority, "definition", &definition, "share", &share) < 0)
		return err_set(e, E_USAGE, "not a job");
	job->name = copy(name);
	job->component = copy(component);
	job->ptype = copy(ptype);
	job->definition = copy(definition);
	job->share = copy(share);
	job->memory = (long)memory;
	job->after = after < 0 ? ENGINE_NONE : (size_t)after;
	json_array_foreach(argv, i, v) {
		strlist_push(&job->argv, json_string_value(v));
	}
	job->ended = xarray(json_array_size(ended), sizeof(*job->ended));
	json_array_foreach(ended, i, v) {
		job->ended[job->nended++] = (size_t)json_integer_value(v);
	}
	return 0;
}

static int
submit(struct engine *en, struct engine_job *jobs, size_t i, struct err *e)
{
	int found = look_first ? engine_find(en, &jobs[i], e) : 0;

	if (found < 0 || (found == 0 && engine_submit(en, jobs, i, e) < 0))
		return -1;
	line("%s %s %s\n", found > 0 ? "found" : "submitted", jobs[i].id, jobs[i].name);
	return 0;
}

static int
run(struct engine *en, const char *path, struct err *e)
{
	char *text = file_read(path, CHAIN_MAX, e);
	json_t *chain = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL, *o;
	size_t i, n = json_array_size(chain);
	struct engine_job *jobs = xarray(n, sizeof(*jobs));
	struct engine_counts total = {0};
	int ret = 0;

	if (!json_is_array(chain))
		ret = text != NULL ? err_set(e, E_USAGE, "%s: not an array", path) : -1;
	json_array_foreach(chain, i, o) {
		jobs[i].size = 1;
		jobs[i].priority = 1;
		if (ret == 0)
			ret = read_job(o, &jobs[i], e);
	}
	for (i = 0; ret == 0 && i < n; i++)
		ret = submit(en, jobs, i, e);
	if (ret == 0) {
		ret = engine_run(en, jobs, n, &total, e);
		if (engine_limits(en)->runs)
			line("total %zu %zu %zu %zu\n", total.done, total.failed, total.skipped, total.not_run);
	}
	for (i = 0; i < n; i++)
		engine_job_fini(&jobs[i]);
	free(jobs);
	json_decref(chain);
	free(text);
	return ret < 0 ? -1 : total.failed + total.skipped > 0;
}

static int
ask(struct engine *en, const char *id, struct err *e)
{
	static const char *const name[] = {
		[ENGINE_UNKNOWN] = "unknown", [ENGINE_PENDING] = "pending", [ENGINE_RUNNING] = "running",
		[ENGINE_SUCCEEDED] = "succeeded", [ENGINE_FAILED] = "failed"
	};
	enum engine_state state;

	if (engine_state(en, id, &state, e) < 0)
		return -1;
	line("%s\n", name[state]);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct engine_opts o = { .attempts = 3, .retry_delay = 10, .grace = 30, .stop = prog_signal,
	    .ended = on_ended };
	const char *cancel = NULL, *wanted = NULL;
	struct strlist env = {0};
	struct engine *en;
	int c, ret = 0;
	struct err e;

	prog_init(argv[0]);
	o.env = &env;
	while ((c = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		switch (c) {
		case OPT_LOGS: o.logs = optarg; break;
		case OPT_STATE: o.state = optarg; break;
		case OPT_OUTPUT: o.output = optarg; break;
		case OPT_RUN: o.run = optarg; break;
		case OPT_GRACE: o.grace = (int)prog_num("--grace", optarg, 0, 3600); break;
		case OPT_DELAY: o.retry_delay = (int)prog_num("--delay", optarg, 0, 3600); break;
		case OPT_TRIES: o.attempts = (int)prog_num("--tries", optarg, 1, 100); break;
		case OPT_ENV: strlist_push(&env, optarg); break;
		case OPT_CANCEL: cancel = optarg; break;
		case OPT_FIND: look_first = true; break;
		case OPT_ASK: wanted = optarg; break;
		case OPT_HELP: return prog_done(usage(stdout, ST_OK));
		default: return usage(stderr, ST_USAGE);
		}
	if (argc - optind < 1 || argc - optind > 2)
		return usage(stderr, ST_USAGE);
	en = engine_open(argv[optind], &o, &e);
	if (en == NULL)
		return prog_done(prog_fail(&e));
	if (cancel != NULL)
		ret = engine_cancel(en, cancel, &e);
	if (wanted != NULL && ret == 0)
		ret = ask(en, wanted, &e);
	if (argc - optind == 2 && ret == 0)
		ret = run(en, argv[optind + 1], &e);
	engine_close(en);
	strlist_free(&env);
	return prog_done(ret < 0 ? prog_fail(&e) : ret);
}
