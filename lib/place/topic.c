/* topic - what all topics have in common */

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/digest.h"
#include "place/topic.h"

struct topic *
topic_open(const char *place, enum place_mode mode, struct err *e)
{
	return (struct topic *)place_open(SEAM_TOPIC, place, mode, e);
}

void
topic_close(struct topic *t)
{
	place_close((struct place *)t);
}

const char *
topic_name(const struct topic *t)
{
	return t->place.name;
}

int
topic_is_stdout(const struct topic *t)
{
	return strcmp(t->place.name, "-") == 0;
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

static void
new_id(char out[TOPIC_ID_MAX + 1])
{
	char stamp[CLOCK_STAMP_SIZE], uid[UID_SIZE];

	clock_stamp(clock_now(), stamp);
	uid_new(uid);
	xsnprintf(out, TOPIC_ID_MAX + 1, "%s-%s", stamp, uid);
}

enum topic_result
topic_publish(struct topic *t, const struct topic_message *m, struct err *e)
{
	char id[TOPIC_ID_MAX + 1], subject[TOPIC_SUBJECT_MAX + 1];
	struct topic_message clean = *m;

	if (strnlen(m->text, TOPIC_TEXT_MAX + 1) > TOPIC_TEXT_MAX) {
		err_set(e, E_DATA, "%s: a message of more than %d bytes", t->place.name, TOPIC_TEXT_MAX);
		return TOPIC_FAILED;
	}
	if (m->id == NULL) {
		new_id(id);
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
	return ((const struct topic_ops *)t->place.ops)->publish(t, &clean, e);
}
