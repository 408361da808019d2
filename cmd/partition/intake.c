/* intake - reading download lists */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "intake.h"

#define USUAL "https://oceandata.sci.gsfc.nasa.gov/"

static int
end_list(struct intake *in, const char *name, struct err *e)
{
	if (mem_grow(&in->end, &in->cap, in->lists.n + 1, sizeof(*in->end), e) < 0 ||
	    strlist_add(&in->lists, name, e) < 0)
		return -1;
	in->end[in->lists.n - 1] = in->lines.n;
	return 0;
}

const char *
intake_list_of(const struct intake *in, size_t line)
{
	for (size_t i = 0; i < in->lists.n; i++)
		if (line < in->end[i])
			return in->lists.item[i];
	return "list";
}

static void
bad_line(struct intake *in, const struct intake_told *told, const struct err *e)
{
	in->bad++;
	told->bad(told->ctx, e);
}

/* A line was added: what it means for the caller. */
static int
good_line(struct intake *in, const char *name, const struct intake_told *told, size_t dirs, struct err *e)
{
	struct lines *l = &in->lines;
	struct line *last = &l->line[l->n - 1];
	const char *dir = l->dirs.item[last->dir], *text;
	struct buf b = {0};

	if (l->dirs.n > dirs && !str_starts(dir, USUAL))
		told->foreign(told->ctx, name, last->number, dir);
	if (in->type != PTYPE_COUNT && last->nrt != (in->type == PTYPE_QUICKLOOK)) {
		in->other++;
		l->n--;
		return 0;
	}
	in->read++;
	if (told->line == NULL)
		return 0;
	lines_text(l, l->n - 1, &b);
	text = buf_text(&b, e);
	if (text != NULL)
		told->line(told->ctx, name, text);
	buf_free(&b);
	return text == NULL ? -1 : 0;
}

static int
take(struct intake *in, const char *name, char *text, size_t number, const struct intake_told *told, struct err *e)
{
	size_t dirs = in->lines.dirs.n;
	struct err why;

	int r = lines_add(&in->lines, text, number, &why);

	if (r > 0)
		return good_line(in, name, told, dirs, e);
	if (r == 0)
		return 0;
	err_set(e, why.code, "%s: line %zu: %s", name, number, why.msg);
	if (e->code != E_DATA)
		return -1;
	bad_line(in, told, e);
	return 0;
}

int
intake_fd(struct intake *in, int fd, const char *name, const struct intake_told *told, struct err *e)
{
	struct list_in *list = mem_array(1, sizeof(*list), e);
	enum list_result got = LIST_FAILED;
	int ret = list == NULL ? -1 : 0;
	struct err why;
	char *text;

	if (list != NULL)
		list_open_fd(list, fd, name, in->sep);
	while (ret == 0 && (got = list_next(list, &text, &why)) != LIST_END) {
		if (got == LIST_ITEM)
			ret = take(in, name, text, list->line, told, e);
		else if (got == LIST_BAD)
			bad_line(in, told, &why);
		else
			ret = err_set(e, why.code, "%s", why.msg);
	}
	if (ret == 0 && list->interrupted)
		ret = err_set(e, E_SIGNAL, "%s: interrupted", name);
	free(list);
	return ret < 0 ? -1 : end_list(in, name, e);
}

int
intake_file(struct intake *in, const char *path, const struct intake_told *told, struct err *e)
{
	int fd, ret;

	if (strcmp(path, "-") == 0)
		return intake_fd(in, STDIN_FILENO, "standard input", told, e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", path);
	ret = intake_fd(in, fd, path, told, e);
	(void)close(fd);
	return ret;
}

int
intake_object(struct intake *in, struct store *s, const char *key, const char *name, const struct intake_told *told,
    struct err *e)
{
	int fd = store_get(s, key, e), ret = fd < 0 ? -1 : intake_fd(in, fd, name, told, e);

	if (fd >= 0)
		(void)close(fd);
	return ret;
}

/* The store of a URL's object; key points into url. */
static struct store *
store_of(const char *url, const char **key, struct err *e)
{
	struct store *s;
	char *place;

	*key = str_base(url);
	place = mem_fmt(e, "%.*s", (int)(*key - url), url);
	if (place == NULL)
		return NULL;
	s = store_open(place, PLACE_ASIS, e);
	free(place);
	return s;
}

int
intake_place(struct intake *in, const char *url, const struct intake_told *told, struct err *e)
{
	const char *key;
	struct store *s = store_of(url, &key, e);
	int ret = s == NULL ? -1 : intake_object(in, s, key, url, told, e);

	store_close(s);
	return ret;
}

char *
place_text(const char *place, size_t max, struct err *e)
{
	struct store *s;
	const char *key;
	char *text = NULL;
	int fd;

	if (strstr(place, "://") == NULL)
		return file_read(place, max, e);
	s = store_of(place, &key, e);
	fd = s != NULL ? store_get(s, key, e) : -1;
	if (fd >= 0) {
		text = file_text(fd, place, max, e);
		(void)close(fd);
	}
	store_close(s);
	return text;
}

char *
fd_text(const char *path, size_t max, struct err *e)
{
	struct err why = {0};
	char *text = strcmp(path, "-") == 0 ? file_text(STDIN_FILENO, "standard input", max, &why) :
	    file_read(path, max, &why);

	if (text == NULL)
		err_set(e, why.code == E_DATA ? E_USAGE : why.code, "%s", why.msg);
	return text;
}

void
intake_fini(struct intake *in)
{
	lines_fini(&in->lines);
	strlist_free(&in->lists);
	free(in->end);
	*in = (struct intake){0};
}
