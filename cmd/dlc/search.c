/* search - which files there are */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "search.h"
#include "window.h"

#define ANSWER_MAX (64 * 1024 * 1024)	/* bytes */
#define PROGRESS_LINES 1000

/* ---- the query ---- */

/* An empty option: the parameter is not sent. */
static const char *
or_null(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

int
search_init(struct search *s, const struct dataset *ds, struct err *e)
{
	struct obpg_query *q = &s->query;
	struct url u;
	char *text;

	if (url_parse(s->service, &u, e) < 0)
		return -1;
	if (s->service[url_shown(s->service)] != '\0')
		return err_set(e, E_USAGE, "--search-url %s: a query in it", s->service);
	s->files_url = s->files_option != NULL ? xstrdup(s->files_option) : obpg_files_url(s->service);
	if (url_parse(s->files_url, &u, e) < 0)
		return -1;
	if (!str_ends(s->files_url, "/"))
		return err_set(e, E_USAGE, "--files-url %s: it ends in no slash", s->files_url);
	q->sensor = s->sensor == NULL && s->sensor_id == NULL ? ds->sensor : or_null(s->sensor);
	q->sensor_id = s->sensor == NULL && s->sensor_id == NULL ? ds->sensor_id : or_null(s->sensor_id);
	q->search = or_null(q->search != NULL ? q->search : ds->search);
	q->more = &s->more;
	text = obpg_query_url(s->service, q, e);	/* are the parameters all right? */
	free(text);
	return text == NULL ? -1 : 0;
}

int
search_open(struct search *s, struct err *e)
{
	s->fetch.stall_timeout = s->max_time;
	s->f = fetch_new(&s->fetch, e);
	return s->f == NULL ? -1 : 0;
}

void
search_close(struct search *s)
{
	fetch_free(s->f);
	strlist_free(&s->more);
	free(s->files_url);
	*s = (struct search){0};
}

/* ---- one line ---- */

/* URLs are made again of names, so a file elsewhere would be another one. */
static int
check_host(const struct found *f, const struct listline *l, struct err *e)
{
	struct url u, ours;

	if (str_starts(l->url, f->files.files_url))
		return 0;
	if (url_parse(l->url, &u, e) < 0 || url_parse(f->files.files_url, &ours, e) < 0)
		return -1;
	return url_same_origin(&u, &ours) ? 0 :
	    err_set(e, E_DATA, "%.*s: not a file of %s", url_shown(l->url), l->url, ours.host);
}

/* Whether it is the line of a file or a comment; why says what is wrong with another one. */
static bool
add_line(struct found *f, const char *text, size_t number, struct err *why)
{
	struct listline *l = &f->line;
	enum listline_result got = listline_parse(text, f->files.files_url, l, why);

	if (got == LISTLINE_BAD || got == LISTLINE_NONE)
		return got == LISTLINE_NONE;
	if (l->alg != DIGEST_SHA1) {
		err_set(why, E_DATA, "\"%.120s\": no SHA-1 checksum (40 hexadecimal digits)", text);
		return false;
	}
	if (check_host(f, l, why) < 0)
		return false;
	switch (match_name(f->match, l->name)) {
	case MATCH_YES:
		(void)entries_add(&f->files, l->name, l->checksum, number);
		return true;
	case MATCH_NO:
		f->others++;
		return true;
	default:
		err_set(why, E_DATA, "%s: not the name of a granule's file", l->name);
		return false;
	}
}

/* ---- the service ---- */

struct request {
	struct found *found;
	struct obpg_answer answer;
	struct transfer t;
	bool framed, finished;
};

static bool
on_line(void *ctx, const char *text, size_t number, struct err *why)
{
	const struct request *r = ctx;

	if (number % PROGRESS_LINES == 0)
		prog_progress("%zu files", number);
	return add_line(r->found, text, number, why);
}

static void
on_bad(void *ctx, size_t number, const struct err *why)
{
	const struct request *r = ctx;

	oddity(&r->found->bad, "%s: line %zu: %s", r->found->files.name, number, why->msg);
}

static int
on_head(struct transfer *t, struct err *e)
{
	struct request *r = t->ctx;

	r->framed = fetch_length(t) >= 0 || fetch_header(t, "transfer-encoding") != NULL;
	if (t->status == 200)
		return 0;
	t->kind = RETRY_BACKOFF;	/* nothing, or a part of it, is no answer either */
	return err_set(e, E_DATA, "%.*s: HTTP %d", url_shown(t->url), t->url, t->status);
}

static int
on_data(struct transfer *t, const void *data, size_t size, struct err *e)
{
	struct request *r = t->ctx;
	struct err why;

	if (obpg_answer_add(&r->answer, data, size, &why) == 0)
		return 0;
	t->kind = RETRY_BACKOFF;
	return err_set(e, why.code, "%.*s: %s", url_shown(t->url), t->url, why.msg);
}

static void
on_done(struct transfer *t)
{
	struct request *r = t->ctx;
	struct err why;

	r->finished = true;
	if (t->err.code != E_NONE || obpg_answer_end(&r->answer, r->framed, &why) == 0)
		return;
	t->kind = RETRY_BACKOFF;
	(void)err_set(&t->err, why.code, "%.*s: %s", url_shown(t->url), t->url, why.msg);
}

/* 0 when the answer is complete. */
static int
try_once(struct request *r, const struct search *s, struct err *e)
{
	r->answer = (struct obpg_answer){ .line = on_line, .bad = on_bad, .ctx = r };
	r->finished = false;
	r->t.deadline = 0;		/* this try has all the time */
	fetch_add(s->f, &r->t);
	if (fetch_run(s->f, prog_signal, e) < 0) {
		if (!r->finished)
			fetch_drop(s->f);
		return -1;
	}
	return r->t.err.code == E_NONE ? 0 : err_set(e, r->t.err.code, "%s", r->t.err.msg);
}

/* The request as the query has it now; what comes of failed tries is forgotten. */
static int
ask(struct search *s, struct found *found, struct err *e)
{
	const struct found mark = *found;
	struct request *r = xarray(1, sizeof(*r));
	char *url = obpg_query_url(s->service, &s->query, e);
	struct retry retry = {0};
	double wait = url != NULL ? 0 : -1;
	int ret = -1;

	if (url != NULL)
		prog_debug("Executing query_string %s", url);
	r->found = found;
	r->t = (struct transfer){ .url = url, .follow = true, .max_size = ANSWER_MAX, .max_time = s->max_time,
		.head = on_head, .data = on_data, .done = on_done, .ctx = r };
	while (wait >= 0 && (ret = try_once(r, s, e)) < 0) {
		found->files.n = mark.files.n;
		found->others = mark.others;
		found->bad = mark.bad;
		if (e->code == E_SIGNAL || !r->finished)
			break;
		wait = retry_wait(&s->retry, &retry, r->t.kind, r->t.after);
		if (wait >= 0)
			prog_info("%s; trying again in %.1f s", e->msg, wait);
		else
			e->code = E_ENV;	/* whatever it is, the search has failed */
		r->t.not_before = clock_steady() + wait;
	}
	if (ret == 0) {
		retry_success(&s->retry);
		found->lines += r->answer.lines;
	}
	prog_progress_end();
	free(url);
	free(r);
	return ret;
}

int
search_since(struct search *s, int64_t since, struct found *found, struct err *e)
{
	char date[WINDOW_TEXT_SIZE];

	window_text(since, date);
	s->query.psdate = date;
	return ask(s, found, e);
}

int
search_range(struct search *s, int64_t from, int64_t to, struct found *found, struct err *e)
{
	char first[WINDOW_TEXT_SIZE], last[WINDOW_TEXT_SIZE];
	int ret = 0;

	for (int64_t t = from, end; ret == 0 && t <= to; t = end + WINDOW_DAY) {
		end = window_piece(t, to);
		window_text(t, first);
		window_text(end, last);
		s->query.sdate = first;
		s->query.edate = last;
		ret = ask(s, found, e);
	}
	return ret;
}

/* ---- a list ---- */

int
search_read(int fd, char sep, struct found *found, struct run *r, struct err *e)
{
	const char *name = found->files.name;
	struct list_in *in = xarray(1, sizeof(*in));
	enum list_result got;
	char *line;
	int ret = 0;

	list_open_fd(in, fd, name, sep);
	while ((got = list_next(in, &line, e)) != LIST_END && got != LIST_FAILED) {
		struct err why;

		found->lines++;
		if (got == LIST_ITEM && add_line(found, line, in->line, &why))
			continue;
		if (got == LIST_ITEM)
			err_set(e, E_DATA, "%s: line %zu: %s", name, in->line, why.msg);
		if (run_bad_line(r, in, e))
			notify_add(&r->notify, "%s\n", e->msg);
	}
	if (got == LIST_FAILED)
		ret = -1;
	else if (in->interrupted)
		ret = err_set(e, E_SIGNAL, "%s: interrupted", name);
	free(in);
	return ret;
}

void
found_fini(struct found *f)
{
	entries_fini(&f->files);
}
