/* queue - what all queues have in common */

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place/queue.h"

struct queue *
queue_open(const char *place, enum place_mode mode, struct err *e)
{
	return (struct queue *)place_open(SEAM_QUEUE, place, mode, e);
}

void
queue_close(struct queue *q)
{
	place_close((struct place *)q);
}

const char *
queue_name(const struct queue *q)
{
	return q->place.name;
}

static const struct queue_ops *
ops(const struct queue *q)
{
	return (const struct queue_ops *)q->place.ops;
}

static int
check_id(const char *what, const char *id, struct err *e)
{
	size_t n = id != NULL ? strnlen(id, QUEUE_ID_MAX + 1) : 1;

	if (n == 0 || n > QUEUE_ID_MAX)
		return err_set(e, E_DATA, "%.40s: a %s has 1 to %d characters", id, what, QUEUE_ID_MAX);
	for (const char *s = id; s != NULL && *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return err_set(e, E_DATA, "%s: a %s has no blanks", id, what);
	return 0;
}

int
queue_send(struct queue *q, const struct queue_post *p, struct err *e)
{
	size_t n = strnlen(p->text, QUEUE_TEXT_MAX + 1);

	if (n == 0 || n > QUEUE_TEXT_MAX)
		return err_set(e, E_DATA, "%s: a message has 1 to %d bytes", q->place.name, QUEUE_TEXT_MAX);
	if (check_id("message group", p->group, e) < 0 || check_id("deduplication id", p->dedup, e) < 0)
		return -1;
	return ops(q)->send(q, p, e);
}

int
queue_receive(struct queue *q, struct queue_message *m, int max, int visibility, int wait, struct err *e)
{
	assert(max > 0 && max <= QUEUE_BATCH_MAX && visibility > 0 && wait >= 0 && wait <= QUEUE_WAIT_MAX);
	for (int i = 0; i < max; i++)
		m[i] = (struct queue_message){ .lock = -1 };
	return ops(q)->receive(q, m, max, visibility, wait, e);
}

void
queue_message_fini(struct queue_message *m)
{
	if (m->lock >= 0)
		(void)close(m->lock);
	free(m->id);
	free(m->text);
	free(m->receipt);
	*m = (struct queue_message){ .lock = -1 };
}

int
queue_delete(struct queue *q, struct queue_message *m, struct err *e)
{
	int ret = ops(q)->del(q, m, e);

	queue_message_fini(m);
	return ret;
}

int
queue_reject(struct queue *q, struct queue_message *m, const char *reason, struct err *e)
{
	int ret = ops(q)->reject(q, m, reason, e);

	queue_message_fini(m);
	return ret;
}

void
queue_release(struct queue *q, struct queue_message *m)
{
	if (m->receipt == NULL)
		return;
	if (ops(q)->release != NULL)
		ops(q)->release(q, m);
	queue_message_fini(m);
}
