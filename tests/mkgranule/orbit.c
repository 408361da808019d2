/* orbit - where the sensor looks: circular orbit, turning earth, scans of several detectors */

#include <math.h>

#include "mkgranule.h"

#define EARTH_RATE	7.2921159e-5	/* rad/s */

static size_t
n_scans(const struct opts *o)
{
	return (o->lines + (size_t)o->sen->det - 1) / (size_t)o->sen->det;
}

static bool
descends(const struct opts *o)
{
	if (o->heading != BY_DATASET)
		return o->heading == DESCENDING;
	return o->ds->day_descends != (o->light == NIGHT);
}

static double
nadir_lon(const struct orbit *ob, double scan)
{
	struct frame f;

	orbit_frame(ob, scan, &f);
	return atan2(f.nadir[1], f.nadir[0]);
}

/*
 * The sun stands where the asked light falls on the whole granule, whatever time and place were
 * asked. In a mixed granule the terminator runs along the left rim, so that every line has both
 * sides.
 */
static void
sun_init(struct orbit *ob, const struct opts *o, double mid)
{
	struct column rim;
	struct frame f;
	double z = RAD(o->light == DAY ? 38.0 : 134.0);
	int i;

	if (o->light == MIXED) {
		column_init(&rim, o, 0);
		z = PI / 2.0 - 0.9 * asin((double)rim.sa);
	}
	orbit_frame(ob, mid, &f);
	for (i = 0; i < 3; i++)
		ob->sun[i] = cos(z) * f.nadir[i] + sin(z) * (0.98 * f.right[i] - 0.2 * f.track[i]);
}

void
orbit_init(struct orbit *ob, const struct opts *o)
{
	const struct sensor *s = o->sen;
	double mid = ((double)n_scans(o) - 1.0) / 2.0, u;

	ob->rate = 2.0 * PI / s->period;
	ob->incl = RAD(s->incl);
	ob->step = s->step;
	ob->node = 0.0;
	if (o->pole) {
		ob->u0 = PI / 2.0 - ob->rate * s->step * mid;
	} else {
		u = asin(fmax(-1.0, fmin(1.0, sin(RAD(o->lat)) / sin(ob->incl))));
		ob->u0 = descends(o) ? PI - u : u;
		/* what is asked for is the first line, not the middle of the first scan */
		ob->u0 += (s->det - 1) / 2.0 * s->ifov * s->height / EARTH_KM;
	}
	if (o->dateline)
		ob->node = PI - nadir_lon(ob, mid);
	else
		ob->node = RAD(o->lon) - nadir_lon(ob, 0.0);
	sun_init(ob, o, mid);
}

void
orbit_frame(const struct orbit *ob, double scan, struct frame *f)
{
	double t = scan * ob->step;
	double cu = cos(ob->u0 + ob->rate * t), su = sin(ob->u0 + ob->rate * t);
	double ci = cos(ob->incl), si = sin(ob->incl);
	double cw = cos(ob->node - EARTH_RATE * t), sw = sin(ob->node - EARTH_RATE * t);
	double n[3] = { cu, su * ci, su * si }, v[3] = { -su, cu * ci, cu * si };

	f->nadir[0] = n[0] * cw - n[1] * sw;
	f->nadir[1] = n[0] * sw + n[1] * cw;
	f->nadir[2] = n[2];
	f->track[0] = v[0] * cw - v[1] * sw;
	f->track[1] = v[0] * sw + v[1] * cw;
	f->track[2] = v[2];
	f->right[0] = f->track[1] * f->nadir[2] - f->track[2] * f->nadir[1];
	f->right[1] = f->track[2] * f->nadir[0] - f->track[0] * f->nadir[2];
	f->right[2] = f->track[0] * f->nadir[1] - f->track[1] * f->nadir[0];
}

void
orbit_crossing(const struct orbit *ob, const struct opts *o, double *lon, double *ago)
{
	double u = ob->u0 - (o->ds->day_descends ? PI : 0.0);

	u -= floor(u / (2.0 * PI)) * 2.0 * PI;
	*ago = u / ob->rate;
	*lon = DEG(nadir_lon(ob, -*ago / ob->step));
}

/* VIIRS adds up 1, 2 or 3 samples to a pixel, edge to middle: the samples before position p. */
static double
samples(double p)
{
	if (p > 1600.0)
		return 6304.0 - samples(3200.0 - p);
	if (p < 640.0)
		return p;
	if (p < 1008.0)
		return 640.0 + 2.0 * (p - 640.0);
	return 1376.0 + 3.0 * (p - 1008.0);
}

/* Pixel 0 looks to the right of the flight direction. Narrow lines sample the whole swath. */
void
column_init(struct column *c, const struct opts *o, size_t i)
{
	const struct sensor *s = o->sen;
	double part = ((double)i + 0.5) / (double)o->pixels;
	double at = s == &sensors[VIIRS] ? samples(part * (double)s->pixels) / 6304.0 : part;
	double scan = RAD(s->half_scan) * (1.0 - 2.0 * at);
	double zen = asin((EARTH_KM + s->height) / EARTH_KM * sin(scan));
	double earth = zen - scan;
	double range = s->height;

	if (fabs(scan) > 1e-6)
		range = EARTH_KM * sin(earth) / sin(scan);
	c->ca = (float)cos(earth);
	c->sa = (float)sin(earth);
	c->line = (float)(s->ifov * range / EARTH_KM);
	c->zen = (float)DEG(fabs(zen));
	c->full = (unsigned)(part * (double)s->pixels);
}
