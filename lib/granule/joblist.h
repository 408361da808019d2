#ifndef JOBLIST_H
#define JOBLIST_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "granule/dataset.h"
#include "granule/layout.h"

/*
 * Job lists and the download lists they name: what they are called, what a name says, times in them. generate-list(5)
 * describes them.
 *
 *	downloads_file_lists_AQUA_quicklook_2024_01_05_17_40_02_0_3f9a0c77.json
 *	aqua_quicklook_2024_01_05_17_40_02_0_1_3f9a0c77.txt
 */

#define JOBLIST_SIZE 256		/* of a name */

enum joblist {
	JOBLIST_DOWNLOADS,		/* for downloader: names of download lists */
	JOBLIST_COMBINER,		/* names of downloaded files */
	JOBLIST_PROCESSOR,		/* times of granules; for uploader too */
	JOBLIST_COUNT
};

/*
 * joblist_name - the name of an array's job list. joblist_downloads - of the download list of one of its jobs.
 *
 * t		PTYPE_COUNT: unmatched files, which are one job an array
 * stamp	YYYY_MM_DD_HH_MM_SS
 */
void	joblist_name(enum joblist what, const struct dataset *ds, enum ptype t, const char *stamp, size_t array,
	    const char *uid, char out[JOBLIST_SIZE]);
void	joblist_downloads(const struct dataset *ds, enum ptype t, const char *stamp, size_t array, size_t job,
	    const char *uid, char out[JOBLIST_SIZE]);

/* joblist_type - the name of a type there; "unmatched" for PTYPE_COUNT, files without an SST file. */
const char	*joblist_type(enum ptype t);

/* joblist_waiting - the list of SST files that a run of combiner keeps waiting in this hour; with run NULL, what stands
 * in the names of all such lists. */
void	joblist_waiting(const struct dataset *ds, enum ptype t, const char *run, char out[JOBLIST_SIZE]);

/* joblist_identity - dataset and type that the base name of a job list or download list tells; NULL and PTYPE_COUNT
 * where it does not. */
void	joblist_identity(const char *path, const struct dataset **ds, enum ptype *t);

/* joblist_sibling - what another component's job list of the same array is called; -1 with E_DATA when path is not
 * called as job lists are. */
int	joblist_sibling(const char *path, enum joblist what, char out[JOBLIST_SIZE], struct err *e);

/* joblist_time - an element of the processor's: YYYYMMDDTHHMMSS, or the same without T. -1 with E_USAGE when it is no
 * time. */
int	joblist_time(const char *text, int64_t *t, struct err *e);

/*
 * joblist_granules - the files of the granules of these times
 *
 * job		the job list, for messages
 * look		finds the file of a time, by day or night: 1 and its path, 0 when there is none, -1
 * paths	of those that are there, in the order of the times, day before night; what is no file fails by its name
 * missing	times that have neither: the list has the times of all input files, and those of companions may differ
 *
 * Returns 0, or -1 with E_USAGE when a time is none.
 */
typedef int	joblist_look(const void *ctx, int64_t time, bool night, char out[LAYOUT_SIZE], struct err *e);

int	joblist_granules(const struct strlist *times, const char *job, joblist_look *look, const void *ctx,
	    struct strlist *paths, struct strlist *missing, struct err *e);

#endif
