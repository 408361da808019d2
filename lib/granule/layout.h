#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdint.h>

#include "base/err.h"
#include "granule/dataset.h"

/*
 * The shared tree: which directory below the root holds what. One table of relative paths; every component finds
 * its files here. Days of year in directory names are not padded (2024/5).
 */

enum layout {
	LAYOUT_LIST_STATES,	/* download-lists/state_files: what the list creator knows; as in the bucket */
	LAYOUT_DOWNLOAD_LISTS,	/* downloader/lists: lists and job lists of the downloader */
	LAYOUT_DOWNLOADER_LOGS,	/* downloader/logs: of the reference system */
	LAYOUT_DOWNLOADER_SCRATCH,/* downloader/scratch: likewise */
	LAYOUT_DOWNLOAD_STAGING,/* combiner/downloads/STEM/.hidden: downloads under way */
	LAYOUT_DOWNLOADS,	/* combiner/downloads/STEM_TYPE: finished downloads */
	LAYOUT_COMBINER_LISTS,	/* combiner/downloads: job lists of the combiner */
	LAYOUT_COMBINER_JOBS,	/* combiner/jobs: lists of granules that wait for a companion */
	LAYOUT_COMBINED,	/* processor/input/DS_TYPE/YEAR/DAY: combined files */
	LAYOUT_HOLDING,		/* processor/input/holding_tank: companions used once */
	LAYOUT_HOLDING_TYPE,	/* processor/input/holding_tank/DS_TYPE: the same, per processing type */
	LAYOUT_L2_QUARANTINE,	/* processor/input/quarantine: inputs of failed combinations */
	LAYOUT_INPUT,		/* processor/input: job lists of processor and uploader, everything to process */
	LAYOUT_OUTPUT,		/* processor/output: products */
	LAYOUT_L2P,		/* processor/output/CORE/DIR/YEAR/DAY: products */
	LAYOUT_QUARANTINE,	/* processor/scratch/quarantine: combined files of failed conversions */
	LAYOUT_SCRATCH,		/* processor/scratch: registries */
	LAYOUT_REPORTS,		/* processor/scratch/reports: of the reference's reporter */
	LAYOUT_PROCESSING_LOGS,	/* processor/logs/processing_logs */
	LAYOUT_ERROR_LOGS,	/* processor/logs/error_logs */
	LAYOUT_TOKENS,		/* tokens: the token pool, when it is a directory */
	LAYOUT_PLANS,		/* partition: plans of workflows, and what was submitted of them */
	LAYOUT_COUNT
};

#define LAYOUT_SIZE 4096

/*
 * layout_dir - a directory of the tree
 *
 * ds, t	dataset and type; may be NULL and PTYPE_COUNT for directories that do not depend on them
 * time		UTC seconds since 1970, for directories by day; else ignored
 * out		"root/relative", no slash at the end
 *
 * Returns 0, or -1 with E_DATA when the root is too long. Nothing is created.
 */
int	layout_dir(const char *root, enum layout what, const struct dataset *ds, enum ptype t, int64_t time,
	    char out[LAYOUT_SIZE], struct err *e);

/* layout_path - the same with "/name" behind it. */
int	layout_path(const char *root, enum layout what, const struct dataset *ds, enum ptype t, int64_t time,
	    const char *name, char out[LAYOUT_SIZE], struct err *e);

/* layout_expected - directories, relative to the root, that jobs of the reference system expect to be there, where
 * production mounts the components' one by one; NULL past the end. */
const char	*layout_expected(size_t i);

/* layout_of_dir - dataset and type as the directories of path tell them (AQUA_QUICKLOOK, MODIS_A_REFINED,
 * MODIS_AQUA_L2_SST_OBPG_QUICKLOOK); *ds is NULL and *t PTYPE_COUNT when they do not. */
void	layout_of_dir(const char *path, const struct dataset **ds, enum ptype *t);

#endif
