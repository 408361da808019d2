/* enginetool - hand jobs described in JSON to an engine, say what becomes of them */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/prog.h"
#include "place/engine.h"

/*
 * The file is an array of objects: name, component, ptype, array, argv, first, size, after ([[NUMBER, "same"], ...],
 * NUMBER of a job in the file from 0, or an id), parallel, stop, cpus, memory, time, attempts, priority, queue,
 * definition, share, license, env ({NAME: VALUE}), pass ([NAME, ...]), tags ({NAME: VALUE}).
 *
 * Standard output: "submitted ID NAME", "started ID INDEX ATTEMPT", "again|done|ended ID INDEX REASON", at the end
 * "result ID DONE REUSED FAILED SKIPPED NOT_RUN" for every job and "total ..." alike.
 */

#define MAX 64				/* strings and pairs of a job */
#define CHAIN_MAX (16 * 1024 * 1024)

enum { OPT_LOGS = OPT_OWN, OPT_STATE, OPT_OUTPUT, OPT_RUN, OPT_GRACE, OPT_DELAY, OPT_COMPAT, OPT_CANCEL, OPT_ASK,
	OPT_FIND };

static const struct option longopts[] = {
	{ "logs", required_argument, NULL, OPT_LOGS },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "run", required_argument, NULL, OPT_RUN },
	{ "grace", required_argument, NULL, OPT_GRACE },
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "compat", no_argument, NULL, OPT_COMPAT },
	{ "cancel", required_argument, NULL, OPT_CANCEL },	/* end a job, then submit what there is */
	{ "ask", required_argument, NULL, OPT_ASK },		/* print the state of a job */
	{ "find", no_argument, NULL, OPT_FIND },		/* jobs that are there already are not submitted */
	{ "index", required_argument, NULL, OPT_INDEX },	/* ... of an element of it */
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static bool look_first;			/* --find */

/* One record's arrays. */
struct arrays {
	const char *argv[MAX + 1], *pass[MAX + 1];
	struct engine_dep dep[MAX];
	struct engine_pair env[MAX], tag[MAX];
};

static int
usage(FILE *fp, int status)
{
	(void)fputs("usage: enginetool [--logs DIR] [--state FILE] [--output FILE] [--run ID] [--grace S] [--delay S]\n"
	    "       [--compat] [--cancel ID] [--ask ID [--index N]] [--find] PLACE [CHAIN.json]\n", fp);
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
on_event(void *ctx, const struct engine_event *ev)
{
	(void)ctx;
	if (ev->what == ENGINE_STARTED)
		line("started %s %d %d\n", ev->id, ev->index, ev->attempt);
	else
		line("%s %s %d%s%s\n", ev->what == ENGINE_AGAIN ? "again" : ev->ok ? "done" : "ended", ev->id,
		    ev->index, ev->reason != NULL ? " " : "", ev->reason != NULL ? ev->reason : "");
}

static void
strings(const json_t *array, const char **to)
{
	size_t i, n = 0;
	json_t *v;

	json_array_foreach(array, i, v)
		if (n < MAX && json_is_string(v))
			to[n++] = json_string_value(v);
	to[n] = NULL;
}

static size_t
pairs(json_t *object, struct engine_pair *to)
{
	const char *name;
	json_t *v;
	size_t n = 0;

	json_object_foreach(object, name, v)
		if (n < MAX)
			to[n++] = (struct engine_pair){ name, json_string_value(v) };
	return n;
}

static size_t
deps(const json_t *array, const struct strlist *ids, struct engine_dep *to)
{
	static const char *const word[] = { "same", "ok", "any" };
	size_t i, n = 0;
	json_t *v;

	json_array_foreach(array, i, v) {
		const json_t *which = json_array_get(v, 0);
		const char *how = json_string_value(json_array_get(v, 1));
		size_t number = (size_t)json_integer_value(which);

		if (n == MAX || how == NULL)
			break;
		to[n].id = json_is_string(which) ? json_string_value(which) :
		    number < ids->n ? ids->item[number] : "none";
		for (size_t a = 0; a < 3; a++)
			if (strcmp(how, word[a]) == 0)
				to[n].after = (enum engine_after)a;
		n++;
	}
	return n;
}

static int
submit(struct engine *en, json_t *o, struct strlist *ids, struct err *e)
{
	struct engine_job job = ENGINE_JOB_DEFAULTS;
	static struct arrays a;
	char *id = NULL;
	int found, ret, stop = 0;
	json_int_t memory = 0, time = 0;

	job.component = "component";
	if (json_unpack(o, "{s?s, s?s, s?s, s?s, s?i, s?i, s?i, s?i, s?b, s?F, s?I, s?I, s?i, s?i, s?s, s?s, s?s, s?s}",
	    "name", &job.name, "component", &job.component, "ptype", &job.ptype, "dataset", &job.dataset,
	    "array", &job.array, "first", &job.first, "size", &job.size, "parallel", &job.parallel, "stop", &stop,
	    "cpus", &job.cpus, "memory", &memory, "time", &time, "attempts", &job.attempts,
	    "priority", &job.priority, "queue", &job.queue, "definition", &job.definition, "share", &job.share,
	    "license", &job.license) < 0)
		return err_set(e, E_USAGE, "job %zu: not a job", ids->n);
	job.memory = (long)memory;
	job.time_limit = (long)time;
	job.stop_on_failure = stop;
	strings(json_object_get(o, "argv"), a.argv);
	strings(json_object_get(o, "pass"), a.pass);
	job.argv = a.argv;
	job.pass = a.pass;
	job.env = a.env;
	job.nenv = pairs(json_object_get(o, "env"), a.env);
	job.tags = a.tag;
	job.ntags = pairs(json_object_get(o, "tags"), a.tag);
	job.deps = a.dep;
	job.ndeps = deps(json_object_get(o, "after"), ids, a.dep);
	found = look_first ? engine_find(en, &job, &id, e) : 0;
	if (found == 0)
		id = engine_submit(en, &job, e);
	if (id == NULL)
		return -1;
	line("%s %s %s\n", found > 0 ? "found" : "submitted", id, job.name);
	ret = strlist_add(ids, id, e);
	free(id);
	return ret;
}

static int
submit_all(struct engine *en, const char *path, struct strlist *ids, struct err *e)
{
	char *text = file_read(path, CHAIN_MAX, e);
	json_t *chain = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL, *o;
	int ret = 0;
	size_t i;

	if (text != NULL && !json_is_array(chain))
		err_set(e, E_USAGE, "%s: not an array", path);
	if (!json_is_array(chain))
		ret = -1;
	json_array_foreach(chain, i, o)
		if (ret == 0)
			ret = submit(en, o, ids, e);
	json_decref(chain);
	free(text);
	return ret;
}

static void
print_counts(const char *what, const char *id, const struct engine_counts *c)
{
	line("%s %s %zu %zu %zu %zu %zu\n", what, id, c->done, c->reused, c->failed, c->skipped, c->not_run);
}

static int
run(struct engine *en, const char *path)
{
	struct engine_counts total, c;
	struct strlist ids = {0};
	int status = ST_OK;
	struct err e;

	if (submit_all(en, path, &ids, &e) < 0) {
		status = prog_fail(&e);
		strlist_free(&ids);
		return status;
	}
	if (engine_run(en, &total, &e) < 0)
		status = prog_fail(&e);
	else if (total.failed + total.skipped > 0)
		status = ST_SOME;
	for (size_t i = 0; engine_limits(en)->runs && i < ids.n; i++)
		if (engine_result(en, ids.item[i], &c, &e) == 0)
			print_counts("result", ids.item[i], &c);
	if (engine_limits(en)->runs)
		print_counts("total", "-", &total);
	strlist_free(&ids);
	return status;
}

static int
ask(struct engine *en, const char *id, long index)
{
	enum engine_state state;
	struct err e;

	if (engine_state(en, id, (int)index, &state, &e) < 0)
		return prog_fail(&e);
	line("%s\n", engine_state_name(state));
	return ST_OK;
}

int
main(int argc, char *argv[])
{
	struct engine_opts o = ENGINE_OPTS_DEFAULTS;
	const char *cancel = NULL, *wanted = NULL;
	struct engine *en;
	long index = -1;
	int c, status = ST_OK;
	struct err e;

	prog_init(argv[0]);
	o.stop = prog_signal;
	o.event = on_event;
	while ((c = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		switch (c) {
		case OPT_LOGS: o.logs = optarg; break;
		case OPT_STATE: o.state = optarg; break;
		case OPT_OUTPUT: o.output = optarg; break;
		case OPT_RUN: o.run = optarg; break;
		case OPT_GRACE: o.grace = (int)prog_num("--grace", optarg, 0, 3600); break;
		case OPT_DELAY: o.retry_delay = (int)prog_num("--delay", optarg, 0, 3600); break;
		case OPT_COMPAT: o.compat = true; break;
		case OPT_CANCEL: cancel = optarg; break;
		case OPT_FIND: look_first = true; break;
		case OPT_ASK: wanted = optarg; break;
		case OPT_INDEX: index = prog_num("--index", optarg, 0, 1000000); break;
		case OPT_HELP: return prog_done(usage(stdout, ST_OK));
		default: return usage(stderr, ST_USAGE);
		}
	if (argc - optind < 1 || argc - optind > 2)
		return usage(stderr, ST_USAGE);
	en = engine_open(argv[optind], &o, &e);
	if (en == NULL)
		return prog_done(prog_fail(&e));
	if (cancel != NULL && engine_cancel(en, cancel, "not wanted", &e) < 0)
		status = prog_fail(&e);
	if (wanted != NULL && status == ST_OK)
		status = ask(en, wanted, index);
	if (argc - optind == 2 && status == ST_OK)
		status = run(en, argv[optind + 1]);
	engine_close(en);
	return prog_done(status);
}
