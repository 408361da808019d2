#ifndef DLC_H
#define DLC_H

#include "granule/layout.h"
#include "announce.h"
#include "lists.h"
#include "search.h"
#include "state.h"

/* A run of the list creator: what files there are, which of them are new, who is told. */

struct dlc {
	struct run run;
	/* as options have it */
	const char *from_file, *pattern, *lists_place, *announce_place, *pending_place, *prefix;
	const char *now_text, *from_text, *to_text, *std_only, *crdate;
	long days, keep, retries;
	bool no_state;
	int64_t now, from, to;		/* from < 0: forward */

	struct search search;
	struct match match;
	char state_file[LAYOUT_SIZE];	/* the default one */
	struct state state;
	struct store *store;		/* NULL without --lists */
	struct queue *queue;		/* NULL without --announce */
	struct pending pending;
	struct found found;
	struct lists lists;
	int list_fd;			/* --from-file; else -1 */
};

/* dlc_open - open all places, and the state: nothing has been done when it returns -1. */
int	dlc_open(struct dlc *d, struct err *e);

/* dlc_look - search, and find out what is new. -1: nothing was done. */
int	dlc_look(struct dlc *d, struct err *e);

/* dlc_deliver - store, announce and print what is new, then remember it. In this order nothing is lost by a failure or
 * a kill in between; at most the announcement comes twice. */
int	dlc_deliver(struct dlc *d, struct err *e);

/* dlc_plan - print what is new, and say what would be done with it. */
void	dlc_plan(struct dlc *d);

/* dlc_log - the final_log line, or more where it would be too long for the log. */
void	dlc_log(const struct dlc *d);

/* dlc_failed - a part of the run has failed. */
void	dlc_failed(struct dlc *d, const struct err *e);

void	dlc_close(struct dlc *d);

#endif
