/* answer - the HTTP side of a download: request, answer, what to do when it fails */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/str.h"
#include "work.h"

#define NOTE_SIZE (1024 * 1024)		/* a smaller part is not worth continuing */
#define PROGRESS_SIZE (1024 * 1024)	/* so much new data makes a retry count as progress */
#define REFUSED_MAX 4			/* answers 403 in a row that end the run */
#define AUTH_TRIES 2			/* refusals, the second with fresh cookies */

static const char *
shown(const struct work *w, int *n)
{
	*n = url_shown(w->f->request.url);
	return w->f->request.url;
}

/* Keep what the server calls this version; a weak ETag does not promise the same bytes. */
static void
take_version(struct work *w, int64_t total)
{
	struct version *v = &w->stage.version;
	const char *etag = fetch_header(&w->t, "etag"), *modified = fetch_header(&w->t, "last-modified");

	*v = (struct version){ .total = total };
	if (etag != NULL && etag[0] == '"')
		(void)str_fmt(v->etag, sizeof(v->etag), NULL, "%s", etag);
	if (modified != NULL)
		(void)str_fmt(v->modified, sizeof(v->modified), NULL, "%s", modified);
}

/* The number at *text and the character end behind it. */
static bool
take_number(const char **text, char end, int64_t *n)
{
	char *stop;

	if (!str_digits(*text, 1))
		return false;
	*n = strtoll(*text, &stop, 10);
	*text = stop + (*stop != '\0');
	return *stop == end && *n < INT64_MAX;
}

/* Content-Range: bytes FROM-TO/TOTAL, or TOTAL is "*". */
static bool
parse_content_range(const char *text, int64_t *from, int64_t *total)
{
	int64_t to;

	if (text == NULL || strncasecmp(text, "bytes ", 6) != 0)
		return false;
	text += 6;
	*total = -1;
	if (!take_number(&text, '-', from) || !take_number(&text, '/', &to) || to < *from)
		return false;
	return strcmp(text, "*") == 0 || (take_number(&text, '\0', total) && to < *total);
}

/* The server goes on where we stopped, or the try is repeated from the beginning. */
static int
check_partial(struct work *w, int64_t *total, struct err *e)
{
	int64_t from = -1;
	int n;
	const char *url = shown(w, &n), *etag = fetch_header(&w->t, "etag");

	if (w->ranged && parse_content_range(fetch_header(&w->t, "content-range"), &from, total) &&
	    from == w->stage.size && (*total < 0 || w->stage.version.total < 0 ||
	    *total == w->stage.version.total) &&
	    (etag == NULL || w->stage.version.etag[0] == '\0' || strcmp(etag, w->stage.version.etag) == 0)) {
		if (*total < 0)
			*total = w->stage.version.total;
		return 0;
	}
	w->no_range = true;
	w->t.kind = RETRY_DAMAGED;
	return err_set(e, E_RETRY, "%.*s: the server sent another part than asked for", n, url);
}

static int
check_space(struct work *w, int64_t need, struct err *e)
{
	struct downloads *d = w->d;
	struct statvfs vfs;
	char want[32];
	double left;
	int n;
	const char *url = shown(w, &n);

	if (need <= 0 || fstatvfs(w->stage.file.fd, &vfs) < 0)
		return 0;		/* then writing will tell */
	left = (double)vfs.f_bavail * (double)vfs.f_frsize - (double)d->owed;
	if ((double)need <= left) {
		w->owed = need;
		d->owed += need;
		return 0;
	}
	w->disk_full = true;
	(void)snprintf(want, sizeof(want), "%lld", (long long)need);
	return err_set(e, E_ENV, "%.*s: no space for it: %s bytes needed, %.0f free", n, url, want,
	    left > 0 ? left : 0);
}

static bool
is_html(const char *type)
{
	return type != NULL && strncasecmp(type, "text/html", 9) == 0;
}

static int
on_head(struct transfer *t, struct err *e)
{
	struct work *w = t->ctx;
	int64_t length = fetch_length(t), total = -1;
	int n;
	const char *url = shown(w, &n);

	if (is_html(fetch_header(t, "content-type")))
		return err_set(e, E_AUTH, "%.*s: the server sends an HTML page instead of the file", n, url);
	if (t->status == 206) {
		if (check_partial(w, &total, e) < 0)
			return -1;
	} else if (t->status != 200) {
		t->kind = t->status == 202 ? RETRY_BACKOFF : RETRY_NEVER;
		return err_set(e, t->status == 202 ? E_RETRY : E_DATA, "%.*s: HTTP %d", n, url, t->status);
	} else if (w->stage.size > 0 && work_anew(w, e) < 0) {
		return -1;
	}
	work_clear_suspect(w);
	w->d->refused = 0;
	if (length >= 0)
		total = w->stage.size + length;
	if (w->d->conf.max_size > 0 && total > w->d->conf.max_size)
		return err_set(e, E_DATA, "%.*s: larger than %lld bytes", n, url, (long long)w->d->conf.max_size);
	take_version(w, total);
	return check_space(w, total - w->stage.size, e);
}

static int
on_data(struct transfer *t, const void *data, size_t size, struct err *e)
{
	struct work *w = t->ctx;
	struct downloads *d = w->d;
	int64_t paid = w->owed < (int64_t)size ? w->owed : (int64_t)size;

	if (writer_add(w, data, size, e) < 0)
		return -1;
	w->owed -= paid;
	d->owed -= paid;
	d->bytes += (int64_t)size;
	if (!w->stage.noted && w->stage.size >= NOTE_SIZE)
		stage_note(&w->stage, &w->f->request);
	return 0;
}

/* ---- request ---- */

static void	on_done(struct transfer *t);

void
answer_begin(struct work *w)
{
	struct transfer *t = &w->t;
	const char *validator = stage_validator(&w->stage);
	size_t n = 0;

	if (w->deadline == 0)
		w->deadline = clock_steady() + w->d->conf.max_time;
	w->phase = PHASE_FETCH;
	w->ranged = w->stage.size > 0 && validator != NULL && !w->no_range;
	if (!w->ranged && w->stage.size > 0 && work_anew(w, &w->f->err) < 0) {
		work_end(w, DOWNLOAD_FAILED, false);
		return;
	}
	if (w->ranged) {
		(void)snprintf(w->range, sizeof(w->range), "Range: bytes=%lld-", (long long)w->stage.size);
		(void)snprintf(w->if_range, sizeof(w->if_range), "If-Range: %s", validator);
		w->headers[n++] = w->range;
		w->headers[n++] = w->if_range;
	}
	w->headers[n] = NULL;
	w->began_at = w->stage.size;
	t->url = w->f->request.url;
	t->headers = w->headers;
	t->follow = true;
	t->max_size = w->d->conf.max_size;
	t->deadline = w->deadline;
	t->head = on_head;
	t->data = on_data;
	t->done = on_done;
	t->ctx = w;
	w->f->tries++;
	if (clock_steady() < t->not_before)
		work_wait(w, t->not_before);
	else
		work_set_active(w, true);
	fetch_add(w->d->fetch, t);
}

/* ---- after the answer ---- */

/* Try again after a while, or give up; f->err is the failure. */
static void
again(struct work *w, enum retry_kind kind, double after)
{
	struct downloads *d = w->d;
	double wait = retry_wait(&d->conf.retry, &w->retry, kind, after), now = clock_steady();
	char text[ERR_MSGMAX + 64];

	if (wait < 0 || (w->deadline > 0 && now + wait >= w->deadline) || d->stopping) {
		work_end(w, DOWNLOAD_FAILED, kind == RETRY_BACKOFF);
		return;
	}
	if (d->conf.tell != NULL) {
		(void)snprintf(text, sizeof(text), "%s; next try in %.1f s", w->f->err.msg, wait);
		d->conf.tell(text);
	}
	w->t.not_before = now + wait;
	answer_begin(w);
}

/* A damaged file is worth fetching anew, but nothing of it is. */
void
answer_again_anew(struct work *w)
{
	if (work_anew(w, &w->f->err) < 0)
		work_end(w, DOWNLOAD_FAILED, false);
	else
		again(w, RETRY_DAMAGED, -1);
}

/*
 * Credentials refused, or a page for people. Once per file it is tried again with fresh cookies, alone, so that a
 * wrong password is not tried in parallel (accounts get locked); then the run ends.
 */
static void
auth_failed(struct work *w)
{
	struct downloads *d = w->d;
	struct err *e = &w->f->err;

	if (d->suspect != NULL && d->suspect != w) {
		w->t.not_before = 0;
		answer_begin(w);		/* waits for the verdict */
		return;
	}
	if (w->t.no_login || ++w->auth_failures >= AUTH_TRIES) {
		work_stop_all(d, e);
		work_end(w, DOWNLOAD_FAILED, false);
		return;
	}
	fetch_forget(d->fetch);
	d->suspect = w;
	fetch_only(d->fetch, &w->t);
	w->t.not_before = 0;
	answer_begin(w);
}

/* One file may be forbidden; when all are, we are. */
static bool
too_often_refused(struct work *w)
{
	if (w->t.status != 403 || ++w->d->refused < REFUSED_MAX)
		return false;
	err_set(&w->f->err, E_AUTH, "%s, the %dth refusal in a row", w->t.err.msg, w->d->refused);
	return true;
}

static void
on_failure(struct work *w)
{
	struct transfer *t = &w->t;
	struct err *e = &w->f->err;

	*e = t->err;
	if (e->code == E_AUTH) {
		auth_failed(w);
		return;
	}
	work_clear_suspect(w);
	if (w->disk_full || too_often_refused(w)) {
		work_stop_all(w->d, e);
		work_end(w, DOWNLOAD_FAILED, false);
		return;
	}
	if (t->status == 416 && w->ranged) {
		w->no_range = true;
		t->kind = RETRY_DAMAGED;
	}
	if (w->stage.size - w->began_at >= PROGRESS_SIZE) {
		w->retry.failures = 0;
		w->retry.tries[RETRY_BACKOFF] = 0;
	}
	again(w, t->kind, t->after);
}

static void
on_success(struct work *w)
{
	struct download *f = w->f;
	int n;
	const char *url = shown(w, &n);

	work_clear_suspect(w);
	if (w->stage.size == 0) {
		err_set(&f->err, E_DATA, "%.*s: empty file", n, url);
		answer_again_anew(w);
		return;
	}
	if (w->stage.version.total >= 0 && w->stage.size != w->stage.version.total) {
		err_set(&f->err, E_RETRY, "%.*s: %lld bytes instead of %lld", n, url, (long long)w->stage.size,
		    (long long)w->stage.version.total);
		answer_again_anew(w);
		return;
	}
	work_finish(w);
}

static void
on_done(struct transfer *t)
{
	struct work *w = t->ctx;

	w->d->owed -= w->owed;
	w->owed = 0;
	if (t->err.code == E_NONE) {
		on_success(w);
	} else {
		writer_flush(w);	/* the wait for the next try may be long */
		on_failure(w);
	}
}

