/* tree - what partition finds in the shared tree */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "tree.h"

#define CLAIMED ".claimed-"

/* What jobs of the reference system expect; production mounts these directories one by one. */
static const char *const made[] = {
	"combiner/downloads", "combiner/jobs", "combiner/logs",
	"downloader/lists", "downloader/logs", "downloader/scratch",
	"processor/input",
	"processor/logs/error_logs", "processor/logs/processing_logs", "processor/logs/seatmp_manager",
	"processor/scratch/current_jobs", "processor/scratch/current_logs", "processor/scratch/email",
	"processor/scratch/locks", "processor/scratch/quarantine",
};

static int
make_below(const char *root, const char *a, const char *b, struct err *e)
{
	char *dir = mem_fmt(e, "%s/%s%s", root, a, b);
	int ret = dir == NULL ? -1 : file_mkdirs(dir, e);

	free(dir);
	return ret;
}

int
tree_make(const char *root, const struct dataset *ds, struct err *e)
{
	char plans[LAYOUT_SIZE];

	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
		if (make_below(root, made[i], "", e) < 0)
			return -1;
	if (layout_dir(root, LAYOUT_PLANS, ds, PTYPE_COUNT, 0, plans, e) < 0 || file_mkdirs(plans, e) < 0)
		return -1;
	return make_below(root, "processor/output/", ds->instrument->core, e);
}

int
tree_lock(const char *root, const struct dataset *ds, struct err *e)
{
	char dir[LAYOUT_SIZE], *path;
	int fd = -1;

	if (layout_dir(root, LAYOUT_PLANS, ds, PTYPE_COUNT, 0, dir, e) < 0)
		return -1;
	path = mem_fmt(e, "%s/.%s.lock", dir, ds->key);
	if (path == NULL)
		return -1;
	fd = file_open_locked(path, O_RDWR | O_CREAT | O_NOFOLLOW, FILE_MODE, FILE_WAIT, e);
	free(path);
	return fd;
}

/* --- directories ------------------------------------------------------------------------------------------------ */

/* name_each - one name of a directory; 0 to go on, 1 to end, -1 with e filled. */
typedef int	name_each(void *ctx, const char *name, struct err *e);

/* No directory is an empty one. */
static int
each_name(const char *dir, name_each *each, void *ctx, struct err *e)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int r = 0;

	if (d == NULL)
		return errno == ENOENT ? 0 : err_sys(e, "%s", dir);
	errno = 0;
	while (r == 0 && (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] != '.')
			r = each(ctx, entry->d_name, e);
		errno = 0;
	}
	if (r == 0 && errno != 0)
		r = err_sys(e, "%s", dir);
	(void)closedir(d);
	return r;
}

struct finding {
	const struct dataset *ds;
	struct times *out;
};

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

static int
take_sst(void *ctx, const char *name, struct err *e)
{
	struct finding *f = ctx;
	uint32_t time;

	(void)e;
	if (is_sst(f->ds, name, &time) && strstr(name, ".NRT.") == NULL)
		times_add(f->out, time);
	return 0;
}

int
tree_sst_times(const char *root, const struct dataset *ds, enum ptype t, struct times *out, struct err *e)
{
	struct finding f = { ds, out };
	char dir[LAYOUT_SIZE];

	if (layout_dir(root, LAYOUT_DOWNLOADS, ds, t, 0, dir, e) < 0 || each_name(dir, take_sst, &f, e) < 0)
		return -1;
	times_sort(out);
	return 0;
}

/* --- waiting lists ---------------------------------------------------------------------------------------------- */

struct search {
	const char *part;		/* of the names looked for */
	struct strlist *found;
};

static int
take_name(void *ctx, const char *name, struct err *e)
{
	struct search *s = ctx;

	return strstr(name, s->part) != NULL ? strlist_add(s->found, name, e) : 0;
}

static int
by_name(const void *a, const void *b)
{
	char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int
tree_find(const char *dir, const char *part, struct strlist *found, struct err *e)
{
	struct search s = { part, found };

	if (each_name(dir, take_name, &s, e) < 0)
		return -1;
	if (found->n > 0)
		qsort(found->item, found->n, sizeof(*found->item), by_name);
	return 0;
}

/* Whether the run that claimed the list has a plan, and thus takes care of it. */
static int
has_plan(const char *root, const struct dataset *ds, const char *uid, struct err *e)
{
	struct strlist found = {0};
	char dir[LAYOUT_SIZE], *part = mem_fmt(e, "_%s.json", uid);
	int has = -1;

	if (part != NULL && layout_dir(root, LAYOUT_PLANS, ds, PTYPE_COUNT, 0, dir, e) == 0 &&
	    tree_find(dir, part, &found, e) == 0) {
		has = 0;
		for (size_t i = 0; i < found.n; i++)	/* a journal alone is none */
			has |= str_ends(found.item[i], part);
	}
	strlist_free(&found);
	free(part);
	return has;
}

/* Read names from an open list; nobody appends to it any more. */
static int
read_names(int fd, const char *path, const struct dataset *ds, struct waiting *w, tree_complain *complain, void *ctx,
    struct err *e)
{
	struct list_in *in = mem_array(1, sizeof(*in), e);
	enum list_result got = LIST_END;
	uint32_t time;
	char *name;
	int ret = -1;

	if (in == NULL)
		return -1;
	list_open_fd(in, fd, path, '\n');
	while ((got = list_next(in, &name, e)) == LIST_ITEM || got == LIST_BAD) {
		if (got == LIST_ITEM && is_sst(ds, name, &time) && strchr(name, '/') == NULL) {
			strlist_push(&w->names, name);
			times_add(&w->times, time);
			continue;
		}
		if (got == LIST_ITEM)
			err_set(e, E_DATA, "%s: line %zu: %.200s: not the name of an SST file of %s", path, in->line,
			    name, ds->key);
		w->bad++;
		complain(ctx, e);
	}
	ret = got == LIST_END ? 0 : -1;
	free(in);
	return ret;
}

static int
read_list(const char *path, bool lock, const struct dataset *ds, struct waiting *w, tree_complain *complain,
    void *ctx, struct err *e)
{
	int fd = open(path, (lock ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW), ret = -1;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "%s", path);
	if (!lock || file_lock(fd, path, FILE_WAIT, e) >= 0)
		ret = read_names(fd, path, ds, w, complain, ctx, e);
	(void)close(fd);
	return ret;
}

struct claim {
	const char *root, *dir, *uid;
	const struct dataset *ds;
};

/* Rename the list to be ours: its new path, NULL with *e untouched when it is another run's or has gone. */
static int
claim_list(const struct claim *c, const char *name, char **path, struct err *e)
{
	const char *mark = strstr(name, CLAIMED);
	size_t n = mark != NULL ? (size_t)(mark - name) : strlen(name);
	char *from, *to;
	int r = 0, ret = 0;

	*path = NULL;
	if (mark != NULL)
		r = has_plan(c->root, c->ds, mark + strlen(CLAIMED), e);
	if (r != 0)
		return r < 0 ? -1 : 0;
	from = mem_fmt(e, "%s/%s", c->dir, name);
	to = mem_fmt(e, "%s/%.*s" CLAIMED "%s", c->dir, (int)n, name, c->uid);
	if (from == NULL || to == NULL)
		ret = -1;
	else if (rename(from, to) == 0)
		*path = to;
	else if (errno != ENOENT)
		ret = err_sys(e, "%s: cannot claim", from);
	if (*path == NULL)
		free(to);
	free(from);
	return ret;
}

static int
take_list(const struct claim *c, const char *name, bool look, struct waiting *w, tree_complain *complain, void *ctx,
    struct err *e)
{
	char *path = NULL;
	int ret = -1;

	if (look) {
		if (strstr(name, CLAIMED) != NULL)
			return 0;
		path = mem_fmt(e, "%s/%s", c->dir, name);
	} else {
		ret = claim_list(c, name, &path, e);
		if (path == NULL)
			return ret;
		ret = -1;
	}
	if (path != NULL && (look || strlist_add(&w->files, path, e) == 0))
		ret = read_list(path, !look, c->ds, w, complain, ctx, e);
	free(path);
	return ret;
}

int
tree_claim(const char *root, const struct dataset *ds, const char *uid, bool look, struct waiting *w,
    tree_complain *complain, void *ctx, struct err *e)
{
	struct claim c = { .root = root, .uid = uid, .ds = ds };
	struct strlist lists = {0};
	char dir[LAYOUT_SIZE], part[64];
	int ret = -1;

	(void)snprintf(part, sizeof(part), "%s_%s", ds->key, ptype_name(PTYPE_QUICKLOOK));
	c.dir = dir;
	if (layout_dir(root, LAYOUT_COMBINER_JOBS, ds, PTYPE_QUICKLOOK, 0, dir, e) < 0 ||
	    tree_find(dir, part, &lists, e) < 0)
		goto out;
	for (size_t i = 0; i < lists.n; i++)
		if (take_list(&c, lists.item[i], look, w, complain, ctx, e) < 0)
			goto out;
	times_sort(&w->times);
	ret = 0;
out:
	strlist_free(&lists);
	return ret;
}

/* The old name is taken by a new list: append to that. */
static int
append_to(const char *path, const char *from, struct err *e)
{
	struct list_in *in = mem_array(1, sizeof(*in), e);
	enum list_result got = LIST_END;
	int fd = open(from, O_RDONLY | O_CLOEXEC), ret = -1;
	char *line;

	if (fd < 0)
		err_sys(e, "%s", from);
	if (in == NULL || fd < 0)
		goto out;
	list_open_fd(in, fd, from, '\n');
	while ((got = list_next(in, &line, e)) == LIST_ITEM || got == LIST_BAD)
		if (got == LIST_ITEM && file_append(path, line, e) < 0)
			goto out;
	ret = got == LIST_END ? file_remove(from, e) : -1;
out:
	if (fd >= 0)
		(void)close(fd);
	free(in);
	return ret;
}

static int
restore(const char *claimed, struct err *e)
{
	const char *mark = strstr(str_base(claimed), CLAIMED);
	char *path;
	int ret;

	if (mark == NULL)
		return err_set(e, E_DATA, "%s: not a claimed list", claimed);
	path = mem_fmt(e, "%.*s", (int)(mark - claimed), claimed);
	if (path == NULL)
		return -1;
	if (link(claimed, path) == 0)
		ret = file_remove(claimed, e);
	else if (errno == EEXIST)
		ret = append_to(path, claimed, e);
	else
		ret = errno == ENOENT ? 0 : err_sys(e, "%s: cannot give back", claimed);
	free(path);
	return ret;
}

int
tree_restore(const struct strlist *files, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < files->n; i++)
		if (restore(files->item[i], e) < 0)
			ret = -1;
	return ret;
}

int
tree_drop(const struct strlist *files, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < files->n; i++)
		if (file_remove(files->item[i], e) < 0)
			ret = -1;
	return ret;
}

void
waiting_fini(struct waiting *w)
{
	strlist_free(&w->files);
	strlist_free(&w->names);
	times_fini(&w->times);
}
