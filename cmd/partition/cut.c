/* cut - arithmetic of tokens, arrays and jobs */

#include "cut.h"

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct cut
cut_tokens(int n, int f, const size_t keys[PTYPE_COUNT], size_t max)
{
	size_t q = keys[PTYPE_QUICKLOOK], r = keys[PTYPE_REFINED], aq, ar;
	struct cut c = { .floating_refined = false };
	int left, all = n + f;		/* left: tokens of the dataset for refined */

	if (q == 0) {
		aq = 0;
		ar = (size_t)all / 2;
		left = all / 2 - f;		/* tokens of the dataset; the floating one is used too */
	} else if (r == 0) {
		aq = (size_t)all;
		ar = 0;
		left = 0;
	} else {
		ar = n / 2 > 0 ? (size_t)(n / 2) : 1;
		aq = (size_t)all - ar;
		left = n / 2;
	}
	aq = least(least(aq, q), max);
	ar = least(least(ar, r), max);
	c.arrays[PTYPE_QUICKLOOK] = aq;
	c.arrays[PTYPE_REFINED] = ar;
	c.r = (int)least((size_t)left, ar);
	if (q > 0)
		c.ql = (int)least((size_t)(n - left), aq);
	c.floating_refined = (size_t)c.r < ar;
	c.floating = c.floating_refined || (size_t)c.ql < aq;
	return c;
}

struct part
cut_part(size_t m, size_t k, size_t i)
{
	size_t q = m / k, e = m % k;

	return (struct part){ i * q + least(i, e), q + (i < e) };
}

size_t
cut_jobs(size_t n, size_t batch, size_t max)
{
	return least((n + batch - 1) / batch, max);
}
