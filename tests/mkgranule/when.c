/* when - calendar and the times of scans */

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mkgranule.h"

int64_t
when_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil
when_civil(int64_t days)
{
	struct civil c;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = (int)(yoe + era * 400 + (c.month <= 2));
	c.yday = (int)(days - when_days(c.year, 1, 1)) + 1;
	return c;
}

struct instant
when_scan(const struct opts *o, size_t scan)
{
	struct instant t;
	double days;

	t.day = o->start / 86400;
	t.sod = (double)(o->start % 86400) + o->msec / 1000.0 + o->sen->step * (double)scan;
	days = floor(t.sod / 86400.0);
	t.day += (int64_t)days;
	t.sod -= days * 86400.0;
	return t;
}

/* The writer adds half a microsecond and cuts, so 419 ms that became 418.99999 stay 419. */
void
when_iso(struct instant t, char buf[25])
{
	struct civil c;
	int64_t ms = (int64_t)floor((t.sod + 0.5e-6) * 1000.0);

	if (ms >= 86400000) {
		ms -= 86400000;
		t.day++;
	}
	c = when_civil(t.day);
	(void)snprintf(buf, 25, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)c.year % 10000u,
	    (unsigned)c.month % 100u, (unsigned)c.day % 100u, (unsigned)(ms / 3600000) % 100u,
	    (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
}

void
when_stamp(int64_t t, char buf[16])
{
	struct civil c = when_civil(t / 86400);
	unsigned s = (unsigned)(t % 86400);

	(void)snprintf(buf, 16, "%04u%02u%02uT%02u%02u%02u", (unsigned)c.year % 10000u,
	    (unsigned)c.month % 100u, (unsigned)c.day % 100u, s / 3600 % 100u, s / 60 % 60, s % 60);
}

static int
digits(const char *p, int n)
{
	int v = 0;

	for (; n > 0; n--, p++)
		v = v * 10 + (*p - '0');
	return v;
}

int
when_parse(const char *stamp, int64_t *t)
{
	struct civil c;
	int year, month, day, h, m, s;
	size_t i;

	if (strlen(stamp) != 15)
		return -1;
	for (i = 0; i < 15; i++)
		if (i == 8 ? stamp[i] != 'T' : !isdigit((unsigned char)stamp[i]))
			return -1;
	year = digits(stamp, 4);
	month = digits(stamp + 4, 2);
	day = digits(stamp + 6, 2);
	h = digits(stamp + 9, 2);
	m = digits(stamp + 11, 2);
	s = digits(stamp + 13, 2);
	if (year < 1971 || year > 2099 || month < 1 || month > 12 || h > 23 || m > 59 || s > 59)
		return -1;
	c = when_civil(when_days(year, month, day));
	if (c.day != day || c.month != month)
		return -1;
	*t = when_days(year, month, day) * 86400 + h * 3600 + m * 60 + s;
	return 0;
}
