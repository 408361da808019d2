/* source - the combined file of a granule */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/name.h"
#include "netcdf/ncf.h"
#include "source.h"

#define MAX_LINES 100000		/* a granule has 2030 to 3248 lines of 1354 or 3200 pixels */
#define MAX_PIXELS 100000
#define MAX_SIZE (64u * 1024 * 1024)	/* lines times pixels; a combiner makes no larger file either */
#define MAX_SCALE 1000.0f		/* of scale_factor: keeps SSES arithmetic within int */

/* What is expected of each variable. Defaults are those the reference intended. */
static const struct {
	const char *name;		/* %s: the night variable of the instrument */
	nc_type type;
	bool optional, packed;		/* packed: fill, range, scale and offset are used */
	float fill, valid_min, valid_max;
} expected[IN_COUNT] = {
	[IN_FLAGS] = { .name = "l2_flags", .type = NC_INT },
	[IN_LON] = { .name = "longitude", .type = NC_FLOAT, .fill = -999 },
	[IN_LAT] = { .name = "latitude", .type = NC_FLOAT, .fill = -999 },
	[IN_SST] = { "sst", NC_SHORT, false, true, -32767, -1000, 8000 },
	[IN_MSEC] = { .name = "msec", .type = NC_INT },
	[IN_BIAS] = { .name = "bias_sst", .type = NC_SHORT, .packed = true, .fill = -32767 },
	[IN_STDV] = { .name = "stdv_sst", .type = NC_SHORT, .packed = true, .fill = -32767 },
	[IN_QUAL] = { .name = "qual_sst", .type = NC_BYTE, .fill = -1 },
	[IN_NIGHT] = { "%s", NC_SHORT, true, true, -32767, -1000, 8000 },
	[IN_NIGHT_BIAS] = { .name = "bias_%s", .type = NC_SHORT, .optional = true, .packed = true, .fill = -32767 },
	[IN_NIGHT_STDV] = { .name = "stdv_%s", .type = NC_SHORT, .optional = true, .packed = true, .fill = -32767 },
	[IN_NIGHT_QUAL] = { .name = "qual_%s", .type = NC_BYTE, .optional = true, .fill = -1 },
	[IN_CHLOR] = { "chlor_a", NC_FLOAT, true, true, -32767, 0.001f, 100 },
	[IN_K490] = { "K_490", NC_SHORT, true, true, -32767, 50, 30000 },
};

/* ---- global attributes ---- */

static int
get_number(const struct source *s, const char *att, double min, double max, double *v, struct err *e)
{
	struct ncatt a;

	if (ncf_att(s->ncid, NC_GLOBAL, att, s->path, &a, e) < 0)
		return -1;
	if (!ncf_is_number(&a))
		return err_set(e, E_DATA, "%s: attribute %s is missing or not a number", s->path, att);
	if (!(a.number >= min && a.number <= max))
		return err_set(e, E_DATA, "%s: attribute %s is %g, not in %g to %g", s->path, att, a.number, min, max);
	*v = a.number;
	return 0;
}

static int
get_int(const struct source *s, const char *att, int min, int max, int *v, struct err *e)
{
	double d;

	if (get_number(s, att, min, max, &d, e) < 0)
		return -1;
	*v = (int)d;
	return 0;
}

/* The text without what is not printable, as the reference reads it. */
static int
get_text(const struct source *s, const char *att, char *out, size_t size, struct err *e)
{
	struct ncatt a;
	size_t n = 0;

	if (ncf_att(s->ncid, NC_GLOBAL, att, s->path, &a, e) < 0)
		return -1;
	if (!ncf_is_text(&a))
		return err_set(e, E_DATA, "%s: attribute %s is missing or not a text", s->path, att);
	for (const char *p = a.text; *p != '\0' && n + 1 < size; p++)
		if (*p >= 0x20 && *p <= 0x7e)
			out[n++] = *p;
	out[n] = '\0';
	return 0;
}

static int
one_of(const struct source *s, const char *att, const char *value, const char *const allowed[], struct err *e)
{
	for (size_t i = 0; allowed[i] != NULL; i++)
		if (strcmp(value, allowed[i]) == 0)
			return 0;
	return err_set(e, E_DATA, "%s: attribute %s is \"%s\"", s->path, att, value);
}

static int
read_words(struct source *s, struct err *e)
{
	static const char *const nodes[] = { "Ascending", "Descending", NULL };
	static const char *const lights[] = { "Day", "Night", "Mixed", NULL };

	if (get_text(s, "Start_Node", s->start_node, sizeof(s->start_node), e) < 0 ||
	    one_of(s, "Start_Node", s->start_node, nodes, e) < 0 ||
	    get_text(s, "End_Node", s->end_node, sizeof(s->end_node), e) < 0 ||
	    one_of(s, "End_Node", s->end_node, nodes, e) < 0 ||
	    get_text(s, "Day_or_Night", s->day_or_night, sizeof(s->day_or_night), e) < 0)
		return -1;
	return one_of(s, "Day_or_Night", s->day_or_night, lights, e);
}

/* A time from the attributes which_Year, which_Day and characters 7-12 of which_Time (YYYYDDDHHMMSS). */
static int
read_time(const struct source *s, const char *which, int64_t *t, struct err *e)
{
	char att[16], text[32];
	int year, day;
	int64_t ignored;

	(void)snprintf(att, sizeof(att), "%s_Year", which);
	if (get_int(s, att, 1000, 9999, &year, e) < 0)
		return -1;
	(void)snprintf(att, sizeof(att), "%s_Day", which);
	if (get_int(s, att, 1, 366, &day, e) < 0)
		return -1;
	(void)snprintf(att, sizeof(att), "%s_Time", which);
	if (get_text(s, att, text, sizeof(text), e) < 0)
		return -1;
	if (clock_parse_stamp(text, &ignored) != 13 || !clock_from_doy(year, day, str_number(text + 7, 2),
	    str_number(text + 9, 2), str_number(text + 11, 2), t))
		return err_set(e, E_DATA, "%s: %s_Year %d, %s_Day %d and %s_Time \"%s\" make no time", s->path,
		    which, year, which, day, which, text);
	return 0;
}

static int
read_bound(const struct source *s, const char *att, float *v, struct err *e)
{
	double d;

	if (get_number(s, att, -1e30, 1e30, &d, e) < 0)
		return -1;
	*v = ncf_six_digits((float)d);
	return 0;
}

static int
read_size(const struct source *s, const char *att, const char *dim, size_t max, size_t *n, struct err *e)
{
	int v;

	if (get_int(s, att, 1, (int)max, &v, e) < 0)
		return -1;
	if (ncf_dim(s->ncid, dim) != (size_t)v)
		return err_set(e, E_DATA, "%s: attribute %s is %d, dimension %s is %zu", s->path, att, v, dim,
		    ncf_dim(s->ncid, dim));
	*n = (size_t)v;
	return 0;
}

static int
read_globals(struct source *s, struct err *e)
{
	int stop_ms;

	if (read_size(s, "Number_of_Scan_Lines", "nj", MAX_LINES, &s->nj, e) < 0 ||
	    read_size(s, "Pixels_per_Scan_Line", "ni", MAX_PIXELS, &s->ni, e) < 0)
		return -1;
	if (s->nj > MAX_SIZE / s->ni)
		return err_set(e, E_DATA, "%s: %zu lines of %zu pixels", s->path, s->nj, s->ni);
	if (get_int(s, "Start_Millisec", 0, 86400999, &s->start_ms, e) < 0 ||
	    get_int(s, "End_Millisec", 0, 86400999, &stop_ms, e) < 0 ||
	    read_time(s, "Start", &s->start, e) < 0 || read_time(s, "End", &s->stop, e) < 0 ||
	    read_bound(s, "Northernmost_Latitude", &s->north, e) < 0 ||
	    read_bound(s, "Southernmost_Latitude", &s->south, e) < 0 ||
	    read_bound(s, "Easternmost_Longitude", &s->east, e) < 0 ||
	    read_bound(s, "Westernmost_Longitude", &s->west, e) < 0)
		return -1;
	return read_words(s, e);
}

/* ---- which dataset ---- */

static const struct dataset *
by_platform(const char *platform)
{
	const struct dataset *ds;

	for (size_t i = 0; (ds = dataset_at(i)) != NULL; i++)
		if (strcmp(ds->obpg_platform, platform) == 0)
			return ds;
	return NULL;
}

/* Names of old files in Sensor_Name tell the platform too (MODISA, HMODIST). */
static const struct dataset *
by_sensor(const char *sensor)
{
	const struct dataset *ds;

	for (size_t i = 0; (ds = dataset_at(i)) != NULL; i++)
		if (ds->sensor_alias != NULL && str_ends(sensor, ds->sensor_alias))
			return ds;
	return NULL;
}

/*
 * The dataset: attribute Platform, which files of the reference lack; else what -d or the directory says; else the
 * letter of the name. What contradicts the option or the sensor is refused.
 */
static int
find_dataset(struct source *s, const struct source_rules *rules, struct err *e)
{
	struct combined_name name;
	struct ncatt platform;
	char sensor[64];
	bool modis_or_viirs;

	if (combined_parse(s->path, &name, e) < 0 ||
	    get_text(s, "Sensor_Name", sensor, sizeof(sensor), e) < 0 ||
	    ncf_att(s->ncid, NC_GLOBAL, "Platform", s->path, &platform, e) < 0)
		return -1;
	s->ds = ncf_is_text(&platform) ? by_platform(platform.text) : by_sensor(sensor);
	if (ncf_is_text(&platform) && s->ds == NULL)
		return err_set(e, E_DATA, "%s: attribute Platform is \"%s\"", s->path, platform.text);
	if (s->ds == NULL)
		s->ds = rules->ds != NULL ? rules->ds : name.ds;
	if (rules->ds != NULL && rules->ds != s->ds)
		return err_set(e, E_DATA, "%s: is of dataset %s, not %s", s->path, s->ds->key, rules->ds->key);
	modis_or_viirs = strcasestr(sensor, s->ds->instrument->name) != NULL;
	if (!modis_or_viirs)
		return err_set(e, E_DATA, "%s: attribute Sensor_Name is \"%s\", not %s", s->path, sensor,
		    s->ds->instrument->name);
	return 0;
}

/* ---- variables ---- */

/* A numeric attribute of a variable and its type, or the default with a warning. The reference does not see doubles. */
static int
var_number(const struct source *s, const struct source_var *v, const char *att, float standard,
    const struct source_rules *rules, float *out, nc_type *type, struct err *e)
{
	char subject[ERR_MSGMAX / 2];
	struct ncatt a;

	(void)snprintf(subject, sizeof(subject), "%s: %s", s->path, v->name);
	if (ncf_att(s->ncid, v->id, att, subject, &a, e) < 0)
		return -1;
	if (ncf_is_number(&a) && !(rules->compat && a.type == NC_DOUBLE)) {
		*out = a.type == NC_FLOAT || a.type == NC_DOUBLE ? ncf_six_digits((float)a.number) : (float)a.number;
		if (type != NULL && rules->compat)
			*type = a.type;
		return 0;
	}
	*out = standard;
	rules->warn("%s: no usable attribute %s, %g is taken", subject, att, (double)standard);
	return 0;
}

static int
read_packing(const struct source *s, enum in_var i, struct source_var *v, const struct source_rules *rules,
    struct err *e)
{
	bool sses = i == IN_BIAS || i == IN_STDV || i == IN_NIGHT_BIAS || i == IN_NIGHT_STDV;

	/* Without a scale factor the reference reckons SSES with 0. */
	v->scale_type = v->offset_type = NC_FLOAT;
	if (var_number(s, v, "scale_factor", sses && rules->compat ? 0 : 1, rules, &v->scale, &v->scale_type, e) < 0)
		return -1;
	if (!(fabsf(v->scale) <= MAX_SCALE))
		return err_set(e, E_DATA, "%s: %s: scale_factor is %g", s->path, v->name, (double)v->scale);
	if (sses)
		return 0;
	if (var_number(s, v, "add_offset", 0, rules, &v->offset, &v->offset_type, e) < 0 ||
	    var_number(s, v, "_FillValue", expected[i].fill, rules, &v->fill, NULL, e) < 0 ||
	    var_number(s, v, "valid_min", expected[i].valid_min, rules, &v->valid_min, NULL, e) < 0)
		return -1;
	return var_number(s, v, "valid_max", expected[i].valid_max, rules, &v->valid_max, NULL, e);
}

/* [time=1][nj][ni], msec [time=1][nj] */
static bool
has_shape(const struct source *s, const struct source_var *v, int rank)
{
	size_t want[3] = { 1, s->nj, s->ni };
	int n, dims[NC_MAX_VAR_DIMS];

	if (nc_inq_varndims(s->ncid, v->id, &n) != NC_NOERR || n != rank ||
	    nc_inq_vardimid(s->ncid, v->id, dims) != NC_NOERR)
		return false;
	for (int k = 0; k < rank; k++) {
		size_t len;

		if (nc_inq_dimlen(s->ncid, dims[k], &len) != NC_NOERR || len != want[k])
			return false;
	}
	return true;
}

/* 0 usable or absent; -1 */
static int
read_var(const struct source *s, enum in_var i, struct source_var *v, const struct source_rules *rules,
    struct err *e)
{
	static const size_t size[] = { [NC_BYTE] = 1, [NC_SHORT] = 2, [NC_INT] = 4, [NC_FLOAT] = 4, [NC_UBYTE] = 1 };

	if (nc_inq_varid(s->ncid, v->name, &v->id) != NC_NOERR) {
		if (expected[i].optional)
			return 0;
		return err_set(e, E_DATA, "%s: %s: no such variable", s->path, v->name);
	}
	if (nc_inq_vartype(s->ncid, v->id, &v->type) != NC_NOERR ||
	    (v->type != expected[i].type && !(v->type == NC_UBYTE && expected[i].type == NC_BYTE)))
		return err_set(e, E_DATA, "%s: %s: has another type than in a combined file", s->path, v->name);
	if (!has_shape(s, v, i == IN_MSEC ? 2 : 3))
		return err_set(e, E_DATA, "%s: %s: does not have the shape (1, %zu, %zu)", s->path, v->name, s->nj,
		    s->ni);
	v->elem = size[v->type];
	v->fill = expected[i].fill;
	if ((i == IN_LON || i == IN_LAT) && var_number(s, v, "_FillValue", v->fill, rules, &v->fill, NULL, e) < 0)
		return -1;
	if (expected[i].packed && read_packing(s, i, v, rules, e) < 0)
		return -1;
	v->present = true;
	return 0;
}

static int
read_vars(struct source *s, const struct source_rules *rules, struct err *e)
{
	for (enum in_var i = IN_FLAGS; i < IN_COUNT; i++) {
		struct source_var *v = &s->var[i];
		const char *mark = strstr(expected[i].name, "%s");

		(void)snprintf(v->name, sizeof(v->name), "%.*s%s",
		    mark != NULL ? (int)(mark - expected[i].name) : (int)strlen(expected[i].name),
		    expected[i].name, mark != NULL ? s->ds->instrument->night_var : "");
		if (read_var(s, i, v, rules, e) == 0)
			continue;
		if (!expected[i].optional || !rules->compat)
			return -1;
		rules->warn("%s; left out", e->msg);	/* as the reference does */
	}
	return 0;
}

static int
read_msec(struct source *s, struct err *e)
{
	size_t start[2] = {0}, count[2] = { 1, s->nj };
	int rc;

	s->msec = mem_array(s->nj, sizeof(*s->msec), e);
	if (s->msec == NULL)
		return -1;
	errno = 0;
	rc = nc_get_vara_int(s->ncid, s->var[IN_MSEC].id, start, count, s->msec);
	return rc != NC_NOERR ? ncf_damaged(e, "%s: msec: %s", s->path, nc_strerror(rc)) : 0;
}

int
source_open(struct source *s, const char *path, const struct source_rules *rules, struct err *e)
{
	s->ncid = -1;
	s->path = mem_str(path, e);
	if (s->path == NULL || ncf_open(path, &s->ncid, e) < 0)
		return -1;
	if (find_dataset(s, rules, e) < 0 || read_globals(s, e) < 0 || read_vars(s, rules, e) < 0)
		return -1;
	return read_msec(s, e);
}

void
source_close(struct source *s)
{
	if (s->path != NULL && s->ncid >= 0)
		(void)nc_close(s->ncid);
	free(s->path);
	free(s->msec);
	*s = (struct source){ .ncid = -1 };
}

int
source_lines(const struct source *s, enum in_var v, size_t first, size_t n, void *out, struct err *e)
{
	size_t start[3] = { 0, first, 0 }, count[3] = { 1, n, s->ni };
	int rc;

	errno = 0;
	rc = nc_get_vara(s->ncid, s->var[v].id, start, count, out);
	if (rc != NC_NOERR)
		return ncf_damaged(e, "%s: %s: lines %zu to %zu: %s", s->path, s->var[v].name, first, first + n - 1,
		    nc_strerror(rc));
	return 0;
}

bool
source_night(const struct source *s)
{
	return strcmp(s->day_or_night, "Day") != 0;
}
