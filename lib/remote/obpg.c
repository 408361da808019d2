/* obpg - the file search of the Ocean Biology Processing Group */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "remote/obpg.h"

#define BLANKS " \t"

/* ---- the request ---- */

/* A value of the query; the asterisks of globs stay readable, as the service's own examples have them. */
static void
add_encoded(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~*";

	for (; *s != '\0'; s++)
		buf_add(b, strchr(plain, *s) != NULL ? "%c" : "%%%02X", (unsigned char)*s);
}

static void
add_param(struct buf *b, const char *key, const char *value)
{
	if (value == NULL)
		return;
	buf_add(b, "%s%s=", b->len == 0 ? "" : "&", key);
	add_encoded(b, value);
}

static int
add_more(struct buf *b, const struct strlist *more, struct err *e)
{
	for (size_t i = 0; more != NULL && i < more->n; i++) {
		const char *s = more->item[i];
		size_t n = strcspn(s, "=");
		char key[64];

		if (s[n] != '=' || n == 0 || n >= sizeof(key) ||
		    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != n)
			return err_set(e, E_USAGE, "%s: not a KEY=VALUE", s);
		xsnprintf(key, sizeof(key), "%.*s", (int)n, s);
		add_param(b, key, s + n + 1);
	}
	return 0;
}

char *
obpg_query_url(const char *url, const struct obpg_query *q, struct err *e)
{
	struct buf b = {0};
	char *out = NULL;

	/* The order of the reference system, so that its logs and ours can be compared. */
	add_param(&b, "dtype", q->dtype);
	add_param(&b, "search", q->search);
	add_param(&b, "sensor", q->sensor);
	add_param(&b, "sensor_id", q->sensor_id);
	add_param(&b, "std_only", q->std_only ? "1" : "0");
	add_param(&b, "results_as_file", "1");
	add_param(&b, "addurl", "1");
	add_param(&b, "cksum", "1");
	add_param(&b, "psdate", q->psdate);
	add_param(&b, "sdate", q->sdate);
	add_param(&b, "edate", q->edate);
	add_param(&b, "crdate", q->crdate ? "1" : NULL);
	if (add_more(&b, q->more, e) == 0)
		out = xfmt("%s?%s", url, buf_str(&b));
	buf_free(&b);
	return out;
}

char *
obpg_files_url(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = host != NULL ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;

	return xfmt("%.*s" OBPG_FILES, (int)n, url);
}

/* ---- the answer ---- */

static bool
says_none(const char *s)
{
	return strncasecmp(s, "No Results Found", 16) == 0 ||
	    strncasecmp(s, "Sorry No Files Matched Your Query", 33) == 0 ||
	    strncasecmp(s, "Sorry, No Files Matched Your Query", 34) == 0;
}

static const char *
trim(struct obpg_answer *a)
{
	const char *s = a->text;

	a->text[a->len] = '\0';
	while (a->len > 0 && strchr(BLANKS "\r", a->text[a->len - 1]) != NULL)
		a->text[--a->len] = '\0';
	if (a->lines == 1 && str_starts(s, "\xef\xbb\xbf"))
		s += 3;
	return s + strspn(s, BLANKS);
}

/* s is what the line says, NULL when it cannot be shown. */
static void
reject(struct obpg_answer *a, const char *s, const struct err *why)
{
	bool heading = s != NULL && a->files == 0 && a->rejects == 0 && strstr(s, ".nc") == NULL;

	if (a->first[0] == '\0')
		xsnprintf(a->first, sizeof(a->first), "%.60s", s != NULL ? s : why->msg);
	if (heading)
		return;
	a->rejects++;
	if (a->bad != NULL)
		a->bad(a->ctx, a->lines, why);
}

static int
take_entry(struct obpg_answer *a, const char *s, struct err *e)
{
	struct err why;

	if (*s == '\0' || *s == '#')
		return 0;
	if (*s == '<' && a->files == 0)
		return err_set(e, E_DATA, "a page for people instead of a list of files");
	if (says_none(s)) {
		a->none_found = true;
		return 0;
	}
	if (a->line(a->ctx, s, a->lines, &why))
		a->files++;
	else
		reject(a, s, &why);
	return 0;
}

static int
end_line(struct obpg_answer *a, struct err *e)
{
	bool binary = memchr(a->text, '\0', a->len) != NULL;
	struct err why;
	const char *s;
	int ret = 0;

	a->lines++;
	s = trim(a);
	if (a->too_long || a->len > OBPG_LINE_MAX) {
		err_set(&why, E_DATA, "longer than %d bytes", OBPG_LINE_MAX);
		reject(a, NULL, &why);
	} else if (binary) {
		err_set(&why, E_DATA, "binary data, not a list");
		reject(a, NULL, &why);
	} else {
		ret = take_entry(a, s, e);
	}
	a->len = 0;
	a->too_long = false;
	return ret;
}

int
obpg_answer_add(struct obpg_answer *a, const char *data, size_t size, struct err *e)
{
	while (size > 0) {
		const char *end = memchr(data, '\n', size);
		size_t n = end != NULL ? (size_t)(end - data) : size;
		size_t room = OBPG_LINE_MAX + 1 - a->len, take = n < room ? n : room;

		memcpy(a->text + a->len, data, take);
		a->len += take;
		a->too_long |= n > take;
		if (end != NULL && end_line(a, e) < 0)
			return -1;
		n += end != NULL;
		data += n;
		size -= n;
	}
	return 0;
}

int
obpg_answer_end(struct obpg_answer *a, bool framed, struct err *e)
{
	size_t files = a->files, rejects = a->rejects;

	if (a->len > 0 || a->too_long) {
		if (end_line(a, e) < 0)
			return -1;
		if (files > 0 && a->rejects > rejects)
			return err_set(e, E_DATA, "cut within line %zu", a->lines);
		if (!framed && a->files > files)
			return err_set(e, E_DATA, "cut within line %zu, or behind it", a->lines);
	}
	if (a->files > 0 || a->rejects > 0 || a->none_found)
		return a->files > 0 || a->none_found ? 0 :
		    err_set(e, E_DATA, "no line is a checksum and a name; it begins with \"%s\"", a->first);
	if (a->first[0] == '\0')
		return err_set(e, E_DATA, "empty answer");
	return err_set(e, E_DATA, "not a list of files; it begins with \"%s\"", a->first);
}
