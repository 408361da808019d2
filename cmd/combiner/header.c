/* header - the global attributes of SST files and of combined files */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "header.h"
#include "netcdf/ncf.h"

#define SIZE_LIMIT 65536		/* lines or pixels; no swath comes near, damaged files do */
#define PIXELS_LIMIT (64u * 1024 * 1024)

static const char *const words[LIGHT_COUNT] = { "Day", "Night", "Mixed" };

/* Digits, and in compatibility mode one point among them. */
static bool
is_numeric(const char *s, size_t n, bool compat)
{
	size_t digits = 0, points = 0;

	for (size_t i = 0; i < n; i++) {
		digits += s[i] >= '0' && s[i] <= '9';
		points += s[i] == '.';
	}
	return digits > 0 && digits + points == n && points <= (compat ? 1 : 0);
}

/* Milliseconds of the fraction behind the seconds. */
static bool
parse_fraction(const char *text, size_t len, bool compat, int *ms)
{
	int unit = 100;

	*ms = 0;
	if (compat) {
		if (len >= 23 && !is_numeric(text + 20, 3, true))
			return false;
		if (text[19] == '.' && len >= 22)
			*ms = (int)strtol((char[]){ text[20], text[21], text[22], '\0' }, NULL, 10);
		return true;
	}
	if (text[19] != '.')
		return true;
	for (const char *p = text + 20; *p >= '0' && *p <= '9'; p++) {
		*ms += (*p - '0') * unit;
		unit /= 10;
	}
	return true;
}

bool
header_parse_time(const char *text, bool compat, struct header_time *t)
{
	static const struct { size_t at, n; int min, max; } field[6] = {
		{ 0, 4, 1000, 9999 }, { 5, 2, 1, 12 }, { 8, 2, 1, 31 }, { 11, 2, 0, 23 }, { 14, 2, 0, 59 },
		{ 17, 2, 0, 59 }
	};
	size_t len = strlen(text);
	int v[6], fraction;

	if (len < 19 || !parse_fraction(text, len, compat, &fraction))
		return false;
	for (int i = 0; i < 6; i++) {
		char digits[8] = "";

		memcpy(digits, text + field[i].at, field[i].n);
		if (!is_numeric(digits, field[i].n, compat))
			return false;
		v[i] = (int)strtol(digits, NULL, 10);
		if (v[i] < field[i].min || v[i] > field[i].max)
			return false;
	}
	t->c = (struct civil){ .year = v[0], .month = v[1], .day = v[2], .hour = v[3], .minute = v[4],
		.second = v[5] };
	t->ms = 1000 * (3600 * v[3] + 60 * v[4] + v[5]) + fraction;
	return true;
}

int
header_end_day(int start_day, const struct header_time *start, const struct header_time *end)
{
	if (end->c.day == start->c.day)
		return start_day;
	if (end->c.day < start->c.day && end->c.year > start->c.year)
		return 1;
	return start_day + 1;
}

/* A text attribute that must be there. */
static int
get_text(int ncid, const char *path, const char *name, char out[HEADER_TEXT], struct err *e)
{
	struct ncatt a;

	if (ncf_att(ncid, NC_GLOBAL, name, path, &a, e) < 0)
		return -1;
	if (!ncf_is_text(&a))
		return err_set(e, E_DATA, "%s: attribute %s: %s", path, name,
		    a.type == NC_NAT ? "missing" : "not a text");
	if (strlen(a.text) >= HEADER_TEXT)
		return err_set(e, E_DATA, "%s: attribute %s: too long", path, name);
	(void)snprintf(out, HEADER_TEXT, "%.*s", HEADER_TEXT - 1, a.text);
	return 0;
}

/* A size: an attribute of older files, else one of two dimensions. */
static int
get_size(int ncid, const char *path, const char *att, const char *dim, const char *dim2, size_t *size, struct err *e)
{
	struct ncatt a;

	if (ncf_att(ncid, NC_GLOBAL, att, path, &a, e) < 0)
		return -1;
	if (ncf_is_number(&a))
		*size = a.number >= 1 && a.number <= SIZE_LIMIT ? (size_t)a.number : 0;
	else if ((*size = ncf_dim(ncid, dim)) == 0)
		*size = ncf_dim(ncid, dim2);
	if (*size == 0 || *size > SIZE_LIMIT)
		return err_set(e, E_DATA, "%s: no usable dimension %s", path, dim2);
	return 0;
}

/* The first element of scan_line_attributes/NAME as the reference unpacks it. */
static int
get_first(int group, const char *path, const char *name, double *value, struct err *e)
{
	struct ncatt scale, offset;
	int var, rank;

	errno = 0;
	if (nc_inq_varid(group, name, &var) != NC_NOERR || nc_inq_varndims(group, var, &rank) != NC_NOERR ||
	    rank > 2 || nc_get_var1_double(group, var, (size_t[]){ 0, 0 }, value) != NC_NOERR)
		return ncf_damaged(e, "%s: scan_line_attributes: no readable %s", path, name);
	if (ncf_att(group, var, "scale_factor", path, &scale, e) < 0 ||
	    ncf_att(group, var, "add_offset", path, &offset, e) < 0)
		return -1;
	if (ncf_is_number(&scale) && ncf_is_number(&offset))
		*value = *value * scale.number + offset.number;
	return 0;
}

/* Year and day of year of the first line. Those of VIIRS scans without a time are nonsense, and of no importance. */
static int
read_first_line(int ncid, const char *path, const struct header_time *start, const struct mode *m,
    struct header *h, struct strlist *notes, struct err *e)
{
	double year = 0, day = 0;
	int64_t t = 0;
	int group;

	if (nc_inq_grp_ncid(ncid, "scan_line_attributes", &group) != NC_NOERR)
		return err_set(e, E_DATA, "%s: no group scan_line_attributes", path);
	if (get_first(group, path, "year", &year, e) < 0 || get_first(group, path, "day", &day, e) < 0)
		return -1;
	if (isnan(year) || isnan(day))
		return err_set(e, E_DATA, "%s: scan_line_attributes: no readable %s", path,
		    isnan(year) ? "year" : "day");
	h->start_year = (int)trunc(year);
	h->start_day = (int)trunc(day);
	if (year >= 1900 && year < 32768 && h->start_day >= 1 && h->start_day <= 366) {
		if (clock_from_doy(h->start_year, h->start_day, 12, 0, 0, &t) &&
		    (clock_civil(t).day != start->c.day || clock_civil(t).month != start->c.month))
			note(notes, "%s: year and day of the first line are not those of time_coverage_start", path);
		return 0;
	}
	if (m->compat || !clock_from_civil(&start->c, &t))
		return err_set(e, E_DATA, "%s: scan_line_attributes: first line of year %g, day %g", path, year, day);
	h->start_year = clock_civil(t).year;
	h->start_day = clock_civil(t).doy;
	note(notes, "%s: first line without a date; that of time_coverage_start taken", path);
	return 0;
}

static int
get_time(int ncid, const char *path, const char *name, bool compat, struct header_time *t, struct err *e)
{
	char text[HEADER_TEXT];

	if (get_text(ncid, path, name, text, e) < 0)
		return -1;
	if (!header_parse_time(text, compat, t))
		return err_set(e, E_DATA, "%s: attribute %s: not a time: %s", path, name, text);
	return 0;
}

static int
read_times(int ncid, const char *path, const struct mode *m, struct header *h, struct strlist *notes, struct err *e)
{
	struct header_time start, end;
	int64_t t0, t1;

	if (get_time(ncid, path, "time_coverage_start", m->compat, &start, e) < 0 ||
	    get_time(ncid, path, "time_coverage_end", m->compat, &end, e) < 0 ||
	    read_first_line(ncid, path, &start, m, h, notes, e) < 0)
		return -1;
	if (end.c.year < 1900)
		return err_set(e, E_DATA, "%s: attribute time_coverage_end: year %d", path, end.c.year);
	if (!m->compat && (!clock_from_civil(&start.c, &t0) || !clock_from_civil(&end.c, &t1)))
		return err_set(e, E_DATA, "%s: time_coverage_start or time_coverage_end: no such day", path);
	if (!m->compat && (t1 < t0 || (t1 == t0 && end.ms < start.ms)))
		return err_set(e, E_DATA, "%s: time_coverage_end is before time_coverage_start", path);
	h->start_ms = start.ms;
	h->end_ms = end.ms;
	h->end_year = end.c.year;
	h->end_day = header_end_day(h->start_day, &start, &end);
	(void)snprintf(h->start_time, HEADER_STAMP, "%04d%03d%02d%02d%02d", start.c.year, h->start_day,
	    start.c.hour, start.c.minute, start.c.second);
	(void)snprintf(h->end_time, HEADER_STAMP, "%04d%03d%02d%02d%02d", end.c.year, h->end_day, end.c.hour,
	    end.c.minute, end.c.second);
	return 0;
}

static int
read_bounds(int ncid, const char *path, const struct mode *m, struct header *h, struct err *e)
{
	const struct { const char *name; float limit, *out; } bound[] = {
		{ "northernmost_latitude", 90.0f, &h->north }, { "southernmost_latitude", 90.0f, &h->south },
		{ "easternmost_longitude", 180.0f, &h->east }, { "westernmost_longitude", 180.0f, &h->west },
	};

	for (size_t i = 0; i < sizeof(bound) / sizeof(*bound); i++) {
		struct ncatt a;

		if (ncf_att(ncid, NC_GLOBAL, bound[i].name, path, &a, e) < 0)
			return -1;
		if (a.type == NC_NAT)
			return err_set(e, E_DATA, "%s: attribute %s: missing", path, bound[i].name);
		*bound[i].out = attributes_real(&a, m);
		if (!(*bound[i].out >= -bound[i].limit && *bound[i].out <= bound[i].limit))
			return err_set(e, E_DATA, "%s: attribute %s: %g is not within -%g to %g", path, bound[i].name,
			    (double)*bound[i].out, (double)bound[i].limit, (double)bound[i].limit);
	}
	if (h->south > h->north)
		return err_set(e, E_DATA, "%s: southernmost_latitude %g is north of northernmost_latitude %g", path,
		    (double)h->south, (double)h->north);
	return 0;
}

/* Instrument, directions, day or night: words. The platform is known from the name; a file that says otherwise deserves
 * a remark. */
static int
read_words(int ncid, const char *path, const struct dataset *ds, struct header *h, struct strlist *notes,
    struct err *e)
{
	const struct { const char *name; char *out; } direction[2] = {
		{ "startDirection", h->start_node }, { "endDirection", h->end_node },
	};
	char light[HEADER_TEXT];
	struct ncatt a;

	if (get_text(ncid, path, "instrument", h->sensor, e) < 0)
		return -1;
	if (strcasestr(h->sensor, ds->instrument->name) == NULL)
		return err_set(e, E_DATA, "%s: attribute instrument: %s is not %s", path, h->sensor,
		    ds->instrument->name);
	for (int i = 0; i < 2; i++) {
		if (get_text(ncid, path, direction[i].name, direction[i].out, e) < 0)
			return -1;
		if (strcmp(direction[i].out, "Ascending") != 0 && strcmp(direction[i].out, "Descending") != 0)
			return err_set(e, E_DATA, "%s: attribute %s: %s is neither Ascending nor Descending", path,
			    direction[i].name, direction[i].out);
	}
	if (get_text(ncid, path, "day_night_flag", light, e) < 0)
		return -1;
	for (h->light = LIGHT_DAY; h->light < LIGHT_COUNT && strcmp(light, words[h->light]) != 0; h->light++)
		;
	if (h->light == LIGHT_COUNT)
		return err_set(e, E_DATA, "%s: attribute day_night_flag: %s is neither Day, Night nor Mixed", path,
		    light);
	xsnprintf(h->platform, sizeof(h->platform), "%s", ds->obpg_platform);
	if (ncf_att(ncid, NC_GLOBAL, "platform", path, &a, e) < 0)
		return -1;
	if (ncf_is_text(&a) && strcmp(a.text, ds->obpg_platform) != 0)
		note(notes, "%s: attribute platform is not that of the file's name", path);
	return 0;
}

int
header_read(int ncid, const char *path, const struct dataset *ds, const struct mode *m, struct header *h,
    struct strlist *notes, struct err *e)
{
	*h = (struct header){0};
	if (get_size(ncid, path, "scan_control_points", "number_of_lines", "number_of_lines", &h->nj, e) < 0 ||
	    get_size(ncid, path, "pixel_control_points", "pixel_control_points", "pixels_per_line", &h->ni, e) < 0)
		return -1;
	if (h->nj > PIXELS_LIMIT / h->ni)
		return err_set(e, E_DATA, "%s: %zu lines of %zu pixels", path, h->nj, h->ni);
	if (read_bounds(ncid, path, m, h, e) < 0 || read_times(ncid, path, m, h, notes, e) < 0)
		return -1;
	return read_words(ncid, path, ds, h, notes, e);
}

int
header_is_refined(int ncid, const char *path, bool *refined, struct err *e)
{
	struct ncatt version, product;

	if (ncf_att(ncid, NC_GLOBAL, "processing_version", path, &version, e) < 0 ||
	    ncf_att(ncid, NC_GLOBAL, "product_name", path, &product, e) < 0)
		return -1;
	*refined = ptype_of_file(ncf_is_text(&version) ? version.text : NULL,
	    ncf_is_text(&product) ? product.text : NULL, PTYPE_REFINED) == PTYPE_REFINED;
	return 0;
}

int
header_write(int ncid, const char *path, const struct header *h, bool day, bool platform, struct err *e)
{
	const struct { const char *name; int v; } ints[] = {
		{ "Number_of_Scan_Lines", (int)h->nj }, { "Pixels_per_Scan_Line", (int)h->ni },
		{ "Start_Year", h->start_year }, { "Start_Day", h->start_day }, { "Start_Millisec", h->start_ms },
		{ "End_Year", h->end_year }, { "End_Day", h->end_day }, { "End_Millisec", h->end_ms },
	};
	const struct { const char *name; float v; } floats[] = {
		{ "Northernmost_Latitude", h->north }, { "Southernmost_Latitude", h->south },
		{ "Easternmost_Longitude", h->east }, { "Westernmost_Longitude", h->west },
	};
	const struct { const char *name, *v; } texts[] = {
		{ "Start_Time", h->start_time }, { "End_Time", h->end_time }, { "Sensor_Name", h->sensor },
		{ "Start_Node", h->start_node }, { "End_Node", h->end_node },
		{ "Day_or_Night", words[day ? LIGHT_DAY : h->light] },
		{ "Platform", h->platform },	/* must be the last one */
	};
	size_t ntexts = sizeof(texts) / sizeof(*texts) - (platform ? 0 : 1);
	int rc = NC_NOERR;

	for (size_t i = 0; rc == NC_NOERR && i < sizeof(ints) / sizeof(*ints); i++)
		rc = nc_put_att_int(ncid, NC_GLOBAL, ints[i].name, NC_INT, 1, &ints[i].v);
	for (size_t i = 0; rc == NC_NOERR && i < sizeof(floats) / sizeof(*floats); i++)
		rc = nc_put_att_float(ncid, NC_GLOBAL, floats[i].name, NC_FLOAT, 1, &floats[i].v);
	for (size_t i = 0; rc == NC_NOERR && i < ntexts; i++) {
		const char *text = texts[i].v;

		rc = nc_put_att_string(ncid, NC_GLOBAL, texts[i].name, 1, &text);
	}
	return rc == NC_NOERR ? 0 : ncf_fail(rc, e, "%s: global attributes", path);
}
