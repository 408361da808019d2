/* codec - the filters of HDF5 chunks in memory */

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
codec_new(int level)
{
	struct codec *c = xarray(1, sizeof(*c));

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

/* Byte k of each of n elements goes to plane k. */
static void
shuffle(const unsigned char *restrict in, unsigned char *restrict out, size_t n, size_t elem)
{
	if (elem == 2)
		for (size_t i = 0; i < n; i++) {
			out[i] = in[2 * i];
			out[n + i] = in[2 * i + 1];
		}
	else if (elem == 4)
		for (size_t i = 0; i < n; i++) {
			out[i] = in[4 * i];
			out[n + i] = in[4 * i + 1];
			out[2 * n + i] = in[4 * i + 2];
			out[3 * n + i] = in[4 * i + 3];
		}
	else
		for (size_t k = 0; k < elem; k++)
			for (size_t i = 0; i < n; i++)
				out[k * n + i] = in[i * elem + k];
}

/* width elements, whose byte k lies in plane k of n bytes. */
static void
gather(const unsigned char *restrict planes, size_t n, size_t elem, unsigned char *restrict out, size_t width)
{
	if (elem == 2)
		for (size_t i = 0; i < width; i++) {
			out[2 * i] = planes[i];
			out[2 * i + 1] = planes[n + i];
		}
	else if (elem == 4)
		for (size_t i = 0; i < width; i++) {
			out[4 * i] = planes[i];
			out[4 * i + 1] = planes[n + i];
			out[4 * i + 2] = planes[2 * n + i];
			out[4 * i + 3] = planes[3 * n + i];
		}
	else
		for (size_t k = 0; k < elem; k++)
			for (size_t i = 0; i < width; i++)
				out[i * elem + k] = planes[k * n + i];
}

#ifdef WITH_LIBDEFLATE

size_t
codec_bound(size_t n)
{
	return libdeflate_zlib_compress_bound(NULL, n);
}

static size_t
deflate_chunk(struct codec *c, const void *in, size_t n, void *out, size_t room)
{
	if (c->comp == NULL && (c->comp = libdeflate_alloc_compressor(c->level)) == NULL)
		mem_die("out of memory");
	return libdeflate_zlib_compress(c->comp, in, n, out, room);
}

static bool
inflate_chunk(struct codec *c, const void *raw, size_t nraw, void *out, size_t n)
{
	if (c->decomp == NULL && (c->decomp = libdeflate_alloc_decompressor()) == NULL)
		mem_die("out of memory");
	return libdeflate_zlib_decompress(c->decomp, raw, nraw, out, n, NULL) == LIBDEFLATE_SUCCESS;
}

#else

size_t
codec_bound(size_t n)
{
	return compressBound((uLong)n);
}

static size_t
deflate_chunk(struct codec *c, const void *in, size_t n, void *out, size_t room)
{
	uLongf len = (uLongf)room;

	return compress2(out, &len, in, (uLong)n, c->level) == Z_OK ? len : 0;
}

static bool
inflate_chunk(struct codec *c, const void *raw, size_t nraw, void *out, size_t n)
{
	uLongf len = (uLongf)n;

	(void)c;
	return uncompress(out, &len, raw, (uLong)nraw) == Z_OK && len == n;
}

#endif

size_t
codec_encode(struct codec *c, const void *data, size_t n, size_t elem, bool shuffled, void *out)
{
	size_t used;

	if (shuffled && elem > 1) {
		xgrow(&c->scratch, &c->cap, n, 1);
		shuffle(data, c->scratch, n / elem, elem);
		data = c->scratch;
	}
	used = deflate_chunk(c, data, n, out, codec_bound(n));
	if (used == 0)
		mem_die("deflate: out of memory");
	return used;
}

int
codec_decode(struct codec *c, const void *raw, size_t nraw, bool deflated, bool shuffled, size_t elem,
    const struct codec_part *p, void *out, struct err *e)
{
	size_t n = p->rows * p->cols, size = n * elem;
	bool direct = (!shuffled || elem == 1) && p->height == p->rows && p->width == p->cols &&
	    p->stride == p->cols * elem;
	const unsigned char *in = raw;
	unsigned char *to = out;

	if (!deflated && nraw != size)
		return err_set(e, E_DATA, "chunk of %zu bytes where %zu belong", nraw, size);
	if (deflated) {
		if (!direct && mem_grow(&c->scratch, &c->cap, size, 1, e) < 0)
			return -1;
		in = direct ? to : c->scratch;
		if (!inflate_chunk(c, raw, nraw, direct ? to : c->scratch, size))
			return err_set(e, E_DATA, "damaged compressed data");
	}
	for (size_t j = 0; j < p->height && in != to; j++) {
		if (shuffled && elem > 1)
			gather(in + j * p->cols, n, elem, to + j * p->stride, p->width);
		else
			memcpy(to + j * p->stride, in + j * p->cols * elem, p->width * elem);
	}
	return 0;
}
