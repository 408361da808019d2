#ifndef EVENT_H
#define EVENT_H

#include "base/err.h"
#include "base/str.h"
#include "base/digest.h"
#include "granule/dataset.h"

/*
 * The message that starts a run: an event of a queue with one record, or the body of its message alone,
 *
 *	{"prefix": "service-generate-ops", "dataset": "aqua", "txt_list": ["...", ...]}
 */

#define EVENT_MAX (1024 * 1024)
#define EVENT_LIST_MAX 900		/* bytes of a list's name: it becomes a key of a store */

struct event {
	const struct dataset *ds;
	char *prefix;
	struct strlist lists;
	char uid[UID_SIZE];		/* of the message's id: delivered twice it is one run; "" without */
};

/* event_parse - 0, or -1 with E_USAGE; *ev is then empty. */
int	event_parse(const char *text, struct event *ev, struct err *e);

void	event_fini(struct event *ev);

/* prefix_check - whether prefix can stand in names of jobs and queues; -1 with E_USAGE. */
int	prefix_check(const char *prefix, struct err *e);

#endif
