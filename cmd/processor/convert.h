#ifndef CONVERT_H
#define CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The algorithms of the L2P conversion, on arrays in memory. Arithmetic is IEEE single precision, rounded after
 * every operation; truncation is toward zero. With compat they are those of the reference system, otherwise its
 * defects are mended (processor(1), section COMPATIBILITY).
 */

#define SST_MISSING (-32767)		/* OBPG's fill value of packed temperatures, bias and deviation */
#define L2P_BYTE_FILL (-128)
#define L2P_DTIME_FILL (-32768)

#define SSES_BIAS_SCALE (40.0f / 254.0f)	/* kelvin a step of sses_bias; offset 0 */
#define SSES_STDV_SCALE (20.0f / 254.0f)	/* kelvin a step of sses_standard_deviation */
#define SSES_STDV_OFFSET 10.0f

/*
 * convert_quality - OBPG quality (0 best ... 4 not processed) to GHRSST quality levels (5 best ... 0 no data)
 *
 * qual, sst	[n] as stored; fill: the fill value of sst
 * out		[n]; 0 where sst is missing. Values that are no OBPG quality become 0; with compat they stay.
 */
void	convert_quality(const int8_t *qual, const int16_t *sst, size_t n, int16_t fill, bool compat, int8_t *out);

/*
 * convert_sses - single sensor error statistics from packed shorts to bytes of another packing
 *
 * v		[n] packed by in_scale (kelvin a step, |in_scale| <= 1000)
 * sst		[n] or NULL: where it is missing the result is fill
 * out		[n] trunc((v * in_scale - offset) / scale), -128 where missing. Fill in v is fill, and values beyond
 *		-127..127 are cut off there; with compat fill is a number like others and the low 8 bits are kept.
 */
void	convert_sses(const int16_t *v, const int16_t *sst, size_t n, int16_t fill, float in_scale, float scale,
	    float offset, bool compat, int8_t *out);

/* convert_flags - L2P flags from OBPG's: 2 (land) where bit 1 (LAND) is set, else 0. */
void	convert_flags(const int32_t *flags, size_t n, int16_t *out);

/* convert_has_land - whether a pixel has the bit. */
bool	convert_has_land(const int32_t *flags, size_t n);

/*
 * convert_dtime - seconds from the start of the granule to a scan line
 *
 * msec, start_ms	milliseconds of the day
 * Returns trunc(msec / 1000 - start_ms / 1000) in single precision. Lines on the other side of midnight are moved by
 * a day, and lines without a time (msec outside a day) get L2P_DTIME_FILL; with compat neither, and the low 16 bits
 * are kept.
 */
int16_t	convert_dtime(int32_t msec, int32_t start_ms, bool compat);

/* convert_bad_line - whether one of n coordinates is NaN or beyond -limit..limit. The whole line counts as bad then. */
bool	convert_bad_line(const float *v, size_t n, float limit);

#define LATITUDE_LIMIT 91.0f
#define LONGITUDE_LIMIT 181.0f

/* convert_fill_line - set a line to a value. */
void	convert_fill_line(float *v, size_t n, float fill);

/*
 * convert_unwrap - remove the jumps at the date line from one line, as the reference did to interpolate
 *
 * Returns whether there was one.
 */
bool	convert_unwrap(float *lon, size_t n);

/* convert_rewrap - bring a line back to -180..180. Not the inverse: shifted values have lost digits. */
void	convert_rewrap(float *lon, size_t n);

#endif
