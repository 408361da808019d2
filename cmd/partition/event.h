#ifndef EVENT_H
#define EVENT_H

#include "base/err.h"
#include "base/str.h"
#include "base/digest.h"
#include "granule/dataset.h"
#include "group.h"
#include "lines.h"
#include "partition.h"

/*
 * What a run is about. Its message, if one starts it: an event of a queue with one record, or the body of its message
 * alone,
 *
 *	{"prefix": "service-generate-ops", "dataset": "aqua", "txt_list": ["...", ...]}
 *
 * and the lines of the download lists that the message or the arguments name.
 */

struct event {
	const struct dataset *ds;	/* NULL: there is no message */
	char *prefix;
	struct strlist lists;
	char uid[UID_SIZE];		/* of the message's id: delivered twice it is one run; "" without */
};

/* event_parse - 0, or -1 with E_USAGE; *ev is then empty. */
int	event_parse(const char *text, struct event *ev, struct err *e);

/* event_read - with --event the message, from the argument or standard input, or else an empty one; sets dataset,
 * prefix, time and id of the run. -1 with E_USAGE, E_ENV; ev is to be released. */
int	event_read(struct partition *p, struct event *ev, struct err *e);

/* event_names - names of the lists, those of the message or the arguments. */
void	event_names(const struct partition *p, const struct event *ev, struct strlist *names);

/* event_pending - send the names of the lists to the pending queue, so that a later run has them, and print them. 1, 0
 * when there is no --pending or no name, -1. */
int	event_pending(struct partition *p, const struct strlist *names, struct err *e);

/* event_postpone - the same because too few tokens are free. 0; -1, with E_RETRY when they cannot wait there. */
int	event_postpone(struct partition *p, const struct strlist *names, struct err *e);

void	event_fini(struct event *ev);

/* All lines, and which list each comes from. */
struct intake {
	struct lines lines;
	struct strlist lists;		/* names of the lists read ... */
	size_t *end;			/* ... and how many lines of the table there were after each */
	size_t cap;
	size_t replaced;		/* lines that later ones have replaced */
	struct oddities odd;		/* lines and lists that are passed over */
};

/* intake_read - read all lists; those that are missing, and bad lines, are failed items; other products, and what is
 * wrong with lists that a message names, are passed over. -1 with E_ENV when reading failed, E_SIGNAL. */
int	intake_read(struct partition *p, const struct event *ev, struct intake *in, struct err *e);

/* intake_group - make granules of the lines, and say which lines others have replaced. */
void	intake_group(struct intake *in, struct groups *gr);

void	intake_fini(struct intake *in);

/* place_text - the contents of a file ("-" = standard input) or of an object ("://" in its name), at most max bytes;
 * owned by the caller. NULL with E_MISSING, E_DATA, E_ENV. */
char	*place_text(const char *place, size_t max, struct err *e);

#endif
