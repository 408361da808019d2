#ifndef WINDOW_H
#define WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* Which days to search. Times are UTC seconds since 1970; a day is written YYYY-MM-DD. */

#define WINDOW_DAY INT64_C(86400)
#define WINDOW_TEXT_SIZE 11		/* YYYY-MM-DD */
#define WINDOW_MAX_DAYS 30		/* how far an outage widens the window */

/* window_parse - a day, optionally followed by Thh:mm:ss[Z]; false when it is none. */
bool	window_parse(const char *text, int64_t *t);

/* window_parse_day - a day alone. */
bool	window_parse_day(const char *text, int64_t *t);

void	window_text(int64_t t, char out[WINDOW_TEXT_SIZE]);

/*
 * window_since - the begin of the window: days before now; when the last successful run (last, -1: none) was earlier
 * than that, a day before it, at most WINDOW_MAX_DAYS before now
 */
int64_t	window_since(int64_t now, long days, int64_t last);

/* window_piece - the last day of a request that begins at from: that of the month, or to. */
int64_t	window_piece(int64_t from, int64_t to);

#endif
