#ifndef ANNOUNCE_H
#define ANNOUNCE_H

#include "place/queue.h"
#include "run/run.h"

/* The message that tells which lists there are, and the lists that earlier runs could not have processed. */

#define PENDING_MAX 100			/* messages taken in one run */

struct pending {
	struct queue *queue;		/* the caller's; NULL: none */
	struct queue_message message[PENDING_MAX];
	int n;
	struct strlist names;		/* of the lists in them */
	struct oddities rejected;	/* messages that were none */
};

/*
 * pending_take - receive what is pending
 *
 * Messages that are no array of names are put aside. The others stay this run's until pending_done or pending_release.
 * Returns 0, or -1 with what receiving failed with; what was received counts nevertheless.
 */
int	pending_take(struct pending *p, struct err *e);

/* pending_done - the lists are announced: delete their messages. */
int	pending_done(struct pending *p, struct err *e);

/* pending_release - give back what was not deleted, and free everything. Safe on all-zero and twice. */
void	pending_release(struct pending *p);

/*
 * announce - send {"prefix": ..., "dataset": ..., "txt_list": [...]}
 *
 * Names are sorted, each is sent once, in as many messages as they need. *sent counts these.
 */
int	announce(struct queue *q, const char *prefix, const char *dataset, struct strlist *names, size_t *sent,
	    struct err *e);

#endif
