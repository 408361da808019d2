/* search - which files there are */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/url.h"
#include "search.h"

#define ANSWER_MAX (64 * 1024 * 1024)	/* bytes */
#define PROGRESS_LINES 1000

/* ---- one line ---- */

static void
complain(struct found *f, const char *text)
{
	if (++f->bad <= FOUND_COMPLAINTS)
		(void)strlist_add(&f->complaints, text, NULL);
}

static void
complain_line(struct found *f, const char *what, size_t line, const char *why)
{
	struct err e;

	err_set(&e, E_DATA, "%s: line %zu: %s", what, line, why);
	complain(f, e.msg);
}

/* URLs are made again of names, so a file elsewhere would be another one. */
static int
check_host(const struct found *f, const struct listline *l, struct err *e)
{
	struct url u, ours;

	if (l->dir == strlen(f->files_url) && strncmp(l->url, f->files_url, l->dir) == 0)
		return 0;
	if (url_parse(l->url, &u, e) < 0 || url_parse(f->files_url, &ours, e) < 0)
		return -1;
	return url_same_origin(&u, &ours) ? 0 :
	    err_set(e, E_DATA, "%.*s: not a file of %s", url_shown(l->url), l->url, ours.host);
}

/* 1 when it is the line of a file or a comment, 0 when it is none: e says why; -1. */
static int
take_line(struct found *f, const char *what, const char *text, size_t line, struct err *e)
{
	struct listline *l = &f->line;
	enum listline_result got = listline_parse(text, f->files_url, l, e);
	char why[NAME_SIZE + 64];

	if (got == LISTLINE_BAD || got == LISTLINE_NONE)
		return got == LISTLINE_NONE;
	if (l->alg != DIGEST_SHA1) {
		err_set(e, E_DATA, "\"%.120s\": no SHA-1 checksum (40 hexadecimal digits)", text);
		return 0;
	}
	if (check_host(f, l, e) < 0)
		return 0;
	switch (match_name(f->match, l->name)) {
	case MATCH_YES:
		return entries_add(&f->files, l->name, l->checksum, line, e) == NULL ? -1 : 1;
	case MATCH_NO:
		f->others++;
		return 1;
	default:
		(void)str_fmt(why, sizeof(why), NULL, "%s: not the name of a granule's file", l->name);
		complain_line(f, what, line, why);
		return 1;
	}
}

/* ---- the service ---- */

struct request {
	struct found *found;
	struct search *s;
	struct obpg_answer answer;
	struct transfer t;
	bool framed, finished;
};

static int
on_line(void *ctx, const char *text, size_t line, struct err *e)
{
	struct request *r = ctx;

	if (line % PROGRESS_LINES == 0 && r->s->progress != NULL)
		r->s->progress(line);
	return take_line(r->found, "answer", text, line, e);
}

static void
on_bad(void *ctx, size_t line, const struct err *why)
{
	struct request *r = ctx;

	complain_line(r->found, "answer", line, why->msg);
}

static int
on_head(struct transfer *t, struct err *e)
{
	struct request *r = t->ctx;
	const char *type = fetch_header(t, "content-type"), *encoding = fetch_header(t, "transfer-encoding");

	r->framed = fetch_length(t) >= 0 || encoding != NULL;
	if (t->status != 200) {		/* nothing, or a part of it, is no answer either */
		t->kind = RETRY_BACKOFF;
		return err_set(e, E_DATA, "%.*s: HTTP %d", url_shown(t->url), t->url, t->status);
	}
	if (type == NULL || !str_starts(type, "text/html"))
		return 0;
	t->kind = RETRY_BACKOFF;
	return err_set(e, E_DATA, "%.*s: a page for people instead of a list of files", url_shown(t->url), t->url);
}

static int
on_data(struct transfer *t, const void *data, size_t size, struct err *e)
{
	struct request *r = t->ctx;
	struct err why;

	if (obpg_answer_add(&r->answer, data, size, &why) == 0)
		return 0;
	t->kind = why.code == E_DATA ? RETRY_BACKOFF : RETRY_NEVER;
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

/* Forget what came after the marks of a request that failed. */
static void
rewind_found(struct found *f, const struct found *mark)
{
	entries_cut(&f->files, mark->files.n);
	f->lines = mark->lines;
	f->others = mark->others;
	f->bad = mark->bad;
	while (f->complaints.n > mark->complaints.n)
		free(f->complaints.item[--f->complaints.n]);
}

/* 0 when the answer is complete, -1 with r->t.err. */
static int
try_once(struct request *r, struct fetch *f, struct err *e)
{
	r->answer = (struct obpg_answer){ .line = on_line, .bad = on_bad, .ctx = r };
	r->finished = false;
	if (r->s->max_time > 0) {
		double now = clock_steady();

		r->t.deadline = (r->t.not_before > now ? r->t.not_before : now) + r->s->max_time;
	}
	fetch_add(f, &r->t);
	if (fetch_run(f, r->s->stop, e) < 0) {
		if (!r->finished)
			fetch_drop(f);
		return -1;
	}
	if (r->t.err.code == E_NONE)
		return 0;
	return err_set(e, r->t.err.code, "%s", r->t.err.msg);
}

static int
ask_until(struct request *r, struct fetch *f, const char *url, struct err *e)
{
	const struct found mark = *r->found;
	struct retry retry = {0};
	double wait;

	r->t = (struct transfer){ .url = url, .follow = true, .max_size = ANSWER_MAX, .head = on_head, .data = on_data,
		.done = on_done, .ctx = r };
	while (try_once(r, f, e) < 0) {
		rewind_found(r->found, &mark);
		if (e->code == E_SIGNAL || !r->finished)
			return -1;
		wait = retry_wait(&r->s->retry, &retry, r->t.kind, r->t.after);
		if (wait < 0) {
			e->code = E_ENV;	/* whatever it is, the search has failed */
			return -1;
		}
		if (r->s->tell != NULL) {
			char text[ERR_MSGMAX + 64];

			(void)str_fmt(text, sizeof(text), NULL, "%s; trying again in %.1f s", e->msg, wait);
			r->s->tell(text);
		}
		r->t.not_before = clock_steady() + wait;
	}
	retry_success(&r->s->retry);
	r->found->lines += r->answer.lines;
	return 0;
}

int
search_ask(struct search *s, struct fetch *f, const struct obpg_query *q, struct found *found, struct err *e)
{
	struct request *r = mem_array(1, sizeof(*r), e);
	char *url = obpg_query_url(s->service, q, e);
	int ret = -1;

	if (r != NULL && url != NULL) {
		if (s->asking != NULL)
			s->asking(url);
		r->found = found;
		r->s = s;
		ret = ask_until(r, f, url, e);
		transfer_fini(&r->t);
	}
	free(url);
	free(r);
	return ret;
}

/* ---- a list ---- */

int
search_read(int fd, const char *name, char sep, struct found *found, struct err *e)
{
	struct list_in *in = mem_array(1, sizeof(*in), e);
	enum list_result got;
	struct err why;
	char *line;
	int ret = 0;

	if (in == NULL)
		return -1;
	list_open_fd(in, fd, name, sep);
	while (ret == 0 && (got = list_next(in, &line, &why)) != LIST_END) {
		found->lines++;
		if (got == LIST_FAILED)
			ret = -1;
		else if (got == LIST_BAD)
			complain(found, why.msg);
		else if ((ret = take_line(found, name, line, in->line, &why)) == 0)
			complain_line(found, name, in->line, why.msg);
		if (ret < 0)
			err_set(e, why.code, "%s", why.msg);
		ret = ret < 0 ? -1 : 0;
	}
	if (ret == 0 && in->interrupted)
		ret = err_set(e, E_SIGNAL, "%s: interrupted", name);
	free(in);
	return ret;
}

void
found_fini(struct found *f)
{
	entries_fini(&f->files);
	strlist_free(&f->complaints);
}
