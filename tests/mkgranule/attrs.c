/* attrs - the global attributes as data, and their values */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "mkgranule.h"

#define MOD	(1u << MODIS)
#define ALL	(1u << MODIS | 1u << VIIRS)
#define NEW	(G19 | G22 | G24)

#define T(n, g, text)	{ n, 't', g, ALL, text, 0 }
#define V(n, ty, g, sensors, member) \
	{ n, ty, g, sensors, NULL, offsetof(struct gvals, member) }

const struct gattr gattrs[] = {
	V("title", 's', G_ALL, ALL, title),
	V("product_name", 's', G_ALL, ALL, product),
	V("processing_version", 's', G_ALL, ALL, version),
	V("equatorCrossingLongitude", 'f', G_ALL, MOD, crossing_lon),
	V("orbit_number", 'i', G_ALL, ALL, orbit),
	V("history", 's', G_ALL, ALL, history),
	V("scan_control_points", 'i', G14, ALL, lines),
	V("pixel_control_points", 'i', G14, ALL, pixels),
	V("instrument", 's', G_ALL, ALL, instrument),
	V("platform", 's', G_ALL, ALL, platform),
	T("Conventions", G14, "CF-1.6"),
	T("Conventions", G19 | G22, "CF-1.6 ACDD-1.3"),
	T("Conventions", G24, "CF-1.8, ACDD-1.3"),
	T("Metadata_Conventions", G14, "Unidata Dataset Discovery v1.0"),
	T("license", G14,
	    "http://science.nasa.gov/earth-science/earth-science-data/data-information-policy/"),
	T("license", NEW,
	    "https://science.nasa.gov/earth-science/earth-science-data/data-information-policy/"),
	T("naming_authority", G_ALL, "gov.nasa.gsfc.sci.oceandata"),
	V("id", 's', G_ALL, ALL, id),
	V("date_created", 's', G_ALL, ALL, created),
	T("keywords_vocabulary", G_ALL,
	    "NASA Global Change Master Directory (GCMD) Science Keywords"),
	V("keywords", 's', G_ALL, ALL, keywords),
	T("standard_name_vocabulary", G14, "NetCDF Climate and Forecast (CF) Metadata Convention"),
	T("standard_name_vocabulary", NEW, "CF Standard Name Table v36"),
	T("institution", G_ALL, "NASA Goddard Space Flight Center, Ocean Ecology Laboratory, "
	    "Ocean Biology Processing Group"),
	T("creator_name", G_ALL, "NASA/GSFC/OBPG"),
	T("creator_email", G_ALL, "data@oceancolor.gsfc.nasa.gov"),
	T("creator_url", G_ALL, "https://oceandata.sci.gsfc.nasa.gov"),
	T("project", G_ALL, "Ocean Biology Processing Group (NASA/GSFC/OBPG)"),
	T("publisher_name", G_ALL, "NASA/GSFC/OBPG"),
	T("publisher_url", G_ALL, "https://oceandata.sci.gsfc.nasa.gov"),
	T("publisher_email", G_ALL, "data@oceancolor.gsfc.nasa.gov"),
	T("geospatial_bounds_crs", G24, "EPSG:4326"),
	T("identifier_product_doi_authority", G_ALL, "http://dx.doi.org"),
	V("identifier_product_doi", 's', G_ALL, ALL, doi),
	T("processing_level", G_ALL, "L2"),
	T("cdm_data_type", G_ALL, "swath"),
	V("equatorCrossingDateTime", 's', G_ALL, MOD, crossing_time),
	V("spatialResolution", 's', G_ALL, ALL, resolution),
	V("time_coverage_start", 's', G_ALL, ALL, start),
	V("time_coverage_end", 's', G_ALL, ALL, end),
	V("start_center_longitude", 'f', G_ALL, ALL, start_lon),
	V("start_center_latitude", 'f', G_ALL, ALL, start_lat),
	V("end_center_longitude", 'f', G_ALL, ALL, end_lon),
	V("end_center_latitude", 'f', G_ALL, ALL, end_lat),
	V("northernmost_latitude", 'f', G_ALL, ALL, north),
	V("southernmost_latitude", 'f', G_ALL, ALL, south),
	V("easternmost_longitude", 'f', G_ALL, ALL, east),
	V("westernmost_longitude", 'f', G_ALL, ALL, west),
	T("geospatial_lat_units", G_ALL, "degrees_north"),
	T("geospatial_lon_units", G_ALL, "degrees_east"),
	V("geospatial_lat_max", 'f', G_ALL, ALL, north),
	V("geospatial_lat_min", 'f', G_ALL, ALL, south),
	V("geospatial_lon_max", 'f', G_ALL, ALL, east),
	V("geospatial_lon_min", 'f', G_ALL, ALL, west),
	V("startDirection", 's', G_ALL, ALL, start_dir),
	V("endDirection", 's', G_ALL, ALL, end_dir),
	V("day_night_flag", 's', G_ALL, ALL, light),
	V("earth_sun_distance_correction", 'd', G_ALL, ALL, distance),
	{ NULL, 0, 0, 0, NULL, 0 }
};

static void
put(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text);
}

static const char *
version_of(const struct opts *o, enum suite_id id)
{
	if (o->version != NULL)
		return o->version;
	if (o->gen == G14)
		return o->sen->old_version;
	if (o->gen == G19 && id == OC)
		return "2018.0";
	return id == OC ? o->sen->oc_version : o->sen->sst_version;
}

static void
names_make(struct gvals *v, const struct opts *o, enum suite_id id)
{
	static const char *const keys[2][2] = {
		{ "Oceans > Ocean Temperature > Sea Surface Temperature",
		  "Oceans > Ocean Chemistry > Chlorophyll; Oceans > Ocean Optics > Ocean Color" },
		{ "EARTH SCIENCE > OCEANS > OCEAN TEMPERATURE > SEA SURFACE TEMPERATURE",
		  "EARTH SCIENCE > OCEANS > OCEAN CHEMISTRY > CHLOROPHYLL; "
		  "EARTH SCIENCE > OCEANS > OCEAN OPTICS > OCEAN COLOR" }
	};
	char stamp[16];

	when_stamp(o->start + (id == OC ? o->oc_offset : 0), stamp);
	(void)snprintf(v->product, sizeof v->product, "%s.%s.L2.%s%s.nc", o->ds->prefix, stamp,
	    suite_names[id], o->nrt ? ".NRT" : "");
	put(v->version, sizeof v->version, version_of(o, id));
	(void)snprintf(v->title, sizeof v->title, "%s Level-2 Data%s%s",
	    o->gen == G14 ? o->ds->old_title : o->ds->title, o->gen == G24 ? " " : "",
	    o->gen == G24 ? suite_names[id] : "");
	(void)snprintf(v->id, sizeof v->id, "%s/L2/%s", v->version, v->product);
	(void)snprintf(v->history, sizeof v->history,
	    "l2gen par=%s.%s.L2.%s.param metafile=%s.%s.L2.%s.meta",
	    o->ds->prefix, stamp, suite_names[id], o->ds->prefix, stamp, suite_names[id]);
	put(v->keywords, sizeof v->keywords, keys[o->gen != G14][id == OC]);
	if (o->gen == G14)
		(void)snprintf(v->doi, sizeof v->doi, "10.5067/%s/%s_OC.%s", o->ds->doi,
		    o->sen->name, v->version);
	else
		(void)snprintf(v->doi, sizeof v->doi, "10.5067/%s/%s/L2/%s/%s", o->ds->doi,
		    o->sen->name, suite_names[id], v->version);
	put(v->instrument, sizeof v->instrument, o->sen->name);
	put(v->platform, sizeof v->platform, o->ds->platform);
	put(v->resolution, sizeof v->resolution, o->sen->resolution);
	put(v->software, sizeof v->software,
	    o->gen == G14 ? "8.10.3" : o->gen == G19 ? "9.4.0-V2019.4" :
	    o->gen == G22 ? "9.6.0-V2022.3" : "9.8.0-V2024.6");
}

static struct instant
later(struct instant t, double seconds)
{
	double days;

	t.sod += seconds;
	days = floor(t.sod / 86400.0);
	t.day += (int64_t)days;
	t.sod -= days * 86400.0;
	return t;
}

static void
orbit_make(struct gvals *v, const struct opts *o, const struct scene *s)
{
	struct instant t = when_scan(o, 0);
	double lon, ago;

	orbit_crossing(&s->orbit, o, &lon, &ago);
	v->crossing_lon = (float)lon;
	when_iso(later(t, -ago), v->crossing_time);
	when_iso(later(t, 21600.0), v->created);
	v->orbit = (int)(((double)(t.day - o->ds->launch) * 86400.0 + t.sod) / o->sen->period);
	v->distance = 1.0 + 0.0334 * cos(2.0 * PI * (when_civil(t.day).yday - 3) / 365.25);
}

void
attrs_make(struct gvals *v, const struct opts *o, const struct scene *s, const struct cover *c,
    enum suite_id id)
{
	memset(v, 0, sizeof *v);
	names_make(v, o, id);
	orbit_make(v, o, s);
	when_iso(c->first, v->start);
	when_iso(c->last, v->end);
	put(v->start_dir, sizeof v->start_dir, c->start_dir);
	put(v->end_dir, sizeof v->end_dir, c->end_dir);
	put(v->light, sizeof v->light, c->light);
	v->lines = (int)s->nj;
	v->pixels = (int)s->ni;
	v->start_lat = c->start[0];
	v->start_lon = c->start[1];
	v->end_lat = c->end[0];
	v->end_lon = c->end[1];
	v->north = c->north;
	v->south = c->south;
	v->east = c->east;
	v->west = c->west;
}
