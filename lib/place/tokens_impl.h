#ifndef TOKENS_IMPL_H
#define TOKENS_IMPL_H

#include "place/lease.h"
#include "place/param.h"
#include "place/tokens.h"
#include "place/tokens_note.h"

/* What the files of the token pool share; others include tokens.h. */

struct tokens {
	struct param *param;		/* NULL in "none:" */
	bool readonly;			/* do as if */
	struct tokens_options o;
	struct tokens_pool pools[TOKENS_POOLS];
	size_t npools;
	struct here here;
	struct lease lease;
	bool shared;			/* with older programs: the lock saw their flag */
	bool flagged;			/* ... and set it */
};

void	tokens_warn(const struct tokens *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* tokens_name - of the parameter of a reservation. */
void	tokens_name(const char *pool, const char *uid, enum tokens_kind kind, char out[TOKENS_NAME_SIZE]);

/* tokens_known - the pool's own copy of its name; NULL with E_USAGE when there is no such pool. */
const char	*tokens_known(const struct tokens *t, const char *pool, struct err *e);

/*
 * tokens_load - read the pools and reservations; with only, those of that pool and the floating ones
 *
 * Damaged values are reported as warnings and are -1 in *l. Freed by tokens_list_free, also after a failure.
 */
int	tokens_load(struct tokens *t, const char *only, struct tokens_list *l, struct err *e);

/*
 * tokens_begin - take the lock, load, store capacities that are not there yet
 * tokens_end - store what is free now, release the lock
 *
 * r is the result of what was done in between; tokens_end returns it, or -1 when storing fails. *l is freed by the
 * caller, after tokens_end, or after a failed tokens_begin for nothing.
 */
int	tokens_begin(struct tokens *t, const char *only, struct tokens_list *l, struct err *e);
int	tokens_end(struct tokens *t, struct tokens_list *l, int r, struct err *e);

/* tokens_state_of, tokens_find - a pool, a reservation of a list; NULL when it is not in it. */
struct tokens_state	*tokens_state_of(struct tokens_list *l, const char *pool);
struct tokens_reservation	*tokens_find(struct tokens_list *l, const char *pool, const char *uid,
    enum tokens_kind kind);

/* tokens_pool_state - the pool the reservation's tokens are of. */
struct tokens_state	*tokens_pool_state(struct tokens_list *l, const struct tokens_reservation *r);

/* tokens_usable - -1 with E_USAGE unless it is known how many are free. */
int	tokens_usable(const struct tokens *t, const struct tokens_state *s, struct err *e);

/* tokens_count - n more are held (less, when negative): held and free follow. */
void	tokens_count(const struct tokens *t, struct tokens_state *s, int n);

/*
 * Changes under the lock, each after making sure that it is still held; in a dry run they succeed without a change.
 *
 * tokens_make	create a reservation of n tokens: 1, 0 when there is one of this name, -1
 * tokens_change	make an existing one hold n tokens, 0 removes it; note as before when NULL. 0 or -1
 * tokens_remove	delete one and take it out of the list, which moves the ones behind it: 1, 0 when it had gone,
    -1
 * tokens_put	set another parameter to a number
 */
int	tokens_make(struct tokens *t, struct tokens_list *l, const char *pool, const char *uid, enum tokens_kind kind,
	    int n, const struct note *note, struct err *e);
int	tokens_change(struct tokens *t, struct tokens_list *l, struct tokens_reservation *r, int n,
	    const struct note *note, struct err *e);
int	tokens_remove(struct tokens *t, struct tokens_list *l, struct tokens_reservation *r, struct err *e);
int	tokens_put(struct tokens *t, const char *name, int n, struct err *e);

/* tokens_note_of - the note of a reservation as it is stored now. */
int	tokens_note_of(struct tokens *t, const struct tokens_reservation *r, struct note *note, struct err *e);

#endif
