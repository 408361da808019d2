/* codec - the filters of HDF5 chunks in memory */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef WITH_LIBDEFLATE
#include <libdeflate.h>
#else
#include <zlib.h>
#endif

#include "base/mem.h"
#include "netcdf/codec.h"

struct codec {
	int level;
#ifdef WITH_LIBDEFLATE
	struct libdeflate_compressor *comp;
	struct libdeflate_decompressor *decomp;
#endif
	unsigned char *scratch;
	size_t cap;
};

struct codec *
codec_new(int level, struct err *e)
{
	struct codec *c = mem_array(1, sizeof(*c), e);

	if (c != NULL)
		c->level = level;
	return c;
}

void
codec_free(struct codec *c)
{
	if (c == NULL)
		return;
#ifdef WITH_LIBDEFLATE
	libdeflate_free_compressor(c->comp);
	libdeflate_free_decompressor(c->decomp);
#endif
	free(c->scratch);
	free(c);
}

/* Byte k of every element goes to plane k; the bytes behind the last whole element stay behind the planes. */
static void
shuffle2(const unsigned char *restrict in, unsigned char *restrict out, size_t n)
{
	unsigned char *restrict hi = out + n;

	for (size_t i = 0; i < n; i++) {
		out[i] = in[2 * i];
		hi[i] = in[2 * i + 1];
	}
}

static void
shuffle4(const unsigned char *restrict in, unsigned char *restrict out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = in[4 * i];
		out[n + i] = in[4 * i + 1];
		out[2 * n + i] = in[4 * i + 2];
		out[3 * n + i] = in[4 * i + 3];
	}
}

static void
shuffle(const unsigned char *in, unsigned char *out, size_t size, size_t elem)
{
	size_t n = size / elem;

	if (elem == 2)
		shuffle2(in, out, n);
	else if (elem == 4)
		shuffle4(in, out, n);
	else
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < elem; k++)
				out[k * n + i] = in[i * elem + k];
	memcpy(out + n * elem, in + n * elem, size - n * elem);
}

/* width elements, whose byte k lies in plane k of n bytes. */
static void
gather_any(const unsigned char *planes, size_t n, size_t elem, unsigned char *out, size_t width)
{
	for (size_t k = 0; k < elem; k++)
		for (size_t i = 0; i < width; i++)
			out[i * elem + k] = planes[k * n + i];
}

static void
gather2(const unsigned char *restrict planes, size_t n, unsigned char *restrict out, size_t width)
{
	const unsigned char *restrict hi = planes + n;

	for (size_t i = 0; i < width; i++) {
		out[2 * i] = planes[i];
		out[2 * i + 1] = hi[i];
	}
}

static void
gather4(const unsigned char *restrict planes, size_t n, unsigned char *restrict out, size_t width)
{
	for (size_t i = 0; i < width; i++) {
		out[4 * i] = planes[i];
		out[4 * i + 1] = planes[n + i];
		out[4 * i + 2] = planes[2 * n + i];
		out[4 * i + 3] = planes[3 * n + i];
	}
}

static void
gather(const unsigned char *planes, size_t n, size_t elem, unsigned char *out, size_t width)
{
	if (elem == 2)
		gather2(planes, n, out, width);
	else if (elem == 4)
		gather4(planes, n, out, width);
	else
		gather_any(planes, n, elem, out, width);
}

static void
unshuffle(const unsigned char *in, unsigned char *out, size_t size, size_t elem)
{
	size_t n = size / elem;

	gather(in, n, elem, out, n);
	memcpy(out + n * elem, in + n * elem, size - n * elem);
}

#ifdef WITH_LIBDEFLATE

size_t
codec_bound(size_t n)
{
	return libdeflate_zlib_compress_bound(NULL, n);
}

static int
deflate_chunk(struct codec *c, const void *in, size_t n, void *out, size_t *nout, struct err *e)
{
	if (c->comp == NULL)
		c->comp = libdeflate_alloc_compressor(c->level);
	if (c->comp == NULL)
		return err_mem(e, "deflate");
	*nout = libdeflate_zlib_compress(c->comp, in, n, out, *nout);
	if (*nout == 0)
		return err_set(e, E_ENV, "deflate: no room for %zu bytes", n);
	return 0;
}

static int
inflate_chunk(struct codec *c, const void *raw, size_t nraw, void *out, size_t n, struct err *e)
{
	if (c->decomp == NULL)
		c->decomp = libdeflate_alloc_decompressor();
	if (c->decomp == NULL)
		return err_mem(e, "inflate");
	if (libdeflate_zlib_decompress(c->decomp, raw, nraw, out, n, NULL) != LIBDEFLATE_SUCCESS)
		return err_set(e, E_DATA, "damaged compressed data");
	return 0;
}

#else

size_t
codec_bound(size_t n)
{
	return compressBound((uLong)n);
}

static int
deflate_chunk(struct codec *c, const void *in, size_t n, void *out, size_t *nout, struct err *e)
{
	uLongf len = (uLongf)*nout;

	if (compress2(out, &len, in, (uLong)n, c->level) != Z_OK)
		return err_set(e, E_ENV, "deflate: cannot compress %zu bytes", n);
	*nout = len;
	return 0;
}

static int
inflate_chunk(struct codec *c, const void *raw, size_t nraw, void *out, size_t n, struct err *e)
{
	uLongf len = (uLongf)n;

	(void)c;
	if (uncompress(out, &len, raw, (uLong)nraw) != Z_OK || len != n)
		return err_set(e, E_DATA, "damaged compressed data");
	return 0;
}

#endif

int
codec_encode(struct codec *c, const void *data, size_t n, size_t elem, bool do_shuffle, void *out, size_t *nout,
    struct err *e)
{
	if (!do_shuffle || elem < 2)
		return deflate_chunk(c, data, n, out, nout, e);
	if (mem_grow(&c->scratch, &c->cap, n, 1, e) < 0)
		return -1;
	shuffle(data, c->scratch, n, elem);
	return deflate_chunk(c, c->scratch, n, out, nout, e);
}

int
codec_decode(struct codec *c, const void *raw, size_t nraw, bool deflated, bool shuffled, size_t elem, void *out,
    size_t n, struct err *e)
{
	shuffled = shuffled && elem > 1;
	if (!deflated && nraw != n)
		return err_set(e, E_DATA, "chunk of %zu bytes where %zu belong", nraw, n);
	if (!deflated && !shuffled) {
		memcpy(out, raw, n);
		return 0;
	}
	if (!deflated) {
		unshuffle(raw, out, n, elem);
		return 0;
	}
	if (!shuffled)
		return inflate_chunk(c, raw, nraw, out, n, e);
	if (mem_grow(&c->scratch, &c->cap, n, 1, e) < 0 || inflate_chunk(c, raw, nraw, c->scratch, n, e) < 0)
		return -1;
	unshuffle(c->scratch, out, n, elem);
	return 0;
}

int
codec_decode_part(struct codec *c, const void *raw, size_t nraw, bool deflated, bool shuffled, size_t elem,
    const struct codec_part *p, void *out, struct err *e)
{
	size_t n = p->rows * p->cols, size = n * elem;
	const unsigned char *in = raw;
	unsigned char *to = out;

	shuffled = shuffled && elem > 1;
	if (!shuffled && p->height == p->rows && p->width == p->cols && p->stride == p->cols * elem)
		return codec_decode(c, raw, nraw, deflated, false, elem, out, size, e);
	if (!deflated && nraw != size)
		return err_set(e, E_DATA, "chunk of %zu bytes where %zu belong", nraw, size);
	if (deflated) {
		if (mem_grow(&c->scratch, &c->cap, size, 1, e) < 0 ||
		    inflate_chunk(c, raw, nraw, c->scratch, size, e) < 0)
			return -1;
		in = c->scratch;
	}
	for (size_t j = 0; j < p->height; j++, to += p->stride) {
		if (shuffled)
			gather(in + j * p->cols, n, elem, to, p->width);
		else
			memcpy(to, in + j * p->cols * elem, p->width * elem);
	}
	return 0;
}
