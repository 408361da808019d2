/* codec - filters of HDF5 chunks against zlib and a plain shuffle */

#include <stdint.h>

#include <zlib.h>

#include "netcdf/codec.h"
#include "tap.h"

#define MAX 70000

static unsigned char data[MAX], stored[2 * MAX], back[MAX], work[MAX];

static void
make_data(size_t n, unsigned seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		data[i] = i % 7 < 4 ? (unsigned char)(i / 50) : (unsigned char)(x >> 24);
	}
}

/* All of a chunk of n bytes. */
static int
decode(struct codec *c, const void *raw, size_t nraw, bool deflate, bool shuffle, size_t elem, void *out, size_t n,
    struct err *e)
{
	const struct codec_part all = { 1, n / elem, 1, n / elem, n };

	return codec_decode(c, raw, nraw, deflate, shuffle, elem, &all, out, e);
}

/* What the stored bytes mean, by other means. */
static int
plain_decode(size_t nstored, size_t n, size_t elem, bool shuffle)
{
	uLongf len = MAX;

	if (uncompress(work, &len, stored, nstored) != Z_OK || len != n)
		return -1;
	memcpy(back, work, n);
	for (size_t k = 0; shuffle && k < elem; k++)
		for (size_t i = 0; i < n / elem; i++)
			back[i * elem + k] = work[k * (n / elem) + i];
	return memcmp(back, data, n);
}

static void
round_trip(struct codec *c, size_t n, size_t elem, bool shuffle)
{
	struct err e = {0};
	size_t nstored;
	int good;

	make_data(n, (unsigned)(n + elem));
	nstored = codec_encode(c, data, n, elem, shuffle, stored);
	good = plain_decode(nstored, n, elem, shuffle && elem > 1) == 0;
	memset(back, 0xAA, n);
	good = good && decode(c, stored, nstored, true, shuffle, elem, back, n, &e) == 0 &&
	    memcmp(back, data, n) == 0;
	ok(good, "%zu bytes of %zu%s %s", n, elem, shuffle ? ", shuffled" : "", e.msg);
}

static void
test_damage(struct codec *c)
{
	size_t n = 4000, nstored;
	int accepted = 0, wrong_code = 0;
	struct err e;

	make_data(n, 5);
	nstored = codec_encode(c, data, n, 2, true, stored);
	for (size_t i = 0; i < nstored; i++) {
		stored[i] ^= 0x40;
		if (decode(c, stored, nstored, true, true, 2, back, n, &e) == 0)
			accepted += memcmp(back, data, n) != 0;	/* some bits mean nothing */
		else if (e.code != E_DATA)
			wrong_code++;
		stored[i] ^= 0x40;
	}
	is_int(accepted, 0, "no damaged byte goes unnoticed");
	is_int(wrong_code, 0, "damage is E_DATA");
	ok(decode(c, stored, nstored - 5, true, true, 2, back, n, &e) < 0, "a cut stream fails");
	ok(decode(c, stored, nstored, true, true, 2, back, n - 2, &e) < 0, "more than expected fails");
	ok(decode(c, stored, nstored, true, true, 2, back, n + 2, &e) < 0, "less than expected fails");
	ok(decode(c, stored, 0, true, false, 2, back, n, &e) < 0, "nothing at all fails");
}

static void
test_without_deflate(struct codec *c)
{
	struct err e;

	make_data(1000, 9);
	ok(decode(c, data, 1000, false, false, 4, back, 1000, &e) == 0 && memcmp(back, data, 1000) == 0,
	    "no filter at all");
	ok(decode(c, data, 999, false, false, 4, back, 1000, &e) < 0 && e.code == E_DATA,
	    "no filter, another size");
	for (size_t k = 0; k < 4; k++)
		for (size_t i = 0; i < 250; i++)
			stored[k * 250 + i] = data[i * 4 + k];
	ok(decode(c, stored, 1000, false, true, 4, back, 1000, &e) == 0 && memcmp(back, data, 1000) == 0,
	    "only shuffle");
}

int
main(void)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 8, 17, 147, 588, 2000, 8192, 17499 };
	static const size_t elems[] = { 1, 2, 4, 3 };
	struct codec *c = codec_new(5);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (size_t k = 0; k < sizeof(elems) / sizeof(*elems); k++) {
			round_trip(c, sizes[i] * elems[k], elems[k], true);
			round_trip(c, sizes[i] * elems[k], elems[k], false);
		}
	test_damage(c);
	test_without_deflate(c);
	codec_free(c);
	codec_free(NULL);
	return tap_done();
}
