/* The shared tree: the paths of the reference system's layout, for every dataset. */

#include "base/str.h"
#include "granule/layout.h"
#include "tap.h"

#define DAY_5 1704424201		/* 2024-01-05 */
#define DAY_366 1735603200		/* 2024-12-31 */

static struct err e;

static const struct {
	const char *key, *token, *stem, *core, *dir;
} rows[] = {
	{ "aqua", "AQUA", "MODIS_AQUA_L2_SST_OBPG", "MODIS_L2P_CORE_NETCDF", "MODIS_A" },
	{ "terra", "TERRA", "MODIS_TERRA_L2_SST_OBPG", "MODIS_L2P_CORE_NETCDF", "MODIS_T" },
	{ "viirs", "VIIRS", "VIIRS_L2_SST_OBPG", "VIIRS_L2P_CORE_NETCDF", "VIIRS" },
	{ "jpss1", "JPSS1", "JPSS1_L2_SST_OBPG", "VIIRS_L2P_CORE_NETCDF", "JPSS1" },
};

static void __attribute__((format(printf, 5, 6)))
is_dir(enum layout what, const struct dataset *ds, enum ptype t, int64_t time, const char *fmt, ...)
{
	char want[LAYOUT_SIZE], got[LAYOUT_SIZE] = "";
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(want, sizeof(want), fmt, ap);
	va_end(ap);
	(void)layout_dir("/mnt/data", what, ds, t, time, got, &e);
	ok(str_starts(got, "/mnt/data/"), "below the root");
	is_str(got + 10, want, "%s", want);
}

static void
of_dataset(size_t i)
{
	const struct dataset *d = dataset_find(rows[i].key);

	is_dir(LAYOUT_DOWNLOAD_STAGING, d, PTYPE_COUNT, 0, "combiner/downloads/%s/.hidden", rows[i].stem);
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++) {
		const char *type = t == PTYPE_QUICKLOOK ? "QUICKLOOK" : "REFINED";
		const char *refined = t == PTYPE_QUICKLOOK ? "" : "_REFINED";

		is_dir(LAYOUT_DOWNLOADS, d, t, 0, "combiner/downloads/%s_%s", rows[i].stem, type);
		is_dir(LAYOUT_COMBINED, d, t, DAY_5, "processor/input/%s_%s/2024/5", rows[i].token, type);
		is_dir(LAYOUT_COMBINED, d, t, DAY_366, "processor/input/%s_%s/2024/366", rows[i].token, type);
		is_dir(LAYOUT_HOLDING_TYPE, d, t, 0, "processor/input/holding_tank/%s_%s", rows[i].token, type);
		is_dir(LAYOUT_L2P, d, t, DAY_5, "processor/output/%s/%s%s/2024/5", rows[i].core, rows[i].dir, refined);
		is_dir(LAYOUT_L2P, d, t, DAY_366, "processor/output/%s/%s%s/2024/366", rows[i].core, rows[i].dir,
		    refined);
	}
}

static void
of_all(void)
{
	static const struct {
		enum layout what;
		const char *path;
	} fixed[] = {
		{ LAYOUT_LIST_STATES, "download-lists/state_files" },
		{ LAYOUT_DOWNLOAD_LISTS, "downloader/lists" },
		{ LAYOUT_COMBINER_LISTS, "combiner/downloads" },
		{ LAYOUT_COMBINER_JOBS, "combiner/jobs" },
		{ LAYOUT_HOLDING, "processor/input/holding_tank" },
		{ LAYOUT_L2_QUARANTINE, "processor/input/quarantine" },
		{ LAYOUT_INPUT, "processor/input" },
		{ LAYOUT_QUARANTINE, "processor/scratch/quarantine" },
		{ LAYOUT_SCRATCH, "processor/scratch" },
		{ LAYOUT_PROCESSING_LOGS, "processor/logs/processing_logs" },
		{ LAYOUT_ERROR_LOGS, "processor/logs/error_logs" },
	};
	char out[LAYOUT_SIZE], root[LAYOUT_SIZE + 1];

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		is_dir(fixed[i].what, NULL, PTYPE_COUNT, 0, "%s", fixed[i].path);
	for (int i = 0; i < LAYOUT_COUNT; i++)
		ok(layout_dir("r", (enum layout)i, dataset_at(0), PTYPE_REFINED, DAY_5, out, &e) == 0 &&
		    strchr(out, '%') == NULL && !str_ends(out, "/"), "entry %d is written", i);
	is_int(layout_path("r", LAYOUT_L2P, dataset_at(0), PTYPE_REFINED, DAY_5, "x.nc", out, &e), 0, "a file");
	is_str(out, "r/processor/output/MODIS_L2P_CORE_NETCDF/MODIS_A_REFINED/2024/5/x.nc", "... its path");
	memset(root, 'r', sizeof(root) - 1);
	root[sizeof(root) - 1] = '\0';
	is_int(layout_dir(root, LAYOUT_INPUT, NULL, PTYPE_COUNT, 0, out, &e), -1, "a root too long");
	is_int(e.code, E_DATA, "... is an error");
	root[LAYOUT_SIZE - 20] = '\0';
	is_int(layout_path(root, LAYOUT_INPUT, NULL, PTYPE_COUNT, 0, "name", out, &e), -1, "... also with a name");
}

/* Every directory that depends on a dataset tells it again. */
static void
and_back(void)
{
	static const enum layout telling[] = { LAYOUT_DOWNLOADS, LAYOUT_COMBINED, LAYOUT_HOLDING_TYPE, LAYOUT_L2P };
	const struct dataset *d, *ds;
	char path[LAYOUT_SIZE];
	enum ptype t;

	for (size_t i = 0; (d = dataset_at(i)) != NULL; i++)
		for (enum ptype p = PTYPE_QUICKLOOK; p < PTYPE_COUNT; p++)
			for (size_t k = 0; k < sizeof(telling) / sizeof(*telling); k++) {
				(void)layout_path("/data/root", telling[k], d, p, DAY_5, "x.nc", path, &e);
				layout_of_dir(path, &ds, &t);
				ok(ds == d && t == p, "%s", path);
			}
}

static void
is_of(const char *path, const char *key, enum ptype type)
{
	const struct dataset *ds;
	enum ptype t;

	layout_of_dir(path, &ds, &t);
	ok(ds == (key != NULL ? dataset_find(key) : NULL) && t == type, "%s", path);
}

static void
other_paths(void)
{
	is_of("", NULL, PTYPE_COUNT);
	is_of("x.nc", NULL, PTYPE_COUNT);
	is_of("/", NULL, PTYPE_COUNT);
	is_of("//AQUA_QUICKLOOK//x.nc", "aqua", PTYPE_QUICKLOOK);
	is_of("AQUA_REFINED/x.nc", "aqua", PTYPE_REFINED);
	is_of("AQUA_REFINED", NULL, PTYPE_COUNT);	/* a file of that name */
	is_of("AQUA/x.nc", NULL, PTYPE_COUNT);
	is_of("AQUA_REFINED_OLD/x.nc", NULL, PTYPE_COUNT);
	is_of("xAQUA_REFINED/x.nc", NULL, PTYPE_COUNT);
	is_of("/home/VIIRS/data/processor/input/AQUA_REFINED/2024/5/x.nc", "aqua", PTYPE_REFINED);
	is_of("/home/JPSS1/processor/output/VIIRS_L2P_CORE_NETCDF/VIIRS/2024/5/x.nc", "viirs", PTYPE_QUICKLOOK);
	is_of("/d/JPSS1_QUICKLOOK/2024/60/V20240229T101000.SNPP_GSSTN.nc", "jpss1", PTYPE_QUICKLOOK);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		of_dataset(i);
	of_all();
	and_back();
	other_paths();
	return tap_done();
}
