/* chunks - writing chunked variables by rows of chunks */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "netcdf/chunks.h"
#include "netcdf/ncf.h"

static int
write_failed(const char *subject, struct err *e)
{
	return ncf_unwritable(e, NC_NOERR, subject, "cannot write");
}

int
chunks_file(const char *path, hid_t *file, struct err *e)
{
	errno = 0;
	*file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
	return *file < 0 ? write_failed(path, e) : 0;
}

int
chunks_file_close(hid_t file, const char *path, struct err *e)
{
	herr_t flushed, closed;

	errno = 0;
	flushed = H5Fflush(file, H5F_SCOPE_GLOBAL);
	closed = H5Fclose(file);
	return flushed < 0 || closed < 0 ? write_failed(path, e) : 0;
}

int
chunks_open(struct chunks *c, const struct chunks_shape *shape, hid_t file, const char *path, const char *variable,
    struct err *e)
{
	*c = (struct chunks){ .shape = *shape, .name = xfmt("%s: %s", path, variable) };
	c->dset = H5Dopen2(file, variable, H5P_DEFAULT);
	return c->dset < 0 ? err_set(e, E_ENV, "%s: no such variable", c->name) : 0;
}

void
chunks_close(struct chunks *c)
{
	if (c->dset > 0)
		(void)H5Dclose(c->dset);
	free(c->name);
	*c = (struct chunks){ .dset = -1 };
}

size_t
chunks_rows(const struct chunks *c)
{
	return c->shape.nj / c->shape.cj + (c->shape.nj % c->shape.cj != 0);
}

size_t
chunks_lines(const struct chunks *c, size_t i)
{
	size_t first = i * c->shape.cj;

	return c->shape.nj - first < c->shape.cj ? c->shape.nj - first : c->shape.cj;
}

/* Cut the chunk that begins at pixel out of nlines lines. */
static void
cut(const struct chunks_shape *s, const unsigned char *lines, size_t nlines, size_t pixel, unsigned char *chunk)
{
	size_t width = s->ni - pixel < s->ci ? s->ni - pixel : s->ci, step = s->ci * s->elem;

	for (size_t j = 0; j < nlines; j++) {
		memcpy(chunk + j * step, lines + (j * s->ni + pixel) * s->elem, width * s->elem);
		memset(chunk + j * step + width * s->elem, 0, step - width * s->elem);
	}
	memset(chunk + nlines * step, 0, (s->cj - nlines) * step);
}

void
chunks_encode(const struct chunks *c, size_t row, const void *lines, struct codec *codec, struct chunks_row *out)
{
	const struct chunks_shape *s = &c->shape;
	size_t n = s->ni / s->ci + (s->ni % s->ci != 0), bytes = s->cj * s->ci * s->elem;
	size_t nlines = chunks_lines(c, row);
	bool whole = s->ci == s->ni && nlines == s->cj;

	out->row = row;
	out->n = n;
	out->room = codec_bound(bytes);
	xgrow(&out->bytes, &out->cap, n * out->room, 1);
	xgrow(&out->size, &out->sizecap, n, sizeof(*out->size));
	if (!whole)
		xgrow(&out->chunk, &out->chunkcap, bytes, 1);
	for (size_t i = 0; i < n; i++) {
		if (!whole)
			cut(s, lines, nlines, i * s->ci, out->chunk);
		out->size[i] = codec_encode(codec, whole ? lines : out->chunk, bytes, s->elem, s->shuffle,
		    out->bytes + i * out->room);
	}
}

int
chunks_write(const struct chunks *c, const struct chunks_row *row, struct err *e)
{
	for (size_t i = 0; i < row->n; i++) {
		hsize_t at[3] = { 0, row->row * c->shape.cj, i * c->shape.ci };

		errno = 0;
		if (H5Dwrite_chunk(c->dset, H5P_DEFAULT, 0, at + 3 - c->shape.rank, row->size[i],
		    row->bytes + i * row->room) < 0)
			return write_failed(c->name, e);
	}
	return 0;
}

void
chunks_row_free(struct chunks_row *row)
{
	free(row->bytes);
	free(row->size);
	free(row->chunk);
	*row = (struct chunks_row){0};
}
