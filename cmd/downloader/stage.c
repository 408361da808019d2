/* stage - files being downloaded */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "stage.h"

#define BUFFER_SIZE ((size_t)512 * 1024)
#define STRIDE (4 * 1024 * 1024)	/* the disk is set to work in steps of this size */
#define NOTE_SIZE (1024 * 1024)		/* smaller files are not worth a side file */
#define SIDE_MAX 16384			/* largest side file read */
#define SIDE_END "end"			/* its last line; without it the file is torn */

/* ---- the side file ---- */

/* The value of a "key value" line, NULL when the line is another one. */
static const char *
value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	return strncmp(line, key, n) == 0 && line[n] == ' ' ? line + n + 1 : NULL;
}

/* Take the version from the lines of the side file; true when it is complete and about this request. */
static bool
take_side(struct stage *s, char *text)
{
	bool url = false, checksum = false, end = false;
	struct version *v = &s->version;
	const char *value;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if ((value = value_of(line, "url")) != NULL)
			url = strcmp(value, s->l->url) == 0;
		else if ((value = value_of(line, "checksum")) != NULL)
			checksum = strcmp(value, s->l->checksum) == 0;
		else if ((value = value_of(line, "etag")) != NULL)
			(void)str_fmt(v->etag, sizeof(v->etag), NULL, "%s", value);
		else if ((value = value_of(line, "modified")) != NULL)
			(void)str_fmt(v->modified, sizeof(v->modified), NULL, "%s", value);
		else if ((value = value_of(line, "length")) != NULL)
			v->total = strtoll(value, NULL, 10);
		end = strcmp(line, SIDE_END) == 0;
	}
	return url && checksum && end && version_validator(v) != NULL;
}

/* Write the side file, if there is anything to note. A failure only costs a later continuation. */
static void
note(struct stage *s)
{
	const struct version *v = &s->version;
	struct buf b = {0};
	int fd;

	if (s->noted || s->l->alg == DIGEST_NONE || version_validator(v) == NULL)
		return;
	buf_add(&b, "url %s\nchecksum %s\n", s->l->url, s->l->checksum);
	if (v->etag[0] != '\0')
		buf_add(&b, "etag %s\n", v->etag);
	if (v->modified[0] != '\0')
		buf_add(&b, "modified %s\n", v->modified);
	buf_add(&b, "length %lld\n" SIDE_END "\n", (long long)v->total);
	(void)unlink(s->side);		/* whatever it is: only a new file is written to */
	fd = open(s->side, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd >= 0) {
		/* Torn or lost files are noticed by their reader. */
		s->noted = write(fd, buf_str(&b), b.len) == (ssize_t)b.len;
		(void)close(fd);
	}
	buf_free(&b);
}

static void
forget_note(struct stage *s)
{
	if (s->noted)
		(void)unlink(s->side);
	s->noted = false;
}

/* ---- writing; by one thread at a time ---- */

/* Digest what an earlier run has left, up to what is written. */
static int
digest_written(struct stage *s, struct err *e)
{
	if (digest_range(s->digest, s->file.fd, s->file.tmp, s->digested, s->written, e) < 0)
		return -1;
	s->digested = s->written;
	return 0;
}

/* Append a buffer to the file. */
static int
append(struct stage *s, const char *data, size_t size, struct err *e)
{
	if (digest_written(s, e) < 0)
		return -1;
	digest_update(s->digest, data, size);
	if (file_put_at(s->file.fd, s->file.tmp, data, size, s->written, e) < 0) {
		s->full = errno == ENOSPC || errno == EDQUOT;
		return -1;
	}
	s->written += (int64_t)size;
	s->digested = s->written;
	if (s->written - s->hinted >= STRIDE) {	/* so that the sync at the end is short */
		(void)sync_file_range(s->file.fd, s->hinted, s->written - s->hinted, SYNC_FILE_RANGE_WRITE);
		s->hinted = s->written;
	}
	return 0;
}

static void
write_buffer(struct task *t)
{
	struct stage *s = (struct stage *)(void *)((char *)t - offsetof(struct stage, task));

	(void)append(s, s->writing, BUFFER_SIZE, &s->err);
}

/* What has not filled its buffer yet. */
static void
write_rest(struct stage *s)
{
	if (s->err.code == E_NONE && s->filled > 0)
		(void)append(s, s->filling, s->filled, &s->err);
	s->filled = 0;
	free(s->filling);
	s->filling = NULL;
}

int
stage_add(struct stage *s, const void *data, size_t size, struct err *e)
{
	const char *p = data;

	while (size > 0) {
		size_t room = BUFFER_SIZE - s->filled, n = size < room ? size : room;
		char *full = s->filling;

		if (full == NULL)
			full = s->filling = xarray(BUFFER_SIZE, 1);
		memcpy(full + s->filled, p, n);
		s->filled += n;
		s->size += (int64_t)n;
		p += n;
		size -= n;
		if (n < room)
			break;
		pool_wait(s->pool, &s->task);
		if (s->err.code != E_NONE) {
			*e = s->err;
			return -1;
		}
		if (s->size >= NOTE_SIZE)
			note(s);
		s->filling = s->writing;
		s->writing = full;
		s->filled = 0;
		pool_submit(s->pool, &s->task);
	}
	return 0;
}

void
stage_rest(struct stage *s)
{
	stage_settle(s);
	write_rest(s);
}

void
stage_settle(struct stage *s)
{
	pool_wait(s->pool, &s->task);
	free(s->writing);
	s->writing = NULL;
}

int
stage_digest(struct stage *s, char hex[DIGEST_HEX_SIZE], struct err *e)
{
	write_rest(s);
	if (s->err.code != E_NONE) {
		*e = s->err;
		return -1;
	}
	if (digest_written(s, e) < 0)
		return -1;
	digest_hex(s->digest, hex);
	return 0;
}

int
stage_space(struct stage *s, int64_t need, int64_t promised, struct err *e)
{
	struct statvfs vfs;
	double left;

	if (need <= 0 || fstatvfs(s->file.fd, &vfs) < 0)
		return 0;		/* then writing will tell */
	left = (double)vfs.f_bavail * (double)vfs.f_frsize - (double)promised;
	if ((double)need <= left)
		return 0;
	s->full = true;
	return err_set(e, E_ENV, "%.*s: no space for it: %lld bytes needed, %.0f free", url_shown(s->l->url),
	    s->l->url, (long long)need, left > 0 ? left : 0);
}

/* ---- from beginning to end ---- */

int
stage_open(struct stage *s, struct pool *pool, const char *dir, bool hidden, const struct listline *l, struct err *e)
{
	char *tmp = xfmt("%s/%s%s.part", dir, hidden ? "." : "", l->name);
	int ret;

	*s = (struct stage){ .l = l, .pool = pool, .task.run = write_buffer };
	ret = newfile_stage(&s->file, tmp, e);
	if (ret == 0)
		s->side = xfmt("%.*s.resume", (int)(strlen(tmp) - strlen(".part")), tmp);
	free(tmp);
	return ret;
}

static void
begin_digest(struct stage *s)
{
	digest_free(s->digest);
	s->digested = 0;
	s->digest = digest_new(s->l->alg != DIGEST_NONE ? s->l->alg : DIGEST_SHA1);
}

int
stage_anew(struct stage *s, struct err *e)
{
	stage_settle(s);
	s->size = s->written = s->hinted = 0;
	s->filled = 0;
	s->version = (struct version){ .total = -1 };
	if (ftruncate(s->file.fd, 0) < 0)
		return err_sys(e, "%s", s->file.tmp);
	forget_note(s);
	begin_digest(s);
	return 0;
}

int
stage_begin(struct stage *s, struct err *e)
{
	struct stat st;
	char *text;

	if (fstat(s->file.fd, &st) < 0)
		return err_sys(e, "%s", s->file.tmp);
	s->noted = st.st_size > 0;	/* an earlier run left something: a side file may be there */
	s->version.total = -1;
	text = s->noted && s->l->alg != DIGEST_NONE ? file_read(s->side, SIDE_MAX, NULL) : NULL;
	if (text != NULL && take_side(s, text) && (s->version.total < 0 || st.st_size <= s->version.total))
		s->size = s->written = s->hinted = st.st_size;
	free(text);
	if (s->size == 0)
		return stage_anew(s, e);
	begin_digest(s);
	return 0;
}

int
stage_touch(const struct stage *s, struct err *e)
{
	return futimens(s->file.fd, NULL) < 0 ? err_sys(e, "%s", s->file.tmp) : 0;
}

int
stage_publish(struct stage *s, const char *path, struct err *e)
{
	int ret = -1;

	errno = 0;
	if (newfile_sync(&s->file, e) == 0) {
		forget_note(s);		/* first: killed behind the rename, nobody would come back for it */
		ret = newfile_publish(&s->file, path, e);
	}
	if (ret == 0)
		ret = file_sync_dir(path, e);
	s->full = ret < 0 && (errno == ENOSPC || errno == EDQUOT);
	return ret;
}

void
stage_close(struct stage *s, bool keep)
{
	if (s->file.tmp == NULL)
		return;
	stage_settle(s);
	keep = keep && s->size > 0 && !s->file.committed;
	if (keep)
		note(s);
	else
		s->filled = 0;
	write_rest(s);
	if (keep && s->noted) {
		newfile_keep(&s->file);
	} else {
		forget_note(s);
		newfile_close(&s->file);
	}
	digest_free(s->digest);
	free(s->side);
	*s = (struct stage){ .size = 0 };
}
