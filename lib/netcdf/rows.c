/* rows - reading variables by blocks of whole chunk rows */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "netcdf/ncf.h"
#include "netcdf/rows.h"
#include "netcdf/vet.h"

#define BLOCK_BYTES (256 * 1024)	/* blocks are made of so many chunk rows (or lines) that they reach this size */

int
rows_file(const char *path, hid_t *file, struct err *e)
{
	errno = 0;
	*file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
	return *file < 0 ? ncf_damaged(e, "%s: damaged HDF5 file", path) : 0;
}

void
rows_file_close(hid_t file)
{
	if (file > 0)
		(void)H5Fclose(file);
}

/* Types of variables that are read, as stored. */
static const struct type {
	size_t size;
	const char *name;
	const hid_t *stored, *unsigned_too;
} types[] = {
	[NC_BYTE] = { 1, "byte", &H5T_STD_I8LE_g, &H5T_STD_U8LE_g },
	[NC_SHORT] = { 2, "short", &H5T_STD_I16LE_g, NULL },
	[NC_INT] = { 4, "int", &H5T_STD_I32LE_g, NULL },
	[NC_FLOAT] = { 4, "float", &H5T_IEEE_F32LE_g, NULL },
};

static bool
type_matches(hid_t dset, const struct type *t)
{
	hid_t have = H5Dget_type(dset);
	bool same = have >= 0 && (H5Tequal(have, *t->stored) > 0 ||
	    (t->unsigned_too != NULL && H5Tequal(have, *t->unsigned_too) > 0));

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

/* Whether all filters of the variable are ours; notes their bits. Without any HDF5 has to read: it tells the nominal
 * size of a chunk then, and would read what its index says. */
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
	return n > 0;
}

static int
read_storage(struct rows *r, struct err *e)
{
	hsize_t chunk[2] = { 0, 1 };
	hid_t dcpl = H5Dget_create_plist(r->dset);

	if (dcpl < 0)
		return ncf_damaged(e, "%s: damaged file", r->name);
	if (H5Pget_layout(dcpl) == H5D_CHUNKED && H5Pget_chunk(dcpl, r->rank, chunk) == r->rank) {
		r->raw = know_filters(r, dcpl);
		r->cj = (size_t)chunk[0];
		r->ci = (size_t)chunk[1];
	}
	(void)H5Pclose(dcpl);
	if (r->raw && (r->cj == 0 || r->ci == 0 || r->cj > VET_CHUNK / r->ci / r->elem))
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
	*r = (struct rows){ .dset = -1, .elem = types[type].size };
	r->name = xfmt("%s: %s", path, variable);
	errno = 0;
	r->dset = H5Dopen2(file, variable, H5P_DEFAULT);
	if (r->dset < 0) {
		ncf_damaged(e, "%s: no such variable", r->name);
		if (e->code == E_DATA)
			e->code = E_MISSING;
		return -1;
	}
	if (!type_matches(r->dset, &types[type]))
		return err_set(e, E_DATA, "%s: is not of type %s", r->name, types[type].name);
	if (read_shape(r, e) < 0)
		return -1;
	return read_storage(r, e);
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
	xgrow(&b->bytes, &b->cap, b->nbytes, 1);
	if (file < 0 || mem < 0 || type < 0 ||
	    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
	    H5Dread(r->dset, type, mem, file, H5P_DEFAULT, b->bytes) < 0)
		ncf_damaged(e, "%s: cannot read lines %zu to %zu: damaged file", r->name, b->first,
		    b->first + b->lines - 1);
	else
		ret = 0;
	if (mem >= 0)
		(void)H5Sclose(mem);
	if (file >= 0)
		(void)H5Sclose(file);
	if (type >= 0)
		(void)H5Tclose(type);
	return ret;
}

/* Returns 1; 0 when the index has no such chunk or is damaged, or -1. */
static int
fetch_chunk(const struct rows *r, size_t line, size_t pixel, struct rows_block *b, struct err *e)
{
	size_t nominal = r->cj * r->ci * r->elem;
	hsize_t at[2] = { line, pixel }, size = 0;
	uint32_t mask = 0;

	if (H5Dget_chunk_storage_size(r->dset, at, &size) < 0 || size == 0)
		return 0;
	if (size > nominal + nominal / 8 + 1024)
		return err_set(e, E_DATA, "%s: chunk of %llu bytes", r->name, (unsigned long long)size);
	xgrow(&b->bytes, &b->cap, b->nbytes + (size_t)size, 1);
	if (H5Dread_chunk(r->dset, H5P_DEFAULT, at, &mask, b->bytes + b->nbytes) < 0)
		return ncf_damaged(e, "%s: cannot read the chunk at line %zu, pixel %zu: damaged file", r->name,
		    line, pixel);
	b->chunk[b->nchunks++] = (struct rows_chunk){ .at = b->nbytes, .size = (size_t)size, .mask = mask };
	b->nbytes += (size_t)size;
	return 1;
}

int
rows_fetch(const struct rows *r, size_t i, struct rows_block *b, struct err *e)
{
	size_t n;

	b->of = r;
	b->first = i * r->block;
	b->lines = r->nj - b->first < r->block ? r->nj - b->first : r->block;
	b->nbytes = b->nchunks = 0;
	b->raw = r->raw;
	errno = 0;
	if (!r->raw)
		return fetch_lines(r, b, e);
	n = chunks_across(r) * (b->lines / r->cj + 1);
	xgrow(&b->chunk, &b->chunkcap, n, sizeof(*b->chunk));
	for (size_t line = b->first; line < b->first + b->lines; line += r->cj)
		for (size_t pixel = 0; pixel < r->ni; pixel += r->ci) {
			int got = fetch_chunk(r, line, pixel, b, e);

			if (got < 0)
				return -1;
			if (got == 0) {		/* HDF5 fills the gap, or finds the damage */
				b->raw = false;
				return fetch_lines(r, b, e);
			}
		}
	return 0;
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
	return codec_decode(codec, b->bytes + c->at, c->size, r->deflate && !(c->mask & r->deflate_bit),
	    r->shuffle && !(c->mask & r->shuffle_bit), r->elem, &p, out, e);
}

int
rows_decode(struct rows_block *b, struct codec *codec, void *out, struct err *e)
{
	const struct rows *r = b->of;
	struct err why = {0};

	if (!b->raw) {
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
