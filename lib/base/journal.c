/* journal - what a run has done, one JSON object a line */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/journal.h"
#include "base/mem.h"

#define JOURNAL_MAX ((size_t)1 << 30)

static int
load(const struct journal *j, journal_take *take, void *ctx, struct err *e)
{
	char *text, *line, *end, *last;
	const char *wrong = NULL;
	size_t number = 0;
	struct stat st;
	ssize_t size;
	int ret = -1;

	if (fstat(j->fd, &st) < 0)
		return err_sys(e, "%s", j->path);
	if ((uint64_t)st.st_size > JOURNAL_MAX)
		return err_set(e, E_DATA, "%s: larger than %zu bytes", j->path, JOURNAL_MAX);
	text = line = xarray((size_t)st.st_size + 1, 1);
	size = file_fill(j->fd, j->path, text, (size_t)st.st_size, e);
	if (size < 0)
		goto out;
	last = text + size;
	for (; wrong == NULL && (end = memchr(line, '\n', (size_t)(last - line))) != NULL; line = end + 1) {
		json_t *record = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);

		number++;
		wrong = take(ctx, record);
		json_decref(record);
	}
	if (wrong != NULL)
		err_set(e, E_USAGE, "%s: line %zu: %s", j->path, number, wrong);
	else if (line < last && ftruncate(j->fd, (off_t)(line - text)) < 0)
		err_sys(e, "%s", j->path);
	else
		ret = 0;
out:
	free(text);
	return ret;
}

int
journal_open(struct journal *j, const char *path, bool create, bool sync, double wait, journal_take *take, void *ctx,
    struct err *e)
{
	*j = (struct journal){ .sync = sync };
	if (create && file_mkparent(path, e) < 0)
		return -1;
	j->fd = file_open_locked(path, O_RDWR | O_APPEND | (create ? O_CREAT : 0), FILE_MODE, wait, e);
	if (j->fd < 0) {
		j->fd = 0;
		return -1;
	}
	j->path = xstrdup(path);
	if (load(j, take, ctx, e) == 0)
		return 0;
	journal_close(j);
	return -1;
}

int
journal_add(const struct journal *j, json_t *record, struct err *e)
{
	char *text = record != NULL ? json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL, *line;
	off_t end = lseek(j->fd, 0, SEEK_END);
	int ret;

	json_decref(record);
	if (text == NULL)
		return err_set(e, E_DATA, "%s: cannot be written as JSON", j->path);
	line = xfmt("%s\n", text);
	ret = file_put(j->fd, j->path, line, strlen(line), e);
	if (ret == 0 && j->sync && fdatasync(j->fd) < 0)
		ret = err_sys(e, "%s", j->path);
	if (ret < 0 && end >= 0)
		(void)!ftruncate(j->fd, end);
	free(line);
	free(text);
	return ret;
}

void
journal_close(struct journal *j)
{
	if (j->fd > 0)
		(void)close(j->fd);	/* every line was written, or its failure reported */
	free(j->path);
	*j = (struct journal){0};
}
