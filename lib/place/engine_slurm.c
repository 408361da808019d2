/* engine_slurm - array jobs of a Slurm cluster, by its commands */

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
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

struct slurm {
	char *sbatch, *squeue, *scancel;	/* programs */
	size_t max_array;			/* MaxArraySize: indices are below it */
};

/*
 * What Slurm runs for an element: our program, with its index, its id and its number of tries as the local engine
 * gives them. Everything that varies comes as arguments. sbatch takes the script from standard input.
 */
static const char script[] =
    "#!/bin/sh\n"
    "# arguments: tries, seconds between them, index of the array's element 0, program, its arguments\n"
    "tries=$1 pause=$2 first=$3\n"
    "shift 3\n"
    "GENERATE_JOB_ID=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"
    "GENERATE_ARRAY_INDEX=$((SLURM_ARRAY_TASK_ID + first))\n"
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

/* Its complaint: the first line that is no progress, without the name of the command and the word error. */
static int
complaint(const char *command, const struct proc_answer *a, struct err *e)
{
	const char *s = buf_text(&a->err, NULL);
	size_t n;

	if (s == NULL || *s == '\0')
		return err_set(e, E_ENV, "%s: exit status %d", command, a->status);
	if (str_starts(s, command) && s[strlen(command)] == ':')
		s += strlen(command) + 1;
	s += strspn(s, " ");
	if (str_starts(s, "error: "))
		s += strlen("error: ");
	n = strcspn(s, "\n");
	return err_set(e, E_ENV, "%s: %.*s", command, (int)(n < 500 ? n : 500), s);
}

/* Run a command; 0 and its answer when it ended well. */
static int
ask(struct strlist *argv, struct strlist *env, const char *input, struct proc_answer *a, struct err *e)
{
	if (proc_ask(argv, env, input, ANSWER_SECONDS, a, e) < 0)
		return -1;
	if (a->status == 0)
		return 0;
	complaint(str_base(argv->item[0]), a, e);
	proc_answer_free(a);
	return -1;
}

static int __attribute__((format(printf, 3, 4)))
add(struct strlist *argv, struct err *e, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_mem(e, "arguments");
	n = strlist_add(argv, text, e);
	free(text);
	return n;
}

/* MaxArraySize of the cluster; this also shows that it answers. */
static int
ask_limits(struct slurm *s, struct err *e)
{
	char *scontrol = proc_find("scontrol", e);
	struct strlist argv = {0};
	struct proc_answer a = {0};
	const char *p = NULL;
	unsigned long max = 0;
	int ret = -1;

	if (scontrol != NULL && add(&argv, e, "%s", scontrol) == 0 && add(&argv, e, "show") == 0 &&
	    add(&argv, e, "config") == 0 && ask(&argv, NULL, "", &a, e) == 0) {
		p = strstr(buf_text(&a.out, NULL), "\nMaxArraySize ");
		p = p != NULL ? strchr(p, '=') : NULL;
		max = p != NULL ? strtoul(p + 1, NULL, 10) : 0;
		if (max < 2 || max > INT_MAX)
			err_set(e, E_ENV, "scontrol show config: no usable MaxArraySize; array jobs are switched off");
		else
			ret = 0;
	}
	s->max_array = max;
	proc_answer_free(&a);
	strlist_free(&argv);
	free(scontrol);
	return ret;
}

/* ---- the engine ---- */

static int
parse_place(struct engine *en, const char *place, struct err *e)
{
	const char *p = place + strlen("slurm");

	if (*p == '\0')
		return 0;
	if (*p != ':' || p[1] == '\0' || p[1] == '-' ||
	    strspn(p + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,-") != strlen(p + 1))
		return err_set(e, E_USAGE, "%s: not an engine; slurm:PARTITION is", place);
	en->queue = mem_str(p + 1, e);
	return en->queue != NULL ? 0 : -1;
}

/* Slurm replaces %x and the like in names of logs, and a backslash turns that off: % can be written, \ cannot. */
static int
check_logs(const char *logs, struct err *e)
{
	if (logs == NULL)
		return 0;
	if (strchr(logs, '\\') != NULL)
		return err_set(e, E_USAGE, "%s: Slurm takes no backslash in the name of a log", logs);
	return file_mkdirs(logs, e);
}

static int
slurm_open(struct engine *en, const char *place, struct err *e)
{
	struct slurm *s = mem_array(1, sizeof(*s), e);

	if (s == NULL)
		return -1;
	en->impl = s;
	if (parse_place(en, place, e) < 0 || check_logs(en->opts.logs, e) < 0)
		return -1;
	s->sbatch = proc_find("sbatch", e);
	s->squeue = s->sbatch != NULL ? proc_find("squeue", e) : NULL;
	s->scancel = s->squeue != NULL ? proc_find("scancel", e) : NULL;
	return s->scancel != NULL ? ask_limits(s, e) : -1;
}

static void
slurm_close(struct engine *en)
{
	struct slurm *s = en->impl;

	if (s == NULL)
		return;
	free(s->sbatch);
	free(s->squeue);
	free(s->scancel);
	free(s);
}

/* ---- ids ---- */

static bool
is_cluster(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((s[i] < 'a' || s[i] > 'z') && (s[i] < 'A' || s[i] > 'Z') && (s[i] < '0' || s[i] > '9') &&
		    s[i] != '_' && s[i] != '-' && s[i] != '.')
			return false;
	return n > 0 && *s != '-';
}

/* Length of one part of an id, NUMBER or NUMBER;CLUSTER; 0 when it is none. *digits is that of the number. */
static size_t
part_of_id(const char *s, size_t *digits)
{
	size_t n = strcspn(s, ",\n"), d = strspn(s, "0123456789");

	*digits = d;
	if (d < 1 || d > ID_DIGITS_MAX || d > n || *s == '0')
		return 0;
	if (d == n)
		return n;
	return s[d] == ';' && is_cluster(s + d + 1, n - d - 1) ? n : 0;
}

/* Whether all parts are ids on one cluster; their number and the cluster (NULL without, owned by the caller). */
static int
parse_id(const char *id, size_t *parts, char **cluster, struct err *e)
{
	size_t n, d, len = 0;
	const char *name = NULL;

	*cluster = NULL;
	*parts = 0;
	for (const char *p = id;; p++) {
		n = part_of_id(p, &d);
		if (n == 0)
			return err_set(e, E_MISSING, "%s: not a Slurm job", id);
		if (d < n) {
			name = p + d + 1;
			len = n - d - 1;
		}
		(*parts)++;
		p += n;
		if (*p == '\0')
			break;
		if (*p != ',')
			return err_set(e, E_MISSING, "%s: not a Slurm job", id);
	}
	if (name == NULL)
		return 0;
	*cluster = mem_fmt(e, "%.*s", (int)len, name);
	return *cluster != NULL ? 0 : -1;
}

/* The number of part i of a checked id. */
static void
number_of_part(const char *id, size_t i, char out[ID_DIGITS_MAX + 1])
{
	while (i-- > 0)
		id += strcspn(id, ",") + 1;
	(void)snprintf(out, ID_DIGITS_MAX + 1, "%.*s", (int)strspn(id, "0123456789"), id);
}

/* ---- submitting ---- */

/* The part of a job's elements that one array job takes: those with indices from base to below base + max_array. */
struct part {
	size_t number, count;		/* of all parts */
	int base;			/* index of the array's element 0 */
	int from, to;			/* array indices, inclusive */
};

static int
dependency(struct buf *b, const struct engine_dep *d, const struct part *p, const char *name, struct err *e)
{
	static const char *const word[] = {
		[ENGINE_AFTER_SAME] = "aftercorr", [ENGINE_AFTER_OK] = "afterok", [ENGINE_AFTER_ANY] = "afterany"
	};
	char number[ID_DIGITS_MAX + 1], *cluster;
	size_t parts;

	if (parse_id(d->id, &parts, &cluster, e) < 0)
		return -1;
	free(cluster);
	if (d->after == ENGINE_AFTER_SAME && parts != p->count)
		return err_set(e, E_USAGE, "%s: depends on the same elements of %s, which has others", name, d->id);
	buf_add(b, "%s%s", b->len > 0 ? "," : "", word[d->after]);
	for (size_t i = 0; i < parts; i++) {
		if (d->after == ENGINE_AFTER_SAME && i != p->number)
			continue;
		number_of_part(d->id, i, number);
		buf_add(b, ":%s", number);
	}
	return 0;
}

/* All dependencies; a part of a job that runs so many elements at once also waits for the part before it. */
static int
add_dependencies(struct strlist *argv, const struct engine_job *job, const struct part *p, const char *before,
    struct err *e)
{
	struct buf b = {0};
	const char *text;
	int ret = -1;

	for (size_t i = 0; i < job->ndeps; i++)
		if (dependency(&b, &job->deps[i], p, job->name, e) < 0)
			goto out;
	if (before != NULL && job->parallel > 0)
		buf_add(&b, "%safterany:%.*s", b.len > 0 ? "," : "", (int)strspn(before, "0123456789"), before);
	text = buf_text(&b, e);
	if (text != NULL && (*text == '\0' || add(argv, e, "--dependency=%s", text) == 0))
		ret = 0;
out:
	buf_free(&b);
	return ret;
}

/* The time is for all attempts, as Slurm sees one job. */
static int
add_resources(struct strlist *argv, const struct engine *en, const struct engine_job *job, struct err *e)
{
	const char *queue = en->queue != NULL ? en->queue : job->queue;
	int nice = job->priority < PRIORITY_TOP ? (PRIORITY_TOP - job->priority) * NICE_STEP : 0;
	long minutes = (job->time_limit * job->attempts + en->opts.retry_delay * (job->attempts - 1L) + 59) / 60;

	if ((queue != NULL && add(argv, e, "--partition=%s", queue) < 0) ||
	    (job->cpus > 0 && add(argv, e, "--cpus-per-task=%.0f", ceil(job->cpus)) < 0) ||
	    (job->memory > 0 && add(argv, e, "--mem=%ldM", job->memory) < 0) ||
	    (job->time_limit > 0 && add(argv, e, "--time=%ld", minutes) < 0) ||
	    (nice > 0 && add(argv, e, "--nice=%d", nice) < 0) ||
	    (job->license != NULL && add(argv, e, "--licenses=%s", job->license) < 0))
		return -1;
	return 0;
}

static int
add_log(struct strlist *argv, const struct engine *en, struct err *e)
{
	struct buf b = {0};
	const char *text;
	int ret = -1;

	if (en->opts.logs == NULL)
		return add(argv, e, "--output=/dev/null");
	for (const char *p = en->opts.logs; *p != '\0'; p++)
		buf_add(&b, *p == '%' ? "%%%c" : "%c", *p);
	text = buf_text(&b, e);
	if (text != NULL && add(argv, e, "--output=%s/%%x-%%A_%%a.log", text) == 0 &&
	    add(argv, e, "--open-mode=append") == 0)
		ret = 0;
	buf_free(&b);
	return ret;
}

static int
add_tags(struct strlist *argv, const struct engine_job *job, struct err *e)
{
	struct buf b = {0};
	const char *text;
	int ret;

	for (size_t i = 0; i < job->ntags; i++)
		buf_add(&b, "%s%s=%s", i > 0 ? "," : "", job->tags[i].name, job->tags[i].value);
	text = buf_text(&b, e);
	ret = text == NULL ? -1 : job->ntags == 0 ? 0 : add(argv, e, "--comment=%s", text);
	buf_free(&b);
	return ret;
}

/* A dependency that cannot be fulfilled any more ends the job; otherwise it would stay in the queue for ever. */
static int
make_argv(struct strlist *argv, const struct engine *en, const struct engine_job *job, const struct part *p,
    const char *before, struct err *e)
{
	const struct slurm *s = en->impl;

	if (add(argv, e, "%s", s->sbatch) < 0 || add(argv, e, "--parsable") < 0 ||
	    add(argv, e, "--job-name=%s", job->name) < 0 || add(argv, e, "--kill-on-invalid-dep=yes") < 0 ||
	    add(argv, e, "--export=ALL") < 0 || add_dependencies(argv, job, p, before, e) < 0 ||
	    add_resources(argv, en, job, e) < 0 || add_log(argv, en, e) < 0 || add_tags(argv, job, e) < 0)
		return -1;
	if (job->parallel > 0 ? add(argv, e, "--array=%d-%d%%%d", p->from, p->to, job->parallel) < 0 :
	    add(argv, e, "--array=%d-%d", p->from, p->to) < 0)
		return -1;
	if (add(argv, e, "/dev/stdin") < 0 || add(argv, e, "%d", job->attempts) < 0 ||
	    add(argv, e, "%d", en->opts.retry_delay) < 0 || add(argv, e, "%d", p->base) < 0)
		return -1;
	return proc_argv(job, argv, e);
}

/* sbatch runs with exactly the environment that the job shall have, and --export=ALL passes that on. A list of names
 * there would make Slurm run the user's login shell on the node first. */
static int
make_env(struct strlist *env, const struct engine_job *job, struct err *e)
{
	if (proc_env(job->pass, env, e) < 0)
		return -1;
	for (size_t i = 0; i < job->nenv; i++)
		if (proc_set(env, job->env[i].name, job->env[i].value, e) < 0)
			return -1;
	return 0;
}

static char *
submit_part(const struct engine *en, const struct engine_job *job, const struct part *p, const char *before,
    struct err *e)
{
	struct strlist argv = {0}, env = {0};
	struct proc_answer a = {0};
	char *id = NULL;
	const char *text;
	size_t digits, n;

	if (make_argv(&argv, en, job, p, before, e) < 0 || make_env(&env, job, e) < 0 ||
	    ask(&argv, &env, script, &a, e) < 0)
		goto out;
	text = buf_text(&a.out, NULL);
	n = text != NULL ? part_of_id(text, &digits) : 0;
	if (n > 0 && strcmp(text + n, "\n") == 0)
		id = mem_fmt(e, "%.*s", (int)n, text);
	else
		err_set(e, E_ENV, "%s: sbatch answered no job id: %.80s", job->name, text != NULL ? text : "");
out:
	proc_answer_free(&a);
	strlist_free(&argv);
	proc_env_free(&env);
	return id;
}

static int	slurm_cancel(struct engine *en, const char *id, const char *reason, struct err *e);

static size_t
count_parts(const struct slurm *s, const struct engine_job *job)
{
	int max = (int)s->max_array;

	return (size_t)((job->first + job->size - 1) / max - job->first / max) + 1;
}

/* Parts are cut at multiples of MaxArraySize, so that those of jobs with equal elements correspond. */
static char *
slurm_submit(struct engine *en, const struct engine_job *job, struct err *e)
{
	const struct slurm *s = en->impl;
	int max = (int)s->max_array, last = job->first + job->size - 1;
	struct part p = { .count = count_parts(s, job) };
	char *before = NULL, *id;
	struct buf all = {0};

	for (; p.number < p.count; p.number++) {
		p.base = (job->first / max + (int)p.number) * max;
		p.from = job->first > p.base ? job->first - p.base : 0;
		p.to = last - p.base < max ? last - p.base : max - 1;
		id = submit_part(en, job, &p, before, e);
		free(before);
		before = id;
		if (id == NULL)
			break;
		buf_add(&all, "%s%s", all.len > 0 ? "," : "", id);
	}
	id = before != NULL && buf_text(&all, e) != NULL ? mem_str(all.text, e) : NULL;
	if (id == NULL && all.len > 0)
		(void)slurm_cancel(en, all.text, "", NULL);	/* the parts that are there already */
	free(before);
	buf_free(&all);
	return id;
}

/* ---- finding ---- */

/* The id in the name of a log, NAME-ID_INDEX.log: Slurm itself forgets a job some minutes after its end. */
static int
find_log(const char *logs, const char *name, char **id, struct err *e)
{
	DIR *d = logs != NULL ? opendir(logs) : NULL;
	const struct dirent *entry;
	size_t n = strlen(name), digits;

	while (d != NULL && *id == NULL && (entry = readdir(d)) != NULL) {
		const char *s = entry->d_name;

		if (strncmp(s, name, n) != 0 || s[n] != '-')
			continue;
		digits = strspn(s + n + 1, "0123456789");
		if (digits < 1 || digits > ID_DIGITS_MAX || s[n + 1 + digits] != '_')
			continue;
		*id = mem_fmt(e, "%.*s", (int)digits, s + n + 1);
		if (*id == NULL) {
			(void)closedir(d);
			return -1;
		}
	}
	if (d != NULL)
		(void)closedir(d);
	return *id != NULL;
}

/* The different numbers in text, ascending, joined by commas. */
static int
join_numbers(const char *text, size_t max, struct buf *b, size_t *n)
{
	unsigned long last = 0, least, v;
	char *end;

	for (*n = 0; *n <= max; (*n)++) {
		least = ULONG_MAX;
		for (const char *p = text; (v = strtoul(p, &end, 10)), end != p; p = end)
			if (v > last && v < least)
				least = v;
		if (least == ULONG_MAX)
			break;
		buf_add(b, "%s%lu", *n > 0 ? "," : "", least);
		last = least;
	}
	return 0;
}

/* A job of several parts that were not all submitted is given up; it will be submitted again. */
static int
found(struct engine *en, const char *numbers, size_t parts, char **id, struct err *e)
{
	struct buf b = {0};
	size_t n;
	int ret = -1;

	if (join_numbers(numbers, parts, &b, &n) < 0)
		err_mem(e, "job ids");
	else if (n == parts && (*id = mem_str(b.text, e)) != NULL)
		ret = 1;
	else if (n != parts && slurm_cancel(en, b.text, "", e) == 0)
		ret = 0;
	buf_free(&b);
	return ret;
}

static int
slurm_find(struct engine *en, const struct engine_job *job, char **id, struct err *e)
{
	const struct slurm *s = en->impl;
	size_t parts = count_parts(s, job);
	struct strlist argv = {0};
	struct proc_answer a = {0};
	const char *text;
	int ret = -1;

	if (add(&argv, e, "%s", s->squeue) < 0 || add(&argv, e, "--noheader") < 0 ||
	    add(&argv, e, "--states=all") < 0 || add(&argv, e, "--format=%%F") < 0 ||
	    add(&argv, e, "--user=%lu", (unsigned long)geteuid()) < 0 || add(&argv, e, "--name=%s", job->name) < 0 ||
	    ask(&argv, NULL, "", &a, e) < 0)
		goto out;
	text = buf_text(&a.out, NULL);
	if (text != NULL && strpbrk(text, "0123456789") != NULL)
		ret = found(en, text, parts, id, e);
	else
		ret = parts == 1 ? find_log(en->opts.logs, job->name, id, e) : 0;
out:
	proc_answer_free(&a);
	strlist_free(&argv);
	return ret;
}

/* ---- cancel and state ---- */

/* COMMAND [-M CLUSTER] ... numbers of the id's parts, joined by commas for squeue, one by one for scancel. */
static int
begin_argv(struct strlist *argv, const char *command, const char *id, size_t *parts, struct err *e)
{
	char *cluster;
	int ret;

	if (parse_id(id, parts, &cluster, e) < 0)
		return -1;
	ret = add(argv, e, "%s", command);
	if (ret == 0 && cluster != NULL)
		ret = add(argv, e, "--clusters=%s", cluster);
	free(cluster);
	return ret;
}

static bool
unknown_there(const struct err *e)
{
	return strstr(e->msg, "Invalid job id") != NULL;
}

static enum engine_state
state_of_word(const char *word)
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
		if (strcmp(word, table[i].word) == 0)
			return table[i].state;
	return ENGINE_FAILED;		/* FAILED, TIMEOUT, CANCELLED, NODE_FAIL, OUT_OF_MEMORY, ... */
}

/* Lines "ARRAY-JOB ELEMENT STATE". One element: its line; the job: what its elements make together. */
static enum engine_state
read_states(const char *text, const char *wanted_job, long wanted)
{
	size_t n[ENGINE_FAILED + 1] = {0};
	char job[32], element[32], word[64];

	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		enum engine_state st;

		if (sscanf(p, "%31s %31s %63s", job, element, word) != 3)
			continue;
		st = state_of_word(word);
		if (wanted < 0)
			n[st]++;
		else if (strcmp(job, wanted_job) == 0 && strtol(element, NULL, 10) == wanted)
			return st;
	}
	if (n[ENGINE_RUNNING] > 0 || (n[ENGINE_PENDING] > 0 && n[ENGINE_SUCCEEDED] + n[ENGINE_FAILED] > 0))
		return ENGINE_RUNNING;
	return n[ENGINE_PENDING] > 0 ? ENGINE_PENDING : n[ENGINE_FAILED] > 0 ? ENGINE_FAILED :
	    n[ENGINE_SUCCEEDED] > 0 ? ENGINE_SUCCEEDED : ENGINE_UNKNOWN;
}

static int
ask_queue(const struct slurm *s, const char *id, size_t *parts, struct proc_answer *a, struct err *e)
{
	char number[ID_DIGITS_MAX + 1];
	struct strlist argv = {0};
	struct buf numbers = {0};
	int ret = -1;

	if (begin_argv(&argv, s->squeue, id, parts, e) < 0)
		goto out;
	for (size_t i = 0; i < *parts; i++) {
		number_of_part(id, i, number);
		buf_add(&numbers, "%s%s", i > 0 ? "," : "", number);
	}
	if (buf_text(&numbers, e) != NULL && add(&argv, e, "--noheader") == 0 && add(&argv, e, "--array") == 0 &&
	    add(&argv, e, "--states=all") == 0 && add(&argv, e, "--format=%%F %%K %%T") == 0 &&
	    add(&argv, e, "--jobs=%s", numbers.text) == 0)
		ret = ask(&argv, NULL, "", a, e);
out:
	strlist_free(&argv);
	buf_free(&numbers);
	return ret;
}

/* scancel says nothing about jobs that are not there; squeue does. */
static int
slurm_cancel(struct engine *en, const char *id, const char *reason, struct err *e)
{
	const struct slurm *s = en->impl;
	char number[ID_DIGITS_MAX + 1];
	struct strlist argv = {0};
	struct proc_answer a = {0};
	size_t parts;
	struct err le;
	int ret = -1;

	(void)reason;			/* Slurm has no place for it */
	if (e == NULL)
		e = &le;
	if (ask_queue(s, id, &parts, &a, e) < 0) {
		if (unknown_there(e))
			e->code = E_MISSING;
		return -1;
	}
	proc_answer_free(&a);
	if (begin_argv(&argv, s->scancel, id, &parts, e) < 0)
		goto out;
	for (size_t i = 0; i < parts; i++) {
		number_of_part(id, i, number);
		if (add(&argv, e, "%s", number) < 0)
			goto out;
	}
	ret = ask(&argv, NULL, "", &a, e);
out:
	proc_answer_free(&a);
	strlist_free(&argv);
	return ret;
}

/* Slurm forgets a job some minutes after its end (MinJobAge). */
static int
slurm_state(struct engine *en, const char *id, int index, enum engine_state *state, struct err *e)
{
	const struct slurm *s = en->impl;
	char number[ID_DIGITS_MAX + 1] = "";
	struct proc_answer a = {0};
	size_t parts, part;

	if (ask_queue(s, id, &parts, &a, e) < 0)
		return e->code == E_MISSING || unknown_there(e) ? 0 : -1;
	if (index >= 0) {
		part = (size_t)index / s->max_array;
		number_of_part(id, part < parts ? part : parts - 1, number);
		index %= (int)s->max_array;
	}
	*state = read_states(buf_text(&a.out, NULL), number, index);
	proc_answer_free(&a);
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
