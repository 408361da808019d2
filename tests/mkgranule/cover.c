/* cover - times, extremes, directions and light, found line by line the way the writer does it */

#include <math.h>
#include <string.h>

#include "mkgranule.h"

#define BACK	10	/* the direction at the end is that against the line so many lines before */

static bool
good(const struct scene *s, size_t at)
{
	return !(s->mask[at] & M_NAV) && s->lat[at] > -91.0f && s->lon[at] > -181.0f;
}

/* The first good pixel from a on towards b, or b. */
static size_t
find_good(const struct scene *s, size_t line, size_t a, size_t b)
{
	while (a != b && !good(s, line * s->ni + a))
		a = a < b ? a + 1 : a - 1;
	return a;
}

static bool
counted(const struct scene *s, size_t line)
{
	size_t mid = s->ni / 2;

	return good(s, line * s->ni + mid) && find_good(s, line, 0, mid) != mid &&
	    find_good(s, line, s->ni - 1, mid) != mid;
}

static float
west_of(float a, float b)
{
	return fabsf(a - b) < 190.0f ? fminf(a, b) : fmaxf(a, b);
}

static float
east_of(float a, float b)
{
	return fabsf(a - b) < 190.0f ? fmaxf(a, b) : fminf(a, b);
}

/* The pixels at both ends, and with them the longitudes; pixel 0 is in the west when descending. */
static void
widen(struct cover *c, const struct scene *s, size_t line, bool descending, bool first)
{
	size_t mid = s->ni / 2;
	float a = s->lon[line * s->ni + find_good(s, line, 0, mid)];
	float b = s->lon[line * s->ni + find_good(s, line, s->ni - 1, mid)];
	float west = descending ? a : b, east = descending ? b : a;

	c->west = first ? west : west_of(c->west, west);
	c->east = first ? east : east_of(c->east, east);
}

static void
extremes(struct cover *c, const struct scene *s, size_t line, bool *day, bool *night)
{
	size_t i, at = line * s->ni;

	for (i = 0; i < s->ni; i++, at++) {
		if (!good(s, at))
			continue;
		c->north = fmaxf(c->north, s->lat[at]);
		c->south = fminf(c->south, s->lat[at]);
		if (s->cosz[at] > 0.0f)
			*day = true;
		else
			*night = true;
	}
}

static const char *
direction(float before, float now)
{
	return now > before ? "Ascending" : "Descending";
}

static bool
next_counted(const struct scene *s, size_t *line)
{
	while (*line < s->nj && !counted(s, *line))
		++*line;
	return *line < s->nj;
}

/* Corners clockwise: up the left side in the direction of flight, down the right side. */
static void
ring_make(struct cover *c, const struct scene *s, const size_t *rows, int n)
{
	size_t at;
	int k;

	c->n_ring = 2 * n;
	for (k = 0; k < 2 * n; k++) {
		at = k < n ? rows[k] * s->ni + s->ni - 1 : rows[2 * n - 1 - k] * s->ni;
		c->ring_lat[k] = s->lat[at];
		c->ring_lon[k] = s->lon[at];
		c->ring_seq[k] = k + 1;
	}
}

static void
ring_find(struct cover *c, const struct scene *s)
{
	size_t rows[GRING_MAX / 2] = {0}, line, last = 0, mid = s->ni / 2;
	float lat, before = 0.0f;
	int n = 0;

	for (line = 0; next_counted(s, &line); line++) {
		lat = s->lat[line * s->ni + mid];
		last = line;
		if (n > 0 && (fabsf(lat - before) < 20.0f || n == GRING_MAX / 2 - 1))
			continue;
		rows[n++] = line;
		before = lat;
	}
	if (n > 0 && rows[n - 1] != last)
		rows[n++] = last;
	ring_make(c, s, rows, n);
}

static void
cover_start(struct cover *c)
{
	memset(c, 0, sizeof *c);
	c->north = -90.0f;
	c->south = 90.0f;
	c->east = -180.0f;
	c->west = 180.0f;
	c->start_dir = c->end_dir = c->light = "Unknown";
	c->start[0] = c->start[1] = c->end[0] = c->end[1] = FILL_POS;
}

static void
centre(const struct scene *s, size_t line, float out[2])
{
	out[0] = s->lat[line * s->ni + s->ni / 2];
	out[1] = s->lon[line * s->ni + s->ni / 2];
}

static void
lines_join(struct cover *c, const struct scene *s, const struct opts *o, bool *day, bool *night)
{
	size_t line, second, n = 0, mid = s->ni / 2, det = (size_t)o->sen->det;
	float lats[BACK + 1] = { 0 }, lat, before;

	for (line = 0; next_counted(s, &line); line++, n++) {
		lat = s->lat[line * s->ni + mid];
		if (n == 0) {
			c->first = when_scan(o, line / det);
			centre(s, line, c->start);
			second = line + 1;
			if (next_counted(s, &second))
				c->start_dir = direction(lat, s->lat[second * s->ni + mid]);
		}
		if (n >= 2) {
			c->last = when_scan(o, line / det);
			centre(s, line, c->end);
		}
		before = n == 0 ? lat : lats[(n - 1) % (BACK + 1)];
		lats[n % (BACK + 1)] = lat;
		widen(c, s, line, n == 0 ? c->start_dir[0] == 'D' : lat < before, n == 0);
		extremes(c, s, line, day, night);
		if (n > 0)
			c->end_dir = direction(lats[n >= BACK ? (n - BACK) % (BACK + 1) : 0], lat);
	}
}

void
cover_make(struct cover *c, const struct scene *s, const struct opts *o)
{
	bool day = false, night = false;

	cover_start(c);
	lines_join(c, s, o, &day, &night);
	ring_find(c, s);
	if (day || night)
		c->light = day && night ? "Mixed" : day ? "Day" : "Night";
	if (o->gen == G14) {	/* counted or not */
		c->first = when_scan(o, 0);
		centre(s, 0, c->start);
	}
}
