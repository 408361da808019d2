/* err - errors as values */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

#undef err_set
#undef err_sys
#undef err_place
#undef err_config

void
err_printable(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	char msg[ERR_MSGMAX];
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);	/* arguments may point into e->msg */
	va_end(ap);
	err_printable(msg);
	memcpy(e->msg, msg, sizeof(msg));
	e->code = code;
	return -1;
}

static enum err_code
code_of_errno(int en)
{
	switch (en) {
	case ENOENT:
	case ENOTDIR:
		return E_MISSING;
	case ENAMETOOLONG:
	case EISDIR:
	case ELOOP:
		return E_DATA;
	default:
		return E_ENV;
	}
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	char msg[ERR_MSGMAX];
	va_list ap;
	int en = errno;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return err_set(e, code_of_errno(en), "%s: %s", msg, strerror(en));
}

int
err_place(struct err *e)
{
	if (e != NULL && (e->code == E_MISSING || e->code == E_DATA))
		e->code = E_ENV;
	return -1;
}

int
err_config(struct err *e)
{
	if (e != NULL && (e->code == E_MISSING || e->code == E_DATA))
		e->code = E_USAGE;
	return -1;
}
