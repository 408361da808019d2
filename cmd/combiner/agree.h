#ifndef AGREE_H
#define AGREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Whether a companion shows the same scene as the SST file: times of the first and last line, positions of the
 * corners. Names alone do not tell: an OC file of a neighbouring second may belong to another granule. What one of
 * the two files does not have is not compared.
 */

/* The four corners of a swath: first line left, right, last line left, right. */
struct corners {
	float lat[4], lon[4];	/* degrees; NAN unknown */
};

/* agree_lines - first and last element of scan_line_attributes/msec of open file ncid with nj lines; NAN unknown. */
void	agree_lines(int ncid, size_t nj, double *first, double *last);

/* agree_times - compare those of a companion (path) with those of the SST file; 0, or -1 with E_DATA. */
int	agree_times(const char *path, const double companion[2], const double sst[2], struct err *e);

/* agree_corners - the same with corners. */
int	agree_corners(const char *path, const struct corners *companion, const struct corners *sst, struct err *e);

#endif
