/* answer - what HTTP says about a file */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"

const char *
version_validator(const struct version *v)
{
	return v->etag[0] != '\0' ? v->etag : v->modified[0] != '\0' ? v->modified : NULL;
}

void
rest_ask(struct rest *r, int64_t have, const struct version *v)
{
	*r = (struct rest){ .headers = { NULL } };
	if (have == 0)
		return;
	xsnprintf(r->range, sizeof(r->range), "Range: bytes=%lld-", (long long)have);
	xsnprintf(r->if_range, sizeof(r->if_range), "If-Range: %s", version_validator(v));
	r->headers[0] = r->range;
	r->headers[1] = r->if_range;
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

/* Whether a 206 answer goes on where we stopped, in the same version; *total is known better after it. */
static bool
is_rest(const struct transfer *t, int64_t have, const struct version *v, int64_t *total)
{
	const char *etag = fetch_header(t, "etag");
	int64_t from;

	if (have == 0 || !parse_content_range(fetch_header(t, "content-range"), &from, total) || from != have)
		return false;
	if (*total < 0)
		*total = v->total;
	return (v->total < 0 || *total == v->total) &&
	    (etag == NULL || v->etag[0] == '\0' || strcmp(etag, v->etag) == 0);
}

int64_t
answer_begins(struct transfer *t, int64_t have, struct version *v, struct err *e)
{
	const char *type = fetch_header(t, "content-type"), *etag = fetch_header(t, "etag"),
	    *modified = fetch_header(t, "last-modified");
	int64_t length = fetch_length(t), total = -1, from = t->status == 206 ? have : 0;

	if (type != NULL && strncasecmp(type, "text/html", 9) == 0)
		return err_set(e, E_AUTH, "%.*s: the server sends an HTML page instead of the file", url_shown(t->url),
		    t->url);
	if (t->status == 206 && (fetch_encoded(t) || !is_rest(t, have, v, &total))) {
		t->kind = RETRY_DAMAGED;
		return err_set(e, E_RETRY, "%.*s: the server sent another part than asked for", url_shown(t->url),
		    t->url);
	}
	if (t->status != 200 && t->status != 206) {
		t->kind = t->status == 202 ? RETRY_BACKOFF : RETRY_NEVER;
		return err_set(e, t->status == 202 ? E_RETRY : E_DATA, "%.*s: HTTP %d", url_shown(t->url), t->url,
		    t->status);
	}
	*v = (struct version){ .total = length >= 0 ? from + length : total };
	if (fetch_encoded(t))
		return from;		/* then all below is about the encoded file */
	if (etag != NULL && etag[0] == '"')	/* a weak one does not promise the same bytes */
		(void)str_fmt(v->etag, sizeof(v->etag), NULL, "%s", etag);
	if (modified != NULL)
		(void)str_fmt(v->modified, sizeof(v->modified), NULL, "%s", modified);
	return from;
}
