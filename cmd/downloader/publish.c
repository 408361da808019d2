/* publish - sync complete files, many together, and give them their names */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "work.h"

#define TOGETHER 16			/* so many files are synced by one sync of their file system */
#define CROWD 32			/* a smaller group waits a moment: syncing many costs little more than few */
#define MOMENT 5000000			/* nanoseconds */
#define DIRS 8				/* directories remembered in a sync */

/* ---- in the threads ---- */

/*
 * One sync of the file system does for all files on it. It also waits for what others have written there, so it is
 * for crowds of small files only, where it saves most of the time.
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
		w->synced = fstat(w->stage.file.fd, &st) == 0 && st.st_dev == first.st_dev;
}

/* Behind a sync of all, each file is asked whether its own writes went well: not every kernel says it for all. */
static int
sync_file(const struct work *w, struct err *e)
{
	const struct newfile *file = &w->stage.file;

	if (!w->synced)
		return newfile_sync(file, e);
	return sync_file_range(file->fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) < 0 ? err_sys(e, "%s", file->tmp) : 0;
}

static bool
publish(struct work *w)
{
	struct download *f = w->f;
	char **path = &w->candidate[f->type];

	errno = 0;
	if (sync_file(w, &f->err) < 0 || stage_publish(&w->stage, *path, &f->err) < 0) {
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

/* Returns their jobs. */
static struct job *
publish_group(struct work *files)
{
	struct job *jobs = NULL, **last = &jobs;
	struct err e;
	bool synced;

	sync_together(files);
	for (struct work *w = files; w != NULL; w = w->group_next)
		w->result = publish(w) ? CHECK_YES : CHECK_FAILED;
	synced = sync_dirs(files, &e) == 0;
	for (struct work *w = files; w != NULL; w = w->group_next) {
		if (!synced && w->result == CHECK_YES) {
			w->result = CHECK_FAILED;
			w->f->err = e;
		}
		*last = &w->job;
		last = &w->job.next;
	}
	*last = NULL;
	return jobs;
}

/* The next group; NULL when no file waits. */
static struct work *
next_group(struct publisher *p)
{
	static const struct timespec moment = { .tv_nsec = MOMENT };
	struct work *files;

	(void)pthread_mutex_lock(&p->lock);
	if (p->count > 0 && p->count < CROWD) {
		(void)pthread_mutex_unlock(&p->lock);
		(void)nanosleep(&moment, NULL);
		(void)pthread_mutex_lock(&p->lock);
	}
	files = p->waiting;
	p->waiting = NULL;
	p->last = &p->waiting;
	p->count = 0;
	p->busy = files != NULL;
	(void)pthread_mutex_unlock(&p->lock);
	return files;
}

static bool
run(struct job *j)
{
	struct publisher *p = (struct publisher *)(void *)((char *)j - offsetof(struct publisher, job));
	struct work *files;

	while ((files = next_group(p)) != NULL) {
		struct pool *pool = files->d->pool;

		pool_return(pool, publish_group(files));
	}
	return false;
}

/* The faster files arrive, the more of them gather while a group is being synced, and share the next sync. */
void
publish_add(struct work *w)
{
	struct publisher *p = &w->d->publisher;
	struct pool *pool = w->d->pool;
	bool idle;

	(void)pthread_mutex_lock(&p->lock);
	w->group_next = NULL;
	*p->last = w;
	p->last = &w->group_next;
	p->count++;
	idle = !p->busy;
	p->busy = true;
	(void)pthread_mutex_unlock(&p->lock);
	if (idle)
		pool_submit(pool, &p->job);
}

/* ---- in the event loop ---- */

void
publish_init(struct publisher *p)
{
	*p = (struct publisher){ .job.run = run, .last = &p->waiting };
	(void)pthread_mutex_init(&p->lock, NULL);
}

void
publish_fini(struct publisher *p)
{
	(void)pthread_mutex_destroy(&p->lock);
}
