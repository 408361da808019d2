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
 *	aqua-1f2e3d4c-ql                7     0:42  partition 4711 (alive)
 *
 *	LOCK  free
 *
 * or a JSON object per pool, reservation and lock. Additions to b that fail show when its text is taken.
 */

void	status_table(const struct tokens_list *l, int64_t now, struct buf *b);
void	status_json(const struct tokens_list *l, int64_t now, struct buf *b);

/* status_old - one line per reservation older than limit seconds. */
void	status_old(const struct tokens_list *l, int64_t now, int64_t limit, struct buf *b);

#endif
