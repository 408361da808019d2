/* param - what all places of parameters have in common */

#include <string.h>

#include "place/param.h"

bool
param_is_value(const char *s)
{
	size_t n = strnlen(s, PARAM_VALUE_SIZE);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return n > 0 && n <= PARAM_VALUE_MAX;
}

static int
check_name(const char *name, struct err *e)
{
	if (strchr(name, '/') != NULL)
		return err_set(e, E_DATA, "%s: not a name of a parameter", name);
	return backend_check_name("name of a parameter", name, PARAM_NAME_MAX, e);
}

static const struct param_ops *
ops_of(const struct param *p)
{
	return (const struct param_ops *)p->place.ops;
}

struct param *
param_open(const char *place, enum place_mode mode, struct err *e)
{
	return (struct param *)place_open(SEAM_PARAM, place, mode, e);
}

void
param_close(struct param *p)
{
	place_close((struct place *)p);
}

int
param_get(struct param *p, const char *name, char value[PARAM_VALUE_SIZE], struct err *e)
{
	int r;

	*value = '\0';
	if (check_name(name, e) < 0)
		return -1;
	r = ops_of(p)->get(p, name, value, e);
	if (r > 0 && !param_is_value(value))
		r = err_set(e, E_DATA, "%s: damaged: not one line of text", name);
	if (r <= 0)
		explicit_bzero(value, PARAM_VALUE_SIZE);
	return r;
}

int
param_set(struct param *p, const char *name, const char *value, struct err *e)
{
	if (check_name(name, e) < 0)
		return -1;
	if (!param_is_value(value))	/* which the message does not show */
		return err_set(e, E_DATA, "%s: the new value is not one line of 1 to %d bytes", name, PARAM_VALUE_MAX);
	return ops_of(p)->set(p, name, value, e);
}
