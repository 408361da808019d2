/* outbox - many small files at once */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "outbox.h"

#define FLUSH_AT (256 * 1024)
#define NAME_ROOM 512

int
outbox_open(struct outbox *o, const char *const dirs[OUTBOX_DIRS], struct err *e)
{
	*o = (struct outbox){0};
	for (int i = 0; i < OUTBOX_DIRS; i++) {
		o->dir[i] = mem_str(dirs[i], e);
		if (o->dir[i] == NULL || file_mkdirs(dirs[i], e) < 0)
			return -1;
		o->fd[i] = open(dirs[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (o->fd[i] < 0) {
			o->fd[i] = 0;
			return err_sys(e, "%s", dirs[i]);
		}
	}
	return 0;
}

static int
part_name(const char *name, char out[NAME_ROOM], struct err *e)
{
	return str_fmt(out, NAME_ROOM, e, ".%s.part", name);
}

int
outfile_open(struct outfile *f, struct outbox *o, int dir, const char *name, struct err *e)
{
	char part[NAME_ROOM];

	f->box = o;
	f->dir = dir;
	f->text.len = 0;
	f->name = mem_str(name, e);
	if (f->name == NULL || part_name(name, part, e) < 0)
		goto fail;
	f->fd = openat(o->fd[dir], part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (f->fd >= 0)
		return 0;
	err_sys(e, "%s/%s", o->dir[dir], part);
fail:
	free(f->name);
	f->name = NULL;
	return -1;
}

static int
write_out(struct outfile *f, struct err *e)
{
	const char *text = buf_text(&f->text, e);
	size_t left = f->text.len;

	if (text == NULL)
		return -1;
	while (left > 0) {
		ssize_t n = write(f->fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s/%s", f->box->dir[f->dir], f->name);
		text += n;
		left -= (size_t)n;
	}
	f->text.len = 0;
	return 0;
}

int
outfile_flush(struct outfile *f, struct err *e)
{
	return f->text.len < FLUSH_AT ? 0 : write_out(f, e);
}

int
outfile_close(struct outfile *f, struct err *e)
{
	struct outbox *o = f->box;
	int ret = write_out(f, e);

	if (ret == 0 && o->n < OUTBOX_SYNC && fsync(f->fd) < 0)
		ret = err_sys(e, "%s/%s", o->dir[f->dir], f->name);
	if (close(f->fd) < 0 && ret == 0)
		ret = err_sys(e, "%s/%s", o->dir[f->dir], f->name);
	f->fd = 0;
	buf_add(&o->names, "%d%s", f->dir, f->name);
	buf_put(&o->names, "", 1);
	if (buf_text(&o->names, ret == 0 ? e : NULL) == NULL)
		ret = -1;
	else
		o->n++;
	free(f->name);
	f->name = NULL;
	return ret;
}

void
outfile_drop(struct outfile *f)
{
	char part[NAME_ROOM];

	if (f->name != NULL) {
		(void)close(f->fd);
		if (part_name(f->name, part, NULL) == 0)
			(void)unlinkat(f->box->fd[f->dir], part, 0);
	}
	free(f->name);
	f->name = NULL;
	buf_free(&f->text);
}

/* Make what was written since the last sync durable: once for each file system. */
static int
sync_all(const struct outbox *o, struct err *e)
{
	struct stat st[OUTBOX_DIRS];

	for (int i = 0; i < OUTBOX_DIRS && o->n > OUTBOX_SYNC; i++) {
		int k = 0;

		if (fstat(o->fd[i], &st[i]) < 0)
			return err_sys(e, "%s", o->dir[i]);
		while (k < i && st[k].st_dev != st[i].st_dev)
			k++;
		if (k == i && syncfs(o->fd[i]) < 0)
			return err_sys(e, "%s: cannot sync", o->dir[i]);
	}
	return 0;
}

static int
sync_dirs(const struct outbox *o, struct err *e)
{
	for (int i = 0; i < OUTBOX_DIRS; i++)
		if (fsync(o->fd[i]) < 0 && errno != EINVAL)
			return err_sys(e, "%s: cannot sync directory", o->dir[i]);
	return 0;
}

int
outbox_commit(struct outbox *o, struct err *e)
{
	const char *s = o->names.text;
	char part[NAME_ROOM];

	if (sync_all(o, e) < 0)
		return -1;
	for (o->named = 0; o->named < o->n; o->named++) {
		int dir = *s++ - '0';

		if (part_name(s, part, e) < 0)
			return -1;
		if (renameat(o->fd[dir], part, o->fd[dir], s) < 0)
			return err_sys(e, "%s/%s", o->dir[dir], s);
		s += strlen(s) + 1;
	}
	return sync_dirs(o, e);
}

void
outbox_keep(struct outbox *o)
{
	o->n = 0;			/* nothing to remove any more */
}

/* Remove all files, those that have their names already too. */
static void
remove_files(struct outbox *o)
{
	const char *s = o->names.text;
	char part[NAME_ROOM];

	for (size_t i = 0; s != NULL && i < o->n; i++) {
		int dir = *s++ - '0';

		if (i < o->named)
			(void)unlinkat(o->fd[dir], s, 0);
		else if (part_name(s, part, NULL) == 0)
			(void)unlinkat(o->fd[dir], part, 0);
		s += strlen(s) + 1;
	}
}

void
outbox_close(struct outbox *o)
{
	remove_files(o);
	for (int i = 0; i < OUTBOX_DIRS; i++) {
		if (o->fd[i] > 0)
			(void)close(o->fd[i]);
		free(o->dir[i]);
	}
	buf_free(&o->names);
	*o = (struct outbox){0};
}
