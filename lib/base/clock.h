#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Times are UTC seconds since 1970-01-01 (int64_t); leap seconds do not exist. Calendar arithmetic is libc's
 * (timegm, gmtime_r).
 */

struct civil {
	int year, month, day;		/* month 1-12, day 1-31 */
	int hour, minute, second;
	int doy;			/* day of year, 1-366 */
};

#define CLOCK_STAMP_SIZE 16		/* YYYYMMDDTHHMMSS and its NUL */
#define CLOCK_CTIME_SIZE 25		/* "Www Mmm dd hh:mm:ss yyyy" and its NUL */
#define CLOCK_ISO_SIZE 28		/* YYYY-MM-DDTHH:MM:SS.ffffffZ and its NUL */

/* clock_now - the time now; clock_product - the time products are stamped with: SOURCE_DATE_EPOCH, or now. */
int64_t	clock_now(void);
int64_t	clock_product(void);

/*
 * The clocks of two machines differ: what another one has dated may seem to come from the future, which is an age of 0
 * (clock_age), and what expires does so only when it has on either clock (clock_expired, s seconds after then).
 */
#define CLOCK_ALLOWANCE 30		/* seconds */
int64_t	clock_age(int64_t then);
bool	clock_expired(int64_t then, int64_t s);

/* clock_steady - seconds of a clock that never jumps, for durations. */
double	clock_steady(void);

struct civil	clock_civil(int64_t t);

/* clock_from_civil - *t of year..second; false unless every field is in its range (month lengths included). */
bool	clock_from_civil(const struct civil *c, int64_t *t);

/* clock_from_doy - *t of year, day of year (1-365/366) and time of day; false when one is out of range. */
bool	clock_from_doy(int year, int doy, int hour, int minute, int second, int64_t *t);

/* clock_parse_stamp - YYYYMMDDTHHMMSS, or the older YYYYDDDHHMMSS, at the start of s. Returns the number of
 * characters it takes (15 or 13), 0 when there is no valid time. */
size_t	clock_parse_stamp(const char *s, int64_t *t);

void	clock_stamp(int64_t t, char out[CLOCK_STAMP_SIZE]);

/* clock_ctime - the text of ctime(3) in UTC, without its newline. */
void	clock_ctime(int64_t t, char out[CLOCK_CTIME_SIZE]);

/* clock_parse_iso - YYYY-MM-DDTHH:MM:SS, or a day YYYY-MM-DD, at the start of s. Returns the number of characters it
 * takes (19 or 10), 0 when there is no valid time. */
size_t	clock_parse_iso(const char *s, int64_t *t);

/* clock_iso - t as YYYY-MM-DDTHH:MM:SSZ; clock_iso_now - now, with microseconds (RFC 3339 both). */
void	clock_iso(int64_t t, char out[CLOCK_ISO_SIZE]);
void	clock_iso_now(char out[CLOCK_ISO_SIZE]);

#endif
