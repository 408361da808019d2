/* vars - the groups and variables of the files as data, in the order of the files */

#include <netcdf.h>

#include "mkgranule.h"

#define OLD	(G14 | G19 | G22)
#define NEW	(G19 | G22 | G24)
#define N(a)	(sizeof (a) / sizeof (a)[0])

#define FILL(x)		.filled = true, .fill = (x)
#define RANGE(a, b)	.ranged = true, .min = (a), .max = (b)
#define PACKED(s)	.scale = (s), .offset = 0.0f

const char *const l2_names[32] = {
	"ATMFAIL", "LAND", "PRODWARN", "HIGLINT", "HILT", "HISATZEN", "COASTZ", "SPARE",
	"STRAYLIGHT", "CLDICE", "COCCOLITH", "TURBIDW", "HISOLZEN", "SPARE", "LOWLW", "CHLFAIL",
	"NAVWARN", "ABSAER", "SPARE", "MAXAERITER", "MODGLINT", "CHLWARN", "ATMWARN", "SPARE",
	"SEAICE", "NAVFAIL", "FILTER", "SPARE", "BOWTIEDEL", "HIPOL", "PRODFAIL", "SPARE"
};

/* %s stands for the other algorithm of the granule: SST4 or SST3. */
const char *const sst_names[16] = {
	"ISMASKED", "BTBAD", "BTRANGE", "BTDIFF", "SSTRANGE", "SSTREFDIFF", "%sDIFF", "%sVDIFF",
	"BTNONUNIF", "BTVNONUNIF", "BT4REFDIFF", "REDNONUNIF", "HISENZ", "VHISENZ", "SSTREFVDIFF",
	"CLOUD"
};

const char *const qual_names[5] = { "BEST", "GOOD", "QUESTIONABLE", "BAD", "NOTPROCESSED" };

#define BAND(n, r, text)	.name = n, .type = NC_FLOAT, .shape = REFL, .gens = G_ALL, \
				.role = r, .long_name = text

static const struct vdef band_vars[] = {
	{ .name = "wavelength", .type = NC_INT, .shape = BANDS, .gens = G_ALL, .role = R_WAVE,
	  .long_name = "wavelengths", .units = "nm" },
	{ .name = "fwave", .type = NC_FLOAT, .shape = BANDS, .gens = G24, .role = R_FWAVE,
	  .long_name = "wavelengths", .units = "nm" },
	{ BAND("vcal_gain", R_GAIN, "Vicarious Calibration Gain") },
	{ BAND("vcal_offset", R_OFFSET, "Vicarious Calibration Offset"),
	  .units = "mW cm^-2 um^-1 sr^-1" },
	{ BAND("F0", R_F0, "Mean Solar Flux"), .units = "mW cm^-2 um^-1" },
	{ BAND("aw", R_AW, "Total absorption for water"), .units = "m^-1" },
	{ BAND("bbw", R_BBW, "Total backscattering for water"), .units = "m^-1" },
	{ BAND("k_oz", R_OZ, "Ozone Absorption cross-sections"), .units = "cm^-1" },
	{ BAND("k_no2", R_NO2, "Nitrogen Dioxide Absorption cross-sections"), .units = "cm^2" },
	{ BAND("Tau_r", R_TAU, "Rayleigh Optical Thickness") }
};

#define LINE(n, t, r, text)	.name = n, .type = t, .shape = LINES, .gens = G_ALL, .role = r, \
				.long_name = text
#define LON			.units = "degrees_east", FILL(-999), RANGE(-180, 180)
#define LAT			.units = "degrees_north", FILL(-999), RANGE(-90, 90)

static const struct vdef line_vars[] = {
	{ LINE("year", NC_INT, R_YEAR, "Scan year"), .units = "years", FILL(FILL_S),
	  RANGE(1900, 2100) },
	{ LINE("day", NC_INT, R_DAY, "Scan day of year"), .units = "days", FILL(FILL_S),
	  RANGE(0, 366) },
	{ LINE("msec", NC_INT, R_MSEC, "Scan time, milliseconds of day"), .units = "milliseconds",
	  FILL(FILL_S), RANGE(0, 86400000) },
	{ .name = "time", .type = NC_DOUBLE, .shape = LINES, .gens = G24, .role = R_TIME,
	  .long_name = "scan line time in seconds since 1970-1-1",
	  .units = "seconds since 1970-1-1", FILL(FILL_S) },
	{ LINE("detnum", NC_BYTE, R_DETNUM, "Detector Number (zero-based)"), FILL(FILL_B),
	  RANGE(0, 25) },
	{ LINE("mside", NC_BYTE, R_MSIDE, "Mirror Side (zero-based)"), FILL(FILL_B), RANGE(0, 1) },
	{ LINE("slon", NC_FLOAT, R_SLON, "Starting Longitude"), LON },
	{ LINE("clon", NC_FLOAT, R_CLON, "Center Longitude"), LON },
	{ LINE("elon", NC_FLOAT, R_ELON, "Ending Longitude"), LON },
	{ LINE("slat", NC_FLOAT, R_SLAT, "Starting Latitude"), LAT },
	{ LINE("clat", NC_FLOAT, R_CLAT, "Center Latitude"), LAT },
	{ LINE("elat", NC_FLOAT, R_ELAT, "Ending Latitude"), LAT },
	{ LINE("csol_z", NC_FLOAT, R_CSOLZ, "Center Solar Zenith Angle"), .units = "degree",
	  FILL(FILL_S), RANGE(0, 180) }
};

#define FIELD(n, t, r, text)	.name = n, .type = t, .shape = SWATH, .gens = G_ALL, .role = r, \
				.long_name = text

static const struct vdef nav_vars[] = {
	{ FIELD("longitude", NC_FLOAT, R_LON, "Longitude"), LON, .standard = "longitude" },
	{ FIELD("latitude", NC_FLOAT, R_LAT, "Latitude"), LAT, .standard = "latitude" },
	{ .name = "cntl_pt_cols", .type = NC_INT, .shape = PIXELS, .gens = OLD, .role = R_COLS,
	  .long_name = "Number of Pixel Control Points", FILL(FILL_S) },
	{ .name = "cntl_pt_rows", .type = NC_INT, .shape = LINES, .gens = OLD, .role = R_ROWS,
	  .long_name = "Number of Scan Control Points", FILL(FILL_S) },
	{ LINE("tilt", NC_FLOAT, R_TILT, "Sensor tilt angle"), .units = "degree", FILL(FILL_S),
	  RANGE(-25, 25) }
};

#define TEXT_SST	"Sea Surface Temperature"
#define TEXT_SST4	"4um Sea Surface Temperature"
#define TEXT_SST3	"Triple window Sea Surface Temperature"

#define KELVIN		.units = "degree_C", PACKED(0.005f), FILL(FILL_S)
#define TEMP(n, text)	FIELD(n, NC_SHORT, R_SST, text), KELVIN, RANGE(-1000, 10000), \
			.standard = "sea_surface_temperature"
#define QUAL(n)		FIELD(n, NC_BYTE, R_QUAL, "Quality Levels, " TEXT_SST), FILL(FILL_B), \
			RANGE(0, 5), .flags = F_QUAL
#define FLAGS(n, text)	FIELD(n, NC_SHORT, R_FLAGS, "Product-specific flags, " text), \
			FILL(FILL_S), .flags = F_SST
#define BIAS(n, text)	FIELD(n, NC_SHORT, R_BIAS, text " Bias"), KELVIN
#define STDV(n, text)	FIELD(n, NC_SHORT, R_STDV, text " Standard Deviation"), KELVIN
#define REFERENCE	.name = "sstref", .type = NC_SHORT, .shape = SWATH, .gens = NEW, \
			.role = R_REF, .long_name = TEXT_SST " Reference", KELVIN, \
			.standard = "sea_surface_temperature"
#define L2_FLAGS	FIELD("l2_flags", NC_INT, R_L2, "Level-2 Processing Flags"), \
			RANGE(-2147483648.0, 2147483647.0), .flags = F_L2, .flag_gens = G_ALL

static const struct vdef sst_vars[] = {
	{ TEMP("sst", TEXT_SST) },
	{ QUAL("qual_sst"), .flag_gens = G_ALL },
	{ FLAGS("flags_sst", TEXT_SST), .flag_gens = G_ALL },
	{ BIAS("bias_sst", TEXT_SST) },
	{ STDV("stdv_sst", TEXT_SST) },
	{ REFERENCE },
	{ L2_FLAGS }
};

static const struct vdef sst4_vars[] = {
	{ TEMP("sst4", TEXT_SST4) },
	{ QUAL("qual_sst4"), .flag_gens = G_ALL },
	{ FLAGS("flags_sst4", TEXT_SST4), .flag_gens = G_ALL },
	{ BIAS("bias_sst4", TEXT_SST4) },
	{ STDV("stdv_sst4", TEXT_SST4) },
	{ REFERENCE },
	{ L2_FLAGS }
};

/* The newer writers look for other names and leave the flag attributes away. */
static const struct vdef sst3_vars[] = {
	{ TEMP("sst_triple", TEXT_SST3) },
	{ QUAL("qual_sst_triple"), .flag_gens = G14 },
	{ FLAGS("flags_sst_triple", TEXT_SST3), .flag_gens = G14 },
	{ BIAS("bias_sst_triple", TEXT_SST3) },
	{ STDV("stdv_sst_triple", "Triple Sea Surface Temperature") },
	{ REFERENCE },
	{ L2_FLAGS }
};

static const struct vdef oc_vars[] = {
	{ FIELD(NULL, NC_SHORT, R_AOT, NULL), PACKED(0.0001f), FILL(FILL_S), RANGE(0, 30000) },
	{ FIELD("angstrom", NC_SHORT, R_ANG, "Aerosol Angstrom exponent, 443 to 865 nm"),
	  PACKED(0.0001f), FILL(FILL_S), RANGE(-5000, 30000) },
	{ FIELD("chlor_a", NC_FLOAT, R_CHL, "Chlorophyll Concentration, OCI Algorithm"),
	  .units = "mg m^-3", FILL(FILL_S), RANGE((double)0.001f, 100),
	  .standard = "mass_concentration_of_chlorophyll_in_sea_water",
	  .reference = "Hu, C., Lee Z., and Franz, B.A. (2012). Chlorophyll-a algorithms for "
	    "oligotrophic oceans: A novel approach based on three-band reflectance difference, "
	    "J. Geophys. Res., 117, C01011, doi:10.1029/2011JC007395." },
	{ FIELD("Kd_490", NC_SHORT, R_KD,
	    "Diffuse attenuation coefficient at 490 nm, KD2 algorithm"),
	  .units = "m^-1", PACKED(0.0002f), FILL(FILL_S), RANGE(50, 30000) },
	{ L2_FLAGS }
};

const struct vgroup groups[] = {
	{ "sensor_band_parameters", band_vars, N(band_vars) },
	{ "scan_line_attributes", line_vars, N(line_vars) },
	{ "geophysical_data", NULL, 0 },
	{ "navigation_data", nav_vars, N(nav_vars) },
	{ NULL, NULL, 0 }
};

const struct vgroup suite_vars[N_SUITE] = {
	[SST] = { "sst", sst_vars, N(sst_vars) },
	[SST4] = { "sst4", sst4_vars, N(sst4_vars) },
	[SST3] = { "sst_triple", sst3_vars, N(sst3_vars) },
	[OC] = { NULL, oc_vars, N(oc_vars) }
};
