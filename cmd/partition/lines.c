/* lines - the lines of download lists, compactly */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "lines.h"

#define DAY 86400
#define DIRS_MAX UINT16_MAX

/* --- checksums -------------------------------------------------------------------------------------------------- */

/* A SHA-1 goes into 20 bytes, everything else into the texts. */
static int
take_sum(struct lines *l, struct line *to, struct err *e)
{
	const char *sum = l->last.checksum;
	uint32_t at = (uint32_t)l->sums.len;

	to->opaque = l->last.alg != DIGEST_SHA1;
	if (!to->opaque) {
		hex_bytes(sum, sizeof(to->sum), to->sum);
		return 0;
	}
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

/* The directory s[n] becomes l->dir. */
static int
find_dir(struct lines *l, const char *s, size_t n, struct err *e)
{
	uint32_t *at;
	char *dir;

	if (is_dir(l, l->dir, s, n))
		return 0;
	at = set_at(&l->dir_index, s, n);
	if (*at == 0) {
		if (l->dirs.n == DIRS_MAX)
			return err_set(e, E_ENV, "more than %d different directories of URLs", DIRS_MAX);
		dir = xfmt("%.*s", (int)n, s);
		strlist_push(&l->dirs, dir);
		free(dir);
		*at = (uint32_t)l->dirs.n;
	}
	l->dir = (uint16_t)(*at - 1);
	return 0;
}

/* The URL without its name; what follows that, a query, is kept. */
static int
take_dir(struct lines *l, struct err *e)
{
	const char *tail = l->last.url + l->last.dir + strlen(l->last.name);
	char *dir;
	int ret;

	if (*tail == '\0')
		return find_dir(l, l->last.url, l->last.dir, e);
	dir = xfmt("%.*s%s", (int)l->last.dir, l->last.url, tail);
	ret = find_dir(l, dir, strlen(dir), e);
	free(dir);
	return ret;
}

/* --- the table -------------------------------------------------------------------------------------------------- */

/* Whether jobs can be made of the file. */
static int
check_file(const struct lines *l, struct err *e)
{
	const struct obpg_name *n = &l->last.obpg;

	if (n->form != OBPG_PRESENT)
		return err_set(e, E_DATA, "%s: a name of the older form, jobs cannot be made of these", l->last.name);
	if (l->ds != NULL && n->ds != l->ds)
		return err_set(e, E_DATA, "%s: not a file of %s", l->last.name, l->ds->key);
	if (n->time < 0 || n->time > UINT32_MAX)
		return err_set(e, E_DATA, "%s: not a time of satellites", l->last.name);
	return 0;
}

int
lines_add(struct lines *l, const char *text, size_t number, struct err *e)
{
	enum listline_result got = listline_parse(text, LISTLINE_SOURCE, &l->last, e);
	const struct obpg_name *n = &l->last.obpg;
	struct line *to;

	if (got == LISTLINE_NONE)
		return 0;
	if (got == LISTLINE_OTHER)
		return LINES_OTHER;
	if (got == LISTLINE_FILE && l->foreign && l->ds != NULL && n->ds != l->ds) {
		err_set(e, E_DATA, "%s: not a file of %s", l->last.name, l->ds->key);
		return LINES_OTHER;
	}
	if (got != LISTLINE_FILE || check_file(l, e) < 0 || take_dir(l, e) < 0)
		return -1;
	if (l->n == LINES_MAX)
		return err_set(e, E_ENV, "more than %zu lines", LINES_MAX);
	xgrow(&l->line, &l->cap, l->n + 1, sizeof(*l->line));
	to = &l->line[l->n];
	*to = (struct line){ .time = (uint32_t)n->time, .number = (uint32_t)number, .dir = l->dir,
		.suite = (uint8_t)n->suite, .nrt = n->nrt };
	if (take_sum(l, to, e) < 0)
		return -1;
	l->ds = n->ds;
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
	const char *dir = l->dirs.item[line->dir];
	size_t n = strcspn(dir, "?#");

	buf_put(b, dir, n);
	lines_name(l->ds, line->time, (enum suite)line->suite, line->nrt, b);
	put(b, dir + n);
}

void
lines_text(const struct lines *l, size_t i, struct buf *b)
{
	const struct line *line = &l->line[i];
	char hex[42] = " ";

	lines_url(l, i, b);
	if (!line->opaque) {
		hex_text(line->sum, sizeof(line->sum), hex + 1);
		buf_put(b, hex, sizeof(hex) - 1);
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
