#ifndef CHUNKS_H
#define CHUNKS_H

#include <stdbool.h>
#include <stddef.h>

#include <hdf5.h>

#include "base/err.h"
#include "netcdf/codec.h"

/*
 * Writing chunked variables whose file netcdf-c has defined: chunks_encode filters one row of chunks in memory (any
 * thread), chunks_write stores it as it is (HDF5, one thread).
 */

/* How the data of a variable lie in the file; it has deflate, and perhaps shuffle before it. */
struct chunks_shape {
	int rank;			/* 2: [nj][ni]; 3: [1][nj][ni] */
	size_t nj, ni, elem;		/* lines, pixels, bytes of an element */
	size_t cj, ci;			/* chunk */
	bool shuffle;
};

struct chunks {
	hid_t dset;
	char *name;			/* "file: variable", for messages */
	struct chunks_shape shape;
};

/* One encoded row of chunks. All-zero is empty; memory is reused and released by chunks_row_free. */
struct chunks_row {
	size_t row;
	unsigned char *bytes;		/* encoded chunks, each at i * room */
	size_t cap, room, n;
	size_t *size;			/* [n] bytes of each */
	size_t sizecap;
	unsigned char *chunk;		/* one chunk, cut out of the lines */
	size_t chunkcap;
};

/* chunks_file - reopen a file that netcdf-c has defined and closed; to be closed by chunks_file_close, whose result
 * counts: delayed writes report there. */
int	chunks_file(const char *path, hid_t *file, struct err *e);
int	chunks_file_close(hid_t file, const char *path, struct err *e);

/* chunks_open - a variable of it, which was defined with that shape; chunks_close in any case. -1 with E_ENV. */
int	chunks_open(struct chunks *c, const struct chunks_shape *shape, hid_t file, const char *path,
	    const char *variable, struct err *e);
void	chunks_close(struct chunks *c);

/* chunks_rows - number of rows of chunks; chunks_lines - lines of row i. */
size_t	chunks_rows(const struct chunks *c);
size_t	chunks_lines(const struct chunks *c, size_t i);

/* chunks_encode - encode lines, [chunks_lines(row)][ni] elements, row-major; chunks that reach over an edge are
 * filled up with zeros. */
void	chunks_encode(const struct chunks *c, size_t row, const void *lines, struct codec *codec,
	    struct chunks_row *out);

/* chunks_write - store an encoded row; -1 with E_ENV. */
int	chunks_write(const struct chunks *c, const struct chunks_row *row, struct err *e);
void	chunks_row_free(struct chunks_row *row);

#endif
