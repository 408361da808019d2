/* source - the combined file of a granule */

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/prog.h"
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
	const char *name;
	nc_type type;
	bool night;			/* the instrument's night variable is added to the name */
	bool optional, packed;		/* packed: fill, range, scale and offset are used */
	float fill, valid_min, valid_max;
} expected[IN_COUNT] = {
	[IN_FLAGS] = { .name = "l2_flags", .type = NC_INT },
	[IN_LON] = { .name = "longitude", .type = NC_FLOAT, .fill = -999 },
	[IN_LAT] = { .name = "latitude", .type = NC_FLOAT, .fill = -999 },
	[IN_SST] = { "sst", NC_SHORT, false, false, true, -32767, -1000, 8000 },
	[IN_MSEC] = { .name = "msec", .type = NC_INT },
	[IN_BIAS] = { "bias_sst", NC_SHORT, false, false, true, -32767, 0, 0 },
	[IN_STDV] = { "stdv_sst", NC_SHORT, false, false, true, -32767, 0, 0 },
	[IN_QUAL] = { .name = "qual_sst", .type = NC_BYTE, .fill = -1 },
	[IN_NIGHT] = { "", NC_SHORT, true, true, true, -32767, -1000, 8000 },
	[IN_NIGHT_BIAS] = { "bias_", NC_SHORT, true, true, true, -32767, 0, 0 },
	[IN_NIGHT_STDV] = { "stdv_", NC_SHORT, true, true, true, -32767, 0, 0 },
	[IN_NIGHT_QUAL] = { .name = "qual_", .type = NC_BYTE, .night = true, .optional = true, .fill = -1 },
	[IN_CHLOR] = { "chlor_a", NC_FLOAT, false, true, true, -32767, 0.001f, 100 },
	[IN_K490] = { "K_490", NC_SHORT, false, true, true, -32767, 50, 30000 },
};

/* ---- global attributes ---- */

/* What of them is used, besides times as text. */
struct globals {
	int nj, ni, start_year, start_day, start_ms, end_year, end_day, end_ms;
	char start_time[32], end_time[32];
};

#define G(name, field, min, max) { name, A_INT, offsetof(struct globals, field), min, max, 0, { NULL } }
#define B(name, field) { name, A_BOUND, offsetof(struct source, field), -1e30, 1e30, 0, { NULL } }
#define W(name, field, ...) { name, A_WORD, offsetof(struct source, field), 0, 0, \
	sizeof(((struct source *)0)->field), { __VA_ARGS__ } }
#define T(name, field) \
	{ name, A_TIME, offsetof(struct globals, field), 0, 0, sizeof(((struct globals *)0)->field), { NULL } }

static const struct attribute {
	const char *name;
	enum { A_INT, A_BOUND, A_WORD, A_TIME } kind;
	size_t at;			/* in struct source: bounds and words; in struct globals: the others */
	double min, max;
	size_t size;
	const char *words[3];		/* allowed */
} attributes[] = {
	G("Number_of_Scan_Lines", nj, 1, MAX_LINES), G("Pixels_per_Scan_Line", ni, 1, MAX_PIXELS),
	G("Start_Millisec", start_ms, 0, 86400999), G("End_Millisec", end_ms, 0, 86400999),
	G("Start_Year", start_year, 1000, 9999), G("Start_Day", start_day, 1, 366), T("Start_Time", start_time),
	G("End_Year", end_year, 1000, 9999), G("End_Day", end_day, 1, 366), T("End_Time", end_time),
	B("Northernmost_Latitude", north), B("Southernmost_Latitude", south), B("Easternmost_Longitude", east),
	B("Westernmost_Longitude", west), W("Start_Node", start_node, "Ascending", "Descending"),
	W("End_Node", end_node, "Ascending", "Descending"), W("Day_or_Night", day_or_night, "Day", "Night", "Mixed"),
};

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
read_attribute(struct source *s, const struct attribute *g, struct globals *all, struct err *e)
{
	bool ours = g->kind == A_BOUND || g->kind == A_WORD;
	char *to = (ours ? (char *)s : (char *)all) + g->at;
	struct ncatt a;

	if (g->kind == A_WORD || g->kind == A_TIME) {
		if (get_text(s, g->name, to, g->size, e) < 0)
			return -1;
		for (size_t i = 0; i < 3 && g->words[i] != NULL; i++)
			if (strcmp(to, g->words[i]) == 0)
				return 0;
		return g->kind == A_TIME ? 0 : err_set(e, E_DATA, "%s: attribute %s is \"%s\"", s->path, g->name, to);
	}
	if (ncf_att(s->ncid, NC_GLOBAL, g->name, s->path, &a, e) < 0)
		return -1;
	if (!ncf_is_number(&a))
		return err_set(e, E_DATA, "%s: attribute %s is missing or not a number", s->path, g->name);
	if (!(a.number >= g->min && a.number <= g->max))
		return err_set(e, E_DATA, "%s: attribute %s is %g, not in %g to %g", s->path, g->name, a.number, g->min,
		    g->max);
	if (g->kind == A_BOUND)
		memcpy(to, (float[]){ ncf_six_digits((float)a.number) }, sizeof(float));
	else
		memcpy(to, (int[]){ (int)a.number }, sizeof(int));
	return 0;
}

/* A time of year, day and characters 7-12 of text, YYYYDDDHHMMSS. */
static int
make_time(const struct source *s, const char *which, int year, int day, const char *text, int64_t *t, struct err *e)
{
	int64_t ignored;

	if (clock_parse_stamp(text, &ignored) == 13 && clock_from_doy(year, day, str_number(text + 7, 2),
	    str_number(text + 9, 2), str_number(text + 11, 2), t))
		return 0;
	return err_set(e, E_DATA, "%s: %s_Year %d, %s_Day %d and %s_Time \"%s\" make no time", s->path, which, year,
	    which, day, which, text);
}

static int
check_dim(const struct source *s, const char *att, int value, const char *dim, size_t *n, struct err *e)
{
	*n = ncf_dim(s->ncid, dim);
	if (*n == (size_t)value)
		return 0;
	return err_set(e, E_DATA, "%s: attribute %s is %d, dimension %s is %zu", s->path, att, value, dim, *n);
}

static int
read_globals(struct source *s, struct err *e)
{
	struct globals g;
	size_t i = 0;

	for (; i < 2; i++)			/* the sizes first */
		if (read_attribute(s, &attributes[i], &g, e) < 0)
			return -1;
	if (check_dim(s, "Number_of_Scan_Lines", g.nj, "nj", &s->nj, e) < 0 ||
	    check_dim(s, "Pixels_per_Scan_Line", g.ni, "ni", &s->ni, e) < 0)
		return -1;
	if (s->nj > MAX_SIZE / s->ni)
		return err_set(e, E_DATA, "%s: %zu lines of %zu pixels", s->path, s->nj, s->ni);
	for (; i < sizeof(attributes) / sizeof(*attributes); i++)
		if (read_attribute(s, &attributes[i], &g, e) < 0)
			return -1;
	s->start_ms = g.start_ms;
	if (make_time(s, "Start", g.start_year, g.start_day, g.start_time, &s->start, e) < 0)
		return -1;
	return make_time(s, "End", g.end_year, g.end_day, g.end_time, &s->stop, e);
}

/* ---- which dataset ---- */

/* The dataset that a file names: by attribute Platform, else by names of old files in Sensor_Name (MODISA, HMODIST). */
static const struct dataset *
named(const struct ncatt *platform, const char *sensor)
{
	const struct dataset *ds;

	for (size_t i = 0; (ds = dataset_at(i)) != NULL; i++)
		if (ncf_is_text(platform) ? strcmp(ds->obpg_platform, platform->text) == 0 :
		    ds->sensor_alias != NULL && str_ends(sensor, ds->sensor_alias))
			break;
	return ds;
}

/*
 * The dataset: attribute Platform, which files of the reference lack; else what the name says, or for VIIRS, where it
 * may be that of another platform, -d or the directory. What contradicts these or the sensor is refused.
 */
static int
find_dataset(struct source *s, struct err *e)
{
	const struct dataset *told = s->rules->ds;
	struct combined_name name;
	struct ncatt platform;
	char sensor[64];

	if (combined_parse(s->path, &name, e) < 0 ||
	    get_text(s, "Sensor_Name", sensor, sizeof(sensor), e) < 0 ||
	    ncf_att(s->ncid, NC_GLOBAL, "Platform", s->path, &platform, e) < 0)
		return -1;
	s->ds = named(&platform, sensor);
	if (ncf_is_text(&platform) && s->ds == NULL)
		return err_set(e, E_DATA, "%s: attribute Platform is \"%s\"", s->path, platform.text);
	if (s->ds == NULL)		/* letters tell Aqua from Terra, but JPSS1 files may be called SNPP */
		s->ds = told != NULL && strcmp(told->combined, name.ds->combined) != 0 ? told : name.ds;
	if (told != NULL && told != s->ds)
		return err_set(e, s->rules->conflict, "%s: is of dataset %s, not %s", s->path, s->ds->key, told->key);
	if (strcasestr(sensor, s->ds->instrument->name) == NULL)
		return err_set(e, E_DATA, "%s: attribute Sensor_Name is \"%s\", not %s", s->path, sensor,
		    s->ds->instrument->name);
	return 0;
}

/* ---- variables ---- */

/* A numeric attribute of a variable and its type, or the default with a warning. The reference does not see doubles. */
static int
var_number(const struct source *s, const struct source_var *v, const char *att, float standard,
    float *out, nc_type *type, struct err *e)
{
	char subject[ERR_MSGMAX / 2];
	struct ncatt a;

	(void)snprintf(subject, sizeof(subject), "%s: %s", s->path, v->name);
	if (ncf_att(s->ncid, v->id, att, subject, &a, e) < 0)
		return -1;
	if (ncf_is_number(&a) && !(s->rules->compat && a.type == NC_DOUBLE)) {
		*out = a.type == NC_FLOAT || a.type == NC_DOUBLE ? ncf_six_digits((float)a.number) : (float)a.number;
		if (type != NULL && s->rules->compat)
			*type = a.type;
		return 0;
	}
	*out = standard;
	prog_info("%s: no usable attribute %s, %g is taken", subject, att, (double)standard);
	return 0;
}

static int
read_packing(const struct source *s, enum in_var i, struct source_var *v, struct err *e)
{
	bool sses = i == IN_BIAS || i == IN_STDV || i == IN_NIGHT_BIAS || i == IN_NIGHT_STDV;

	/* Without a scale factor the reference reckons SSES with 0. */
	v->scale_type = v->offset_type = NC_FLOAT;
	if (var_number(s, v, "scale_factor", sses && s->rules->compat ? 0 : 1, &v->scale, &v->scale_type, e) < 0)
		return -1;
	if (!(fabsf(v->scale) <= MAX_SCALE))
		return err_set(e, E_DATA, "%s: %s: scale_factor is %g", s->path, v->name, (double)v->scale);
	if (sses)
		return 0;
	if (var_number(s, v, "add_offset", 0, &v->offset, &v->offset_type, e) < 0 ||
	    var_number(s, v, "_FillValue", expected[i].fill, &v->fill, NULL, e) < 0 ||
	    var_number(s, v, "valid_min", expected[i].valid_min, &v->valid_min, NULL, e) < 0)
		return -1;
	return var_number(s, v, "valid_max", expected[i].valid_max, &v->valid_max, NULL, e);
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
read_var(const struct source *s, enum in_var i, struct source_var *v, struct err *e)
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
	if ((i == IN_LON || i == IN_LAT) && var_number(s, v, "_FillValue", v->fill, &v->fill, NULL, e) < 0)
		return -1;
	if (expected[i].packed && read_packing(s, i, v, e) < 0)
		return -1;
	v->present = true;
	return 0;
}

static int
read_vars(struct source *s, struct err *e)
{
	for (enum in_var i = IN_FLAGS; i < IN_COUNT; i++) {
		struct source_var *v = &s->var[i];

		xsnprintf(v->name, sizeof(v->name), "%s%s", expected[i].name,
		    expected[i].night ? s->ds->instrument->night_var : "");
		if (read_var(s, i, v, e) == 0)
			continue;
		if (!expected[i].optional || !s->rules->compat)
			return -1;
		prog_info("%s; left out", e->msg);	/* as the reference does */
	}
	return 0;
}

int
source_open(struct source *s, const char *path, const struct source_rules *rules, struct err *e)
{
	int rc;

	s->ncid = -1;
	s->path = xstrdup(path);
	s->rules = rules;
	if (ncf_open(path, &s->ncid, e) < 0 || find_dataset(s, e) < 0 || read_globals(s, e) < 0 ||
	    read_vars(s, e) < 0)
		return -1;
	s->msec = xarray(s->nj, sizeof(*s->msec));
	errno = 0;
	rc = nc_get_vara_int(s->ncid, s->var[IN_MSEC].id, (size_t[]){ 0, 0 }, (size_t[]){ 1, s->nj }, s->msec);
	return rc != NC_NOERR ? ncf_damaged(e, "%s: msec: %s", path, nc_strerror(rc)) : 0;
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
