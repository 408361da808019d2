#ifndef NEWFILES_H
#define NEWFILES_H

#include <stddef.h>

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

/*
 * Many small files that belong together: all get their names and are durable, or none is left. They are made as
 * newfile does it, but synced in groups: one sync of the file system for a large one, and one of each directory, which
 * is the difference between seconds and minutes.
 *
 * Names must be new and nobody else's. They appear in the order in which the files were added.
 */
struct newfiles {
	struct newfile *file;		/* the last group, under temporary names */
	size_t n, cap;
	struct strlist made;		/* paths of those that have their names */
};

/* newfiles_add - one more file; its directory is created if needed. 0, or -1 with E_ENV. */
int	newfiles_add(struct newfiles *g, const char *path, const char *text, size_t size, struct err *e);

/* newfiles_commit - give the rest their names; all are on disk when it returns 0. -1 with E_ENV. */
int	newfiles_commit(struct newfiles *g, struct err *e);

/* newfiles_keep - the files are to stay, whatever comes. */
void	newfiles_keep(struct newfiles *g);

/* newfiles_close - release g; files are removed unless they are to stay. Safe on all-zero and twice. */
void	newfiles_close(struct newfiles *g);

#endif
