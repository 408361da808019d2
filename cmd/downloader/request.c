/* request - one line of a download list */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "remote/url.h"
#include "request.h"

#define SEPARATORS " \t,"

void
request_base(const char *url, char out[NAME_SIZE])
{
	size_t end = (size_t)url_shown(url), from = end;

	while (from > 0 && url[from - 1] != '/')
		from--;
	if (end - from >= NAME_SIZE)
		end = from;
	memcpy(out, url + from, end - from);
	out[end - from] = '\0';
}

static bool
has_scheme(const char *s, const char *scheme)
{
	return strncasecmp(s, scheme, strlen(scheme)) == 0;
}

/* Whether a component of the path is "..": nothing that belongs into a list. */
static bool
climbs(const char *s, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (s[i] == '.' && s[i + 1] == '.' && (i == 0 || s[i - 1] == '/') &&
		    (i + 2 == n || s[i + 2] == '/'))
			return true;
	return false;
}

/* The URL of a list's first field; owned by the caller. */
static char *
make_url(const char *field, struct err *e)
{
	struct url u;
	char *https, name[NAME_SIZE];

	if (climbs(field, (size_t)url_shown(field))) {
		err_set(e, E_DATA, "%.*s: a path with \"..\" in it is refused", url_shown(field), field);
		return NULL;
	}
	if (has_scheme(field, "https://"))
		return mem_str(field, e);
	if (has_scheme(field, "http://")) {
		if (url_parse(field, &u, NULL) == 0)	/* this machine */
			return mem_str(field, e);
		https = mem_fmt(e, "https%s", field + 4);
		return https;
	}
	if (strstr(field, "://") != NULL) {
		err_set(e, E_DATA, "%.*s: not an https URL", url_shown(field), field);
		return NULL;
	}
	request_base(field, name);
	return mem_fmt(e, REQUEST_SOURCE "%s", name);
}

/* The digest's text in lower case; -1 when it is none. */
static int
take_checksum(struct request *r, const char *field, struct err *e)
{
	size_t n = strlen(field);

	if (n == 0)
		return 0;
	r->alg = digest_alg_of(field);
	if (r->alg == DIGEST_NONE)
		return err_set(e, E_DATA, "%s: \"%.70s\" is no checksum (32, 40 or 64 hexadecimal digits)", r->name,
		    field);
	for (size_t i = 0; i <= n; i++)
		r->checksum[i] = (char)tolower((unsigned char)field[i]);
	return 0;
}

static int
take_fields(struct request *r, char *url, const char *checksum, struct err *e)
{
	struct url u;

	r->url = make_url(url, e);
	if (r->url == NULL || url_parse(r->url, &u, e) < 0)
		return -1;
	request_base(r->url, r->name);
	if (r->name[0] == '\0')
		return err_set(e, E_DATA, "%.*s: no file name in it", url_shown(r->url), r->url);
	if (obpg_parse(r->name, &r->obpg, e) < 0 || obpg_final_name(r->name, r->final, e) < 0)
		return -1;
	return take_checksum(r, checksum, e);
}

static int
upgrade_line(struct request *r, struct err *e)
{
	char *line = mem_fmt(e, "https%s", r->line + 4);

	if (line == NULL)
		return -1;
	free(r->line);
	r->line = line;
	return 0;
}

enum request_result
request_parse(const char *text, struct request *r, struct err *e)
{
	char *copy, *end, *checksum;
	int ok;

	*r = (struct request){0};
	text += strspn(text, " \t");
	if (*text == '\0' || *text == '#')
		return REQUEST_NONE;
	r->line = mem_str(text, e);
	copy = mem_str(text, e);
	if (r->line == NULL || copy == NULL) {
		free(copy);
		return REQUEST_BAD;
	}
	end = r->line + strlen(r->line);
	while (end > r->line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = '\0';
	checksum = copy + strcspn(copy, SEPARATORS);
	if (*checksum != '\0')
		*checksum++ = '\0';
	checksum += strspn(checksum, SEPARATORS);
	checksum[strcspn(checksum, SEPARATORS "\r")] = '\0';
	ok = take_fields(r, copy, checksum, e);
	free(copy);
	if (ok == 0 && has_scheme(r->line, "http:") && has_scheme(r->url, "https:"))
		ok = upgrade_line(r, e);
	return ok == 0 ? REQUEST_OK : REQUEST_BAD;
}

void
request_fini(struct request *r)
{
	free(r->line);
	free(r->url);
	r->line = r->url = NULL;
}
