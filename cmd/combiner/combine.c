/* combine - write one combined file */

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agree.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/prog.h"
#include "combine.h"
#include "netcdf/rows.h"

#define WRITE_BACK (4 * 1024 * 1024)	/* bytes after which the kernel is told to begin writing to disk */
#define LARGE (8 * 1024 * 1024)	/* of blocks larger than this, one at a time is under way */
#define NOWHERE UINT64_MAX		/* a block that is only looked at */

/* Blocks of one variable, what is done with them, and where they belong. */
struct stream {
	struct rows rows;
	uint64_t at;			/* its data in the combined file */
	float *corner;			/* [4], gets the corners of a position variable; NULL otherwise */
	enum suite suite;
};

/* One block on its way. */
struct slot {
	const struct copier *copier;
	const struct stream *stream;
	struct rows_block block;
	struct codec *codec;		/* NULL until it is needed */
	unsigned char *lines;		/* decoded */
	size_t cap;
	int ret;			/* of the work */
	struct err err;
};

/* The file being written. */
struct copier {
	const struct recipe *recipe;
	const char *path;
	int fd;
	struct ring *ring;
	size_t unsynced;
	bool abandoned;			/* blocks under way are of no interest any more */
	struct corners corners[SUITE_COUNT];
};

static void
note_corners(const struct stream *s, const struct rows_block *b, const unsigned char *lines)
{
	size_t last = b->lines - 1, right = s->rows.ni - 1, step = s->rows.ni;

	if (b->first == 0) {
		memcpy(&s->corner[0], lines, sizeof(float));
		memcpy(&s->corner[1], lines + right * sizeof(float), sizeof(float));
	}
	if (b->first + b->lines == s->rows.nj) {
		memcpy(&s->corner[2], lines + last * step * sizeof(float), sizeof(float));
		memcpy(&s->corner[3], lines + (last * step + right) * sizeof(float), sizeof(float));
	}
}

/* In a worker: decode a block and write its lines. */
static void
work_slot(void *arg)
{
	struct slot *s = arg;
	const struct stream *st = s->stream;
	size_t line = st->rows.ni * st->rows.elem;

	s->ret = rows_decode(&s->block, s->codec, s->lines, &s->err);
	if (s->ret == 0 && st->corner != NULL)
		note_corners(st, &s->block, s->lines);
	if (s->ret == 0 && st->at != NOWHERE)
		s->ret = file_put_at(s->copier->fd, s->copier->path, s->lines, s->block.lines * line,
		    (int64_t)(st->at + s->block.first * line), &s->err);
}

static void
release(struct slot *s)
{
	rows_block_free(&s->block);
	codec_free(s->codec);
	free(s->lines);
	*s = (struct slot){0};
}

static int
drain_slot(void *arg, void *ctx, struct err *e)
{
	struct copier *c = ctx;
	struct slot *s = arg;

	if (c->abandoned)
		return 0;
	if (s->ret < 0) {
		*c->recipe->suspect = s->stream->suite;
		return err_set(e, s->err.code, "%s", s->err.msg);
	}
	c->unsynced += s->block.lines * s->stream->rows.ni * s->stream->rows.elem;
	if (s->cap > LARGE)
		release(s);
	if (c->unsynced >= WRITE_BACK) {
		(void)sync_file_range(c->fd, 0, 0, SYNC_FILE_RANGE_WRITE);	/* only a hint; commit syncs */
		c->unsynced = 0;
	}
	return 0;
}

/* Send block i of a stream through the ring. */
static int
send(struct copier *c, const struct stream *st, size_t i, struct err *e)
{
	size_t size = st->rows.block * st->rows.ni * st->rows.elem;
	struct slot *s;

	if (size > LARGE && ring_drain(c->ring, e) < 0)
		return -1;
	s = ring_slot(c->ring, e);
	if (s == NULL)
		return -1;
	if (prog_signal() != 0)
		return err_set(e, E_SIGNAL, "%s: interrupted", c->path);
	if (s->codec == NULL)
		s->codec = codec_new(1);
	s->copier = c;
	s->stream = st;
	*c->recipe->suspect = st->suite;
	if (rows_fetch(&st->rows, i, &s->block, e) < 0)
		return -1;
	xgrow(&s->lines, &s->cap, s->block.lines * st->rows.ni * st->rows.elem, 1);
	ring_submit(c->ring);
	return 0;
}

/* Lines of fill for a variable whose data do not fit. */
static int
write_fill(struct copier *c, const struct source_var *v, uint64_t at, struct err *e)
{
	size_t elem = variables_size(v->spec->type), ni = c->recipe->header->ni;
	unsigned char *line = xarray(ni, elem);
	int ret = 0;

	for (size_t i = 0; i < ni; i++)
		memcpy(line + i * elem, &v->att.att[ATT_FILL].v, elem);
	for (size_t j = 0; ret == 0 && j < c->recipe->header->nj; j++)
		ret = file_put_at(c->fd, c->path, line, ni * elem, (int64_t)(at + j * ni * elem), e);
	free(line);
	return ret;
}

static float *
corner_of(struct copier *c, const char *variable, enum suite suite)
{
	const char *base = strrchr(variable, '/');

	if (base != NULL && strcmp(base, "/latitude") == 0)
		return c->corners[suite].lat;
	return base != NULL && strcmp(base, "/longitude") == 0 ? c->corners[suite].lon : NULL;
}

static int
copy_variable(struct copier *c, const struct source *s, const struct source_var *v, hid_t file, uint64_t at,
    struct stream *st, struct err *e)
{
	const struct header *h = c->recipe->header;

	if (v->only_fill)
		return write_fill(c, v, at, e);
	st->at = at;
	st->suite = s->suite;
	st->corner = corner_of(c, v->path, s->suite);
	if (rows_open(&st->rows, file, s->path, v->path, v->spec->type, e) < 0)
		return -1;
	if (st->rows.nj != h->nj || st->rows.ni != (v->spec->rank == 1 ? 1 : h->ni))
		return err_set(e, E_DATA, "%s: has changed while it was read", st->rows.name);
	for (size_t i = 0; i < rows_blocks(&st->rows); i++)
		if (send(c, st, i, e) < 0)
			return -1;
	return 0;
}

/* Fetch the first and last lines of a companion's positions. Files without them are not compared. */
static int
look_at_corners(struct copier *c, const struct source *s, hid_t file, struct stream st[2], struct err *e)
{
	static const char *const name[2] = { "navigation_data/latitude", "navigation_data/longitude" };
	const struct header *h = c->recipe->header;

	for (int k = 0; k < 2; k++) {
		size_t n;

		st[k].at = NOWHERE;
		st[k].suite = s->suite;
		st[k].corner = corner_of(c, name[k], s->suite);
		if (rows_open(&st[k].rows, file, s->path, name[k], NC_FLOAT, e) < 0)
			return e->code == E_ENV ? -1 : 0;
		if (st[k].rows.nj != h->nj || st[k].rows.ni != h->ni)
			return 0;
		n = rows_blocks(&st[k].rows);
		if (send(c, &st[k], 0, e) < 0 || (n > 1 && send(c, &st[k], n - 1, e) < 0))
			return -1;
	}
	return 0;
}

static int
check_corners(struct copier *c, struct err *e)
{
	for (enum suite s = SUITE_NIGHT; s < SUITE_COUNT; s++)
		if (c->recipe->source[s] != NULL &&
		    agree_corners(c->recipe->source[s]->path, &c->corners[s], &c->corners[SUITE_SST], e) < 0) {
			*c->recipe->suspect = s;
			return -1;
		}
	return 0;
}

/* All data of all sources. */
static int
copy_data(struct copier *c, const uint64_t *at, struct err *e)
{
	struct stream stream[VARIABLES_MAX] = {0}, corner[SUITE_COUNT][2] = {0};
	hid_t file[SUITE_COUNT] = { -1, -1, -1 };
	size_t n = 0;
	int ret = 0;

	for (enum suite s = SUITE_SST; ret == 0 && s < SUITE_COUNT; s++) {
		const struct source *from = c->recipe->source[s];

		if (from == NULL || from->nvars == 0)
			continue;
		*c->recipe->suspect = s;
		ret = rows_file(from->path, &file[s], e);
		if (ret == 0 && c->recipe->verify && s != SUITE_SST)
			ret = look_at_corners(c, from, file[s], corner[s], e);
		for (size_t i = 0; ret == 0 && i < from->nvars; i++, n++)
			ret = copy_variable(c, from, &from->var[i], file[s], at[n], &stream[n], e);
	}
	if (ret == 0)
		ret = ring_drain(c->ring, e);
	if (ret == 0)
		ret = check_corners(c, e);
	c->abandoned = ret < 0;
	(void)ring_drain(c->ring, NULL);	/* nothing may be under way when the variables are closed */
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		rows_close(&stream[i].rows);
	for (int s = 0; s < SUITE_COUNT; s++) {
		rows_close(&corner[s][0].rows);
		rows_close(&corner[s][1].rows);
		rows_file_close(file[s]);
	}
	return ret;
}

int
combine(const struct recipe *p, int workers, const char *path, int fd, struct err *e)
{
	struct copier c = { .recipe = p, .path = path, .fd = fd };
	const struct ring_ops ops = { .work = work_slot, .drain = drain_slot, .ctx = &c };
	size_t nslots = workers > 0 ? (size_t)workers + 2 : 1;
	struct slot *slot = xarray(nslots, sizeof(*slot));
	uint64_t at[VARIABLES_MAX];
	int ret = -1;

	for (int s = 0; s < SUITE_COUNT; s++)
		for (int i = 0; i < 4; i++)
			c.corners[s].lat[i] = c.corners[s].lon[i] = NAN;
	if (frame_write(p, path, fd, at, e) == 0 &&
	    (c.ring = ring_new(slot, nslots, sizeof(*slot), workers, &ops, e)) != NULL)
		ret = copy_data(&c, at, e);
	ring_free(c.ring);
	for (size_t i = 0; i < nslots; i++)
		release(&slot[i]);
	free(slot);
	if (ret < 0 && e->code == E_MISSING)	/* a variable that was there a moment ago */
		e->code = E_DATA;
	return ret;
}
