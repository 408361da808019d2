/* processor_convert - the algorithms of the L2P conversion on known vectors */

#include <math.h>
#include <stdint.h>

#include "processor/convert.h"
#include "tap.h"

#define N(a) (sizeof(a) / sizeof(*(a)))
#define SCALE 0.005f

static void
test_dtime(void)
{
	static const struct { int32_t start, msec; int16_t compat, mended; } v[] = {
		{ 24901123, 24901123, 0, 0 },
		{ 24901123, 24902122, 0, 0 },		/* 0.999 s, below 1 in single precision */
		{ 24901000, 24901999, 1, 1 },		/* 0.999 s, 1.0 in single precision */
		{ 24901123, 24902600, 1, 1 },
		{ 24901123, 25051126, 150, 150 },
		{ 24901123, 25199122, 297, 297 },
		{ 24901123, 24900623, 0, 0 },		/* -0.5 s */
		{ 86390000, 339, -20853, 10 },		/* midnight */
		{ 86280000, 60000, -20684, 180 },
		{ 200, 86399900, 20863, 0 },		/* a line before midnight, the granule after it */
		{ 36000123, 36009056, 8, 8 },
		{ 1500, 2499, 0, 0 },
		{ 43200500, 43201499, 1, 1 },
		{ 69973771, 70020764, 47, 47 },
		{ 36000000, -32767, (int16_t)-36032, L2P_DTIME_FILL },	/* a scan without time */
	};

	for (size_t i = 0; i < N(v); i++) {
		is_int(convert_dtime(v[i].msec, v[i].start, true), v[i].compat, "dtime %d - %d, compat", v[i].msec,
		    v[i].start);
		is_int(convert_dtime(v[i].msec, v[i].start, false), v[i].mended, "dtime %d - %d", v[i].msec,
		    v[i].start);
	}
}

static void
test_dtime_series(void)
{
	static const int16_t want[20] = { 0, 1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28 };
	int same = 0;

	for (int k = 0; k < 20; k++)
		same += convert_dtime(24901123 + 1477 * k, 24901123, true) == want[k];
	is_int(same, 20, "twenty scans 1.477 s apart");
}

struct sses_vector { int16_t in; int8_t compat, mended; };

static void
check_sses(const char *what, const struct sses_vector *v, size_t n, float scale, float offset)
{
	for (size_t i = 0; i < n; i++) {
		int16_t sst = v[i].in == INT16_MIN ? SST_MISSING : 100;
		int8_t out;

		convert_sses(&v[i].in, &sst, 1, -32767, SCALE, scale, offset, true, &out);
		is_int(out, v[i].compat, "%s %d, compat", what, v[i].in);
		convert_sses(&v[i].in, &sst, 1, -32767, SCALE, scale, offset, false, &out);
		is_int(out, v[i].mended, "%s %d", what, v[i].in);
	}
}

static void
test_sses(void)
{
	static const struct sses_vector bias[] = {
		{ -4000, -127, -127 }, { -3999, -126, -126 }, { -100, -3, -3 }, { -32, -1, -1 }, { -31, 0, 0 },
		{ 0, 0, 0 }, { 31, 0, 0 }, { 32, 1, 1 }, { 63, 2, 2 }, { 1234, 39, 39 }, { 3999, 126, 126 },
		{ 4000, 127, 127 }, { 4031, 127, 127 }, { 4032, -128, 127 }, { 5000, -98, 127 },
		{ -5000, 98, -127 }, { -32767, -16, -128 }, { INT16_MIN, -128, -128 },
	};
	static const struct sses_vector stdv[] = {
		{ 0, -127, -127 }, { 1, -126, -126 }, { 15, -126, -126 }, { 16, -125, -125 }, { 32, -124, -124 },
		{ 100, -120, -120 }, { 400, -101, -101 }, { 1000, -63, -63 }, { 1999, 0, 0 }, { 2000, 0, 0 },
		{ 2001, 0, 0 }, { 2015, 0, 0 }, { 2016, 1, 1 }, { 3999, 126, 126 }, { 4000, 127, 127 },
		{ 4016, -128, 127 }, { -32767, 97, -128 }, { INT16_MIN, -128, -128 },
	};
	int16_t v = 40, sst = SST_MISSING;
	int8_t out;

	check_sses("bias", bias, N(bias), SSES_BIAS_SCALE, 0);
	check_sses("stdv", stdv, N(stdv), SSES_STDV_SCALE, SSES_STDV_OFFSET);
	convert_sses(&v, &sst, 1, -32767, SCALE, SSES_BIAS_SCALE, 0, false, &out);
	is_int(out, -128, "no statistics where the temperature is missing");
	convert_sses(&v, NULL, 1, -32767, SCALE, SSES_BIAS_SCALE, 0, true, &out);
	is_int(out, 1, "without a temperature nothing is blanked");
}

static void
test_sses_scales(void)
{
	uint32_t bits;
	float f = SSES_BIAS_SCALE;

	memcpy(&bits, &f, sizeof(bits));
	is_int(bits, 0x3E214285, "scale of sses_bias");
	f = SSES_STDV_SCALE;
	memcpy(&bits, &f, sizeof(bits));
	is_int(bits, 0x3DA14285, "scale of sses_standard_deviation");
}

static void
test_quality(void)
{
	static const int8_t in[] = { 0, 1, 2, 3, 4, 5, -1, 17, -128 };
	static const int8_t compat[] = { 5, 4, 3, 1, 0, 5, -1, 17, -128 }, mended[] = { 5, 4, 3, 1, 0, 0, 0, 0, 0 };

	for (size_t i = 0; i < N(in); i++) {
		int16_t sst = 100, missing = SST_MISSING;
		int8_t out;

		convert_quality(&in[i], &sst, 1, -32767, true, &out);
		is_int(out, compat[i], "quality %d, compat", in[i]);
		convert_quality(&in[i], &sst, 1, -32767, false, &out);
		is_int(out, mended[i], "quality %d", in[i]);
		convert_quality(&in[i], &missing, 1, -32767, true, &out);
		is_int(out, 0, "quality %d without temperature", in[i]);
		convert_quality(&in[i], &sst, 1, 100, false, &out);
		is_int(out, 0, "quality %d with the file's own fill value", in[i]);
	}
}

static void
test_flags(void)
{
	static const int32_t in[] = { 1, 2, INT32_MIN, INT32_MIN + 2, INT32_MAX, 4098, 4128, 16777728, 268435456 };
	static const int16_t want[] = { 0, 2, 0, 2, 2, 2, 0, 0, 0 };
	int16_t out[N(in)];

	convert_flags(in, N(in), out);
	is_int(memcmp(out, want, sizeof(want)), 0, "land is bit 1, nothing else");
	ok(convert_has_land(in, N(in)), "there is land");
	ok(!convert_has_land(in, 1), "there is none");
}

static void
test_bad_lines(void)
{
	static const struct { float v; bool lat, lon; } t[] = {
		{ 91, false, false }, { -91, false, false }, { 91.01f, true, false }, { 181, true, false },
		{ 181.01f, true, true }, { -999, true, true }, { -32767, true, true }, { NAN, true, true },
		{ INFINITY, true, true },
	};

	for (size_t i = 0; i < N(t); i++) {
		float line[37] = {0};

		line[i * 4] = t[i].v;
		is_int(convert_bad_line(line, N(line), LATITUDE_LIMIT), t[i].lat, "latitude %g", (double)t[i].v);
		is_int(convert_bad_line(line, N(line), LONGITUDE_LIMIT), t[i].lon, "longitude %g", (double)t[i].v);
	}
}

static void
test_date_line(void)
{
	float a[] = { 170, 172.85715f, 175.71428f, 178.57143f, -178.57143f, -175.71428f, -172.85715f, -170 };
	float b[] = { 179.9f, -180, -179.9f }, c[] = { 179, -179, -10.123456f }, before[N(a)];
	float fill[] = { -999, -999 };

	memcpy(before, a, sizeof(a));
	ok(convert_unwrap(a, N(a)), "a line over the date line is noticed");
	ok(a[4] > 180, "and unwrapped");
	convert_rewrap(a, N(a));
	is_int(memcmp(a, before, sizeof(a)), 0, "an ordinary crossing comes back bit for bit");
	(void)convert_unwrap(b, N(b));
	convert_rewrap(b, N(b));
	ok(b[0] == 179.9f && b[1] == 180.0f && b[2] == -179.9f, "exact -180 changes its sign");
	(void)convert_unwrap(c, N(c));
	convert_rewrap(c, N(c));
	ok(c[2] == -10.123444f, "-10.123456, shifted to 349.88, loses digits on the way back");
	ok(!convert_unwrap(fill, N(fill)), "a filled line does not cross");
	convert_rewrap(fill, N(fill));
	ok(fill[0] == -639.0f, "but rewrapping moves its fill, in compatibility mode");
}

int
main(void)
{
	test_dtime();
	test_dtime_series();
	test_sses();
	test_sses_scales();
	test_quality();
	test_flags();
	test_bad_lines();
	test_date_line();
	return tap_done();
}
