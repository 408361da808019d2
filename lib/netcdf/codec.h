#ifndef CODEC_H
#define CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The filters of HDF5 chunks, in memory: shuffle and deflate (zlib format), by libdeflate, or by zlib where the
 * build asks for it. A codec holds the tables and scratch memory of one user at a time; it is reused from chunk to
 * chunk and grows to the largest one.
 */

struct codec;

/* codec_new - level: deflate level 1-9 for codec_encode. */
struct codec	*codec_new(int level);
void	codec_free(struct codec *c);

/*
 * codec_encode - filter one chunk as HDF5 does
 *
 * data	n bytes, whole elements of elem bytes; out has room for codec_bound(n). Returns the bytes used.
 */
size_t	codec_encode(struct codec *c, const void *data, size_t n, size_t elem, bool shuffle, void *out);

/* codec_bound - room that codec_encode may need for n bytes. */
size_t	codec_bound(size_t n);

/* A chunk of rows x cols elements, of which only the first height rows and width elements of each are wanted. */
struct codec_part {
	size_t rows, cols;
	size_t height, width;
	size_t stride;			/* bytes from row to row of the output */
};

/*
 * codec_decode - undo the filters of one chunk
 *
 * raw		nraw bytes as stored; deflate: whether they are deflated; shuffle: whether shuffled by elem bytes
 * out		gets part p of it
 *
 * Returns 0, or -1: E_DATA when raw is damaged or is not rows * cols elements when decoded; E_ENV.
 */
int	codec_decode(struct codec *c, const void *raw, size_t nraw, bool deflate, bool shuffle, size_t elem,
	    const struct codec_part *p, void *out, struct err *e);

#endif
