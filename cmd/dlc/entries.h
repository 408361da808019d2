#ifndef ENTRIES_H
#define ENTRIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/set.h"

/*
 * Files and their checksums: those of an answer, and those of the state. The key of a file is its name, or its whole
 * URL where that does not begin with the usual one; a name has no slash. Keys are kept in blocks, entries in one array,
 * so that a hundred thousand files need some ten megabytes.
 */

#define ENTRY_SHA1 20			/* bytes */
#define ENTRY_HEX_SIZE 41		/* as text, with its NUL */

struct entry {
	const char *key;		/* owned by the entries */
	unsigned char sha1[ENTRY_SHA1];
	int32_t missed;			/* state: day (since 1970) of the first answer without it; 0: none yet */
	uint32_t line;			/* where it was read */
};

struct entries {
	struct entry *item;
	size_t n, cap;
	struct entry_block *blocks;
	struct set index;		/* by key: index + 1 of an entry; empty before entries_index */
};

/* entries_add - append; sha1 is hexadecimal text. The entry is valid until the next addition; NULL with E_ENV. */
struct entry	*entries_add(struct entries *t, const char *key, const char *sha1, size_t line, struct err *e);

/* entries_cut - forget all but the first n. */
void	entries_cut(struct entries *t, size_t n);

/* entries_index - prepare t for entries_find. twice is called for keys that are there more than once, of which the last
 * counts; the others stay in the array with an empty key. */
int	entries_index(struct entries *t, void (*twice)(void *ctx, const struct entry *first, const struct entry *last),
	    void *ctx, struct err *e);

/* entries_find - by key, after entries_index; NULL when it is not there. */
struct entry	*entries_find(const struct entries *t, const char *key);

/*
 * entries_order - compare as lists are sorted: by key, then by checksum
 *
 * sorts_last	end of names that are taken as if it were ...9999.nc (old SST after SST3), or NULL
 */
int	entries_order(const struct entry *a, const struct entry *b, const char *sorts_last);

/*
 * entries_sort - sort, and keep of each key the last entry
 *
 * twice is called for keys with different checksums. t must not be indexed.
 */
void	entries_sort(struct entries *t, const char *sorts_last,
	    void (*twice)(void *ctx, const struct entry *dropped, const struct entry *kept), void *ctx);

void	entry_hex(const struct entry *n, char out[ENTRY_HEX_SIZE]);
void	entries_fini(struct entries *t);

#endif
