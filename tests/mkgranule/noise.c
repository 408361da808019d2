/* noise - smooth random functions of the position on the unit sphere, random numbers by index */

#include "mkgranule.h"

/* splitmix64 */
uint64_t
noise_bits(uint64_t seed, uint64_t index)
{
	uint64_t z = seed + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Four uniform numbers make a good enough bell; the deviation of their sum is 65536 / sqrt(3). */
float
noise_gauss(uint64_t bits)
{
	int sum = (int)(bits & 0xffff) + (int)(bits >> 16 & 0xffff) + (int)(bits >> 32 & 0xffff) +
	    (int)(bits >> 48);

	return (float)(sum - 131070) * (1.7320508f / 65536.0f);
}

void
noise_init(struct noise *n, uint64_t seed)
{
	uint8_t swap;
	size_t i, k;

	for (i = 0; i < 256; i++) {
		n->val[i] = (float)(noise_bits(seed, i) >> 40) / 8388608.0f - 1.0f;
		n->perm[i] = (uint8_t)i;
	}
	for (i = 255; i > 0; i--) {
		k = (size_t)(noise_bits(seed, 256 + i) % (i + 1));
		swap = n->perm[i];
		n->perm[i] = n->perm[k];
		n->perm[k] = swap;
	}
	for (i = 0; i < 256; i++)
		n->perm[256 + i] = n->perm[i];
}

static inline int
cell(float x, float *t)
{
	int i = (int)x;
	float d;

	i -= x < (float)i;
	d = x - (float)i;
	*t = d * d * (3.0f - 2.0f * d);
	return i & 255;
}

/* Random values at the corners of a cubic lattice, interpolated with a continuous slope. */
float
noise_at(const struct noise *n, const float p[3], float km)
{
	const float *v = n->val;
	const uint8_t *q = n->perm;
	float per = (float)EARTH_KM / km, tx, ty, tz, a, b, c, d;
	int x = cell(p[0] * per, &tx), y = cell(p[1] * per, &ty), z = cell(p[2] * per, &tz);
	int a0 = q[q[x] + y] + z, a1 = q[q[x] + y + 1] + z;
	int b0 = q[q[x + 1] + y] + z, b1 = q[q[x + 1] + y + 1] + z;

	a = v[q[a0]] + tz * (v[q[a0 + 1]] - v[q[a0]]);
	b = v[q[a1]] + tz * (v[q[a1 + 1]] - v[q[a1]]);
	c = v[q[b0]] + tz * (v[q[b0 + 1]] - v[q[b0]]);
	d = v[q[b1]] + tz * (v[q[b1 + 1]] - v[q[b1]]);
	a += ty * (b - a);
	c += ty * (d - c);
	return a + tx * (c - a);
}

float
noise_sum(const struct noise *n, const float p[3], float km, int octaves, float gain)
{
	float sum = 0.0f, weight = 1.0f;

	for (; octaves > 0; octaves--) {
		sum += weight * noise_at(n, p, km);
		weight *= gain;
		km *= 0.47f;	/* not a half, so that the lattices do not coincide */
	}
	return sum;
}
