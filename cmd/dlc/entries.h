#ifndef ENTRIES_H
#define ENTRIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/set.h"
#include "base/str.h"
#include "run/run.h"

/*
 * Files and their checksums: those of an answer, and those of the state. The key of a file is its name, or its whole
 * URL where that does not begin with the usual one; a name has no slash.
 */

#define ENTRY_SHA1 20			/* bytes */

struct entry {
	const char *key;		/* owned by the entries */
	unsigned char sha1[ENTRY_SHA1];
	int32_t missed;			/* state: day (since 1970) of the first answer without it; 0: none yet */
	uint32_t line;			/* where it was read */
};

struct entries {
	const char *name;		/* of what they are in, for messages; the caller's */
	const char *files_url;		/* what stands in front of names; the caller's */
	struct entry *item;
	size_t n, cap;
	struct strlist keys;
	struct set index;		/* index + 1 of each key; empty before entries_index */
	struct oddities twice;		/* keys that are there more than once */
};

/* entries_add - append; sha1 is hexadecimal text. The entry is valid until the next addition. */
struct entry	*entries_add(struct entries *t, const char *key, const char *sha1, size_t line);

/* entries_line - append "URL CHECKSUM" of an entry to b. */
void	entries_line(const struct entries *t, const struct entry *n, struct buf *b);

/* entries_index - prepare t for entries_find. Of a key that is there more than once the last entry counts; the others
 * stay in the array with an empty key. */
void	entries_index(struct entries *t);

/* entries_find - by key, after entries_index; NULL when it is not there. */
struct entry	*entries_find(const struct entries *t, const char *key);

/* entries_order - compare as lists are sorted: by key, then by checksum. sorts_last is the end of names that are taken
 * as if it were ...9999.nc (old SST after SST3), or NULL. */
int	entries_order(const struct entry *a, const struct entry *b, const char *sorts_last);

/* entries_sort - sort, and keep of each key the last entry; t must not be indexed. It is odd when they differ. */
void	entries_sort(struct entries *t, const char *sorts_last);

void	entries_fini(struct entries *t);

#endif
