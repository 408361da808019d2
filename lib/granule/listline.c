/* listline - a line of a download list */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "granule/listline.h"

#define SEPARATORS " \t,"

/* A piece of the text. */
struct field {
	const char *at;
	size_t n;
};

/* The next field, without its quotes; *s moves behind it. Empty at the end. */
static struct field
next_field(const char **s)
{
	const char *at = *s + strspn(*s, SEPARATORS), *quote = *at == '"' ? strchr(at + 1, '"') : NULL;
	struct field f = { at, strcspn(at, SEPARATORS "\r") };

	if (quote != NULL)
		f = (struct field){ at + 1, (size_t)(quote - at - 1) };
	*s = quote != NULL ? quote + 1 : at + f.n;
	return f;
}

/* The digest's text in lower case; DIGEST_NONE when it is none. */
static enum digest_alg
checksum_of(struct field f, char out[DIGEST_HEX_SIZE])
{
	enum digest_alg alg = DIGEST_NONE;

	out[0] = '\0';
	if (f.n >= DIGEST_HEX_SIZE)
		return DIGEST_NONE;
	for (size_t i = 0; i < f.n; i++)
		out[i] = (char)tolower((unsigned char)f.at[i]);
	out[f.n] = '\0';
	alg = digest_alg_of(out);
	if (alg == DIGEST_NONE)
		out[0] = '\0';
	return alg;
}

/* The part of a URL or path before its query, and the base name in it. */
static struct field
base_of(struct field f, size_t *shown)
{
	size_t at;

	for (*shown = 0; *shown < f.n && f.at[*shown] != '?' && f.at[*shown] != '#'; ++*shown)
		;
	for (at = *shown; at > 0 && f.at[at - 1] != '/'; at--)
		;
	return (struct field){ f.at + at, *shown - at };
}

void
listline_base(const char *text, char out[NAME_SIZE])
{
	size_t shown;
	struct field base = base_of(next_field(&text), &shown);

	if (base.n >= NAME_SIZE)
		base.n = 0;
	memcpy(out, base.at, base.n);
	out[base.n] = '\0';
}

static bool
has_scheme(struct field f, const char *scheme)
{
	return f.n >= strlen(scheme) && strncasecmp(f.at, scheme, strlen(scheme)) == 0;
}

/* Whether a component of the path is "..": nothing that belongs into a list. */
static bool
climbs(const char *s, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (s[i] == '.' && s[i + 1] == '.' && (i == 0 || s[i - 1] == '/') && (i + 2 == n || s[i + 2] == '/'))
			return true;
	return false;
}

/* The URL of a field that has a scheme. What the URLs of a directory share is looked at once: lists have few. */
static int
take_url(struct listline *l, struct field f, size_t dir, struct err *e)
{
	bool known = dir > strlen("https://") && l->dir == dir && memcmp(l->url, f.at, dir) == 0;
	struct url u;

	l->dir = 0;
	if (!has_scheme(f, "https://") && !has_scheme(f, "http://"))
		return err_set(e, E_DATA, "%.*s: not an https URL", (int)f.n, f.at);
	memcpy(l->url, f.at, f.n);
	l->url[f.n] = '\0';
	if (has_scheme(f, "http://") && !known && url_parse(l->url, &u, NULL) < 0) {	/* not this machine */
		memcpy(l->url, "https", 5);
		memcpy(l->url + 5, f.at + 4, f.n - 4);
		l->url[f.n + 1] = '\0';
		dir++;
	}
	if (!known && url_parse(l->url, &u, e) < 0)
		return -1;
	for (const char *s = l->url + dir; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f)
			return err_set(e, E_DATA, "not a URL: blank, control or non-ASCII characters in it");
	l->dir = dir;
	return 0;
}

static int
take_file(struct listline *l, struct field f, const char *source, struct err *e)
{
	size_t shown;
	struct field base = base_of(f, &shown);

	if (climbs(f.at, shown))
		return err_set(e, E_DATA, "%.*s: a path with \"..\" in it is refused", (int)shown, f.at);
	if (f.n + strlen(source) + 2 > sizeof(l->url))
		return err_set(e, E_DATA, "%.80s...: too long", f.at);
	if (memmem(f.at, shown, "://", 3) != NULL) {
		if (take_url(l, f, (size_t)(base.at - f.at), e) < 0)
			return -1;
	} else {
		l->dir = strlen(source);
		xsnprintf(l->url, sizeof(l->url), "%s%.*s", source, (int)base.n, base.at);
	}
	if (base.n == 0 || base.n >= NAME_SIZE)
		return err_set(e, E_DATA, "%.*s: no file name in it", url_shown(l->url), l->url);
	memcpy(l->name, base.at, base.n);
	l->name[base.n] = '\0';
	return 0;
}

static bool
is_name(const char *s)
{
	if (*s == '.' || *s == '-')
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && *s != '.' && *s != '_' && *s != '-')
			return false;
	return true;
}

enum listline_result
listline_parse(const char *text, const char *source, struct listline *l, struct err *e)
{
	struct field a, b;
	bool swapped, ours;

	text += strspn(text, " \t");
	if (*text == '\0' || *text == '#')
		return LISTLINE_NONE;
	a = next_field(&text);
	b = next_field(&text);
	l->rest = text + strspn(text, SEPARATORS);
	l->alg = checksum_of(b, l->checksum);
	if (b.n == 0 && checksum_of(a, l->checksum) != DIGEST_NONE) {
		err_set(e, E_DATA, "\"%.*s\": a checksum without a file", (int)a.n, a.at);
		return LISTLINE_BAD;
	}
	swapped = l->alg == DIGEST_NONE && (l->alg = checksum_of(a, l->checksum)) != DIGEST_NONE;
	if (take_file(l, swapped ? b : a, source, e) < 0)
		return LISTLINE_BAD;
	ours = obpg_parse(l->name, &l->obpg, e) == 0;
	if (!ours && !is_name(l->name))
		return LISTLINE_BAD;
	if (l->alg == DIGEST_NONE && b.n > 0) {
		if (ours)
			err_set(e, E_DATA, "%s: \"%.*s\" is no checksum (32, 40 or 64 hexadecimal digits)", l->name,
			    b.n > 70 ? 70 : (int)b.n, b.at);
		return LISTLINE_BAD;
	}
	return ours ? LISTLINE_FILE : obpg_is_other(l->name) ? LISTLINE_OTHER : LISTLINE_STRANGE;
}
