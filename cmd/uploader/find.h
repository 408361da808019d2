#ifndef FIND_H
#define FIND_H

#include "base/err.h"
#include "base/str.h"
#include "run/run.h"

/*
 * Job mode: an element of a job list holds the start times of granules (YYYYMMDDTHHMMSS, or the same without T); the
 * granules are looked for in the tree, day and night of each time. A time without granules is no error: the list has
 * the times of all input files.
 */

/*
 * find_granules - the granules of the job's element
 *
 * paths	of those that are there, in the order of the element, day before night
 * missing	times that have neither
 *
 * Returns 0, or -1 with E_USAGE when a time is none.
 */
int	find_granules(const struct run *r, struct strlist *paths, struct strlist *missing, struct err *e);

/* find_sources - the names of the OBPG files of the job's element, from combiner_file_lists_... in the tree. */
int	find_sources(const struct run *r, struct strlist *sources, struct err *e);

/* find_provenance - those of sources that have the start time of the granule, joined; owned by the caller. */
char	*find_provenance(const struct strlist *sources, const char *granule, const char *joint);

#endif
