/* scene - positions, light, sea, cloud and land of one granule, computed once for all suites */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mkgranule.h"

/*
 * Patterns longer than about 50 km are evaluated on a coarse lattice of each scan (its first and
 * last line, every few pixels) and interpolated; only the fine ones are evaluated for every pixel.
 */
enum { V_SST, V_REF, V_CLOUD, V_SHORE, N_V };

struct node {
	float		v[N_V];
};

struct maker {
	struct scene	*s;
	const struct opts *o;
	struct noise	sea, front, sky, earth;
	struct frame	f;
	size_t		step, n_node;		/* pixels between nodes */
	struct column	*col;			/* of the nodes; the last may lie beyond the line */
	struct node	*first, *last, *line;	/* nodes of a scan and of one line */
};

static float
centre_of(const struct opts *o)
{
	return (float)(o->sen->det - 1) / 2.0f;
}

/* Unit vector of a pixel; `line` counts detectors from the middle of the scan. */
static void
look(const struct frame *f, const struct column *c, float line, float p[3])
{
	float b = line * c->line, shrink = 1.0f - 0.5f * b * b;
	int i;

	for (i = 0; i < 3; i++)
		p[i] = shrink * ((float)f->nadir[i] * c->ca + (float)f->right[i] * c->sa) +
		    (float)f->track[i] * b;
}

static void
node_fill(const struct maker *m, const float p[3], struct node *n)
{
	float warm = 31.0f * (1.0f - p[2] * p[2]) - 2.0f;

	n->v[V_REF] = warm + 1.6f * noise_sum(&m->sea, p, 2500.0f, 3, 0.5f) +
	    1.3f * tanhf(7.0f * noise_sum(&m->front, p, 900.0f, 2, 0.4f));
	n->v[V_SST] = n->v[V_REF] + 0.9f * noise_sum(&m->sea, p, 310.0f, 3, 0.55f);
	n->v[V_CLOUD] = noise_sum(&m->sky, p, 650.0f, 5, 0.7f);
	n->v[V_SHORE] = noise_sum(&m->earth, p, 2600.0f, 6, 0.55f);
}

static void
nodes_fill(struct maker *m)
{
	float p[3], half = centre_of(m->o), edge = half > 0.0f ? half : 0.5f;
	size_t k;

	for (k = 0; k < m->n_node; k++) {
		look(&m->f, &m->col[k], -edge, p);
		node_fill(m, p, &m->first[k]);
		look(&m->f, &m->col[k], edge, p);
		node_fill(m, p, &m->last[k]);
	}
}

static void
nodes_blend(struct maker *m, float t)
{
	size_t k, v;

	for (k = 0; k < m->n_node; k++)
		for (v = 0; v < N_V; v++)
			m->line[k].v[v] = m->first[k].v[v] +
			    t * (m->last[k].v[v] - m->first[k].v[v]);
}

static uint16_t
quantum(float v)
{
	float q = (v * 0.22f + 0.5f) * 65535.0f;

	return (uint16_t)(q < 0.0f ? 0.0f : q > 65535.0f ? 65535.0f : q);
}

static bool
bowtie(const struct opts *o, int det, unsigned full)
{
	int rows = o->sen->det;
	int out = det < rows / 2 ? det : rows - 1 - det;	/* from the rim of the scan */

	if (o->ds->sensor != VIIRS)
		return false;
	if (full < 640 || full >= 2560)
		return out < 2;
	return (full < 1008 || full >= 2192) && out < 1;
}

static void
field_fill(struct maker *m, const float p[3], size_t i, size_t at)
{
	struct scene *s = m->s;
	size_t k = i / m->step;
	float v[N_V], h[3], t = (float)(i - k * m->step) / (float)m->step;
	int n;

	for (n = 0; n < N_V; n++)
		v[n] = m->line[k].v[n] + t * (m->line[k + 1].v[n] - m->line[k].v[n]);
	h[0] = noise_at(&m->sky, p, 31.0f);
	h[1] = noise_at(&m->front, p, 13.0f);
	h[2] = noise_at(&m->sky, p, 5.5f);
	v[V_SST] += 0.15f * h[0] + 0.08f * h[1];
	v[V_CLOUD] += 0.19f * h[0] + 0.14f * h[1] + 0.09f * h[2];
	v[V_SHORE] += 0.02f * h[1] + 0.01f * h[2];
	s->sst[at] = v[V_SST] < -1.75f ? -1.75f : v[V_SST];
	s->ref[at] = (short)lroundf((v[V_REF] < -1.75f ? -1.75f : v[V_REF]) / 0.005f);
	s->cloud[at] = quantum(v[V_CLOUD]);
	s->shore[at] = quantum(v[V_SHORE]);
}

static void
line_fill(struct maker *m, size_t j)
{
	struct scene *s = m->s;
	const double *sun = s->orbit.sun;
	float p[3], row = (float)(j % (size_t)m->o->sen->det);
	float glint = 0.3f + 0.02f * (float)sin((double)j / 400.0), part;
	size_t i, at = j * s->ni;

	nodes_blend(m, m->o->sen->det > 1 ? row / (float)(m->o->sen->det - 1) : 0.0f);
	for (i = 0; i < s->ni; i++, at++) {
		look(&m->f, &s->col[i], row - centre_of(m->o), p);
		s->lat[at] = (float)DEG(atan2((double)p[2],
		    sqrt((double)(p[0] * p[0] + p[1] * p[1]))));
		s->lon[at] = (float)DEG(atan2((double)p[1], (double)p[0]));
		s->cosz[at] = (float)(p[0] * sun[0] + p[1] * sun[1] + p[2] * sun[2]);
		field_fill(m, p, i, at);
		part = ((float)i + 0.5f) / (float)s->ni - glint;
		if (fabsf(part) < 0.04f && s->cosz[at] > 0.5f)
			s->mask[at] |= M_GLINT;
		if (bowtie(m->o, (int)row, s->col[i].full))
			s->mask[at] |= M_BOWTIE;
	}
}

static int
maker_init(struct maker *m, struct scene *s, const struct opts *o, struct fault *f)
{
	size_t k, i;

	m->s = s;
	m->o = o;
	m->step = s->ni <= 320 ? 1 : s->ni >= 2560 ? 16 : s->ni / 160;
	m->n_node = s->ni / m->step + 2;
	m->first = calloc(3 * m->n_node, sizeof *m->first);
	m->col = calloc(m->n_node, sizeof *m->col);
	if (m->first == NULL || m->col == NULL) {
		free(m->first);
		free(m->col);
		(void)snprintf(f->msg, sizeof f->msg, "scene: %s", strerror(ENOMEM));
		return -1;
	}
	m->last = m->first + m->n_node;
	m->line = m->last + m->n_node;
	for (k = 0; k < m->n_node; k++) {
		i = k * m->step;
		column_init(&m->col[k], o, m->step == 1 && i >= s->ni ? s->ni - 1 : i);
	}
	noise_init(&m->sea, noise_bits(o->seed, 11));
	noise_init(&m->front, noise_bits(o->seed, 12));
	noise_init(&m->sky, noise_bits(o->seed, 13));
	noise_init(&m->earth, noise_bits(o->seed, 14));
	return 0;
}

static int
fields_make(struct scene *s, const struct opts *o, struct fault *f)
{
	struct maker m;
	size_t j, det = (size_t)o->sen->det;

	if (maker_init(&m, s, o, f) < 0)
		return -1;
	for (j = 0; j < s->nj; j++) {
		if (j % det == 0) {
			orbit_frame(&s->orbit, (double)(j / det), &m.f);
			nodes_fill(&m);
		}
		line_fill(&m, j);
	}
	free(m.first);
	free(m.col);
	return 0;
}

/* The value that the given part of the counted pixels reaches; 65536 for none. */
static unsigned
quantile(const size_t hist[65536], double part)
{
	size_t total = 0, want;
	unsigned v;

	for (v = 0; v < 65536; v++)
		total += hist[v];
	want = (size_t)(part * (double)total + 0.5);
	for (total = 0, v = 65536; v > 0 && total < want; v--)
		total += hist[v - 1];
	return v;
}

static void
histogram(const struct scene *s, const uint16_t *v, uint8_t skip, size_t hist[65536])
{
	size_t i, n = s->nj * s->ni;

	memset(hist, 0, 65536 * sizeof *hist);
	for (i = 0; i < n; i++)
		if (!(s->mask[i] & skip))
			hist[v[i]]++;
}

/* Land and cloud are where their noise is highest, so their extent is as asked. */
static int
limits_make(struct scene *s, const struct opts *o, struct fault *f)
{
	size_t i, n = s->nj * s->ni, *hist = malloc(65536 * sizeof *hist);
	unsigned land, coast;
	double c = o->cloud;

	if (hist == NULL) {
		(void)snprintf(f->msg, sizeof f->msg, "scene: %s", strerror(errno));
		return -1;
	}
	histogram(s, s->shore, 0, hist);
	land = o->no_land ? 65536 : quantile(hist, 0.10);
	coast = o->no_land ? 65536 : quantile(hist, 0.115);
	for (i = 0; i < n; i++)
		s->mask[i] |= s->shore[i] >= land ? M_LAND : s->shore[i] >= coast ? M_COAST : 0;
	histogram(s, s->cloud, M_LAND | M_BOWTIE, hist);
	s->cloudy = quantile(hist, c);
	s->thin = quantile(hist, fmin(1.0, 1.04 * c));
	s->edge = quantile(hist, fmin(1.0, 1.12 * c));
	s->stray = quantile(hist, 1.0 - (1.0 - c) * (1.0 - c));
	free(hist);
	return 0;
}

static void
times_make(struct scene *s, const struct opts *o)
{
	struct instant t;
	struct civil c;
	size_t j;

	for (j = 0; j < s->nj; j++) {
		t = when_scan(o, j / (size_t)o->sen->det);
		c = when_civil(t.day);
		s->year[j] = c.year;
		s->day[j] = c.yday;
		s->msec[j] = (int)lround(t.sod * 1000.0);
		s->time[j] = (double)t.day * 86400.0 + t.sod;
	}
}

/* Calls fn for each line of "3,7-9". */
static int
lines_each(struct scene *s, const char *list, void (*fn)(struct scene *, size_t), struct fault *f)
{
	const char *p = list;
	char *end;
	unsigned long a, b;

	while (p != NULL) {
		errno = 0;
		a = b = strtoul(p, &end, 10);
		if (end != p && *end == '-') {
			p = end + 1;
			b = strtoul(p, &end, 10);
		}
		if (end == p || *p == '-' || errno != 0 || (*end != ',' && *end != '\0') || a > b) {
			f->usage = true;
			(void)snprintf(f->msg, sizeof f->msg, "%.80s: not a list of lines", list);
			return -1;
		}
		if (b >= s->nj) {
			f->usage = true;
			(void)snprintf(f->msg, sizeof f->msg, "%.80s: the last line is %zu", list,
			    s->nj - 1);
			return -1;
		}
		for (; a <= b; a++)
			fn(s, (size_t)a);
		p = *end == ',' ? end + 1 : NULL;
	}
	return 0;
}

static void
lose_lon(struct scene *s, size_t j)
{
	size_t i;

	for (i = 0; i < s->ni; i++)
		s->lon[j * s->ni + i] = FILL_POS;
}

static void
lose_lat(struct scene *s, size_t j)
{
	size_t i;

	for (i = 0; i < s->ni; i++)
		s->lat[j * s->ni + i] = FILL_POS;
}

static void
lose_line(struct scene *s, size_t j)
{
	size_t i;

	lose_lon(s, j);
	lose_lat(s, j);
	for (i = 0; i < s->ni; i++) {
		s->mask[j * s->ni + i] = M_NAV;
		s->ref[j * s->ni + i] = FILL_S;
	}
}

static int
damage(struct scene *s, const struct opts *o, struct fault *f)
{
	if (lines_each(s, o->bad_lines, lose_line, f) < 0 ||
	    lines_each(s, o->bad_lon, lose_lon, f) < 0 ||
	    lines_each(s, o->bad_lat, lose_lat, f) < 0)
		return -1;
	if (!o->has_bad_pixel)
		return 0;
	if (o->bad_pixel[0] >= s->nj || o->bad_pixel[1] >= s->ni) {
		f->usage = true;
		(void)snprintf(f->msg, sizeof f->msg, "%zu,%zu: no such pixel", o->bad_pixel[0],
		    o->bad_pixel[1]);
		return -1;
	}
	s->lat[o->bad_pixel[0] * s->ni + o->bad_pixel[1]] = NAN;
	return 0;
}

static int
scene_alloc(struct scene *s, struct fault *f)
{
	size_t n = s->nj * s->ni;

	s->lat = malloc(n * sizeof *s->lat);
	s->lon = malloc(n * sizeof *s->lon);
	s->cosz = malloc(n * sizeof *s->cosz);
	s->sst = malloc(n * sizeof *s->sst);
	s->ref = malloc(n * sizeof *s->ref);
	s->cloud = malloc(n * sizeof *s->cloud);
	s->shore = malloc(n * sizeof *s->shore);
	s->mask = calloc(n, sizeof *s->mask);
	s->col = malloc(s->ni * sizeof *s->col);
	s->year = malloc(s->nj * sizeof *s->year);
	s->day = malloc(s->nj * sizeof *s->day);
	s->msec = malloc(s->nj * sizeof *s->msec);
	s->time = malloc(s->nj * sizeof *s->time);
	if (s->lat && s->lon && s->cosz && s->sst && s->ref && s->cloud && s->shore && s->mask &&
	    s->col && s->year && s->day && s->msec && s->time)
		return 0;
	(void)snprintf(f->msg, sizeof f->msg, "%zu x %zu pixels: %s", s->nj, s->ni,
	    strerror(ENOMEM));
	return -1;
}

int
scene_make(struct scene *s, const struct opts *o, struct fault *f)
{
	size_t i;

	memset(s, 0, sizeof *s);
	s->nj = o->lines;
	s->ni = o->pixels;
	if (scene_alloc(s, f) < 0)
		goto fail;
	orbit_init(&s->orbit, o);
	for (i = 0; i < s->ni; i++)
		column_init(&s->col[i], o, i);
	times_make(s, o);
	if (fields_make(s, o, f) < 0 || limits_make(s, o, f) < 0 || damage(s, o, f) < 0)
		goto fail;
	return 0;
fail:
	scene_free(s);
	return -1;
}

void
scene_free(struct scene *s)
{
	free(s->lat);
	free(s->lon);
	free(s->cosz);
	free(s->sst);
	free(s->ref);
	free(s->cloud);
	free(s->shore);
	free(s->mask);
	free(s->col);
	free(s->year);
	free(s->day);
	free(s->msec);
	free(s->time);
	memset(s, 0, sizeof *s);
}
