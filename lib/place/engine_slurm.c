/* engine_slurm - array jobs of a Slurm cluster, by its commands */

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/engine.h"
#include "place/engine_proc.h"

#define ANSWER_SECONDS 120		/* a controller that fails over answers late */
#define ID_DIGITS_MAX 10
#define PRIORITY_TOP 10			/* gets no --nice; one less is worth NICE_STEP */
#define NICE_STEP 100

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct slurm {
	char *sbatch, *squeue, *scancel;	/* programs */
};

/*
 * What Slurm runs for an element: our program, with its index, its id and its number of tries as the local engine
 * gives them. Everything that varies comes as arguments. sbatch takes the script from standard input.
 */
static const char script[] =
    "#!/bin/sh\n"
    "# arguments: tries, seconds between them, program, its arguments\n"
    "tries=$1 pause=$2\n"
    "shift 2\n"
    "GENERATE_JOB_ID=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"
    "GENERATE_ARRAY_INDEX=$SLURM_ARRAY_TASK_ID\n"
    "GENERATE_JOB_ATTEMPT=1\n"
    "export GENERATE_JOB_ID GENERATE_ARRAY_INDEX GENERATE_JOB_ATTEMPT\n"
    "unset SLURM_ARRAY_TASK_ID\n"
    "trap stopped=1 HUP INT TERM	# the program hears them too; its end is waited for\n"
    "while :; do\n"
    "	\"$@\"\n"
    "	status=$?\n"
    "	case $status in 0 | 2 | 126 | 127) exit $status ;; esac\n"
    "	[ -z \"$stopped\" ] && [ \"$GENERATE_JOB_ATTEMPT\" -lt \"$tries\" ] || exit $status\n"
    "	GENERATE_JOB_ATTEMPT=$((GENERATE_JOB_ATTEMPT + 1))\n"
    "	sleep \"$pause\"\n"
    "	[ -z \"$stopped\" ] || exit $status\n"
    "done\n";

/* ---- asking Slurm ---- */

/* Refusals that stay: the job, or what this user may do, would have to change. All else may pass. */
static const char *const for_good[] = {
	"nvalid partition", "nvalid account", "nvalid qos", "nvalid user id", "nvalid job array", "nvalid constraint",
	"nvalid feature", "nvalid option", "nvalid argument", "nrecognized option", "Job dependency problem",
	"Access/permission denied", "not permitted to use this partition", "node configuration is not available",
	"More processors requested than permitted", "Memory specification can not be satisfied", "parameter too long"
};

/* Its complaint: the first line, without the name of the command and the word error. */
static int
complaint(const char *command, const struct proc_answer *a, struct err *e)
{
	const char *s = a->err;
	enum err_code code = E_ENV;
	size_t n;

	if (*s == '\0')
		return err_set(e, E_ENV, "%s: exit status %d", command, a->status);
	for (size_t i = 0; i < sizeof(for_good) / sizeof(*for_good); i++)
		if (strstr(s, for_good[i]) != NULL)
			code = E_DATA;
	if (str_starts(s, command) && s[strlen(command)] == ':')
		s += strlen(command) + 1;
	s += strspn(s, " ");
	if (str_starts(s, "error: "))
		s += strlen("error: ");
	n = strcspn(s, "\n");
	return err_set(e, code, "%s: %.*s", command, (int)(n < 500 ? n : 500), s);
}

/* Run a command, argv is freed; 0 and its answer when it ended well. */
static int
ask(struct strlist *argv, struct strlist *env, const char *input, struct proc_answer *a, struct err *e)
{
	int ret = proc_ask(argv, env, input, ANSWER_SECONDS, a, e);

	if (ret == 0 && a->status != 0) {
		ret = complaint(str_base(argv->item[0]), a, e);
		proc_answer_free(a);
	}
	strlist_free(argv);
	return ret;
}

/* Append an argument, which is taken. */
static void
add(struct strlist *argv, char *text)
{
	strlist_push(argv, text);
	free(text);
}

/* ---- the engine ---- */

/* MaxArraySize of the cluster; this also shows that it answers. */
static int
ask_limits(struct engine *en, struct err *e)
{
	char *scontrol = proc_find("scontrol", e);
	struct strlist argv = {0};
	struct proc_answer a;
	const char *p;
	unsigned long max = 0;

	if (scontrol == NULL)
		return -1;
	add(&argv, scontrol);
	strlist_push(&argv, "show");
	strlist_push(&argv, "config");
	if (ask(&argv, NULL, "", &a, e) < 0)
		return -1;
	p = strstr(a.out, "\nMaxArraySize ");
	p = p != NULL ? strchr(p, '=') : NULL;
	if (p != NULL)
		max = strtoul(p + 1, NULL, 10);
	proc_answer_free(&a);
	if (max < 2 || max > INT_MAX)
		return err_set(e, E_ENV, "scontrol show config: no usable MaxArraySize; array jobs are switched off");
	en->limits.array = (int)max;		/* indices are below it */
	return 0;
}

static int
slurm_open(struct engine *en, const char *place, struct err *e)
{
	struct slurm *s = xarray(1, sizeof(*s));
	const char *queue = place + strlen("slurm"), *logs = en->opts.logs;

	en->impl = s;
	en->limits.lasts = true;
	if (*queue != '\0') {
		if (*queue++ != ':' || *queue == '\0' || *queue == '-' ||
		    strspn(queue, LETTERS DIGITS "_.,-") != strlen(queue))
			return err_set(e, E_USAGE, "%s: not an engine; slurm:PARTITION is", place);
		en->queue = xstrdup(queue);
	}
	/* Slurm replaces %x and the like in names of logs, and a backslash turns that off: % can be written, \
	 * cannot. */
	if (logs != NULL && strchr(logs, '\\') != NULL)
		return err_set(e, E_USAGE, "%s: Slurm takes no backslash in the name of a log", logs);
	if ((logs != NULL && file_mkdirs(logs, e) < 0) || (s->sbatch = proc_find("sbatch", e)) == NULL ||
	    (s->squeue = proc_find("squeue", e)) == NULL || (s->scancel = proc_find("scancel", e)) == NULL)
		return -1;
	return ask_limits(en, e);
}

static void
slurm_close(struct engine *en)
{
	struct slurm *s = en->impl;

	free(s->sbatch);
	free(s->squeue);
	free(s->scancel);
	free(s);
}

/* ---- ids: NUMBER, or NUMBER;CLUSTER in a federation ---- */

/* Length of the id at s, which ends there or with the line; 0 when it is none. */
static size_t
id_at(const char *s)
{
	size_t n = strspn(s, DIGITS), cluster;

	if (n < 1 || n > ID_DIGITS_MAX || *s == '0')
		return 0;
	if (s[n] == ';') {
		cluster = strspn(s + n + 1, LETTERS DIGITS "_.-");
		if (cluster == 0 || s[n + 1] == '-')
			return 0;
		n += 1 + cluster;
	}
	return s[n] == '\0' || s[n] == '\n' ? n : 0;
}

static int
number_length(const char *id)
{
	return (int)strspn(id, DIGITS);
}

/* COMMAND [--clusters=CLUSTER] of an id. */
static int
begin_argv(struct strlist *argv, const char *command, const char *id, struct err *e)
{
	const char *cluster = strchr(id, ';');
	size_t n = id_at(id);

	if (n == 0 || id[n] != '\0')
		return err_set(e, E_MISSING, "%s: not a Slurm job", id);
	strlist_push(argv, command);
	if (cluster != NULL)
		add(argv, xfmt("--clusters=%s", cluster + 1));
	return 0;
}

/* ---- submitting ---- */

static void
add_dependencies(struct strlist *argv, const struct engine_job *jobs, const struct engine_job *job)
{
	struct buf b = {0};
	const char *id;

	if (job->after != ENGINE_NONE) {
		id = jobs[job->after].id;
		buf_add(&b, "aftercorr:%.*s", number_length(id), id);
	}
	for (size_t i = 0; i < job->nended; i++) {
		id = jobs[job->ended[i]].id;
		buf_add(&b, "%safterany:%.*s", b.len > 0 ? "," : "", number_length(id), id);
	}
	if (b.len > 0)
		add(argv, xfmt("--dependency=%s", b.text));
	buf_free(&b);
}

static void
add_log(struct strlist *argv, const char *logs)
{
	struct buf b = {0};

	for (const char *p = logs; p != NULL && *p != '\0'; p++)
		buf_add(&b, *p == '%' ? "%%%c" : "%c", *p);
	add(argv, logs != NULL ? xfmt("--output=%s/%%x-%%A_%%a.log", buf_str(&b)) : xstrdup("--output=/dev/null"));
	strlist_push(argv, "--open-mode=append");
	buf_free(&b);
}

/* A dependency that cannot be fulfilled any more ends the job; otherwise it would stay in the queue for ever. */
static int
make_argv(struct strlist *argv, const struct engine *en, const struct engine_job *jobs, const struct engine_job *job,
    struct err *e)
{
	const struct slurm *s = en->impl;

	strlist_push(argv, s->sbatch);
	strlist_push(argv, "--parsable");
	add(argv, xfmt("--job-name=%s", job->name));
	strlist_push(argv, "--kill-on-invalid-dep=yes");
	strlist_push(argv, "--export=ALL");
	add_dependencies(argv, jobs, job);
	if (en->queue != NULL)
		add(argv, xfmt("--partition=%s", en->queue));
	if (job->cpus > 0)
		add(argv, xfmt("--cpus-per-task=%.0f", ceil(job->cpus)));
	if (job->memory > 0)
		add(argv, xfmt("--mem=%ldM", job->memory));
	if (job->priority < PRIORITY_TOP)
		add(argv, xfmt("--nice=%d", (PRIORITY_TOP - job->priority) * NICE_STEP));
	add_log(argv, en->opts.logs);
	if (en->opts.run != NULL)
		add(argv, xfmt("--comment=generate=%s", en->opts.run));
	add(argv, job->parallel > 0 ? xfmt("--array=0-%d%%%d", job->size - 1, job->parallel) :
	    xfmt("--array=0-%d", job->size - 1));
	strlist_push(argv, "/dev/stdin");
	add(argv, xfmt("%d", en->opts.attempts));
	add(argv, xfmt("%d", en->opts.retry_delay));
	return proc_argv(&job->argv, argv, e);
}

/* sbatch runs with exactly the environment that the job shall have, and --export=ALL passes that on. A list of names
 * there would make Slurm run the user's login shell on the node first. */
static char *
slurm_submit(struct engine *en, const struct engine_job *jobs, size_t i, struct err *e)
{
	const struct engine_job *job = &jobs[i];
	struct strlist argv = {0}, env = {0};
	struct proc_answer a;
	char *id = NULL;
	const char *text;
	size_t n;

	if (make_argv(&argv, en, jobs, job, e) < 0) {
		strlist_free(&argv);
		return NULL;
	}
	proc_env(job->component, en->opts.env, &env);
	if (ask(&argv, &env, script, &a, e) == 0) {
		text = a.out;
		n = id_at(text);
		if (n > 0 && strcmp(text + n, "\n") == 0)
			id = xfmt("%.*s", (int)n, text);
		else
			err_set(e, E_ENV, "%s: sbatch answered no job id: %.80s", job->name, text);
		proc_answer_free(&a);
	}
	proc_env_free(&env);
	return id;
}

/* ---- finding ---- */

/* The id in the name of a log, NAME-ID_INDEX.log: Slurm itself forgets a job some minutes after its end. */
static char *
find_log(const char *logs, const char *name)
{
	struct strlist names = {0};
	size_t n = strlen(name);
	char *id = NULL;

	if (logs != NULL)
		(void)file_names(logs, &names, NULL);
	for (size_t i = 0; i < names.n && id == NULL; i++) {
		const char *s = names.item[i];
		int digits;

		if (strncmp(s, name, n) != 0 || s[n] != '-')
			continue;
		s += n + 1;
		digits = number_length(s);
		if (digits > 0 && digits <= ID_DIGITS_MAX && s[digits] == '_')
			id = xfmt("%.*s", digits, s);
	}
	strlist_free(&names);
	return id;
}

static int
slurm_find(struct engine *en, const struct engine_job *job, char **id, struct err *e)
{
	const struct slurm *s = en->impl;
	struct strlist argv = {0};
	struct proc_answer a;
	const char *text;

	strlist_push(&argv, s->squeue);
	strlist_push(&argv, "--noheader");
	strlist_push(&argv, "--states=all");
	strlist_push(&argv, "--format=%F");
	add(&argv, xfmt("--user=%lu", (unsigned long)geteuid()));
	add(&argv, xfmt("--name=%s", job->name));
	if (ask(&argv, NULL, "", &a, e) < 0)
		return -1;
	text = a.out;
	text += strspn(text, " \n");
	*id = number_length(text) > 0 ? xfmt("%.*s", number_length(text), text) : find_log(en->opts.logs, job->name);
	proc_answer_free(&a);
	return *id != NULL;
}

/* ---- cancel and state ---- */

/* scancel says nothing about jobs that are not there. */
static int
slurm_cancel(struct engine *en, const char *id, struct err *e)
{
	const struct slurm *s = en->impl;
	struct strlist argv = {0};
	struct proc_answer a;

	if (begin_argv(&argv, s->scancel, id, e) < 0)
		return -1;
	add(&argv, xfmt("%.*s", number_length(id), id));
	if (ask(&argv, NULL, "", &a, e) < 0)
		return -1;
	proc_answer_free(&a);
	return 0;
}

static enum engine_state
state_of_word(const char *word, size_t n)
{
	static const struct {
		const char *word;
		enum engine_state state;
	} table[] = {
		{ "PENDING", ENGINE_PENDING }, { "CONFIGURING", ENGINE_PENDING }, { "REQUEUED", ENGINE_PENDING },
		{ "REQUEUE_HOLD", ENGINE_PENDING }, { "REQUEUE_FED", ENGINE_PENDING },
		{ "SPECIAL_EXIT", ENGINE_PENDING }, { "RESV_DEL_HOLD", ENGINE_PENDING },
		{ "RUNNING", ENGINE_RUNNING }, { "COMPLETING", ENGINE_RUNNING }, { "SUSPENDED", ENGINE_RUNNING },
		{ "STOPPED", ENGINE_RUNNING }, { "SIGNALING", ENGINE_RUNNING }, { "STAGE_OUT", ENGINE_RUNNING },
		{ "RESIZING", ENGINE_RUNNING }, { "COMPLETED", ENGINE_SUCCEEDED }
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strncmp(word, table[i].word, n) == 0 && table[i].word[n] == '\0')
			return table[i].state;
	return ENGINE_FAILED;		/* FAILED, TIMEOUT, CANCELLED, NODE_FAIL, OUT_OF_MEMORY, ... */
}

/* What the elements make together. Slurm forgets a job some minutes after its end (MinJobAge). */
static int
slurm_state(struct engine *en, const char *id, enum engine_state *state, struct err *e)
{
	const struct slurm *s = en->impl;
	size_t n[ENGINE_FAILED + 1] = {0}, len;
	struct strlist argv = {0};
	struct proc_answer a;

	if (begin_argv(&argv, s->squeue, id, e) < 0)
		return 0;
	strlist_push(&argv, "--noheader");
	strlist_push(&argv, "--array");
	strlist_push(&argv, "--states=all");
	strlist_push(&argv, "--format=%T");
	add(&argv, xfmt("--jobs=%.*s", number_length(id), id));
	if (ask(&argv, NULL, "", &a, e) < 0)
		return strstr(e->msg, "Invalid job id") != NULL ? 0 : -1;
	for (const char *p = a.out; *p != '\0'; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		n[state_of_word(p, strcspn(p, " \n"))]++;
	}
	proc_answer_free(&a);
	if (n[ENGINE_RUNNING] > 0 || (n[ENGINE_PENDING] > 0 && n[ENGINE_SUCCEEDED] + n[ENGINE_FAILED] > 0))
		*state = ENGINE_RUNNING;
	else
		*state = n[ENGINE_PENDING] > 0 ? ENGINE_PENDING : n[ENGINE_FAILED] > 0 ? ENGINE_FAILED :
		    n[ENGINE_SUCCEEDED] > 0 ? ENGINE_SUCCEEDED : ENGINE_UNKNOWN;
	return 0;
}

const struct engine_ops engine_slurm_ops = {
	.open = slurm_open,
	.close = slurm_close,
	.submit = slurm_submit,
	.find = slurm_find,
	.cancel = slurm_cancel,
	.state = slurm_state,
};
