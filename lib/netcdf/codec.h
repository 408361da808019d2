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

/* codec_new - NULL with E_ENV. level: deflate level 1-9 for codec_encode. */
struct codec	*codec_new(int level, struct err *e);
void	codec_free(struct codec *c);

/*
 * codec_encode - filter one chunk as HDF5 does
 *
 * data	n bytes of elements of elem bytes
 * out	*nout bytes room on entry (codec_bound(n) is enough), bytes used on return
 *
 * Returns 0 or -1 with E_ENV.
 */
int	codec_encode(struct codec *c, const void *data, size_t n, size_t elem, bool shuffle, void *out,
	    size_t *nout, struct err *e);

/* codec_bound - room that codec_encode may need for n bytes. */
size_t	codec_bound(size_t n);

/*
 * codec_decode - undo the filters of one chunk
 *
 * raw		nraw bytes as stored
 * out		exactly n bytes afterwards
 * deflate	whether raw is deflated; shuffle: whether it is shuffled by elem bytes
 *
 * Returns 0, or -1 with E_DATA when raw is damaged or is not n bytes when decoded.
 */
int	codec_decode(struct codec *c, const void *raw, size_t nraw, bool deflate, bool shuffle, size_t elem,
	    void *out, size_t n, struct err *e);

/* A chunk of rows x cols elements, of which only the first height rows and width elements of each are wanted. */
struct codec_part {
	size_t rows, cols;
	size_t height, width;
	size_t stride;			/* bytes from row to row of the output */
};

/* codec_decode_part - as codec_decode, with only that part of the chunk put into out. */
int	codec_decode_part(struct codec *c, const void *raw, size_t nraw, bool deflate, bool shuffle, size_t elem,
	    const struct codec_part *p, void *out, struct err *e);

#endif
