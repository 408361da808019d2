/* combiner: coverage times */

#include "combiner/header.h"
#include "tap.h"

static void
good(const char *text, bool compat, int ms)
{
	struct header_time t = {0};

	ok(header_parse_time(text, compat, &t), "%s%s is a time", text, compat ? " (compat)" : "");
	is_int(t.ms, ms, "%s in milliseconds", text);
}

static void
bad(const char *text, bool compat)
{
	struct header_time t;

	ok(!header_parse_time(text, compat, &t), "%s%s is none", text, compat ? " (compat)" : "");
}

static void
test_times(void)
{
	static const char *const wrong[] = {
		"", "2019-10-16T04:25:0", "2019-13-16T04:25:00Z", "2019-00-16T04:25:00Z", "2019-10-32T04:25:00Z",
		"2019-10-00T04:25:00Z", "2019-10-16T24:25:00Z", "2019-10-16T04:60:00Z", "2019-10-16T04:25:60Z",
		"0999-10-16T04:25:00Z", "2O19-10-16T04:25:00Z", "2019-10-16T+4:25:00Z", "2019-10-16T -4:25:00Z",
	};

	for (int compat = 0; compat < 2; compat++) {
		good("2019-10-16T04:25:00.123Z", compat, 15900123);
		good("2019-10-16T04:29:59.999Z", compat, 16199999);
		good("2020-01-01T00:00:01.500Z", compat, 1500);
		good("2019-12-31T23:54:00.000Z", compat, 86040000);
		good("2019-10-16T04:25:00", compat, 15900000);
		good("2019-10-16T04:25:00Z", compat, 15900000);
		good("2019/02/30 23.59.59.999Z", compat, 86399999);
		for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
			bad(wrong[i], compat);
	}
	good("2019-10-16T04:25:00.5Z", false, 15900500);
	good("2019-10-16T04:25:00.12Z", false, 15900120);
	good("2019-10-16T04:25:00.123456Z", false, 15900123);
	good("2019-10-16T04:25:00.", false, 15900000);
	good("2019-10-16T04:25:00.5Z", true, 15900005);
	bad("2019-10-16T04:25:00.12Z", true);
}

static struct header_time
day(int year, int month, int d)
{
	return (struct header_time){ .c = { .year = year, .month = month, .day = d } };
}

static void
test_end_day(void)
{
	struct header_time a, b;

	a = day(2019, 10, 16), b = a;
	is_int(header_end_day(289, &a, &b), 289, "the same day");
	a = day(2019, 1, 31), b = day(2019, 2, 1);
	is_int(header_end_day(31, &a, &b), 32, "into February");
	a = day(2019, 2, 28), b = day(2019, 3, 1);
	is_int(header_end_day(59, &a, &b), 60, "into March");
	a = day(2019, 2, 27), b = day(2019, 2, 28);
	is_int(header_end_day(58, &a, &b), 59, "the next day");
	a = day(2019, 12, 31), b = day(2020, 1, 1);
	is_int(header_end_day(365, &a, &b), 1, "into the new year");
}

int
main(void)
{
	test_times();
	test_end_day();
	return tap_done();
}
