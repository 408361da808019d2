#ifndef LEASE_H
#define LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "place/param.h"

/*
 * A lock kept as a parameter, for processes on several machines. It is taken by creating the parameter, which one of
 * several can, and it expires: who dies with it holds up the others for a while, not for ever. The value is JSON:
 *
 *	{"owner": "32 hex digits", "who": "partition 4711", "expires": 1700000000}
 *
 * A lease is taken over when by our clock it expired more than `skew` seconds ago, or when it has not changed for
 * longer than a lease lasts while we watched (a clock that is far off, a damaged value). Its holder stops relying on
 * it when it expires by its own clocks, the one that may be set and the one that may not, and renews it before.
 */

#define LEASE_WHO_MAX 600
#define LEASE_TEXT_SIZE 1024

enum lease_event { LEASE_WAITING, LEASE_BROKEN };	/* BROKEN: an expired one was removed; text says whose */

struct lease {
	/* Set by the caller */
	struct param *param;
	const char *name;		/* of the parameter */
	const char *who;		/* for others to read; printable, without quotes, at most LEASE_WHO_MAX bytes */
	int seconds, skew;
	int (*stop)(void);		/* not 0 = give up waiting; may be NULL */
	void (*tell)(void *ctx, enum lease_event event, const char *text);	/* may be NULL */
	void *ctx;

	bool held;
	int64_t broken;			/* when the expired lease that was removed last had expired; 0 = none */
	char owner[33];
	char text[LEASE_TEXT_SIZE];	/* value of the parameter while held */
	int64_t expires;		/* UTC seconds since 1970 */
	double until;			/* the same by the steady clock */
};

/* lease_take - wait for it at most wait seconds; 0, or -1: E_RETRY when somebody else has it all the time, E_SIGNAL
 * when stop says so, or what the parameters have to say. */
int	lease_take(struct lease *l, int wait, struct err *e);

/* lease_keep - make sure that it is still ours, and renew it in time. To be called before anything is changed under
 * it. -1 with E_RETRY when it was lost: nothing may be changed any more. */
int	lease_keep(struct lease *l, struct err *e);

/* lease_drop - let go of it; nothing when it is not held. -1 when the parameter could not be removed: it expires. */
int	lease_drop(struct lease *l, struct err *e);

/* lease_pause - sleep; -1 with E_SIGNAL when stop says so. */
int	lease_pause(const struct lease *l, double seconds, struct err *e);

/* lease_read - who holds it. Returns 1, 0 when nobody does, or -1. *expires is 0 when the value is damaged, *expired
 * whether the next one who wants it will take it. */
int	lease_read(const struct lease *l, char *who, size_t size, int64_t *expires, bool *expired, struct err *e);

#endif
