#ifndef DATASET_H
#define DATASET_H

#include <stddef.h>

#include "base/err.h"

/*
 * The table of datasets: everything in which Aqua, Terra, Suomi-NPP and NOAA-20 differ. No other file compares
 * dataset names; a new platform is a new row here.
 */

enum ptype { PTYPE_QUICKLOOK, PTYPE_REFINED, PTYPE_COUNT };

enum suite { SUITE_SST, SUITE_NIGHT, SUITE_OC, SUITE_COUNT };	/* NIGHT: SST4 or SST3, as the instrument has it */

/* What every L2P granule says of its byte variables. */
#define SIGNED_BYTE_WARNING \
	"WARNING Some applications are unable to properly handle signed byte values. If values are encountered " \
	"> 127, please subtract 256 from this reported value"

/* Texts of L2P granules that differ between instruments. Named after the attribute, and the variable where it is one of
 * a variable's; the night ones are those of the variables with the suffix. NULL: no such attribute. */
struct l2p_texts {
	const char *institution, *spatial_resolution, *source, *keywords, *standard_name_vocabulary;
	const char *acknowledgment, *creator_name, *creator_email;
	float resolution;			/* geospatial_lat_resolution, geospatial_lon_resolution */
	int geospatial_bounds;			/* whether geospatial_lat_max and its three sisters are written */
	const char *sst_comment, *quality_comment, *bias_long_name, *stdv_long_name;
	const char *night_suffix;		/* of variable names: _4um, _3chan */
	const char *night_long_name, *night_standard_name, *night_comment;
	const char *night_quality_long_name, *night_quality_comment;
	const char *night_bias_long_name, *night_bias_comment;
	const char *night_stdv_long_name, *night_stdv_comment;
};

/* What the platforms of one instrument have in common. */
struct instrument {
	const char *name;		/* as in OBPG's attribute `instrument`: MODIS, VIIRS */
	const char *night_suite;	/* suite token of the night companion: SST4, SST3 */
	const char *night_var;		/* its variables in combined files: sst4 (bias_sst4, ...), sst_triple */
	const char *night_alias;	/* other spelling OBPG may use for night_var; NULL without */
	int day_needs_oc;		/* whether day granules wait for an ocean colour file */
	const char *core;		/* directory below processor/output */
	struct l2p_texts l2p;
};

struct dataset {
	const char *key;		/* aqua: directories of stores, queues, job names, options */
	const char *token;		/* AQUA: lists, processing types (AQUA_QUICKLOOK) */
	const char *data_type;		/* MODIS_A: job arguments, L2P directories, logs and registries */
	const char *obpg;		/* AQUA_MODIS: first field of OBPG names */
	const struct instrument *instrument;
	char letter;			/* first letter of combined names */
	char legacy_letter;		/* first letter of OBPG names before 2019 */
	const char *combined;		/* field of combined names before _GSST: LAC, SNPP, JPSS1 */
	const char *downloads;		/* directory stem of downloads */
	const char *sensor;		/* in OBPG's file search; NULL where it knows only the number: */
	const char *sensor_id;		/* 33; NULL with a sensor */
	const char *search;		/* glob of names in that search */
	const char *sorts_last;		/* end of old names that come after their night companions; NULL without */
	const char *list;		/* download lists: modis_aqua_filelist.txt */
	const char *state;		/* what the list creator knows: modis_a.txt */
	int wait[PTYPE_COUNT];		/* minutes the combiner waits for a missing companion */
	int tokens;			/* job arrays at once, unless the token pool says otherwise */
	const char *label;		/* in final_log lines */
	const char *combiner_label;	/* the combiner's spelling of it */
	const char *l2p;		/* source field of L2P names: MODIS_A, VIIRS_NPP */
	const char *collection;		/* short name, = L2P attribute id */
	const char *version;		/* its version, = product_version and CNM dataVersion */
	const char *sensor_alias;	/* Sensor_Name of old files that names the platform too; NULL without */
	const char *obpg_platform;	/* OBPG's attribute `platform`, = attribute Platform of combined files */
	/* Texts of the L2P global attributes of the same names */
	const char *platform, *title, *summary, *history, *uuid;
};

/* dataset_find - by any spelling: key, token, data type, OBPG prefix, upper or lower case; NULL when unknown. */
const struct dataset	*dataset_find(const char *name);

/* dataset_at - row i of the table, NULL past the end. */
const struct dataset	*dataset_at(size_t i);

/* dataset_of_option - the dataset -d names; NULL for text NULL. -1 with E_USAGE when unknown. */
int	dataset_of_option(const char *text, const struct dataset **ds, struct err *e);

/* ptype_name - "quicklook"/"refined" and, upper case, "QUICKLOOK"/"REFINED". */
const char	*ptype_name(enum ptype t);
const char	*ptype_upper(enum ptype t);

/* ptype_of_option - the type -t names, any case; PTYPE_COUNT for text NULL. -1 with E_USAGE when unknown. */
int	ptype_of_option(const char *text, enum ptype *t, struct err *e);

/* ptype_of_file - the type that a file of OBPG tells with its attributes processing_version and product_name, NULL
 * where it has none; by_name without both. */
enum ptype	ptype_of_file(const char *version, const char *product, enum ptype by_name);

/* suite_name - the token in OBPG names: SST, OC, or the instrument's night companion. */
const char	*suite_name(const struct instrument *in, enum suite s);

#endif
