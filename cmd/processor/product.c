/* product - what an L2P granule looks like */

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "convert.h"
#include "netcdf/ncf.h"
#include "product.h"

#define EPOCH_1981 347155200		/* 1981-01-01 00:00:00 UTC, from which GHRSST counts seconds */
#define KELVIN 273.15f

enum att_kind {
	TEXT,			/* text */
	TEXT_OF_INSTRUMENT,	/* the field of struct l2p_texts at offset at; no attribute when NULL */
	BYTE, SHORT, FLOAT,	/* number */
	BYTES_0_TO_5,		/* flag_values of quality levels */
	FLAG_MASKS,
	FILL_OF_INPUT, MIN_OF_INPUT, MAX_OF_INPUT,	/* as in the input, in the variable's type */
	SCALE_OF_INPUT, OFFSET_OF_INPUT, KELVIN_OFFSET	/* both or, when 1 and 0, neither */
};

struct product_att {
	const char *name;
	enum att_kind kind;
	const char *text;
	float number;
	size_t at;
};

#define T(name, text) { name, TEXT, text, 0, 0 }
#define I(name, field) { name, TEXT_OF_INSTRUMENT, NULL, 0, offsetof(struct l2p_texts, field) }
#define N(name, kind, number) { name, kind, NULL, number, 0 }
#define A(name, kind) { name, kind, NULL, 0, 0 }
#define END { NULL, TEXT, NULL, 0, 0 }

#define COORDINATES T("coordinates", "lon lat")
#define CONTENT(text) T("coverage_content_type", text)
#define BYTE_RANGE N("_FillValue", BYTE, L2P_BYTE_FILL), N("valid_min", BYTE, -127), N("valid_max", BYTE, 127)
#define INPUT_RANGE A("_FillValue", FILL_OF_INPUT), A("valid_min", MIN_OF_INPUT), A("valid_max", MAX_OF_INPUT)
#define QUALITY_LEVELS A("flag_values", BYTES_0_TO_5), \
	T("flag_meanings", "no_data bad_data worst_quality low_quality acceptable_quality best_quality")
#define WGS84 T("comment", "geographical coordinates, WGS84 projection"), CONTENT("coordinate")

static const struct product_att lat_atts[] = {
	T("long_name", "latitude"), T("standard_name", "latitude"), T("units", "degrees_north"),
	A("_FillValue", FILL_OF_INPUT), N("valid_min", FLOAT, -90), N("valid_max", FLOAT, 90), WGS84, END
};

static const struct product_att lon_atts[] = {
	T("long_name", "longitude"), T("standard_name", "longitude"), T("units", "degrees_east"),
	A("_FillValue", FILL_OF_INPUT), N("valid_min", FLOAT, -180), N("valid_max", FLOAT, 180), WGS84, END
};

static const struct product_att time_atts[] = {
	T("long_name", "reference time of sst file"), T("standard_name", "time"),
	T("units", "seconds since 1981-01-01 00:00:00"), T("comment", "time of first sensor observation"),
	CONTENT("coordinate"), END
};

static const struct product_att sst_atts[] = {
	T("long_name", "sea surface temperature"), T("standard_name", "sea_surface_skin_temperature"),
	T("units", "kelvin"), INPUT_RANGE, I("comment", sst_comment), A("scale_factor", SCALE_OF_INPUT),
	A("add_offset", KELVIN_OFFSET), T("source", "NASA and University of Miami"), COORDINATES,
	CONTENT("physicalMeasurement"), END
};

static const struct product_att dtime_atts[] = {
	T("long_name", "time difference from reference time"), T("units", "seconds"),
	N("_FillValue", SHORT, L2P_DTIME_FILL), N("valid_min", SHORT, -32767), N("valid_max", SHORT, 32767),
	T("comment", "time plus sst_dtime gives seconds after 00:00:00 UTC January 1, 1981"), COORDINATES,
	CONTENT("referenceInformation"), END
};

static const struct product_att quality_atts[] = {
	T("long_name", "quality level of SST pixel"), N("_FillValue", BYTE, L2P_BYTE_FILL), N("valid_min", BYTE, 0),
	N("valid_max", BYTE, 5), I("comment", quality_comment), COORDINATES, QUALITY_LEVELS,
	CONTENT("qualityInformation"), END
};

static const struct product_att bias_atts[] = {
	I("long_name", bias_long_name), T("units", "kelvin"), BYTE_RANGE,
	T("comment", "thermal IR SST bias error; signed byte array: " SIGNED_BYTE_WARNING),
	N("scale_factor", FLOAT, SSES_BIAS_SCALE), N("add_offset", FLOAT, 0), COORDINATES,
	CONTENT("auxiliaryInformation"), END
};

static const struct product_att stdv_atts[] = {
	I("long_name", stdv_long_name), T("units", "kelvin"), BYTE_RANGE,
	T("comment", "thermal IR SST standard deviation error; signed byte array: " SIGNED_BYTE_WARNING),
	N("scale_factor", FLOAT, SSES_STDV_SCALE), N("add_offset", FLOAT, SSES_STDV_OFFSET), COORDINATES,
	CONTENT("auxiliaryInformation"), END
};

static const struct product_att flags_atts[] = {
	T("long_name", "L2P flags"), N("valid_min", SHORT, 0), N("valid_max", SHORT, 16),
	T("comment", "These flags can be used to further filter data variables"), COORDINATES,
	T("flag_meanings", "microwave land ice lake river"), A("flag_masks", FLAG_MASKS),
	CONTENT("qualityInformation"), END
};

static const struct product_att night_atts[] = {
	I("long_name", night_long_name), I("standard_name", night_standard_name), T("units", "kelvin"), INPUT_RANGE,
	I("comment", night_comment), A("scale_factor", SCALE_OF_INPUT), A("add_offset", KELVIN_OFFSET), COORDINATES,
	CONTENT("physicalMeasurement"), END
};

static const struct product_att night_quality_atts[] = {
	I("long_name", night_quality_long_name), N("_FillValue", BYTE, L2P_BYTE_FILL), N("valid_min", BYTE, 0),
	N("valid_max", BYTE, 5), I("comment", night_quality_comment), COORDINATES, QUALITY_LEVELS,
	CONTENT("qualityInformation"), END
};

static const struct product_att night_bias_atts[] = {
	I("long_name", night_bias_long_name), T("units", "kelvin"), BYTE_RANGE, I("comment", night_bias_comment),
	N("scale_factor", FLOAT, SSES_BIAS_SCALE), N("add_offset", FLOAT, 0), COORDINATES,
	CONTENT("auxiliaryInformation"), END
};

static const struct product_att night_stdv_atts[] = {
	I("long_name", night_stdv_long_name), T("units", "kelvin"), BYTE_RANGE, I("comment", night_stdv_comment),
	N("scale_factor", FLOAT, SSES_STDV_SCALE), N("add_offset", FLOAT, SSES_STDV_OFFSET), COORDINATES,
	CONTENT("auxiliaryInformation"), END
};

#define OCEAN_COLOUR INPUT_RANGE, T("comment", "non L2P core field"), A("scale_factor", SCALE_OF_INPUT), \
	A("add_offset", OFFSET_OF_INPUT), COORDINATES, CONTENT("auxiliaryInformation"), END

static const struct product_att chlor_atts[] = {
	T("long_name", "Chlorophyll Concentration, OC3 Algorithm"), T("units", "mg m^-3"), OCEAN_COLOUR
};

static const struct product_att k490_atts[] = {
	T("long_name", "Diffuse attenuation coefficient at 490 nm (OBPG)"), T("units", "m^-1"), OCEAN_COLOUR
};

static const struct product_att wind_atts[] = {
	T("long_name", "10m wind speed"), T("standard_name", "wind_speed"), T("units", "m s-1"), BYTE_RANGE,
	T("comment", "Wind at 10 meters above the sea surface"), N("scale_factor", FLOAT, 0.2f),
	N("add_offset", FLOAT, 25), T("source", "TBD.  Placeholder.  Currently empty"), COORDINATES,
	T("grid_mapping", "TBD"), N("time_offset", FLOAT, 2), T("height", "10 m"), CONTENT("auxiliaryInformation"),
	END
};

static const struct product_att dt_atts[] = {
	T("long_name", "deviation from SST reference climatology"), T("units", "kelvin"), BYTE_RANGE,
	T("comment", "TBD"), N("scale_factor", FLOAT, 0.1f), N("add_offset", FLOAT, 0),
	T("source", "TBD. Placeholder.  Currently empty"), COORDINATES, CONTENT("auxiliaryInformation"), END
};

#define NONE { IN_NONE, IN_NONE }
#define ALWAYS { IN_NONE }
#define NIGHT_SET { IN_NIGHT, IN_NIGHT_BIAS, IN_NIGHT_STDV, IN_NIGHT_QUAL }

static const struct product_var vars[] = {
	{ "lat", false, NC_FLOAT, MAKE_LAT, { IN_LAT, IN_NONE }, ALWAYS, lat_atts },
	{ "lon", false, NC_FLOAT, MAKE_LON, { IN_LON, IN_NONE }, ALWAYS, lon_atts },
	{ "time", false, NC_INT, MAKE_TIME, NONE, ALWAYS, time_atts },
	{ "sea_surface_temperature", false, NC_NAT, MAKE_COPY, { IN_SST, IN_NONE }, ALWAYS, sst_atts },
	{ "sst_dtime", false, NC_SHORT, MAKE_DTIME, NONE, ALWAYS, dtime_atts },
	{ "quality_level", false, NC_BYTE, MAKE_QUALITY, { IN_QUAL, IN_SST }, ALWAYS, quality_atts },
	{ "sses_bias", false, NC_BYTE, MAKE_BIAS, { IN_BIAS, IN_SST }, ALWAYS, bias_atts },
	{ "sses_standard_deviation", false, NC_BYTE, MAKE_STDV, { IN_STDV, IN_SST }, ALWAYS, stdv_atts },
	{ "l2p_flags", false, NC_SHORT, MAKE_FLAGS, { IN_FLAGS, IN_NONE }, ALWAYS, flags_atts },
	{ "sea_surface_temperature", true, NC_NAT, MAKE_COPY, { IN_NIGHT, IN_NONE }, { IN_NIGHT, IN_NONE },
	    night_atts },
	{ "quality_level", true, NC_BYTE, MAKE_QUALITY, { IN_NIGHT_QUAL, IN_NIGHT }, NIGHT_SET, night_quality_atts },
	{ "sses_bias", true, NC_BYTE, MAKE_BIAS, { IN_NIGHT_BIAS, IN_NIGHT }, { IN_NIGHT, IN_NIGHT_BIAS, IN_NONE },
	    night_bias_atts },
	{ "sses_standard_deviation", true, NC_BYTE, MAKE_STDV, { IN_NIGHT_STDV, IN_NIGHT },
	    { IN_NIGHT_STDV, IN_NONE }, night_stdv_atts },
	{ "chlorophyll_a", false, NC_NAT, MAKE_OCEAN_COLOUR, { IN_CHLOR, IN_NONE }, { IN_CHLOR, IN_NONE },
	    chlor_atts },
	{ "K_490", false, NC_NAT, MAKE_OCEAN_COLOUR, { IN_K490, IN_NONE }, { IN_K490, IN_NONE }, k490_atts },
	{ "wind_speed", false, NC_BYTE, MAKE_FILL, NONE, ALWAYS, wind_atts },
	{ "dt_analysis", false, NC_BYTE, MAKE_FILL, NONE, ALWAYS, dt_atts },
};

_Static_assert(sizeof(vars) / sizeof(*vars) == PRODUCT_VARS, "PRODUCT_VARS");

const struct product_var *
product_var(size_t i)
{
	return i < PRODUCT_VARS ? &vars[i] : NULL;
}

bool
product_has(const struct product_var *v, const struct source *s)
{
	for (size_t i = 0; i < 4 && v->need[i] != IN_NONE; i++)
		if (!s->var[v->need[i]].present)
			return false;
	return true;
}

void
product_name(const struct product_var *v, const struct instrument *in, char out[NC_MAX_NAME + 1])
{
	xsnprintf(out, NC_MAX_NAME + 1, "%s%s", v->name, v->night ? in->l2p.night_suffix : "");
}

/* ---- global attributes ---- */

enum global_kind {
	G_TEXT, G_OF_DATASET, G_OF_INSTRUMENT,	/* text, or the field at offset at */
	G_COMMENT, G_CREATED, G_START, G_STOP, G_SENSOR, G_LINK, G_START_NODE, G_END_NODE, G_LIGHT,
	G_LEVEL, G_NORTH, G_SOUTH, G_EAST, G_WEST, G_RESOLUTION
};

struct global {
	const char *name;
	enum global_kind kind;
	const char *text;
	size_t at;
	bool bounds;			/* only where the instrument has geospatial_bounds */
};

#define GT(name, text) { name, G_TEXT, text, 0, false }
#define GD(name, field) { name, G_OF_DATASET, NULL, offsetof(struct dataset, field), false }
#define GI(name, field) { name, G_OF_INSTRUMENT, NULL, offsetof(struct l2p_texts, field), false }
#define GX(name, kind) { name, kind, NULL, 0, false }
#define GB(name, kind) { name, kind, NULL, 0, true }

static const struct global globals[] = {
	GT("Conventions", "CF-1.7, ACDD-1.3"),
	GD("title", title),
	GD("summary", summary),
	GT("references", "GHRSST Data Processing Specification v2r5"),
	GI("institution", institution),
	GD("history", history),
	GX("comment", G_COMMENT),
	GT("license", "GHRSST and PO.DAAC protocol allow data use as free and open."),
	GD("id", collection),
	GT("naming_authority", "org.ghrsst"),
	GD("product_version", version),
	GD("uuid", uuid),
	GT("gds_version_id", "2.0"),
	GT("netcdf_version_id", "4.1"),
	GX("date_created", G_CREATED),
	GX("file_quality_level", G_LEVEL),
	GI("spatial_resolution", spatial_resolution),
	GX("start_time", G_START),
	GX("time_coverage_start", G_START),
	GX("stop_time", G_STOP),
	GX("time_coverage_end", G_STOP),
	GX("northernmost_latitude", G_NORTH),
	GX("southernmost_latitude", G_SOUTH),
	GX("easternmost_longitude", G_EAST),
	GX("westernmost_longitude", G_WEST),
	GB("geospatial_lat_max", G_NORTH),
	GB("geospatial_lat_min", G_SOUTH),
	GB("geospatial_lon_max", G_EAST),
	GB("geospatial_lon_min", G_WEST),
	GI("source", source),
	GD("platform", platform),
	GX("sensor", G_SENSOR),
	GX("metadata_link", G_LINK),
	GI("keywords", keywords),
	GT("keywords_vocabulary", "NASA Global Change Master Directory (GCMD) Science Keywords"),
	GI("standard_name_vocabulary", standard_name_vocabulary),
	GT("geospatial_lat_units", "degrees_north"),
	GX("geospatial_lat_resolution", G_RESOLUTION),
	GT("geospatial_lon_units", "degrees_east"),
	GX("geospatial_lon_resolution", G_RESOLUTION),
	GI("acknowledgment", acknowledgment),
	GI("creator_name", creator_name),
	GI("creator_email", creator_email),
	GT("creator_url", "http://podaac.jpl.nasa.gov"),
	GT("project", "Group for High Resolution Sea Surface Temperature"),
	GT("publisher_name", "The GHRSST Project Office"),
	GT("publisher_url", "http://www.ghrsst.org"),
	GT("publisher_email", "ghrsst-po@nceo.ac.uk"),
	GT("processing_level", "L2P"),
	GT("cdm_data_type", "swath"),
	GX("startDirection", G_START_NODE),
	GX("endDirection", G_END_NODE),
	GX("day_night_flag", G_LIGHT),
};

static const char *
field(const void *base, size_t at)
{
	const char *text;

	memcpy(&text, (const char *)base + at, sizeof(text));
	return text;
}

/* The text of an attribute, in buf where it is made for this granule; NULL when it is a number. */
static const char *
global_text(const struct global *g, const struct source *s, enum ptype type, char *buf, size_t size)
{
	char stamp[CLOCK_STAMP_SIZE];

	switch (g->kind) {
	case G_TEXT: return g->text;
	case G_OF_DATASET: return field(s->ds, g->at);
	case G_OF_INSTRUMENT: return field(&s->ds->instrument->l2p, g->at);
	case G_SENSOR: return s->ds->instrument->name;
	case G_START_NODE: return s->start_node;
	case G_END_NODE: return s->end_node;
	case G_LIGHT: return s->day_or_night;
	case G_COMMENT:
		xsnprintf(buf, size, "L2P Core without DT analysis or other ancillary fields; %s, Start Node:%s, "
		    "End Node:%s; " SIGNED_BYTE_WARNING "; %s", s->day_or_night, s->start_node, s->end_node,
		    type == PTYPE_QUICKLOOK ? "Quicklook" : "Refined");
		return buf;
	case G_LINK:
		xsnprintf(buf, size, "http://podaac.jpl.nasa.gov/ws/metadata/dataset/?format=iso&shortName=%s",
		    s->ds->collection);
		return buf;
	case G_CREATED:
	case G_START:
	case G_STOP:
		clock_stamp(g->kind == G_CREATED ? clock_product() : g->kind == G_START ? s->start : s->stop, stamp);
		xsnprintf(buf, size, "%sZ", stamp);
		return buf;
	default: return NULL;
	}
}

static int
put_global(int ncid, const struct global *g, const struct source *s, enum ptype type)
{
	static const int level = 3;
	char buf[1024];
	const char *text = global_text(g, s, type, buf, sizeof(buf));
	float v;

	if (g->bounds && !s->ds->instrument->l2p.geospatial_bounds)
		return NC_NOERR;
	if (text != NULL)
		return nc_put_att_text(ncid, NC_GLOBAL, g->name, strlen(text), text);
	switch (g->kind) {
	case G_NORTH: v = s->north; break;
	case G_SOUTH: v = s->south; break;
	case G_EAST: v = s->east; break;
	case G_WEST: v = s->west; break;
	case G_RESOLUTION: v = s->ds->instrument->l2p.resolution; break;
	default: return nc_put_att_int(ncid, NC_GLOBAL, g->name, NC_INT, 1, &level);
	}
	return nc_put_att_float(ncid, NC_GLOBAL, g->name, NC_FLOAT, 1, &v);
}

/* ---- variables ---- */

static nc_type
type_of(const struct product_var *v, const struct source *s)
{
	return v->type != NC_NAT ? v->type : s->var[v->use[0]].type;
}

/* A number in the type of the variable: shorts by truncation. */
static int
put_number(int ncid, int varid, const char *name, nc_type type, float v)
{
	if (type == NC_FLOAT)
		return nc_put_att_float(ncid, varid, name, type, 1, &v);
	v = v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : truncf(v);
	return nc_put_att_float(ncid, varid, name, type, 1, &v);
}

/* scale_factor and add_offset come as a pair, and not at all when they change nothing. */
static int
put_packing(int ncid, int varid, const struct product_att *a, const struct product_att *atts,
    const struct source_var *in)
{
	nc_type type = in->offset_type;
	float offset = in->offset;

	for (; atts->name != NULL; atts++)
		if (atts->kind == KELVIN_OFFSET) {
			offset = (float)(in->offset + KELVIN);
			type = NC_FLOAT;
		}
	if (in->scale == 1.0f && offset == 0.0f)
		return NC_NOERR;
	if (a->kind == SCALE_OF_INPUT)
		return nc_put_att_float(ncid, varid, a->name, in->scale_type, 1, &in->scale);
	return nc_put_att_float(ncid, varid, a->name, type, 1, &offset);
}

static int
put_text(int ncid, int varid, const char *name, const char *text)
{
	return text != NULL ? nc_put_att_text(ncid, varid, name, strlen(text), text) : NC_NOERR;
}

static int
put_att(int ncid, int varid, const struct product_att *a, const struct product_var *v, nc_type type,
    const struct source *s)
{
	static const signed char levels[] = { 0, 1, 2, 3, 4, 5 };
	static const short masks[] = { 1, 2, 4, 8, 16 };
	static const struct source_var none = { .scale = 1 };
	const struct source_var *in = v->use[0] != IN_NONE ? &s->var[v->use[0]] : &none;

	switch (a->kind) {
	case TEXT: return put_text(ncid, varid, a->name, a->text);
	case TEXT_OF_INSTRUMENT:
		return put_text(ncid, varid, a->name, field(&s->ds->instrument->l2p, a->at));
	case BYTE: return nc_put_att_float(ncid, varid, a->name, NC_BYTE, 1, &a->number);
	case SHORT: return nc_put_att_float(ncid, varid, a->name, NC_SHORT, 1, &a->number);
	case FLOAT: return nc_put_att_float(ncid, varid, a->name, NC_FLOAT, 1, &a->number);
	case BYTES_0_TO_5: return nc_put_att_schar(ncid, varid, a->name, NC_BYTE, sizeof(levels), levels);
	case FLAG_MASKS: return nc_put_att_short(ncid, varid, a->name, NC_SHORT, 5, masks);
	case FILL_OF_INPUT: return put_number(ncid, varid, a->name, type, in->fill);
	case MIN_OF_INPUT: return put_number(ncid, varid, a->name, type, in->valid_min);
	case MAX_OF_INPUT: return put_number(ncid, varid, a->name, type, in->valid_max);
	default: return put_packing(ncid, varid, a, v->atts, in);
	}
}

/* lat and lon are [nj][ni], the others [time][nj][ni]. Chunks are halves where both sizes are even, as in the
 * archive. */
struct chunks_shape
product_shape(const struct product_var *v, const struct source *s, const struct product_rules *rules)
{
	bool even = s->nj % 2 == 0 && s->ni % 2 == 0;
	nc_type type = type_of(v, s);

	return (struct chunks_shape){ .rank = v->recipe == MAKE_LAT || v->recipe == MAKE_LON ? 2 : 3, .nj = s->nj,
		.ni = s->ni, .elem = type == NC_BYTE || type == NC_UBYTE ? 1 : type == NC_SHORT ? 2 : 4,
		.cj = even ? s->nj / 2 : s->nj, .ci = even ? s->ni / 2 : s->ni,
		.shuffle = rules->shuffle && type != NC_BYTE };
}

static int
define_var(int ncid, const struct product_var *v, const int dims[3], const struct source *s,
    const struct product_rules *rules, int *varid)
{
	bool time = v->recipe == MAKE_TIME;
	struct chunks_shape shape = product_shape(v, s, rules);
	size_t chunk[3] = { 1, shape.cj, shape.ci };
	int rank = time ? 1 : shape.rank, skip = time ? 0 : 3 - rank, rc;
	char name[NC_MAX_NAME + 1];
	nc_type type = type_of(v, s);

	product_name(v, s->ds->instrument, name);
	rc = nc_def_var(ncid, name, type, rank, dims + skip, varid);
	if (rc == NC_NOERR)
		rc = nc_def_var_chunking(ncid, *varid, NC_CHUNKED, chunk + skip);
	if (rc == NC_NOERR)
		rc = nc_def_var_deflate(ncid, *varid, shape.shuffle && !time, 1, rules->level);
	for (const struct product_att *a = v->atts; rc == NC_NOERR && a->name != NULL; a++)
		rc = put_att(ncid, *varid, a, v, type, s);
	return rc;
}

static int
define_all(int ncid, const struct source *s, const struct product_rules *rules)
{
	int dims[3], varid, timeid = -1, seconds = (int)(s->start - EPOCH_1981), rc;
	const struct product_var *v;

	rc = nc_def_dim(ncid, "nj", s->nj, &dims[1]);
	if (rc == NC_NOERR)
		rc = nc_def_dim(ncid, "ni", s->ni, &dims[2]);
	if (rc == NC_NOERR)
		rc = nc_def_dim(ncid, "time", 1, &dims[0]);
	for (size_t i = 0; rc == NC_NOERR && i < sizeof(globals) / sizeof(*globals); i++)
		rc = put_global(ncid, &globals[i], s, rules->type);
	for (size_t i = 0; rc == NC_NOERR && (v = product_var(i)) != NULL; i++)
		if (product_has(v, s)) {
			rc = define_var(ncid, v, dims, s, rules, &varid);
			if (v->recipe == MAKE_TIME)
				timeid = varid;
		}
	if (rc == NC_NOERR)
		rc = nc_enddef(ncid);
	if (rc == NC_NOERR)
		rc = nc_put_var_int(ncid, timeid, &seconds);
	return rc;
}

int
product_define(const char *path, const struct source *s, const struct product_rules *rules, struct err *e)
{
	int ncid, rc, closed;

	errno = 0;
	rc = ncf_library_create(path, &ncid);
	if (rc != NC_NOERR)
		return ncf_unwritable(e, rc, path, "cannot create");
	rc = define_all(ncid, s, rules);
	closed = nc_close(ncid);
	if (rc == NC_NOERR)
		rc = closed;
	return rc == NC_NOERR ? 0 : ncf_unwritable(e, rc, path, "cannot write");
}
