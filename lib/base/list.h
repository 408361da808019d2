#ifndef LIST_H
#define LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Work lists. Items come from the arguments, or from standard input when there are none or the only one is "-":
 * one a line, or NUL-separated. They are read one at a time; memory does not depend on the length of the list. A
 * UTF-8 byte order mark, carriage returns at line ends and empty lines are passed over. Results go to standard
 * output the same way, one flushed record as soon as it is true.
 */

#define LIST_RECMAX 4096		/* longest record, its separator not counted */

struct list_in {
	char **argv;			/* remaining arguments; NULL when reading a descriptor */
	size_t argc;
	int fd;
	char sep;
	const char *name;		/* for messages: "standard input" or a file name */
	size_t line, size;		/* number of the record returned last, from 1, and its bytes */
	size_t pos, len;		/* unread part of block */
	size_t have;			/* bytes of the next record that were read already */
	bool complete;			/* ... and that is all of it */
	bool eof, interrupted;
	char block[65536];
	char record[LIST_RECMAX + 6];	/* byte order mark, CR, one byte too many, NUL */
};

/* list_open - read argv[0..argc-1], or standard input; sep is '\n' or '\0'. */
void	list_open(struct list_in *in, int argc, char *argv[], char sep);

/* list_open_items - read strings as if they were arguments; they must stay. */
void	list_open_items(struct list_in *in, size_t n, char *items[], char sep);

/* list_open_fd - read an open descriptor; name is for messages and must stay valid. */
void	list_open_fd(struct list_in *in, int fd, const char *name, char sep);

enum list_result { LIST_END, LIST_ITEM, LIST_BAD, LIST_FAILED };

/*
 * list_next - the next record
 *
 * item	borrowed; valid until the next call of list_next or list_ready
 *
 * Returns LIST_ITEM; LIST_END at the end or after a signal; LIST_BAD with E_DATA when this record is too long or
 * holds control characters (e names its line, item are the in->size bytes of it, NULs among them, or its first
 * LIST_RECMAX and some; the next call goes on behind it); LIST_FAILED with E_ENV when reading failed.
 */
enum list_result	list_next(struct list_in *in, char **item, struct err *e);

/* list_ready - whether list_next would return at once instead of waiting for a slow writer. For programs that have
 * other things to do meanwhile; they poll in->fd. */
bool	list_ready(struct list_in *in);

#endif
