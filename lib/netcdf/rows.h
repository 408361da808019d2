#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include <hdf5.h>
#include <netcdf.h>

#include "base/err.h"
#include "netcdf/codec.h"

/*
 * Reading two-dimensional variables of netCDF-4 files by blocks of whole chunk rows, in two steps: rows_fetch gets
 * a block's chunks as they are stored (HDF5, one thread), rows_decode turns them into lines (memory only, any
 * thread). Variables without the filters shuffle and deflate, or with others, and blocks with chunks that were never
 * written, are read by HDF5 itself in rows_fetch; the caller sees no difference.
 */

struct rows {
	hid_t dset;
	char *name;			/* "file: group/variable", for messages */
	size_t nj, ni;			/* lines, pixels; a one-dimensional variable has ni = 1 */
	size_t elem;			/* bytes of an element */
	size_t block;			/* lines of a block, a multiple of cj; the last one may have fewer */
	int rank;
	/* raw chunks */
	bool raw;			/* false: HDF5 reads */
	bool deflate, shuffle;
	unsigned deflate_bit, shuffle_bit;	/* their bits in a chunk's filter mask */
	size_t cj, ci;			/* chunk shape */
};

/* A fetched block. All-zero is empty; memory is reused from block to block and released by rows_block_free. */
struct rows_block {
	const struct rows *of;
	size_t first, lines;		/* the lines it holds */
	bool raw;			/* bytes are chunks as stored, not lines */
	unsigned char *bytes;
	size_t nbytes, cap;
	struct rows_chunk { size_t at, size; unsigned mask; } *chunk;	/* at: in bytes */
	size_t nchunks, chunkcap;
};

/* rows_file - open a file for rows_open; to be closed by rows_file_close. -1 with E_DATA or E_ENV. */
int	rows_file(const char *path, hid_t *file, struct err *e);
void	rows_file_close(hid_t file);

/*
 * rows_open - open the variable "group/variable" of file, which must have the given type (NC_BYTE, NC_SHORT,
 * NC_INT, NC_FLOAT; unsigned bytes pass as NC_BYTE) and rank 1 or 2
 *
 * r		all-zero before; release with rows_close in any case
 * path		the file's name, for messages
 * Returns 0, or -1: E_MISSING when there is no such variable, E_DATA for another type, rank or absurd chunks.
 */
int	rows_open(struct rows *r, hid_t file, const char *path, const char *variable, nc_type type, struct err *e);
void	rows_close(struct rows *r);

/* rows_blocks - number of blocks. */
size_t	rows_blocks(const struct rows *r);

/* rows_fetch - get block i (0-based) into b; -1 with E_DATA or E_ENV. */
int	rows_fetch(const struct rows *r, size_t i, struct rows_block *b, struct err *e);

/* rows_decode - the lines of a fetched block, [b->lines][ni] elements, row-major, into out; -1 with E_DATA. */
int	rows_decode(struct rows_block *b, struct codec *c, void *out, struct err *e);
void	rows_block_free(struct rows_block *b);

#endif
