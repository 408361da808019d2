#ifndef TOPIC_H
#define TOPIC_H

#include "base/err.h"
#include "place/backend.h"

/*
 * A topic takes messages for whoever listens: standard output ("-"), a directory with one file per message, or an
 * SNS topic. An open topic may be used by several threads at once.
 *
 * The id of a message says which message it is. A directory names the message's file after it and takes each id
 * once, so that publishing again after a kill does no harm; standard output takes everything.
 */

#define TOPIC_ID_MAX 128
#define TOPIC_TEXT_MAX (256 * 1024)	/* SNS takes no more */
#define TOPIC_SUBJECT_MAX 100

struct topic;

struct topic_message {
	const char *id;			/* printable, no slash, not a dot first, at most TOPIC_ID_MAX; NULL = new one */
	const char *subject;		/* for mail; NULL without. Cut to TOPIC_SUBJECT_MAX printable characters */
	const char *text;
};

enum topic_result { TOPIC_FAILED = -1, TOPIC_SENT, TOPIC_KNOWN };

/* topic_open - the topic that place names; see place_open. */
struct topic	*topic_open(const char *place, enum place_mode mode, struct err *e);
void	topic_close(struct topic *t);

/* topic_name - which topic this is, the same for every spelling of the place; borrowed. */
const char	*topic_name(const struct topic *t);

/* topic_is_stdout - whether messages go to standard output, which then is taken. */
int	topic_is_stdout(const struct topic *t);

/*
 * topic_publish - send a message
 *
 * Returns TOPIC_SENT when the message is safe with the topic, TOPIC_KNOWN when it had been published under this id
 * before, or TOPIC_FAILED: E_DATA when the message cannot be one, E_RETRY, E_AUTH, E_ENV.
 */
enum topic_result	topic_publish(struct topic *t, const struct topic_message *m, struct err *e);

/* For backends: messages have been checked, ids and subjects are as promised. */
struct topic {
	struct place place;
};

struct topic_ops {
	struct place_ops place;
	enum topic_result (*publish)(struct topic *t, const struct topic_message *m, struct err *e);
};

extern const struct topic_ops topic_local_ops;

#endif
