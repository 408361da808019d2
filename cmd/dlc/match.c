/* match - which files are wanted */

#include <string.h>

#include "base/clock.h"
#include "granule/name.h"
#include "match.h"

int
match_init(struct match *m, const struct dataset *ds, enum ptype type, const char *pattern, struct err *e)
{
	char why[256];
	int rc;

	*m = (struct match){ .ds = ds, .type = type };
	if (pattern == NULL)
		return 0;
	rc = regcomp(&m->pattern, pattern, REG_EXTENDED | REG_NOSUB);
	if (rc != 0) {
		(void)regerror(rc, &m->pattern, why, sizeof(why));
		return err_set(e, E_USAGE, "--pattern %s: %s", pattern, why);
	}
	m->has_pattern = true;
	return 0;
}

void
match_fini(struct match *m)
{
	if (m->has_pattern)
		regfree(&m->pattern);
	*m = (struct match){0};
}

/* AQUA_MODIS.20250612T000000.L2.SST.nc, or A2013048142500.L2_LAC_SST.nc */
bool
match_time(const char *name, int64_t *t)
{
	const char *dot = strchr(name, '.');
	size_t n;

	if (dot != NULL && (n = clock_parse_stamp(dot + 1, t)) > 0)
		return dot[1 + n] == '.';
	return *name != '\0' && (n = clock_parse_stamp(name + 1, t)) > 0 && name[1 + n] == '.';
}

static bool
is_wanted(const struct match *m, const char *name)
{
	struct obpg_name n;

	if (m->has_pattern)
		return regexec(&m->pattern, name, 0, NULL, 0) == 0;
	return obpg_parse(name, &n, NULL) == 0 && n.form == OBPG_PRESENT && n.ds == m->ds &&
	    (n.suite != SUITE_OC || m->ds->instrument->day_needs_oc);
}

enum match_result
match_name(const struct match *m, const char *name)
{
	bool wanted = is_wanted(m, name);
	int64_t t;

	if (!wanted)
		return m->has_pattern || obpg_is_other(name) ? MATCH_NO : MATCH_BAD;
	if (m->has_pattern && !match_time(name, &t))
		return MATCH_BAD;
	if (m->type != PTYPE_COUNT && (strstr(name, "NRT") != NULL) != (m->type == PTYPE_QUICKLOOK))
		return MATCH_NO;
	return MATCH_YES;
}
