/* topic - what all topics have in common */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uid.h"
#include "place/topic.h"

struct topic *
topic_open(const char *place, enum place_mode mode, struct err *e)
{
	const struct topic_ops *ops = backend_find(SEAM_TOPIC, place, e);
	struct topic *t;

	if (ops == NULL)
		return NULL;
	t = mem_array(1, sizeof(*t), e);
	if (t == NULL)
		return NULL;
	t->ops = ops;
	if (ops->open(t, place, mode, e) < 0) {
		topic_close(t);
		return NULL;
	}
	return t;
}

void
topic_close(struct topic *t)
{
	if (t == NULL)
		return;
	if (t->ops->close != NULL)
		t->ops->close(t);
	free(t->name);
	free(t);
}

const char *
topic_name(const struct topic *t)
{
	return t->name;
}

int
topic_is_stdout(const struct topic *t)
{
	return strcmp(t->name, "-") == 0;
}

/* Mail subjects are short and plain; a service refuses others. */
static void
clean_subject(const char *subject, char out[TOPIC_SUBJECT_MAX + 1])
{
	size_t n = 0;

	for (; *subject != '\0' && n < TOPIC_SUBJECT_MAX; subject++)
		out[n++] = *subject >= ' ' && *subject <= '~' ? *subject : '?';
	out[n] = '\0';
}

static int
new_id(char out[TOPIC_ID_MAX + 1], struct err *e)
{
	char stamp[CLOCK_STAMP_SIZE], uid[UID_SIZE];

	clock_stamp(clock_now(), stamp);
	if (uid_new(uid, e) < 0)
		return -1;
	return str_fmt(out, TOPIC_ID_MAX + 1, e, "%s-%s", stamp, uid);
}

enum topic_result
topic_publish(struct topic *t, const struct topic_message *m, struct err *e)
{
	char id[TOPIC_ID_MAX + 1], subject[TOPIC_SUBJECT_MAX + 1];
	struct topic_message clean = *m;

	if (strnlen(m->text, TOPIC_TEXT_MAX + 1) > TOPIC_TEXT_MAX) {
		err_set(e, E_DATA, "%s: a message of more than %d bytes", t->name, TOPIC_TEXT_MAX);
		return TOPIC_FAILED;
	}
	if (m->id == NULL) {
		if (new_id(id, e) < 0)
			return TOPIC_FAILED;
		clean.id = id;
	} else if (strchr(m->id, '/') != NULL) {
		err_set(e, E_DATA, "%s: not a message id", m->id);
		return TOPIC_FAILED;
	} else if (backend_check_name("message id", m->id, TOPIC_ID_MAX, e) < 0) {
		return TOPIC_FAILED;
	}
	if (m->subject != NULL) {
		clean_subject(m->subject, subject);
		clean.subject = subject;
	}
	return t->ops->publish(t, &clean, e);
}
