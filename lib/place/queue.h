#ifndef QUEUE_H
#define QUEUE_H

#include "base/err.h"
#include "place/backend.h"

/*
 * A queue hands each message to one receiver at a time, at least once: who receives a message has it to himself for a
 * while; unless it is deleted by then, somebody else gets it. Queues are spool directories or SQS queues. An open queue
 * belongs to one thread.
 *
 * In a directory each message is a file, oldest name first. A received message is locked by its receiver, so it is
 * there for others at once when the receiver releases it or dies. Plain files put there by other means are messages
 * too. queue_reject moves messages into its subdirectory "rejected".
 */

#define QUEUE_TEXT_MAX (256 * 1024)	/* SQS takes no more */
#define QUEUE_ID_MAX 128		/* of group and deduplication ids */
#define QUEUE_BATCH_MAX 10		/* messages received at once */
#define QUEUE_WAIT_MAX 20		/* seconds */

struct queue;

/* What is sent. A FIFO queue of SQS needs a group; a directory notes both ids in the message's file. */
struct queue_post {
	const char *text;
	const char *group;		/* messages of a group stay in order; NULL without */
	const char *dedup;		/* the same id within five minutes is the same message; NULL without */
};

struct queue_message {
	char *id;			/* the queue's name for it, for messages */
	char *text;
	char *receipt;			/* the backend's */
	int lock;			/* the backend's: open file, or -1 */
};

/* queue_open - the queue that place names; see place_open. */
struct queue	*queue_open(const char *place, enum place_mode mode, struct err *e);
void	queue_close(struct queue *q);

/* queue_name - which queue this is, the same for every spelling of the place; borrowed. */
const char	*queue_name(const struct queue *q);

/* queue_send - 0 when the message is safe with the queue; -1 with E_DATA when it cannot be a message, E_RETRY, E_AUTH,
 * E_ENV. */
int	queue_send(struct queue *q, const struct queue_post *p, struct err *e);

/*
 * queue_receive - take messages
 *
 * m		room for max of them, at most QUEUE_BATCH_MAX; each is to be finished with queue_delete, queue_reject or
 *		queue_release
 * visibility	seconds for which nobody else gets them
 * wait		seconds that a service may take to look for the first one, at most QUEUE_WAIT_MAX: with 0, SQS asks only
 *		some of its servers. A directory answers at once.
 *
 * Returns their number, 0 when there is none, or -1: E_RETRY, E_AUTH, E_ENV.
 */
int	queue_receive(struct queue *q, struct queue_message *m, int max, int visibility, int wait, struct err *e);

/* queue_delete - the message is done with: remove it and free m, also on failure. A message that somebody else has got
 * meanwhile, because its time was over, stays. */
int	queue_delete(struct queue *q, struct queue_message *m, struct err *e);

/* queue_reject - the message can never be done: put it aside for people, with the reason; as queue_delete else. */
int	queue_reject(struct queue *q, struct queue_message *m, const char *reason, struct err *e);

/* queue_release - let others have the message now, and free m. Safe on all-zero and twice. */
void	queue_release(struct queue *q, struct queue_message *m);

/* For backends: messages have been checked. Without release the end of the message's lock is enough. */
struct queue {
	struct place place;
};

struct queue_ops {
	struct place_ops place;
	int (*send)(struct queue *q, const struct queue_post *p, struct err *e);
	int (*receive)(struct queue *q, struct queue_message *m, int max, int visibility, int wait, struct err *e);
	int (*del)(struct queue *q, struct queue_message *m, struct err *e);
	int (*reject)(struct queue *q, struct queue_message *m, const char *reason, struct err *e);
	void (*release)(struct queue *q, struct queue_message *m);
};

/* queue_message_fini - free what m holds, and its lock; m is then empty. */
void	queue_message_fini(struct queue_message *m);

extern const struct queue_ops queue_dir_ops;

#endif
