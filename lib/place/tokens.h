#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "base/err.h"
#include "base/digest.h"
#include "place/backend.h"
#include "place/owner.h"

/*
 * The token pool bounds how many job arrays run at once: one pool per dataset, and one, "floating", whose tokens any
 * dataset may use. A workflow takes tokens under its unique id (acquire), says which processing type uses how many and
 * who has them (assign), and license-returner gives them back (release). All is one document in a store, pool.json,
 * which several machines may share:
 *
 *	{"version": 1,
 *	 "capacity": {"aqua": 13, "terra": 13, "viirs": 7, "jpss1": 6, "floating": 2},
 *	 "held": [{"dataset": "aqua", "id": "1f2e3d4c", "kind": "quicklook", "tokens": 3,
 *	           "since": "2026-11-28T20:00:00Z", "who": "partition node1 4711", "jobs": "slurm 812 813"},
 *	          {"dataset": "aqua", "id": "1f2e3d4c", "kind": "floating", "tokens": 1, "for": "refined", ...}]}
 *
 * "process" stands with what belongs to a process instead of jobs (owner.h). What is free is the capacity less what is
 * held, and is stored nowhere. Members that are not known are kept. Every operation reads the document, changes it and
 * swaps it for what it has read (store_swap); when somebody else was faster it begins again. So there is nothing to
 * lock, and a process killed at any moment leaves the document as it was before or as it is after.
 *
 *	struct tokens_pool pools[] = { { "aqua", 13 }, ..., { TOKENS_FLOATING, 2 }, { NULL, 0 } };
 *	struct tokens_options o = { .pools = pools, .who = "partition", .stop = prog_signal };
 *	struct tokens_request rq = { .pool = "aqua", .max = arrays, TOKENS_REQUEST_DEFAULTS };
 *
 *	t = tokens_open(place, &o, PLACE_CREATE, &e);
 *	r = tokens_acquire(t, &rq, &grant, &e);			1: grant.dataset + grant.floating tokens are ours
 *	r = tokens_assign(t, "aqua", grant.uid, &shares, NULL, &e);	what is not in shares is free again
 *
 * A document that cannot be read, or is none of these, is E_USAGE, with its name; nothing is changed then. Operations
 * fail with E_RETRY when others change the document all the time, and with E_SIGNAL when stop() says so. In a pool
 * opened with PLACE_ASIS, and in "none:", nothing ever changes: operations do as if.
 */

#define TOKENS_FLOATING "floating"	/* name of the pool for all */
#define TOKENS_FLOATING_DEFAULT 2	/* its default capacity */
#define TOKENS_POOLS 16			/* at most, the floating one included */
#define TOKENS_CAPACITY_MAX 10000
#define TOKENS_WAIT 600			/* seconds to try by default */
#define TOKENS_JOBS_MAX 300		/* bytes */
#define TOKENS_NAME_SIZE 80		/* with the NUL */

/* A pool, used by one thread at a time. */
struct tokens;

struct tokens_pool {
	const char *name;		/* key of the dataset, [a-z0-9]+, or TOKENS_FLOATING */
	int capacity;			/* default */
};

enum tokens_event {
	TOKENS_WAITING,			/* another process was faster; told once per operation, text is "" */
	TOKENS_WARNING			/* tokens of the dead were returned */
};

typedef void	tokens_tell(void *ctx, enum tokens_event event, const char *text);

struct tokens_options {
	const struct tokens_pool *pools;	/* of a new document; name NULL at the end. Names must stay valid */
	const char *who;		/* program, for others to read; NULL = unknown. Must stay valid */
	int wait;			/* seconds to try; 0 = TOKENS_WAIT */
	int (*stop)(void);		/* not 0 = give up (prog_signal); may be NULL */
	tokens_tell *tell;		/* may be NULL */
	void *ctx;			/* for tell */
};

/*
 * tokens_open - the pool that place (a store, or "none:") holds
 *
 * "none:" grants what is asked for and records nothing. A pool used for the first time gets its capacities from the
 * options; later they are as stored there, and tokens_set_capacity changes them.
 *
 * Returns NULL with E_USAGE for impossible options or places, E_ENV.
 */
struct tokens	*tokens_open(const char *place, const struct tokens_options *o, enum place_mode mode, struct err *e);
void	tokens_close(struct tokens *t);

/* tokens_is_uid - whether text is a unique id: 8 lower-case hex digits, or 4 decimal digits as older ones. */
bool	tokens_is_uid(const char *text);

enum tokens_kind { TOKENS_QL, TOKENS_R, TOKENS_FL, TOKENS_KINDS };

/* tokens_name - what logs call a reservation: POOL-UID-ql, -r, -floating. */
void	tokens_name(const char *pool, const char *uid, enum tokens_kind kind, char out[TOKENS_NAME_SIZE]);

/* --- for those who run workflows -------------------------------------------------------------------------------- */

struct tokens_request {
	const char *pool;		/* dataset */
	const char *uid;		/* NULL = a new one is drawn */
	int min;			/* with fewer, dataset's and floating together, none are taken; unless the pools
					 * never have as many */
	int max;			/* not more than these together; 0 = all that are free */
	int max_floating;		/* not more floating ones; they are used when the dataset's do not suffice */
};

#define TOKENS_REQUEST_DEFAULTS .min = 2, .max_floating = 1

struct tokens_grant {
	char uid[UID_SIZE];
	int dataset, floating;		/* tokens */
};

/*
 * tokens_acquire - take tokens
 *
 * They are held as quicklook and floating by this process: should it end before tokens_assign gave them to someone
 * else, the next tokens_acquire on this machine returns them.
 *
 * Returns 1 when granted; 0 when fewer than min are free, with what was free in *g and nothing taken; or -1: E_BUSY
 * when the id is in use.
 */
int	tokens_acquire(struct tokens *t, const struct tokens_request *rq, struct tokens_grant *g, struct err *e);

/* Who holds a reservation. All zero: nobody to ask, it stays until it is released. */
struct tokens_owner {
	pid_t pid;			/* a process on this machine, or 0 */
	const char *jobs;		/* engine and jobs, separated by blanks ("slurm 4711 4712"), or NULL. Plain
					 * text */
};

struct tokens_shares {
	int ql, r;			/* dataset's tokens for quicklook, refined; together not more than held */
	int floating;			/* not more than held */
	bool floating_refined;		/* floating goes back with refined, not with quicklook */
};

/*
 * tokens_assign - record who uses the tokens of a workflow; what is in no share is free again
 *
 * s		NULL = as they are
 * owner	NULL = as before
 *
 * Returns 1; 0 when the workflow holds none; or -1, after which the caller gives back all there is (tokens_release of
 * TOKENS_OF_ALL): E_DATA when the shares are larger than what is held.
 */
int	tokens_assign(struct tokens *t, const char *pool, const char *uid, const struct tokens_shares *s,
	    const struct tokens_owner *owner, struct err *e);

/* Whose tokens to give back. The floating ones go with the type they are for, else with quicklook as long as there are
 * tokens of quicklook, else with refined. */
enum tokens_of { TOKENS_OF_QUICKLOOK, TOKENS_OF_REFINED, TOKENS_OF_ALL };

struct tokens_returned {
	bool located[TOKENS_KINDS];	/* there was one; refined sees quicklook's too, but then not floating */
	int number[TOKENS_KINDS];	/* what it held */
	bool removed[TOKENS_KINDS];	/* it was ours to give back, and we did (would, in a dry run) */
	int free[TOKENS_KINDS];		/* tokens of its pool that are free now, where removed */
};

/* tokens_release - give back; what is no longer there is no error: any number of calls give each token back once.
 * Returns 0 and *back, or -1. */
int	tokens_release(struct tokens *t, const char *pool, const char *uid, enum tokens_of of,
	    struct tokens_returned *back, struct err *e);

/* tokens_release_one - give back one token of a reservation, when one of its arrays has ended (error-handler will, for
 * an array that failed). Returns how many it holds still (0 also when there was none), or -1. */
int	tokens_release_one(struct tokens *t, const char *pool, const char *uid, enum tokens_kind kind, struct err *e);

/* --- for those who look after the pool -------------------------------------------------------------------------- */

/* All texts are borrowed from the list. */
struct tokens_reservation {
	char name[TOKENS_NAME_SIZE];	/* as of tokens_name */
	const char *pool;		/* the dataset, also for floating ones */
	const char *uid;
	enum tokens_kind kind;
	int number;			/* tokens, at least 1 */
	int64_t time;			/* taken at, UTC seconds since 1970 */
	const char *goes_with;		/* floating ones: "quicklook", "refined"; "" = not said */
	enum owner_life life;		/* of the process that holds it, as far as this machine can tell */
	const char *who, *jobs;		/* "" = none */
	json_t *json;
};

struct tokens_state {
	const char *pool;		/* borrowed from the options, or the list */
	int capacity;
	int free, held;			/* tokens; free is never negative */
};

struct tokens_list {
	struct tokens_state pool[TOKENS_POOLS];
	size_t npools;
	struct tokens_reservation *res;
	size_t nres, cap;
	json_t *root;
};

/* tokens_list - everything, in the order of names; free with tokens_list_free, which is safe on all-zero. */
int	tokens_list(struct tokens *t, struct tokens_list *l, struct err *e);
void	tokens_list_free(struct tokens_list *l);

/* tokens_age - seconds since it was taken; 0 when another machine's clock is ahead. */
int64_t	tokens_age(const struct tokens_reservation *r);

struct tokens_reaping {
	enum owner_life (*alive)(void *ctx, const char *jobs);	/* asks the engine; NULL = all unknown */
	void *ctx;
	int64_t min_age;		/* seconds; those of dead jobs must be older */
	int64_t max_age;		/* of unknown owners: older ones are returned; 0 = none are */
};

/* tokens_reap - return the reservations of the dead. Those returned are in *l (only they), freed by the caller. */
int	tokens_reap(struct tokens *t, const struct tokens_reaping *how, struct tokens_list *l, struct err *e);

/* tokens_set_capacity - change the size of a pool. More held than that: nothing is free until they come back. */
int	tokens_set_capacity(struct tokens *t, const char *pool, int capacity, struct err *e);

#endif
