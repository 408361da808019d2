/* claim - what partition finds in the shared tree */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "claim.h"
#include "granule/joblist.h"
#include "granule/layout.h"
#include "granule/name.h"

#define CLAIMED ".claimed-"

/* The names in dir that have part in them, sorted. No directory is an empty one. */
static int
find(const char *dir, const char *part, struct strlist *found, struct err *e)
{
	struct strlist names = {0};
	int ret = file_names(dir, &names, e);

	for (size_t i = 0; ret == 0 && i < names.n; i++)
		if (strstr(names.item[i], part) != NULL)
			strlist_push(found, names.item[i]);
	strlist_free(&names);
	return ret;
}

bool
claim_is_of(const char *path, const char *uid)
{
	const char *mark = strstr(str_base(path), CLAIMED);

	return *path == '/' && mark != NULL && strcmp(mark + strlen(CLAIMED), uid) == 0;
}

int
claim_root(struct partition *p, const char *root, struct err *e)
{
	char plans[LAYOUT_SIZE];

	free(p->root);
	free(p->plans);
	p->plans = NULL;
	p->root = backend_directory(root, PLACE_ASIS, e);
	if (p->root == NULL || layout_dir(p->root, LAYOUT_PLANS, NULL, PTYPE_COUNT, 0, plans, e) < 0)
		return -1;
	p->plans = xstrdup(p->outdir != NULL ? p->outdir : plans);
	return 0;
}

int
claim_lock(const struct partition *p, struct err *e)
{
	char dir[LAYOUT_SIZE], *path;
	const char *expected;
	int fd;

	if (layout_path(p->root, LAYOUT_OUTPUT, NULL, PTYPE_COUNT, 0, p->run.ds->instrument->core, dir, e) < 0 ||
	    file_mkdirs(dir, e) < 0 || file_mkdirs(p->plans, e) < 0)
		return -1;
	for (size_t i = 0; (expected = layout_expected(i)) != NULL; i++)
		if (str_fmt(dir, sizeof(dir), e, "%s/%s", p->root, expected) < 0 || file_mkdirs(dir, e) < 0)
			return -1;
	path = xfmt("%s/.%s.lock", p->plans, p->run.ds->key);
	fd = file_open_locked(path, O_RDWR | O_CREAT, FILE_MODE, FILE_WAIT, e);
	free(path);
	return fd;
}

int
claim_plan(const struct partition *p, const char *uid, char **path, struct err *e)
{
	char *end = xfmt("_%s.json", uid);
	struct strlist found = {0};
	int ret = find(p->plans, end, &found, e);

	*path = NULL;
	for (size_t i = 0; i < found.n && *path == NULL; i++)
		if (str_ends(found.item[i], end))	/* a journal alone is none */
			*path = xfmt("%s/%s", p->plans, found.item[i]);
	strlist_free(&found);
	free(end);
	return ret < 0 ? -1 : *path != NULL;
}

/* Whether name is that of an SST file of the dataset, and its time. */
static bool
is_sst(const struct dataset *ds, const char *name, uint32_t *time)
{
	struct obpg_name n;

	if (obpg_parse(name, &n, NULL) < 0 || n.form != OBPG_PRESENT || n.suite != SUITE_SST || n.ds != ds ||
	    n.time < 0 || n.time > UINT32_MAX)
		return false;
	*time = (uint32_t)n.time;
	return true;
}

/* Times of all SST files of the type that are on disk, sorted. */
static int
sst_times(const struct partition *p, enum ptype t, struct times *out, struct err *e)
{
	struct strlist found = {0};
	char dir[LAYOUT_SIZE];
	uint32_t time;
	int ret = -1;

	if (layout_dir(p->root, LAYOUT_DOWNLOADS, p->run.ds, t, 0, dir, e) == 0)
		ret = find(dir, ".L2.SST.nc", &found, e);
	for (size_t i = 0; i < found.n; i++)
		if (is_sst(p->run.ds, found.item[i], &time))
			times_add(out, time);
	times_sort(out);
	strlist_free(&found);
	return ret;
}

int
claim_late(const struct partition *p, const struct lines *l, struct groups *gr, struct err *e)
{
	int ret = 0;

	for (enum ptype t = PTYPE_QUICKLOOK; ret == 0 && t < PTYPE_COUNT && gr->nunmatched > 0; t++) {
		struct times disk = {0};

		ret = sst_times(p, t, &disk, e);
		if (ret == 0)
			group_late(l, gr, t, &disk);
		times_fini(&disk);
	}
	return ret;
}

/* --- waiting lists ---------------------------------------------------------------------------------------------- */

/* What waits. */
struct waiting {
	struct strlist *files, *names;
	struct times times;
};

/* Read names from an open list; nobody appends to it any more. */
static int
read_names(struct partition *p, int fd, const char *path, struct waiting *w, struct err *e)
{
	struct list_in *in = xarray(1, sizeof(*in));
	enum list_result got;
	uint32_t time;
	char *name;

	list_open_fd(in, fd, path, '\n');
	while ((got = list_next(in, &name, e)) == LIST_ITEM || got == LIST_BAD) {
		if (got == LIST_ITEM && is_sst(p->run.ds, name, &time) && strchr(name, '/') == NULL) {
			strlist_push(w->names, name);
			times_add(&w->times, time);
			continue;
		}
		if (got == LIST_ITEM)
			err_set(e, E_DATA, "%s: line %zu: %.200s: not the name of an SST file of %s", path, in->line,
			    name, p->run.ds->key);
		partition_bad_line(p, in, e);
	}
	free(in);
	return got == LIST_END ? 0 : -1;
}

/* Rename the list to be ours and read it; it may be another run's, or have gone. */
static int
claim_list(struct partition *p, const char *dir, const char *name, struct waiting *w, struct err *e)
{
	const char *mark = strstr(name, CLAIMED);
	size_t n = mark != NULL ? (size_t)(mark - name) : strlen(name);
	char *from, *to, *plan = NULL;
	struct stat st;
	int fd, ret = 0;

	if (mark != NULL && p->run.dry_run)
		return 0;
	if (mark != NULL && claim_plan(p, mark + strlen(CLAIMED), &plan, e) != 0) {
		ret = plan != NULL ? 0 : -1;	/* the plan takes care of it */
		free(plan);
		return ret;
	}
	from = xfmt("%s/%s", dir, name);
	if (lstat(from, &st) == 0 && !S_ISREG(st.st_mode)) {
		err_set(e, E_DATA, "%s: not a regular file", from);
		run_error(&p->run, e);
		notify_add(&p->run.notify, "%s\n", e->msg);
		free(from);
		return 0;
	}
	to = p->run.dry_run ? xstrdup(from) : xfmt("%s/%.*s" CLAIMED "%s", dir, (int)n, name, p->uid);
	if (!p->run.dry_run && rename(from, to) < 0) {
		ret = errno == ENOENT ? 0 : err_sys(e, "%s: cannot claim", from);
		goto out;
	}
	if (!p->run.dry_run)
		strlist_push(w->files, to);
	fd = p->run.dry_run ? file_open(to, e) : file_open_locked(to, O_RDWR, 0, FILE_WAIT, e);
	if (fd < 0) {
		ret = e->code == E_MISSING ? 0 : -1;
		goto out;
	}
	ret = read_names(p, fd, to, w, e);
	(void)close(fd);
out:
	free(from);
	free(to);
	return ret;
}

/* Take the lists of one type. */
static int
take_type(struct partition *p, enum ptype t, struct groups *gr, struct strlist *files, struct strlist *names,
    struct err *e)
{
	struct waiting w = { .files = files, .names = names };
	struct strlist lists = {0};
	char dir[LAYOUT_SIZE], part[JOBLIST_SIZE];
	int ret = -1;

	joblist_waiting(p->run.ds, t, NULL, part);
	if (layout_dir(p->root, LAYOUT_COMBINER_JOBS, p->run.ds, t, 0, dir, e) == 0)
		ret = find(dir, part, &lists, e);
	for (size_t i = 0; ret == 0 && i < lists.n; i++)
		ret = claim_list(p, dir, lists.item[i], &w, e);
	strlist_free(&lists);
	times_sort(&w.times);
	if (ret == 0)
		group_waiting(gr, t, &w.times);
	times_fini(&w.times);
	return ret;
}

int
claim_take(struct partition *p, struct groups *gr, struct strlist *files, struct strlist *names, struct err *e)
{
	if (p->outdir != NULL)
		return 0;
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		if ((p->run.type == PTYPE_COUNT || p->run.type == t) && take_type(p, t, gr, files, names, e) < 0)
			return -1;
	if (files->n == 0)
		run_log(&p->run, LOG_GROUP, "No combiner threshold files exist.");
	for (size_t i = 0; i < files->n; i++)
		run_log(&p->run, LOG_GROUP, "Reading in combiner threshold file from EFS: %s.", files->item[i]);
	for (size_t i = 0; i < names->n; i++) {
		run_log(&p->run, LOG_GROUP, "Combiner waiting to process: %s", names->item[i]);
		finallog_add(&p->run.log, LOG_WAITING, names->item[i]);
	}
	run_log(&p->run, LOG_GROUP, "Loaded %zu SST files that were not processed by the combiner.", names->n);
	return 0;
}

/* The old name is taken by a new list: append to that. */
static int
append_to(const char *path, const char *from, struct err *e)
{
	struct list_in *in = xarray(1, sizeof(*in));
	enum list_result got = LIST_FAILED;
	int fd = file_open(from, e), ret = fd < 0 ? -1 : 0;
	char *line;

	list_open_fd(in, fd, from, '\n');
	while (ret == 0 && ((got = list_next(in, &line, e)) == LIST_ITEM || got == LIST_BAD))
		if (got == LIST_ITEM)
			ret = file_append(path, line, e);
	if (fd >= 0)
		(void)close(fd);
	free(in);
	return ret == 0 && got == LIST_END ? file_remove(from, e) : -1;
}

int
claim_restore(const struct strlist *files, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < files->n; i++) {
		const char *claimed = files->item[i];
		char *path = xfmt("%.*s", (int)(strstr(str_base(claimed), CLAIMED) - claimed), claimed);

		if (link(claimed, path) == 0)
			ret |= file_remove(claimed, e);
		else if (errno == EEXIST)
			ret |= append_to(path, claimed, e);
		else if (errno != ENOENT)
			ret |= err_sys(e, "%s: cannot give back", claimed);
		free(path);
	}
	return ret;
}

int
claim_drop(const struct strlist *files, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < files->n; i++)
		ret |= file_remove(files->item[i], e);
	return ret;
}
