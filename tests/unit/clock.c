/* Calendar and time stamps. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "tap.h"

static bool
civil(int y, int mo, int d, int h, int mi, int s, int64_t *t)
{
	struct civil c = { y, mo, d, h, mi, s, 0 };

	return clock_from_civil(&c, t);
}

static void
calendar(void)
{
	int64_t t;
	struct civil c;

	ok(civil(1970, 1, 1, 0, 0, 0, &t) && t == 0, "the epoch");
	ok(civil(1981, 1, 1, 0, 0, 0, &t) && t == 347155200, "the epoch of GHRSST");
	ok(civil(2024, 2, 29, 23, 59, 59, &t) && t == 1709251199, "29 February of a leap year");
	ok(!civil(2023, 2, 29, 0, 0, 0, &t), "no 29 February in 2023");
	ok(!civil(1900, 2, 29, 0, 0, 0, &t), "... nor in 1900");
	ok(civil(2000, 2, 29, 0, 0, 0, &t), "... but in 2000");
	ok(!civil(2024, 2, 30, 0, 0, 0, &t), "no 30 February");
	ok(!civil(2024, 4, 31, 0, 0, 0, &t), "no 31 April");
	ok(!civil(2024, 13, 1, 0, 0, 0, &t) && !civil(2024, 0, 1, 0, 0, 0, &t), "months 1-12");
	ok(!civil(2024, 1, 0, 0, 0, 0, &t) && !civil(2024, 1, 32, 0, 0, 0, &t), "days 1-31");
	ok(!civil(2024, 1, 1, 24, 0, 0, &t) && !civil(2024, 1, 1, 0, 60, 0, &t) &&
	    !civil(2024, 1, 1, 0, 0, 60, &t), "hours, minutes, seconds; no leap second");
	ok(!civil(999, 1, 1, 0, 0, 0, &t) && !civil(10000, 1, 1, 0, 0, 0, &t), "years of four digits");
	c = clock_civil(1709251199);
	ok(c.year == 2024 && c.month == 2 && c.day == 29 && c.hour == 23 && c.minute == 59 && c.second == 59 &&
	    c.doy == 60, "back again");
	c = clock_civil(1735603200);
	ok(c.year == 2024 && c.month == 12 && c.day == 31 && c.doy == 366, "day 366");
	c = clock_civil(1704067199);
	ok(c.year == 2023 && c.doy == 365, "one second before a new year");
}

static void
day_of_year(void)
{
	int64_t t;

	ok(clock_from_doy(2024, 60, 0, 0, 0, &t) && t == 1709164800, "day 60 of 2024 is 29 February");
	ok(clock_from_doy(2023, 60, 0, 0, 0, &t) && t == 1677628800, "day 60 of 2023 is 1 March");
	ok(clock_from_doy(2024, 366, 23, 59, 59, &t), "day 366 of 2024");
	ok(!clock_from_doy(2023, 366, 0, 0, 0, &t), "no day 366 in 2023");
	ok(!clock_from_doy(2023, 0, 0, 0, 0, &t) && !clock_from_doy(2023, -1, 0, 0, 0, &t), "no day 0");
	ok(!clock_from_doy(2023, 1, 25, 0, 0, &t), "no hour 25");
}

static void
each_day(void)
{
	int64_t t = 0, back = 0, doy = 0;
	char stamp[CLOCK_STAMP_SIZE];
	int bad = 0;

	for (t = 0; t < INT64_C(4102444800); t += 86400 + 3601) {	/* until 2100 */
		struct civil c = clock_civil(t);

		clock_stamp(t, stamp);
		bad += clock_parse_stamp(stamp, &back) != 15 || back != t || !clock_from_civil(&c, &back) ||
		    back != t || !clock_from_doy(c.year, c.doy, c.hour, c.minute, c.second, &doy) || doy != t;
	}
	is_int(bad, 0, "130 years there and back in all forms");
}

static void
stamps(void)
{
	static const char *const wrong[] = {
		"", "2", "20240105", "20240105T", "20240105T03100", "20240105 031001", "20240105t031001",
		"20240230T000000", "20240105T240000", "20241305T000000", "2024005T031001", "0000000T000000",
		"2024000031001", "2023366000000", "2024367000000", "202400503100", "2024005240000",
		"-0240105T031001", "2024 105T031001", "00000101T000000"
	};
	int64_t t;
	char out[CLOCK_STAMP_SIZE];

	is_int((long long)clock_parse_stamp("20240105T031001.L2", &t), 15, "a present stamp takes 15 characters");
	is_int(t, 1704424201, "... its time");
	is_int((long long)clock_parse_stamp("2019289042500.L2", &t), 13, "one with day of year 13");
	is_int(t, 1571199900, "... its time");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		is_int((long long)clock_parse_stamp(wrong[i], &t), 0, "no stamp: '%s'", wrong[i]);
	clock_stamp(1704424201, out);
	is_str(out, "20240105T031001", "formatted");
}

static void
texts(void)
{
	static const char *const wrong[] = {
		"", "2024", "2024-1-05", "2024-02-30", "2024-01-05T24:00:00", "2024/01/05"
	};
	char text[CLOCK_CTIME_SIZE], iso[CLOCK_ISO_SIZE];
	int64_t back;
	int64_t before = clock_now();
	double a = clock_steady();

	clock_ctime(1704424201, text);
	is_str(text, "Fri Jan  5 03:10:01 2024", "ctime pads the day with a blank");
	clock_ctime(1709251199, text);
	is_str(text, "Thu Feb 29 23:59:59 2024", "... or has two digits");
	clock_iso(1704424201, iso);
	is_str(iso, "2024-01-05T03:10:01Z", "ISO time");
	is_int((long long)clock_parse_iso("2024-01-05T03:10:01.5", &back), 19, "... read");
	is_int(back, 1704424201, "... back");
	ok(clock_parse_iso("2024-01-05T03:10", &back) == 10 && back == 1704412800, "a day");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		is_int((long long)clock_parse_iso(wrong[i], &back), 0, "no time: '%s'", wrong[i]);
	clock_iso_now(iso);
	ok(strlen(iso) == 27 && iso[10] == 'T' && iso[19] == '.' && iso[26] == 'Z', "ISO time: %s", iso);
	ok(clock_steady() >= a, "the steady clock does not go back");

	is_int(clock_age(clock_now() + 90), 0, "what another clock dates in the future is new");
	ok(clock_age(clock_now() - 90) >= 90, "... in the past, old");
	ok(!clock_expired(clock_now() - 90, 80) && clock_expired(clock_now() - 90, 50),
	    "it expires when it has on either clock");

	(void)unsetenv("SOURCE_DATE_EPOCH");
	ok(clock_product() >= before, "products are stamped with now");
	(void)setenv("SOURCE_DATE_EPOCH", "1704424201", 1);
	is_int(clock_product(), 1704424201, "... or with SOURCE_DATE_EPOCH");
	(void)setenv("SOURCE_DATE_EPOCH", "0", 1);
	is_int(clock_product(), 0, "... also when it is 0");
	(void)setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
	ok(clock_product() >= before, "... but not with nonsense");
	(void)setenv("SOURCE_DATE_EPOCH", "", 1);
	ok(clock_product() >= before, "... or nothing");
}

int
main(void)
{
	(void)setenv("TZ", "XST-5:30", 1);	/* nothing may depend on the local time */
	calendar();
	day_of_year();
	each_day();
	stamps();
	texts();
	return tap_done();
}
