/* list - work lists */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"

void
list_open_fd(struct list_in *in, int fd, const char *name, char sep)
{
	memset(in, 0, offsetof(struct list_in, block));
	in->fd = fd;
	in->name = name;
	in->sep = sep;
}

void
list_open_items(struct list_in *in, size_t n, char *items[], char sep)
{
	static char *none[] = { NULL };

	list_open_fd(in, -1, "the list", sep);
	in->argv = items != NULL ? items : none;
	in->argc = n;
}

void
list_open(struct list_in *in, int argc, char *argv[], char sep)
{
	if (argc > 0 && !(argc == 1 && strcmp(argv[0], "-") == 0))
		list_open_items(in, (size_t)argc, argv, sep);
	else
		list_open_fd(in, STDIN_FILENO, "standard input", sep);
}

/* 1 and a block with unread bytes, 0 at the end, -1 on failure. */
static int
fill(struct list_in *in, struct err *e)
{
	ssize_t n;

	if (in->pos < in->len)
		return 1;
	if (in->eof)
		return 0;
	n = read(in->fd, in->block, sizeof(in->block));
	if (n < 0 && errno != EINTR)
		return err_sys(e, "%s", in->name);
	if (n <= 0) {			/* EINTR: the user wants an end, and gets one */
		in->eof = true;
		in->interrupted = n < 0;
		return 0;
	}
	in->pos = 0;
	in->len = (size_t)n;
	return 1;
}

/* Append the unread bytes up to the separator to the record; true when the separator was met. */
static bool
take(struct list_in *in, size_t *len)
{
	char *from = in->block + in->pos, *end;
	size_t avail = in->len - in->pos, n, room = sizeof(in->record) - 1 - *len;

	end = memchr(from, in->sep, avail);
	n = end != NULL ? (size_t)(end - from) : avail;
	memcpy(in->record + *len, from, n < room ? n : room);
	*len += n < room ? n : room;	/* a full record tells that it is too long */
	in->pos += n + (end != NULL);
	return end != NULL;
}

/* Length of the next record; -1 on failure, -2 at the end. */
static ssize_t
read_record(struct list_in *in, struct err *e)
{
	size_t len;
	int r = 1;

	while (!in->complete && (r = fill(in, e)) > 0)
		in->complete = take(in, &in->have);
	if (r < 0)
		return -1;
	if (r == 0 && (in->have == 0 || in->interrupted))	/* half a record is none */
		return -2;
	len = in->have;
	in->have = 0;
	in->complete = false;
	in->line++;
	in->record[len] = '\0';
	return (ssize_t)len;
}

/* Forget an empty record: list_next would pass over it and wait for the next one. */
static bool
drop_empty(struct list_in *in)
{
	if (in->have > 1 || (in->have == 1 && (in->sep != '\n' || in->record[0] != '\r')))
		return false;
	in->line++;
	in->have = 0;
	in->complete = false;
	return true;
}

bool
list_ready(struct list_in *in)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };

	if (in->argv != NULL)
		return true;
	while (!in->complete || drop_empty(in)) {
		if (in->pos == in->len && !in->eof && poll(&p, 1, 0) <= 0)
			return false;
		if (fill(in, NULL) <= 0)
			return true;		/* the end, or a failure that list_next will report */
		in->complete = take(in, &in->have);
	}
	return true;
}

static size_t
trim(struct list_in *in, size_t len)
{
	char *s = in->record;

	if (in->sep != '\n')
		return len;
	if (in->line == 1 && len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		memmove(s, s + 3, len - 3 + 1);
		len -= 3;
	}
	if (len > 0 && s[len - 1] == '\r')
		s[--len] = '\0';
	return len;
}

static bool
has_control(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f)
			return true;
	return false;
}

enum list_result
list_next(struct list_in *in, char **item, struct err *e)
{
	ssize_t len;
	size_t n;

	if (in->argv != NULL) {
		if (in->line == in->argc)
			return LIST_END;
		*item = in->argv[in->line++];
		in->size = strlen(*item);
		if (in->size <= LIST_RECMAX)
			return LIST_ITEM;
		err_set(e, E_DATA, "argument %zu: longer than %d bytes", in->line, LIST_RECMAX);
		return LIST_BAD;
	}
	do {
		len = read_record(in, e);
		if (len < 0)
			return len == -1 ? LIST_FAILED : LIST_END;
		n = trim(in, (size_t)len);
	} while (n == 0);
	*item = in->record;
	in->size = n;
	if (n > LIST_RECMAX) {
		err_set(e, E_DATA, "%s: line %zu: longer than %d bytes", in->name, in->line, LIST_RECMAX);
		return LIST_BAD;
	}
	if (in->sep == '\n' && has_control(in->record, n)) {
		err_set(e, E_DATA, "%s: line %zu: control characters, not a list", in->name, in->line);
		return LIST_BAD;
	}
	return LIST_ITEM;
}
