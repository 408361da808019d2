/* dataset - the table of datasets */

#include <string.h>
#include <strings.h>

#include "granule/dataset.h"

#define SIGNED_BYTES "signed byte array: " SIGNED_BYTE_WARNING
#define SIGNED_BYTES_2 "signed byte array:  " SIGNED_BYTE_WARNING

/* The texts are those of the archive, misspellings and double blanks included. */
static const struct instrument modis = {
	.name = "MODIS",
	.night_suite = "SST4",
	.night_var = "sst4",
	.day_needs_oc = 1,
	.core = "MODIS_L2P_CORE_NETCDF",
	.l2p = {
		.institution = "NASA/JPL/OBPG/RSMAS",
		.spatial_resolution = "1km",
		.source = "MODIS sea surface temperature observations for the OBPG",
		.keywords = "Oceans > Ocean Temperature > Sea Surface Temperature",
		.standard_name_vocabulary = "NetCDF Climate and Forecast (CF) Metadata Convention",
		.acknowledgment = "The MODIS L2P sea surface temperature data are sponsored by NASA",
		.creator_name = "Ed Armstrong, JPL PO.DAAC",
		.creator_email = "edward.m.armstrong@jpl.nasa.gov",
		.resolution = 0.01f,
		.sst_comment = "sea surface temperature from thermal IR (11 um) channels",
		.quality_comment = "thermal IR SST proximity confidence value; " SIGNED_BYTES,
		.bias_long_name = "SSES bias error based on proximity confidence flags",
		.stdv_long_name = "SSES standard deviation error based on proximity confidence flags",
		.night_suffix = "_4um",
		.night_long_name = "sea surface temperature",
		.night_comment = "sea surface temperature from mid-IR (4 um) channels; non L2P core field",
		.night_quality_long_name = "quality level of SST pixel",
		.night_quality_comment = "mid-IR SST proximity confidence value; non L2P core field; "
		    SIGNED_BYTES_2,
		.night_bias_long_name = "SSES bias error based on proximity confidence flags",
		.night_bias_comment = "mid-IR SST bias error; non L2P core field; " SIGNED_BYTES_2,
		.night_stdv_long_name = "SSES standard deviation error based on proximity confidence flags",
		.night_stdv_comment = "mid-IR SST standard deviation error; non L2P core field; " SIGNED_BYTES_2,
	},
};

static const struct instrument viirs = {
	.name = "VIIRS",
	.night_suite = "SST3",
	.night_var = "sst_triple",
	.night_alias = "sst3",
	.core = "VIIRS_L2P_CORE_NETCDF",
	.l2p = {
		.institution = "NASA Jet Propulsion Laboratory (JPL) Physical Oceanography Distributed Active Archive "
		    "Center (PO.DAAC)/NASA Goddard Space Flight Center (GSFC), Ocean Biology Processing Group "
		    "(OBPG)/University of Miami Rosential School of Marine and Atmospheric Science (RSMAS)",
		.spatial_resolution = "750 m",
		.source = "VIIRS sea surface temperature observations from the Ocean Biology Processing Group (OBPG)",
		.keywords = "Oceans > Ocean Temperature > Sea Surface Temperature > Skin Sea Surface Temperature",
		.standard_name_vocabulary = "NetCDF Climate and Forecast (CF) Metadata Conventions",
		.acknowledgment = "The VIIRS L2P sea surface temperature data are sponsored by NASA",
		.creator_name = "JPL PO.DAAC",
		.creator_email = "ghrsst@jpl.nasa.gov",
		.resolution = 0.0075f,
		.geospatial_bounds = 1,
		.sst_comment = "sea surface temperature from 11 and 12 um (thermal IR) channels",
		.quality_comment = "thermal IR SST quality value; " SIGNED_BYTES,
		.bias_long_name = "SSES (Sensor Specific Error Statistic) bias error",
		.stdv_long_name = "SSES (Sensor Specific Error Statistic) standard deviation error",
		.night_suffix = "_3chan",
		.night_long_name = "sea surface temperature (3 channel)",
		.night_standard_name = "sea_surface_skin_temperature",
		.night_comment = "sea surface temperature from 3.7, 11, and 12 um channels (3 channels); non L2P core "
		    "field; generally only nighttime SST",
		.night_quality_long_name = "quality level of 3 channel SST pixel",
		.night_quality_comment = "3 channel SST quality value; " SIGNED_BYTES_2,
		.night_bias_long_name = "SSES (Sensor Specific Error Statistic) bias error for 3 channel SST",
		.night_bias_comment = "3 channel SST bias error; " SIGNED_BYTES_2,
		.night_stdv_long_name =
		    "SSES (Sensor Specific Error Statistic) standard deviation error for 3 channel SST",
		.night_stdv_comment = "3 channel SST standard deviation error; " SIGNED_BYTES_2,
	},
};

#define MODIS_SUMMARY \
	"Sea surface temperature retrievals produced at the NASA OBPG for the MODIS Aqua sensor.  " \
	"These have been reformatted to GHRSST GDS specifications by the JPL PO.DAAC"

#define VIIRS_SUMMARY(platform) \
	"Sea surface temperature (SST) retrievals produced at the NASA OBPG for the Visible Infrared Imaging " \
	"Radiometer Suite (VIIRS) sensor on the " platform " platform. These have been reformatted to GHRSST " \
	"GDS version 2 Level 2P specifications by the JPL PO.DAAC. VIIRS SST algorithms developed by the " \
	"University of Miami, RSMAS"

#define VIIRS_HISTORY(prefix) \
	"VIIRS L2P created at JPL PO.DAAC by combining OBPG " prefix "_SST and " prefix "_SST3, and outputing " \
	"to the  GHRSST GDS2 netCDF file format"

static const struct dataset table[] = {
	{
		.key = "aqua", .token = "AQUA", .data_type = "MODIS_A", .obpg = "AQUA_MODIS",
		.instrument = &modis, .letter = 'A', .legacy_letter = 'A', .combined = "LAC",
		.downloads = "MODIS_AQUA_L2_SST_OBPG",
		.sensor = "aqua", .search = "AQUA_MODIS.20*.nc",
		.list = "modis_aqua_filelist.txt", .state = "modis_a.txt",
		.wait = { 0, 0 }, .tokens = 13,
		.label = "MODIS Aqua", .combiner_label = "MODIS Aqua",
		.l2p = "MODIS_A", .collection = "MODIS_A-JPL-L2P-v2019.0", .version = "2019.0",
		.sensor_alias = "MODISA", .obpg_platform = "Aqua", .platform = "Aqua",
		.title = "MODIS Aqua L2P SST",
		.summary = MODIS_SUMMARY,
		.history = "MODIS L2P created at JPL PO.DAAC",
		.uuid = "f6e1f61d-c4a4-4c17-8354-0c15e12d688b",
	},
	{
		.key = "terra", .token = "TERRA", .data_type = "MODIS_T", .obpg = "TERRA_MODIS",
		.instrument = &modis, .letter = 'T', .legacy_letter = 'T', .combined = "LAC",
		.downloads = "MODIS_TERRA_L2_SST_OBPG",
		.sensor = "terra", .search = "TERRA_MODIS.20*.nc",
		.list = "modis_terra_filelist.txt", .state = "modis_t.txt",
		.wait = { 300, 0 }, .tokens = 13,
		.label = "MODIS Terra", .combiner_label = "MODIS Terra",
		.l2p = "MODIS_T", .collection = "MODIS_T-JPL-L2P-v2019.0", .version = "2019.0",
		.sensor_alias = "MODIST", .obpg_platform = "Terra", .platform = "Terra",
		.title = "MODIS Terra L2P SST",
		.summary = MODIS_SUMMARY,	/* says Aqua in the archive too */
		.history = "MODIS L2P created at JPL PO.DAAC",
		.uuid = "f6e1f61d-c4a4-4c17-8354-0c15e12d688b",
	},
	{
		.key = "viirs", .token = "VIIRS", .data_type = "VIIRS", .obpg = "SNPP_VIIRS",
		.instrument = &viirs, .letter = 'V', .legacy_letter = 'V', .combined = "SNPP",
		.downloads = "VIIRS_L2_SST_OBPG",
		.sensor = "viirs", .search = "SNPP_VIIRS.20*", .sorts_last = "L2_SNPP_SST.nc",
		.list = "viirs_filelist.txt", .state = "viirs.txt",
		.wait = { 300, 0 }, .tokens = 7,
		.label = "VIIRS", .combiner_label = "VIIRS",
		.l2p = "VIIRS_NPP", .collection = "VIIRS_NPP-JPL-L2P-v2016.2", .version = "2016.2",
		.obpg_platform = "Suomi-NPP", .platform = "Suomi-NPP",
		.title = "VIIRS L2P Sea Surface Skin Temperature",
		.summary = VIIRS_SUMMARY("Suomi National Polar-Orbiting Partnership (Suomi NPP)"),
		.history = VIIRS_HISTORY("SNPP"),
		.uuid = "b6ac7651-7b02-44b0-942b-c5dc3c903eba",
	},
	{
		.key = "jpss1", .token = "JPSS1", .data_type = "JPSS1", .obpg = "JPSS1_VIIRS",
		.instrument = &viirs, .letter = 'J', .legacy_letter = 'V', .combined = "JPSS1",
		.downloads = "JPSS1_L2_SST_OBPG",
		.sensor_id = "33", .search = "JPSS1_VIIRS*L2*SST*",
		.list = "jpss1_filelist.txt", .state = "jpss1.txt",
		.wait = { 300, 0 }, .tokens = 6,
		.label = "JPSS1", .combiner_label = "JPSS1 VIIRS",
		.l2p = "JPSS1", .collection = "VIIRS_JPSS1-JPL-L2P-v2024.0", .version = "2024.0",
		.obpg_platform = "JPSS-1", .platform = "JPSS-1",
		.title = "VIIRS L2P Sea Surface Skin Temperature",
		.summary = VIIRS_SUMMARY("Joint Polar Satellite System 1 (JPSS-1/NOAA-20)"),
		.history = VIIRS_HISTORY("JPSS1"),
		.uuid = "0d3b2b5e-6f0c-4c52-9c4e-7a1f0b8f5a61",
	},
#ifdef DATASET_TEST_ROW		/* a test proves that a platform costs one row */
	DATASET_TEST_ROW,
#endif
};

const struct dataset *
dataset_at(size_t i)
{
	return i < sizeof(table) / sizeof(*table) ? &table[i] : NULL;
}

const struct dataset *
dataset_find(const char *name)
{
	const struct dataset *d;

	for (size_t i = 0; (d = dataset_at(i)) != NULL; i++)
		if (strcasecmp(name, d->key) == 0 || strcasecmp(name, d->data_type) == 0 ||
		    strcasecmp(name, d->obpg) == 0)
			return d;
	return NULL;
}

int
dataset_of_option(const char *text, const struct dataset **ds, struct err *e)
{
	*ds = NULL;
	if (text == NULL)
		return 0;
	*ds = dataset_find(text);
	if (*ds == NULL)
		return err_set(e, E_USAGE, "-d %s: not a dataset (aqua, terra, viirs, jpss1)", text);
	return 0;
}

const char *
ptype_name(enum ptype t)
{
	return t == PTYPE_QUICKLOOK ? "quicklook" : "refined";
}

const char *
ptype_upper(enum ptype t)
{
	return t == PTYPE_QUICKLOOK ? "QUICKLOOK" : "REFINED";
}

int
ptype_of_option(const char *text, enum ptype *t, struct err *e)
{
	*t = PTYPE_COUNT;
	if (text == NULL)
		return 0;
	for (enum ptype i = PTYPE_QUICKLOOK; i < PTYPE_COUNT; i++)
		if (strcasecmp(text, ptype_name(i)) == 0)
			*t = i;
	if (*t == PTYPE_COUNT)
		return err_set(e, E_USAGE, "-t %s: neither quicklook nor refined", text);
	return 0;
}

enum ptype
ptype_of_file(const char *version, const char *product, enum ptype by_name)
{
	if (version == NULL && product == NULL)
		return by_name;
	return (version != NULL && strstr(version, "QL") != NULL) ||
	    (product != NULL && strstr(product, ".NRT") != NULL) ? PTYPE_QUICKLOOK : PTYPE_REFINED;
}

const char *
suite_name(const struct instrument *in, enum suite s)
{
	static const char *const fixed[SUITE_COUNT] = { [SUITE_SST] = "SST", [SUITE_OC] = "OC" };

	return s == SUITE_NIGHT ? in->night_suite : fixed[s];
}
