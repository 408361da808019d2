/* topic_local - standard output, or a directory with one file per message */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/newfile.h"
#include "base/mem.h"
#include "place/topic.h"

static int
local_open(struct place *p, const char *place, enum place_mode mode, struct err *e)
{
	p->name = strcmp(place, "-") == 0 ? xstrdup(place) : backend_directory(place, mode, e);
	return p->name == NULL ? -1 : 0;
}

static enum topic_result
print_message(const char *text, struct err *e)
{
	bool lost;

	flockfile(stdout);		/* messages of other threads come before or after */
	lost = puts(text) == EOF || fflush(stdout) == EOF;
	funlockfile(stdout);
	if (lost)
		err_sys(e, "standard output");
	return lost ? TOPIC_FAILED : TOPIC_SENT;
}

/* The lock of newfile lets one of several publishers of the same id in; the others then find the message there. */
static enum topic_result
write_message(const char *path, const char *text, struct err *e)
{
	enum topic_result result = TOPIC_FAILED;
	struct newfile f = {0};

	int there;

	if (newfile_open(&f, path, e) < 0)
		return TOPIC_FAILED;
	there = file_look(path, NULL, e);
	if (there > 0)
		result = TOPIC_KNOWN;
	else if (there == 0 && newfile_write(&f, text, strlen(text), e) == 0 && newfile_commit(&f, e) == 0)
		result = TOPIC_SENT;
	newfile_close(&f);
	return result;
}

/* A subject stands above the text as in mail. */
static enum topic_result
local_publish(struct topic *t, const struct topic_message *m, struct err *e)
{
	bool print = topic_is_stdout(t);
	char *text = xfmt("%s%s%s%s%s", m->subject != NULL ? "Subject: " : "", m->subject != NULL ? m->subject : "",
	    m->subject != NULL ? "\n\n" : "", m->text, print ? "" : "\n");
	char *path = xfmt("%s/%s", t->place.name, m->id);
	enum topic_result result = print ? print_message(text, e) : write_message(path, text, e);

	free(text);
	free(path);
	return result;
}

const struct topic_ops topic_local_ops = {
	.place.open = local_open,
	.publish = local_publish,
};
