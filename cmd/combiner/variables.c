/* variables - the table of variables of a combined file */

#include <stdio.h>
#include <string.h>

#include "variables.h"

#define GEO "geophysical_data"
#define NAV "navigation_data"
#define SCAN "scan_line_attributes"

#define TEXTS [ATT_LONG_NAME] = ATT_COPY, [ATT_UNITS] = ATT_COPY
#define RANGE(r) [ATT_FILL] = (r), [ATT_MIN] = (r), [ATT_MAX] = (r)
#define SCALE(r) [ATT_SCALE] = (r), [ATT_OFFSET] = (r)
#define UNIT_SCALE [ATT_SCALE] = 1.0, [ATT_OFFSET] = 0.0

static const struct variable table[] = {
	{ SUITE_SST, GEO, "l2_flags", NULL, NULL, NC_INT, 2,
	    { [ATT_LONG_NAME] = ATT_COPY, [ATT_UNITS] = ATT_ELSE, SCALE(ATT_COPY) }, {0} },
	{ SUITE_SST, NAV, "longitude", NULL, NULL, NC_FLOAT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_COPY) }, {0} },
	{ SUITE_SST, NAV, "latitude", NULL, NULL, NC_FLOAT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_COPY) }, {0} },
	{ SUITE_SST, GEO, "sst", NULL, NULL, NC_SHORT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_COPY) }, {0} },
	{ SUITE_SST, SCAN, "msec", NULL, NULL, NC_INT, 1, { TEXTS, SCALE(ATT_COPY) }, {0} },
	{ SUITE_SST, GEO, "bias_sst", NULL, NULL, NC_SHORT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_COPY) }, {0} },
	{ SUITE_SST, GEO, "stdv_sst", NULL, NULL, NC_SHORT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_COPY) }, {0} },
	{ SUITE_SST, GEO, "qual_sst", NULL, NULL, NC_BYTE, 2,
	    { [ATT_LONG_NAME] = ATT_COPY, [ATT_UNITS] = ATT_ELSE, RANGE(ATT_COPY), SCALE(ATT_ELSE) },
	    { UNIT_SCALE } },
	{ SUITE_NIGHT, GEO, "%s", NULL, NULL, NC_SHORT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_ELSE) },
	    { UNIT_SCALE } },
	{ SUITE_NIGHT, GEO, "bias_%s", NULL, NULL, NC_SHORT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_ELSE) },
	    { UNIT_SCALE } },
	{ SUITE_NIGHT, GEO, "stdv_%s", NULL, NULL, NC_SHORT, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_ELSE) },
	    { UNIT_SCALE } },
	/* some older SST3 files call it qual_sst */
	{ SUITE_NIGHT, GEO, "qual_%s", NULL, "qual_sst", NC_BYTE, 2, { TEXTS, RANGE(ATT_COPY), SCALE(ATT_ELSE) },
	    { UNIT_SCALE } },
	{ SUITE_OC, GEO, "chlor_a", NULL, NULL, NC_FLOAT, 2, { TEXTS, RANGE(ATT_ELSE), SCALE(ATT_ELSE) },
	    { [ATT_FILL] = -32767, [ATT_MIN] = 0.001, [ATT_MAX] = 100, UNIT_SCALE } },
	{ SUITE_OC, GEO, "K_490", "Kd_490", "K_490", NC_SHORT, 2, { TEXTS, RANGE(ATT_ELSE), SCALE(ATT_ELSE) },
	    { [ATT_FILL] = -32767, [ATT_MIN] = 50, [ATT_MAX] = 30000, UNIT_SCALE } },
};

const char *const variables_att[ATT_COUNT] = {
	"long_name", "units", "_FillValue", "valid_min", "valid_max", "scale_factor", "add_offset"
};

const struct variable *
variables_at(size_t i)
{
	return i < sizeof(table) / sizeof(*table) ? &table[i] : NULL;
}

/* "bias_%s" with the night variable in it; other names as they are. */
static void
fill_in(const char *pattern, const char *night, char out[VARIABLE_NAME])
{
	const char *mark = strstr(pattern, "%s");

	if (mark == NULL)
		(void)snprintf(out, VARIABLE_NAME, "%s", pattern);
	else
		(void)snprintf(out, VARIABLE_NAME, "%.*s%s", (int)(mark - pattern), pattern, night);
}

void
variables_name(const struct variable *v, const struct instrument *in, char out[VARIABLE_NAME])
{
	fill_in(v->name, in->night_var, out);
}

bool
variables_source(const struct variable *v, const struct instrument *in, size_t i, char out[VARIABLE_NAME])
{
	const char *name[3] = { v->source != NULL ? v->source : v->name };
	bool other[3] = { false };		/* spelled with the instrument's alias */
	size_t n = 1;

	if (strstr(v->name, "%s") != NULL && in->night_alias != NULL) {
		name[n] = v->name;
		other[n++] = true;
	}
	if (v->alias != NULL)
		name[n++] = v->alias;
	if (i >= n)
		return false;
	fill_in(name[i], other[i] ? in->night_alias : in->night_var, out);
	return true;
}

size_t
variables_size(nc_type type)
{
	return type == NC_BYTE ? 1 : type == NC_SHORT ? 2 : 4;
}
