/* clock - UTC times */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

int64_t
clock_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

int64_t
clock_product(void)
{
	const char *s = getenv("SOURCE_DATE_EPOCH");

	if (s != NULL && *s != '\0' && strlen(s) < 12 && str_digits(s, strlen(s)))
		return strtoll(s, NULL, 10);
	return clock_now();
}

int64_t
clock_age(int64_t then)
{
	int64_t now = clock_now();

	return now > then ? now - then : 0;
}

bool
clock_expired(int64_t then, int64_t s)
{
	return clock_now() - CLOCK_ALLOWANCE > then + s;
}

double
clock_steady(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

struct civil
clock_civil(int64_t t)
{
	time_t tt = (time_t)t;
	struct tm tm = {0};

	(void)gmtime_r(&tt, &tm);
	return (struct civil){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec, tm.tm_yday + 1 };
}

bool
clock_from_civil(const struct civil *c, int64_t *t)
{
	struct tm tm = { .tm_year = c->year - 1900, .tm_mon = c->month - 1, .tm_mday = c->day,
		.tm_hour = c->hour, .tm_min = c->minute, .tm_sec = c->second };
	struct civil back;

	if (c->year < 1000 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 || c->day > 31 ||
	    c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 || c->second < 0 || c->second > 59)
		return false;
	*t = timegm(&tm);
	back = clock_civil(*t);		/* timegm turns 30 February into 1 or 2 March */
	return back.month == c->month && back.day == c->day;
}

bool
clock_from_doy(int year, int doy, int hour, int minute, int second, int64_t *t)
{
	struct civil first = { .year = year, .month = 1, .day = 1, .hour = hour, .minute = minute,
		.second = second };

	if (!clock_from_civil(&first, t) || doy < 1)
		return false;
	*t += (int64_t)(doy - 1) * 86400;
	return clock_civil(*t).year == year;
}

size_t
clock_parse_stamp(const char *s, int64_t *t)
{
	struct civil c = {0};

	if (strnlen(s, 15) == 15 && str_digits(s, 8) && s[8] == 'T' && str_digits(s + 9, 6)) {
		c = (struct civil){ str_number(s, 4), str_number(s + 4, 2), str_number(s + 6, 2),
			str_number(s + 9, 2), str_number(s + 11, 2), str_number(s + 13, 2), 0 };
		return clock_from_civil(&c, t) ? 15 : 0;
	}
	if (strnlen(s, 13) == 13 && str_digits(s, 13))
		return clock_from_doy(str_number(s, 4), str_number(s + 4, 3), str_number(s + 7, 2),
		    str_number(s + 9, 2), str_number(s + 11, 2), t) ? 13 : 0;
	return 0;
}

void
clock_stamp(int64_t t, char out[CLOCK_STAMP_SIZE])
{
	time_t tt = (time_t)t;
	struct tm tm = {0};

	(void)gmtime_r(&tt, &tm);
	if (strftime(out, CLOCK_STAMP_SIZE, "%Y%m%dT%H%M%S", &tm) == 0)
		out[0] = '\0';
}

void
clock_ctime(int64_t t, char out[CLOCK_CTIME_SIZE])
{
	time_t tt = (time_t)t;
	struct tm tm = {0};

	(void)gmtime_r(&tt, &tm);
	if (strftime(out, CLOCK_CTIME_SIZE, "%a %b %e %H:%M:%S %Y", &tm) == 0)
		out[0] = '\0';
}

/* Whether s begins like the form, in which 0 stands for any digit. */
static bool
has_form(const char *s, const char *form)
{
	for (; *form != '\0'; s++, form++)
		if (*form == '0' ? !str_digits(s, 1) : *s != *form)
			return false;
	return true;
}

size_t
clock_parse_iso(const char *s, int64_t *t)
{
	bool time = has_form(s, "0000-00-00T00:00:00");
	struct civil c;

	if (!time && !has_form(s, "0000-00-00"))
		return 0;
	c = (struct civil){ .year = str_number(s, 4), .month = str_number(s + 5, 2), .day = str_number(s + 8, 2) };
	if (time) {
		c.hour = str_number(s + 11, 2);
		c.minute = str_number(s + 14, 2);
		c.second = str_number(s + 17, 2);
	}
	return !clock_from_civil(&c, t) ? 0 : time ? 19 : 10;
}

void
clock_iso(int64_t t, char out[CLOCK_ISO_SIZE])
{
	time_t tt = (time_t)t;
	struct tm tm = {0};

	(void)gmtime_r(&tt, &tm);
	if (strftime(out, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
}

void
clock_iso_now(char out[CLOCK_ISO_SIZE])
{
	char sec[CLOCK_ISO_SIZE];
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	clock_iso(ts.tv_sec, sec);
	xsnprintf(out, CLOCK_ISO_SIZE, "%.19s.%06uZ", sec, (unsigned)(ts.tv_nsec / 1000) % 1000000);
}
