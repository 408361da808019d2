/* chunks - writing chunked variables by rows of chunks */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "netcdf/chunks.h"

/* HDF5 keeps the reason of a failed write to itself; errno usually still has it. */
static int
write_failed(const char *subject, struct err *e)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EFBIG)
		return err_sys(e, "%s", subject);
	return err_set(e, E_ENV, "%s: cannot write", subject);
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

static int
read_shape(struct chunks *c, struct err *e)
{
	hid_t space = H5Dget_space(c->dset), dcpl = H5Dget_create_plist(c->dset), type = H5Dget_type(c->dset);
	hsize_t dims[3] = {0}, chunk[3] = {0};
	int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space), ret = -1;

	if ((rank != 2 && rank != 3) || H5Sget_simple_extent_dims(space, dims, NULL) < 0 || dcpl < 0 ||
	    H5Pget_chunk(dcpl, rank, chunk) != rank || type < 0) {
		err_set(e, E_DATA, "%s: not a chunked variable of 2 or 3 dimensions", c->name);
		goto out;
	}
	c->rank = rank;
	c->nj = (size_t)dims[rank - 2];
	c->ni = (size_t)dims[rank - 1];
	c->cj = (size_t)chunk[rank - 2];
	c->ci = (size_t)chunk[rank - 1];
	c->elem = H5Tget_size(type);
	c->shuffle = false;
	for (int i = 0; i < H5Pget_nfilters(dcpl); i++) {
		unsigned flags, config;
		size_t n = 0;

		if (H5Pget_filter2(dcpl, (unsigned)i, &flags, &n, NULL, 0, NULL, &config) == H5Z_FILTER_SHUFFLE)
			c->shuffle = true;
	}
	ret = 0;
out:
	if (space >= 0)
		(void)H5Sclose(space);
	if (dcpl >= 0)
		(void)H5Pclose(dcpl);
	if (type >= 0)
		(void)H5Tclose(type);
	return ret;
}

int
chunks_open(struct chunks *c, hid_t file, const char *path, const char *variable, struct err *e)
{
	*c = (struct chunks){ .dset = -1 };
	c->name = xfmt("%s: %s", path, variable);
	c->dset = H5Dopen2(file, variable, H5P_DEFAULT);
	if (c->dset < 0)
		return err_set(e, E_DATA, "%s: no such variable", c->name);
	return read_shape(c, e);
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
	return c->nj / c->cj + (c->nj % c->cj != 0);
}

size_t
chunks_lines(const struct chunks *c, size_t i)
{
	size_t first = i * c->cj;

	return c->nj - first < c->cj ? c->nj - first : c->cj;
}

/* Cut the chunk that begins at pixel out of nlines lines. */
static void
cut(const struct chunks *c, const unsigned char *lines, size_t nlines, size_t pixel, unsigned char *chunk)
{
	size_t width = c->ni - pixel < c->ci ? c->ni - pixel : c->ci, step = c->ci * c->elem;

	for (size_t j = 0; j < nlines; j++) {
		memcpy(chunk + j * step, lines + (j * c->ni + pixel) * c->elem, width * c->elem);
		memset(chunk + j * step + width * c->elem, 0, step - width * c->elem);
	}
	memset(chunk + nlines * step, 0, (c->cj - nlines) * step);
}

void
chunks_encode(const struct chunks *c, size_t row, const void *lines, struct codec *codec, struct chunks_row *out)
{
	size_t n = c->ni / c->ci + (c->ni % c->ci != 0), bytes = c->cj * c->ci * c->elem;
	size_t nlines = chunks_lines(c, row);
	bool whole = c->ci == c->ni && nlines == c->cj;

	out->row = row;
	out->n = n;
	out->room = codec_bound(bytes);
	xgrow(&out->bytes, &out->cap, n * out->room, 1);
	xgrow(&out->size, &out->sizecap, n, sizeof(*out->size));
	if (!whole)
		xgrow(&out->chunk, &out->chunkcap, bytes, 1);
	for (size_t i = 0; i < n; i++) {
		if (!whole)
			cut(c, lines, nlines, i * c->ci, out->chunk);
		out->size[i] = codec_encode(codec, whole ? lines : out->chunk, bytes, c->elem, c->shuffle,
		    out->bytes + i * out->room);
	}
}

int
chunks_write(const struct chunks *c, const struct chunks_row *row, struct err *e)
{
	for (size_t i = 0; i < row->n; i++) {
		hsize_t at[3] = { 0, row->row * c->cj, i * c->ci };

		errno = 0;
		if (H5Dwrite_chunk(c->dset, H5P_DEFAULT, 0, at + 3 - c->rank, row->size[i],
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
