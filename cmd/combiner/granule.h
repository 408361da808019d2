#ifndef GRANULE_H
#define GRANULE_H

#include <stdbool.h>
#include <stdint.h>

#include "attributes.h"
#include "base/err.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "header.h"
#include "pending.h"
#include "run/run.h"

/*
 * One granule: its SST file, which companions it needs, where they are, how long it has waited for them, and which
 * combined files are made of it. A combined file bears the modification time of its newest input, so that readers can
 * tell by it whether they have seen this content; one that is there and up to date is not made again.
 */

/* What holds for all granules of a run. */
struct setting {
	const struct run *run;		/* root, -o, -t, -n */
	struct mode mode;
	long wait;			/* -w in minutes; -1: the dataset's */
	bool force;
	int workers;			/* threads that decode; 0: none but this one */
	const struct pending *pending;	/* listed files */
};

enum decision { DECIDE_COMBINE, DECIDE_WAIT, DECIDE_LATER };

/* What became of it; without pointers into memory of its own, so that a child process can leave it to its parent. */
struct outcome {
	const struct dataset *ds;	/* as far as known, also on failure; NULL when not */
	enum ptype type;
	enum light light;		/* LIGHT_COUNT: not known */
	enum decision decision;
	long age, threshold;		/* minutes; -1 not known */
	char input[SUITE_COUNT][LAYOUT_SIZE];	/* files that were read; "" */
	bool needs[SUITE_COUNT];
	struct combined {
		char path[LAYOUT_SIZE];
		char name[NAME_SIZE];	/* its base name without refined_ */
		uint64_t bytes;
		bool made;		/* false: it was up to date, or this is a dry run */
	} combined[2];
	size_t ncombined;
	enum suite suspect;		/* whose file was read last, or is at fault */
	struct err err;			/* code E_NONE: combined, or to wait */
	struct err other;		/* compatibility mode: of a pass that failed beside another one */
};

/*
 * granule_combine - look at the SST file path and its companions, decide, and make the combined files
 *
 * refused	suites whose files turned out to be bad and are not looked for again
 * at_end	nothing more will come: with a companion missing the granule waits or goes on without it, by its age;
 *		before, it is kept for later
 */
void	granule_combine(const struct setting *s, const char *path, const bool refused[SUITE_COUNT], bool at_end,
	    struct outcome *o);

/* granule_age - minutes from mtime (ns) to now (s), rounded to the nearest, ties to even; 0 when mtime is later: clocks
 * differ. */
long	granule_age(int64_t now, int64_t mtime);

#endif
