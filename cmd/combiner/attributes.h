#ifndef ATTRIBUTES_H
#define ATTRIBUTES_H

#include <stdbool.h>

#include <netcdf.h>

#include "base/err.h"
#include "base/str.h"
#include "netcdf/ncf.h"
#include "variables.h"

/*
 * The attributes of variables on their way from an input to the combined file. The reference system turns every
 * value into text and back, which shows: floats keep 6 significant digits. Its other oddities are reproduced in
 * compatibility mode only.
 */

struct mode {
	bool compat;		/* exactly what the reference system writes */
	bool exact;		/* float attributes without rounding */
};

/* note - one more oddity that does no harm; told when the granule is done with. */
void	note(struct strlist *notes, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A value after normalisation. type NC_NAT: absent; NC_CHAR: text; else NC_BYTE, NC_SHORT, NC_INT or NC_FLOAT. */
struct value {
	nc_type type;
	double number;
	const char *text;	/* borrowed from the ncatt, which is changed */
	bool converted;		/* from a type the reference system does not know (double) */
};

/* attributes_normal - a as it is handed on; a->text may be cut. */
struct value	attributes_normal(struct ncatt *a, const struct mode *m);

/* attributes_real - a number of a global attribute as float32: doubles keep 8 digits, floats 6; NAN for texts. */
float	attributes_real(const struct ncatt *a, const struct mode *m);

/* One attribute as it will be written. */
struct attribute {
	const char *name;
	nc_type type;		/* NC_NAT: not written */
	char *text;		/* NC_CHAR; owned */
	union {
		signed char b;
		short s;
		int i;
		float f;
	} v;
};

struct attributes {
	struct attribute att[ATT_COUNT];
};

/*
 * attributes_read - decide the attributes of one variable
 *
 * ncid, varid	the variable in its input; subject: "file: group/variable"
 * list		all-zero before; release with attributes_fini in any case
 * notes	gets a line for each value that is not as it should be
 */
int	attributes_read(int ncid, int varid, const char *subject, const struct variable *spec, const struct mode *m,
	    struct attributes *list, struct strlist *notes, struct err *e);

/* attributes_write - put them on variable varid of an output in define mode. */
int	attributes_write(int ncid, int varid, const char *subject, const struct attributes *list, struct err *e);
void	attributes_fini(struct attributes *list);

#endif
