#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "base/err.h"
#include "base/str.h"
#include "granule/dataset.h"
#include "header.h"
#include "variables.h"

/*
 * One input file of a granule, looked at: whether it holds what its suite must hold, in the right types and sizes,
 * and the attributes of its variables. The data are read later, by combine.
 */

struct source_var {
	const struct variable *spec;
	char name[VARIABLE_NAME];	/* in the combined file */
	char path[2 * VARIABLE_NAME];	/* group/variable in the input */
	struct attributes att;
	bool only_fill;			/* does not fit: defined, but without data (compatibility mode) */
};

#define SOURCE_VARS 8

struct source {
	char *path;			/* owned; NULL: no such file */
	enum suite suite;
	int64_t mtime;			/* nanoseconds since 1970 */
	bool refined;			/* as the file says of itself */
	struct source_var var[SOURCE_VARS];
	size_t nvars;
};

/*
 * source_open - look at an SST file; h gets its header
 *
 * s		all-zero before; release with source_fini in any case
 * notes	gets a line for each oddity that does no harm
 * Returns 0, or -1: E_DATA when the file cannot be used, E_MISSING, E_ENV.
 */
int	source_open(struct source *s, const char *path, const struct dataset *ds, const struct mode *m,
	    struct header *h, struct strlist *notes, struct err *e);

/*
 * source_companion - look at a companion of the granule whose SST file has the header h
 *
 * It must have the size of the SST file and, where it tells, its scan times. In compatibility
 * mode it is judged as the reference does: an SST4 or SST3 file fails the granule, an OC file is used as far as
 * possible.
 */
int	source_companion(struct source *s, const char *path, enum suite suite, const struct dataset *ds,
	    const struct mode *m, const struct header *h, struct strlist *notes, struct err *e);

void	source_fini(struct source *s);

#endif
