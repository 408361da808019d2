#ifndef ITEM_H
#define ITEM_H

#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/str.h"

/*
 * The record of one item. Without --json its outputs are printed, one a line; with --json one object,
 *
 *	{"inputs":["a.nc"],"outputs":["b.nc"],"state":"done","reason":null,"seconds":0.2,"bytes":812,...}
 *
 * whose first six members are the same in every program, then the program's own. A dry run has the state the real run
 * would have, and "dry_run":true at the end.
 */

enum item_state { ITEM_DONE, ITEM_SKIPPED, ITEM_FAILED, ITEM_WAITING, ITEM_QUARANTINED };

struct item {
	const char *line;		/* as it stands in the list, for --failed; borrowed, NULL without */
	size_t line_size;		/* its bytes when there may be NULs among them, else 0 */
	bool bad_line;			/* ... and is none: only the first of these are named, the others counted */
	struct strlist inputs, outputs;
	enum item_state state;
	char reason[ERR_MSGMAX];	/* why it is not simply done; "" without */
	struct err err;			/* of a failure; code E_NONE without */
	double began;			/* clock_steady() */
	uint64_t bytes;			/* of the outputs */
	char *text;			/* printed in place of the outputs; owned, NULL without */
	bool silent;			/* nothing is printed without --json */
	json_t *own;			/* the program's own members; NULL without */
};

/* item_begin - a new record of the item that line stands for; line, if any, is also its first input. */
void	item_begin(struct item *it, const char *line);

/* item_set - one more member, by the format of json_pack: item_set(it, "sha1", "s", hex). Texts that are not UTF-8 must
 * go through item_text. */
void	item_set(struct item *it, const char *key, const char *fmt, ...);

/* item_text - a JSON string; bytes that are not UTF-8 become '?'. */
json_t	*item_text(const char *s);
json_t	*item_texts(const struct strlist *l);	/* an array of them */

/* item_failed - the item failed for this reason; returns -1. */
int	item_failed(struct item *it, const struct err *why);

/* item_json - one line, owned by the caller. */
char	*item_json(const struct item *it, bool dry_run);

void	item_fini(struct item *it);	/* safe on all-zero and twice */

#endif
