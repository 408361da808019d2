#ifndef STR_H
#define STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Strings: predicates, fixed-size buffers that cannot overflow, growable buffers, and lists of strings.
 */

bool	str_starts(const char *s, const char *prefix);
bool	str_ends(const char *s, const char *suffix);

/* str_base - the part of path after its last slash; points into path. */
const char	*str_base(const char *path);

/* str_fmt - snprintf into dst[size]; -1 with E_DATA when it does not fit (dst then holds ""). */
int	str_fmt(char *dst, size_t size, struct err *e, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));

/* str_plain - whether s is printable ASCII only. */
bool	str_plain(const char *s);

/* str_digits - whether s starts with n decimal digits. */
bool	str_digits(const char *s, size_t n);

/* str_number - the number in the n digits at s, which must be digits; n <= 9. */
int	str_number(const char *s, size_t n);

/* A growable text. All-zero is empty; text is NULL until something was added. */
struct buf {
	char *text;
	size_t len, cap;
};

void	buf_add(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void	buf_vadd(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* buf_put - append n bytes as they are; fast, for texts put together from many small pieces. */
void	buf_put(struct buf *b, const char *data, size_t n);
void	buf_free(struct buf *b);

/* buf_str - the text, "" when empty; owned by b. */
const char	*buf_str(const struct buf *b);

/* A list of copied strings. All-zero is empty. */
struct strlist {
	char **item;
	size_t n, cap;
};

void	strlist_push(struct strlist *l, const char *s);
void	strlist_sort(struct strlist *l);	/* by bytes */
void	strlist_free(struct strlist *l);

#endif
