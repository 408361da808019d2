/* A fifth dataset, NOAA-21, is one row of the table: names, tree and conversion know it without another change. */

#define DATASET_TEST_ROW { \
	.key = "jpss2", .token = "JPSS2", .data_type = "JPSS2", .obpg = "JPSS2_VIIRS", \
	.instrument = &viirs, .letter = 'K', .legacy_letter = 'V', .combined = "JPSS2", \
	.downloads = "JPSS2_L2_SST_OBPG", .wait = { 300, 0 }, \
	.label = "JPSS2", .combiner_label = "JPSS2 VIIRS", \
	.l2p = "JPSS2", .collection = "VIIRS_JPSS2-JPL-L2P-v2026.0", .version = "2026.0", \
	.obpg_platform = "JPSS-2", .platform = "JPSS-2", .title = "VIIRS L2P Sea Surface Skin Temperature", \
	.summary = VIIRS_SUMMARY("Joint Polar Satellite System 2 (JPSS-2/NOAA-21)"), \
	.history = VIIRS_HISTORY("JPSS2"), .uuid = "5a0c7d52-9f4e-4b6e-8a34-2f6f3f1f0b77" \
}
#include "../../lib/granule/dataset.c"	/* instead of the library's */

#include <netcdf.h>

#include "base/file.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "netcdf/ncf.h"
#include "processor/granule.h"
#include "tap.h"

#define NJ 4
#define NI 6

static const struct dataset *jpss2;

static void
names(void)
{
	struct obpg_name o;
	struct combined_name c = {0};
	struct l2p_name l;
	struct err e;
	char name[NAME_SIZE], path[LAYOUT_SIZE];

	jpss2 = dataset_find("JPSS2");
	ok(jpss2 != NULL, "the row is found");
	ok(obpg_parse("JPSS2_VIIRS.20260608T194800.L2.SST3.NRT.nc", &o, &e) == 0 && o.ds == jpss2 &&
	    o.suite == SUITE_NIGHT && o.nrt, "its OBPG names are");
	c.ds = jpss2;
	c.night = true;
	(void)snprintf(c.stamp, sizeof(c.stamp), "20260608T194800");
	combined_format(&c, name);
	is_str(name, "K20260608T194800.JPSS2_GSSTN.nc", "combined name");
	ok(combined_parse(name, &c, &e) == 0 && c.ds == jpss2, "and back");
	l = (struct l2p_name){ .ds = jpss2, .time = c.time, .night = true };
	l2p_format(&l, name);
	is_str(name, "20260608194800-JPL-L2P_GHRSST-SSTskin-JPSS2-N-v02.0-fv01.0.nc", "L2P name");
	ok(l2p_parse(name, &l, &e) == 0 && l.ds == jpss2, "and back");
	ok(layout_dir("r", LAYOUT_L2P, jpss2, PTYPE_REFINED, c.time, path, &e) == 0, "directory");
	is_str(path, "r/processor/output/VIIRS_L2P_CORE_NETCDF/JPSS2_REFINED/2026/159", "of products");
	is_str(suite_name(jpss2->instrument, SUITE_NIGHT), "SST3", "its night companion is VIIRS's");
}

/* ---- a small combined file ---- */

static int
define_texts(int id)
{
	static const char *const text[][2] = {
		{ "Start_Time", "2026159194800" }, { "End_Time", "2026159195359" }, { "Sensor_Name", "VIIRS" },
		{ "Start_Node", "Ascending" }, { "End_Node", "Ascending" }, { "Day_or_Night", "Night" },
		{ "Platform", "JPSS-2" },
	};
	int rc = NC_NOERR;

	for (size_t i = 0; rc == NC_NOERR && i < sizeof(text) / sizeof(*text); i++)
		rc = nc_put_att_text(id, NC_GLOBAL, text[i][0], strlen(text[i][1]), text[i][1]);
	return rc;
}

static int
define_numbers(int id)
{
	static const struct { const char *name; int v; } number[] = {
		{ "Number_of_Scan_Lines", NJ }, { "Pixels_per_Scan_Line", NI }, { "Start_Year", 2026 },
		{ "Start_Day", 159 }, { "Start_Millisec", 71280000 }, { "End_Year", 2026 }, { "End_Day", 159 },
		{ "End_Millisec", 71639000 },
	};
	static const char *const bound[] = { "Northernmost_Latitude", "Southernmost_Latitude",
		"Easternmost_Longitude", "Westernmost_Longitude" };
	float zero = 0;
	int rc = NC_NOERR;

	for (size_t i = 0; rc == NC_NOERR && i < sizeof(number) / sizeof(*number); i++)
		rc = nc_put_att_int(id, NC_GLOBAL, number[i].name, NC_INT, 1, &number[i].v);
	for (size_t i = 0; rc == NC_NOERR && i < 4; i++)
		rc = nc_put_att_float(id, NC_GLOBAL, bound[i], NC_FLOAT, 1, &zero);
	return rc;
}

static int
define_variables(int id)
{
	static const struct { const char *name; nc_type type; } var[] = {
		{ "l2_flags", NC_INT }, { "longitude", NC_FLOAT }, { "latitude", NC_FLOAT }, { "sst", NC_SHORT },
		{ "msec", NC_INT }, { "bias_sst", NC_SHORT }, { "stdv_sst", NC_SHORT }, { "qual_sst", NC_BYTE },
		{ "sst_triple", NC_SHORT }, { "bias_sst_triple", NC_SHORT }, { "stdv_sst_triple", NC_SHORT },
		{ "qual_sst_triple", NC_BYTE },
	};
	int dims[3], rc, v;

	rc = nc_def_dim(id, "time", 1, &dims[0]) | nc_def_dim(id, "nj", NJ, &dims[1]) |
	    nc_def_dim(id, "ni", NI, &dims[2]);
	for (size_t i = 0; rc == NC_NOERR && i < sizeof(var) / sizeof(*var); i++)
		rc = nc_def_var(id, var[i].name, var[i].type, strcmp(var[i].name, "msec") == 0 ? 2 : 3, dims, &v);
	return rc;
}

static void
conversion(void)
{
	struct run run = { .root = "tree", .outdir = "out", .type = PTYPE_COUNT };
	struct granule_rules rules = { .run = &run, .workers = 2 };
	struct granule_result r;
	struct ncatt a;
	struct err e;
	int id, v;

	ok(nc_create("K20260608T194800.JPSS2_GSSTN.nc", NC_NETCDF4, &id) == NC_NOERR &&
	    define_texts(id) == NC_NOERR && define_numbers(id) == NC_NOERR && define_variables(id) == NC_NOERR &&
	    nc_close(id) == NC_NOERR, "a combined file");
	granule_make(&rules, "K20260608T194800.JPSS2_GSSTN.nc", &r);
	if (!ok(r.err.code == E_NONE, "is converted")) {
		(void)fprintf(stderr, "# %s\n", r.err.msg);
		return;
	}
	is_str(r.output, "out/20260608194800-JPL-L2P_GHRSST-SSTskin-JPSS2-N-v02.0-fv01.0.nc", "under its name");
	ok(ncf_open(r.output, &id, &e) == 0, "the granule opens");
	ok(ncf_att(id, NC_GLOBAL, "id", "granule", &a, &e) == 0, "id");
	is_str(a.text, "VIIRS_JPSS2-JPL-L2P-v2026.0", "of its collection");
	ok(ncf_att(id, NC_GLOBAL, "platform", "granule", &a, &e) == 0, "platform");
	is_str(a.text, "JPSS-2", "of its row");
	ok(nc_inq_varid(id, "sses_bias_3chan", &v) == NC_NOERR, "with the triple-window variables");
	(void)nc_close(id);
}

int
main(void)
{
	ncf_setup();
	prog_quiet();
	tap_scratch();
	names();
	conversion();
	return tap_done();
}
