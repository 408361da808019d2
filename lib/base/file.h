#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/*
 * Files and directories: asking, reading, writing, locking, moving. How a file appears under its name is in
 * base/newfile.
 *
 * In a shared tree anything may stand in the place of a file. What is read must be a regular file, links are followed;
 * what is written to must be one under this very name. The rest is refused at once (E_DATA): no pipe makes anybody
 * wait.
 */

/*
 * file_look - whether there is a regular file at path, links followed
 *
 * Returns 1 and, unless NULL, its *st; 0 when nothing is there; -1 when something else is (E_DATA), or when the
 * question had no answer, which is never "no".
 */
int	file_look(const char *path, struct stat *st, struct err *e);

/* file_time - modification time in nanoseconds since 1970. */
int64_t	file_time(const struct stat *st);

/* file_open - an open file to be read; -1 with e set. Names below /dev are of the user's choice and taken as they are:
 * what a shell makes of <(command) is one of these. */
int	file_open(const char *path, struct err *e);

/* file_memory - an open file without a name that holds these bytes, to be read from its beginning. */
int	file_memory(const char *data, size_t size, struct err *e);

/* file_put - write all of it; file_put_at - at a place. -1 with E_ENV and errno. */
int	file_put(int fd, const char *name, const void *data, size_t size, struct err *e);
int	file_put_at(int fd, const char *name, const void *data, size_t size, int64_t at, struct err *e);

/* file_fill - read until the end or until there are size bytes; their number, or -1 with e set. */
ssize_t	file_fill(int fd, const char *name, void *data, size_t size, struct err *e);

/* file_text - the rest of an open file (or pipe) as a NUL-terminated text owned by the caller; NULL with E_DATA when it
 * is larger than max bytes or holds a NUL. file_read - the same of a named one. */
char	*file_text(int fd, const char *name, size_t max, struct err *e);
char	*file_read(const char *path, size_t max, struct err *e);

/* file_append - append one line (a newline is added) in one write under a lock; creates path and its directory. */
int	file_append(const char *path, const char *line, struct err *e);

/* file_names - names of the files in a directory, and of its directories with a slash behind, in the order of their
 * bytes; links are followed, names with a dot in front and special files left out. No directory is an empty one. */
int	file_names(const char *dir, struct strlist *names, struct err *e);

/* file_mkdirs - create dir and its missing parents. file_mkparent - the directory path lies in. */
int	file_mkdirs(const char *dir, struct err *e);
int	file_mkparent(const char *path, struct err *e);

/* file_sync_dir - sync the directory path lies in. */
int	file_sync_dir(const char *path, struct err *e);

/* file_move - rename from to to (creating its directory, replacing what is there); copies and removes when they
 * are on different file systems. */
int	file_move(const char *from, const char *to, struct err *e);

/* file_remove - unlink; 0 also when path is not there. */
int	file_remove(const char *path, struct err *e);

/*
 * file_lock - lock all of an open file, which must be open for writing, until it is closed
 *
 * wait		seconds; FILE_WAIT for as long as it takes. A signal ends it (E_SIGNAL).
 *
 * Returns 0; -1 with E_BUSY while another process has it; 1 where the file system has no locks: one goes on without,
 * renaming keeps results whole.
 */
#define FILE_WAIT (-1.0)
int	file_lock(int fd, const char *name, double wait, struct err *e);

/* file_open_locked - open path to be written to (flags and mode as for open) and lock it; when it was renamed, removed
 * or replaced meanwhile, the new one. -1 with e set; E_DATA for what is no regular file, a link to one too. */
#define FILE_MODE 0666			/* the umask of the user decides */
int	file_open_locked(const char *path, int flags, mode_t mode, double wait, struct err *e);

/* file_without_locks - whether a file system without locks was met, here or, as file_met_no_locks says, in a child. */
bool	file_without_locks(void);
void	file_met_no_locks(void);

/* file_is - whether name still stands for the open file: false when it was renamed, removed or replaced. */
bool	file_is(int fd, const char *name);

/* file_open_below - open the file or directory of this name below an open directory ("" is that itself), through no
 * link and no "..". flags as for open(2), without O_CREAT; -1 with errno. */
int	file_open_below(int dir, const char *path, int flags);

/* file_set_mtime - set the modification time of an open file. */
int	file_set_mtime(int fd, const char *name, int64_t ns, struct err *e);

/* file_below - whether path, resolved, lies below dir, resolved: 1 or 0, which it is too where one of them is not
 * there; -1 with e set. */
int	file_below(const char *path, const char *dir, struct err *e);

/* file_quarantine - move path into dir and write the reason into NAME.reason beside it. */
int	file_quarantine(const char *path, const char *dir, const char *reason, struct err *e);

#endif
