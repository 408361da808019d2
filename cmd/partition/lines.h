#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/set.h"
#include "base/str.h"
#include "granule/listline.h"

/*
 * The lines of download lists, "URL CHECKSUM", in 32 bytes each: all that differs between them is the time, the suite
 * and the checksum, so the directory of the URL is kept once and the name is put together again when it is written. A
 * text of 126 bytes that way needs a quarter of its length; ten million lines need 320 MB.
 */

struct line {
	uint32_t time;			/* of the granule, UTC seconds since 1970 */
	uint32_t number;		/* of the line in its list, from 1 */
	uint16_t dir;			/* the directory of the URL: lines.dirs.item[] */
	uint8_t suite;			/* enum suite */
	bool nrt : 1;			/* the name has .NRT: quicklook */
	bool opaque : 1;		/* the checksum is no SHA-1: sum holds the offset of its text */
	unsigned char sum[20];
};

#define LINES_MAX ((size_t)1 << 29)	/* what group.c can count */

struct lines {
	const struct dataset *ds;	/* of all lines; NULL until the first one says */
	bool foreign;			/* the lists are not the user's */
	struct line *line;
	size_t n, cap;
	struct strlist dirs;		/* URLs without the name: "https://host/path/[?query]", as they have appeared */
	struct set dir_index;		/* of dirs: index + 1 */
	uint16_t dir;			/* the directory of the last line: mostly that of the next one too */
	struct listline last;
	struct buf sums;		/* texts of opaque checksums, each with its NUL */
};

/*
 * lines_add - add a line
 *
 * text		the line
 * number	its number in the list, from 1
 *
 * Returns 1; 0 when there is nothing in it; LINES_OTHER with e set when it is another product of OBPG, or in a foreign
 * list a file of another dataset, which is passed over; -1 with E_DATA when it is no download of an SST, SST4, SST3 or
 * OC file of the dataset by its present name, with E_ENV when the table is full.
 */
#define LINES_OTHER 2
int	lines_add(struct lines *l, const char *text, size_t number, struct err *e);

/* lines_url, lines_text - append the URL, or "URL CHECKSUM", to b. */
void	lines_url(const struct lines *l, size_t i, struct buf *b);
void	lines_text(const struct lines *l, size_t i, struct buf *b);

/* lines_same_sum - whether two lines have the same checksum. */
bool	lines_same_sum(const struct lines *l, size_t i, size_t k);

/* lines_name - append the base name of a granule's file to b, with or without .NRT. */
void	lines_name(const struct dataset *ds, uint32_t time, enum suite suite, bool nrt, struct buf *b);

/* lines_stamp - append the time as YYYYMMDDTHHMMSS. */
void	lines_stamp(uint32_t time, struct buf *b);

void	lines_fini(struct lines *l);

#endif
