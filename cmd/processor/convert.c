/* convert - the algorithms of the L2P conversion */

#include <string.h>

#include "convert.h"

#define OBPG_LAND 0x2
#define L2P_LAND 2
#define DAY_MS 86400000

void
convert_quality(const int8_t *qual, const int16_t *sst, size_t n, int16_t fill, bool compat, int8_t *out)
{
	static const int8_t level[5] = { 5, 4, 3, 1, 0 };
	int8_t map[256];

	for (int q = 0; q < 256; q++)
		map[q] = (int8_t)(compat ? (q < 128 ? q : q - 256) : 0);
	memcpy(map, level, sizeof(level));
	if (compat)
		fill = SST_MISSING;
	for (size_t i = 0; i < n; i++) {
		int8_t v = map[(uint8_t)qual[i]];

		out[i] = sst[i] == SST_MISSING || sst[i] == fill ? 0 : v;
	}
}

/* The low 8 bits, as a signed byte. */
static inline int8_t
low_byte(int v)
{
	return (int8_t)((v & 0xff) - ((v & 0x80) << 1));
}

static void
sses_compat(const int16_t *v, const int16_t *sst, size_t n, float in_scale, float scale, float offset, int8_t *out)
{
	for (size_t i = 0; i < n; i++) {
		float kelvin = (float)v[i] * in_scale;
		int8_t byte = low_byte((int)((kelvin - offset) / scale));
		bool missing = v[i] == INT16_MIN || (sst != NULL && sst[i] == SST_MISSING);

		out[i] = missing ? L2P_BYTE_FILL : byte;
	}
}

void
convert_sses(const int16_t *v, const int16_t *sst, size_t n, int16_t fill, float in_scale, float scale, float offset,
    bool compat, int8_t *out)
{
	if (compat) {
		sses_compat(v, sst, n, in_scale, scale, offset, out);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		float kelvin = (float)v[i] * in_scale;
		int step = (int)((kelvin - offset) / scale);
		int8_t byte = (int8_t)(step < -127 ? -127 : step > 127 ? 127 : step);
		bool missing = v[i] == INT16_MIN || v[i] == SST_MISSING || v[i] == fill;

		out[i] = missing ? L2P_BYTE_FILL : byte;
	}
	for (size_t i = 0; sst != NULL && i < n; i++)
		out[i] = sst[i] == SST_MISSING ? L2P_BYTE_FILL : out[i];
}

void
convert_flags(const int32_t *flags, size_t n, int16_t *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (flags[i] & OBPG_LAND) != 0 ? L2P_LAND : 0;
}

bool
convert_has_land(const int32_t *flags, size_t n)
{
	int32_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= flags[i];
	return (any & OBPG_LAND) != 0;
}

int16_t
convert_dtime(int32_t msec, int32_t start_ms, bool compat)
{
	float t, t0;
	int d;

	if (!compat) {
		if (msec < 0 || msec > DAY_MS)
			return L2P_DTIME_FILL;
		if (msec < start_ms - DAY_MS / 2)
			msec += DAY_MS;
		else if (msec > start_ms + DAY_MS / 2)
			msec -= DAY_MS;
	}
	t = (float)msec / 1000.0f;
	t0 = (float)start_ms / 1000.0f;
	d = (int)(t - t0) & 0xffff;
	return (int16_t)(d - ((d & 0x8000) << 1));
}

bool
convert_bad_line(const float *v, size_t n, float limit)
{
	int bad = 0;

	for (size_t i = 0; i < n; i++)
		bad |= !(v[i] >= -limit && v[i] <= limit);
	return bad != 0;
}

void
convert_fill_line(float *v, size_t n, float fill)
{
	for (size_t i = 0; i < n; i++)
		v[i] = fill;
}

bool
convert_unwrap(float *lon, size_t n)
{
	bool crossed = false;

	for (size_t i = 1; i < n; i++) {
		float d = lon[i] - lon[i - 1];

		if (d < -180.0f) {
			lon[i] = lon[i] + 360.0f;
			crossed = true;
		} else if (d > 180.0f) {
			lon[i] = lon[i] - 360.0f;
			crossed = true;
		}
	}
	return crossed;
}

void
convert_rewrap(float *lon, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (lon[i] < -180.0f)
			lon[i] = lon[i] + 360.0f;
		else if (lon[i] > 180.0f)
			lon[i] = lon[i] - 360.0f;
	}
}
