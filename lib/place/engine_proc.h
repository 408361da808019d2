#ifndef ENGINE_PROC_H
#define ENGINE_PROC_H

#include "base/err.h"
#include "base/str.h"

/* What engines that start programs share: which file a program is, what its environment holds, and running a
 * command for its answer. Arguments are always vectors; no shell sees them. */

/* proc_find - the file that argv[0] stands for: a path as it is (made absolute), a name beside the running
 * executable, else in PATH. Owned by the caller; NULL with E_USAGE when there is no such program. */
char	*proc_find(const char *name, struct err *e);

/* proc_argv - append a job's arguments, the program found. */
int	proc_argv(const struct strlist *job, struct strlist *argv, struct err *e);

/*
 * proc_env - the environment of a job's program: ours without secrets (but those that the component needs) and without
 * what other engines told us about our own job; then the variables of set, "NAME=value", NULL = none
 */
void	proc_env(const char *component, const struct strlist *set, struct strlist *env);

/* proc_set - set a variable, "NAME=value". */
void	proc_set(struct strlist *env, const char *variable);

/* proc_env_free - wipe and free. */
void	proc_env_free(struct strlist *env);

/* proc_vector - l as an array that ends with NULL, borrowed from l. */
char	**proc_vector(struct strlist *l);

struct proc_answer {
	int status;			/* exit status, 128+n after a signal */
	char *out, *err;		/* all of standard output and standard error; freed by proc_answer_free */
};

/*
 * proc_ask - run a command and wait for its answer, at most timeout seconds
 *
 * argv, env	the latter NULL for our own
 * input	its standard input; "" for none
 *
 * Returns 0 when it ended, with whatever status; -1 with E_ENV when it could not be run or was killed at the time-out.
 */
int	proc_ask(struct strlist *argv, struct strlist *env, const char *input, int timeout, struct proc_answer *a,
	    struct err *e);
void	proc_answer_free(struct proc_answer *a);

#endif
