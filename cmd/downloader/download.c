/* download - the life of one file, many at a time */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "granule/layout.h"
#include "work.h"

#define THREADS_MIN 4			/* they wait for the disk; as many as transfers, within this */
#define THREADS_MAX 8
#define WAITING_MAX 48			/* files backing off, locked by others, being checked or published */
#define LOCK_LOOK 0.25			/* seconds between looks at a lock of another process */

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
	digest_free(w->follower.digest);
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
	if (w->follower.busy) {
		w->ending = true;
		w->end_state = state;
		w->end_keep = keep;
		return;
	}
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
submit_check(struct work *w, enum phase phase, void (*run)(struct job *))
{
	w->phase = phase;
	w->check.run = run;
	work_set_active(w, false);
	pool_submit(w->d->pool, &w->check);
}

/* Digest from the beginning. */
static int
new_digest(struct work *w, struct err *e)
{
	struct follower *fo = &w->follower;
	enum digest_alg alg = w->f->request.alg;

	digest_free(fo->digest);
	fo->done = 0;
	fo->failed = fo->stale = false;
	fo->digest = digest_new(alg != DIGEST_NONE ? alg : DIGEST_SHA1, e);
	return fo->digest != NULL ? 0 : -1;
}

int
work_anew(struct work *w, struct err *e)
{
	if (stage_reset(&w->stage, e) < 0)
		return -1;
	if (!w->follower.busy)
		return new_digest(w, e);
	w->follower.stale = true;
	return 0;
}

void
work_follow(struct work *w)
{
	struct follower *fo = &w->follower;

	fo->busy = true;
	fo->to = stage_written(&w->stage);
	fo->job.run = check_follow;
	pool_submit(w->d->pool, &fo->job);
}

void
work_finish(struct work *w)
{
	w->finishing = w->follower.busy;
	if (w->finishing)
		work_set_active(w, false);
	else
		submit_check(w, PHASE_FINISH, check_staged);
}

static void
have_lock(struct work *w)
{
	bool resumable = stage_resumable(&w->stage, &w->f->request);

	w->locked = true;
	if ((resumable ? new_digest(w, &w->f->err) : work_anew(w, &w->f->err)) < 0)
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
			submit_check(w, PHASE_VERIFY, check_existing);
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
	work_set_active(w, false);
	w->look_again = now + LOCK_LOOK;
	if (now > w->lock_deadline) {
		err_set(&f->err, E_BUSY, "%s: another process has been downloading it for %.0f s", f->request.name,
		    w->d->conf.lock_wait);
		work_end(w, DOWNLOAD_FAILED, false);
	}
}

/* ---- results of the threads ---- */

/* Hand the files renamed so far to one sync. */
static void
begin_sync(struct downloads *d)
{
	if (d->syncer.busy || d->renamed == NULL)
		return;
	d->syncer.busy = true;
	d->syncer.files = d->renamed;
	d->syncer.job.run = check_sync;
	d->renamed = NULL;
	d->last_renamed = &d->renamed;
	pool_submit(d->pool, &d->syncer.job);
}

static void
synced(struct downloads *d)
{
	struct work *next;

	d->syncer.busy = false;
	for (struct work *w = d->syncer.files; w != NULL; w = next) {
		next = w->sync_next;
		if (d->syncer.failed)
			w->f->err = d->syncer.err;
		work_end(w, d->syncer.failed ? DOWNLOAD_FAILED : DOWNLOAD_DONE, false);
	}
	begin_sync(d);
}

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

static void
finished(struct work *w)
{
	struct downloads *d = w->d;
	bool listed = w->f->request.alg != DIGEST_NONE;

	if (w->result == CHECK_YES) {
		retry_success(&d->conf.retry);
		w->phase = PHASE_SYNC;
		*d->last_renamed = w;
		d->last_renamed = &w->sync_next;
	} else if (w->result == CHECK_WRONG_DIGEST || (w->result == CHECK_NOT_NETCDF && !listed)) {
		/* Damaged on the way. (If the digest is right, the listed file is no netCDF file.) */
		work_set_active(w, true);
		answer_again_anew(w);
	} else {
		if (w->disk_full)
			work_stop_all(d, &w->f->err);
		work_end(w, DOWNLOAD_FAILED, false);
	}
}

static void
check_done(struct work *w)
{
	if (w->d->stopping && w->result != CHECK_YES)
		work_end(w, DOWNLOAD_UNDONE, w->phase == PHASE_VERIFY);
	else if (w->phase == PHASE_VERIFY)
		verified(w);
	else
		finished(w);
}

static void
follower_done(struct work *w)
{
	struct follower *fo = &w->follower;

	fo->busy = false;
	if (w->ending)
		work_end(w, w->end_state, w->end_keep);
	else if (fo->stale && new_digest(w, &fo->err) < 0)
		fo->failed = true;	/* tells at the end */
	else if (w->finishing)
		work_finish(w);
}

static void
job_done(struct downloads *d, struct job *j)
{
	if (j == &d->syncer.job)
		synced(d);
	else if (j->run == check_follow)
		follower_done((struct work *)(void *)((char *)j - offsetof(struct work, follower.job)));
	else
		check_done((struct work *)(void *)((char *)j - offsetof(struct work, check)));
}

/* ---- all of them ---- */

static void
wake(void *arg)
{
	fetch_wake(arg);
}

struct downloads *
downloads_new(const struct download_conf *conf, struct err *e)
{
	struct downloads *d = mem_array(1, sizeof(*d), e);
	int threads = conf->parallel;

	if (d == NULL)
		return NULL;
	threads = threads < THREADS_MIN ? THREADS_MIN : threads > THREADS_MAX ? THREADS_MAX : threads;
	d->conf = *conf;
	d->all.next = d->all.prev = &d->all;
	d->last = &d->first;
	d->last_renamed = &d->renamed;
	d->fetch = fetch_new(&conf->fetch, e);
	if (d->fetch != NULL)
		d->pool = pool_new(threads, wake, d->fetch, e);
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
	fetch_free(d->fetch);
	free(d);
}

bool
downloads_room(const struct downloads *d)
{
	return !d->stopped && !d->stopping && d->active < d->conf.parallel + 1 &&
	    d->under_way - d->active < WAITING_MAX;
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
		submit_check(w, PHASE_VERIFY, check_existing);
	else
		seek_lock(w);
	return 0;
}

/* Files whose lock another process had, and files whose wait is over. */
static void
look_after_waiting(struct downloads *d)
{
	double now = clock_steady();

	for (struct work *w = d->all.next, *next; w != &d->all; w = next) {
		next = w->next;
		if (w->ending || w->finishing)
			continue;
		if (w->phase == PHASE_FETCH && w->waiting && now >= w->t.not_before)
			work_set_active(w, true);
		if (w->phase == PHASE_BUSY && now >= w->look_again) {
			work_set_active(w, true);
			seek_lock(w);
		}
	}
}

int
downloads_turn(struct downloads *d, double timeout, int fd, struct err *e)
{
	struct job *j;
	bool any = false;

	while ((j = pool_done(d->pool, false)) != NULL) {
		job_done(d, j);
		any = true;
	}
	begin_sync(d);
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
		if (!w->ending && !w->finishing && (w->phase == PHASE_FETCH || w->phase == PHASE_BUSY))
			work_end(w, DOWNLOAD_UNDONE, true);
	}
	begin_sync(d);
	while ((j = pool_done(d->pool, true)) != NULL) {
		job_done(d, j);
		begin_sync(d);
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
