#ifndef NEWFILE_H
#define NEWFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

/*
 * Files that others may read appear under their name only when they are complete: written as .NAME.part in the same
 * directory, synced, renamed, and the directory synced. The temporary name is also the lock: who makes NAME holds a
 * lock on .NAME.part, a second process waits for it. A kill leaves at most the temporary file, and the next run
 * overwrites it.
 */

struct newfile {
	char *path, *tmp;		/* final and temporary name; owned */
	int fd;				/* open for reading and writing, locked; -1 when closed */
	bool committed;
};

/*
 * newfile_open - begin to make path; its directory is created if needed
 *
 * Waits while another process makes the same file, so the caller should look again whether path is there now and
 * good. What an earlier run left in the temporary file is still in it: continue it, or truncate. Returns 0, or -1
 * (E_ENV; E_USAGE where a device or a pipe has the name; E_SIGNAL); f is then closed.
 */
int	newfile_open(struct newfile *f, const char *path, struct err *e);

/* newfile_open_private - as newfile_open, but only the owner may read and write the file: for secrets. */
int	newfile_open_private(struct newfile *f, const char *path, struct err *e);

/*
 * newfile_stage - begin a file whose final name is not known yet
 *
 * tmp is its temporary name, on the file system of the final one. As newfile_open, but it does not wait: -1 with
 * E_BUSY while another process has tmp. Finish with newfile_publish, or set f->path and commit.
 */
int	newfile_stage(struct newfile *f, const char *tmp, struct err *e);

/*
 * newfile_sync, newfile_publish - the steps of newfile_commit for those who have to look at something in between: wait
 * until all that was written is on the disk; rename the file to path, whose directory is created if needed
 * (file_sync_dir is to follow)
 */
int	newfile_sync(const struct newfile *f, struct err *e);
int	newfile_publish(struct newfile *f, const char *path, struct err *e);

/* newfile_write - replace what is in the temporary file by data; -1 with E_ENV. */
int	newfile_write(struct newfile *f, const void *data, size_t size, struct err *e);

/* newfile_copy - replace what is in the temporary file by what the open file from, called name, still holds; hex gets
 * the digest of the bytes written and *size their number, both unless NULL. */
int	newfile_copy(struct newfile *f, int from, const char *name, enum digest_alg alg, char hex[DIGEST_HEX_SIZE],
	    uint64_t *size, struct err *e);

/* newfile_commit - sync, rename and sync the directory, which is created if needed: the file is there and safe. 0 or
 * -1. Call newfile_close after it. */
int	newfile_commit(struct newfile *f, struct err *e);

/* newfile_close - release f; the temporary file is removed unless it was committed. Safe on all-zero and twice. */
void	newfile_close(struct newfile *f);

/* newfile_keep - as newfile_close, but leave the temporary file for a later run (partial downloads). */
void	newfile_keep(struct newfile *f);

/*
 * newfile_sweep - remove what killed programs have left in dir of files that nobody begins again: temporary ones of
 * names that end with an id of one run (uid_new), as NAME_1a2b3c4d.json or NAME-1a2b3c4d
 *
 * Those that a process holds stay; without locks, those younger than a day.
 */
void	newfile_sweep(const char *dir);

/* newfile_temp - ".NAME.part" beside path; owned by the caller. */
char	*newfile_temp(const char *path);

/* file_write - make path with the given contents. */
int	file_write(const char *path, const char *text, struct err *e);

/*
 * Many small files that belong together: all get their names and are durable, or none is left. Names must be new and
 * nobody else's; they appear in the order in which the files were added.
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
