/* stage - files being downloaded */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "stage.h"

#define SIDE_MAX 16384			/* largest side file read */
#define SIDE_END "end"			/* its last line; without it the file is torn */

int
stage_open(struct stage *s, const char *dir, bool hidden, const char *name, struct err *e)
{
	const char *dot = hidden ? "." : "";
	char *tmp = mem_fmt(e, "%s/%s%s.part", dir, dot, name);
	struct stat st;
	int ret = -1;

	*s = (struct stage){ .file.fd = -1, .version.total = -1 };
	s->side = mem_fmt(e, "%s/%s%s.resume", dir, dot, name);
	if (tmp != NULL && s->side != NULL)
		ret = newfile_stage(&s->file, tmp, e);
	free(tmp);
	if (ret < 0) {
		free(s->side);
		*s = (struct stage){ .file.fd = -1 };
		return -1;
	}
	/* An earlier run left something; a side file may be there. */
	s->noted = fstat(s->file.fd, &st) == 0 && st.st_size > 0;
	return 0;
}

/* The value of a "key value" line, NULL when the line is another one. */
static const char *
value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	return strncmp(line, key, n) == 0 && line[n] == ' ' ? line + n + 1 : NULL;
}

/* Compare and take the lines of the side file; true when it is complete and about this request. */
static bool
take_side(struct stage *s, char *text, const struct request *r)
{
	bool url = false, checksum = false, end = false;
	const char *v;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if ((v = value_of(line, "url")) != NULL)
			url = strcmp(v, r->url) == 0;
		else if ((v = value_of(line, "checksum")) != NULL)
			checksum = strcmp(v, r->checksum) == 0;
		else if ((v = value_of(line, "etag")) != NULL)
			(void)str_fmt(s->version.etag, STAGE_TAGMAX, NULL, "%s", v);
		else if ((v = value_of(line, "modified")) != NULL)
			(void)str_fmt(s->version.modified, STAGE_TAGMAX, NULL, "%s", v);
		else if ((v = value_of(line, "length")) != NULL)
			s->version.total = strtoll(v, NULL, 10);
		end = strcmp(line, SIDE_END) == 0;
	}
	return url && checksum && end;
}

bool
stage_resumable(struct stage *s, const struct request *r)
{
	struct stat st;
	char *text;
	bool ours;

	if (r->alg == DIGEST_NONE || fstat(s->file.fd, &st) < 0 || st.st_size == 0)
		return false;
	text = file_read(s->side, SIDE_MAX, NULL);
	if (text == NULL)
		return false;
	ours = take_side(s, text, r);
	free(text);
	s->size = st.st_size;
	if (ours && stage_validator(s) != NULL && (s->version.total < 0 || s->size <= s->version.total))
		return true;
	s->version = (struct version){ .total = -1 };
	return false;
}

int
stage_reset(struct stage *s, struct err *e)
{
	bool empty = s->size == 0 && !s->noted;

	s->size = 0;
	s->version = (struct version){ .total = -1 };
	if (empty)
		return 0;
	if (ftruncate(s->file.fd, 0) < 0)
		return err_sys(e, "%s", s->file.tmp);
	if (s->noted)
		(void)unlink(s->side);
	s->noted = false;
	return 0;
}

int
stage_write(const struct stage *s, const void *data, size_t size, int64_t at, bool *full, struct err *e)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = pwrite(s->file.fd, p, size, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*full = errno == ENOSPC || errno == EDQUOT;
			return err_sys(e, "%s", s->file.tmp);
		}
		p += n;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

void
stage_write_back(const struct stage *s, int64_t from, int64_t size)
{
	(void)sync_file_range(s->file.fd, from, size, SYNC_FILE_RANGE_WRITE);
}

int
stage_touch(const struct stage *s, struct err *e)
{
	return futimens(s->file.fd, NULL) < 0 ? err_sys(e, "%s", s->file.tmp) : 0;
}

const char *
stage_validator(const struct stage *s)
{
	return s->version.etag[0] != '\0' ? s->version.etag :
	    s->version.modified[0] != '\0' ? s->version.modified : NULL;
}

void
stage_note(struct stage *s, const struct request *r)
{
	struct buf b = {0};
	const char *text;
	int fd;

	if (s->noted || r->alg == DIGEST_NONE || stage_validator(s) == NULL)
		return;
	buf_add(&b, "url %s\nchecksum %s\n", r->url, r->checksum);
	if (s->version.etag[0] != '\0')
		buf_add(&b, "etag %s\n", s->version.etag);
	if (s->version.modified[0] != '\0')
		buf_add(&b, "modified %s\n", s->version.modified);
	buf_add(&b, "length %lld\n" SIDE_END "\n", (long long)s->version.total);
	text = buf_text(&b, NULL);
	fd = open(s->side, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd >= 0) {
		/* Torn or lost files are noticed by their reader; a sync would stop the event loop. */
		s->noted = text != NULL && write(fd, text, b.len) == (ssize_t)b.len;
		(void)close(fd);
	}
	buf_free(&b);
}

int
stage_publish(struct stage *s, const char *path, struct err *e)
{
	/* The side file goes first: killed behind the rename, nobody would come back for it. */
	if (s->noted)
		(void)unlink(s->side);
	s->noted = false;
	return newfile_publish(&s->file, path, e);
}

void
stage_close(struct stage *s, const struct request *r, bool keep)
{
	if (s->file.tmp == NULL)
		return;
	if (keep && s->size > 0 && !s->file.committed)
		stage_note(s, r);
	else
		keep = false;
	keep = keep && s->noted;
	if (!keep && s->noted)
		(void)unlink(s->side);
	if (keep)
		newfile_keep(&s->file);
	else
		newfile_close(&s->file);
	free(s->side);
	*s = (struct stage){ .file.fd = -1 };
}
