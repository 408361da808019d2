#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/uid.h"
#include "place/backend.h"

/*
 * The token pool bounds how many job arrays run at once: one pool per dataset, and one, "floating", whose tokens any
 * dataset may use. A workflow takes tokens under its unique id (acquire), says which processing type uses how many
 * (assign), and license-returner gives them back (release). The pool is kept as parameters (param.h), so several
 * machines may share it:
 *
 *	aqua-capacity		tokens of the pool; written at first use from the capacities given to tokens_open
 *	aqua			tokens that are free, for people and older programs
 *	aqua-1f2e3d4c-ql	tokens held by workflow 1f2e3d4c: -ql, -r, or -floating
 *	lock			held while one of these changes; it expires, so nobody waits for the dead
 *
 * Reservations are the truth. What is free is always the capacity less what is held, so a process killed at any
 * moment neither loses nor invents tokens: the next operation finds the right number. Only where the parameter
 * `retrieving-license` exists, which older programs lock the pool with, the stored count of free tokens is believed
 * (they take tokens before they record them), and that parameter is honoured too.
 *
 *	struct tokens_pool pools[] = { { "aqua", 13 }, ..., { TOKENS_FLOATING, 2 }, { NULL, 0 } };
 *	struct tokens_options o = { .pools = pools, .who = "partition 4711", .stop = prog_signal };
 *	struct tokens_request rq = { .pool = "aqua", .max = arrays, TOKENS_REQUEST_DEFAULTS };
 *
 *	t = tokens_open(place, &o, PLACE_CREATE, &e);
 *	r = tokens_acquire(t, &rq, &grant, &e);			1: grant.dataset + grant.floating tokens are ours
 *	r = tokens_assign(t, &grant, &shares, &back, &e);	what is not in shares goes back
 *
 * All functions that wait for the lock fail with E_RETRY when they do not get it in time and with E_SIGNAL when
 * stop() says so. In a pool opened with PLACE_ASIS, and in "none:", nothing ever changes: operations do as if.
 */

#define TOKENS_FLOATING "floating"	/* name of the pool for all */
#define TOKENS_FLOATING_DEFAULT 2	/* its default capacity */
#define TOKENS_POOLS 16			/* at most, the floating one included */
#define TOKENS_CAPACITY_MAX 10000
#define TOKENS_WAIT 600			/* seconds to wait for the lock by default */
#define TOKENS_TEXT_MAX 600		/* bytes of who and jobs together */
#define TOKENS_NAME_SIZE 80		/* of parameter names, with the NUL */

/* A pool, used by one thread at a time. */
struct tokens;

struct tokens_pool {
	const char *name;		/* key of the dataset, [a-z0-9]+, or TOKENS_FLOATING */
	int capacity;			/* default */
};

enum tokens_event {
	TOKENS_WAITING,			/* another process holds the lock; told once per wait */
	TOKENS_LOCKED,
	TOKENS_UNLOCKED,		/* ... is about to be */
	TOKENS_WARNING			/* something was repaired or is damaged: text says what */
};

/* tokens_tell - what happens meanwhile; text is "" but for warnings. Called with the lock held or not. */
typedef void	tokens_tell(void *ctx, enum tokens_event event, const char *text);

struct tokens_options {
	const struct tokens_pool *pools;	/* name NULL at the end; names must stay valid */
	const char *capacities;		/* "aqua=13,floating=2": other defaults; NULL without */
	const char *who;		/* program and job, for others to read; NULL = unknown. Must stay valid */
	int wait;			/* seconds to wait for the lock; 0 = TOKENS_WAIT */
	int lease;			/* seconds after which the lock expires unless renewed; 0 = 120 */
	int skew;			/* seconds by which clocks of different machines may differ; 0 = 30 */
	int (*stop)(void);		/* not 0 = give up waiting (prog_signal); may be NULL */
	tokens_tell *tell;		/* may be NULL */
	void *ctx;			/* for tell */
};

/*
 * tokens_open - the pool that place (a place of parameters, or "none:") holds
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

/* --- for those who run workflows -------------------------------------------------------------------------------- */

struct tokens_request {
	const char *pool;		/* dataset */
	const char *uid;		/* NULL = a new one is drawn; one in use is E_DATA */
	int min;			/* with fewer, dataset's and floating together, none are taken */
	int max;			/* not more than these together; 0 = all that are free */
	int max_floating;		/* not more floating ones; they are used when the dataset's do not suffice */
};

#define TOKENS_REQUEST_DEFAULTS .min = 2, .max_floating = 1

struct tokens_grant {
	const char *pool;		/* that of the request, borrowed */
	char uid[UID_SIZE];
	int dataset, floating;		/* tokens */
};

/*
 * tokens_acquire - take tokens
 *
 * They are recorded at once, as -ql and -floating, as belonging to this process: should it end before tokens_assign
 * or tokens_own gave them to someone else, the next tokens_acquire on this machine takes them back.
 *
 * Returns 1 when granted; 0 when fewer than min are free, with what was free in *g and nothing taken; or -1: E_DATA
 * when the id is in use, E_USAGE also when the pool is damaged so that nobody knows what is free.
 */
int	tokens_acquire(struct tokens *t, const struct tokens_request *rq, struct tokens_grant *g, struct err *e);

/* Who holds a reservation. All zero: nobody to ask, it stays until it is released. */
struct tokens_owner {
	pid_t pid;			/* a process on this machine, or 0 */
	const char *jobs;		/* engine and jobs, separated by blanks ("slurm 4711 4712"), or NULL. Plain text
					 * without quotes */
};

struct tokens_shares {
	int ql, r;			/* dataset's tokens for quicklook, refined; together not more than granted */
	int floating;			/* not more than granted */
	bool floating_refined;		/* floating goes back with refined, not with quicklook */
	const struct tokens_owner *owner;	/* NULL = as before */
};

/*
 * tokens_assign - record who uses the tokens of a grant; what is in no share is free again
 *
 * back		tokens given back, may be NULL
 *
 * Returns 0 and *g as it is now; or -1, after which the caller gives back all there is (tokens_release of
 * TOKENS_OF_ALL): E_DATA when the shares are larger than the grant, or its reservation has gone.
 */
int	tokens_assign(struct tokens *t, struct tokens_grant *g, const struct tokens_shares *s,
	    struct tokens_grant *back, struct err *e);

/* tokens_own - change the owner of all reservations of a workflow. 0, also when there are none, or -1. */
int	tokens_own(struct tokens *t, const char *pool, const char *uid, const struct tokens_owner *owner,
	    struct err *e);

enum tokens_kind { TOKENS_QL, TOKENS_R, TOKENS_FL, TOKENS_KINDS };

/* Whose tokens to give back. The floating one goes with the type its note names, else with quicklook as long as
 * there are tokens of quicklook, else with refined. */
enum tokens_of { TOKENS_OF_QUICKLOOK, TOKENS_OF_REFINED, TOKENS_OF_ALL };

struct tokens_returned {
	bool located[TOKENS_KINDS];	/* there was one; refined sees quicklook's too, but then not floating */
	int number[TOKENS_KINDS];	/* what it held; 0 when that was unreadable */
	bool removed[TOKENS_KINDS];	/* it was ours to give back, and we did (would, in a dry run) */
	int free[TOKENS_KINDS];		/* tokens of its pool that are free now, where removed */
};

/* tokens_release - give back; what is no longer there is no error: any number of calls give each token back once.
 * Returns 0 and *back, or -1. */
int	tokens_release(struct tokens *t, const char *pool, const char *uid, enum tokens_of of,
	    struct tokens_returned *back, struct err *e);

/* tokens_release_one - give back one token of a reservation, when one of its arrays has ended. Returns how many it
 * holds still (0 also when there was none), or -1. */
int	tokens_release_one(struct tokens *t, const char *pool, const char *uid, enum tokens_kind kind, struct err *e);

/* --- for those who look after the pool -------------------------------------------------------------------------- */

enum tokens_life { TOKENS_UNKNOWN, TOKENS_ALIVE, TOKENS_DEAD };

struct tokens_reservation {
	char name[TOKENS_NAME_SIZE];	/* of its parameter */
	const char *pool;		/* of the name: the dataset, also for floating ones */
	char uid[UID_SIZE];
	enum tokens_kind kind;
	int number;			/* -1: unreadable */
	int64_t time;			/* taken at, UTC seconds since 1970 */
	bool refined;			/* floating ones: the note says it belongs to refined, or */
	bool quicklook;			/* to quicklook */
	enum tokens_life life;		/* of its owner, as far as this machine can tell */
	char who[TOKENS_TEXT_MAX + 1];	/* from its note; "" = none */
	char jobs[TOKENS_TEXT_MAX + 1];
};

struct tokens_state {
	const char *pool;		/* borrowed from the options */
	int capacity;			/* -1 = unknown or damaged */
	bool stored;			/* the capacity is in the pool already */
	int free, held;			/* tokens; free is never negative */
	int counter;			/* what is stored as free; -1 = nothing readable */
};

struct tokens_lock {
	bool held;
	bool expired;			/* the next who wants it takes it */
	char who[TOKENS_TEXT_MAX + 1];
	int64_t expires;		/* UTC seconds since 1970; 0 = unreadable */
};

struct tokens_list {
	struct tokens_state pool[TOKENS_POOLS];
	size_t npools;
	struct tokens_reservation *res;	/* in the order of names */
	size_t nres, cap;
	struct tokens_lock lock;
};

/* tokens_list - everything, without waiting for the lock; free with tokens_list_free, which is safe on all-zero. */
int	tokens_list(struct tokens *t, struct tokens_list *l, struct err *e);
void	tokens_list_free(struct tokens_list *l);

/* tokens_reconcile - store as free what is: capacity less what is held. In a pool shared with older programs only
 * counters that have not changed for 15 minutes, or all with force. *l is what was before, freed by the caller. */
int	tokens_reconcile(struct tokens *t, bool force, struct tokens_list *l, struct err *e);

struct tokens_reaping {
	enum tokens_life (*alive)(void *ctx, const char *jobs);	/* asks the engine; NULL = all unknown */
	void *ctx;
	int64_t min_age;		/* seconds; younger ones of dead jobs are left alone */
	int64_t max_age;		/* of unknown owners: older ones are returned; 0 = none are */
};

/* tokens_reap - return the reservations of the dead. Those returned are in *l (only they), freed by the caller. */
int	tokens_reap(struct tokens *t, const struct tokens_reaping *how, struct tokens_list *l, struct err *e);

/* tokens_set_capacity - change the size of a pool. More held than that: nothing is free until they come back. */
int	tokens_set_capacity(struct tokens *t, const char *pool, int capacity, struct err *e);

/* tokens_title, tokens_pool_title - what logs call the reservation, the count of free tokens; owned by the caller. */
char	*tokens_title(const struct tokens *t, const char *pool, const char *uid, enum tokens_kind kind, struct err *e);
char	*tokens_pool_title(const struct tokens *t, const char *pool, struct err *e);

#endif
