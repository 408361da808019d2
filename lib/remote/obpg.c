/* obpg - the file search of the Ocean Biology Processing Group */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "remote/obpg.h"
#include "remote/url.h"

#define SHA1_LEN (OBPG_SHA1_SIZE - 1)
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
add_more(struct buf *b, const char *const *more, struct err *e)
{
	for (; more != NULL && *more != NULL; more++) {
		size_t n = strcspn(*more, "=");
		char key[64];

		if ((*more)[n] != '=' || n == 0 || n >= sizeof(key) ||
		    strspn(*more, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != n)
			return err_set(e, E_USAGE, "%s: not a KEY=VALUE", *more);
		memcpy(key, *more, n);
		key[n] = '\0';
		add_param(b, key, *more + n + 1);
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
	if (add_more(&b, q->more, e) == 0 && buf_text(&b, e) != NULL)
		out = mem_fmt(e, "%s?%s", url, b.text);
	buf_free(&b);
	return out;
}

char *
obpg_files_url(const char *url, struct err *e)
{
	const char *host = strstr(url, "://");
	size_t n = host != NULL ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;

	return mem_fmt(e, "%.*s" OBPG_FILES, (int)n, url);
}

/* ---- a line ---- */

/* The next token, without its quotes; NULL when there is none. *s moves behind it. */
static const char *
next_token(const char **s, size_t *n)
{
	const char *from = *s + strspn(*s, BLANKS), *quote;

	if (*from == '\0')
		return NULL;
	quote = *from == '"' ? strchr(from + 1, '"') : NULL;
	if (quote != NULL) {
		from++;
		*n = (size_t)(quote - from);
		*s = quote + 1;
	} else {
		*n = strcspn(from, BLANKS);
		*s = from + *n;
	}
	return from;
}

static bool
is_sha1(const char *s, size_t n)
{
	if (n != SHA1_LEN)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* The name becomes part of URLs and paths. */
static bool
is_name(const char *s, size_t n)
{
	if (n == 0 || n >= OBPG_NAME_SIZE || *s == '.' || *s == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '.' && s[i] != '_' && s[i] != '-')
			return false;
	return true;
}

/* Whether the URL of n bytes is one of the server that files_url names. */
static int
check_host(const char *text, size_t n, const char *files_url, struct err *e)
{
	struct url u, ours;
	char *copy = mem_fmt(e, "%.*s", (int)n, text);
	int ret = -1;

	if (copy == NULL)
		return -1;
	if (url_parse(copy, &u, e) == 0 && url_parse(files_url, &ours, e) == 0)
		ret = url_same_origin(&u, &ours) ? 0 :
		    err_set(e, E_DATA, "%.*s: not a file of %s", url_shown(copy), copy, ours.host);
	free(copy);
	return ret;
}

static int
take_name(const char *s, size_t n, const char *files_url, char out[OBPG_NAME_SIZE], struct err *e)
{
	const char *scheme = memmem(s, n, "://", 3);

	if (scheme != NULL) {
		const char *end = s + n;

		if (check_host(s, n, files_url, e) < 0)
			return -1;
		for (s = scheme + 3; memchr(s, '/', (size_t)(end - s)) != NULL; s++)
			;
		n = (size_t)(end - s);
	}
	if (!is_name(s, n))
		return err_set(e, E_DATA, "%.*s: not the name of a file", n > 80 ? 80 : (int)n, s);
	memcpy(out, s, n);
	out[n] = '\0';
	return 0;
}

int
obpg_file_parse(const char *line, const char *files_url, struct obpg_file *f, struct err *e)
{
	const char *s = line, *a, *b, *sum;
	size_t na = 0, nb = 0;

	a = next_token(&s, &na);
	b = a != NULL ? next_token(&s, &nb) : NULL;
	if (b == NULL)
		return err_set(e, E_DATA, "\"%.80s\": not a checksum and a name", line);
	sum = is_sha1(a, na) ? a : b;
	if (!is_sha1(sum, sum == a ? na : nb))
		return err_set(e, E_DATA, "\"%.120s\": no SHA-1 checksum (40 hexadecimal digits)", line);
	for (size_t i = 0; i < SHA1_LEN; i++)
		f->sha1[i] = (char)tolower((unsigned char)sum[i]);
	f->sha1[SHA1_LEN] = '\0';
	return sum == a ? take_name(b, nb, files_url, f->name, e) : take_name(a, na, files_url, f->name, e);
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
		(void)snprintf(a->first, sizeof(a->first), "%.60s", s != NULL ? s : why->msg);
	if (heading)
		return;
	a->rejects++;
	if (a->bad != NULL)
		a->bad(a->ctx, a->lines, why);
}

static int
take_line(struct obpg_answer *a, const char *s, struct err *e)
{
	struct obpg_file f;
	struct err why;

	if (*s == '\0')
		return 0;
	if (*s == '<' && a->files == 0)
		return err_set(e, E_DATA, "a page for people instead of a list of files");
	if (says_none(s)) {
		a->none_found = true;
		return 0;
	}
	if (obpg_file_parse(s, a->files_url, &f, &why) < 0) {
		reject(a, s, &why);
		return 0;
	}
	a->files++;
	return a->file(a->ctx, &f, a->lines, e);
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
		ret = take_line(a, s, e);
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
