/* topic_local - standard output, or a directory with one file per message */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "place/topic.h"

static int
local_open(struct topic *t, const char *place, enum place_mode mode, struct err *e)
{
	if (strcmp(place, "-") == 0)
		t->name = mem_str(place, e);
	else
		t->name = backend_directory(place, mode, e);
	return t->name == NULL ? -1 : 0;
}

/* The message as text; a subject stands above it as in mail. */
static char *
message_text(const struct topic_message *m, struct err *e)
{
	if (m->subject != NULL)
		return mem_fmt(e, "Subject: %s\n\n%s", m->subject, m->text);
	return mem_str(m->text, e);
}

static enum topic_result
print_message(const char *text, struct err *e)
{
	int rc;

	flockfile(stdout);		/* messages of other threads come before or after */
	rc = list_put(text, '\n', e);
	funlockfile(stdout);
	return rc < 0 ? TOPIC_FAILED : TOPIC_SENT;
}

/* The lock of newfile lets one of several publishers of the same id in; the others then find the message there. */
static enum topic_result
write_message(const char *path, const char *text, struct err *e)
{
	enum topic_result result = TOPIC_FAILED;
	char *line = mem_fmt(e, "%s\n", text);
	struct newfile f = {0};

	if (line == NULL || newfile_open(&f, path, e) < 0)
		goto out;
	if (file_exists(path))
		result = TOPIC_KNOWN;
	else if (newfile_write(&f, line, strlen(line), e) == 0 && newfile_commit(&f, e) == 0)
		result = TOPIC_SENT;
out:
	newfile_close(&f);
	free(line);
	return result;
}

static enum topic_result
local_publish(struct topic *t, const struct topic_message *m, struct err *e)
{
	enum topic_result result = TOPIC_FAILED;
	char *text = message_text(m, e);
	char *path = mem_fmt(e, "%s/%s", t->name, m->id);

	if (text != NULL && path != NULL)
		result = topic_is_stdout(t) ? print_message(text, e) : write_message(path, text, e);
	free(text);
	free(path);
	return result;
}

const struct topic_ops topic_local_ops = {
	.open = local_open,
	.publish = local_publish,
};
