/* Which names are wanted. The truth table of the patterns is in dlc.t. */

#include "dlc/match.h"
#include "tap.h"

static struct err e;

static void
is_match(const struct match *m, enum match_result want, const char *name)
{
	is_int(match_name(m, name), want, "%s", name);
}

static void
times(void)
{
	static const struct {
		const char *name;
		int64_t t;
	} good[] = {
		{ "AQUA_MODIS.20240229T235400.L2.SST.nc", 1709250840 }, { "X.20240229T235400.", 1709250840 },
		{ "AQUA_MODIS.2024060235400.L2.SST.nc", 1709250840 }, { "V2024060235400.L2_SNPP_SST.nc", 1709250840 },
	};
	static const char *const bad[] = {
		"", ".", "x", "AQUA_MODIS.20250229T235400.L2.SST.nc", "AQUA_MODIS.20240229T235400",
		"AQUA_MODIS.20240229T2354000.nc",
		"AQUA_MODIS.20240229.L3m.DAY.nc", "V2023366235400.L2_SNPP_SST.nc", "AQUA_MODIS", "20240229T235400.nc",
	};
	int64_t t;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(match_time(good[i].name, &t) && t == good[i].t, "the time of %s", good[i].name);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!match_time(bad[i], &t), "no time in \"%s\"", bad[i]);
}

int
main(void)
{
	const struct dataset *d;
	struct match m;
	char name[160];

	for (size_t i = 0; (d = dataset_at(i)) != NULL; i++) {
		static const char *const suites[] = { "SST", "SST3", "SST4", "OC", "IOP", "SSTx" };

		ok(match_init(&m, d, PTYPE_COUNT, NULL, &e) == 0, "%s", d->key);
		for (size_t s = 0; s < sizeof(suites) / sizeof(*suites); s++)
			for (int nrt = 0; nrt < 2; nrt++) {
				(void)snprintf(name, sizeof(name), "%s.20250612T000000.L2.%s%s.nc", d->obpg, suites[s],
				    nrt ? ".NRT" : "");
				is_match(&m, s == 0 || strcmp(suites[s], d->instrument->night_suite) == 0 ||
				    (s == 3 && d->instrument->day_needs_oc) ? MATCH_YES : MATCH_NO, name);
			}
		match_fini(&m);
	}
	d = dataset_at(0);
	(void)match_init(&m, d, PTYPE_QUICKLOOK, NULL, &e);
	is_match(&m, MATCH_YES, "AQUA_MODIS.20250612T000000.L2.SST.NRT.nc");
	is_match(&m, MATCH_NO, "AQUA_MODIS.20250612T000000.L2.SST.nc");
	is_match(&m, MATCH_NO, "A2025163000000.L2_LAC_SST.nc");
	is_match(&m, MATCH_NO, "TERRA_MODIS.20250612T000000.L2.SST.NRT.nc");
	is_match(&m, MATCH_BAD, "AQUA_MODIS.20250631T000000.L2.SST.NRT.nc");
	is_match(&m, MATCH_BAD, "anything");
	match_fini(&m);
	(void)match_init(&m, d, PTYPE_REFINED, "^A.*_SST\\.nc$", &e);
	is_match(&m, MATCH_YES, "A2025163000000.L2_LAC_SST.nc");
	is_match(&m, MATCH_NO, "A2025163000000.L2_LAC_SST4.nc");
	is_match(&m, MATCH_NO, "anything");
	is_match(&m, MATCH_BAD, "Anything_SST.nc");
	match_fini(&m);
	match_fini(&m);
	ok(match_init(&m, d, PTYPE_COUNT, "(", &e) < 0 && e.code == E_USAGE, "a pattern that is none");
	match_fini(&m);
	times();
	return tap_done();
}
