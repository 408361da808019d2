/* combiner: granules kept while a list is read */

#include "combiner/pending.h"
#include "tap.h"

static struct obpg_name
name(const char *path)
{
	struct obpg_name n;
	struct err e;

	if (obpg_parse(path, &n, &e) < 0)
		abort();
	return n;
}

static void
add(struct pending *p, const char *path)
{
	struct obpg_name n = name(path);

	pending_add(p, path, &n);
}

static void
take(struct pending *p, const char *like, const char *want, const char *what)
{
	struct obpg_name n;
	char *path;

	if (like != NULL)
		n = name(like);
	path = pending_take(p, like != NULL ? &n : NULL, pending_mark(p));
	is_str(path, want, "%s", what);
	free(path);
}

static void
test_order(void)
{
	struct pending *p = pending_new();
	struct obpg_name oc = name("SNPP_VIIRS.20240105T031000.L2.OC.nc");

	add(p, "b/AQUA_MODIS.20240105T031001.L2.SST.nc");
	add(p, "a/AQUA_MODIS.20240105T031001.L2.SST.nc");
	add(p, "a/AQUA_MODIS.20240105T031001.L2.SST.nc");
	add(p, "a/TERRA_MODIS.20240105T031001.L2.SST.nc");
	add(p, "a/AQUA_MODIS.20240105T031501.L2.SST.nc");
	add(p, "x/SNPP_VIIRS.20240105T031000.L2.OC.nc");
	take(p, "AQUA_MODIS.20240105T031059.L2.OC.nc", "b/AQUA_MODIS.20240105T031001.L2.SST.nc", "same minute, oldest");
	take(p, "AQUA_MODIS.20240105T031001.L2.SST4.nc", "a/AQUA_MODIS.20240105T031001.L2.SST.nc", "the next one");
	take(p, "AQUA_MODIS.20240105T031001.L2.SST4.nc", NULL, "no more of them");
	take(p, NULL, "a/TERRA_MODIS.20240105T031001.L2.SST.nc", "order of arrival");
	add(p, "b/AQUA_MODIS.20240105T031001.L2.SST.nc");
	take(p, NULL, "a/AQUA_MODIS.20240105T031501.L2.SST.nc", "order of arrival");
	take(p, NULL, "b/AQUA_MODIS.20240105T031001.L2.SST.nc", "one that was added again");
	take(p, NULL, NULL, "empty");
	is_str(pending_listed(p, &oc, "SNPP_VIIRS.20240105T031000.L2.OC.nc"), "x/SNPP_VIIRS.20240105T031000.L2.OC.nc",
	    "a listed file");
	is_str(pending_listed(p, &oc, "SNPP_VIIRS.20240105T031001.L2.OC.nc"), NULL, "not listed");
	pending_free(p);
	pending_free(NULL);
}

/* A file that is kept again is not met twice in one round. */
static void
test_mark(void)
{
	struct pending *p = pending_new();
	struct obpg_name n = name("AQUA_MODIS.20240105T031001.L2.SST.nc");
	size_t mark;
	char *path;
	int rounds = 0;

	add(p, "AQUA_MODIS.20240105T031001.L2.SST.nc");
	add(p, "AQUA_MODIS.20240105T031002.L2.SST.nc");
	mark = pending_mark(p);
	while ((path = pending_take(p, &n, mark)) != NULL) {
		add(p, path);
		free(path);
		rounds++;
	}
	is_int(rounds, 2, "each once");
	take(p, NULL, "AQUA_MODIS.20240105T031001.L2.SST.nc", "both are kept");
	take(p, NULL, "AQUA_MODIS.20240105T031002.L2.SST.nc", "... in order");
	take(p, NULL, NULL, "... once");
	pending_free(p);
}

static void
test_many(void)
{
	struct pending *p = pending_new();
	char path[128];
	int good = 0, n = 0;
	char *taken;

	for (int i = 0; i < 100000; i++) {
		(void)snprintf(path, sizeof(path), "AQUA_MODIS.2%03d%02d%02dT%02d%02d00.L2.SST.nc", i / 10000,
		    i / 1000 % 10 + 1, i / 100 % 10 + 1, i / 10 % 10, i % 10);
		add(p, path);
	}
	for (int i = 99999; i >= 0; i -= 3) {
		(void)snprintf(path, sizeof(path), "AQUA_MODIS.2%03d%02d%02dT%02d%02d00.L2.SST.nc", i / 10000,
		    i / 1000 % 10 + 1, i / 100 % 10 + 1, i / 10 % 10, i % 10);
		taken = pending_take(p, (struct obpg_name[]){ name(path) }, pending_mark(p));
		good += taken != NULL && strcmp(taken, path) == 0;
		free(taken);
		n++;
	}
	is_int(good, n, "each found");
	pending_free(p);
}

int
main(void)
{
	test_order();
	test_mark();
	test_many();
	return tap_done();
}
