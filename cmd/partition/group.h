#ifndef GROUP_H
#define GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "lines.h"

/*
 * Which files belong to one granule: the SST file, the night companion of the same second (SST4 or SST3), and for
 * platforms that need it the ocean colour file of the same second or else the same minute. The lines are sorted once,
 * by type, time and suite; then what belongs together lies together. Quicklook and refined files never mix.
 *
 * A file listed twice counts once: its last line wins.
 */

#define GROUP_NONE UINT32_MAX

struct granule {
	uint32_t time;
	uint32_t sst;			/* index of the line; GROUP_NONE: the SST file is on disk already */
	uint32_t night, oc;		/* index of the line, or GROUP_NONE */
};

/* The granules of one type, newest first: those with a line of their SST file in descending order of these lines, then
 * those without. */
struct granules {
	struct granule *g;
	size_t n, cap;
	size_t full;			/* the first so many have a line of their own */
};

struct groups {
	struct granules type[PTYPE_COUNT];
	uint32_t *unmatched;		/* lines of companions without an SST file, in descending order of their text */
	size_t nunmatched, cap;
};

/* group_replaced - told of a line whose file is listed again with another checksum; both are indices. May be NULL. */
typedef void	group_replaced(void *ctx, size_t old, size_t by);

/* group_lines - sort all lines into *gr, which is all-zero before. */
void	group_lines(const struct lines *l, struct groups *gr, group_replaced *replaced, void *ctx);

/* Times of SST files, each once, newest first. */
struct times {
	uint32_t *t;
	size_t n, cap;
};

void	times_add(struct times *ts, uint32_t t);
void	times_sort(struct times *ts);
void	times_fini(struct times *ts);

/*
 * group_late - give unmatched companions to SST files that were downloaded earlier
 *
 * disk		their times, sorted, once for each type; those taken become granules without a line. An ocean colour
 *		file whose second differs is taken when exactly one SST file has its minute.
 */
void	group_late(const struct lines *l, struct groups *gr, enum ptype t, const struct times *disk);

/* group_waiting - add SST files that wait on disk, unless the granule is there. waiting is sorted. */
void	group_waiting(struct groups *gr, enum ptype t, const struct times *waiting);

void	groups_fini(struct groups *gr);

#endif
