/* fetch - HTTP transfers on libcurl's multi interface */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/set.h"
#include "remote/fetch.h"
#include "remote/said.h"

#define MAX_REDIRECTS 20
#define BUFFER_SIZE (256L * 1024)	/* read from the socket at once */
#define DISCARD_MAX (64 * 1024)		/* body of a redirect or error: read on, so the connection can be kept */
#define BODY_MAX 8192			/* of it that may be read by people */
#define DEFAULT_TIMEOUT 36
#define DEFAULT_INTERVAL 1.0
#define POLL_MAX 1.0			/* seconds; signals and deadlines are looked at that often */

struct slot {
	struct fetch *f;
	CURL *easy;
	struct transfer *t;		/* NULL: free */
	struct curl_slist *headers;
	struct url url;			/* of the present hop */
	int hops;
	bool local;			/* the server of this hop is this machine, or in one of its networks */
	bool foreign;			/* that of an earlier one was neither */
	double began, active;		/* clock_steady() of this hop's begin, of the last bytes (0: none yet) */
	unsigned cuts;			/* of the struct fetch when this hop began */
	int64_t discarded;
	char body[BODY_MAX + 1];	/* begin of a body that nobody asked for */
	size_t body_size;
	bool head_seen;			/* head() was called for this answer */
	bool cut;			/* broken off on purpose: enough of a body nobody wants */
	bool refused;			/* broken off by head() or data(), or for its size; t->err says why */
	bool no_login;			/* the login host is asked without credentials */
	char errbuf[CURL_ERROR_SIZE];
};

struct fetch {
	struct fetch_conf conf;
	CURLM *multi;
	CURLSH *share;
	struct slot *slots;
	struct transfer *first, **last;	/* waiting to begin, in order */
	struct set is_local;		/* servers that were met at an address of this machine or its networks */
	const struct transfer *only;
	const struct transfer *login;	/* the transfer that logs in */
	double allowed;			/* transfers at a time that the servers seem to bear, at most conf.parallel */
	unsigned cuts;			/* how often that was lowered */
	size_t pending;			/* transfers handed in and not done */
	double now;			/* clock_steady() at the begin of this turn */
	double next_start;		/* earliest start of the next paced request */
};

/* ---- the answer ---- */

static int
status_of(const struct slot *s)
{
	long status = 0;

	(void)curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

const char *
fetch_header(const struct transfer *t, const char *name)
{
	struct curl_header *h;

	if (curl_easy_header(t->slot->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return NULL;
	return h->value;
}

bool
fetch_encoded(const struct transfer *t)
{
	const char *encoding = fetch_header(t, "content-encoding");

	return encoding != NULL && strcasecmp(encoding, "identity") != 0;
}

int64_t
fetch_length(const struct transfer *t)
{
	curl_off_t n = -1;

	if (fetch_encoded(t))
		return -1;

	(void)curl_easy_getinfo(t->slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &n);
	return n;
}

/* A 2xx answer from the login host itself is its page for people, not what was asked for. */
static bool
is_login_page(const struct slot *s)
{
	const struct login *login = s->f->conf.login;
	struct url u;

	return login != NULL && login_at(login, &s->url) && url_parse(s->t->url, &u, NULL) == 0 &&
	    !url_same_origin(&u, &s->url);
}

static int
call_head(struct slot *s)
{
	struct transfer *t = s->t;

	if (s->head_seen)
		return 0;
	s->head_seen = true;
	if (s->f->login == t)
		s->f->login = NULL;	/* logged in; the others may follow */
	if (t->head == NULL || t->head(t, &t->err) == 0)
		return 0;
	s->refused = true;
	return -1;
}

/* Connected, and about to ask: is it a machine that the one before may send us to? */
static int
on_connected(void *arg, char *address, char *own_address, int port, int own_port)
{
	struct slot *s = arg;
	char server[URL_HOSTMAX + 16];
	uint32_t *is_local;
	long connects = 0;

	(void)port;
	(void)own_port;
	(void)curl_easy_getinfo(s->easy, CURLINFO_NUM_CONNECTS, &connects);
	xsnprintf(server, sizeof(server), "%s:%d", s->url.host, s->url.port);
	is_local = set_at(&s->f->is_local, server, strlen(server));
	if (connects > 0 && (url_local_address(address) || strcmp(address, own_address) == 0))
		*is_local = 1;		/* of a connection that is used again libcurl tells another one's addresses */
	s->local = *is_local != 0;
	if (!s->foreign || !s->local)
		return CURL_PREREQFUNC_OK;
	err_set(&s->t->err, E_DATA, "%.*s: redirect to %s (%s) refused", url_shown(s->t->url), s->t->url, s->url.host,
	    address);
	s->refused = true;
	return CURL_PREREQFUNC_ABORT;
}

/* The body of an answer that is not what was asked for. */
static size_t
take_unwanted(struct slot *s, const char *data, size_t size)
{
	size_t n = BODY_MAX - s->body_size < size ? BODY_MAX - s->body_size : size;

	memcpy(s->body + s->body_size, data, n);
	s->body_size += n;
	s->body[s->body_size] = '\0';
	s->discarded += (int64_t)size;
	if (s->discarded <= DISCARD_MAX)
		return size;
	s->cut = true;
	return 0;
}

static size_t
on_data(char *data, size_t one, size_t size, void *arg)
{
	struct slot *s = arg;
	struct transfer *t = s->t;

	(void)one;
	s->active = s->f->now;
	if (!s->head_seen)
		t->status = status_of(s);
	if (t->status < 200 || t->status > 299 || is_login_page(s))
		return take_unwanted(s, data, size);
	if (call_head(s) < 0) {
		(void)take_unwanted(s, data, size);
		return 0;
	}
	t->received += (int64_t)size;
	if (t->max_size > 0 && t->received > t->max_size) {
		err_set(&t->err, E_DATA, "%.*s: larger than %lld bytes", url_shown(t->url), t->url,
		    (long long)t->max_size);
		s->refused = true;
	} else if (t->data != NULL && t->data(t, data, size, &t->err) < 0) {
		s->refused = true;
	}
	return s->refused ? 0 : size;
}

static size_t
on_header(char *line, size_t one, size_t size, void *arg) /* NOLINT(readability-non-const-parameter): libcurl's */
{
	struct slot *s = arg;

	(void)line;
	s->active = s->f->now;
	return one * size;
}

static size_t
on_source(char *buf, size_t one, size_t size, void *arg)
{
	struct slot *s = arg;

	s->active = s->f->now;
	return s->t->source(s->t, buf, one * size);
}

/* ---- one hop ---- */

static void
add_header(struct slot *s, const char *header)
{
	struct curl_slist *list = curl_slist_append(s->headers, header);

	if (list == NULL)
		mem_die("out of memory");
	s->headers = list;
}

static CURLcode
set_headers(struct slot *s, bool login)
{
	for (const char *const *h = s->t->headers; h != NULL && *h != NULL; h++)
		add_header(s, *h);
	if (login)
		add_header(s, s->f->conf.login->header);
	return curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
}

/* Wiped, because the login header may be among them. */
static void
free_headers(struct slot *s)
{
	(void)curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, NULL);
	for (struct curl_slist *h = s->headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(s->headers);
	s->headers = NULL;
}

static CURLcode
set_method(const struct slot *s)
{
	const struct transfer *t = s->t;
	CURL *c = s->easy;
	CURLcode r = curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);	/* also ends NOBODY, POST and UPLOAD */

	if (r == CURLE_OK && t->source != NULL) {
		r = curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		if (r == CURLE_OK)
			r = curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->body_size);
	} else if (r == CURLE_OK && t->body != NULL) {
		r = curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_size);
		if (r == CURLE_OK)
			r = curl_easy_setopt(c, CURLOPT_POSTFIELDS, t->body);
	}
	if (r == CURLE_OK && t->method != NULL && strcmp(t->method, "HEAD") == 0)
		return curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, t->method);
	return r;
}

static long
milliseconds_left(const struct transfer *t)
{
	double left = t->deadline - clock_steady();

	if (t->deadline <= 0)
		return 0;		/* libcurl: no limit */
	return left < 0.001 ? 1 : left > 1e6 ? 1000000000L : (long)(left * 1000);
}

/* 0 when the hop has begun; -1 with t->err set. */
static int
begin_hop(struct slot *s)
{
	struct transfer *t = s->t;
	const struct login *login = s->f->conf.login;
	bool at_login = login != NULL && login_at(login, &s->url);
	CURLcode r;

	s->head_seen = s->cut = s->refused = false;
	s->discarded = 0;
	s->body_size = 0;
	s->body[0] = '\0';
	s->cuts = s->f->cuts;
	s->began = clock_steady();
	s->active = 0;
	s->errbuf[0] = '\0';
	t->status = 0;
	s->no_login = at_login && !login->known;
	r = set_headers(s, at_login && login->known);
	if (r == CURLE_OK)
		r = curl_easy_setopt(s->easy, CURLOPT_URL, t->at);
	if (r == CURLE_OK)
		r = set_method(s);
	if (r == CURLE_OK)
		r = curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, milliseconds_left(t));
	if (r == CURLE_OK)		/* NULL: as the environment says */
		r = curl_easy_setopt(s->easy, CURLOPT_PROXY, s->url.loopback ? "" : NULL);
	if (r != CURLE_OK || curl_multi_add_handle(s->f->multi, s->easy) != CURLM_OK)
		return err_set(&t->err, E_ENV, "%.*s: cannot begin a transfer", url_shown(t->url), t->url);
	return 0;
}

/* ---- waiting, beginning, ending ---- */

static void
enqueue(struct fetch *f, struct transfer *t)
{
	t->next = NULL;
	*f->last = t;
	f->last = &t->next;
}

/* Requests to this machine are paced only when asked for. */
static bool
is_paced(const struct fetch *f, const struct transfer *t)
{
	struct url u;

	if (f->conf.min_interval >= 0)
		return f->conf.min_interval > 0;
	return url_parse(t->url, &u, NULL) == 0 && !u.loopback;
}

void
fetch_add(struct fetch *f, struct transfer *t)
{
	t->err = (struct err){0};
	t->kind = RETRY_NEVER;
	t->after = -1;
	t->status = 0;
	t->received = 0;
	t->access = ACCESS_OTHER;
	t->parked = false;
	t->paced = is_paced(f, t);
	f->pending++;
	enqueue(f, t);
}

static void
release_slot(struct slot *s)
{
	struct transfer *t = s->t;

	free_headers(s);
	if (s->f->login == t)
		s->f->login = NULL;
	free(t->at);
	t->at = NULL;
	t->slot = NULL;
	s->t = NULL;
}

static void
end_transfer(struct slot *s)
{
	struct transfer *t = s->t;

	release_slot(s);
	s->f->pending--;
	t->done(t);
}

static bool
begin_transfer(struct slot *s, struct transfer *t)
{
	s->t = t;
	s->hops = 0;
	s->local = s->foreign = false;
	t->slot = s;
	t->parked = false;
	if (t->deadline <= 0 && t->max_time > 0)
		t->deadline = clock_steady() + t->max_time;
	if (url_parse(t->url, &s->url, &t->err) == 0) {
		t->at = xstrdup(t->url);
		if (begin_hop(s) == 0)
			return true;
	}
	end_transfer(s);
	return false;
}

/* NULL when as many are under way as may be. */
static struct slot *
free_slot(struct fetch *f)
{
	struct slot *free = NULL;
	int busy = 0;

	for (int i = 0; i < f->conf.parallel; i++) {
		if (f->slots[i].t == NULL)
			free = &f->slots[i];
		else
			busy++;
	}
	return busy < (int)f->allowed ? free : NULL;
}

/* Half as many at a time after a refusal, one more after a round of successes. Refusals of requests that had begun
 * before the last cut tell nothing new. */
static void
adapt(struct slot *s)
{
	struct fetch *f = s->f;
	int status = s->t->status;

	if ((status == 429 || status == 503) && s->cuts == f->cuts) {
		f->cuts++;
		f->allowed = f->allowed > 2 ? f->allowed / 2 : 1;
	} else if (status >= 200 && status <= 299) {
		f->allowed += 1 / f->allowed;
		if (f->allowed > f->conf.parallel)
			f->allowed = f->conf.parallel;
	}
}

/* When t may begin; in the past: now. A time far ahead: when something else has happened. */
static double
may_begin(const struct fetch *f, const struct transfer *t)
{
	if ((f->only != NULL && f->only != t) || (t->parked && f->login != NULL))
		return 1e18;
	return t->paced && f->next_start > t->not_before ? f->next_start : t->not_before;
}

/* Begin what is due; *due is when the next one will be. */
static void
begin_due(struct fetch *f, double *due)
{
	double now = clock_steady(), at;
	struct transfer **link = &f->first, *t;
	struct slot *s;

	*due = 1e18;
	while ((t = *link) != NULL && (s = free_slot(f)) != NULL) {
		at = may_begin(f, t);
		if (at > now) {
			*due = at < *due ? at : *due;
			link = &t->next;
			continue;
		}
		*link = t->next;
		if (f->last == &t->next)
			f->last = link;
		if (t->paced)
			f->next_start = now + (f->conf.min_interval < 0 ? DEFAULT_INTERVAL :
			    f->conf.min_interval);
		if (!begin_transfer(s, t))
			link = &f->first;	/* done() may have changed the queue */
	}
}

/* The next hop's URL in t->at and s->url; -1 with t->err when it is not to be followed. */
static int
redirect(struct slot *s)
{
	struct transfer *t = s->t;
	struct url u;
	char *to = NULL;

	if (curl_easy_getinfo(s->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK || to == NULL)
		return err_set(&t->err, E_DATA, "%.*s: HTTP %d without a place to go to", url_shown(t->url), t->url,
		    t->status);
	if (++s->hops > MAX_REDIRECTS)
		return err_set(&t->err, E_DATA, "%.*s: more than %d redirects", url_shown(t->url), t->url,
		    MAX_REDIRECTS);
	if (url_parse(to, &u, NULL) < 0 || (s->url.https && !u.https) || (u.loopback && !s->url.loopback))
		return err_set(&t->err, E_DATA, "%.*s: redirect to %.*s refused", url_shown(t->url), t->url,
		    url_shown(to) < 200 ? url_shown(to) : 200, to);
	s->foreign = s->foreign || !s->local;
	to = xstrdup(to);		/* it may be part of what is freed */
	free(t->at);
	t->at = to;
	s->url = u;
	return 0;
}

/* Go on to the next hop; false when the transfer has ended. */
static bool
follow(struct slot *s)
{
	struct transfer *t = s->t;
	struct fetch *f = s->f;

	free_headers(s);
	if (redirect(s) < 0)
		return false;
	if (f->conf.login != NULL && login_at(f->conf.login, &s->url)) {
		if ((f->login != NULL && f->login != t) || (f->only != NULL && f->only != t)) {
			release_slot(s);	/* begins again when the other one is through */
			t->parked = true;
			t->next = f->first;
			if (f->first == NULL)
				f->last = &t->next;
			f->first = t;
			return true;
		}
		f->login = t;
	}
	return begin_hop(s) == 0;
}

/* ---- verdicts ---- */

static void
judge_status(struct slot *s)
{
	struct transfer *t = s->t;
	const struct login *login = s->f->conf.login;
	bool at_login = login != NULL && login_at(login, &s->url);
	const char *after = fetch_header(t, "retry-after");
	enum err_code code = E_DATA;

	t->kind = retry_status(t->status);
	t->after = after != NULL ? retry_after(after, fetch_header(t, "date")) : -1;
	if (at_login && (t->kind != RETRY_BACKOFF)) {
		t->kind = RETRY_NEVER;
		t->access = s->no_login ? ACCESS_NONE : t->status == 401 ? ACCESS_CREDENTIALS : ACCESS_APPROVAL;
		err_set(&t->err, E_AUTH, "%s: %s (HTTP %d)", s->url.host,
		    s->no_login ? "asks for credentials and there are none" :
		    t->status == 401 ? "refused the credentials" : "does not let us in", t->status);
		return;
	}
	if (t->kind == RETRY_MISSING)
		code = E_MISSING;
	else if (t->kind == RETRY_BACKOFF)
		code = E_RETRY;
	else if (t->status == 401)
		code = E_AUTH;
	err_set(&t->err, code, "%.*s: HTTP %d", url_shown(t->url), t->url, t->status);
}

static void
judge_failure(struct slot *s, CURLcode r)
{
	struct transfer *t = s->t;
	const char *why = s->errbuf[0] != '\0' ? s->errbuf : curl_easy_strerror(r);
	enum err_code code = E_RETRY;
	long error = 0;

	if (s->refused)
		return;			/* the message is there */
	t->kind = RETRY_BACKOFF;
	switch (r) {
	case CURLE_BAD_CONTENT_ENCODING:
		t->kind = RETRY_DAMAGED;
		err_set(&t->err, E_RETRY, "%.*s: Content-Encoding %.100s, which was not asked for: %s",
		    url_shown(t->url), t->url, fetch_header(t, "content-encoding"), why);
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CERTPROBLEM:
		code = E_ENV;
		t->kind = RETRY_NEVER;
		break;
#if LIBCURL_VERSION_NUM >= 0x080600
	case CURLE_TOO_LARGE:
#endif
	case CURLE_OUT_OF_MEMORY:	/* or a limit of libcurl, which nearly always it is */
		why = s->head_seen ? "libcurl: out of memory" : "a header of the answer is too long";
		break;
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_URL_MALFORMAT:
		code = E_DATA;
		t->kind = RETRY_NEVER;
		break;
	default:
		break;
	}
	(void)curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &error);
	if (error == 0 || error == EINPROGRESS)
		err_set(&t->err, code, "%.*s: %s", url_shown(t->url), t->url, why);
	else
		err_set(&t->err, code, "%.*s: %s: %s", url_shown(t->url), t->url, why, strerror((int)error));
}

static void
judge_success(struct slot *s)
{
	struct transfer *t = s->t;

	if (!is_login_page(s)) {
		(void)call_head(s);
		return;
	}
	t->access = s->no_login ? ACCESS_NONE : ACCESS_APPROVAL;
	err_set(&t->err, E_AUTH, "%s: %s a page instead of letting us in", s->url.host,
	    s->no_login ? "there are no credentials, it shows" : "took the credentials and shows");
}

/* Of an answer that is not the one asked for: what it says to people. */
static void
add_said(struct slot *s)
{
	struct transfer *t = s->t;
	const struct err was = t->err;
	char text[SAID_SIZE];

	said(s->body, text);
	if (s->refused && was.code == E_AUTH)
		t->access = strcasestr(text, "login") != NULL || strcasestr(text, "log in") != NULL ? ACCESS_LOGIN :
		    ACCESS_PAGE;
	if (text[0] != '\0' && was.code != E_NONE && was.code != E_MISSING)
		err_set(&t->err, was.code, "%s: %s", was.msg, text);
}

static void
hop_done(struct slot *s, CURLcode r)
{
	struct transfer *t = s->t;
	bool good;

	t->status = status_of(s);
	good = r == CURLE_OK || s->cut;
	adapt(s);
	if (good && t->follow && is_redirect(t->status)) {
		(void)curl_multi_remove_handle(s->f->multi, s->easy);
		if (follow(s))
			return;
		end_transfer(s);
		return;
	}
	if (good && t->status >= 200 && t->status <= 299)
		judge_success(s);
	else if (good || (t->status >= 400 && !s->refused))
		judge_status(s);
	else
		judge_failure(s, r);
	add_said(s);
	(void)curl_multi_remove_handle(s->f->multi, s->easy);
	end_transfer(s);
}

static bool
read_messages(struct fetch *f)
{
	struct CURLMsg *m;
	struct slot *s;
	bool any = false;
	int left;

	while ((m = curl_multi_info_read(f->multi, &left)) != NULL) {
		CURLcode r = m->data.result;

		if (m->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)(void *)&s) != CURLE_OK)
			continue;
		hop_done(s, r);		/* m is gone after this */
		any = true;
	}
	return any;
}

/* libcurl's own speed limit averages over seconds, and so notices a stall late. */
static bool
is_stalled(const struct slot *s, double limit)
{
	curl_off_t connected = 0;

	if (s->active > 0)
		return s->f->now - s->active > limit;
	(void)curl_easy_getinfo(s->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	return connected > 0 && s->f->now - s->began - (double)connected * 1e-6 > limit;
}

static bool
end_stalled(struct fetch *f)
{
	double limit = f->conf.stall_timeout > 0 ? f->conf.stall_timeout : DEFAULT_TIMEOUT;
	bool any = false;

	for (int i = 0; i < f->conf.parallel; i++) {
		struct slot *s = &f->slots[i];

		if (s->t == NULL || !is_stalled(s, limit))
			continue;
		any = true;
		(void)curl_multi_remove_handle(f->multi, s->easy);
		s->t->kind = RETRY_BACKOFF;
		err_set(&s->t->err, E_RETRY, "%.*s: no data for %g s", url_shown(s->t->url), s->t->url, limit);
		end_transfer(s);
	}
	return any;
}

int
fetch_turn(struct fetch *f, double timeout, int fd, struct err *e)
{
	struct curl_waitfd extra = { .fd = fd, .events = CURL_WAIT_POLLIN };
	double due, wait;
	int running;

	begin_due(f, &due);
	f->now = clock_steady();
	if (curl_multi_perform(f->multi, &running) != CURLM_OK)
		return err_set(e, E_ENV, "HTTP transfers: libcurl failed");
	if (!read_messages(f) && !end_stalled(f)) {
		wait = due - clock_steady();
		wait = wait < timeout ? wait : timeout;
		wait = wait < 0 ? 0 : wait < POLL_MAX ? wait : POLL_MAX;
		if (curl_multi_poll(f->multi, &extra, fd >= 0 ? 1 : 0, (int)(wait * 1000 + 0.999), NULL) !=
		    CURLM_OK)
			return err_set(e, E_ENV, "HTTP transfers: libcurl cannot wait");
	}
	return (int)f->pending;
}

int
fetch_run(struct fetch *f, int (*stop)(void), struct err *e)
{
	int n;

	while ((n = fetch_turn(f, POLL_MAX, -1, e)) > 0)
		if (stop != NULL && stop() != 0)
			return err_set(e, E_SIGNAL, "interrupted");
	return n;
}

void
fetch_wake(struct fetch *f)
{
	(void)curl_multi_wakeup(f->multi);
}

void
fetch_only(struct fetch *f, const struct transfer *t)
{
	f->only = t;
}

void
fetch_forget(struct fetch *f)
{
	(void)curl_easy_setopt(f->slots[0].easy, CURLOPT_COOKIELIST, "ALL");
}

void
fetch_drop(struct fetch *f)
{
	for (int i = 0; i < f->conf.parallel; i++) {
		struct slot *s = &f->slots[i];

		if (s->t == NULL)
			continue;
		(void)curl_multi_remove_handle(f->multi, s->easy);
		release_slot(s);
	}
	f->first = NULL;
	f->last = &f->first;
	f->only = NULL;
	f->pending = 0;
}

/* ---- making and freeing ---- */

static CURLcode
set_common(const struct fetch *f, struct slot *s)
{
	const struct fetch_conf *c = &f->conf;
	long connect = (long)(1000 * (c->connect_timeout > 0 ? c->connect_timeout : DEFAULT_TIMEOUT));
	CURLcode r = CURLE_OK;

#define SET(option, value) (r = r == CURLE_OK ? curl_easy_setopt(s->easy, option, value) : r)
	SET(CURLOPT_PRIVATE, s);
	SET(CURLOPT_ERRORBUFFER, s->errbuf);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);	/* a connection each, no shared window */
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_SHARE, f->share);
	SET(CURLOPT_COOKIEFILE, "");
	SET(CURLOPT_ACCEPT_ENCODING, "identity");	/* what comes encoded all the same is decoded */
	SET(CURLOPT_BUFFERSIZE, BUFFER_SIZE);
	SET(CURLOPT_CONNECTTIMEOUT_MS, connect);
	SET(CURLOPT_USERAGENT, c->agent);
	if (c->cacert != NULL)
		SET(CURLOPT_CAINFO, c->cacert);
	SET(CURLOPT_WRITEFUNCTION, on_data);
	SET(CURLOPT_WRITEDATA, s);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, s);
	SET(CURLOPT_PREREQFUNCTION, on_connected);
	SET(CURLOPT_PREREQDATA, s);
	SET(CURLOPT_READFUNCTION, on_source);
	SET(CURLOPT_READDATA, s);
#undef SET
	return r;
}

static int
make_slots(struct fetch *f, struct err *e)
{
	f->slots = xarray((size_t)f->conf.parallel, sizeof(*f->slots));
	for (int i = 0; i < f->conf.parallel; i++) {
		struct slot *s = &f->slots[i];

		s->f = f;
		s->easy = curl_easy_init();
		if (s->easy == NULL || set_common(f, s) != CURLE_OK)
			return err_set(e, E_ENV, "HTTP transfers: libcurl cannot be set up");
	}
	return 0;
}

struct fetch *
fetch_new(const struct fetch_conf *conf, struct err *e)
{
	struct fetch *f;

	assert(conf->parallel > 0);
	if (conf->cacert != NULL && access(conf->cacert, R_OK) != 0) {
		err_sys(e, "%s", conf->cacert);
		err_config(e);
		return NULL;
	}
	f = xarray(1, sizeof(*f));
	f->conf = *conf;
	f->allowed = conf->parallel;
	f->last = &f->first;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(e, E_ENV, "HTTP transfers: libcurl cannot be set up");
		free(f);
		return NULL;
	}
	f->multi = curl_multi_init();
	f->share = curl_share_init();
	if (f->multi == NULL || f->share == NULL ||
	    curl_share_setopt(f->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK ||
	    curl_share_setopt(f->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK ||
	    curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)conf->parallel + 4) != CURLM_OK) {
		err_set(e, E_ENV, "HTTP transfers: libcurl cannot be set up");
		goto fail;
	}
	if (make_slots(f, e) == 0)
		return f;
fail:
	fetch_free(f);
	return NULL;
}

void
fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	if (f->slots != NULL) {
		fetch_drop(f);
		for (int i = 0; i < f->conf.parallel; i++)
			curl_easy_cleanup(f->slots[i].easy);
	}
	(void)curl_multi_cleanup(f->multi);
	(void)curl_share_cleanup(f->share);
	set_fini(&f->is_local);
	free(f->slots);
	free(f);
	curl_global_cleanup();
}
