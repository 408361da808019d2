#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The texts met so far, to do duplicate lines once: a hash table of 16-byte digests, so that a list of ten million
 * lines needs less than half a gigabyte whatever the length of its URLs.
 */

struct seen {
	unsigned char (*slot)[16];	/* all-zero: free */
	size_t size, used;		/* size is 0 or a power of two */
};

/* seen_add - 1 when a and b (taken together) are new, 0 when they were added before, -1 with E_ENV. */
int	seen_add(struct seen *s, const char *a, const char *b, struct err *e);
void	seen_fini(struct seen *s);

#endif
