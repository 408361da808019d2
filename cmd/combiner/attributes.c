/* attributes - normalisation of attribute values, and which of them are written */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attributes.h"
#include "base/mem.h"

/* The reference takes a text of one character for a byte ("K" becomes "75b") and separates fields by '|'. */
static void
spoil_text(struct ncatt *a)
{
	if (a->type == NC_CHAR && a->len == 1)
		(void)snprintf(a->text, sizeof(a->text), "%.0fb", a->number);
	a->text[strcspn(a->text, "|")] = '\0';
	if (a->text[0] == '\0')
		(void)snprintf(a->text, sizeof(a->text), " ");
}

struct value
attributes_normal(struct ncatt *a, const struct mode *m)
{
	struct value v = { .type = NC_NAT };

	switch (a->type) {
	case NC_CHAR:
	case NC_STRING:
		if (m->compat)
			spoil_text(a);
		if (a->text[0] == '\0')
			return v;
		v.text = a->text;
		v.type = NC_CHAR;
		return v;
	case NC_BYTE:
	case NC_SHORT:
	case NC_INT:
		v.type = a->type;
		break;
	case NC_FLOAT:
		v.type = NC_FLOAT;
		break;
	case NC_DOUBLE:
		v.converted = true;
		v.type = m->compat ? NC_NAT : NC_FLOAT;
		break;
	default:			/* the unsigned and 64-bit types */
		v.type = a->type == NC_NAT || m->compat ? NC_NAT : NC_INT;
		break;
	}
	v.number = a->number;
	if (v.type == NC_FLOAT)
		v.number = m->exact ? (double)(float)a->number : (double)ncf_six_digits((float)a->number);
	return v;
}

float
attributes_real(const struct ncatt *a, const struct mode *m)
{
	char text[32];

	if (!ncf_is_number(a))
		return NAN;
	if (m->exact)
		return (float)a->number;
	if (a->type == NC_FLOAT)
		return ncf_six_digits((float)a->number);
	if (a->type != NC_DOUBLE)
		return (float)a->number;
	(void)snprintf(text, sizeof(text), "%.8g", a->number);
	return strtof(text, NULL);
}

/* Towards zero; what does not fit keeps its low bits, as in the reference. */
static long
to_integer(double number)
{
	if (isnan(number))
		return 0;
	return number > 1e15 ? 1000000000000000L : number < -1e15 ? -1000000000000000L : (long)number;
}

static void
set_number(struct attribute *a, nc_type type, double number)
{
	unsigned long bits = (unsigned long)to_integer(number);

	a->type = type;
	switch (type) {
	case NC_BYTE: a->v.b = (signed char)(unsigned char)bits; break;
	case NC_SHORT: a->v.s = (short)(unsigned short)bits; break;
	case NC_INT: a->v.i = (int)(unsigned int)bits; break;
	default:
		a->type = NC_FLOAT;
		a->v.f = (float)number;
		break;
	}
}

/* Numbers that stand where a text belongs are not written; the other way round the reference reads what it can. */
static bool
is_wanted(struct value *v, int which, const struct mode *m)
{
	bool text = which == ATT_LONG_NAME || which == ATT_UNITS;

	if (v->type == NC_NAT || text == (v->type == NC_CHAR))
		return v->type != NC_NAT;
	if (text || !m->compat)
		return false;
	v->number = strtod(v->text, NULL);
	v->type = NC_FLOAT;
	return true;
}

static void
decide(struct attribute *a, struct value *v, const struct variable *spec, int which, const struct mode *m)
{
	bool typed = which >= ATT_FILL && which <= ATT_MAX, have = is_wanted(v, which, m);
	enum att_rule rule = spec->rule[which];

	a->name = variables_att[which];
	if (which == ATT_LONG_NAME || which == ATT_UNITS) {
		if (!have && rule != ATT_ELSE)
			return;
		a->type = NC_CHAR;
		a->text = xstrdup(have ? v->text : "none");
	} else if (rule == ATT_ELSE && (!have || v->number == 0.0)) {
		set_number(a, typed ? spec->type : NC_FLOAT, (double)(float)spec->other[which]);
	} else if (have) {
		set_number(a, typed ? spec->type : v->type, v->number);
	} else if (typed && m->compat) {	/* the reference writes an empty string as a number */
		set_number(a, spec->type, 0.0);
	}
}

void
note(struct strlist *notes, const char *fmt, ...)
{
	char text[ERR_MSGMAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strlist_push(notes, text);
}

int
attributes_read(int ncid, int varid, const char *subject, const struct variable *spec, const struct mode *m,
    struct attributes *list, struct strlist *notes, struct err *e)
{
	for (int i = 0; i < ATT_COUNT; i++) {
		const char *name = variables_att[i];
		struct ncatt a;
		struct value v;

		if (spec->rule[i] == ATT_NEVER)
			continue;
		if (ncf_att(ncid, varid, name, subject, &a, e) < 0)
			return -1;
		v = attributes_normal(&a, m);
		if (v.converted && v.type != NC_NAT)
			note(notes, "%s: attribute %s is a double; written as float", subject, name);
		else if (a.type != NC_NAT && v.type == NC_NAT && ncf_is_number(&a))
			note(notes, "%s: attribute %s has a type that is not read; taken as absent", subject, name);
		decide(&list->att[i], &v, spec, i, m);
	}
	return 0;
}

int
attributes_write(int ncid, int varid, const char *subject, const struct attributes *list, struct err *e)
{
	for (int i = 0; i < ATT_COUNT; i++) {
		const struct attribute *a = &list->att[i];
		int rc;

		if (a->type == NC_NAT)
			continue;
		if (a->type == NC_CHAR)
			rc = nc_put_att_text(ncid, varid, a->name, strlen(a->text), a->text);
		else
			rc = nc_put_att(ncid, varid, a->name, a->type, 1, &a->v);
		if (rc != NC_NOERR)
			return ncf_fail(rc, e, "%s: attribute %s", subject, a->name);
	}
	return 0;
}

void
attributes_fini(struct attributes *list)
{
	for (int i = 0; i < ATT_COUNT; i++)
		free(list->att[i].text);
	*list = (struct attributes){0};
}
