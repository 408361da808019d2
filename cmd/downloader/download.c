/* download - the life of one file, many at a time */

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/prog.h"
#include "base/set.h"
#include "base/url.h"
#include "classify.h"
#include "download.h"
#include "granule/layout.h"

#define THREADS 8			/* they wait for the disk most of the time; one with -j 1, to keep the order */
#define JOBS_MAX 16			/* files looked at, checked or synced at a time */
#define UNDER_WAY_MAX 256		/* files that are open, most of them for their next try or another's lock */
#define FILES_OPEN 64			/* besides these: connections, libraries */
#define LOCK_LOOK 0.25			/* seconds between looks at a lock of another process */
#define TURN 0.05			/* ... at the file of an earlier line */
#define NEVER 1e18
#define PROGRESS_SIZE (1024 * 1024)	/* a try that brings so much counts as progress: back-off begins anew */
#define REFUSED_MAX 4			/* answers 403 in a row that end the run */

struct downloads {
	struct download_conf conf;
	struct fetch *fetch;
	struct pool *pool;
	struct download *first;		/* of the files under way */
	int in[STATE_COUNT], left;	/* files in each state, and together */
	int max;
	int64_t bytes;
	int refused;			/* answers 403 since the last good one */
	struct set made;		/* paths, and paths with their digests, of files that are done */
	struct set whole;		/* places that refuse to send a part of a file */
	const struct download *suspect;	/* its login is being tried again; nothing else begins */
	bool stopping;
	struct err why;			/* going on is pointless; code E_NONE while it is not */
	pthread_mutex_t lock;
	struct download *ended, **last_ended;	/* files that are through and not told of */
	struct download *ran, **last_ran;	/* under the lock: files whose task has run */
};

enum event {
	EVENT_TIME,			/* f->when has come */
	EVENT_RAN,			/* its task has run */
	EVENT_COMPLETE,			/* the answer has arrived */
	EVENT_BROKEN,			/* the transfer failed: f->t.err */
	EVENT_STOP,			/* the run ends */
	EVENT_COUNT
};

static void	happens(struct download *f, enum event event);

static void
enter(struct download *f, enum download_state state)
{
	f->d->in[f->state]--;
	f->d->in[state]++;
	f->state = state;
}

/* ---- ends ---- */

static void
clear_suspect(const struct download *f)
{
	if (f->d->suspect != f)
		return;
	f->d->suspect = NULL;
	fetch_only(f->d->fetch, NULL);
}

/* A name is given out once for each file, whatever the lines say. */
static enum download_result
give_out(struct download *f, enum download_result result)
{
	struct set *made = &f->d->made;
	char *version = xfmt("%s %s", f->path, f->hex);
	uint32_t *path = set_at(made, f->path, strlen(f->path));
	bool first = *path == 0;

	*path = 1;
	f->repeated = !first && set_get(made, version, strlen(version)) != 0;
	*set_at(made, version, strlen(version)) = 1;
	free(version);
	if (first || f->repeated)
		return result;
	err_set(&f->err, E_DATA, "%.*s: %s was made of another line of the list; this one, the last, has replaced it",
	    url_shown(f->l.url), f->l.url, f->path);
	return DOWNLOAD_FAILED;
}

/* f is through; hand_out has the rest. */
static void
end(struct download *f, enum download_result result, bool keep)
{
	struct downloads *d = f->d;

	if (result == DOWNLOAD_DONE || result == DOWNLOAD_SKIPPED)
		result = give_out(f, result);
	clear_suspect(f);
	stage_close(&f->stage, keep);
	*(f->prev != NULL ? &f->prev->next : &d->first) = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
	d->in[f->state]--;
	f->result = result;
	f->next = NULL;
	*d->last_ended = f;
	d->last_ended = &f->next;
}

/* Tell of the files that are through. */
static void
hand_out(struct downloads *d)
{
	struct download *f;

	while ((f = d->ended) != NULL) {
		if ((d->ended = f->next) == NULL)
			d->last_ended = &d->ended;
		d->left--;
		d->conf.done(d->conf.ctx, f);
		free(f->line);
		free(f->path);
		free(f);
	}
}

/* f->err says why; when it is the disk or the login, no other file would fare better. */
static void
fail(struct download *f, bool keep)
{
	struct downloads *d = f->d;

	if ((f->stage.full || f->err.code == E_AUTH) && d->why.code == E_NONE)
		d->why = f->err;
	end(f, DOWNLOAD_FAILED, keep && !f->stage.full);
}

static void
give_up(struct download *f)
{
	end(f, DOWNLOAD_UNDONE, true);
}

/* ---- jobs ---- */

static struct download *
of_task(struct task *task)
{
	return (struct download *)(void *)((char *)task - offsetof(struct download, task));
}

static void
submit(struct download *f, enum download_state state, void (*run)(struct task *task))
{
	enter(f, state);
	f->task.run = run;
	pool_submit(f->d->pool, &f->task);
}

/* At the end of a task: f belongs to the event loop again. */
static void
has_run(struct download *f)
{
	struct downloads *d = f->d;

	(void)pthread_mutex_lock(&d->lock);
	f->ran = NULL;
	*d->last_ran = f;
	d->last_ran = &f->ran;
	(void)pthread_mutex_unlock(&d->lock);
	fetch_wake(d->fetch);
}

enum ptype
download_places(const struct download_conf *c)
{
	return c->outdir != NULL ? PTYPE_QUICKLOOK + 1 : PTYPE_COUNT;
}

char *
download_path(const struct download_conf *c, const struct listline *l, enum ptype type, struct err *e)
{
	char path[LAYOUT_SIZE], name[NAME_SIZE];

	if (obpg_final_name(l->name, name, e) < 0)
		return NULL;
	if (c->outdir != NULL)
		return xfmt("%s/%s", c->outdir, name);
	if (layout_path(c->root, LAYOUT_DOWNLOADS, l->obpg.ds, type, 0, name, path, e) < 0)
		return NULL;
	return xstrdup(path);
}

/* Has a file that is there the listed digest? Then f->path is set. */
static void
look_task(struct task *task)
{
	struct download *f = of_task(task);
	const struct download_conf *c = &f->d->conf;
	const struct listline *l = &f->l;
	struct stat st;

	for (enum ptype t = PTYPE_QUICKLOOK; f->path == NULL && t < download_places(c); t++) {
		char *path = download_path(c, l, t, NULL), note[ERR_MSGMAX];
		struct err why = {0};

		if (path == NULL || digest_file(l->alg, path, f->hex, &why) < 0 || strcmp(f->hex, l->checksum) != 0) {
			free(path);
			if (why.code == E_ENV)	/* nobody can tell whether it is there */
				f->err = why;
			continue;
		}
		f->path = path;
		f->type = t;
		f->bytes = file_look(path, &st, NULL) > 0 ? st.st_size : 0;
		if (c->outdir != NULL &&	/* flat: the place does not tell the class */
		    classify_file(path, path, &l->obpg, false, &f->type, note, sizeof(note), NULL) < 0)
			f->type = l->obpg.nrt ? PTYPE_QUICKLOOK : PTYPE_REFINED;
	}
	has_run(f);
}

static int
check_and_publish(struct download *f, struct err *e)
{
	const struct listline *l = &f->l;
	char *path;

	if (stage_digest(&f->stage, f->hex, e) < 0)
		return -1;
	if (l->alg != DIGEST_NONE && strcmp(f->hex, l->checksum) != 0) {
		f->damaged = true;
		return err_set(e, E_DATA, "%.*s: wrong checksum: %s, listed is %s", url_shown(l->url), l->url, f->hex,
		    l->checksum);
	}
	if (f->tries == 0 && stage_touch(&f->stage, e) < 0)
		return -1;
	if (classify_file(f->stage.file.tmp, l->name, &l->obpg, l->alg == DIGEST_NONE, &f->type, f->note,
	    sizeof(f->note), e) < 0) {
		/* If the digest is right, the listed file is no netCDF file. */
		f->damaged = e->code == E_DATA && l->alg == DIGEST_NONE;
		return -1;
	}
	path = download_path(&f->d->conf, l, f->type, e);
	if (path == NULL || stage_publish(&f->stage, path, e) < 0) {
		free(path);
		return -1;
	}
	f->path = path;
	f->bytes = f->stage.size;
	return 0;
}

static void
finish_task(struct task *task)
{
	struct download *f = of_task(task);

	(void)check_and_publish(f, &f->err);
	has_run(f);
}

/* ---- the answer to a request ---- */

/* What the files under way will still need of the disk. */
static int64_t
promised(const struct downloads *d)
{
	int64_t sum = 0;

	for (const struct download *f = d->first; f != NULL; f = f->next)
		if (f->state == STATE_FETCH && f->stage.version.total > f->stage.size)
			sum += f->stage.version.total - f->stage.size;
	return sum;
}

static int
on_head(struct transfer *t, struct err *e)
{
	struct download *f = t->ctx;
	struct stage *s = &f->stage;
	struct downloads *d = f->d;
	struct version sent = s->version;
	int64_t from = answer_begins(t, s->size, &sent, e);

	if (from < 0 || (from == 0 && s->size > 0 && stage_anew(s, e) < 0))
		return -1;
	clear_suspect(f);
	d->refused = 0;
	if (sent.total > d->conf.max_size)
		return err_set(e, E_DATA, "%.*s: larger than %lld bytes", url_shown(t->url), t->url,
		    (long long)d->conf.max_size);
	s->version.total = -1;
	if (stage_space(s, sent.total - from, promised(d), e) < 0)
		return -1;
	s->version = sent;
	return 0;
}

static int
on_data(struct transfer *t, const void *data, size_t size, struct err *e)
{
	struct download *f = t->ctx;

	f->d->bytes += (int64_t)size;
	return stage_add(&f->stage, data, size, e);
}

static void
on_done(struct transfer *t)
{
	happens(t->ctx, t->err.code == E_NONE ? EVENT_COMPLETE : EVENT_BROKEN);
}

/* ---- steps: what follows an event in a state ---- */

/* Length of the URL's begin that names the host. */
static size_t
place_size(const struct download *f)
{
	const char *host = strstr(f->l.url, "://") + strlen("://");

	return (size_t)(host - f->l.url) + strcspn(host, "/");
}

/* Request the file, or the rest of it. */
static void
request(struct download *f)
{
	const struct download_conf *c = &f->d->conf;
	struct stage *s = &f->stage;

	enter(f, STATE_FETCH);
	if (s->size > 0 && (version_validator(&s->version) == NULL ||
	    set_get(&f->d->whole, f->l.url, place_size(f)) != 0) && stage_anew(s, &f->err) < 0) {
		fail(f, false);
		return;
	}
	rest_ask(&f->rest, s->size, &s->version);
	f->began_at = s->size;
	if (f->tries++ == 0)
		f->t = (struct transfer){ .url = f->l.url, .headers = f->rest.headers, .follow = true,
			.max_size = c->max_size, .max_time = c->max_time, .head = on_head,
			.data = on_data, .done = on_done, .ctx = f };
	fetch_add(f->d->fetch, &f->t);
}

/* All of it has arrived. */
static void
finish(struct download *f)
{
	stage_settle(&f->stage);
	f->damaged = false;
	f->err.code = E_NONE;
	submit(f, STATE_FINISH, finish_task);
}

/* It is ours, and not there. */
static void
begin(struct download *f)
{
	if (stage_begin(&f->stage, &f->err) < 0)
		fail(f, false);
	else if (f->stage.size > 0 && f->stage.size == f->stage.version.total)
		finish(f);		/* killed between the last byte and the rename */
	else
		request(f);
}

static bool
may_be_there(const struct download *f)
{
	const struct download_conf *c = &f->d->conf;
	bool any = false;

	if (f->l.alg == DIGEST_NONE || c->force)
		return false;
	for (enum ptype t = PTYPE_QUICKLOOK; !any && t < download_places(c); t++) {
		char *path = download_path(c, &f->l, t, NULL);

		any = path != NULL && file_look(path, NULL, NULL) != 0;
		free(path);
	}
	return any;
}

/* The file that an earlier line is about, and that is the same one; NULL without. */
static struct download *
earlier(const struct download *f)
{
	struct download *g = f->next;

	while (g != NULL && strcmp(g->final, f->final) != 0)
		g = g->next;
	return g;
}

/* Lock the file; while an earlier line or another process has it, look again later. */
static void
lock(struct download *f)
{
	const struct download_conf *c = &f->d->conf;
	const struct listline *l = &f->l;
	const char *dir = c->outdir;
	char staging[LAYOUT_SIZE];
	double now = clock_steady();

	if (earlier(f) != NULL) {
		f->when = now + TURN;
		return;
	}
	if (dir == NULL) {
		if (layout_dir(c->root, LAYOUT_DOWNLOAD_STAGING, l->obpg.ds, PTYPE_COUNT, 0, staging, &f->err) < 0) {
			fail(f, false);
			return;
		}
		dir = staging;
	}
	if (stage_open(&f->stage, f->d->pool, dir, c->outdir != NULL, l, &f->err) == 0) {
		if (may_be_there(f))
			submit(f, STATE_LOOK, look_task);
		else
			begin(f);
		return;
	}
	if (f->err.code == E_BUSY && now < f->began + c->lock_wait) {
		f->when = now + LOCK_LOOK;
		return;
	}
	if (f->err.code == E_BUSY)
		err_set(&f->err, E_BUSY, "%s: another process has been downloading it for %.0f s", l->name,
		    c->lock_wait);
	err_place(&f->err);		/* what is missing is a directory */
	fail(f, false);
}

static void
looked(struct download *f)
{
	if (f->path != NULL)
		end(f, DOWNLOAD_SKIPPED, false);
	else if (f->err.code == E_ENV)
		fail(f, false);
	else if (f->d->stopping)
		give_up(f);
	else
		begin(f);
}

/* Try again after a while, or give up; f->err is the failure. Nothing of a damaged file is worth keeping. */
static void
again(struct download *f, enum retry_kind kind, double after)
{
	double wait = retry_wait(&f->d->conf.retry, &f->retry, kind, after), now = clock_steady();

	if (wait < 0 || (f->t.deadline > 0 && now + wait >= f->t.deadline) || f->d->stopping) {
		fail(f, kind == RETRY_BACKOFF);
		return;
	}
	if (kind == RETRY_DAMAGED && stage_anew(&f->stage, &f->err) < 0) {
		fail(f, false);
		return;
	}
	prog_debug("%s; next try in %.1f s", f->err.msg, wait);
	stage_rest(&f->stage);
	f->when = now + wait;
	enter(f, STATE_PAUSE);
}

static void
complete(struct download *f)
{
	const struct stage *s = &f->stage;
	const char *url = f->l.url;

	clear_suspect(f);
	if (s->size == 0)
		err_set(&f->err, E_DATA, "%.*s: empty file", url_shown(url), url);
	else if (s->version.total >= 0 && s->size != s->version.total)
		err_set(&f->err, E_RETRY, "%.*s: %lld bytes instead of %lld", url_shown(url), url, (long long)s->size,
		    (long long)s->version.total);
	else
		f->err.code = E_NONE;
	if (f->err.code == E_NONE)
		finish(f);
	else
		again(f, RETRY_DAMAGED, -1);
}

/*
 * Credentials refused, or a page for people. Once per file it is tried again with fresh cookies, alone, so that a
 * wrong password is not tried in parallel (accounts get locked); then the run ends.
 */
static void
refused(struct download *f)
{
	struct downloads *d = f->d;

	if (d->suspect == NULL || d->suspect == f) {
		if (f->t.access == ACCESS_NONE || f->asked_again) {
			fail(f, false);
			return;
		}
		f->asked_again = true;
		fetch_forget(d->fetch);
		d->suspect = f;
		fetch_only(d->fetch, &f->t);
	}				/* else it waits for the verdict */
	request(f);
}

static void
broken(struct download *f)
{
	const struct transfer *t = &f->t;
	enum retry_kind kind = t->kind;

	f->err = t->err;
	if (f->err.code == E_AUTH) {
		refused(f);
		return;
	}
	clear_suspect(f);
	if (t->status == 403 && ++f->d->refused >= REFUSED_MAX)	/* one file may be forbidden; when all are, we are */
		err_set(&f->err, E_AUTH, "%s, the %dth refusal in a row", t->err.msg, f->d->refused);
	if (t->status == 416 && f->began_at > 0) {
		kind = RETRY_DAMAGED;
		*set_at(&f->d->whole, f->l.url, place_size(f)) = 1;
	}
	if (f->stage.size - f->began_at >= PROGRESS_SIZE) {
		f->retry.failures = 0;
		f->retry.tries[RETRY_BACKOFF] = 0;
	}
	if (f->stage.full || f->err.code == E_AUTH)
		fail(f, false);
	else
		again(f, kind, t->after);
}

static void
finished(struct download *f)
{
	if (f->path != NULL) {
		retry_success(&f->d->conf.retry);
		end(f, DOWNLOAD_DONE, false);
	} else if (f->damaged && f->d->stopping) {
		end(f, DOWNLOAD_UNDONE, false);
	} else if (f->damaged) {
		again(f, RETRY_DAMAGED, -1);
	} else {
		fail(f, false);
	}
}

/* What is not here does not happen, or changes nothing: jobs are waited for when the run stops. */
static void
happens(struct download *f, enum event event)
{
	static void (*const step[STATE_COUNT][EVENT_COUNT])(struct download *f) = {
		[STATE_LOCKED] = { [EVENT_TIME] = lock, [EVENT_STOP] = give_up },
		[STATE_LOOK] = { [EVENT_RAN] = looked },
		[STATE_FETCH] = { [EVENT_COMPLETE] = complete, [EVENT_BROKEN] = broken, [EVENT_STOP] = give_up },
		[STATE_PAUSE] = { [EVENT_TIME] = request, [EVENT_STOP] = give_up },
		[STATE_FINISH] = { [EVENT_RAN] = finished },
	};

	if (f->superseded && event != EVENT_STOP) {
		err_set(&f->err, E_DATA, "%.*s: a later line of the list is about %s, too: the last one counts",
		    url_shown(f->l.url), f->l.url, f->final);
		fail(f, false);
	} else if (step[f->state][event] != NULL) {
		step[f->state][event](f);
	}
}

/* ---- all of them ---- */

/* Each file under way is open, for its lock. */
static int
most_under_way(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= UNDER_WAY_MAX + FILES_OPEN)
		return UNDER_WAY_MAX;
	return files.rlim_cur > FILES_OPEN ? (int)files.rlim_cur - FILES_OPEN : 1;
}

struct downloads *
downloads_new(const struct download_conf *conf, struct err *e)
{
	struct downloads *d = xarray(1, sizeof(*d));

	d->conf = *conf;
	d->max = most_under_way();
	d->last_ended = &d->ended;
	d->last_ran = &d->ran;
	(void)pthread_mutex_init(&d->lock, NULL);
	d->fetch = fetch_new(&conf->fetch, e);
	if (d->fetch != NULL && (d->pool = pool_new(conf->parallel > 1 ? THREADS : 1, e)) != NULL)
		return d;
	downloads_free(d);
	return NULL;
}

void
downloads_free(struct downloads *d)
{
	if (d == NULL)
		return;
	pool_free(d->pool);
	fetch_free(d->fetch);
	set_fini(&d->whole);
	set_fini(&d->made);
	(void)pthread_mutex_destroy(&d->lock);
	free(d);
}

bool
downloads_room(const struct downloads *d)
{
	return d->why.code == E_NONE && d->in[STATE_FETCH] <= d->conf.parallel &&
	    d->in[STATE_LOOK] + d->in[STATE_FINISH] < JOBS_MAX && d->left < d->max;
}

void
downloads_add(struct downloads *d, const struct listline *l, const char *line)
{
	struct download *f = xarray(1, sizeof(*f)), *g;

	f->l = *l;
	f->line = xstrdup(line);
	f->d = d;
	f->began = clock_steady();
	f->next = d->first;
	if (f->next != NULL)
		f->next->prev = f;
	d->first = f;
	f->state = STATE_LOCKED;
	d->in[f->state]++;
	d->left++;
	if (d->conf.outdir == NULL || obpg_final_name(l->name, f->final, NULL) < 0)
		xsnprintf(f->final, sizeof(f->final), "%s", l->name);
	if ((g = earlier(f)) != NULL && (l->alg == DIGEST_NONE || strcmp(l->checksum, g->l.checksum) != 0)) {
		g->superseded = true;
		g->when = 0;
	}
	lock(f);
}

/* Let what has run go on. */
static void
take_ran(struct downloads *d)
{
	struct download *f, *next;

	(void)pthread_mutex_lock(&d->lock);
	f = d->ran;
	d->ran = NULL;
	d->last_ran = &d->ran;
	(void)pthread_mutex_unlock(&d->lock);
	for (; f != NULL; f = next) {
		next = f->ran;
		happens(f, EVENT_RAN);
	}
}

static bool
waits_until(const struct download *f, double when)
{
	return (f->state == STATE_LOCKED || f->state == STATE_PAUSE) && f->when <= when;
}

/* Let happen what is due; returns when something will be next. */
static double
take_due(struct downloads *d)
{
	double now = clock_steady(), due = NEVER;
	struct download *f, *next;

	for (f = d->first; f != NULL; f = next) {
		next = f->next;
		if (waits_until(f, now))
			happens(f, EVENT_TIME);
	}
	for (f = d->first; f != NULL; f = f->next)
		if (waits_until(f, due))
			due = f->when;
	return due;
}

int
downloads_turn(struct downloads *d, double timeout, int fd, struct err *e)
{
	double due, now;

	take_ran(d);
	due = take_due(d);
	now = clock_steady();
	if (due - now < timeout)
		timeout = due > now ? due - now : 0;
	if (d->ended != NULL)
		timeout = 0;
	if (fetch_turn(d->fetch, timeout, fd, e) < 0)
		return -1;
	hand_out(d);
	return 0;
}

int
downloads_left(const struct downloads *d)
{
	return d->left;
}

const struct err *
downloads_why_stopped(const struct downloads *d)
{
	return d->why.code != E_NONE ? &d->why : NULL;
}

void
downloads_stop(struct downloads *d)
{
	d->stopping = true;
	fetch_drop(d->fetch);
	for (struct download *f = d->first, *next; f != NULL; f = next) {
		next = f->next;
		happens(f, EVENT_STOP);
	}
	while (d->first != NULL) {
		pool_wait(d->pool, &d->first->task);
		take_ran(d);
	}
	hand_out(d);
}

int64_t
downloads_bytes(const struct downloads *d)
{
	return d->bytes;
}
