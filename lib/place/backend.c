/* backend - which backend takes which place */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/newfile.h"
#include "base/str.h"
#include "place/backend.h"
#include "place/engine.h"
#include "place/param.h"
#include "place/queue.h"
#include "place/store.h"
#include "place/topic.h"

/* One row a backend; the first whose prefix the place has takes it. Without ops it is not in this build. */
static const struct {
	enum seam seam;
	const char *prefix;
	const void *ops;
} table[] = {
	{ SEAM_STORE, "s3://", NULL },
	{ SEAM_STORE, "", &store_dir_ops },
	{ SEAM_TOPIC, "arn:aws:sns:", NULL },
	{ SEAM_TOPIC, "", &topic_local_ops },
	{ SEAM_QUEUE, "https://sqs.", NULL },
	{ SEAM_QUEUE, "sqs:", NULL },
	{ SEAM_QUEUE, "", &queue_dir_ops },
	{ SEAM_PARAM, "ssm:", NULL },
	{ SEAM_PARAM, "", &param_dir_ops },
	{ SEAM_ENGINE, "local", &engine_local_ops },
	{ SEAM_ENGINE, "slurm", &engine_slurm_ops },
	{ SEAM_ENGINE, "batch", &engine_batch_ops },
	{ SEAM_ENGINE, "none", &engine_none_ops },
};

static const char *const seam_name[] = { [SEAM_STORE] = "store", [SEAM_TOPIC] = "topic", [SEAM_QUEUE] = "queue",
	[SEAM_PARAM] = "param", [SEAM_ENGINE] = "engine" };

/* A directory can be called anything; what looks like a URL or an ARN was meant as one. */
static bool
is_directory_name(const char *place)
{
	return *place != '\0' && strstr(place, "://") == NULL && !str_starts(place, "arn:");
}

const void *
backend_find(enum seam seam, const char *place, struct err *e)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (table[i].seam != seam || !str_starts(place, table[i].prefix))
			continue;
		if (table[i].ops == NULL) {
			err_set(e, E_USAGE, "%s: this build has no AWS %s yet", place, seam_name[seam]);
			return NULL;
		}
		if (*table[i].prefix != '\0' || is_directory_name(place))
			return table[i].ops;
	}
	err_set(e, E_USAGE, "%s: not %s %s", *place != '\0' ? place : "''", seam == SEAM_ENGINE ? "an" : "a",
	    seam_name[seam]);
	return NULL;
}

struct place *
place_open(enum seam seam, const char *place, enum place_mode mode, struct err *e)
{
	const struct place_ops *ops = backend_find(seam, place, e);
	struct place *p;
	int r = 0;

	if (ops == NULL)
		return NULL;
	p = xarray(1, sizeof(*p));
	p->ops = ops;
	if (ops->open != NULL)
		r = ops->open(p, place, mode, e);
	else if (strcmp(place, "-") == 0)
		r = err_set(e, E_USAGE, "-: not a %s", seam_name[seam]);
	else
		r = (p->name = backend_directory(place, mode, e)) == NULL ? -1 : 0;
	if (r == 0)
		return p;
	place_close(p);
	return NULL;
}

void
place_close(struct place *p)
{
	if (p == NULL)
		return;
	if (p->ops->close != NULL)
		p->ops->close(p);
	free(p->name);
	free(p);
}

char *
backend_directory(const char *place, enum place_mode mode, struct err *e)
{
	struct stat st;
	char *cwd, *path;

	if (mode == PLACE_CREATE && file_mkdirs(place, e) < 0) {
		if (e != NULL && e->code != E_ENV)	/* a component is a file, or has no possible name */
			e->code = E_USAGE;
		return NULL;
	}
	if (stat(place, &st) == 0 && !S_ISDIR(st.st_mode)) {
		err_set(e, E_USAGE, "%s: not a directory", place);
		return NULL;
	}
	path = realpath(place, NULL);
	if (path != NULL && mode == PLACE_CREATE)
		newfile_sweep(path);
	if (path != NULL)
		return path;
	if (mode == PLACE_CREATE || errno != ENOENT) {
		err_sys(e, "%s", place);
		return NULL;
	}
	if (*place == '/')
		return xstrdup(place);
	cwd = getcwd(NULL, 0);
	if (cwd == NULL) {
		err_sys(e, "current directory");
		return NULL;
	}
	path = xfmt("%s/%s", cwd, place);
	free(cwd);
	return path;
}

char *
backend_absolute(const char *place, struct err *e)
{
	if (*place == '/' || strcmp(place, "-") == 0 || !is_directory_name(place))
		return xstrdup(place);
	return backend_directory(place, PLACE_ASIS, e);
}

int
backend_check_name(const char *what, const char *name, size_t max, struct err *e)
{
	if (strnlen(name, max + 1) > max)
		return err_set(e, E_DATA, "%.80s...: longer than %zu bytes, not a %s", name, max, what);
	for (const char *s = name;; s += strcspn(s, "/") + 1) {
		if (*s == '\0' || *s == '/' || *s == '.' || !str_plain(name))
			return err_set(e, E_DATA, "%s: not a %s", *name != '\0' ? name : "''", what);
		if (s[strcspn(s, "/")] == '\0')
			return 0;
	}
}
