/* The granules of a job, and its input files. */

#include <stdlib.h>

#include "base/newfile.h"
#include "tap.h"
#include "uploader/find.h"

#define MIDDLE "-JPL-L2P_GHRSST-SSTskin-"
#define END "-v02.0-fv01.0.nc"
#define MODIS "root/processor/output/MODIS_L2P_CORE_NETCDF/"
#define VIIRS "root/processor/output/VIIRS_L2P_CORE_NETCDF/"

static void
make(const char *path, const char *text)
{
	struct err e;

	if (file_write(path, text, &e) < 0)
		give_up("%s", e.msg);
}

static void
granules(void)
{
	static const struct {
		const char *key, *time, *path;
		enum ptype type;
	} rows[] = {
		{ "terra", "20240105T000500", MODIS "MODIS_T_REFINED/2024/5/20240105000500" MIDDLE "MODIS_T-N" END,
		    PTYPE_REFINED },
		{ "viirs", "20231231T235400", VIIRS "VIIRS/2023/365/20231231235400" MIDDLE "VIIRS_NPP-D" END,
		    PTYPE_QUICKLOOK },
		{ "jpss1", "20240301001200", VIIRS "JPSS1_REFINED/2024/61/20240301001200" MIDDLE "JPSS1-D" END,
		    PTYPE_REFINED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run r = { .job = "list.json", .root = "root", .ds = dataset_find(rows[i].key),
			.type = rows[i].type };
		struct strlist paths = {0}, missing = {0};
		struct err e = {0};

		strlist_push(&r.elements, rows[i].time);
		strlist_push(&r.elements, "20200101T000000");
		make(rows[i].path, "");
		ok(find_granules(&r, &paths, &missing, &e) == 0 && paths.n == 1 && missing.n == 1,
		    "%s: one of two times has a granule", rows[i].key);
		is_str(paths.n > 0 ? paths.item[0] : NULL, rows[i].path, "... which is found");
		is_str(missing.n > 0 ? missing.item[0] : NULL, "20200101T000000", "... the other is told");
		strlist_free(&r.elements);
		strlist_free(&paths);
		strlist_free(&missing);
	}
}

static void
bad_times(void)
{
	static const char *const bad[] = {
		"20240215T12400", "20240230T124000", "2024046124000", "20240215T124000Z", "", "20240215 124000",
		"202402151240001", "x"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct run r = { .job = "bad.json", .root = "root", .ds = dataset_find("aqua"),
			.type = PTYPE_QUICKLOOK };
		struct strlist paths = {0}, missing = {0};
		struct err e = {0};

		strlist_push(&r.elements, bad[i]);
		ok(find_granules(&r, &paths, &missing, &e) < 0 &&
		    e.code == E_USAGE, "%s: %s", bad[i], e.msg);
		strlist_free(&r.elements);
		strlist_free(&paths);
		strlist_free(&missing);
	}
}

static void
provenance(void)
{
	struct run r = { .job = "x/processor_timestamp_list_AQUA_refined_1.json", .root = "root", .index = 1 };
	struct strlist sources = {0};
	struct err e = {0};
	char *text;

	ok(find_sources(&r, &sources, &e) < 0 && e.code != E_NONE, "no list of input files: %s", e.msg);
	make("root/combiner/downloads/combiner_file_lists_AQUA_refined_1.json",
	    "[[\"no\"], [\"AQUA_MODIS.20240215T124000.L2.SST.nc\", \"AQUA_MODIS.20240215T124500.L2.SST.nc\", "
	    "\"AQUA_MODIS.20240215T124000.L2.SST4.nc\", \"AQUA_MODIS.20240215T124001.L2.OC.nc\"]]");
	ok(find_sources(&r, &sources, &e) == 0 && sources.n == 4, "the list of the same element");
	text = find_provenance(&sources, "dir/20240215124000" MIDDLE "MODIS_A-N" END, "; ");
	is_str(text, "AQUA_MODIS.20240215T124000.L2.SST.nc; AQUA_MODIS.20240215T124000.L2.SST4.nc",
	    "files of the granule's time, in their order");
	free(text);
	text = find_provenance(&sources, "20240101000000" MIDDLE "MODIS_A-N" END, ", ");
	is_str(text, "", "no files");
	free(text);
	strlist_free(&sources);
	r.job = "other.json";
	ok(find_sources(&r, &sources, &e) < 0, "a list that is called otherwise");
	strlist_free(&sources);
}

int
main(void)
{
	tap_scratch();
	granules();
	bad_times();
	provenance();
	return tap_done();
}
