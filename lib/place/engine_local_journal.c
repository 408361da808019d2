/* engine_local_journal - the state file: one JSON object a line for every element that ended, the last one counts */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "place/engine_local.h"

#define JOURNAL_MAX ((size_t)1 << 30)
#define LOCK_WAIT 1.5			/* seconds; the children of a killed run are about to die */
#define KEY_MAX 512

struct journal {
	int fd;
	char *path;
	json_t *last;			/* "ID-INDEX" -> true when it succeeded */
};

static int
lock(const struct journal *j, struct err *e)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	double until = clock_steady() + LOCK_WAIT;
	struct timespec nap = { .tv_nsec = 50 * 1000 * 1000 };

	while (fcntl(j->fd, F_OFD_SETLK, &fl) < 0) {
		if (errno != EAGAIN && errno != EACCES)
			return err_sys(e, "%s: cannot lock", j->path);
		if (clock_steady() > until)
			return err_set(e, E_BUSY, "%s: in use by another run", j->path);
		if (nanosleep(&nap, NULL) < 0)
			return err_set(e, E_SIGNAL, "%s: interrupted", j->path);
	}
	return 0;
}

static int
key_of(const char *id, size_t index, char key[KEY_MAX])
{
	return snprintf(key, KEY_MAX, "%s-%zu", id, index) < KEY_MAX ? 0 : -1;
}

/* A line that is none (cut off by a kill, or foreign) says nothing. */
static int
take_line(struct journal *j, const char *line, size_t len, struct err *e)
{
	json_t *o = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *id, *state;
	char key[KEY_MAX];
	json_int_t index;
	int ret = 0;

	if (o != NULL && json_unpack(o, "{s:s, s:I, s:s}", "job", &id, "index", &index, "state", &state) == 0 &&
	    index >= 0 && key_of(id, (size_t)index, key) == 0 &&
	    json_object_set_new(j->last, key, json_boolean(strcmp(state, "succeeded") == 0)) < 0)
		ret = err_mem(e, j->path);
	json_decref(o);
	return ret;
}

/* Read all lines; cut off what a kill has left behind the last one. */
static int
load(struct journal *j, struct err *e)
{
	char *text = file_read(j->path, JOURNAL_MAX, e);
	size_t len, end = 0;
	int ret = -1;

	if (text == NULL)
		return -1;
	len = strlen(text);
	for (char *nl; (nl = memchr(text + end, '\n', len - end)) != NULL; end = (size_t)(nl - text) + 1)
		if (take_line(j, text + end, (size_t)(nl - text) - end, e) < 0)
			goto out;
	if (end < len && ftruncate(j->fd, (off_t)end) < 0)
		err_sys(e, "%s", j->path);
	else
		ret = 0;
out:
	free(text);
	return ret;
}

struct journal *
journal_open(const char *path, struct err *e)
{
	struct journal *j = mem_array(1, sizeof(*j), e);

	if (j == NULL)
		return NULL;
	j->fd = -1;
	j->path = mem_str(path, e);
	j->last = json_object();
	if (j->path == NULL || j->last == NULL || file_mkparent(path, e) < 0)
		goto fail;
	j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (j->fd < 0) {
		err_sys(e, "%s", path);
		goto fail;
	}
	if (lock(j, e) == 0 && load(j, e) == 0)
		return j;
fail:
	journal_close(j);
	return NULL;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		(void)close(j->fd);	/* every line was written, or its failure reported */
	json_decref(j->last);
	free(j->path);
	free(j);
}

int
journal_fd(const struct journal *j)
{
	return j->fd;
}

enum engine_state
journal_state(const struct journal *j, const char *id, size_t index)
{
	char key[KEY_MAX];
	const json_t *v = key_of(id, index, key) == 0 ? json_object_get(j->last, key) : NULL;

	return v == NULL ? ENGINE_UNKNOWN : json_is_true(v) ? ENGINE_SUCCEEDED : ENGINE_FAILED;
}

/* All of the line, or nothing of it. */
static int
append(const struct journal *j, const char *line, struct err *e)
{
	off_t end = lseek(j->fd, 0, SEEK_END);
	ssize_t n = write(j->fd, line, strlen(line));

	if (n == (ssize_t)strlen(line))
		return 0;
	if (n >= 0)
		errno = ENOSPC;
	err_sys(e, "%s", j->path);
	if (end >= 0)
		(void)!ftruncate(j->fd, end);
	return -1;
}

int
journal_note(struct journal *j, const char *id, size_t index, bool ok, const char *reason, int attempt,
    double seconds, struct err *e)
{
	json_t *o = json_pack("{s:s, s:I, s:s, s:i, s:f}", "job", id, "index", (json_int_t)index,
	    "state", ok ? "succeeded" : "failed", "attempt", attempt, "seconds", seconds);
	char *text = NULL, *line = NULL;
	int ret = -1;

	if (o != NULL && (ok || json_object_set_new(o, "reason", json_string(reason)) == 0))
		text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(o);
	if (text != NULL)
		line = mem_fmt(e, "%s\n", text);
	if (line == NULL)
		err_mem(e, j->path);
	else
		ret = append(j, line, e);
	free(text);
	free(line);
	return ret;
}
