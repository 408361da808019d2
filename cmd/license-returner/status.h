#ifndef STATUS_H
#define STATUS_H

#include <stdint.h>

#include "base/str.h"
#include "place/tokens.h"

/*
 * The state of the token pool as text, a newline behind each line: a table for people,
 *
 *	POOL      CAPACITY   FREE   HELD
 *	aqua            13      6      7
 *
 *	RESERVATION                TOKENS      AGE  OWNER
 *	aqua-1f2e3d4c-ql                7     0:42  partition node1 4711 (alive)
 *
 * or a JSON object per pool and reservation. Additions to b that fail show when its text is taken.
 */

void	status_table(const struct tokens_list *l, struct buf *b);
void	status_json(const struct tokens_list *l, struct buf *b);

/* status_old - one line per reservation older than limit seconds. */
void	status_old(const struct tokens_list *l, int64_t limit, struct buf *b);

#endif
