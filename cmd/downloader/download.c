/* download - the life of one file, many at a time */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "granule/layout.h"
#include "work.h"

#define THREADS_MIN 2			/* one may wait for the disk; otherwise as many as processors */
#define THREADS_MAX 8
#define WAITING_MAX 256			/* files backing off, locked by others, being checked or published */
#define FILES_OPEN 64			/* besides those of downloads: connections, libraries */
#define BLOCKS_MORE 8			/* besides two for each transfer */
#define LOCK_LOOK 0.25			/* seconds between looks at a lock of another process */
#define NEVER 1e18

static void	seek_lock(struct work *w);

/* ---- ends ---- */

void
work_set_active(struct work *w, bool active)
{
	if (w->waiting == !active)
		return;
	w->waiting = !active;
	w->d->active += active ? 1 : -1;
}

void
work_wait(struct work *w, double when)
{
	work_set_active(w, false);
	if (when < w->d->look_at)
		w->d->look_at = when;
}

void
work_clear_suspect(struct work *w)
{
	if (w->d->suspect != w)
		return;
	w->d->suspect = NULL;
	fetch_only(w->d->fetch, NULL);
}

static void
free_work(struct work *w)
{
	transfer_fini(&w->t);
	for (int i = 0; i < PTYPE_COUNT; i++)
		free(w->candidate[i]);
	free(w);
}

/* Move the file to the finished ones and free what it needed while under way. */
void
work_end(struct work *w, enum download_state state, bool keep)
{
	struct downloads *d = w->d;
	struct download *f = w->f;

	work_clear_suspect(w);
	work_set_active(w, false);
	d->owed -= w->owed;
	w->owed = 0;
	writer_end(w, keep);
	stage_close(&w->stage, &f->request, keep);
	w->prev->next = w->next;
	w->next->prev = w->prev;
	free_work(w);
	f->work = NULL;
	f->state = state;
	f->seconds = clock_steady() - f->seconds;
	f->next = NULL;
	*d->last = f;
	d->last = &f->next;
	d->under_way--;
	d->finished++;
}

void
work_stop_all(struct downloads *d, const struct err *why)
{
	if (d->stopped)
		return;
	d->stopped = true;
	d->why = *why;
}

/* ---- is it there already ---- */

int
download_candidates(const struct download_conf *c, const struct request *r, char *path[PTYPE_COUNT],
    struct err *e)
{
	char p[LAYOUT_SIZE];

	for (int i = 0; i < PTYPE_COUNT; i++)
		path[i] = NULL;
	for (int i = 0; i < PTYPE_COUNT; i++) {
		if (c->outdir != NULL)
			path[i] = mem_fmt(e, "%s/%s", c->outdir, r->final);
		else if (layout_path(c->root, LAYOUT_DOWNLOADS, r->obpg.ds, (enum ptype)i, 0, r->final, p, e) == 0)
			path[i] = mem_str(p, e);
		if (path[i] != NULL)
			continue;
		while (i-- > 0)
			free(path[i]);
		return -1;
	}
	return 0;
}

/* In the tree a file may be in one of two places, flat in one. */
int
work_places(const struct work *w)
{
	return w->d->conf.outdir != NULL ? 1 : PTYPE_COUNT;
}

/* Whether one of the candidates exists and was not looked at before. */
static bool
worth_a_look(struct work *w)
{
	bool any = false;
	struct stat st;

	if (w->f->request.alg == DIGEST_NONE || w->d->conf.force)
		return false;
	for (int i = 0; i < work_places(w); i++) {
		struct looked *l = &w->looked[i];

		if (stat(w->candidate[i], &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (l->ino == st.st_ino && l->mtime.tv_sec == st.st_mtim.tv_sec &&
		    l->mtime.tv_nsec == st.st_mtim.tv_nsec)
			continue;
		*l = (struct looked){ st.st_ino, st.st_mtim };
		any = true;
	}
	return any;
}

/* ---- the lock, and what an earlier run left ---- */

static int
open_stage(struct work *w, struct err *e)
{
	const struct download_conf *c = &w->d->conf;
	const struct request *r = &w->f->request;
	char dir[LAYOUT_SIZE];

	if (c->outdir != NULL)
		return stage_open(&w->stage, c->outdir, true, r->name, e);
	if (layout_dir(c->root, LAYOUT_DOWNLOAD_STAGING, r->obpg.ds, PTYPE_COUNT, 0, dir, e) < 0)
		return -1;
	return stage_open(&w->stage, dir, false, r->name, e);
}

static void
verify(struct work *w)
{
	w->phase = PHASE_VERIFY;
	w->job.run = check_existing;
	work_set_active(w, false);
	pool_submit(w->d->pool, &w->job);
}

int
work_anew(struct work *w, struct err *e)
{
	return writer_begin(w, e) < 0 ? -1 : stage_reset(&w->stage, e);
}

void
work_finish(struct work *w)
{
	w->phase = PHASE_FINISH;
	work_set_active(w, false);
	writer_finish(w);
}

static void
have_lock(struct work *w)
{
	bool resumable = stage_resumable(&w->stage, &w->f->request);

	w->locked = true;
	if ((resumable ? writer_begin(w, &w->f->err) : work_anew(w, &w->f->err)) < 0)
		work_end(w, DOWNLOAD_FAILED, resumable);
	else if (resumable && w->stage.size == w->stage.version.total)
		work_finish(w);		/* killed between the last byte and the rename */
	else
		answer_begin(w);
}

/* Lock the file; while another process has it, look again later. */
static void
seek_lock(struct work *w)
{
	struct download *f = w->f;
	double now = clock_steady();

	if (open_stage(w, &f->err) == 0) {
		if (worth_a_look(w)) {	/* it may have arrived meanwhile */
			w->locked = true;
			verify(w);
		} else {
			have_lock(w);
		}
		return;
	}
	if (f->err.code != E_BUSY) {
		if (f->err.code == E_MISSING)
			f->err.code = E_ENV;	/* what is missing is a directory */
		work_end(w, DOWNLOAD_FAILED, false);
		return;
	}
	if (w->lock_deadline == 0)
		w->lock_deadline = now + w->d->conf.lock_wait;
	w->phase = PHASE_BUSY;
	w->look_again = now + LOCK_LOOK;
	work_wait(w, w->look_again);
	if (now > w->lock_deadline) {
		err_set(&f->err, E_BUSY, "%s: another process has been downloading it for %.0f s", f->request.name,
		    w->d->conf.lock_wait);
		work_end(w, DOWNLOAD_FAILED, false);
	}
}

/* ---- results of the threads ---- */

static void
verified(struct work *w)
{
	if (w->result == CHECK_YES) {
		work_end(w, DOWNLOAD_SKIPPED, false);
		return;
	}
	work_set_active(w, true);
	if (w->locked)
		have_lock(w);
	else
		seek_lock(w);
}

/* Damaged on the way, or something is wrong here. */
static void
not_good(struct work *w)
{
	bool listed = w->f->request.alg != DIGEST_NONE;

	/* If the digest is right, the listed file is no netCDF file. */
	if (w->result == CHECK_WRONG_DIGEST || (w->result == CHECK_NOT_NETCDF && !listed)) {
		work_set_active(w, true);
		answer_again_anew(w);
		return;
	}
	if (w->disk_full)
		work_stop_all(w->d, &w->f->err);
	work_end(w, DOWNLOAD_FAILED, false);
}

/* The job of w is back. */
static void
advance(struct work *w)
{
	struct downloads *d = w->d;

	if (d->stopping && w->result != CHECK_YES) {
		work_end(w, DOWNLOAD_UNDONE, w->phase == PHASE_VERIFY);
	} else if (w->phase == PHASE_VERIFY) {
		verified(w);
	} else if (w->result != CHECK_YES) {
		not_good(w);
	} else {
		retry_success(&d->conf.retry);
		work_end(w, DOWNLOAD_DONE, false);
	}
}

/* ---- all of them ---- */

static void
wake(void *arg)
{
	fetch_wake(arg);
}

static int
threads(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < THREADS_MIN ? THREADS_MIN : n > THREADS_MAX ? THREADS_MAX : (int)n;
}

/* Each waiting file is open, for its lock. */
static int
max_waiting(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= WAITING_MAX + FILES_OPEN)
		return WAITING_MAX;
	return files.rlim_cur > FILES_OPEN ? (int)files.rlim_cur - FILES_OPEN : 1;
}

struct downloads *
downloads_new(const struct download_conf *conf, struct err *e)
{
	struct downloads *d = mem_array(1, sizeof(*d), e);

	if (d == NULL)
		return NULL;
	d->conf = *conf;
	d->max_waiting = max_waiting();
	d->look_at = NEVER;
	d->all.next = d->all.prev = &d->all;
	d->last = &d->first;
	publish_init(&d->publisher);
	(void)pthread_mutex_init(&d->writers.lock, NULL);
	(void)pthread_cond_init(&d->writers.idle, NULL);
	d->fetch = fetch_new(&conf->fetch, e);
	if (d->fetch != NULL)
		d->blocks = blocks_new(2 * conf->parallel + BLOCKS_MORE, e);
	if (d->blocks != NULL)
		d->pool = pool_new(threads(), wake, d->fetch, e);
	if (d->pool == NULL) {
		downloads_free(d);
		return NULL;
	}
	return d;
}

void
downloads_free(struct downloads *d)
{
	struct download *f;

	if (d == NULL)
		return;
	if (d->pool != NULL)
		downloads_stop(d);
	while ((f = downloads_next(d)) != NULL)
		download_free(f);
	pool_free(d->pool);
	blocks_free(d->blocks);
	fetch_free(d->fetch);
	(void)pthread_mutex_destroy(&d->writers.lock);
	(void)pthread_cond_destroy(&d->writers.idle);
	publish_fini(&d->publisher);
	free(d);
}

bool
downloads_room(const struct downloads *d)
{
	return !d->stopped && !d->stopping && d->active < d->conf.parallel + 1 &&
	    d->under_way - d->active < d->max_waiting;
}

int
downloads_add(struct downloads *d, struct request *r, struct err *e)
{
	struct download *f = mem_array(1, sizeof(*f), e);
	struct work *w = mem_array(1, sizeof(*w), e);

	if (f == NULL || w == NULL || download_candidates(&d->conf, r, w->candidate, e) < 0) {
		free(f);
		free(w);
		return -1;
	}
	f->request = *r;
	*r = (struct request){0};
	f->work = w;
	f->seconds = clock_steady();
	w->d = d;
	w->f = f;
	w->stage.file.fd = -1;
	w->next = &d->all;
	w->prev = d->all.prev;
	w->prev->next = w;
	d->all.prev = w;
	d->under_way++;
	d->active++;
	if (worth_a_look(w))
		verify(w);
	else
		seek_lock(w);
	return 0;
}

/* Files whose lock another process had, and files whose wait is over. */
static void
look_after_waiting(struct downloads *d)
{
	double now = clock_steady(), when;

	if (now < d->look_at)
		return;
	d->look_at = NEVER;
	for (struct work *w = d->all.next, *next; w != &d->all; w = next) {
		next = w->next;
		if (!w->waiting || (w->phase != PHASE_FETCH && w->phase != PHASE_BUSY))
			continue;
		when = w->phase == PHASE_FETCH ? w->t.not_before : w->look_again;
		if (when > now)
			work_wait(w, when);
		else
			work_set_active(w, true);
		if (when <= now && w->phase == PHASE_BUSY)
			seek_lock(w);
	}
}

int
downloads_turn(struct downloads *d, double timeout, int fd, struct err *e)
{
	struct job *j;
	bool any = false;

	while ((j = pool_done(d->pool, false)) != NULL) {
		advance((struct work *)(void *)((char *)j - offsetof(struct work, job)));
		any = true;
	}
	look_after_waiting(d);
	if (any || d->first != NULL)
		timeout = 0;
	else if (d->under_way > 0 && timeout > LOCK_LOOK)
		timeout = LOCK_LOOK;
	return fetch_turn(d->fetch, timeout, fd, e) < 0 ? -1 : 0;
}

struct download *
downloads_next(struct downloads *d)
{
	struct download *f = d->first;

	if (f == NULL)
		return NULL;
	d->first = f->next;
	if (d->first == NULL)
		d->last = &d->first;
	d->finished--;
	f->next = NULL;
	return f;
}

int
downloads_left(const struct downloads *d)
{
	return d->under_way + d->finished;
}

const struct err *
downloads_why_stopped(const struct downloads *d)
{
	return d->stopped ? &d->why : NULL;
}

void
downloads_stop(struct downloads *d)
{
	struct job *j;

	d->stopping = true;
	fetch_drop(d->fetch);
	d->suspect = NULL;
	for (struct work *w = d->all.next, *next; w != &d->all; w = next) {
		next = w->next;
		if (w->phase == PHASE_FETCH || w->phase == PHASE_BUSY)
			work_end(w, DOWNLOAD_UNDONE, true);
	}
	while ((j = pool_done(d->pool, true)) != NULL) {
		advance((struct work *)(void *)((char *)j - offsetof(struct work, job)));
	}
}

int64_t
downloads_bytes(const struct downloads *d)
{
	return d->bytes;
}

void
download_free(struct download *f)
{
	if (f == NULL)
		return;
	request_fini(&f->request);
	free(f->path);
	free(f);
}
