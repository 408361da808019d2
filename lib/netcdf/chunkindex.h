#ifndef CHUNKINDEX_H
#define CHUNKINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hdf5.h>

/*
 * Where the chunks of a dataset lie in its file. HDF5 looks up one chunk at a time, which takes longer than reading
 * and decoding a small one; with this table the chunks are read without the library, by any thread.
 */

struct chunk_place {
	uint64_t at;			/* in the file */
	uint32_t size;			/* bytes as stored; 0: never written */
	uint32_t mask;			/* filters that were left out */
};

/* A dataset, of which the caller knows the shape. */
struct chunk_shape {
	int rank;			/* 1 or 2 */
	size_t dim[2], chunk[2];	/* lines and pixels; 1 for the missing one */
	size_t elem;			/* bytes of an element */
};

/*
 * chunkindex_read - fill the table of dset, in the file open for reading at fd
 *
 * place	[chunks down * chunks across], row by row; all-zero before
 *
 * Returns false when the file does not use the plain structures this reads, or when they are damaged: then HDF5 has to
 * be asked chunk by chunk, which also finds the words for what is wrong. place is unspecified then.
 */
bool	chunkindex_read(hid_t dset, int fd, const struct chunk_shape *s, struct chunk_place *place);

#endif
