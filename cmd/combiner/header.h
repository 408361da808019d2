#ifndef HEADER_H
#define HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "attributes.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "granule/dataset.h"

/*
 * What the global attributes of an SST file say: size, times, bounding box, directions, day or night; and the same
 * as global attributes of a combined file.
 */

enum light { LIGHT_DAY, LIGHT_NIGHT, LIGHT_MIXED, LIGHT_COUNT };

#define HEADER_TEXT 256
#define HEADER_STAMP 24			/* YYYYDDDHHMMSS and its NUL, with room for any number */

struct header {
	size_t nj, ni;			/* lines, pixels */
	int start_year, start_day, start_ms;
	int end_year, end_day, end_ms;
	float north, south, east, west;
	char start_time[HEADER_STAMP], end_time[HEADER_STAMP];
	char sensor[HEADER_TEXT], start_node[HEADER_TEXT], end_node[HEADER_TEXT];
	char platform[HEADER_TEXT];	/* of the dataset */
	enum light light;
	double first_ms, last_ms;	/* of the day, of first and last line; NAN unknown */
};

/* A coverage time. */
struct header_time {
	struct civil c;			/* doy is not set */
	int ms;				/* of the day */
};

/* header_parse_time - take text apart; false when it is not a time. compat: fractions as the reference reads them. */
bool	header_parse_time(const char *text, bool compat, struct header_time *t);

/* header_end_day - the day of year of the end, from that of the start and the two coverage times. */
int	header_end_day(int start_day, const struct header_time *start, const struct header_time *end);

/*
 * header_read - read and check the global attributes of an open SST file
 *
 * notes	gets a line for each oddity that does no harm
 * Returns 0, or -1 with E_DATA when the file cannot be combined.
 */
int	header_read(int ncid, const char *path, const struct dataset *ds, const struct mode *m, struct header *h,
	    struct strlist *notes, struct err *e);

/* header_is_refined - whether the file calls itself refined, not near real time (processing_version with QL,
 * product_name with .NRT). Any suite. */
int	header_is_refined(int ncid, const char *path, bool *refined, struct err *e);

/* header_write - the global attributes of a combined file in define mode; day: of the day file of a granule;
 * platform: with the attribute Platform. */
int	header_write(int ncid, const char *path, const struct header *h, bool day, bool platform, struct err *e);

#endif
