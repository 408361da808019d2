/* notify - messages to operators */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "place/notify.h"

int
notify_open(struct notify *n, const char *place, struct err *e)
{
	*n = (struct notify){0};
	if (place == NULL)
		return 0;
	n->topic = topic_open(place, PLACE_ASIS, e);
	if (n->topic == NULL)
		return -1;
	if (!topic_is_stdout(n->topic))
		return 0;
	notify_close(n);
	return err_set(e, E_USAGE, "--notify -: standard output is for results");
}

void
notify_add(struct notify *n, const char *fmt, ...)
{
	size_t before = n->text.len;
	va_list ap;

	if (n->topic == NULL)
		return;
	va_start(ap, fmt);
	buf_vadd(&n->text, fmt, ap);
	va_end(ap);
	if (n->text.len <= NOTIFY_MAX)
		return;
	n->text.text[n->text.len = before] = '\0';
	n->left_out++;
}

int
notify_send(struct notify *n, const char *subject, struct err *e)
{
	struct topic_message m = { .subject = subject };
	int ret = -1;

	if (n->topic == NULL || (n->text.len == 0 && n->left_out == 0))
		return 0;
	if (n->left_out > 0)
		buf_add(&n->text, "\n(%zu more, too long for one message)\n", n->left_out);
	m.text = buf_str(&n->text);
	if (topic_publish(n->topic, &m, e) != TOPIC_FAILED)
		ret = 0;
	buf_free(&n->text);
	n->left_out = 0;
	return ret;
}

void
notify_close(struct notify *n)
{
	topic_close(n->topic);
	buf_free(&n->text);
	*n = (struct notify){0};
}
