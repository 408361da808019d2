#ifndef MEM_H
#define MEM_H

#include <stddef.h>

#include "base/err.h"

/*
 * Allocation that refuses overflow and reports failure as an error. All results are freed with free().
 */

/* mem_array - n * size bytes, zeroed; NULL with E_ENV when memory is out or the product overflows. */
void	*mem_array(size_t n, size_t size, struct err *e);

/* mem_grow - *arrayp enlarged to hold at least need elements of size bytes (*capp counts them); 0 or -1. */
int	mem_grow(void *arrayp, size_t *capp, size_t need, size_t size, struct err *e);

/* mem_str - a copy of s, or NULL with E_ENV. */
char	*mem_str(const char *s, struct err *e);

/* mem_fmt - the formatted string, or NULL with E_ENV. */
char	*mem_fmt(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
