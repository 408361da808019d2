#ifndef VARIABLES_H
#define VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include <netcdf.h>

#include "granule/dataset.h"

/*
 * The table of variables of a combined file: where each comes from, its type, and which of its attributes are
 * written. Order is that of definition.
 */

/* What becomes of one attribute. */
enum att_rule {
	ATT_NEVER,		/* not written, even if the source has it */
	ATT_COPY,		/* as the source has it, else left out */
	ATT_ELSE		/* as the source has it; if absent or zero the value of the table */
};

enum { ATT_LONG_NAME, ATT_UNITS, ATT_FILL, ATT_MIN, ATT_MAX, ATT_SCALE, ATT_OFFSET, ATT_COUNT };

struct variable {
	enum suite suite;
	const char *group;
	const char *name;	/* in the combined file; "%s" stands for the night variable of the instrument */
	const char *source;	/* in the input when it is called differently there; NULL otherwise */
	const char *alias;	/* a third spelling the input may have; NULL without */
	nc_type type;
	int rank;		/* 2: lines x pixels; 1: lines */
	enum att_rule rule[ATT_COUNT];
	double other[ATT_COUNT];/* values for ATT_ELSE; units: the text "none" */
};

#define VARIABLES_MAX 14
#define VARIABLE_NAME 64

extern const char *const variables_att[ATT_COUNT];	/* the names of the attributes, in order of writing */

/* variables_at - row i of the table, NULL past the end. */
const struct variable	*variables_at(size_t i);

/* variables_name - the name of v in combined files of instrument in. */
void	variables_name(const struct variable *v, const struct instrument *in, char out[VARIABLE_NAME]);

/*
 * variables_source - the i-th name v may have in an input of instrument in: the usual one, then its aliases
 *
 * Returns false when there are no more.
 */
bool	variables_source(const struct variable *v, const struct instrument *in, size_t i, char out[VARIABLE_NAME]);

/* variables_size - bytes of an element. */
size_t	variables_size(nc_type type);

#endif
