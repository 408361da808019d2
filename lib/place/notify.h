#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "place/topic.h"

/*
 * Messages to operators (--notify PLACE): collected during the run, sent as one message at its end. They never
 * decide how a run ends: when sending fails, warn and go on. Without a place everything here does nothing.
 */

#define NOTIFY_MAX (200 * 1024)		/* bytes collected; what does not fit is counted and left out */

struct notify {
	struct topic *topic;		/* NULL without a place */
	struct buf text;
	size_t left_out;		/* additions */
};

/* notify_open - place may be NULL. -1 with E_USAGE when it is no topic, or standard output, which is for results. */
int	notify_open(struct notify *n, const char *place, struct err *e);

/* notify_add - append text as it is; it brings its own newlines. */
void	notify_add(struct notify *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* notify_send - publish what was collected, if anything, and forget it. Returns 0 or -1. */
int	notify_send(struct notify *n, const char *subject, struct err *e);

void	notify_close(struct notify *n);	/* safe on all-zero and twice */

#endif
