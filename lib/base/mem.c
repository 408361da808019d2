/* mem - allocation that refuses overflow */

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

int
mem_grow(void *arrayp, size_t *capp, size_t need, size_t size, struct err *e)
{
	void *old, *p;
	size_t cap = *capp;

	if (need <= cap)
		return 0;
	if (need > SIZE_MAX / 2 / size)
		return err_set(e, E_ENV, "%zu elements of %zu bytes: too large", need, size);
	while (cap < need)
		cap = cap < 8 ? 8 : cap + cap / 2;
	memcpy(&old, arrayp, sizeof(old));
	p = realloc(old, cap * size);
	if (p == NULL)
		return err_set(e, E_ENV, "%zu bytes: out of memory", cap * size);
	memcpy(arrayp, &p, sizeof(p));
	*capp = cap;
	return 0;
}

void
mem_die(const char *what)
{
	(void)dprintf(STDERR_FILENO, "%s: %s\n", program_invocation_short_name, what);
	_exit(3);
}

void *
xarray(size_t n, size_t size)
{
	void *p = calloc(n != 0 ? n : 1, size != 0 ? size : 1);

	if (p == NULL)
		mem_die("out of memory");
	return p;
}

void
xgrow(void *arrayp, size_t *capp, size_t need, size_t size)
{
	struct err e;

	if (mem_grow(arrayp, capp, need, size, &e) < 0)
		mem_die(e.msg);
}

char *
xstrdup(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		mem_die("out of memory");
	return p;
}

char *
xfmt(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) < 0)
		mem_die("out of memory");
	va_end(ap);
	return p;
}

void
xsnprintf(char *dst, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(dst, size, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size)
		mem_die("text too long for its buffer");
}
