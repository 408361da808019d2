/* window - which days to search */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "window.h"


static bool
parse_digits(const char *s, int64_t *t, bool with_time)
{
	struct civil c = { .year = str_number(s, 4), .month = str_number(s + 5, 2), .day = str_number(s + 8, 2) };

	if (with_time) {
		c.hour = str_number(s + 11, 2);
		c.minute = str_number(s + 14, 2);
		c.second = str_number(s + 17, 2);
	}
	return clock_from_civil(&c, t);
}

/* Whether s is like the form, in which 0 stands for any digit. */
static bool
has_form(const char *s, const char *form)
{
	size_t n = strlen(form);

	if (strlen(s) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

bool
window_parse_day(const char *text, int64_t *t)
{
	return has_form(text, "0000-00-00") && parse_digits(text, t, false);
}

bool
window_parse(const char *text, int64_t *t)
{
	if (has_form(text, "0000-00-00T00:00:00") || has_form(text, "0000-00-00T00:00:00Z"))
		return parse_digits(text, t, true);
	return window_parse_day(text, t);
}

void
window_text(int64_t t, char out[WINDOW_TEXT_SIZE])
{
	struct civil c = clock_civil(t);

	if (c.year < 0 || c.year > 9999)
		c.year = 0;
	(void)snprintf(out, WINDOW_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)c.year % 10000, (unsigned)c.month % 100,
	    (unsigned)c.day % 100);
}

int64_t
window_since(int64_t now, long days, int64_t last)
{
	int64_t since = now - days * WINDOW_DAY, limit = now - WINDOW_MAX_DAYS * WINDOW_DAY;

	if (last < 0 || last >= since)
		return since;
	last -= WINDOW_DAY;		/* as much as two runs overlap anyway */
	if (last < limit)
		last = limit;
	return last < since ? last : since;
}

int64_t
window_piece(int64_t from, int64_t to)
{
	struct civil c = clock_civil(from);
	int64_t next = from;

	c.day = 1;
	c.year += c.month == 12;
	c.month = c.month % 12 + 1;
	c.hour = c.minute = c.second = 0;
	if (!clock_from_civil(&c, &next) || next - WINDOW_DAY > to)
		return to;
	return next - WINDOW_DAY;
}
