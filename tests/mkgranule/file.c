/* file - one granule file: dimensions, attributes, variables, summaries */

#include <errno.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mkgranule.h"

#define MAX_VARS	16

/* A file being written. The first error stays; everything after it does nothing. */
struct out {
	const struct granule *g;
	const void	*data[N_ROLE];
	int		nc;
	int		dim_lines, dim_pixels, dim_positions, dim_bands, dim_refl;
	int		status;
	char		where[64];
};

static void
check(struct out *w, int status, const char *where)
{
	if (status == NC_NOERR || w->status != NC_NOERR)
		return;
	w->status = status;
	(void)snprintf(w->where, sizeof w->where, "%s", where);
}

/* Text of the root and of groups counts its NUL, text of variables does not. */
static void
put_text(struct out *w, int nc, int var, const char *name, const char *text, bool nul)
{
	if (w->status == NC_NOERR && text != NULL)
		check(w, nc_put_att_text(nc, var, name, strlen(text) + nul, text), name);
}

static void
put_number(struct out *w, int nc, int var, const char *name, int type, double v)
{
	if (w->status == NC_NOERR)
		check(w, nc_put_att_double(nc, var, name, type, 1, &v), name);
}

static int
put_dim(struct out *w, int nc, const char *name, size_t n)
{
	int id = 0;

	if (w->status == NC_NOERR)
		check(w, nc_def_dim(nc, name, n, &id), name);
	return id;
}

static int
put_group(struct out *w, int nc, const char *name)
{
	int id = nc;

	if (w->status == NC_NOERR)
		check(w, nc_def_grp(nc, name, &id), name);
	return id;
}

static void
put_dims(struct out *w)
{
	const struct opts *o = w->g->o;
	const struct sensor *s = o->sen;

	w->dim_lines = put_dim(w, w->nc, "number_of_lines", o->lines);
	w->dim_pixels = w->dim_positions = put_dim(w, w->nc, "pixels_per_line", o->pixels);
	if (o->gen != G14)
		(void)put_dim(w, w->nc, "bands_per_pixel", s->per_pixel);
	if (o->gen == G22 || o->gen == G24)
		(void)put_dim(w, w->nc, "number_of_reflectance_location_values", 10);
	if (o->gen == G24)
		(void)put_dim(w, w->nc, "number_of_cloud_phases", 2);
	else
		w->dim_positions = put_dim(w, w->nc, "pixel_control_points", o->pixels);
	w->dim_bands = put_dim(w, w->nc, "number_of_bands", s->bands);
	w->dim_refl = put_dim(w, w->nc, "number_of_reflective_bands", s->refl);
}

static void
put_globals(struct out *w)
{
	const struct opts *o = w->g->o;
	const struct gattr *a;
	const char *at;

	for (a = gattrs; a->name != NULL && w->status == NC_NOERR; a++) {
		if (!(a->gens & o->gen) || !(a->sensors & 1u << o->ds->sensor))
			continue;
		at = (const char *)w->g->v + a->off;
		if (a->type == 't')
			put_text(w, w->nc, NC_GLOBAL, a->name, a->text, true);
		else if (a->type == 's')
			put_text(w, w->nc, NC_GLOBAL, a->name, at, true);
		else if (a->type == 'f')
			check(w, nc_put_att_float(w->nc, NC_GLOBAL, a->name, NC_FLOAT, 1,
			    (const void *)at),
			    a->name);
		else if (a->type == 'i')
			check(w, nc_put_att_int(w->nc, NC_GLOBAL, a->name, NC_INT, 1,
			    (const void *)at),
			    a->name);
		else
			check(w, nc_put_att_double(w->nc, NC_GLOBAL, a->name, NC_DOUBLE, 1,
			    (const void *)at), a->name);
	}
}

static size_t
at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
by_hundred(size_t n)
{
	return at_most(n, n >= 1000 ? n / 100 + 1 : n / 3 + 1);
}

/* The writer's own choice of chunks, by generation. */
static void
chunk_shape(const struct opts *o, enum shape shape, size_t n, size_t chunk[2])
{
	size_t j = o->lines, i = o->pixels, hundred = j / 100 + 1;

	if (shape == SWATH && o->chunked) {
		chunk[0] = at_most(o->chunk[0], j);
		chunk[1] = at_most(o->chunk[1], i);
	} else if (o->gen == G14) {
		hundred = hundred < 10 ? 10 : hundred > 40 ? 40 : hundred;
		chunk[0] = shape == SWATH ? at_most(hundred, j) : at_most(10, n);
		chunk[1] = at_most(i, i / 3 + 1);
	} else if (o->gen == G24) {
		chunk[0] = shape == SWATH ? at_most(256, j) : at_most(32, n);
		chunk[1] = at_most(2048, i);
	} else {
		chunk[0] = by_hundred(n);
		chunk[1] = by_hundred(i);
	}
}

static const char *
var_name(const struct out *w, const struct vdef *d)
{
	return d->name != NULL ? d->name : w->g->o->ds->aot;
}

static void
put_storage(struct out *w, int nc, int var, const struct vdef *d)
{
	const struct opts *o = w->g->o;
	size_t n[] = { [LINES] = o->lines, [PIXELS] = o->pixels, [SWATH] = o->lines,
	    [BANDS] = o->sen->bands, [REFL] = o->sen->refl };
	size_t chunk[2];

	if (o->chunked ? o->chunk[0] == 0 : o->deflate == 0) {
		check(w, nc_def_var_chunking(nc, var, NC_CONTIGUOUS, NULL), var_name(w, d));
		return;
	}
	chunk_shape(o, d->shape, n[d->shape], chunk);
	check(w, nc_def_var_chunking(nc, var, NC_CHUNKED, chunk), var_name(w, d));
	if (o->deflate > 0 && w->status == NC_NOERR)
		check(w, nc_def_var_deflate(nc, var, o->gen != G14, 1, o->deflate), var_name(w, d));
}

/* The name of a bit, which depends on satellite and generation in three places. */
static const char *
bit_name(const struct opts *o, const char *const *names, size_t i, char tmp[24])
{
	const char *name = names[i];

	if (names == sst_names && i == 10 && o->ds->sensor == VIIRS)
		name = "SPARE";
	if (names == l2_names && i == 23 && o->gen == G24)
		name = "OPSHAL";
	if (name[0] != '%')
		return name;
	(void)snprintf(tmp, 24, "%s%s", o->ds->sensor == MODIS ? "SST4" : "SST3", name + 2);
	return tmp;
}

static void
join(char *out, size_t size, const char *const *names, size_t n, const struct opts *o)
{
	char tmp[24];
	size_t i, used = 0;

	for (i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "",
		    bit_name(o, names, i, tmp));
}

static void
put_flags(struct out *w, int nc, int var, const struct vdef *d)
{
	const struct opts *o = w->g->o;
	int masks[32];
	short small[16];
	char text[512] = "";
	size_t i, n = d->flags == F_L2 ? 32 : d->flags == F_SST ? 16 : 5;

	if (d->flags == NO_FLAGS || !(d->flag_gens & o->gen) || w->status != NC_NOERR)
		return;
	for (i = 0; i < 31; i++)
		masks[i] = 1 << i;
	masks[31] = INT32_MIN;
	for (i = 0; i < 16; i++)
		small[i] = (short)(d->flags == F_QUAL ? (int)i : i < 15 ? 1 << i : -32768);
	if (d->flags == F_L2)
		check(w, nc_put_att_int(nc, var, "flag_masks", NC_INT, n, masks), var_name(w, d));
	else
		check(w, nc_put_att_short(nc, var, "flag_masks", NC_SHORT, n, small),
		    var_name(w, d));
	join(text, sizeof text,
	    d->flags == F_L2 ? l2_names : d->flags == F_SST ? sst_names : qual_names, n, o);
	put_text(w, nc, var, "flag_meanings", text, true);
}

static void
put_var_atts(struct out *w, int nc, int var, const struct vdef *d)
{
	const struct opts *o = w->g->o;
	bool aerosol = d->role == R_AOT, position = d->role == R_LON || d->role == R_LAT;

	put_text(w, nc, var, "long_name", aerosol ? o->ds->aot_long : d->long_name, false);
	if (d->scale > 0.0f && w->status == NC_NOERR) {
		check(w, nc_put_att_float(nc, var, "scale_factor", NC_FLOAT, 1, &d->scale),
		    var_name(w, d));
		check(w, nc_put_att_float(nc, var, "add_offset", NC_FLOAT, 1, &d->offset),
		    var_name(w, d));
	}
	put_text(w, nc, var, "units", d->units, false);
	if (o->gen == G24 && d->shape == SWATH && !position)
		put_text(w, nc, var, "coordinates", "longitude latitude", false);
	put_text(w, nc, var, "standard_name", d->standard, false);
	if (d->filled)
		put_number(w, nc, var, "_FillValue", d->type, d->fill);
	if (d->ranged) {
		put_number(w, nc, var, "valid_min", d->type, d->min);
		put_number(w, nc, var, "valid_max", d->type, d->max);
	}
	if (o->gen == G24)
		put_flags(w, nc, var, d);
	put_text(w, nc, var, "reference", d->reference, false);
	if (o->gen != G24)
		put_flags(w, nc, var, d);
}

static int
put_var(struct out *w, int nc, const struct vdef *d, int dim_bands)
{
	const char *name = var_name(w, d);
	int dims[2] = { w->dim_lines, w->dim_pixels }, var = 0;

	if (d->shape == PIXELS)
		dims[0] = w->dim_positions;
	else if (d->shape == BANDS)
		dims[0] = dim_bands;
	else if (d->shape == REFL)
		dims[0] = w->dim_refl;
	if (d->role == R_LON || d->role == R_LAT)
		dims[1] = w->dim_positions;
	if (w->status == NC_NOERR)
		check(w, nc_def_var(nc, name, d->type, d->shape == SWATH ? 2 : 1, dims, &var),
		    name);
	if (w->status == NC_NOERR)
		put_storage(w, nc, var, d);
	put_var_atts(w, nc, var, d);
	return var;
}

static void
put_ring(struct out *w, int nc)
{
	const struct cover *c = w->g->c;
	size_t n = (size_t)c->n_ring;

	if (n == 0 || w->status != NC_NOERR)
		return;
	check(w, nc_put_att_float(nc, NC_GLOBAL, "gringpointlongitude", NC_FLOAT, n, c->ring_lon),
	    "gring");
	check(w, nc_put_att_float(nc, NC_GLOBAL, "gringpointlatitude", NC_FLOAT, n, c->ring_lat),
	    "gring");
	check(w, nc_put_att_int(nc, NC_GLOBAL, "gringpointsequence", NC_INT, n, c->ring_seq),
	    "gring");
}

static const struct vgroup *
group_vars(const struct out *w, const struct vgroup *grp)
{
	return grp->vars != NULL ? grp : &suite_vars[w->g->p->suite];
}

static void
put_percentages(struct out *w, int nc, const char *const *names, const size_t *hits, size_t n)
{
	size_t total = w->g->s->nj * w->g->s->ni, i;
	char tmp[24];

	for (i = 0; i < n; i++)
		put_number(w, nc, NC_GLOBAL, bit_name(w->g->o, names, i, tmp), NC_FLOAT,
		    100.0 * (double)hits[i] / (double)total);
}

static void
put_summary(struct out *w, int nc)
{
	const struct product *p = w->g->p;
	size_t l2[32] = { 0 }, fl[16] = { 0 }, q[5] = { 0 }, at, n = w->g->s->nj * w->g->s->ni;
	unsigned bits, k;
	char name[64];

	for (at = 0; at < n; at++) {
		for (bits = (unsigned)p->l2[at], k = 0; bits != 0; bits >>= 1, k++)
			l2[k] += bits & 1u;
		if (p->suite == OC || w->g->o->gen != G14)
			continue;
		q[p->qual[at]]++;
		for (bits = (uint16_t)p->s[1][at], k = 0; bits != 0; bits >>= 1, k++)
			fl[k] += bits & 1u;
	}
	if (p->suite != OC && w->g->o->gen == G14) {
		(void)snprintf(name, sizeof name, "qual_%s_percentages", suite_vars[p->suite].name);
		put_percentages(w, put_group(w, nc, name), qual_names, q, 5);
		(void)snprintf(name, sizeof name, "%s_flag_percentages", suite_vars[p->suite].name);
		put_percentages(w, put_group(w, nc, name), sst_names, fl, 16);
	}
	put_percentages(w, put_group(w, nc, "flag_percentages"), l2_names, l2, 32);
}

static void
put_control(struct out *w)
{
	const struct gvals *v = w->g->v;
	char prod[64];
	const char *const pars[][2] = {
		{ "ifile", "synthetic" }, { "ofile", v->product }, { "l2prod", prod },
		{ "suite", suite_names[w->g->p->suite] }, { "oformat", "netcdf4" },
		{ "ctl_pt_incr", "1" }, { "resolution", "-1" }, { "proc_ocean", "1" }
	};
	int nc = put_group(w, w->nc, "processing_control"), sub;
	size_t i;

	(void)snprintf(prod, sizeof prod, "%s l2_flags",
	    w->g->p->suite == OC ? "chlor_a Kd_490" : suite_vars[w->g->p->suite].name);
	put_text(w, nc, NC_GLOBAL, "software_name", "l2gen", true);
	put_text(w, nc, NC_GLOBAL, "software_version", v->software, true);
	put_text(w, nc, NC_GLOBAL, "input_sources", "synthetic", true);
	put_text(w, nc, NC_GLOBAL, "calibration_data", "synthetic", true);
	put_text(w, nc, NC_GLOBAL, "mask_names",
	    w->g->p->suite == OC ? "LAND,CLDICE,HILT,HIGLINT,HISOLZEN" : "LAND", true);
	sub = put_group(w, nc, "input_parameters");
	for (i = 0; i < sizeof pars / sizeof pars[0]; i++)
		put_text(w, sub, NC_GLOBAL, pars[i][0], pars[i][1], true);
	put_summary(w, nc);
}

static void
collect(struct out *w)
{
	const struct scene *s = w->g->s;
	const struct lines *l = w->g->l;
	const struct product *p = w->g->p;
	const void *all[N_ROLE] = {
		[R_YEAR] = s->year, [R_DAY] = s->day, [R_MSEC] = s->msec, [R_TIME] = s->time,
		[R_DETNUM] = l->detnum, [R_MSIDE] = l->mside, [R_SLON] = l->slon,
		[R_CLON] = l->clon, [R_ELON] = l->elon, [R_SLAT] = l->slat, [R_CLAT] = l->clat,
		[R_ELAT] = l->elat, [R_CSOLZ] = l->csolz, [R_LON] = s->lon, [R_LAT] = s->lat,
		[R_COLS] = l->cols, [R_ROWS] = l->rows, [R_TILT] = l->tilt,
		[R_WAVE] = w->g->o->ds->wavelength, [R_FWAVE] = l->fwave, [R_GAIN] = l->gain,
		[R_OFFSET] = l->zero, [R_F0] = l->f0, [R_AW] = l->aw, [R_BBW] = l->bbw,
		[R_OZ] = l->oz, [R_NO2] = l->no2, [R_TAU] = l->tau, [R_SST] = p->s[0],
		[R_QUAL] = p->qual, [R_FLAGS] = p->s[1], [R_BIAS] = p->s[2], [R_STDV] = p->s[3],
		[R_REF] = s->ref, [R_L2] = p->l2, [R_CHL] = p->chl, [R_KD] = p->s[0],
		[R_AOT] = p->s[1], [R_ANG] = p->s[2]
	};

	memcpy(w->data, all, sizeof all);
}

/* Rows of chunks at a time: HDF5 is slow at selections of ten thousand chunks. */
static void
put_data(struct out *w, int nc, int var, const struct vdef *d)
{
	const struct opts *o = w->g->o;
	const char *data = w->data[d->role];
	size_t from[2] = { 0, 0 }, count[2] = { o->lines, o->pixels }, chunk[2], size,
	    rows = o->lines;
	int storage = NC_CONTIGUOUS;

	if (d->shape != SWATH) {
		check(w, nc_put_var(nc, var, data), var_name(w, d));
		return;
	}
	check(w, nc_inq_var_chunking(nc, var, &storage, chunk), var_name(w, d));
	check(w, nc_inq_type(nc, d->type, NULL, &size), var_name(w, d));
	if (storage == NC_CHUNKED)
		rows = chunk[0];
	for (; from[0] < o->lines && w->status == NC_NOERR; from[0] += rows) {
		count[0] = at_most(rows, o->lines - from[0]);
		check(w, nc_put_vara(nc, var, from, count, data + from[0] * o->pixels * size),
		    var_name(w, d));
	}
}

static void
put_all(struct out *w)
{
	int nc[8] = { 0 }, var[8][MAX_VARS] = { { 0 } }, bands;
	const struct vgroup *v;
	size_t k, i;

	put_dims(w);
	put_globals(w);
	for (k = 0; groups[k].name != NULL && w->status == NC_NOERR; k++) {
		v = group_vars(w, &groups[k]);
		nc[k] = put_group(w, w->nc, groups[k].name);
		bands = w->dim_bands;
		if (k == 0 && w->g->o->gen == G24)
			bands = put_dim(w, nc[k], "wavelength", w->g->o->sen->bands);
		for (i = 0; i < v->n; i++)
			if (v->vars[i].gens & w->g->o->gen)
				var[k][i] = put_var(w, nc[k], &v->vars[i], bands);
		if (strcmp(groups[k].name, "navigation_data") == 0)
			put_ring(w, nc[k]);
	}
	put_control(w);
	if (w->status == NC_NOERR)
		check(w, nc_enddef(w->nc), "definition");
	for (k = 0; groups[k].name != NULL; k++)
		for (v = group_vars(w, &groups[k]), i = 0; i < v->n && w->status == NC_NOERR; i++)
			if (v->vars[i].gens & w->g->o->gen)
				put_data(w, nc[k], var[k][i], &v->vars[i]);
}

int
file_write(const struct granule *g, const char *dir, struct fault *f)
{
	struct out w = { .g = g };
	char part[512], path[512];
	int n, r;

	n = snprintf(part, sizeof part, "%s/.%s.part", dir, g->v->product);
	(void)snprintf(path, sizeof path, "%s/%s", dir, g->v->product);
	if (n < 0 || (size_t)n >= sizeof part) {
		(void)snprintf(f->msg, sizeof f->msg, "%.64s...: name too long", dir);
		return -1;
	}
	r = nc_create(part, NC_NETCDF4 | NC_CLOBBER, &w.nc);
	if (r != NC_NOERR) {
		(void)snprintf(f->msg, sizeof f->msg, "%s: %s", path, nc_strerror(r));
		return -1;
	}
	collect(&w);
	put_all(&w);
	check(&w, nc_close(w.nc), "close");
	if (w.status != NC_NOERR) {
		(void)snprintf(f->msg, sizeof f->msg, "%s: %s: %s", path, w.where,
		    nc_strerror(w.status));
	} else if (rename(part, path) < 0) {
		(void)snprintf(f->msg, sizeof f->msg, "%s: %s", path, strerror(errno));
	} else {
		return 0;
	}
	(void)unlink(part);
	return -1;
}
