#ifndef PRODUCT_H
#define PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include <netcdf.h>

#include "base/err.h"
#include "granule/dataset.h"
#include "netcdf/chunks.h"
#include "source.h"

/*
 * What an L2P granule looks like: its dimensions, global attributes, variables and their attributes, as data. The
 * same description serves all datasets; texts that differ come from the dataset table. Sources: GHRSST Data
 * Specification 2.0 (GDS2), and the granules of the archive, whose texts and order are kept.
 */

/* How the data of a variable come about. */
enum recipe {
	MAKE_LAT, MAKE_LON, MAKE_TIME,
	MAKE_COPY,		/* of use[0] */
	MAKE_DTIME, MAKE_QUALITY, MAKE_BIAS, MAKE_STDV, MAKE_FLAGS,
	MAKE_OCEAN_COLOUR,	/* copy of use[0], fill on lines without positions */
	MAKE_FILL		/* a placeholder: fill everywhere */
};

struct product_var {
	const char *name;
	bool night;			/* the instrument's suffix is added to the name */
	nc_type type;			/* NC_NAT: that of use[0] */
	enum recipe recipe;
	enum in_var use[2];		/* inputs of the recipe; the second is the temperature that may be missing */
	enum in_var need[4];		/* written only when all of these are there; IN_NONE ends */
	const struct product_att *atts;
};

#define PRODUCT_VARS 17			/* rows of the table */

/* product_var - row i of the table in the order of definition; NULL past its end. */
const struct product_var	*product_var(size_t i);

/* product_has - whether the granule made from s has the variable. */
bool	product_has(const struct product_var *v, const struct source *s);

/* product_name - the variable's name in a granule of that instrument. */
void	product_name(const struct product_var *v, const struct instrument *in, char out[NC_MAX_NAME + 1]);

struct product_rules {
	enum ptype type;
	bool shuffle;
	int level;			/* deflate level 1-9 */
};

/* product_shape - how the data of a gridded variable lie in the file. */
struct chunks_shape	product_shape(const struct product_var *v, const struct source *s,
			    const struct product_rules *rules);

/*
 * product_define - create the file with everything but the data of the [nj][ni] variables
 *
 * Dimensions, attributes and variables in their order, in one define phase; `time` is written. The file is closed
 * again. Returns 0, or -1 with E_ENV (disk full) or E_DATA.
 */
int	product_define(const char *path, const struct source *s, const struct product_rules *rules, struct err *e);

#endif
