/* combiner: age, agreement of companions, the table of variables */

#include <math.h>

#include "combiner/agree.h"
#include "combiner/granule.h"
#include "combiner/variables.h"
#include "tap.h"

#define NS 1000000000

static void
test_age(void)
{
	static const struct { long seconds, minutes; } v[] = {
		{ 0, 0 }, { 29, 0 }, { 30, 0 }, { 31, 1 }, { 89, 1 }, { 90, 2 }, { 150, 2 }, { 17909, 298 },
		{ 17910, 298 }, { 17969, 299 }, { 17970, 300 }, { -45, 0 },
	};
	const int64_t now = 1700000000;

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++)
		is_int(granule_age(now, (now - v[i].seconds) * NS), v[i].minutes, "%ld s", v[i].seconds);
	is_int(granule_age(now, (now - 30) * NS + 999999999), 0, "fractions of a second do not count");
	is_int(granule_age(0, -60LL * NS), 1, "before 1970");
}

static void
test_times(void)
{
	const double sst[2] = { 86398771, 209567 };
	struct err e;

	ok(agree_times("f", sst, sst, &e) == 0, "equal times");
	ok(agree_times("f", (double[]){ 86398771 - 600, 209567 + 600 }, sst, &e) == 0, "nearly equal times");
	ok(agree_times("f", (double[]){ 86398771, 209567 + 1500 }, sst, &e) < 0 && e.code == E_DATA, "%s", e.msg);
	ok(agree_times("f", (double[]){ NAN, NAN }, sst, &e) == 0, "unknown times");
	ok(agree_times("f", (double[]){ 100, 5 }, (double[]){ 86399900, 5 }, &e) == 0, "midnight between them");
}

static void
test_corners(void)
{
	struct corners a = { { 10, 11, 12, 13 }, { 179.99f, -160, 170, 20 } }, b = a;
	struct err e;

	ok(agree_corners("f", &a, &b, &e) == 0, "equal corners");
	b.lon[0] = -179.99f;
	ok(agree_corners("f", &a, &b, &e) == 0, "across the date line");
	b.lat[2] = 12.2f;
	ok(agree_corners("f", &a, &b, &e) < 0 && e.code == E_DATA, "%s", e.msg);
	b.lat[2] = -999;
	ok(agree_corners("f", &a, &b, &e) == 0, "a corner without position");
	b.lat[2] = NAN;
	ok(agree_corners("f", &a, &b, &e) == 0, "a corner not known");
	a.lat[3] = b.lat[3] = 89.99f;
	b.lon[3] = 40;
	ok(agree_corners("f", &a, &b, &e) == 0, "longitude means little at the pole");
}

static void
test_variables(void)
{
	const struct instrument *viirs = dataset_find("viirs")->instrument, *modis = dataset_find("aqua")->instrument;
	char name[VARIABLE_NAME];
	const struct variable *v;
	size_t n = 0;

	for (size_t i = 0; (v = variables_at(i)) != NULL; i++)
		n++;
	ok(n <= VARIABLES_MAX, "%zu variables", n);
	v = variables_at(11);
	variables_name(v, viirs, name);
	is_str(name, "qual_sst_triple", "name for VIIRS");
	variables_name(v, modis, name);
	is_str(name, "qual_sst4", "name for MODIS");
	ok(variables_source(v, viirs, 0, name) && strcmp(name, "qual_sst_triple") == 0, "usual name");
	ok(variables_source(v, viirs, 1, name) && strcmp(name, "qual_sst3") == 0, "alias of the family");
	ok(variables_source(v, viirs, 2, name) && strcmp(name, "qual_sst") == 0, "alias of old files");
	ok(!variables_source(v, viirs, 3, name), "no more");
	v = variables_at(13);
	variables_name(v, modis, name);
	is_str(name, "K_490", "renamed");
	ok(variables_source(v, modis, 0, name) && strcmp(name, "Kd_490") == 0, "called otherwise in the input");
}

int
main(void)
{
	test_age();
	test_times();
	test_corners();
	test_variables();
	return tap_done();
}
