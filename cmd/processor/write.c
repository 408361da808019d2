/* write - the data of an L2P granule, read, converted and compressed in parallel */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "convert.h"
#include "netcdf/chunks.h"
#include "write.h"

/* What the conversion of a line needs to know of the granule as a whole. */
struct granule {
	const struct source *s;
	bool compat;
	bool *bad_lat;			/* [nj] lines without latitudes */
	bool crossed;			/* compat: the date line was crossed */
	bool landless;			/* compat: no pixel is land */
};

/* One row of chunks of one variable on its way. */
struct task {
	const struct granule *g;
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

/* ---- what has to be known before the first line is converted ---- */

/* Two passes over the positions, line by line in blocks: lines without latitudes, and whether the date line is
 * crossed on one of the others. The order matters: it is the reference's. */
static int
scan_positions(struct granule *g, float *lines, size_t block, struct err *e)
{
	const struct source *s = g->s;

	for (size_t first = 0, n; first < s->nj; first += n) {
		n = s->nj - first < block ? s->nj - first : block;
		if (source_lines(s, IN_LAT, first, n, lines, e) < 0)
			return -1;
		for (size_t j = 0; j < n; j++)
			g->bad_lat[first + j] = convert_bad_line(lines + j * s->ni, s->ni, LATITUDE_LIMIT);
	}
	for (size_t first = 0, n; g->compat && first < s->nj; first += n) {
		n = s->nj - first < block ? s->nj - first : block;
		if (source_lines(s, IN_LON, first, n, lines, e) < 0)
			return -1;
		for (size_t j = 0; j < n; j++)
			if (!g->bad_lat[first + j] && !convert_bad_line(lines + j * s->ni, s->ni, LONGITUDE_LIMIT) &&
			    convert_unwrap(lines + j * s->ni, s->ni))
				g->crossed = true;
	}
	return 0;
}

static int
scan_land(struct granule *g, int32_t *lines, size_t block, struct err *e)
{
	const struct source *s = g->s;

	g->landless = true;
	for (size_t first = 0, n; g->landless && first < s->nj; first += n) {
		n = s->nj - first < block ? s->nj - first : block;
		if (source_lines(s, IN_FLAGS, first, n, lines, e) < 0)
			return -1;
		if (convert_has_land(lines, n * s->ni))
			g->landless = false;
	}
	return 0;
}

static int
scan(struct granule *g, struct err *e)
{
	const struct source *s = g->s;
	size_t block = 1024 * 1024 / (s->ni * sizeof(float)) + 1;
	void *lines = mem_array(block * s->ni, sizeof(float), e);
	int ret = -1;

	g->bad_lat = mem_array(s->nj, sizeof(*g->bad_lat), e);
	if (lines != NULL && g->bad_lat != NULL && scan_positions(g, lines, block, e) == 0)
		ret = g->compat ? scan_land(g, lines, block, e) : 0;
	free(lines);
	return ret;
}

/* ---- one row of chunks: in a worker ---- */

/*
 * Positions: lines with a pixel that is NaN or out of range are filled. The reference also unwraps longitudes at the
 * date line and wraps them again, which is not quite the identity.
 */
static void
make_lon(struct task *t)
{
	const struct granule *g = t->g;
	size_t ni = g->s->ni;

	for (size_t j = 0; j < t->lines; j++) {
		float *lon = (float *)t->in[0] + j * ni;

		if (convert_bad_line(lon, ni, LONGITUDE_LIMIT))
			convert_fill_line(lon, ni, g->s->var[IN_LON].fill);
		if (g->crossed && !g->bad_lat[t->first + j]) {
			(void)convert_unwrap(lon, ni);
			convert_rewrap(lon, ni);
		}
	}
}

static void
make_lat(struct task *t)
{
	const struct granule *g = t->g;
	size_t ni = g->s->ni;

	for (size_t j = 0; j < t->lines; j++)
		if (g->bad_lat[t->first + j])
			convert_fill_line((float *)t->in[0] + j * ni, ni, g->s->var[IN_LAT].fill);
}

static void
make_ocean_colour(struct task *t)
{
	const struct source *s = t->g->s;
	const struct source_var *v = &s->var[t->v->use[0]];
	int16_t fill = v->type == NC_SHORT ? (int16_t)v->fill : 0;

	for (size_t j = 0; j < t->lines; j++) {
		if (!t->g->bad_lat[t->first + j])
			continue;
		if (v->type == NC_FLOAT)
			convert_fill_line((float *)t->in[0] + j * s->ni, s->ni, v->fill);
		for (size_t i = 0; v->type == NC_SHORT && i < s->ni; i++)
			((int16_t *)t->in[0])[j * s->ni + i] = fill;
	}
}

static void
make_dtime(struct task *t)
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
make_flags(struct task *t)
{
	const struct source *s = t->g->s;
	int16_t *out = t->out;

	convert_flags(t->in[0], t->lines * s->ni, out);
	if (t->g->landless && t->first + t->lines == s->nj)	/* the reference's index -1 */
		out[t->lines * s->ni - 1] = 2;
}

/* Bias and deviation are blanked where the temperature is missing; of the night set only if it is complete. */
static void
make_sses(struct task *t, float scale, float offset)
{
	const struct source *s = t->g->s;
	const struct source_var *v = &s->var[t->v->use[0]];
	bool blank = !t->v->night || (s->var[IN_NIGHT].present && s->var[IN_NIGHT_QUAL].present &&
	    s->var[IN_NIGHT_BIAS].present && s->var[IN_NIGHT_STDV].present);

	convert_sses(t->in[0], blank ? t->in[1] : NULL, t->lines * s->ni, (int16_t)v->fill, v->scale, scale, offset,
	    t->g->compat, t->out);
}

/* Returns the converted lines. */
static const void *
convert(struct task *t)
{
	size_t n = t->lines * t->g->s->ni;

	switch (t->v->recipe) {
	case MAKE_LAT: make_lat(t); return t->in[0];
	case MAKE_LON: make_lon(t); return t->in[0];
	case MAKE_OCEAN_COLOUR: make_ocean_colour(t); return t->in[0];
	case MAKE_DTIME: make_dtime(t); return t->out;
	case MAKE_QUALITY:
		convert_quality(t->in[0], t->in[1], n, (int16_t)t->g->s->var[t->v->use[1]].fill, t->g->compat,
		    t->out);
		return t->out;
	case MAKE_BIAS: make_sses(t, SSES_BIAS_SCALE, 0.0f); return t->out;
	case MAKE_STDV: make_sses(t, SSES_STDV_SCALE, SSES_STDV_OFFSET); return t->out;
	case MAKE_FLAGS: make_flags(t); return t->out;
	case MAKE_FILL: memset(t->out, L2P_BYTE_FILL & 0xff, n); return t->out;
	default: return t->in[0];
	}
}

static void
work(void *slot)
{
	struct task *t = slot;
	const void *lines = convert(t);

	chunks_encode(t->to, t->row.row, lines, t->codec, &t->row);
}

/* ---- the owner of the ring ---- */

static int
drain(void *slot, void *ctx, struct err *e)
{
	struct task *t = slot;

	(void)ctx;
	return chunks_write(t->to, &t->row, e);
}

static int
fill_task(struct task *t, const struct granule *g, const struct product_var *v, struct chunks *to, size_t row,
    struct err *e)
{
	const struct source *s = g->s;

	t->g = g;
	t->v = v;
	t->to = to;
	t->row.row = row;
	t->first = row * to->cj;
	t->lines = chunks_lines(to, row);
	if (mem_grow(&t->out, &t->outcap, t->lines * s->ni * to->elem, 1, e) < 0)
		return -1;
	for (size_t k = 0; k < 2; k++) {
		if (v->use[k] == IN_NONE || !s->var[v->use[k]].present)
			continue;
		if (mem_grow(&t->in[k], &t->incap[k], t->lines * s->ni * s->var[v->use[k]].elem, 1, e) < 0 ||
		    source_lines(s, v->use[k], t->first, t->lines, t->in[k], e) < 0)
			return -1;
	}
	return 0;
}

static int
write_var(struct ring *ring, const struct granule *g, const struct product_var *v, struct chunks *to, struct err *e)
{
	for (size_t row = 0; row < chunks_rows(to); row++) {
		struct task *t = ring_slot(ring, e);

		if (t == NULL || fill_task(t, g, v, to, row, e) < 0)
			return -1;
		ring_submit(ring);
	}
	return 0;
}

static bool
is_gridded(const struct product_var *v, const struct source *s)
{
	return v->recipe != MAKE_TIME && product_has(v, s);
}

static int
write_vars(struct ring *ring, const struct granule *g, hid_t file, const char *path, struct chunks to[PRODUCT_VARS],
    struct err *e)
{
	const struct product_var *v;

	for (size_t i = 0; (v = product_var(i)) != NULL; i++) {
		char name[NC_MAX_NAME + 1];

		if (!is_gridded(v, g->s))
			continue;
		product_name(v, g->s->ds->instrument, name);
		if (chunks_open(&to[i], file, path, name, e) < 0 || write_var(ring, g, v, &to[i], e) < 0)
			return -1;
	}
	return ring_drain(ring, e);
}

/* Slots so that all workers are busy while the owner reads and writes, as far as the budget goes: a slot holds two
 * inputs, the result and its compressed form, 4 + 2 + 4 + 4 bytes a pixel of a row of chunks at most. */
static size_t
slot_count(const struct source *s, int workers)
{
	size_t rows = s->nj % 2 == 0 && s->ni % 2 == 0 ? s->nj / 2 : s->nj;
	size_t fit = WRITE_BUDGET / (rows * s->ni * 14 + 1);
	size_t want = workers > 1 ? (size_t)workers + 1 : 1;

	return fit < 1 ? 1 : fit < want ? fit : want;
}

static void
free_tasks(struct task *tasks, size_t n)
{
	for (size_t i = 0; tasks != NULL && i < n; i++) {
		free(tasks[i].in[0]);
		free(tasks[i].in[1]);
		free(tasks[i].out);
		codec_free(tasks[i].codec);
		chunks_row_free(&tasks[i].row);
	}
	free(tasks);
}

static struct task *
new_tasks(size_t n, int level, struct err *e)
{
	struct task *tasks = mem_array(n, sizeof(*tasks), e);

	for (size_t i = 0; tasks != NULL && i < n; i++) {
		tasks[i].codec = codec_new(level);
	}
	return tasks;
}

static int
write_data(const char *path, const struct granule *g, const struct write_rules *rules, struct err *e)
{
	struct chunks to[PRODUCT_VARS] = {0};
	size_t n = slot_count(g->s, rules->workers);
	const struct ring_ops ops = { .work = work, .drain = drain };
	struct task *tasks = new_tasks(n, rules->product.level, e);
	struct ring *ring = NULL;
	hid_t file = -1;
	int ret = -1;

	if (tasks == NULL || chunks_file(path, &file, e) < 0)
		goto out;
	ring = ring_new(tasks, n, sizeof(*tasks), n > 1 ? rules->workers : 0, &ops, e);
	if (ring != NULL)
		ret = write_vars(ring, g, file, path, to, e);
out:
	ring_free(ring);
	for (size_t i = 0; i < PRODUCT_VARS; i++)
		chunks_close(&to[i]);
	if (file >= 0 && chunks_file_close(file, path, ret == 0 ? e : NULL) < 0)
		ret = -1;
	free_tasks(tasks, n);
	return ret;
}

int
granule_write(const char *path, const struct source *s, const struct write_rules *rules, struct err *e)
{
	struct granule g = { .s = s, .compat = rules->compat };
	int ret = -1;

	if (scan(&g, e) == 0 && product_define(path, s, &rules->product, e) == 0)
		ret = write_data(path, &g, rules, e);
	free(g.bad_lat);
	return ret;
}
