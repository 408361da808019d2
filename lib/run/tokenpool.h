#ifndef TOKENPOOL_H
#define TOKENPOOL_H

#include "granule/layout.h"
#include "place/tokens.h"

/* The token pool as programs open it: where it is, and one pool per dataset of the table. */

/* tokenpool_place - the place: what --tokens gives, GENERATE_POOL, or the directory of the shared tree, which is
 * written into dir. NULL with E_DATA when the name of the tree is too long. */
const char	*tokenpool_place(const char *given, const char *root, char dir[LAYOUT_SIZE], struct err *e);

/* tokenpool_sizes - read "POOL=N[,POOL=N...]", where a pool is floating, or a dataset in any spelling. what is the
 * option or variable, for messages. Returns how many there are, or -1 with E_USAGE. */
int	tokenpool_sizes(const char *what, const char *text, struct tokens_pool sizes[TOKENS_POOLS], struct err *e);

/* tokenpool_open - open it; the pools of the options are filled in, from the table and GENERATE_TOKENS. NULL with
 * E_USAGE, E_ENV. */
struct tokens	*tokenpool_open(const char *place, struct tokens_options *o, enum place_mode mode, struct err *e);

#endif
