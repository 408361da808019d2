/*
 * mkgranule - synthetic granules in the layout of the OBPG Level-2 files (MODIS, VIIRS)
 *
 * One run makes one scene (positions, sun, sea, cloud, land) and derives from it one product per
 * suite, as the sensors do: SST, SST4 or SST3, OC. All numbers come from the seed and the options,
 * so that the same call gives the same data. Order of work: main fills `struct opts`, scene_make
 * computes the fields once, suite_make turns them into the packed variables of a suite, cover_make
 * and attrs_make compute the global attributes, file_write writes.
 *
 * Functions that can fail return 0 or -1 and then have put `subject: what is wrong` into `struct
 * fault`.
 */
#ifndef MKGRANULE_H
#define MKGRANULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Generations of the writer, as bits. */
enum { G14 = 1, G19 = 2, G22 = 4, G24 = 8, G_ALL = 15 };

enum sensor_id { MODIS, VIIRS, N_SENSOR };
enum suite_id { SST, SST4, SST3, OC, N_SUITE };
enum light { DAY, NIGHT, MIXED };
enum heading { BY_DATASET, ASCENDING, DESCENDING };

#define FILL_S		(-32767)	/* short, int, and float data */
#define FILL_B		(-1)		/* byte */
#define FILL_POS	(-999.0f)	/* positions */

#define PI		3.14159265358979323846
#define RAD(x)		((x) * PI / 180.0)
#define DEG(x)		((x) * 180.0 / PI)
#define EARTH_KM	6371.0

struct fault {
	bool		usage;		/* the options ask for something impossible */
	char		msg[700];
};

struct sensor {
	const char	*name;		/* attribute instrument */
	size_t		lines, pixels;	/* of a full granule */
	int		det;		/* lines per scan */
	double		step;		/* s between scans */
	double		height;		/* km */
	double		period;		/* s */
	double		incl;		/* degrees */
	double		half_scan;	/* degrees */
	double		ifov;		/* along-track angle of a line, rad */
	const char	*resolution;
	size_t		bands, refl, per_pixel;
	const char	*sst_version, *oc_version, *old_version;	/* processing_version */
};

struct dataset {
	const char	*key, *alias;
	const char	*prefix;	/* of file names */
	const char	*platform;	/* attribute */
	const char	*old_title, *title;
	const char	*doi;
	enum sensor_id	sensor;
	bool		day_descends;
	int64_t		launch;		/* days since 1970, for the orbit number */
	const int	*wavelength;
	const char	*aot;		/* aerosol variable and its long name */
	const char	*aot_long;
};

struct opts {
	const struct dataset	*ds;
	const struct sensor	*sen;
	const char	*dir;
	int64_t		start;		/* first scan, s since 1970 */
	int		msec;
	enum light	light;
	enum heading	heading;
	size_t		lines, pixels;	/* 0 = full size */
	uint64_t	seed;
	unsigned	suites;		/* bits 1 << SST ...; 0 = those that exist */
	unsigned	gen;		/* one of G14 ... */
	bool		chunked;	/* chunk[] given; 0 x 0 = contiguous */
	size_t		chunk[2];
	int		deflate;
	const char	*version;	/* NULL = by suite and generation */
	bool		nrt;
	double		lat, lon;	/* NAN = from the seed */
	bool		dateline, pole;
	int		oc_offset;	/* s */
	const char	*bad_lines, *bad_lon, *bad_lat;		/* lists of lines, or NULL */
	bool		has_bad_pixel;
	size_t		bad_pixel[2];
	double		cloud;		/* fraction of the sea under cloud */
	bool		no_land, all_fill;
	long		fill_bias;	/* pixels with sst but without bias; -1 = a few */
};

extern const struct sensor	sensors[N_SENSOR];
extern const char *const	suite_names[N_SUITE];

/* One instant: days since 1970 and seconds of that day. */
struct instant {
	int64_t		day;
	double		sod;
};

struct civil {
	int		year, month, day, yday;
};

/* when.c */
int64_t		when_days(int year, int month, int day);	/* since 1970-01-01 */
struct civil	when_civil(int64_t days);
struct instant	when_scan(const struct opts *o, size_t scan);	/* start of a scan */
void		when_iso(struct instant t, char buf[25]);	/* 2023-05-12T18:57:02.906Z */
void		when_stamp(int64_t t, char buf[16]);		/* 20230512T185702 */
int		when_parse(const char *stamp, int64_t *t);	/* -1: not such a stamp */

/* orbit.c */
struct frame {
	double		nadir[3], track[3], right[3];	/* unit vectors, turning with the earth */
};

struct column {
	float		ca, sa;		/* of the earth angle from nadir, right positive */
	float		line;		/* along-track earth angle of one detector */
	float		zen;		/* sensor zenith angle, degrees */
	unsigned	full;		/* the pixel of a full-width line that lies here */
};

struct orbit {
	double		u0, node, rate, incl;	/* rad, rad/s */
	double		step;
	double		sun[3];
};

void	orbit_init(struct orbit *ob, const struct opts *o);
void	orbit_frame(const struct orbit *ob, double scan, struct frame *f);
/* The last crossing of the equator by day: longitude in degrees, s before the start. */
void	orbit_crossing(const struct orbit *ob, const struct opts *o, double *lon, double *ago);
void	column_init(struct column *c, const struct opts *o, size_t i);

/* noise.c: smooth random functions of the position on the unit sphere */
struct noise {
	float		val[256];
	uint8_t		perm[512];
};

void		noise_init(struct noise *n, uint64_t seed);
float		noise_at(const struct noise *n, const float p[3], float km);	/* -1 ... 1 */
/* Octaves from wavelength km downwards, each half as long and `gain` as strong as the last. */
float		noise_sum(const struct noise *n, const float p[3], float km, int octaves,
		    float gain);
uint64_t	noise_bits(uint64_t seed, uint64_t index);
float		noise_gauss(uint64_t bits);				/* mean 0, deviation 1 */

/* scene.c */
enum { M_LAND = 1, M_COAST = 2, M_BOWTIE = 4, M_NAV = 8, M_GLINT = 16 };

struct scene {
	size_t		nj, ni;
	float		*lat, *lon;	/* degrees; FILL_POS */
	float		*cosz;		/* cosine of the solar zenith angle */
	float		*sst;		/* the truth, degrees C */
	short		*ref;		/* the reference, 0.005 K */
	uint16_t	*cloud;		/* the higher the cloudier */
	uint16_t	*shore;		/* the higher the closer to land */
	uint8_t		*mask;		/* M_ bits */
	struct column	*col;		/* [ni] */
	int		*year, *day, *msec;	/* [nj] */
	double		*time;		/* [nj], s since 1970 */
	struct orbit	orbit;
	/* limits of `cloud`; 65536 = never reached */
	unsigned	cloudy, thin, edge;	/* cloud; uncertain; slightly uncertain */
	unsigned	stray;		/* too close to cloud for ocean colour */
};

int	scene_make(struct scene *s, const struct opts *o, struct fault *f);
void	scene_free(struct scene *s);

/* lines.c: what is kept per line, per pixel of a line, and per band */
#define MAX_BANDS	24

struct lines {
	signed char	*detnum, *mside;	/* [nj] */
	float		*slon, *clon, *elon, *slat, *clat, *elat, *csolz, *tilt;
	int		*rows, *cols;		/* [nj], [ni], from 1 */
	float		fwave[MAX_BANDS], gain[MAX_BANDS], zero[MAX_BANDS], f0[MAX_BANDS];
	float		aw[MAX_BANDS], bbw[MAX_BANDS], oz[MAX_BANDS], no2[MAX_BANDS],
	    tau[MAX_BANDS];
};

int	lines_make(struct lines *l, const struct scene *s, const struct opts *o, struct fault *f);
void	lines_free(struct lines *l);

/* suite.c: the packed variables of one suite; buffers are reused from suite to suite */
struct product {
	enum suite_id	suite;
	short		*s[4];		/* sst, flags, bias, stdv; or Kd_490, aot, angstrom */
	signed char	*qual;
	float		*chl;
	int		*l2;
};

int	product_new(struct product *p, const struct scene *s, bool oc, struct fault *f);
void	product_free(struct product *p);
void	suite_make(struct product *p, const struct scene *s, const struct opts *o,
	    enum suite_id id);

/* cover.c: what the writer derives from the positions */
#define GRING_MAX	64

struct cover {
	struct instant	first, last;	/* day 0 = none */
	float		start[2], end[2];	/* centre latitude and longitude */
	float		north, south, east, west;
	const char	*start_dir, *end_dir, *light;
	int		n_ring;
	float		ring_lat[GRING_MAX], ring_lon[GRING_MAX];
	int		ring_seq[GRING_MAX];
};

void	cover_make(struct cover *c, const struct scene *s, const struct opts *o);

/* attrs.c: global attributes */
struct gattr {
	const char	*name;
	char		type;		/* t constant text, s text, f float, i int, d double */
	unsigned	gens;
	unsigned	sensors;	/* bits 1 << MODIS ... */
	const char	*text;		/* of t */
	size_t		off;		/* in struct gvals, of the others */
};

struct gvals {
	char		title[64], product[80], version[64], instrument[16], platform[16];
	char		id[192], created[25], history[192], keywords[128], doi[128],
	    crossing_time[25];
	char		resolution[16], start[25], end[25], start_dir[16], end_dir[16], light[16];
	char		software[32];
	float		crossing_lon, start_lon, start_lat, end_lon, end_lat, north, south, east,
	    west;
	int		orbit, lines, pixels;
	double		distance;
};

extern const struct gattr	gattrs[];	/* in the order of the file; name NULL ends it */

void	attrs_make(struct gvals *v, const struct opts *o, const struct scene *s,
	    const struct cover *c, enum suite_id id);

/* file.c: writes one file; it appears under its name only when complete */
struct granule {
	const struct opts	*o;
	const struct scene	*s;
	const struct lines	*l;
	const struct cover	*c;
	const struct gvals	*v;
	const struct product	*p;
};

int	file_write(const struct granule *g, const char *dir, struct fault *f);

/* vars.c: the variables as data */
enum shape { LINES, PIXELS, SWATH, BANDS, REFL };
enum flagset { NO_FLAGS, F_L2, F_SST, F_QUAL };
enum role {
	R_NONE, R_YEAR, R_DAY, R_MSEC, R_TIME, R_DETNUM, R_MSIDE, R_SLON, R_CLON, R_ELON, R_SLAT,
	R_CLAT, R_ELAT, R_CSOLZ, R_LON, R_LAT, R_COLS, R_ROWS, R_TILT, R_WAVE, R_FWAVE, R_GAIN,
	R_OFFSET, R_F0, R_AW, R_BBW, R_OZ, R_NO2, R_TAU, R_SST, R_QUAL, R_FLAGS, R_BIAS, R_STDV,
	R_REF, R_L2, R_CHL, R_KD, R_AOT, R_ANG, N_ROLE
};

struct vdef {
	const char	*name;		/* NULL: the aerosol variable of the dataset */
	int		type;		/* nc_type */
	enum shape	shape;
	unsigned	gens;
	enum role	role;
	const char	*long_name, *units, *standard, *reference;
	float		scale, offset;	/* scale 0 = not packed */
	bool		filled, ranged;
	double		fill, min, max;
	enum flagset	flags;
	unsigned	flag_gens;	/* generations that attach the flag attributes */
};

struct vgroup {
	const char	*name;
	const struct vdef *vars;	/* NULL: those of the suite */
	size_t		n;
};

extern const struct vgroup	groups[];	/* in the order of the file; name NULL ends it */
extern const struct vgroup	suite_vars[N_SUITE];
extern const char *const	l2_names[32], *const sst_names[16], *const qual_names[5];

#endif
