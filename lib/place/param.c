/* param - what all places of parameters have in common */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "place/param.h"

static bool
one_line(const char *s, size_t max)
{
	size_t n = strnlen(s, max + 1);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return n <= max;
}

bool
param_is_value(const char *s)
{
	return *s != '\0' && one_line(s, PARAM_VALUE_MAX);
}

static int
check_name(const char *name, struct err *e)
{
	if (strchr(name, '/') != NULL)
		return err_set(e, E_DATA, "%s: not a name of a parameter", name);
	return backend_check_name("name of a parameter", name, PARAM_NAME_MAX, e);
}

/* The message does not show the value. */
static int
check(const char *name, const char *value, const char *note, struct err *e)
{
	if (check_name(name, e) < 0)
		return -1;
	if (!param_is_value(value))
		return err_set(e, E_DATA, "%s: the new value is not one line of 1 to %d bytes", name, PARAM_VALUE_MAX);
	if (note != NULL && !one_line(note, PARAM_NOTE_MAX))
		return err_set(e, E_DATA, "%s: its note is not one line of at most %d bytes", name, PARAM_NOTE_MAX);
	return 0;
}

struct param *
param_open(const char *place, enum place_mode mode, struct err *e)
{
	const struct param_ops *ops = backend_find(SEAM_PARAM, place, e);
	struct param *p;

	if (ops == NULL)
		return NULL;
	p = mem_array(1, sizeof(*p), e);
	if (p == NULL)
		return NULL;
	p->ops = ops;
	if (ops->open(p, place, mode, e) < 0) {
		param_close(p);
		return NULL;
	}
	return p;
}

void
param_close(struct param *p)
{
	if (p == NULL)
		return;
	if (p->ops->close != NULL)
		p->ops->close(p);
	free(p->base);
	free(p);
}

char *
param_title(const struct param *p, const char *name, struct err *e)
{
	return check_name(name, e) < 0 ? NULL : p->ops->title(p, name, e);
}

void
param_wipe(struct param_value *v)
{
	explicit_bzero(v, sizeof(*v));
}

int
param_get(struct param *p, const char *name, struct param_value *v, struct err *e)
{
	int r;

	v->text[0] = v->note[0] = '\0';
	v->time = 0;
	if (check_name(name, e) < 0)
		return -1;
	r = p->ops->get(p, name, v, e);
	if (r > 0 && (!param_is_value(v->text) || !one_line(v->note, PARAM_NOTE_MAX)))
		r = err_set(e, E_DATA, "%s: damaged: not one line of text", name);
	if (r <= 0)
		explicit_bzero(v->text, sizeof(v->text));
	return r;
}

int
param_set(struct param *p, const char *name, const char *value, const char *note, struct err *e)
{
	return check(name, value, note, e) < 0 ? -1 : p->ops->set(p, name, value, note != NULL ? note : "", e);
}

int
param_create(struct param *p, const char *name, const char *value, const char *note, struct err *e)
{
	return check(name, value, note, e) < 0 ? -1 : p->ops->create(p, name, value, note != NULL ? note : "", e);
}

int
param_swap(struct param *p, const char *name, const char *old, const char *value, const char *note, struct err *e)
{
	if (value != NULL ? check(name, value, note, e) < 0 : check_name(name, e) < 0)
		return -1;
	return p->ops->swap(p, name, old, value, note != NULL ? note : "", e);
}

int
param_delete(struct param *p, const char *name, struct err *e)
{
	return check_name(name, e) < 0 ? -1 : p->ops->del(p, name, e);
}

int
param_list(struct param *p, const char *prefix, param_each *each, void *ctx, struct err *e)
{
	return p->ops->list(p, prefix, each, ctx, e);
}
