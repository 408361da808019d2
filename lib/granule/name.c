/* name - names of granule files */

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/name.h"

#define L2P_MIDDLE "-JPL-L2P_GHRSST-SSTskin-"
#define L2P_TAIL "-v02.0-fv01.0.nc"

/* Move *s behind prefix when it starts with it. */
static bool
skip(const char **s, const char *prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s += strlen(prefix);
	return true;
}

/* A time; stamp gets its text, *ordinal whether that has a day of year. */
static bool
skip_time(const char **s, int64_t *t, char stamp[16], bool *ordinal)
{
	size_t n = clock_parse_stamp(*s, t);

	if (n == 0)
		return false;
	memcpy(stamp, *s, n);
	stamp[n] = '\0';
	*ordinal = n == 13;
	*s += n;
	return true;
}

/* Everything behind the suite token: [.NRT].nc */
static bool
skip_suite_to_end(const char *s, struct obpg_name *n)
{
	for (enum suite i = SUITE_SST; i < SUITE_COUNT; i++) {
		const char *t = s;

		if (!skip(&t, suite_name(n->ds->instrument, i)))
			continue;
		n->nrt = skip(&t, ".NRT");
		n->suite = i;
		if (strcmp(t, ".nc") == 0)
			return true;
	}
	return false;
}

static bool
parse_present(const char *s, struct obpg_name *n)
{
	for (size_t i = 0; (n->ds = dataset_at(i)) != NULL; i++) {
		const char *t = s;
		bool ordinal;

		if (!skip(&t, n->ds->obpg) || !skip(&t, ".") || !skip_time(&t, &n->time, n->stamp, &ordinal))
			continue;
		n->form = ordinal ? OBPG_2019 : OBPG_PRESENT;
		if (skip(&t, ".L2.") && skip_suite_to_end(t, n))
			return true;
	}
	return false;
}

/* A2004001002000.L2_LAC_SST.nc, V2019176235400.L2_SNPP_SST3.nc */
static bool
parse_legacy(const char *s, struct obpg_name *n)
{
	n->form = OBPG_LEGACY;
	for (size_t i = 0; (n->ds = dataset_at(i)) != NULL; i++) {
		const char *t = s + 1;
		bool ordinal;

		if (*s == n->ds->legacy_letter && skip_time(&t, &n->time, n->stamp, &ordinal) && ordinal &&
		    skip(&t, ".L2_") && skip(&t, n->ds->combined) && skip(&t, "_") && skip_suite_to_end(t, n))
			return true;
	}
	return false;
}

/* The error of a name that is none of what was expected, with the program that takes it. */
static int
wrong_name(const char *base, const char *expected, struct err *e)
{
	struct combined_name combined;
	struct obpg_name obpg;
	struct l2p_name l2p;
	const char *hint = "";

	if (e == NULL)
		return -1;
	if (obpg_parse(base, &obpg, NULL) == 0)
		hint = "; it is an OBPG file, which combiner takes";
	else if (combined_parse(base, &combined, NULL) == 0)
		hint = "; it is a combined file, which processor takes";
	else if (l2p_parse(base, &l2p, NULL) == 0)
		hint = "; it is a granule, which uploader takes";
	return err_set(e, E_DATA, "%s: not the name of %s%s", base, expected, hint);
}

int
obpg_parse(const char *path, struct obpg_name *n, struct err *e)
{
	const char *s = str_base(path);

	*n = (struct obpg_name){0};
	if (strlen(s) < NAME_SIZE && (parse_present(s, n) || parse_legacy(s, n)))
		return 0;
	return wrong_name(s, "an OBPG Level-2 SST, SST4, SST3 or OC file", e);
}

/* A day as YYYYMMDD or YYYYDDD, by n; true when it is one. */
static bool
is_day(const char *s, size_t n)
{
	char stamp[CLOCK_STAMP_SIZE];
	int64_t t;

	if (!str_digits(s, n))
		return false;
	xsnprintf(stamp, sizeof(stamp), n == 8 ? "%.8sT000000" : "%.7s000000", s);
	return clock_parse_stamp(stamp, &t) > 0;
}

/* A time, a day, or the first and the last day of a map, then a dot and more: 20240105T031001.L2,
 * 20240101_20240131.L3m, 20040012004031.L3m */
static bool
is_period(const char *s)
{
	int64_t t;
	size_t n = clock_parse_stamp(s, &t);

	if (n > 0 && s[n] == '.')
		return s[n + 1] != '\0';
	for (n = 8; n >= 7; n--) {
		const char *end = s + n;

		if (!is_day(s, n))
			continue;
		if (n == 8 && *end == '_')
			end++;
		if (is_day(end, n))
			end += n;
		if (*end == '.')
			return end[1] != '\0';
	}
	return false;
}

bool
obpg_is_other(const char *path)
{
	const char *s = str_base(path);
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (n == 0 || *s < 'A' || *s > 'Z')
		return false;
	return (s[n] == '.' && is_period(s + n + 1)) || is_period(s + 1);
}

void
obpg_sibling(const struct obpg_name *n, enum suite suite, int seconds, bool nrt, char out[NAME_SIZE])
{
	const char *token = suite_name(n->ds->instrument, suite), *end = nrt ? ".NRT.nc" : ".nc";
	struct civil c = clock_civil(n->time + seconds);
	char stamp[64];

	if (n->form == OBPG_PRESENT)
		clock_stamp(n->time + seconds, stamp);
	else
		xsnprintf(stamp, sizeof(stamp), "%04d%03d%02d%02d%02d", c.year, c.doy, c.hour, c.minute,
		    c.second);
	if (n->form == OBPG_LEGACY)
		xsnprintf(out, NAME_SIZE, "%c%s.L2_%s_%s%s", n->ds->legacy_letter, stamp, n->ds->combined,
		    token, end);
	else
		xsnprintf(out, NAME_SIZE, "%s.%s.L2.%s%s", n->ds->obpg, stamp, token, end);
}

int
obpg_final_name(const char *path, char out[NAME_SIZE], struct err *e)
{
	const char *s = str_base(path), *nrt = strstr(s, ".NRT");

	if (nrt == NULL)
		return str_fmt(out, NAME_SIZE, e, "%s", s);
	return str_fmt(out, NAME_SIZE, e, "%.*s%s", (int)(nrt - s), s, nrt + 4);
}

int
combined_parse(const char *path, struct combined_name *n, struct err *e)
{
	const char *base = str_base(path);

	for (size_t i = 0; dataset_at(i) != NULL; i++) {
		const char *s = base;
		bool ordinal;

		*n = (struct combined_name){ .ds = dataset_at(i) };
		n->refined = skip(&s, "refined_");
		if (*s != n->ds->letter)
			continue;
		s++;
		if (!skip_time(&s, &n->time, n->stamp, &ordinal) || !skip(&s, ".") || !skip(&s, n->ds->combined) ||
		    !skip(&s, "_GSST"))
			continue;
		n->night = *s == 'N';
		if (strcmp(s, "N.nc") == 0 || strcmp(s, "D.nc") == 0)
			return 0;
	}
	return wrong_name(base, "a combined file", e);
}

void
combined_format(const struct combined_name *n, char out[NAME_SIZE])
{
	xsnprintf(out, NAME_SIZE, "%s%c%s.%s_GSST%c.nc", n->refined ? "refined_" : "", n->ds->letter,
	    n->stamp, n->ds->combined, n->night ? 'N' : 'D');
}

/* 14 digits YYYYMMDDHHMMSS */
static bool
skip_l2p_time(const char **s, int64_t *t)
{
	char stamp[CLOCK_STAMP_SIZE];

	if (strnlen(*s, 14) < 14 || !str_digits(*s, 14))
		return false;
	xsnprintf(stamp, sizeof(stamp), "%.8sT%.6s", *s, *s + 8);
	*s += 14;
	return clock_parse_stamp(stamp, t) == 15;
}

int
l2p_parse(const char *path, struct l2p_name *n, struct err *e)
{
	const char *base = str_base(path);

	for (size_t i = 0; dataset_at(i) != NULL; i++) {
		const char *s = base;

		*n = (struct l2p_name){ .ds = dataset_at(i) };
		if (!skip_l2p_time(&s, &n->time) || !skip(&s, L2P_MIDDLE) || !skip(&s, n->ds->l2p))
			continue;
		n->night = skip(&s, "-N");
		if ((n->night || skip(&s, "-D")) && strcmp(s, L2P_TAIL) == 0)
			return 0;
	}
	return wrong_name(base, "an L2P granule", e);
}

void
l2p_format(const struct l2p_name *n, char out[NAME_SIZE])
{
	char stamp[CLOCK_STAMP_SIZE];

	clock_stamp(n->time, stamp);
	xsnprintf(out, NAME_SIZE, "%.8s%.6s" L2P_MIDDLE "%s-%c" L2P_TAIL, stamp, stamp + 9, n->ds->l2p,
	    n->night ? 'N' : 'D');
}
