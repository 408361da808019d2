/* lines - the lines of download lists, compactly */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "granule/name.h"
#include "lines.h"
#include "remote/url.h"

#define SEPARATORS " \t"
#define DAY 86400
#define DIRS_MAX UINT16_MAX

/* --- a line ----------------------------------------------------------------------------------------------------- */

/* Take a line apart: 1, 0 for a blank line or a comment, -1 with E_DATA. */
static int
parse(char *text, const char **url, const char **name, const char **sum, struct err *e)
{
	char *end, *p;

	text += strspn(text, SEPARATORS);
	if (*text == '\0' || *text == '#')
		return 0;
	end = text + strcspn(text, SEPARATORS);
	p = end + strspn(end, SEPARATORS);
	*end = '\0';
	*url = text;
	*sum = p;
	end = p + strcspn(p, SEPARATORS);
	if (end[strspn(end, SEPARATORS)] != '\0')
		return err_set(e, E_DATA, "more than a URL and a checksum");
	*end = '\0';
	*name = str_base(*url);
	if (*name == *url || strchr(*name, '?') != NULL)
		return err_set(e, E_DATA, "%.*s: not the https URL of a file", url_shown(*url), *url);
	return 1;
}

/* Printable, no comma: lists of two names in one line were joined by it once. */
static bool
is_checksum(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < '!' || *s > '~' || *s == ',')
			return false;
	return true;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 40 lower-case hex digits go into 20 bytes, everything else into the texts. */
static int
take_sum(struct lines *l, struct line *to, const char *sum, struct err *e)
{
	uint32_t at = (uint32_t)l->sums.len;
	size_t i = 0;

	if (strlen(sum) == 40)
		for (; i < 20; i++) {
			int hi = hex_digit(sum[2 * i]), lo = hex_digit(sum[2 * i + 1]);

			if (hi < 0 || lo < 0)
				break;
			to->sum[i] = (unsigned char)(hi << 4 | lo);
		}
	to->opaque = i < 20;
	if (!to->opaque)
		return 0;
	if (l->sums.len > UINT32_MAX - 2 * (size_t)4096)
		return err_set(e, E_ENV, "more than 4 GB of checksums");
	buf_put(&l->sums, sum, strlen(sum) + 1);
	memcpy(to->sum, &at, sizeof(at));
	return 0;
}

/* --- directories ------------------------------------------------------------------------------------------------ */

static bool
is_dir(const struct lines *l, size_t i, const char *s, size_t n)
{
	return i < l->dirs.n && strncmp(l->dirs.item[i], s, n) == 0 && l->dirs.item[i][n] == '\0';
}

/* What every URL of the directory shares is checked once. */
static int
check_dir(const char *dir, struct err *e)
{
	struct url u;

	if (strstr(dir, "/../") != NULL || strstr(dir, "/./") != NULL)
		return err_set(e, E_DATA, "%s: a path with \"..\" in it is refused", dir);
	if (dir[strcspn(dir, "?#")] != '\0')
		return err_set(e, E_DATA, "%.*s: not the https URL of a file", url_shown(dir), dir);
	for (const char *s = dir; *s != '\0'; s++)
		if (*s < '!' || *s > '~')
			return err_set(e, E_DATA, "%s: not a URL", dir);
	return url_parse(dir, &u, e);
}

/* The directory s[n], ending in a slash, becomes l->last. */
static int
find_dir(struct lines *l, const char *s, size_t n, struct err *e)
{
	uint32_t *at;
	char *dir;
	int ret = 0;

	if (is_dir(l, l->last, s, n))
		return 0;
	at = set_at(&l->dir_index, s, n);
	if (*at == 0) {
		if (l->dirs.n == DIRS_MAX)
			return err_set(e, E_ENV, "more than %d different directories of URLs", DIRS_MAX);
		dir = xfmt("%.*s", (int)n, s);
		ret = check_dir(dir, e);
		if (ret == 0) {
			strlist_push(&l->dirs, dir);
			*at = (uint32_t)l->dirs.n;
		}
		free(dir);
	}
	if (ret == 0)
		l->last = (uint16_t)(*at - 1);
	return ret;
}

/* --- the table -------------------------------------------------------------------------------------------------- */

static int
check_name(struct lines *l, const char *name, struct obpg_name *n, struct err *e)
{
	if (obpg_parse(name, n, e) < 0)
		return -1;
	if (n->form != OBPG_PRESENT)
		return err_set(e, E_DATA, "%s: a name of the older form, jobs cannot be made of these", name);
	if (l->ds != NULL && n->ds != l->ds)
		return err_set(e, E_DATA, "%s: not a file of %s", name, l->ds->key);
	if (n->time < 0 || n->time > UINT32_MAX)
		return err_set(e, E_DATA, "%s: not a time of satellites", name);
	return 0;
}

int
lines_add(struct lines *l, char *text, size_t number, struct err *e)
{
	const char *url, *base = NULL, *sum;
	struct obpg_name n;
	struct line *to;
	int r = parse(text, &url, &base, &sum, e);

	if (r <= 0)
		return r;
	if (check_name(l, base, &n, e) < 0)
		return -1;
	if (!is_checksum(sum))
		return err_set(e, E_DATA, "%s: \"%.70s\" is no checksum", base, sum);
	if (find_dir(l, url, (size_t)(base - url), e) < 0)
		return -1;
	if (l->n == LINES_MAX)
		return err_set(e, E_ENV, "more than %zu lines", LINES_MAX);
	xgrow(&l->line, &l->cap, l->n + 1, sizeof(*l->line));
	to = &l->line[l->n];
	*to = (struct line){ .time = (uint32_t)n.time, .number = (uint32_t)number, .dir = l->last,
		.suite = (uint8_t)n.suite, .nrt = n.nrt };
	if (take_sum(l, to, sum, e) < 0)
		return -1;
	l->ds = n.ds;
	l->n++;
	return 1;
}

static const char *
opaque_sum(const struct lines *l, const struct line *line)
{
	uint32_t at;

	memcpy(&at, line->sum, sizeof(at));
	return l->sums.text + at;
}

bool
lines_same_sum(const struct lines *l, size_t i, size_t k)
{
	const struct line *a = &l->line[i], *b = &l->line[k];

	if (a->opaque != b->opaque)
		return false;
	if (a->opaque)
		return strcmp(opaque_sum(l, a), opaque_sum(l, b)) == 0;
	return memcmp(a->sum, b->sum, sizeof(a->sum)) == 0;
}

/* --- texts ------------------------------------------------------------------------------------------------------ */

static void
two_digits(char *to, unsigned int v)
{
	to[0] = (char)('0' + v / 10);
	to[1] = (char)('0' + v % 10);
}

/* Called three times a line: only a new day asks the calendar. */
void
lines_stamp(uint32_t time, struct buf *b)
{
	static _Thread_local uint32_t day = UINT32_MAX;
	static _Thread_local char stamp[CLOCK_STAMP_SIZE];
	unsigned int s = time % DAY;

	if (day != time / DAY) {
		day = time / DAY;
		clock_stamp((int64_t)day * DAY, stamp);
	}
	two_digits(stamp + 9, s / 3600);
	two_digits(stamp + 11, s / 60 % 60);
	two_digits(stamp + 13, s % 60);
	buf_put(b, stamp, CLOCK_STAMP_SIZE - 1);
}

static void
put(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
lines_name(const struct dataset *ds, uint32_t time, enum suite suite, bool nrt, struct buf *b)
{
	put(b, ds->obpg);
	put(b, ".");
	lines_stamp(time, b);
	put(b, ".L2.");
	put(b, suite_name(ds->instrument, suite));
	put(b, nrt ? ".NRT.nc" : ".nc");
}

void
lines_url(const struct lines *l, size_t i, struct buf *b)
{
	const struct line *line = &l->line[i];

	put(b, l->dirs.item[line->dir]);
	lines_name(l->ds, line->time, (enum suite)line->suite, line->nrt, b);
}

void
lines_text(const struct lines *l, size_t i, struct buf *b)
{
	static const char digit[] = "0123456789abcdef";
	const struct line *line = &l->line[i];
	char hex[41] = " ";

	lines_url(l, i, b);
	if (!line->opaque) {
		for (size_t k = 0; k < sizeof(line->sum); k++) {
			hex[2 * k + 1] = digit[line->sum[k] >> 4];
			hex[2 * k + 2] = digit[line->sum[k] & 15];
		}
		buf_put(b, hex, sizeof(hex));
	} else if (*opaque_sum(l, line) != '\0') {
		put(b, " ");
		put(b, opaque_sum(l, line));
	}
}

void
lines_fini(struct lines *l)
{
	free(l->line);
	set_fini(&l->dir_index);
	strlist_free(&l->dirs);
	buf_free(&l->sums);
	*l = (struct lines){0};
}
