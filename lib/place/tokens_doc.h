#ifndef TOKENS_DOC_H
#define TOKENS_DOC_H

#include "place/store.h"
#include "place/tokens.h"

/*
 * The document of a token pool: read, changed in memory by the rules of tokens.c, swapped. Others include tokens.h.
 *
 *	struct tokens_doc d = {0};
 *
 *	do
 *		r = tokens_doc_read(t, &d, e) < 0 ? -1 : the rule
 *	while (tokens_doc_again(t, &d, &r, e));
 *	return r;
 */

struct tokens {
	struct store *store;		/* NULL in "none:" */
	char *name;			/* of the document, for messages; owned */
	bool readonly;			/* do as if */
	struct tokens_options o;
	struct tokens_pool pools[TOKENS_POOLS];		/* of a new document */
	size_t npools;
	char here[OWNER_SIZE];
};

struct tokens_doc {
	struct tokens_list l;		/* res[i] is held[i] of the document */
	char version[STORE_VERSION_SIZE];	/* what was read; "" = there is none yet */
	bool changed;			/* something is to be swapped */
	double limit;			/* when to give up */
	bool waited;
};

/* tokens_doc_read - read the document, or make that of a new pool in memory; -1 after which l is empty. */
int	tokens_doc_read(struct tokens *t, struct tokens_doc *d, struct err *e);

/* tokens_doc_again - swap what has changed, unless *r is -1. True after a moment when another process was faster: all
 * is to be done again. False when it is done; *r is -1 when it could not be. l is freed. */
bool	tokens_doc_again(struct tokens *t, struct tokens_doc *d, int *r, struct err *e);

/* tokens_doc_find - a reservation; NULL when there is none. tokens_doc_pool - a pool; NULL with E_USAGE. */
struct tokens_reservation	*tokens_doc_find(struct tokens_doc *d, const char *pool, const char *uid,
    enum tokens_kind kind);
struct tokens_state	*tokens_doc_pool(struct tokens_doc *d, const char *pool, struct err *e);

/*
 * Changes in memory. Pools count what is free anew each time; pointers to reservations are void after a change.
 *
 * tokens_doc_add	one more reservation with the other members of like, which stays the caller's
 * tokens_doc_set	it holds n tokens; 0 removes it
 * tokens_doc_resize	a pool has n tokens
 */
void	tokens_doc_add(const struct tokens *t, struct tokens_doc *d, const json_t *like, enum tokens_kind kind, int n);
void	tokens_doc_set(struct tokens_doc *d, struct tokens_reservation *r, int n);
void	tokens_doc_resize(struct tokens_doc *d, struct tokens_state *s, int n);

#endif
