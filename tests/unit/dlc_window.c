/* Which days are searched. */

#include "dlc/window.h"
#include "tap.h"

#define JUNE_12 INT64_C(1749686400)	/* 2025-06-12 */

int
main(void)
{
	static const char *const bad[] = {
		"", "2025", "2025-6-12", "2025-06-31", "2025-02-29", "2025-13-01", "2025-00-01", "25-06-12",
		"2025-06-12 ",
		"2025-06-12T", "2025-06-12T24:00:00", "2025-06-12T13:00", "2025-06-12T13:00:00+1", "2025/06/12",
		"0999-01-01",
	};
	char text[WINDOW_TEXT_SIZE];
	int64_t t = 0, end = 0;
	int pieces = 0;

	ok(window_parse_day("2025-06-12", &t) && t == JUNE_12, "a day");
	ok(window_parse("2025-06-12", &t) && t == JUNE_12, "... as a time");
	ok(window_parse("2025-06-12T13:00:01Z", &t) && t == JUNE_12 + 13 * 3600 + 1, "a time");
	ok(window_parse("2025-06-12T13:00:01", &t) && t == JUNE_12 + 13 * 3600 + 1, "... without zone");
	ok(!window_parse_day("2025-06-12T13:00:01", &t), "... is no day");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!window_parse(bad[i], &t), "no time: \"%s\"", bad[i]);
	window_text(JUNE_12 + 86399, text);
	is_str(text, "2025-06-12", "the text of a day");
	window_text(-1, text);
	is_str(text, "1969-12-31", "... before 1970");

	is_int(window_since(JUNE_12, 1, -1), JUNE_12 - WINDOW_DAY, "a day back");
	is_int(window_since(JUNE_12, 0, -1), JUNE_12, "no day back");
	is_int(window_since(JUNE_12, 1, JUNE_12 - 3600), JUNE_12 - WINDOW_DAY, "the last run was an hour ago");
	is_int(window_since(JUNE_12, 1, JUNE_12 + 9), JUNE_12 - WINDOW_DAY, "... or will be");
	is_int(window_since(JUNE_12, 1, JUNE_12 - 5 * WINDOW_DAY), JUNE_12 - 6 * WINDOW_DAY, "... five days ago");
	is_int(window_since(JUNE_12, 1, 0), JUNE_12 - 30 * WINDOW_DAY, "... in another life");
	is_int(window_since(JUNE_12, 40, 0), JUNE_12 - 40 * WINDOW_DAY, "... but what is asked for is searched");

	for (t = JUNE_12; t <= JUNE_12 + 365 * WINDOW_DAY; t = end + WINDOW_DAY, pieces++)
		end = window_piece(t, JUNE_12 + 365 * WINDOW_DAY);
	is_int(pieces, 13, "a year in pieces of a month");
	is_int(end, JUNE_12 + 365 * WINDOW_DAY, "... to its last day");
	is_int(window_piece(JUNE_12, JUNE_12), JUNE_12, "a day is one piece");
	return tap_done();
}
