/* job - who we are for the engine, and the job list of an array job */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/doc.h"
#include "base/list.h"
#include "base/mem.h"
#include "run/job.h"

#define JOB_LIST_MAX (256 * 1024 * 1024)

/* The first of the variables that is set and not empty; NULL without. */
static const char *
first_of(const char *const *variable)
{
	for (; *variable != NULL; variable++) {
		const char *s = getenv(*variable);

		if (s != NULL && *s != '\0')
			return s;
	}
	return NULL;
}

const char *
job_id(void)
{
	static const char *const engine[] = { "GENERATE_JOB_ID", "AWS_BATCH_JOB_ID", "SLURM_JOB_ID", NULL };
	static char id[256];
	const char *s = first_of(engine);

	if (s != NULL)
		xsnprintf(id, sizeof(id), "%.255s", s);
	else
		xsnprintf(id, sizeof(id), "%ld", (long)getpid());
	return id;
}

const char *
job_run_id(void)
{
	static char id[256];

	xsnprintf(id, sizeof(id), "%s", job_id());
	for (char *p = id; (p = strpbrk(p, ":_./")) != NULL; p++)
		*p = '-';
	return id;
}

long
job_index(struct err *e)
{
	static const char *const engine[] = { "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID",
	    "GENERATE_ARRAY_INDEX",
		NULL };
	const char *s = first_of(engine);
	size_t i = 0;

	if (s == NULL)
		return 0;
	if (strlen(s) <= 9 && str_digits(s, strlen(s)))
		return str_number(s, strlen(s));
	while (engine[i + 1] != NULL && getenv(engine[i]) != s)
		i++;
	return err_set(e, E_USAGE, "%s: not an index: %s", engine[i], s);
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
	strlist_push(items, s);
	return 0;
}

static int
add_items(json_t *element, const char *path, struct strlist *items, struct err *e)
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
job_elements(const char *path, long index, struct strlist *items, struct err *e)
{
	json_t *root = doc_read(path, JOB_LIST_MAX, e);
	int ret = -1;

	if (root == NULL)
		return -1;
	if (!json_is_array(root))
		err_set(e, E_USAGE, "%s: not a JSON array", path);
	else if ((size_t)index >= json_array_size(root))
		err_set(e, E_USAGE, "%s: no element %ld, it has %zu", path, index, json_array_size(root));
	else
		ret = add_items(json_array_get(root, (size_t)index), path, items, e);
	json_decref(root);
	return ret;
}

int
job_last_attempt(long attempts)
{
	static const char *const engine[] = { "GENERATE_JOB_ATTEMPT", "AWS_BATCH_JOB_ATTEMPT", NULL };
	const char *s = first_of(engine);

	return s != NULL && strtol(s, NULL, 10) >= attempts;
}
