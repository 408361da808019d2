/* window - which days to search */

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "window.h"

bool
window_parse_day(const char *text, int64_t *t)
{
	size_t n = clock_parse_iso(text, t);

	return n == strlen("YYYY-MM-DD") && text[n] == '\0';
}

bool
window_parse(const char *text, int64_t *t)
{
	size_t n = clock_parse_iso(text, t);

	return n > 0 && (text[n] == '\0' || (n > strlen("YYYY-MM-DD") && strcmp(text + n, "Z") == 0));
}

void
window_text(int64_t t, char out[WINDOW_TEXT_SIZE])
{
	char iso[CLOCK_ISO_SIZE];

	clock_iso(t, iso);
	xsnprintf(out, WINDOW_TEXT_SIZE, "%.10s", iso);
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
