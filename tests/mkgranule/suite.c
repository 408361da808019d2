/* suite - the packed variables of one suite: temperatures with their quality, or ocean colour */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mkgranule.h"

/* l2_flags */
enum {
	L_ATMFAIL = 1 << 0, L_LAND = 1 << 1, L_PRODWARN = 1 << 2, L_HIGLINT = 1 << 3,
	L_HILT = 1 << 4, L_HISATZEN = 1 << 5, L_COASTZ = 1 << 6, L_STRAYLIGHT = 1 << 8,
	L_CLDICE = 1 << 9, L_TURBIDW = 1 << 11, L_HISOLZEN = 1 << 12, L_CHLFAIL = 1 << 15,
	L_MODGLINT = 1 << 20, L_CHLWARN = 1 << 21, L_SEAICE = 1 << 24, L_NAVFAIL = 1 << 25,
	L_BOWTIEDEL = 1 << 28, L_PRODFAIL = 1 << 30
};

/* flags_sst, and two reasons that have no flag there */
enum {
	S_ISMASKED, S_BTBAD, S_BTRANGE, S_BTDIFF, S_SSTRANGE, S_SSTREFDIFF, S_OTHERDIFF,
	S_OTHERVDIFF, S_BTNONUNIF, S_BTVNONUNIF, S_BT4REFDIFF, S_REDNONUNIF, S_HISENZ, S_VHISENZ,
	S_SSTREFVDIFF, S_CLOUD, S_GLINT, S_DAYLIGHT
};

/* The quality that each flag permits at best. */
static const signed char grades[] = {
	[S_ISMASKED] = 4, [S_BTBAD] = 4, [S_BTRANGE] = 3, [S_BTDIFF] = 3, [S_SSTRANGE] = 3,
	[S_SSTREFDIFF] = 2, [S_OTHERDIFF] = 1, [S_OTHERVDIFF] = 2, [S_BTNONUNIF] = 1,
	[S_BTVNONUNIF] = 3, [S_BT4REFDIFF] = 0, [S_REDNONUNIF] = 2, [S_HISENZ] = 1, [S_VHISENZ] = 3,
	[S_SSTREFVDIFF] = 3, [S_CLOUD] = 3, [S_GLINT] = 1, [S_DAYLIGHT] = 3
};

#define COS80	0.173648178f
#define COS75	0.258819045f
#define COS85	0.087155743f

struct algo {
	const struct scene *s;
	const struct opts *o;
	struct product	*p;
	uint64_t	seed;
	bool		shortwave;	/* SST4, SST3: night only */
	unsigned	haze;		/* by how much it sees more cloud */
	float		vhisenz;	/* degrees */
	float		sigma;		/* K */
	float		stripe[16];	/* K, by detector */
};

static short
pack(float v, float scale)
{
	float q = v / scale;

	if (!(q < 32767.0f))
		return 32767;
	return q <= -32766.0f ? -32766 : (short)lroundf(q);
}

int
product_new(struct product *p, const struct scene *s, bool oc, struct fault *f)
{
	size_t n = s->nj * s->ni;
	int i;

	memset(p, 0, sizeof *p);
	for (i = 0; i < 4; i++)
		p->s[i] = malloc(n * sizeof *p->s[i]);
	p->qual = malloc(n * sizeof *p->qual);
	p->l2 = malloc(n * sizeof *p->l2);
	p->chl = malloc((oc ? n : 1) * sizeof *p->chl);
	if (p->s[0] && p->s[1] && p->s[2] && p->s[3] && p->qual && p->l2 && p->chl)
		return 0;
	product_free(p);
	(void)snprintf(f->msg, sizeof f->msg, "%zu x %zu pixels: %s", s->nj, s->ni,
	    strerror(ENOMEM));
	return -1;
}

void
product_free(struct product *p)
{
	int i;

	for (i = 0; i < 4; i++)
		free(p->s[i]);
	free(p->qual);
	free(p->l2);
	free(p->chl);
	memset(p, 0, sizeof *p);
}

/* What the flags of all suites share. */
static int
l2_common(const struct scene *s, size_t i, size_t at)
{
	int l2 = 0;

	if (s->mask[at] & M_NAV)
		return L_NAVFAIL;
	if (s->mask[at] & M_BOWTIE)
		return L_BOWTIEDEL;
	l2 |= s->mask[at] & M_LAND ? L_LAND : 0;
	l2 |= s->mask[at] & M_COAST ? L_COASTZ : 0;
	l2 |= s->col[i].zen > 60.0f ? L_HISATZEN : 0;
	l2 |= s->cosz[at] < COS75 ? L_HISOLZEN : 0;
	l2 |= !(l2 & L_LAND) && s->ref[at] < -280 ? L_SEAICE : 0;
	return l2;
}

/* Flags that follow from place, light and cloud. */
static unsigned
sst_flags(const struct algo *a, size_t i, size_t at)
{
	const struct scene *s = a->s;
	const struct column *c = &s->col[i];
	unsigned fl = 0, cloud = s->cloud[at] + a->haze;
	bool day = s->cosz[at] > COS85;

	if (s->mask[at] & (M_LAND | M_NAV))
		return 1u << S_ISMASKED;
	if ((s->mask[at] & M_BOWTIE) || a->o->all_fill)
		return 1u << S_BTBAD;
	if (c->zen > 55.0f)
		fl |= 1u << S_HISENZ;
	if (c->zen > a->vhisenz || c->full < 2 || c->full >= a->o->sen->pixels - 2)
		fl |= 1u << S_VHISENZ;
	if (cloud >= s->cloudy)
		fl |= 1u << S_CLOUD;
	else if (cloud >= s->thin)
		fl |= 1u << (day ? S_REDNONUNIF : S_OTHERVDIFF);
	else if (cloud >= s->edge)
		fl |= 1u << (day ? S_BTNONUNIF : S_OTHERDIFF);
	if (!day || !(s->mask[at] & M_GLINT))
		return a->shortwave && day ? fl | 1u << S_DAYLIGHT : fl;
	return fl | (a->shortwave ? 1u << S_BTBAD : 1u << S_GLINT);
}

/* The temperature as retrieved: cloud makes it too cold, by up to 35 K. */
static float
retrieve(const struct algo *a, size_t j, size_t at, uint64_t bits)
{
	const struct scene *s = a->s;
	float t = s->sst[at] + a->sigma * noise_gauss(bits) + a->stripe[j % (size_t)a->o->sen->det];
	unsigned cloud = s->cloud[at] + a->haze;
	float deep;

	if (cloud >= s->cloudy) {
		deep = 1.5f + (float)(cloud - s->cloudy) * (90.0f / 65536.0f);
		t -= (deep > 35.0f ? 35.0f : deep) * (a->shortwave ? 0.9f : 1.0f);
		t += 0.3f * noise_gauss(noise_bits(bits, 1));
	} else if (cloud >= s->thin) {
		t -= 0.9f;
	} else if (cloud >= s->edge) {
		t -= 0.3f;
	}
	return t;
}

static unsigned
range_flags(float t, float ref)
{
	unsigned fl = 0;

	if (t < -4.0f || t > 37.0f)
		fl |= 1u << S_BTRANGE;
	if (t < -1.8f || t > 40.0f)
		fl |= 1u << S_SSTRANGE;
	if (t - ref < -3.0f)
		fl |= 1u << S_SSTREFDIFF;
	if (t - ref < -5.0f)
		fl |= 1u << S_SSTREFVDIFF;
	return fl;
}

static signed char
grade(unsigned fl)
{
	signed char q = 0;
	size_t k;

	for (k = 0; fl >> k != 0; k++)
		if ((fl >> k & 1u) && grades[k] > q)
			q = grades[k];
	return q;
}

/* Error statistics come from small tables, so they have few values. In units of 0.005 K. */
static void
statistics(signed char q, float zen, float t, short *bias, short *stdv)
{
	static const short by_quality[2][4] = { { -30, -66, -128, -240 }, { 62, 94, 150, 290 } };
	static const short by_zenith[2][5] = { { 0, -4, -8, -14, -24 }, { 0, 4, 8, 16, 30 } };
	static const short by_warmth[2][7] = {
		{ -22, -12, -4, 4, 12, 24, 36 }, { 28, 16, 6, 0, -4, -8, -12 }
	};
	int z = zen < 30.0f ? 0 : zen < 40.0f ? 1 : zen < 50.0f ? 2 : zen < 60.0f ? 3 : 4;
	int w = t < 0.0f ? 0 : t >= 30.0f ? 6 : (int)(t / 5.0f);

	*bias = (short)(by_quality[0][q] + by_zenith[0][z] + by_warmth[0][w]);
	*stdv = (short)(by_quality[1][q] + by_zenith[1][z] + by_warmth[1][w]);
}

static int
sst_l2(const struct algo *a, size_t i, size_t at, signed char q, unsigned fl)
{
	const struct scene *s = a->s;
	int l2 = l2_common(s, i, at);

	if (l2 & (L_NAVFAIL | L_BOWTIEDEL | L_LAND))
		return l2;
	if (q == 4 || (fl & 1u << S_DAYLIGHT))
		l2 |= L_PRODFAIL;
	else if (a->shortwave && q == 2)
		l2 |= L_PRODWARN;
	if (a->shortwave || s->cosz[at] <= COS85)
		return l2;
	l2 |= fl & 1u << S_CLOUD ? L_CLDICE : 0;
	l2 |= s->mask[at] & M_GLINT ? L_HIGLINT : 0;
	return l2;
}

static void
sst_pixel(const struct algo *a, size_t j, size_t i, size_t at)
{
	struct product *p = a->p;
	unsigned fl = sst_flags(a, i, at);
	uint64_t bits;
	float t;

	p->s[0][at] = p->s[2][at] = p->s[3][at] = FILL_S;
	p->qual[at] = grade(fl);
	if (p->qual[at] < 4) {
		bits = noise_bits(a->seed, at);
		t = retrieve(a, j, at, bits);
		fl |= range_flags(t, (float)a->s->ref[at] * 0.005f);
		if (bits % 211 == 0)
			fl |= 1u << S_BTNONUNIF;
		p->qual[at] = grade(fl);
		p->s[0][at] = pack(t, 0.005f);
		statistics(p->qual[at], a->s->col[i].zen, t, &p->s[2][at], &p->s[3][at]);
	}
	p->l2[at] = sst_l2(a, i, at, p->qual[at], fl);
	/* bit 15 is the sign */
	p->s[1][at] = (short)((int)(fl & 0x7fffu) - (fl & 1u << S_CLOUD ? 0x8000 : 0));
}

/* Takes the statistics away from exactly `want` of the pixels with a temperature. */
static void
statistics_lose(const struct algo *a)
{
	struct product *p = a->p;
	size_t at, n = a->s->nj * a->s->ni, left = 0, want;

	for (at = 0; at < n; at++)
		left += p->s[0][at] != FILL_S;
	want = a->o->fill_bias < 0 ? left / 3000 + 1 : (size_t)a->o->fill_bias;
	for (at = 0; at < n && want > 0; at++) {
		if (p->s[0][at] == FILL_S)
			continue;
		if (noise_bits(a->seed ^ 0x5555, at) % left < want) {
			p->s[2][at] = p->s[3][at] = FILL_S;
			want--;
		}
		left--;
	}
}

static float
ten_to(float x)
{
	return expf(x * 2.30258509f);
}

/* chlor_a, Kd_490, aerosol; the sea is greener towards the coast and in cold water. */
static int
oc_values(const struct algo *a, size_t at)
{
	const struct scene *s = a->s;
	struct product *p = a->p;
	uint64_t bits = noise_bits(a->seed, at);
	float x = ((float)s->shore[at] - 32768.0f) / 16384.0f;
	int l2 = 0;

	if (bits % 499 == 0)
		return L_CHLFAIL;
	x = -0.45f + 0.55f * x - 0.035f * (s->sst[at] - 18.0f) + 0.015f * noise_gauss(bits);
	if (s->mask[at] & M_COAST)
		x += 0.5f;
	if (bits % 4999 == 1)
		x += 3.0f;		/* out of the valid range now and then */
	p->chl[at] = ten_to(x);
	p->s[0][at] = pack(0.0166f + 0.0773f * ten_to(0.6715f * x), 0.0002f);
	p->s[1][at] = pack(0.06f + 0.12f * (float)s->cloud[at] / 65536.0f, 0.0001f);
	p->s[2][at] = pack(1.1f + 0.1f * noise_gauss(bits), 0.0001f);
	if (p->chl[at] < 0.001f || p->chl[at] > 100.0f)
		l2 |= L_CHLWARN;
	if (p->chl[at] > 10.0f)
		l2 |= L_TURBIDW;
	return l2;
}

/* What hides the sea from ocean colour by day. */
static int
oc_veil(const struct scene *s, size_t at)
{
	int l2 = 0;

	if (s->cloud[at] >= s->cloudy)
		l2 |= L_CLDICE | L_ATMFAIL | (s->cloud[at] % 8 > 2 ? L_HILT : 0);
	else if (s->cloud[at] >= s->stray)
		l2 |= L_STRAYLIGHT;
	if (s->mask[at] & M_GLINT)
		l2 |= L_HIGLINT | L_MODGLINT;
	return l2;
}

static void
oc_pixel(const struct algo *a, size_t i, size_t at)
{
	const struct scene *s = a->s;
	struct product *p = a->p;
	int l2 = l2_common(s, i, at);

	p->chl[at] = FILL_S;
	p->s[0][at] = p->s[1][at] = p->s[2][at] = FILL_S;
	if (!(l2 & (L_NAVFAIL | L_BOWTIEDEL | L_LAND)) && s->cosz[at] > 0.0f) {
		l2 |= oc_veil(s, at);
		/* a little beyond the flag, so that mixed granules have some values too */
		if (s->cosz[at] >= COS80 &&
		    !(l2 & (L_CLDICE | L_STRAYLIGHT | L_HIGLINT | L_SEAICE)))
			l2 |= oc_values(a, at);
	}
	p->l2[at] = l2;
}

void
suite_make(struct product *p, const struct scene *s, const struct opts *o, enum suite_id id)
{
	struct algo a = { .s = s, .o = o, .p = p, .seed = noise_bits(o->seed, 100 + (uint64_t)id) };
	size_t i, j, at = 0;

	p->suite = id;
	a.shortwave = id == SST4 || id == SST3;
	a.haze = a.shortwave && s->cloudy < 65536 ? 250 : 0;
	a.vhisenz = o->ds->sensor == VIIRS && id == SST ? 65.0f : 75.0f;
	a.sigma = a.shortwave ? 0.07f : 0.05f;
	for (i = 0; i < 16; i++)
		a.stripe[i] = 0.02f * noise_gauss(noise_bits(a.seed ^ 0x3333, i));
	for (j = 0; j < s->nj; j++)
		for (i = 0; i < s->ni; i++, at++)
			if (id == OC)
				oc_pixel(&a, i, at);
			else
				sst_pixel(&a, j, i, at);
	if (id != OC)
		statistics_lose(&a);
}
