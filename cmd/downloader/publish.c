/* publish - sync complete files, many together, and give them their names */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "work.h"

#define TOGETHER 16			/* so many files are synced by one sync of their file system */
#define DIRS 8				/* directories remembered in a sync */

/* ---- in a thread ---- */

/*
 * One sync of the file system does for all files on it. It also waits for what others have written there, so it is
 * for crowds of small files only, where it saves most of the time. Errors are then asked for file by file, because
 * not every kernel reports them from syncfs.
 */
static void
sync_together(struct work *files)
{
	struct stat first, st;
	int n = 0;

	for (const struct work *w = files; w != NULL; w = w->group_next)
		n++;
	if (n < TOGETHER || fstat(files->stage.file.fd, &first) < 0 || syncfs(files->stage.file.fd) < 0)
		return;
	for (struct work *w = files; w != NULL; w = w->group_next)
		w->synced = fstat(w->stage.file.fd, &st) == 0 && st.st_dev == first.st_dev &&
		    sync_file_range(w->stage.file.fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) == 0;
}

static bool
publish(struct work *w)
{
	struct download *f = w->f;
	char **path = &w->candidate[f->type];

	errno = 0;
	if ((!w->synced && newfile_sync(&w->stage.file, &f->err) < 0) ||
	    stage_publish(&w->stage, *path, &f->err) < 0) {
		w->disk_full = errno == ENOSPC || errno == EDQUOT;
		return false;
	}
	f->path = *path;
	*path = NULL;
	return true;
}

/* Sync the directories of the renamed files, each once. */
static int
sync_dirs(const struct work *files, struct err *e)
{
	const char *dir[DIRS] = { NULL };
	size_t n = 0, i;

	for (const struct work *w = files; w != NULL; w = w->group_next) {
		const char *path = w->f->path;
		size_t len;

		if (path == NULL)
			continue;
		len = (size_t)(str_base(path) - path);
		for (i = 0; i < n; i++)
			if (strncmp(dir[i], path, len) == 0 && strchr(dir[i] + len, '/') == NULL)
				break;
		if (i < n)
			continue;
		if (file_sync_dir(path, e) < 0)
			return -1;
		if (n < DIRS)
			dir[n++] = path;
	}
	return 0;
}

static bool
run(struct job *j)
{
	struct publisher *p = (struct publisher *)(void *)((char *)j - offsetof(struct publisher, job));
	struct err e;

	sync_together(p->files);
	for (struct work *w = p->files; w != NULL; w = w->group_next)
		w->result = publish(w) ? CHECK_YES : CHECK_FAILED;
	if (sync_dirs(p->files, &e) == 0)
		return true;
	for (struct work *w = p->files; w != NULL; w = w->group_next)
		if (w->result == CHECK_YES) {
			w->result = CHECK_FAILED;
			w->f->err = e;
		}
	return true;
}

/* ---- in the event loop ---- */

void
publish_init(struct publisher *p)
{
	*p = (struct publisher){ .job.run = run, .last = &p->waiting };
}

void
publish_add(struct work *w)
{
	struct publisher *p = &w->d->publisher;

	w->phase = PHASE_PUBLISH;
	w->group_next = NULL;
	*p->last = w;
	p->last = &w->group_next;
}

/* The faster files arrive, the more of them gather meanwhile and share a sync. */
void
publish_begin(struct downloads *d)
{
	struct publisher *p = &d->publisher;

	if (p->busy || p->waiting == NULL)
		return;
	p->busy = true;
	p->files = p->waiting;
	p->waiting = NULL;
	p->last = &p->waiting;
	pool_submit(d->pool, &p->job);
}

struct work *
publish_done(struct publisher *p)
{
	p->busy = false;
	return p->files;
}
