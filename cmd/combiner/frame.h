#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "granule/dataset.h"
#include "header.h"
#include "source.h"
#include "variables.h"

/*
 * The frame of a combined file: all of it but the data. netCDF makes dimensions, variables and attributes; the
 * variables are contiguous, so that afterwards their data can be written to where they lie in the file, by any
 * thread. netCDF and HDF5 do not survive a full disk: room for the whole file is made sure of before they write.
 */

/* What a combined file is made of. */
struct recipe {
	const struct header *header;
	const struct source *source[SUITE_COUNT];	/* NULL: not part of it */
	bool day;		/* the day file of its granule */
	bool platform;		/* with the attribute Platform */
	bool verify;		/* compare the positions of companions with those of the SST file */
	enum suite *suspect;		/* gets the suite whose file is being read */
};

/*
 * frame_write - put the frame into path, which fd has open for writing; what was in it is lost
 *
 * at	gets the place of each variable's data in the file, in bytes, in the order of the sources
 *
 * Returns 0, or -1 with E_ENV.
 */
int	frame_write(const struct recipe *p, const char *path, int fd, uint64_t at[VARIABLES_MAX], struct err *e);

#endif
