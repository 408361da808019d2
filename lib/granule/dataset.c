/* dataset - the table of datasets */

#include <strings.h>

#include "granule/dataset.h"

static const struct instrument modis = {
	.name = "MODIS",
	.night_suite = "SST4",
	.night_var = "sst4",
	.day_needs_oc = 1,
	.core = "MODIS_L2P_CORE_NETCDF",
};

static const struct instrument viirs = {
	.name = "VIIRS",
	.night_suite = "SST3",
	.night_var = "sst_triple",
	.night_alias = "sst3",
	.core = "VIIRS_L2P_CORE_NETCDF",
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
		.wait = { 0, 0 },
		.label = "MODIS Aqua", .combiner_label = "MODIS Aqua",
		.l2p = "MODIS_A", .collection = "MODIS_A-JPL-L2P-v2019.0", .version = "2019.0",
		.obpg_platform = "Aqua", .platform = "Aqua",
		.title = "MODIS Aqua L2P SST",
		.summary = MODIS_SUMMARY,
		.history = "MODIS L2P created at JPL PO.DAAC",
		.uuid = "f6e1f61d-c4a4-4c17-8354-0c15e12d688b",
	},
	{
		.key = "terra", .token = "TERRA", .data_type = "MODIS_T", .obpg = "TERRA_MODIS",
		.instrument = &modis, .letter = 'T', .legacy_letter = 'T', .combined = "LAC",
		.downloads = "MODIS_TERRA_L2_SST_OBPG",
		.wait = { 300, 0 },
		.label = "MODIS Terra", .combiner_label = "MODIS Terra",
		.l2p = "MODIS_T", .collection = "MODIS_T-JPL-L2P-v2019.0", .version = "2019.0",
		.obpg_platform = "Terra", .platform = "Terra",
		.title = "MODIS Terra L2P SST",
		.summary = MODIS_SUMMARY,	/* says Aqua in the archive too */
		.history = "MODIS L2P created at JPL PO.DAAC",
		.uuid = "f6e1f61d-c4a4-4c17-8354-0c15e12d688b",
	},
	{
		.key = "viirs", .token = "VIIRS", .data_type = "VIIRS", .obpg = "SNPP_VIIRS",
		.instrument = &viirs, .letter = 'V', .legacy_letter = 'V', .combined = "SNPP",
		.downloads = "VIIRS_L2_SST_OBPG",
		.wait = { 300, 0 },
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
		.wait = { 300, 0 },
		.label = "JPSS1", .combiner_label = "JPSS1 VIIRS",
		.l2p = "JPSS1", .collection = "VIIRS_JPSS1-JPL-L2P-v2024.0", .version = "2024.0",
		.obpg_platform = "JPSS-1", .platform = "JPSS-1",
		.title = "VIIRS L2P Sea Surface Skin Temperature",
		.summary = VIIRS_SUMMARY("Joint Polar Satellite System 1 (JPSS-1/NOAA-20)"),
		.history = VIIRS_HISTORY("JPSS1"),
		.uuid = "0d3b2b5e-6f0c-4c52-9c4e-7a1f0b8f5a61",
	},
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

const char *
suite_name(const struct instrument *in, enum suite s)
{
	static const char *const fixed[SUITE_COUNT] = { [SUITE_SST] = "SST", [SUITE_OC] = "OC" };

	return s == SUITE_NIGHT ? in->night_suite : fixed[s];
}
