/* mkgranule - make a matching set of synthetic OBPG Level-2 granules */

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "mkgranule.h"

enum { ST_OK, ST_SOME, ST_USAGE };

#define MAX_SIDE	6500	/* lines, pixels: two granules */

static const int modis_waves[] = {
	412, 443, 469, 488, 531, 547, 555, 645, 667, 678, 748, 859, 869, 1240, 1640, 2130, 3750,
	3959, 4050, 6715, 7325, 8550, 11000, 12000
};
static const int snpp_waves[] = {
	410, 443, 486, 551, 671, 745, 862, 1238, 1601, 2257, 3700, 4050, 8550, 10763, 12013
};
static const int jpss1_waves[] = {
	411, 445, 489, 556, 667, 746, 868, 1238, 1604, 2258, 3700, 4050, 8550, 10763, 12013
};

const struct sensor sensors[N_SENSOR] = {
	[MODIS] = { "MODIS", 2030, 1354, 10, 1.4771, 705.0, 98.8 * 60.0, 98.2, 55.0, 1.0 / 705.0,
	    "1 km", 24, 16, 16, "2019.0", "2022.0", "2014.0" },
	[VIIRS] = { "VIIRS", 3232, 3200, 16, 1.786403, 834.0, 101.4 * 60.0, 98.7, 56.28,
	    0.742 / 834.0, "750 m", 15, 10, 10, "2016.2", "2022.0", "2016.2" }
};

static const struct dataset datasets[] = {
	{ "aqua", "MODIS_A", "AQUA_MODIS", "Aqua", "HMODISA", "MODISA", "AQUA", MODIS, false, 11811,
	  modis_waves, "aot_869", "Aerosol optical thickness at 869 nm" },
	{ "terra", "MODIS_T", "TERRA_MODIS", "Terra", "HMODIST", "MODIST", "TERRA", MODIS, true,
	  10943, modis_waves, "aot_869", "Aerosol optical thickness at 869 nm" },
	{ "viirs", "VIIRS", "SNPP_VIIRS", "Suomi-NPP", "VIIRS", "VIIRSN", "SNPP", VIIRS, false,
	  15275, snpp_waves, "aot_862", "Aerosol optical thickness at 862 nm" },
	{ "jpss1", "JPSS1", "JPSS1_VIIRS", "JPSS-1", "VIIRSJ1", "VIIRSJ1", "JPSS1", VIIRS, false,
	  17488, jpss1_waves, "aot_868", "Aerosol optical thickness at 868 nm" }
};

const char *const suite_names[N_SUITE] = {
	[SST] = "SST", [SST4] = "SST4", [SST3] = "SST3", [OC] = "OC"
};

/* How the argument of an option becomes a value. */
enum kind { YES, SIZE, INT, LONG, SEED, REAL, TEXT, OWN };

struct optdef {
	const char	*name;
	int		letter;		/* 0 = long only */
	enum kind	kind;
	size_t		off;		/* in struct opts */
	double		min, max;
	int		(*own)(struct opts *, const char *);	/* -1: not understood */
	const char	*arg, *help;
};

__attribute__((format(printf, 1, 2)))
static void
complain(const char *fmt, ...)
{
	va_list ap;

	(void)fputs("mkgranule: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

static int
own_dataset(struct opts *o, const char *arg)
{
	size_t i;

	for (i = 0; i < sizeof datasets / sizeof datasets[0]; i++)
		if (strcasecmp(arg, datasets[i].key) == 0 ||
		    strcasecmp(arg, datasets[i].alias) == 0) {
			o->ds = &datasets[i];
			o->sen = &sensors[o->ds->sensor];
			return 0;
		}
	return -1;
}

static int
own_time(struct opts *o, const char *arg)
{
	return when_parse(arg, &o->start);
}

static int
own_light(struct opts *o, const char *arg)
{
	static const char *const names[] = { [DAY] = "day", [NIGHT] = "night", [MIXED] = "mixed" };
	size_t i;

	for (i = 0; i < 3; i++)
		if (strcasecmp(arg, names[i]) == 0) {
			o->light = (enum light)i;
			return 0;
		}
	return -1;
}

static int
own_suites(struct opts *o, const char *arg)
{
	size_t n;
	int i;

	for (o->suites = 0;; arg += n + 1) {
		n = strcspn(arg, ",");
		for (i = 0; i < N_SUITE; i++)
			if (strlen(suite_names[i]) == n && strncmp(arg, suite_names[i], n) == 0)
				break;
		if (i == N_SUITE)
			return -1;
		o->suites |= 1u << i;
		if (arg[n] == '\0')
			return 0;
	}
}

static int
own_generation(struct opts *o, const char *arg)
{
	static const char *const names[] = { "14", "19", "22", "24" };
	unsigned i;

	for (i = 0; i < 4; i++)
		if (strcmp(arg, names[i]) == 0) {
			o->gen = 1u << i;
			return 0;
		}
	return -1;
}

/* Two numbers with a separator between them. */
static int
pair(const char *arg, char sep, size_t out[2])
{
	unsigned long v;
	char *end;
	int i;

	for (i = 0; i < 2; i++) {
		if (arg[0] < '0' || arg[0] > '9')
			return -1;
		errno = 0;
		v = strtoul(arg, &end, 10);
		if (errno != 0 || v > 1000000 || *end != (i == 0 ? sep : '\0'))
			return -1;
		out[i] = v;
		arg = end + 1;
	}
	return 0;
}

static int
own_chunks(struct opts *o, const char *arg)
{
	o->chunked = true;
	o->chunk[0] = o->chunk[1] = 0;
	if (strcmp(arg, "0") == 0)
		return 0;
	return pair(arg, 'x', o->chunk) < 0 || o->chunk[0] == 0 || o->chunk[1] == 0 ? -1 : 0;
}

static int
own_bad_pixel(struct opts *o, const char *arg)
{
	o->has_bad_pixel = true;
	return pair(arg, ',', o->bad_pixel);
}

static int
own_ascending(struct opts *o, const char *arg)
{
	(void)arg;
	o->heading = ASCENDING;
	return 0;
}

static int
own_descending(struct opts *o, const char *arg)
{
	(void)arg;
	o->heading = DESCENDING;
	return 0;
}

#define OFF(m)	offsetof(struct opts, m)

static const struct optdef optdefs[] = {
	{ "dataset", 'd', OWN, 0, 0, 0, own_dataset, "NAME",
	  "aqua, terra, viirs or jpss1; needed" },
	{ "output", 'o', TEXT, OFF(dir), 0, 0, NULL, "DIR", "directory, made when needed; needed" },
	{ "all-fill", 0, YES, OFF(all_fill), 0, 0, NULL, NULL,
	  "no temperature anywhere, quality 4" },
	{ "ascending", 0, OWN, 0, 0, 0, own_ascending, NULL,
	  "instead of the direction usual by day or night" },
	{ "bad-lat", 0, TEXT, OFF(bad_lat), 0, 0, NULL, "LIST",
	  "lines whose latitude is -999, data intact" },
	{ "bad-lines", 0, TEXT, OFF(bad_lines), 0, 0, NULL, "LIST",
	  "lines without positions, e.g. 3,7-9; from 0" },
	{ "bad-lon", 0, TEXT, OFF(bad_lon), 0, 0, NULL, "LIST",
	  "lines whose longitude is -999, data intact" },
	{ "bad-pixel", 0, OWN, 0, 0, 0, own_bad_pixel, "LINE,PIX",
	  "the latitude of this pixel is NaN" },
	{ "chunks", 0, OWN, 0, 0, 0, own_chunks, "LxP",
	  "chunk shape of the swath; 0 = contiguous, uncompressed" },
	{ "cloud", 0, REAL, OFF(cloud), 0, 1, NULL, "FRACTION",
	  "of the sea under cloud, 0-1, default 0.45" },
	{ "dateline", 0, YES, OFF(dateline), 0, 0, NULL, NULL,
	  "place the granule across 180 degrees" },
	{ "deflate", 'z', INT, OFF(deflate), 0, 9, NULL, "LEVEL",
	  "0-9, default 4; 0 = contiguous" },
	{ "descending", 0, OWN, 0, 0, 0, own_descending, NULL,
	  "instead of the direction usual by day or night" },
	{ "flag", 'f', OWN, 0, 0, 0, own_light, "LIGHT", "day, night or mixed, default day" },
	{ "generation", 'g', OWN, 0, 0, 0, own_generation, "YY",
	  "of the writer: 14, 19, 22 or 24, default 22" },
	{ "lat", 0, REAL, OFF(lat), -81, 81, NULL, "DEG", "below the satellite in the first line" },
	{ "lines", 'l', SIZE, OFF(lines), 1, MAX_SIDE, NULL, "N",
	  "default 2030 or 3232; fewer = cut" },
	{ "lon", 0, REAL, OFF(lon), -180, 180, NULL, "DEG",
	  "below the satellite in the first line" },
	{ "msec", 0, INT, OFF(msec), 0, 999, NULL, "N",
	  "milliseconds of the first scan, default 0" },
	{ "no-land", 0, YES, OFF(no_land), 0, 0, NULL, NULL, "sea everywhere" },
	{ "nrt", 0, YES, OFF(nrt), 0, 0, NULL, NULL, "near real time: .NRT in the names" },
	{ "oc-offset", 0, INT, OFF(oc_offset), -3600, 3600, NULL, "SECONDS",
	  "the name of the OC file is later" },
	{ "pixels", 'p', SIZE, OFF(pixels), 1, MAX_SIDE, NULL, "N",
	  "default 1354 or 3200; fewer = coarser" },
	{ "pole", 0, YES, OFF(pole), 0, 0, NULL, NULL, "place the granule over the north pole" },
	{ "processing-version", 0, TEXT, OFF(version), 0, 0, NULL, "TEXT",
	  "default by generation and suite" },
	{ "seed", 's', SEED, OFF(seed), 0, 0, NULL, "N",
	  "other numbers, other granules, default 1" },
	{ "sst-fill-bias", 0, LONG, OFF(fill_bias), 0, 1e9, NULL, "N",
	  "temperatures without bias, default few" },
	{ "suites", 'S', OWN, 0, 0, 0, own_suites, "LIST",
	  "SST,SST4,SST3,OC; default: those usual by light" },
	{ "time", 0, OWN, 0, 0, 0, own_time, "TIME", "of the first scan, default 20240105T031001" },
	{ "help", 'h', YES, 0, 0, 0, NULL, NULL, "this text" }
};

#define N_OPT	(sizeof optdefs / sizeof optdefs[0])

static void
usage(FILE *fp)
{
	const struct optdef *d;
	char text[40];
	size_t i;

	(void)fputs("usage: mkgranule -d DATASET -o DIR [options]\n"
	    "Makes one synthetic OBPG Level-2 file per suite and prints their paths.\n\n", fp);
	for (i = 0; i < N_OPT; i++) {
		d = &optdefs[i];
		(void)snprintf(text, sizeof text, "--%s%s%s", d->name, d->arg != NULL ? " " : "",
		    d->arg != NULL ? d->arg : "");
		if (d->letter != 0)
			(void)fprintf(fp, "  -%c, %-27s %s\n", d->letter, text, d->help);
		else
			(void)fprintf(fp, "      %-27s %s\n", text, d->help);
	}
}

static int
set_number(struct opts *o, const struct optdef *d, const char *arg)
{
	void *at = (char *)o + d->off;
	char *end;
	double v;

	errno = 0;
	v = strtod(arg, &end);
	if (end == arg || *end != '\0' || errno != 0 || !(v >= d->min && v <= d->max) ||
	    (d->kind != REAL && v != floor(v))) {
		complain("%s: --%s takes a%s number from %g to %g", arg, d->name,
		    d->kind == REAL ? "" : " whole", d->min, d->max);
		return -1;
	}
	if (d->kind == REAL)
		*(double *)at = v;
	else if (d->kind == SIZE)
		*(size_t *)at = (size_t)v;
	else if (d->kind == LONG)
		*(long *)at = (long)v;
	else
		*(int *)at = (int)v;
	return 0;
}

static int
set_seed(struct opts *o, const struct optdef *d, const char *arg)
{
	char *end;

	errno = 0;
	o->seed = strtoull(arg, &end, 10);
	if (errno == 0 && end != arg && *end == '\0' && arg[0] != '-')
		return 0;
	complain("%s: --%s takes a whole number", arg, d->name);
	return -1;
}

static int
set_option(struct opts *o, const struct optdef *d, const char *arg)
{
	switch (d->kind) {
	case YES:
		*(bool *)((char *)o + d->off) = true;
		return 0;
	case TEXT:
		*(const char **)((char *)o + d->off) = arg;
		return 0;
	case SEED:
		return set_seed(o, d, arg);
	case OWN:
		if (d->own(o, arg) == 0)
			return 0;
		complain("%s: not understood by --%s", arg, d->name);
		return -1;
	default:
		return set_number(o, d, arg);
	}
}

/* Returns 1 when help was asked for, 0 or -1. */
static int
options(struct opts *o, int argc, char *argv[])
{
	struct option longs[N_OPT + 1];
	char letters[2 * N_OPT + 1], *p = letters;
	size_t i;
	int c;

	memset(longs, 0, sizeof longs);
	for (i = 0; i < N_OPT; i++) {
		longs[i].name = optdefs[i].name;
		longs[i].has_arg = optdefs[i].arg != NULL ? required_argument : no_argument;
		longs[i].val = optdefs[i].letter != 0 ? optdefs[i].letter : 256 + (int)i;
		if (optdefs[i].letter != 0)
			*p++ = (char)optdefs[i].letter;
		if (optdefs[i].letter != 0 && optdefs[i].arg != NULL)
			*p++ = ':';
	}
	*p = '\0';
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == 'h')
			return 1;
		for (i = 0; i < N_OPT && longs[i].val != c; i++)
			;
		if (i == N_OPT || set_option(o, &optdefs[i], optarg) < 0)
			return -1;
	}
	if (optind == argc)
		return 0;
	complain("%s: not an option", argv[optind]);
	return -1;
}

/* What follows from other options, and what does not go together. */
static int
settle(struct opts *o)
{
	static const unsigned usual[N_SENSOR][3] = {
		[MODIS] = { [DAY] = 1u << SST | 1u << OC, [NIGHT] = 1u << SST | 1u << SST4,
		    [MIXED] = 1u << SST | 1u << SST4 | 1u << OC },
		[VIIRS] = { [DAY] = 1u << SST, [NIGHT] = 1u << SST | 1u << SST3,
		    [MIXED] = 1u << SST | 1u << SST3 }
	};
	const char *why = NULL;

	if (o->ds == NULL)
		why = "-d: missing";
	else if (o->dir == NULL)
		why = "-o: missing";
	else if (o->suites & 1u << (o->ds->sensor == MODIS ? SST3 : SST4))
		why = o->ds->sensor == MODIS ? "SST3: not a suite of MODIS" :
		    "SST4: not a suite of VIIRS";
	else if (o->pole && !isnan(o->lat))
		why = "--pole: does not go with --lat";
	else if (o->dateline && !isnan(o->lon))
		why = "--dateline: does not go with --lon";
	if (why != NULL) {
		complain("%s", why);
		return -1;
	}
	if (o->suites == 0)
		o->suites = usual[o->ds->sensor][o->light];
	if (o->lines == 0)
		o->lines = o->sen->lines;
	if (o->pixels == 0)
		o->pixels = o->sen->pixels;
	if (isnan(o->lat))
		o->lat = (double)(noise_bits(o->seed, 1) % 71000) / 1000.0 - 35.0;
	if (isnan(o->lon))
		o->lon = (double)(noise_bits(o->seed, 2) % 301000) / 1000.0 - 150.0;
	return 0;
}

static int
make_dirs(const char *dir)
{
	char path[512];
	size_t i, n = strlen(dir);

	if (n == 0 || n >= sizeof path - 1) {
		complain("%.64s: not a directory name", dir);
		return -1;
	}
	memcpy(path, dir, n + 1);
	for (i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST) {
			complain("%s: %s", path, strerror(errno));
			return -1;
		}
		path[i] = dir[i];
	}
	return 0;
}

static int
make_files(const struct opts *o, const struct scene *s, struct product *p, struct fault *f)
{
	struct granule g = { .o = o, .s = s, .p = p };
	struct lines lines;
	struct cover cover;
	struct gvals vals;
	int i, r = 0;

	if (lines_make(&lines, s, o, f) < 0)
		return -1;
	cover_make(&cover, s, o);
	g.l = &lines;
	g.c = &cover;
	g.v = &vals;
	for (i = 0; i < N_SUITE && r == 0; i++) {
		if (!(o->suites & 1u << i))
			continue;
		suite_make(p, s, o, (enum suite_id)i);
		attrs_make(&vals, o, s, &cover, (enum suite_id)i);
		r = file_write(&g, o->dir, f);
		if (r == 0 && (printf("%s/%s\n", o->dir, vals.product) < 0 ||
		    fflush(stdout) != 0)) {
			(void)snprintf(f->msg, sizeof f->msg, "standard output: %s",
			    strerror(errno));
			r = -1;
		}
	}
	lines_free(&lines);
	return r;
}

int
main(int argc, char *argv[])
{
	struct opts o = { .start = 1704424201, .gen = G22, .deflate = 4, .seed = 1, .lat = NAN,
	    .lon = NAN, .cloud = 0.45, .fill_bias = -1 };
	struct scene s;
	struct product p;
	struct fault f = { 0 };
	char name[] = "mkgranule";
	int r;

	argv[0] = name;		/* for the messages of getopt */
	r = options(&o, argc, argv);
	if (r > 0) {
		usage(stdout);
		return fflush(stdout) == 0 ? ST_OK : ST_SOME;
	}
	if (r < 0 || settle(&o) < 0) {
		(void)fputs("usage: mkgranule -d DATASET -o DIR [options]; --help lists them\n",
		    stderr);
		return ST_USAGE;
	}
	if (scene_make(&s, &o, &f) < 0) {
		complain("%s", f.msg);
		return f.usage ? ST_USAGE : ST_SOME;
	}
	r = -1;
	if (make_dirs(o.dir) == 0 && product_new(&p, &s, (o.suites & 1u << OC) != 0, &f) == 0) {
		r = make_files(&o, &s, &p, &f);
		product_free(&p);
	}
	scene_free(&s);
	if (r < 0 && f.msg[0] != '\0')
		complain("%s", f.msg);
	return r < 0 ? ST_SOME : ST_OK;
}
