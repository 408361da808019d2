#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/digest.h"
#include "base/err.h"

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
 * (E_ENV, E_SIGNAL); f is then closed.
 */
int	newfile_open(struct newfile *f, const char *path, struct err *e);

/* newfile_open_private - as newfile_open, but only the owner may read and write the file: for secrets. */
int	newfile_open_private(struct newfile *f, const char *path, struct err *e);

/*
 * newfile_stage - begin a file whose final name is not known yet
 *
 * tmp is its temporary name, on the file system of the final one. As newfile_open, but it does not wait: -1 with
 * E_BUSY while another process has tmp. Finish with newfile_publish.
 */
int	newfile_stage(struct newfile *f, const char *tmp, struct err *e);

/*
 * newfile_publish - rename a staged file to path; its directory is created if needed
 *
 * Nothing is synced, so that one sync can do for many files: newfile_sync has to be called before it (or a sync of the
 * whole file system), and file_sync_dir after it, before anybody is told.
 */
int	newfile_publish(struct newfile *f, const char *path, struct err *e);

/* newfile_sync - wait until all that was written is on the disk. */
int	newfile_sync(const struct newfile *f, struct err *e);

/* file_sync_dir - sync the directory path lies in. */
int	file_sync_dir(const char *path, struct err *e);

/* newfile_write - replace what is in the temporary file by data; -1 with E_ENV. */
int	newfile_write(struct newfile *f, const void *data, size_t size, struct err *e);

/* newfile_copy - replace what is in the temporary file by the contents of the file from; hex gets the digest of the
 * bytes written and *size their number, both unless NULL. */
int	newfile_copy(struct newfile *f, const char *from, enum digest_alg alg, char hex[DIGEST_HEX_SIZE],
	    uint64_t *size, struct err *e);

/* newfile_commit - sync and rename what was written to f->tmp; 0 or -1. Call newfile_close after it. */
int	newfile_commit(struct newfile *f, struct err *e);

/* newfile_close - release f; the temporary file is removed unless it was committed. Safe on all-zero and twice. */
void	newfile_close(struct newfile *f);

/* newfile_keep - as newfile_close, but leave the temporary file for a later run (partial downloads). */
void	newfile_keep(struct newfile *f);

/* file_temp_name - ".NAME.part" beside path; owned by the caller. */
char	*file_temp_name(const char *path, struct err *e);

/* file_write - make path with the given contents, atomically. */
int	file_write(const char *path, const char *text, struct err *e);

/* file_read - all of a small file as a NUL-terminated text owned by the caller; NULL with E_DATA when it is larger
 * than max bytes or holds a NUL. */
char	*file_read(const char *path, size_t max, struct err *e);

/* file_mkdirs - create dir and its missing parents. */
int	file_mkdirs(const char *dir, struct err *e);

/* file_mkparent - create the directory path lies in. */
int	file_mkparent(const char *path, struct err *e);

/* file_move - rename from to to (creating its directory, replacing what is there); copies and removes when they
 * are on different file systems. */
int	file_move(const char *from, const char *to, struct err *e);

/* file_copy - copy the contents into path, atomically. */
int	file_copy(const char *from, const char *path, struct err *e);

/* file_remove - unlink; 0 also when path is not there. */
int	file_remove(const char *path, struct err *e);

/* file_lock - lock all of an open file until it is closed; a signal ends the wait (E_SIGNAL). Without wait: -1 with
 * E_BUSY while another process has it. The file must be open for writing. Returns 1 where the file system has no
 * locks: one goes on without, renaming keeps results whole. */
int	file_lock(int fd, const char *name, bool wait, struct err *e);

/* file_is - whether name still stands for the open file: false when it was renamed, removed or replaced. */
bool	file_is(int fd, const char *name);

/* file_append - append one line (a newline is added) in one write under a lock; creates path and its directory. */
int	file_append(const char *path, const char *line, struct err *e);

bool	file_exists(const char *path);	/* a regular file, links followed */

/* file_mtime - modification time in nanoseconds since 1970; -1 when there is no such regular file. */
int64_t	file_mtime(const char *path);

/* file_set_mtime - set the modification time of an open file. */
int	file_set_mtime(int fd, const char *name, int64_t ns, struct err *e);

/* file_below - whether path, resolved, lies below dir, resolved. */
bool	file_below(const char *path, const char *dir);

/* file_quarantine - move path into dir and write the reason into NAME.reason beside it. */
int	file_quarantine(const char *path, const char *dir, const char *reason, struct err *e);

#endif
