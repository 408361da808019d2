/* str - strings and growable buffers */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

const char *
str_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

int
str_fmt(char *dst, size_t size, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(dst, size, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < size)
		return 0;
	err_set(e, E_DATA, "%.80s...: name too long", n >= 0 ? dst : "");
	dst[0] = '\0';
	return -1;
}

bool
str_plain(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return *s == '\0';
}

bool
str_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

int
str_number(const char *s, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s[i] - '0');
	return v;
}

void
buf_vadd(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	xgrow(&b->text, &b->cap, b->len + 1, 1);
	n = vsnprintf(b->text + b->len, b->cap - b->len, fmt, ap);
	if (n < 0)
		mem_die("text that cannot be formatted");
	if ((size_t)n >= b->cap - b->len) {
		xgrow(&b->text, &b->cap, b->len + (size_t)n + 1, 1);
		(void)vsnprintf(b->text + b->len, b->cap - b->len, fmt, again);
	}
	va_end(again);
	b->len += (size_t)n;
}

void
buf_add(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vadd(b, fmt, ap);
	va_end(ap);
}

void
buf_put(struct buf *b, const char *data, size_t n)
{
	xgrow(&b->text, &b->cap, b->len + n + 1, 1);
	memcpy(b->text + b->len, data, n);
	b->len += n;
	b->text[b->len] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->text);
	*b = (struct buf){0};
}

const char *
buf_str(const struct buf *b)
{
	return b->text != NULL ? b->text : "";
}

void
strlist_push(struct strlist *l, const char *s)
{
	xgrow(&l->item, &l->cap, l->n + 1, sizeof(*l->item));
	l->item[l->n++] = xstrdup(s);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
strlist_sort(struct strlist *l)
{
	if (l->n > 1)
		qsort(l->item, l->n, sizeof(*l->item), by_bytes);
}

void
strlist_free(struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->item[i]);
	free(l->item);
	*l = (struct strlist){0};
}
