#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <netcdf.h>

#include "base/err.h"
#include "granule/dataset.h"

/*
 * The combined file of a granule: its global attributes, checked, and its variables. Format: generate-combined(5).
 */

enum in_var {
	IN_FLAGS, IN_LON, IN_LAT, IN_SST, IN_MSEC, IN_BIAS, IN_STDV, IN_QUAL,		/* always there */
	IN_NIGHT, IN_NIGHT_BIAS, IN_NIGHT_STDV, IN_NIGHT_QUAL, IN_CHLOR, IN_K490,	/* perhaps */
	IN_COUNT,
	IN_NONE = IN_COUNT
};

/* A variable of the combined file. Attribute values are as the reference sees them: floats with 6 digits. */
struct source_var {
	char name[32];
	bool present;
	int id;
	nc_type type;
	size_t elem;			/* bytes of an element */
	float scale, offset, fill, valid_min, valid_max;
	nc_type scale_type, offset_type;	/* in which the product has them: float; with compat the input's */
};

struct source_rules {
	const struct dataset *ds;	/* what -d or the directory says, NULL without */
	enum err_code conflict;		/* what a file of another dataset is */
	bool compat;			/* read attributes as the reference does */
};

struct source {
	const struct source_rules *rules;
	char *path;
	int ncid;			/* -1 when closed */
	const struct dataset *ds;
	size_t nj, ni;			/* scan lines, pixels */
	int64_t start, stop;		/* UTC seconds since 1970 */
	int start_ms;			/* milliseconds of the day of the first scan */
	char day_or_night[8], start_node[12], end_node[12];
	float north, south, east, west;	/* degrees, 6 digits */
	int *msec;			/* [nj] scan times, milliseconds of the day */
	struct source_var var[IN_COUNT];
};

/*
 * source_open - open and check a combined file
 *
 * s	all-zero before; released by source_close in any case; rules stay borrowed
 *
 * Returns 0, or -1: E_MISSING when there is no such file, E_DATA for a file that is no combined file (message names
 * variable or attribute), E_ENV.
 */
int	source_open(struct source *s, const char *path, const struct source_rules *rules, struct err *e);
void	source_close(struct source *s);

/* source_lines - lines first..first+n-1 of a variable, [n][ni] elements as stored, into out. */
int	source_lines(const struct source *s, enum in_var v, size_t first, size_t n, void *out, struct err *e);

/* source_night - whether the product is a night one: Day_or_Night is Night or Mixed. */
bool	source_night(const struct source *s);

#endif
