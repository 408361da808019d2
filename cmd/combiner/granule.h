#ifndef GRANULE_H
#define GRANULE_H

#include <stdbool.h>
#include <stdint.h>

#include "attributes.h"
#include "base/err.h"
#include "base/str.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "header.h"
#include "pending.h"
#include "source.h"

/*
 * One granule: its SST file, which companions it needs, where they are, how long it has waited for them, and which
 * combined files are made of it.
 */

/* What holds for all granules of a run. */
struct setting {
	struct mode mode;
	const char *root, *outdir;	/* the tree; the flat output directory or NULL */
	enum ptype type;		/* -t; PTYPE_COUNT: from directory or contents */
	int wait;			/* -w in minutes; -1: the dataset's */
	const struct pending *pending;	/* listed files */
};

struct granule {
	struct obpg_name name;
	char base[NAME_SIZE];		/* of the SST file */
	enum ptype type;
	struct header header;
	struct source source[SUITE_COUNT];	/* path NULL: not found, not looked for, or refused */
	bool refused[SUITE_COUNT];	/* was bad; not looked for again */
	struct err failure[SUITE_COUNT];/* compatibility mode: why the passes with this file fail; code E_NONE: fine */
	struct strlist notes;		/* oddities that do no harm */
};

/* granule_open - look at the SST file path. g is all-zero before; granule_fini in any case. E_DATA: unusable. */
int	granule_open(struct granule *g, const char *path, const struct setting *s, struct err *e);
void	granule_fini(struct granule *g);

/* granule_needs - whether a granule of this kind should have a file of the suite. */
bool	granule_needs(const struct granule *g, enum suite suite);

/*
 * granule_gather - find the companions that may be used, and look at them
 *
 * *bad		the suite of a companion that cannot be used, when the result is -1 with E_DATA; its source has the path
 * Returns 0, or -1. Companions that are not there are no error.
 */
int	granule_gather(struct granule *g, const struct setting *s, enum suite *bad, struct err *e);

/* granule_complete - whether every companion needed was found. */
bool	granule_complete(const struct granule *g);

/* granule_age - minutes from mtime (ns) to now (s), rounded to the nearest, ties to even. */
long	granule_age(int64_t now, int64_t mtime);
long	granule_threshold(const struct granule *g, const struct setting *s);

/* One combined file of a granule. */
struct pass {
	bool day;
	bool uses[SUITE_COUNT];
	char path[LAYOUT_SIZE];		/* of the combined file */
	char name[NAME_SIZE];		/* its base name without refined_ */
	int64_t mtime;			/* newest of its inputs */
};

/* granule_passes - the passes of a gathered granule; returns their number, 1 or 2, or -1. */
int	granule_passes(const struct granule *g, const struct setting *s, struct pass pass[2], struct err *e);

#endif
