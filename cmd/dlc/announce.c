/* announce - tell which lists there are */

#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "granule/listmessage.h"

#define TEXT_MAX (200 * 1024)		/* of names in one message */
#define VISIBILITY 120			/* seconds from the receipt of pending messages to their end */
#define WAIT 1				/* seconds for the first of them: more than none makes SQS look everywhere */

/* ---- pending lists ---- */

static int
take_names(struct strlist *names, const char *text, struct err *e)
{
	json_t *root = json_loads(text, 0, NULL);
	int ret = listmessage_names(root, names, e);

	json_decref(root);
	return ret;
}

int
pending_take(struct pending *p, struct err *e)
{
	struct queue_message batch[QUEUE_BATCH_MAX];
	struct err why;
	int got = 1, ret = 0;

	while (ret == 0 && got > 0 && p->n < PENDING_MAX) {
		int room = PENDING_MAX - p->n;

		got = queue_receive(p->queue, batch, room < QUEUE_BATCH_MAX ? room : QUEUE_BATCH_MAX, VISIBILITY,
		    p->n == 0 ? WAIT : 0, e);
		if (got < 0)
			return -1;
		for (int i = 0; i < got; i++) {
			if (take_names(&p->names, batch[i].text, &why) == 0) {
				p->message[p->n++] = batch[i];
				continue;
			}
			oddity(&p->rejected, "%s: message %s: %s: %.200s", queue_name(p->queue), batch[i].id, why.msg,
			    batch[i].text);
			if (queue_reject(p->queue, &batch[i], why.msg, e) < 0)
				ret = -1;
		}
	}
	return ret;
}

int
pending_done(struct pending *p, struct err *e)
{
	struct err why;
	int ret = 0;

	while (p->n > 0)
		if (queue_delete(p->queue, &p->message[--p->n], &why) < 0)
			ret = err_set(e, why.code, "%s", why.msg);
	return ret;
}

void
pending_release(struct pending *p)
{
	while (p->n > 0)
		queue_release(p->queue, &p->message[--p->n]);
	strlist_free(&p->names);
}

/* ---- the message ---- */

static void
sort_names(struct strlist *names)
{
	size_t kept = 0;

	strlist_sort(names);
	for (size_t i = 0; i < names->n; i++) {
		if (kept > 0 && strcmp(names->item[kept - 1], names->item[i]) == 0)
			free(names->item[i]);
		else
			names->item[kept++] = names->item[i];
	}
	names->n = kept;
}

static int
send_some(struct queue *q, const char *prefix, const char *dataset, char *const names[], size_t n, struct err *e)
{
	char *text = listmessage_make(prefix, dataset, names, n);
	int ret = queue_send(q, &(struct queue_post){ .text = text }, e);

	free(text);
	return ret;
}

int
announce(struct queue *q, const char *prefix, const char *dataset, struct strlist *names, size_t *sent, struct err *e)
{
	size_t first = 0, bytes = 0;

	*sent = 0;
	sort_names(names);
	for (size_t i = 0; i < names->n; i++) {
		bytes += strlen(names->item[i]) + strlen("\"\", ");
		if (i + 1 < names->n && bytes + LIST_NAME_MAX + 4 <= TEXT_MAX)
			continue;
		if (send_some(q, prefix, dataset, names->item + first, i + 1 - first, e) < 0)
			return -1;
		(*sent)++;
		first = i + 1;
		bytes = 0;
	}
	return 0;
}
