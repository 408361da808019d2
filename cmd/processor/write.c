/* write - the data of an L2P granule, read, converted and compressed in parallel */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "convert.h"
#include "netcdf/chunks.h"
#include "write.h"

/* What the conversion of a line needs to know of the granule as a whole. */
struct scene {
	const struct source *s;
	bool compat;
	bool *bad_lat, *bad_lon;	/* [nj] lines without them */
	bool crossed;			/* compat: the date line was crossed */
	bool landless;			/* compat: no pixel is land */
};

/* One row of chunks of one variable on its way. */
struct slot {
	const struct scene *g;
	const struct product_var *v;
	struct chunks *to;		/* variable in the file */
	size_t first, lines;
	void *in[2];			/* lines of the inputs, as stored */
	size_t incap[2];
	void *out;			/* converted lines */
	size_t outcap;
	struct codec *codec;
	struct chunks_row row;
};

/* Lines first to first + n - 1: positions, and while none was found whether there is land. */
static int
scan_block(struct scene *g, size_t first, size_t n, float *lines, struct err *e)
{
	const struct source *s = g->s;
	size_t ni = s->ni;

	if (source_lines(s, IN_LAT, first, n, lines, e) < 0)
		return -1;
	for (size_t j = 0; j < n; j++)
		g->bad_lat[first + j] = convert_bad_line(lines + j * ni, ni, LATITUDE_LIMIT);
	if (source_lines(s, IN_LON, first, n, lines, e) < 0)
		return -1;
	for (size_t j = 0; j < n; j++) {
		bool bad_lat = g->bad_lat[first + j], bad_lon = convert_bad_line(lines + j * ni, ni, LONGITUDE_LIMIT);

		g->bad_lon[first + j] = bad_lon || (bad_lat && !g->compat);
		g->bad_lat[first + j] = bad_lat || (bad_lon && !g->compat);
		if (g->compat && !bad_lat && !bad_lon && convert_unwrap(lines + j * ni, ni))
			g->crossed = true;
	}
	if (!g->landless)
		return 0;
	if (source_lines(s, IN_FLAGS, first, n, lines, e) < 0)
		return -1;
	g->landless = !convert_has_land((const int32_t *)(const void *)lines, n * ni);
	return 0;
}

/*
 * What has to be known before the first line is converted. A line counts as bad when one of its pixels is NaN or out of
 * range. The reference looks at latitudes and longitudes apart, so that a line may keep one of them, which readers take
 * for positions; otherwise a line has both or neither.
 */
static int
scan(struct scene *g, struct err *e)
{
	const struct source *s = g->s;
	size_t block = 1024 * 1024 / (s->ni * sizeof(float)) + 1;
	float *lines = xarray(block * s->ni, sizeof(*lines));
	int ret = 0;

	g->bad_lat = xarray(s->nj, sizeof(*g->bad_lat));
	g->bad_lon = xarray(s->nj, sizeof(*g->bad_lon));
	g->landless = g->compat;
	for (size_t first = 0; ret == 0 && first < s->nj; first += block)
		ret = scan_block(g, first, s->nj - first < block ? s->nj - first : block, lines, e);
	free(lines);
	return ret;
}

/* ---- one row of chunks: in a worker ---- */

/* The reference unwraps longitudes at the date line and wraps them again, which is not quite the identity. */
static void
make_lon(struct slot *t)
{
	const struct scene *g = t->g;
	size_t ni = g->s->ni;

	for (size_t j = 0; j < t->lines; j++) {
		float *lon = (float *)t->in[0] + j * ni;

		if (g->bad_lon[t->first + j])
			convert_fill_line(lon, ni, g->s->var[IN_LON].fill);
		if (g->crossed && !g->bad_lat[t->first + j]) {
			(void)convert_unwrap(lon, ni);
			convert_rewrap(lon, ni);
		}
	}
}

/* Latitudes and ocean colour: fill on lines without latitudes. */
static void
make_masked(struct slot *t)
{
	const struct source_var *v = &t->g->s->var[t->v->use[0]];
	size_t ni = t->g->s->ni;
	int16_t fill = v->type == NC_SHORT ? (int16_t)v->fill : 0;

	for (size_t j = 0; j < t->lines; j++) {
		if (!t->g->bad_lat[t->first + j])
			continue;
		if (v->type == NC_FLOAT)
			convert_fill_line((float *)t->in[0] + j * ni, ni, v->fill);
		for (size_t i = 0; v->type == NC_SHORT && i < ni; i++)
			((int16_t *)t->in[0])[j * ni + i] = fill;
	}
}

static void
make_dtime(struct slot *t)
{
	const struct source *s = t->g->s;
	int16_t *out = t->out;

	for (size_t j = 0; j < t->lines; j++) {
		int16_t d = convert_dtime(s->msec[t->first + j], s->start_ms, t->g->compat);

		for (size_t i = 0; i < s->ni; i++)
			*out++ = d;
	}
}

static void
make_flags(struct slot *t)
{
	const struct source *s = t->g->s;
	int16_t *out = t->out;

	convert_flags(t->in[0], t->lines * s->ni, out);
	if (t->g->landless && t->first + t->lines == s->nj)	/* the reference's index -1 */
		out[t->lines * s->ni - 1] = 2;
}

/* Bias and deviation are blanked where the temperature is missing; of the night set only if it is complete. */
static void
make_sses(struct slot *t, float scale, float offset)
{
	const struct source *s = t->g->s;
	const struct source_var *v = &s->var[t->v->use[0]];
	bool blank = !t->v->night || (s->var[IN_NIGHT].present && s->var[IN_NIGHT_QUAL].present &&
	    s->var[IN_NIGHT_BIAS].present && s->var[IN_NIGHT_STDV].present);

	convert_sses(t->in[0], blank ? t->in[1] : NULL, t->lines * s->ni, (int16_t)v->fill, v->scale, scale, offset,
	    t->g->compat, t->out);
}

static void
work(void *slot)
{
	struct slot *t = slot;
	const struct source *s = t->g->s;
	size_t n = t->lines * s->ni;
	const void *lines = t->out;

	switch (t->v->recipe) {
	case MAKE_LON: make_lon(t); lines = t->in[0]; break;
	case MAKE_LAT:
	case MAKE_OCEAN_COLOUR: make_masked(t); lines = t->in[0]; break;
	case MAKE_DTIME: make_dtime(t); break;
	case MAKE_QUALITY:
		convert_quality(t->in[0], t->in[1], n, (int16_t)s->var[t->v->use[1]].fill, t->g->compat, t->out);
		break;
	case MAKE_BIAS: make_sses(t, SSES_BIAS_SCALE, 0.0f); break;
	case MAKE_STDV: make_sses(t, SSES_STDV_SCALE, SSES_STDV_OFFSET); break;
	case MAKE_FLAGS: make_flags(t); break;
	case MAKE_FILL: memset(t->out, L2P_BYTE_FILL & 0xff, n); break;
	default: lines = t->in[0]; break;
	}
	chunks_encode(t->to, t->row.row, lines, t->codec, &t->row);
}

/* ---- the owner of the ring ---- */

static int
drain(void *slot, void *ctx, struct err *e)
{
	struct slot *t = slot;

	(void)ctx;
	return chunks_write(t->to, &t->row, e);
}

static int
write_var(struct ring *ring, const struct scene *g, const struct product_var *v, struct chunks *to, struct err *e)
{
	const struct source *s = g->s;

	for (size_t row = 0; row < chunks_rows(to); row++) {
		struct slot *t = ring_slot(ring, e);

		if (t == NULL)
			return -1;
		t->g = g;
		t->v = v;
		t->to = to;
		t->row.row = row;
		t->first = row * to->shape.cj;
		t->lines = chunks_lines(to, row);
		xgrow(&t->out, &t->outcap, t->lines * s->ni * to->shape.elem, 1);
		for (size_t k = 0; k < 2; k++) {
			if (v->use[k] == IN_NONE || !s->var[v->use[k]].present)
				continue;
			xgrow(&t->in[k], &t->incap[k], t->lines * s->ni * s->var[v->use[k]].elem, 1);
			if (source_lines(s, v->use[k], t->first, t->lines, t->in[k], e) < 0)
				return -1;
		}
		ring_submit(ring);
	}
	return 0;
}

static int
write_vars(struct ring *ring, const struct scene *g, hid_t file, const char *path,
    const struct product_rules *rules, struct chunks to[PRODUCT_VARS], struct err *e)
{
	const struct product_var *v;

	for (size_t i = 0; (v = product_var(i)) != NULL; i++) {
		struct chunks_shape shape = product_shape(v, g->s, rules);
		char name[NC_MAX_NAME + 1];

		if (v->recipe == MAKE_TIME || !product_has(v, g->s))
			continue;
		product_name(v, g->s->ds->instrument, name);
		if (chunks_open(&to[i], &shape, file, path, name, e) < 0 || write_var(ring, g, v, &to[i], e) < 0)
			return -1;
	}
	return ring_drain(ring, e);
}

/* Slots so that all workers are busy while the owner reads and writes, as far as the budget goes: a slot holds two
 * inputs, the result and its compressed form, 4 + 2 + 4 + 4 bytes a pixel of a row of chunks at most. */
static size_t
slot_count(const struct source *s, const struct write_rules *rules)
{
	size_t pixels = product_shape(product_var(0), s, &rules->product).cj * s->ni;
	size_t fit = WRITE_BUDGET / (pixels * 14 + 1);
	size_t want = rules->workers > 1 ? (size_t)rules->workers + 1 : 1;

	return fit < 1 ? 1 : fit < want ? fit : want;
}

static int
write_data(const char *path, const struct scene *g, const struct write_rules *rules, struct err *e)
{
	const struct ring_ops ops = { .work = work, .drain = drain };
	size_t n = slot_count(g->s, rules);
	struct slot *tasks = xarray(n, sizeof(*tasks));
	struct chunks to[PRODUCT_VARS] = {0};
	struct ring *ring = NULL;
	hid_t file;
	int ret = -1;

	if (chunks_file(path, &file, e) < 0)
		goto out;
	for (size_t i = 0; i < n; i++)
		tasks[i].codec = codec_new(rules->product.level);
	ring = ring_new(tasks, n, sizeof(*tasks), n > 1 ? rules->workers : 0, &ops, e);
	if (ring != NULL)
		ret = write_vars(ring, g, file, path, &rules->product, to, e);
	ring_free(ring);
	for (size_t i = 0; i < PRODUCT_VARS; i++)
		chunks_close(&to[i]);
	if (chunks_file_close(file, path, ret == 0 ? e : NULL) < 0)
		ret = -1;
out:
	for (size_t i = 0; i < n; i++) {
		free(tasks[i].in[0]);
		free(tasks[i].in[1]);
		free(tasks[i].out);
		codec_free(tasks[i].codec);
		chunks_row_free(&tasks[i].row);
	}
	free(tasks);
	return ret;
}

int
granule_write(const char *path, const struct source *s, const struct write_rules *rules, struct err *e)
{
	struct scene g = { .s = s, .compat = rules->compat };
	int ret = -1;

	if (scan(&g, e) == 0 && product_define(path, s, &rules->product, e) == 0)
		ret = write_data(path, &g, rules, e);
	free(g.bad_lat);
	free(g.bad_lon);
	return ret;
}
