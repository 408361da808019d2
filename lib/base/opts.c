/* opts - common options and job lists */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/file.h"
#include "base/list.h"
#include "base/opts.h"
#include "base/prog.h"

#define DEFAULT_ROOT "generate-data"
#define JOB_LIST_MAX (256 * 1024 * 1024)

static bool
common_flag(struct opts *o, int c)
{
	switch (c) {
	case '0': o->sep = '\0'; return true;
	case 'n': o->dry_run = true; return true;
	case 'q': prog_quiet(); return true;
	case 'v': prog_verbose(); return true;
	case OPT_JSON: o->json = true; return true;
	case OPT_STRICT: o->strict = true; return true;
	case OPT_FINAL_LOG: o->final_log = true; return true;
	case OPT_PROGRESS: prog_progress_mode(1); return true;
	case OPT_NO_PROGRESS: prog_progress_mode(0); return true;
	default: return false;
	}
}

bool
opts_common(struct opts *o, int c, const char *arg)
{
	switch (c) {
	case 'd': o->dataset = arg; return true;
	case 'j': o->jobs = (int)prog_num("-j", arg, 1, 64); return true;
	case 'o': o->outdir = arg; return true;
	case 't': o->type = arg; return true;
	case OPT_ROOT: o->root = arg; return true;
	case OPT_NOTIFY: o->notify = arg; return true;
	case OPT_JOB: o->job = arg; o->final_log = true; return true;
	case OPT_INDEX: o->index = prog_num("--index", arg, 0, INT_MAX); return true;
	case OPT_ATTEMPTS: o->attempts = prog_num("--attempts", arg, 1, 100); return true;
	default: return common_flag(o, c);
	}
}

void
opts_finish(struct opts *o)
{
	if (o->root == NULL)
		o->root = getenv("GENERATE_ROOT");
	if (o->root == NULL || *o->root == '\0')
		o->root = DEFAULT_ROOT;
}

void
opts_help(FILE *fp)
{
	(void)fputs(
	    "Common options:\n"
	    "  -0, --null            lists in and out are separated by NUL, not by newline\n"
	    "  -d, --dataset NAME    aqua, terra, viirs or jpss1; usually taken from the file names\n"
	    "  -j, --jobs N          parallel workers\n"
	    "  -n, --dry-run         say what would be done, change nothing\n"
	    "  -o, --output DIR      write results flat into DIR instead of the tree\n"
	    "  -q, --quiet           errors only\n"
	    "  -t, --type TYPE       quicklook or refined\n"
	    "  -v, --verbose         say more\n"
	    "      --root DIR        the shared tree (GENERATE_ROOT, else ./generate-data)\n"
	    "      --job LIST.json   take the items from an element of a job list\n"
	    "      --index N         that element; default is the engine's array index\n"
	    "      --attempts N      tries the engine gives a job (3): the last one ends well\n"
	    "                        although some items failed\n"
	    "      --strict          ... no, it does not\n"
	    "      --json            one JSON object per item on standard output\n"
	    "      --notify PLACE    tell operators about failures there (topic)\n"
	    "      --final-log       print the final_log line; on with --job\n"
	    "      --progress, --no-progress\n"
	    "      --help, --version\n", fp);
}

int
opts_workers(const struct opts *o, int max)
{
	long n = o->jobs > 0 ? o->jobs : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > max ? max : (int)n;
}

const char *
opts_job_id(void)
{
	static char id[256];
	const char *ours = getenv("GENERATE_JOB_ID"), *batch = getenv("AWS_BATCH_JOB_ID");
	const char *slurm = getenv("SLURM_JOB_ID");

	if (ours != NULL)
		(void)str_fmt(id, sizeof(id), NULL, "%s", ours);
	else if (batch != NULL)
		(void)str_fmt(id, sizeof(id), NULL, "%s", batch);
	else if (slurm != NULL)
		(void)str_fmt(id, sizeof(id), NULL, "%s", slurm);
	else
		(void)str_fmt(id, sizeof(id), NULL, "%ld", (long)getpid());
	return id;
}

const char *
opts_run_id(void)
{
	static char id[256];

	(void)str_fmt(id, sizeof(id), NULL, "%s", opts_job_id());
	for (char *p = id; *p != '\0'; p++)
		if (*p == ':' || *p == '_' || *p == '.' || *p == '/')
			*p = '-';
	return id;
}

long
opts_index(const struct opts *o, struct err *e)
{
	static const char *const engine[] = {
		"AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID", "GENERATE_ARRAY_INDEX"
	};

	if (o->index >= 0)
		return o->index;
	for (size_t i = 0; i < sizeof(engine) / sizeof(*engine); i++) {
		const char *s = getenv(engine[i]);

		if (s == NULL || *s == '\0')
			continue;
		if (strlen(s) > 9 || !str_digits(s, strlen(s)))
			return err_set(e, E_USAGE, "%s: not an index: %s", engine[i], s);
		return str_number(s, strlen(s));
	}
	return 0;
}

/* Items end up in lists and messages like those of standard input, so the same rules hold for them. */
static int
add_item(const json_t *v, const char *path, struct strlist *items, struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL)
		return err_set(e, E_USAGE, "%s: item %zu is not a string", path, items->n);
	if (strlen(s) > LIST_RECMAX)
		return err_set(e, E_USAGE, "%s: item %zu is longer than %d bytes", path, items->n, LIST_RECMAX);
	for (const char *p = s; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return err_set(e, E_USAGE, "%s: item %zu holds control characters", path, items->n);
	return strlist_add(items, s, e);
}

static int
add_strings(json_t *element, const char *path, struct strlist *items, struct err *e)
{
	json_t *v;
	size_t i;

	if (json_is_string(element))
		return add_item(element, path, items, e);
	if (!json_is_array(element))
		return err_set(e, E_USAGE, "%s: elements are neither strings nor arrays of strings", path);
	json_array_foreach(element, i, v)
		if (add_item(v, path, items, e) < 0)
			return -1;
	return 0;
}

int
opts_job_items(const struct opts *o, struct strlist *items, struct err *e)
{
	json_error_t je;
	json_t *root = NULL;
	char *text;
	long index = opts_index(o, e);
	int ret = -1;

	if (index < 0)
		return -1;
	text = file_read(o->job, JOB_LIST_MAX, e);
	if (text == NULL) {
		if (e != NULL && e->code != E_ENV)
			e->code = E_USAGE;
		return -1;
	}
	root = json_loads(text, JSON_REJECT_DUPLICATES, &je);
	if (root == NULL)
		err_set(e, E_USAGE, "%s: line %d: %s", o->job, je.line, je.text);
	else if (!json_is_array(root))
		err_set(e, E_USAGE, "%s: not a JSON array", o->job);
	else if ((size_t)index >= json_array_size(root))
		err_set(e, E_USAGE, "%s: no element %ld, it has %zu", o->job, index, json_array_size(root));
	else
		ret = add_strings(json_array_get(root, (size_t)index), o->job, items, e);
	json_decref(root);
	free(text);
	return ret;
}

int
opts_job_status(const struct opts *o, int status)
{
	const char *attempt = getenv("GENERATE_JOB_ATTEMPT");

	if (attempt == NULL)
		attempt = getenv("AWS_BATCH_JOB_ATTEMPT");
	if (o->job == NULL || o->strict || status != ST_SOME)
		return status;
	if (attempt == NULL || strtol(attempt, NULL, 10) < o->attempts)
		return status;
	prog_info("some items failed; this was the last attempt, dependants may run for the others");
	return ST_OK;
}
