/* lines - the variables that are kept per line, per pixel of a line, and per band */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mkgranule.h"

static float
sun_zenith(const struct scene *s, size_t at)
{
	if (s->mask[at] & M_NAV)
		return FILL_S;
	return (float)DEG(acos(fmax(-1.0, fmin(1.0, (double)s->cosz[at]))));
}

static void
bands_make(struct lines *l, const struct opts *o)
{
	size_t i;
	double um;

	for (i = 0; i < o->sen->bands && i < MAX_BANDS; i++) {
		um = o->ds->wavelength[i] / 1000.0;
		l->fwave[i] = (float)o->ds->wavelength[i];
		l->gain[i] = (float)(1.0 - 0.01 * sin(7.0 * um));
		l->f0[i] = (float)(195.0 * exp(-2.2 * fabs(um - 0.48)));
		l->aw[i] = (float)(0.0046 * exp(9.5 * (um - 0.412)));
		l->bbw[i] = (float)(0.0038 * pow(0.412 / um, 4.32));
		l->oz[i] = (float)(0.1 * exp(-pow((um - 0.6) / 0.06, 2.0)));
		l->no2[i] = (float)(6e-19 * exp(-pow((um - 0.41) / 0.08, 2.0)));
		l->tau[i] = (float)(0.0087 * pow(um, -4.09));
	}
}

static int
lines_alloc(struct lines *l, size_t nj, size_t ni)
{
	float **f[] = { &l->slon, &l->clon, &l->elon, &l->slat, &l->clat, &l->elat, &l->csolz,
	    &l->tilt };
	size_t i;

	l->detnum = malloc(nj);
	l->mside = malloc(nj);
	l->rows = malloc(nj * sizeof *l->rows);
	l->cols = malloc(ni * sizeof *l->cols);
	if (l->detnum == NULL || l->mside == NULL || l->rows == NULL || l->cols == NULL)
		return -1;
	for (i = 0; i < sizeof f / sizeof f[0]; i++) {
		*f[i] = malloc(nj * sizeof **f[i]);
		if (*f[i] == NULL)
			return -1;
	}
	return 0;
}

int
lines_make(struct lines *l, const struct scene *s, const struct opts *o, struct fault *f)
{
	size_t det = (size_t)o->sen->det, i, j, at;

	memset(l, 0, sizeof *l);
	if (lines_alloc(l, s->nj, s->ni) < 0) {
		lines_free(l);
		(void)snprintf(f->msg, sizeof f->msg, "%zu lines: %s", s->nj, strerror(ENOMEM));
		return -1;
	}
	for (j = 0; j < s->nj; j++) {
		at = j * s->ni;
		l->detnum[j] = (signed char)(j % det);
		l->mside[j] = (signed char)(j / det % 2);
		l->slon[j] = s->lon[at];
		l->clon[j] = s->lon[at + s->ni / 2];
		l->elon[j] = s->lon[at + s->ni - 1];
		l->slat[j] = s->lat[at];
		l->clat[j] = s->lat[at + s->ni / 2];
		l->elat[j] = s->lat[at + s->ni - 1];
		l->csolz[j] = sun_zenith(s, at + s->ni / 2);
		l->tilt[j] = 0.0f;
		l->rows[j] = (int)j + 1;
	}
	for (i = 0; i < s->ni; i++)
		l->cols[i] = (int)i + 1;
	bands_make(l, o);
	return 0;
}

void
lines_free(struct lines *l)
{
	free(l->detnum);
	free(l->mside);
	free(l->rows);
	free(l->cols);
	free(l->slon);
	free(l->clon);
	free(l->elon);
	free(l->slat);
	free(l->clat);
	free(l->elat);
	free(l->csolz);
	free(l->tilt);
	memset(l, 0, sizeof *l);
}
