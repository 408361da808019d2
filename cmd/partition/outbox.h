#ifndef OUTBOX_H
#define OUTBOX_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/*
 * Many small files at once. Each is written as .NAME.part; outbox_commit makes them durable together - one sync of the
 * file system instead of one a file, which is the difference between seconds and minutes - and then gives all of them
 * their names, in the order in which they were closed. Before that nobody sees any of them.
 *
 * Their names must be new: they hold the unique id of the run.
 */

#define OUTBOX_DIRS 3
#define OUTBOX_SYNC 64			/* so many files are synced one by one, more together */

struct outbox {
	char *dir[OUTBOX_DIRS];		/* owned; made by outbox_open */
	int fd[OUTBOX_DIRS];		/* 0: not open */
	struct buf names;		/* of the files: a digit for the directory, the name, NUL */
	size_t n, named;		/* files; those that have their names */
};

/* outbox_open - dirs are created if needed. On failure o is to be closed too. */
int	outbox_open(struct outbox *o, const char *const dirs[OUTBOX_DIRS], struct err *e);

/* A file being written. All-zero is closed. */
struct outfile {
	struct outbox *box;
	char *name;
	struct buf text;		/* what to write next: append to it, then outfile_flush */
	int dir, fd;
};

int	outfile_open(struct outfile *f, struct outbox *o, int dir, const char *name, struct err *e);

/* outfile_flush - write the text out when it has become large. */
int	outfile_flush(struct outfile *f, struct err *e);

/* outfile_close - write the rest and add the file to the box; -1 with E_ENV. */
int	outfile_close(struct outfile *f, struct err *e);

/* outfile_drop - forget a file that was not closed; safe on all-zero and twice. */
void	outfile_drop(struct outfile *f);

/* outbox_commit - give all files their names. 0, or -1 with E_ENV. */
int	outbox_commit(struct outbox *o, struct err *e);

/* outbox_keep - the files are to stay. */
void	outbox_keep(struct outbox *o);

/* outbox_close - release o; files are removed unless they are to stay. Safe on all-zero and twice. */
void	outbox_close(struct outbox *o);

#endif
