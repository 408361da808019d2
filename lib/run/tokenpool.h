#ifndef TOKENPOOL_H
#define TOKENPOOL_H

#include "granule/layout.h"
#include "place/tokens.h"

/* The token pool as programs open it: where it is, and one pool per dataset of the table. */

/* tokenpool_place - the place: what --tokens gives, GENERATE_POOL, or the directory of the shared tree, which is written
 * into dir. NULL with E_DATA when the name of the tree is too long. */
const char	*tokenpool_place(const char *given, const char *root, char dir[LAYOUT_SIZE], struct err *e);

/* tokenpool_open - open it; pools and capacities of the options are filled in, from the table and GENERATE_TOKENS. NULL
 * with E_USAGE, E_ENV. */
struct tokens	*tokenpool_open(const char *place, struct tokens_options *o, enum place_mode mode, struct err *e);

#endif
