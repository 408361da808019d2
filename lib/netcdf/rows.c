/* rows - reading variables by blocks of whole chunk rows */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "netcdf/ncf.h"
#include "netcdf/rows.h"

#define BLOCK_BYTES (256 * 1024)	/* blocks are made of so many chunk rows (or lines) that they reach this size */
#define CHUNK_MAX (256 * 1024 * 1024)	/* no granule has larger ones; refuse what only a damaged file says */

int
rows_file(const char *path, hid_t *file, struct err *e)
{
	hid_t fapl = H5Pcreate(H5P_FILE_ACCESS);

	if (fapl < 0)
		return err_mem(e, path);
	errno = 0;
	*file = H5Fopen(path, H5F_ACC_RDONLY, fapl);
	if (*file < 0)
		ncf_damaged(e, "%s: damaged HDF5 file", path);
	(void)H5Pclose(fapl);
	return *file < 0 ? -1 : 0;
}

void
rows_file_close(hid_t file)
{
	if (file > 0)
		(void)H5Fclose(file);
}

static bool
type_matches(hid_t dset, nc_type type)
{
	hid_t have = H5Dget_type(dset);
	bool same = false;

	if (have < 0)
		return false;
	switch (type) {
	case NC_BYTE:
		same = H5Tequal(have, H5T_STD_I8LE) > 0 || H5Tequal(have, H5T_STD_U8LE) > 0;
		break;
	case NC_SHORT: same = H5Tequal(have, H5T_STD_I16LE) > 0; break;
	case NC_INT: same = H5Tequal(have, H5T_STD_I32LE) > 0; break;
	case NC_FLOAT: same = H5Tequal(have, H5T_IEEE_F32LE) > 0; break;
	default: break;
	}
	(void)H5Tclose(have);
	return same;
}

static int
read_shape(struct rows *r, struct err *e)
{
	hsize_t dims[2] = { 0, 1 };
	hid_t space = H5Dget_space(r->dset);
	int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);

	if (rank == 1 || rank == 2)
		(void)H5Sget_simple_extent_dims(space, dims, NULL);
	if (space >= 0)
		(void)H5Sclose(space);
	if (rank != 1 && rank != 2)
		return err_set(e, E_DATA, "%s: has %d dimensions, not 1 or 2", r->name, rank);
	r->rank = rank;
	r->nj = (size_t)dims[0];
	r->ni = (size_t)dims[1];
	return 0;
}

/* Whether all filters of the variable are ours; notes their bits. */
static bool
know_filters(struct rows *r, hid_t dcpl)
{
	int n = H5Pget_nfilters(dcpl);

	for (int i = 0; i < n; i++) {
		unsigned flags, cd[8], config;
		size_t ncd = sizeof(cd) / sizeof(*cd);
		H5Z_filter_t f = H5Pget_filter2(dcpl, (unsigned)i, &flags, &ncd, cd, 0, NULL, &config);

		if (f == H5Z_FILTER_SHUFFLE && !r->shuffle && !r->deflate) {
			r->shuffle = true;
			r->shuffle_bit = 1u << i;
		} else if (f == H5Z_FILTER_DEFLATE && !r->deflate) {
			r->deflate = true;
			r->deflate_bit = 1u << i;
		} else {
			return false;
		}
	}
	return n >= 0;
}

static int
read_storage(struct rows *r, nc_type type, struct err *e)
{
	static const hid_t *native[] = { [NC_BYTE] = &H5T_NATIVE_SCHAR_g, [NC_SHORT] = &H5T_NATIVE_SHORT_g,
		[NC_INT] = &H5T_NATIVE_INT_g, [NC_FLOAT] = &H5T_NATIVE_FLOAT_g };
	hsize_t chunk[2] = { 0, 1 };
	hid_t dcpl = H5Dget_create_plist(r->dset);
	H5D_fill_value_t fill;

	if (dcpl < 0)
		return err_mem(e, r->name);
	if (H5Pget_layout(dcpl) == H5D_CHUNKED && H5Pget_chunk(dcpl, r->rank, chunk) == r->rank) {
		r->raw = know_filters(r, dcpl);
		r->cj = (size_t)chunk[0];
		r->ci = (size_t)chunk[1];
	}
	if (H5Pfill_value_defined(dcpl, &fill) >= 0 && fill != H5D_FILL_VALUE_UNDEFINED)
		(void)H5Pget_fill_value(dcpl, *native[type], r->fill);
	(void)H5Pclose(dcpl);
	if (r->raw && (r->cj == 0 || r->ci == 0 || r->cj > CHUNK_MAX / r->ci / r->elem))
		return err_set(e, E_DATA, "%s: chunks of %zu x %zu", r->name, r->cj, r->ci);
	r->block = BLOCK_BYTES / (r->ni * r->elem + 1) + 1;
	if (r->cj != 0 && r->block % r->cj != 0)
		r->block += r->cj - r->block % r->cj;
	return 0;
}

static size_t
chunks_across(const struct rows *r)
{
	return r->ni / r->ci + (r->ni % r->ci != 0);
}

int
rows_open(struct rows *r, hid_t file, const char *path, const char *variable, nc_type type, struct err *e)
{
	static const size_t size[] = { [NC_BYTE] = 1, [NC_SHORT] = 2, [NC_INT] = 4, [NC_FLOAT] = 4 };

	*r = (struct rows){ .dset = -1, .elem = size[type] };
	r->name = mem_fmt(e, "%s: %s", path, variable);
	if (r->name == NULL)
		return -1;
	r->dset = H5Dopen2(file, variable, H5P_DEFAULT);
	if (r->dset < 0)
		return err_set(e, E_MISSING, "%s: no such variable", r->name);
	if (!type_matches(r->dset, type))
		return err_set(e, E_DATA, "%s: is not of type %s", r->name,
		    type == NC_BYTE ? "byte" : type == NC_SHORT ? "short" : type == NC_INT ? "int" : "float");
	if (read_shape(r, e) < 0)
		return -1;
	return read_storage(r, type, e);
}

void
rows_close(struct rows *r)
{
	if (r->dset > 0)
		(void)H5Dclose(r->dset);
	free(r->name);
	*r = (struct rows){ .dset = -1 };
}

size_t
rows_blocks(const struct rows *r)
{
	return r->nj / r->block + (r->nj % r->block != 0);
}

/* Lines through HDF5, in the file's own type, so that nothing is converted. */
static int
fetch_lines(const struct rows *r, struct rows_block *b, struct err *e)
{
	hsize_t start[2] = { b->first, 0 }, count[2] = { b->lines, r->ni };
	hid_t type = H5Dget_type(r->dset);
	hid_t file = H5Dget_space(r->dset), mem = H5Screate_simple(r->rank, count, NULL);
	int ret = -1;

	b->nbytes = b->lines * r->ni * r->elem;
	if (mem_grow(&b->bytes, &b->cap, b->nbytes, 1, e) < 0)
		goto out;
	if (file < 0 || mem < 0 || type < 0 ||
	    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
	    H5Dread(r->dset, type, mem, file, H5P_DEFAULT, b->bytes) < 0)
		ncf_damaged(e, "%s: cannot read lines %zu to %zu: damaged file", r->name, b->first,
		    b->first + b->lines - 1);
	else
		ret = 0;
out:
	if (mem >= 0)
		(void)H5Sclose(mem);
	if (file >= 0)
		(void)H5Sclose(file);
	if (type >= 0)
		(void)H5Tclose(type);
	return ret;
}

/* HDF5 has no stored size for a chunk: it was never written, or its index is damaged. Reading an element tells. */
static bool
is_unwritten(const struct rows *r, const hsize_t at[2])
{
	hsize_t count[2] = { 1, 1 };
	unsigned char element[8];
	hid_t type = H5Dget_type(r->dset), file = H5Dget_space(r->dset);
	hid_t mem = H5Screate_simple(r->rank, count, NULL);
	bool good = file >= 0 && mem >= 0 && type >= 0 &&
	    H5Sselect_hyperslab(file, H5S_SELECT_SET, at, NULL, count, NULL) >= 0 &&
	    H5Dread(r->dset, type, mem, file, H5P_DEFAULT, element) >= 0;

	(void)H5Sclose(mem);
	(void)H5Sclose(file);
	(void)H5Tclose(type);
	return good;
}

static int
fetch_chunk(const struct rows *r, size_t line, size_t pixel, struct rows_block *b, struct err *e)
{
	hsize_t at[2] = { line, pixel }, size = 0;
	struct rows_chunk *c = &b->chunk[b->nchunks];
	uint32_t mask = 0;

	if ((H5Dget_chunk_storage_size(r->dset, at, &size) < 0 || size == 0) && !is_unwritten(r, at))
		return ncf_damaged(e, "%s: cannot find the chunk at line %zu, pixel %zu: damaged file", r->name, line,
		    pixel);
	if (size > 2 * (hsize_t)CHUNK_MAX)
		return err_set(e, E_DATA, "%s: chunk of %llu bytes", r->name, (unsigned long long)size);
	if (mem_grow(&b->bytes, &b->cap, b->nbytes + (size_t)size, 1, e) < 0)
		return -1;
	if (size > 0 && H5Dread_chunk(r->dset, H5P_DEFAULT, at, &mask, b->bytes + b->nbytes) < 0)
		return ncf_damaged(e, "%s: cannot read the chunk at line %zu, pixel %zu: damaged file", r->name,
		    line, pixel);
	*c = (struct rows_chunk){ .at = b->nbytes, .size = (size_t)size, .mask = mask };
	b->nbytes += (size_t)size;
	b->nchunks++;
	return 0;
}

int
rows_fetch(const struct rows *r, size_t i, struct rows_block *b, struct err *e)
{
	size_t n;

	b->of = r;
	b->first = i * r->block;
	b->lines = r->nj - b->first < r->block ? r->nj - b->first : r->block;
	b->nbytes = b->nchunks = 0;
	errno = 0;
	if (!r->raw)
		return fetch_lines(r, b, e);
	n = chunks_across(r) * (b->lines / r->cj + 1);
	if (mem_grow(&b->chunk, &b->chunkcap, n, sizeof(*b->chunk), e) < 0)
		return -1;
	for (size_t line = b->first; line < b->first + b->lines; line += r->cj)
		for (size_t pixel = 0; pixel < r->ni; pixel += r->ci)
			if (fetch_chunk(r, line, pixel, b, e) < 0)
				return -1;
	return 0;
}

/* A chunk that was never written. */
static void
fill_part(const struct rows *r, const struct codec_part *p, unsigned char *out)
{
	for (size_t j = 0; j < p->height; j++)
		for (size_t i = 0; i < p->width; i++)
			memcpy(out + j * p->stride + i * r->elem, r->fill, r->elem);
}

/* Decode chunk k, so much of it as lies inside the variable, to its place in the lines. */
static int
decode_chunk(struct rows_block *b, size_t k, struct codec *codec, unsigned char *out, struct err *e)
{
	const struct rows *r = b->of;
	const struct rows_chunk *c = &b->chunk[k];
	size_t line = k / chunks_across(r) * r->cj, pixel = k % chunks_across(r) * r->ci;
	struct codec_part p = { .rows = r->cj, .cols = r->ci, .stride = r->ni * r->elem };

	p.height = b->lines - line < r->cj ? b->lines - line : r->cj;
	p.width = r->ni - pixel < r->ci ? r->ni - pixel : r->ci;
	out += (line * r->ni + pixel) * r->elem;
	if (c->size == 0) {
		fill_part(r, &p, out);
		return 0;
	}
	return codec_decode_part(codec, b->bytes + c->at, c->size, r->deflate && !(c->mask & r->deflate_bit),
	    r->shuffle && !(c->mask & r->shuffle_bit), r->elem, &p, out, e);
}

int
rows_decode(struct rows_block *b, struct codec *codec, void *out, struct err *e)
{
	const struct rows *r = b->of;
	struct err why = {0};

	if (!r->raw) {
		memcpy(out, b->bytes, b->nbytes);
		return 0;
	}
	for (size_t k = 0; k < b->nchunks; k++)
		if (decode_chunk(b, k, codec, out, &why) < 0)
			return err_set(e, why.code, "%s: lines %zu to %zu: %s", r->name, b->first,
			    b->first + b->lines - 1, why.msg);
	return 0;
}

void
rows_block_free(struct rows_block *b)
{
	free(b->bytes);
	free(b->chunk);
	*b = (struct rows_block){0};
}
