#ifndef CHILD_H
#define CHILD_H

#include <stddef.h>

#include "base/err.h"

/*
 * Work on strange input in a process of its own, so that a file that makes a library crash, spin or grow without end is
 * one failed item and not the end of the run. The process has limits on memory, time and descriptors, no descriptor of
 * its parent but standard error and one that it is given, and does not outlive its parent.
 */

#define CHILD_MEMORY 1024	/* MB of data */
#define CHILD_CPU 300		/* seconds of processor time */
#define CHILD_FILES 64		/* open at once */

/* child_memory - zeroed memory that parent and children share: a child leaves its findings there. Never freed. */
void	*child_memory(size_t size);

/*
 * child_run - do work(arg) in a new process and wait for it; other threads hold nothing that it needs
 *
 * in		a descriptor that the process has as its standard input; -1 for none
 * subject	what a failure is about: the file
 *
 * Returns 0 when work returned, or -1: E_DATA when the process crashed or went beyond a limit; E_SIGNAL after a signal
 * to this process; E_ENV when it could not begin or was killed from outside.
 */
int	child_run(void (*work)(void *arg), void *arg, int in, const char *subject, struct err *e);

/*
 * child_again - the same where there are other threads: this program begins anew in the process
 *
 * argv		its arguments, ended by NULL; it calls child_begin before anything else
 * result	gets what the process writes to standard output, which must be size bytes and at most CHILD_RESULT
 *
 * Returns 0, or -1 as child_run does.
 */
#define CHILD_RESULT 65536

int	child_again(char *const argv[], void *result, size_t size, const char *subject, struct err *e);
void	child_begin(void);

#endif
