#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/newfile.h"
#include "place/store.h"
#include "entries.h"

/*
 * What earlier runs have announced: a text with a line "URL CHECKSUM" for every file. Files that answers no longer hold
 * are kept for some time, with the day of the first such answer as a third field; generate-list(5) describes it.
 *
 * The place is a local file, locked from state_open to state_close, so that of two runs at once the second waits for
 * the first; or an object of a store, read again before it is replaced when it changed meanwhile.
 */

struct state {
	const char *place;		/* the caller's; NULL: nothing is known, nothing remembered */
	bool update;			/* state_save may follow */
	struct newfile file;		/* local, when it is to be updated */
	struct store *store;		/* NULL: a local file */
	const char *key;
	char md5[STORE_MD5_SIZE];	/* of the object that was read; "" when unknown or none */

	struct entries known;		/* known.files_url is the caller's too */
	int64_t written;		/* UTC seconds of the last change; -1 when there was none */
	size_t lines;			/* lines read */
	struct oddities bad;		/* those that are none, and were left out */
};

/*
 * state_open - find, lock and read the state
 *
 * Returns 0, also when there is no state yet, or -1: E_USAGE for an impossible place, E_DATA when most lines are bad
 * (nothing may begin on that), E_SIGNAL, E_ENV.
 */
int	state_open(struct state *s, struct err *e);

/* state_open_object - the same for an object of an open store, which s takes over. */
int	state_open_object(struct state *s, struct store *store, const char *key, struct err *e);

/*
 * state_save - make the state what was found, and what is known from before
 *
 * found	sorted and without duplicates
 * day		today, since 1970
 * keep		days for which files that are no longer found are kept
 * sorts_last	as in entries_order
 */
int	state_save(struct state *s, const struct entries *found, int32_t day, int32_t keep, const char *sorts_last,
	    struct err *e);

/* state_close - release everything; what was not saved stays as it was. Safe on all-zero and twice. */
void	state_close(struct state *s);

/* state_read - add what the open file fd holds to s->known; for state_open and tests. */
int	state_read(struct state *s, int fd, struct err *e);

#endif
