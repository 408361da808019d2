/* Names of job lists, and times in them. */

#include <string.h>

#include "base/str.h"
#include "granule/joblist.h"
#include "tap.h"

#define STAMP "2024_01_05_17_40_02"

static const struct {
	const char *name, *ds;
	enum ptype type;
} names[] = {
	{ "downloads_file_lists_AQUA_quicklook_" STAMP "_0_3f9a0c77.json", "aqua", PTYPE_QUICKLOOK },
	{ "/a_terra_b/aqua_refined_" STAMP "_0_1_3f9a0c77.txt", "aqua", PTYPE_REFINED },
	{ "downloads_file_lists_JPSS1_unmatched_" STAMP "_0_3f9a0c77.json", "jpss1", PTYPE_COUNT },
	{ "processor_timestamp_list_TERRA_refined_" STAMP "_12_8720.json", "terra", PTYPE_REFINED },
	{ "x_VIIRS_quicklook.json", "viirs", PTYPE_QUICKLOOK }, { "refined.json", NULL, PTYPE_COUNT + 1 },
	{ "jobs_quicklook_5.json", NULL, PTYPE_QUICKLOOK }, { "list.json", NULL, PTYPE_COUNT },
	    { "", NULL, PTYPE_COUNT },
	{ "aquarefined_quicklooks.json", NULL, PTYPE_COUNT },
};

static void
identities(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct dataset *ds;
		enum ptype t, want = names[i].type == PTYPE_COUNT + 1 ? PTYPE_REFINED : names[i].type;

		joblist_identity(names[i].name, &ds, &t);
		is_str(ds != NULL ? ds->key : "none", names[i].ds != NULL ? names[i].ds : "none", "%s", names[i].name);
		is_int(t, want, "... its type");
	}
}

static void
made(void)
{
	static const char *const want[] = {
		[JOBLIST_DOWNLOADS] = "downloads_file_lists_AQUA_refined_" STAMP "_7_3f9a0c77.json",
		[JOBLIST_COMBINER] = "combiner_file_lists_AQUA_refined_" STAMP "_7_3f9a0c77.json",
		[JOBLIST_PROCESSOR] = "processor_timestamp_list_AQUA_refined_" STAMP "_7_3f9a0c77.json",
	};
	const struct dataset *ds = dataset_find("aqua");
	char name[JOBLIST_SIZE], other[JOBLIST_SIZE];
	struct err e;

	for (enum joblist i = JOBLIST_DOWNLOADS; i < JOBLIST_COUNT; i++) {
		joblist_name(i, ds, PTYPE_REFINED, STAMP, 7, "3f9a0c77", name);
		is_str(name, want[i], "job list %d", (int)i);
		for (enum joblist k = JOBLIST_DOWNLOADS; k < JOBLIST_COUNT; k++)
			ok(joblist_sibling(name, k, other, &e) == 0 && strcmp(other, want[k]) == 0, "... and %d",
			    (int)k);
	}
	ok(joblist_sibling("x.json", JOBLIST_COMBINER, other, &e) < 0 && e.code == E_DATA, "a name like no job list's");
	joblist_downloads(ds, PTYPE_QUICKLOOK, STAMP, 1, 2, "3f9a0c77", name);
	is_str(name, "aqua_quicklook_" STAMP "_1_2_3f9a0c77.txt", "a download list");
	joblist_downloads(ds, PTYPE_COUNT, STAMP, 1, 0, "3f9a0c77", name);
	is_str(name, "aqua_unmatched_" STAMP "_1_3f9a0c77.txt", "... of unmatched files");
	joblist_name(JOBLIST_DOWNLOADS, ds, PTYPE_COUNT, STAMP, 1, "3f9a0c77", name);
	is_str(name, "downloads_file_lists_AQUA_unmatched_" STAMP "_1_3f9a0c77.json", "... and their job list");
}

static void
times(void)
{
	static const char *const bad[] = {
		"", "20240105T03100", "20240105T0310011", "20240105031001x", "2024005031001", "20240231T031001", "x",
	};
	struct err e;
	int64_t t;

	ok(joblist_time("20240105T031001", &t, &e) == 0 && t == 1704424201, "a time");
	ok(joblist_time("20240105031001", &t, &e) == 0 && t == 1704424201, "... without T");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(joblist_time(bad[i], &t, &e) < 0 && e.code == E_USAGE, "no time: \"%s\"", bad[i]);
}

int
main(void)
{
	identities();
	made();
	times();
	return tap_done();
}
