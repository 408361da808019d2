#ifndef MEM_H
#define MEM_H

#include <stddef.h>

#include "base/err.h"

/*
 * Allocation that refuses overflow. All results are freed with free().
 *
 * The x-functions do not fail: lack of memory, and text that outgrows its own fixed buffer, end the program with one
 * message and status 3, from any thread and without exit handlers. Programs survive being killed at any instruction,
 * so this is as safe as that. Sizes that come from input (dimensions, bodies, lists) go through mem_grow instead and
 * fail the item.
 */

/* xarray - n * size bytes, zeroed. */
void	*xarray(size_t n, size_t size);

/* xgrow - *arrayp enlarged to hold at least need elements of size bytes; *capp counts them. */
void	xgrow(void *arrayp, size_t *capp, size_t need, size_t size);

char	*xstrdup(const char *s);

/* xfmt - the formatted string. */
char	*xfmt(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* xsnprintf - format into dst[size], which must be large enough. */
void	xsnprintf(char *dst, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* mem_die - end the program: "NAME: WHAT", status 3. */
_Noreturn void	mem_die(const char *what);

/* mem_grow - as xgrow; -1 with E_ENV when memory is out or the product overflows. */
int	mem_grow(void *arrayp, size_t *capp, size_t need, size_t size, struct err *e);

#endif
