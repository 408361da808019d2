/* engine_proc - programs, environments, commands */

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "place/engine_proc.h"

#define ANSWER_MAX (16 * 1024 * 1024)
#define POLL_MS 10

/* ---- programs ---- */

/* path, which is taken, when it is that of a program; else NULL. */
static char *
program(char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

char *
proc_find(const char *name, struct err *e)
{
	char self[4096], *path = NULL, *full;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	bool lookup = strchr(name, '/') == NULL;
	size_t len;

	self[n > 0 ? n : 0] = '\0';
	if (!lookup)
		path = program(xstrdup(name));
	else if (n > 0)
		path = program(xfmt("%.*s/%s", (int)(strrchr(self, '/') - self), self, name));
	for (const char *p = getenv("PATH"); lookup && path == NULL && p != NULL; p = p[len] != '\0' ?
	    p + len + 1 : NULL) {
		len = strcspn(p, ":");
		path = program(len > 0 ? xfmt("%.*s/%s", (int)len, p, name) : xfmt("./%s", name));
	}
	if (path == NULL) {
		err_set(e, E_USAGE, "%s: no such program", name);
		return NULL;
	}
	full = realpath(path, NULL);		/* it may be used by a process in another directory */
	if (full == NULL)
		err_sys(e, "%s", path);
	free(path);
	return full;
}

int
proc_argv(const struct strlist *job, struct strlist *argv, struct err *e)
{
	char *path = proc_find(job->item[0], e);

	if (path == NULL)
		return -1;
	strlist_push(argv, path);
	free(path);
	for (size_t i = 1; i < job->n; i++)
		strlist_push(argv, job->item[i]);
	return 0;
}

char **
proc_vector(struct strlist *l)
{
	xgrow(&l->item, &l->cap, l->n + 1, sizeof(*l->item));
	l->item[l->n] = NULL;
	return l->item;
}

/* ---- environments ---- */

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Variables that begin so are secret; the components that get them all the same. */
static const struct {
	const char *start, *component[2];
} secret[] = {
	{ "EDL_", { "downloader" } },
	{ "EARTHDATA_", { "downloader" } },
	{ "AWS_ACCESS_KEY_ID=", { "uploader", "license-returner" } },
	{ "AWS_SECRET_ACCESS_KEY=", { "uploader", "license-returner" } },
	{ "AWS_SESSION_TOKEN=", { "uploader", "license-returner" } },
	{ "AWS_SECURITY_TOKEN=", { NULL } },
	{ "AWS_CONTAINER_AUTHORIZATION_TOKEN=", { "uploader", "license-returner" } },
};

/* Variables of our own job, no business of another; and one that only looks so. */
static const char *const of_our_job[] = {
	"AWS_BATCH_", "SLURM_", "GENERATE_ARRAY_INDEX=", "GENERATE_JOB_ID=", "GENERATE_JOB_ATTEMPT="
};
static const char kept[] = "SLURM_CONF=";

static bool
inherited(const char *variable, const char *component)
{
	for (size_t i = 0; i < COUNT(of_our_job); i++)
		if (str_starts(variable, of_our_job[i]))
			return str_starts(variable, kept);
	for (size_t i = 0; i < COUNT(secret); i++) {
		if (!str_starts(variable, secret[i].start))
			continue;
		for (size_t k = 0; k < COUNT(secret[i].component); k++)
			if (secret[i].component[k] != NULL && strcmp(secret[i].component[k], component) == 0)
				return true;
		return false;
	}
	return true;
}

void
proc_env(const char *component, const struct strlist *set, struct strlist *env)
{
	for (char **v = environ; v != NULL && *v != NULL; v++)
		if (strchr(*v, '=') != NULL && inherited(*v, component))
			strlist_push(env, *v);
	for (size_t i = 0; set != NULL && i < set->n; i++)
		proc_set(env, set->item[i]);
}

void
proc_set(struct strlist *env, const char *variable)
{
	size_t name = strcspn(variable, "=") + 1;

	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->item[i], variable, name) == 0) {
			explicit_bzero(env->item[i], strlen(env->item[i]));
			free(env->item[i]);
			env->item[i] = xstrdup(variable);
			return;
		}
	strlist_push(env, variable);
}

void
proc_env_free(struct strlist *env)
{
	for (size_t i = 0; i < env->n; i++)
		explicit_bzero(env->item[i], strlen(env->item[i]));
	strlist_free(env);
}

/* ---- commands ---- */

/* Started in a process group of its own: what a terminal sends to us does not interrupt it half way. */
static int
spawn(pid_t *pid, char **argv, char **envp, const int fd[3], struct err *e)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, pipe;
	int rc = posix_spawn_file_actions_init(&fa) | posix_spawnattr_init(&at);

	if (rc != 0)
		mem_die(argv[0]);
	(void)sigemptyset(&none);
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	rc = posix_spawnattr_setsigmask(&at, &none) | posix_spawnattr_setsigdefault(&at, &pipe) |
	    posix_spawnattr_setpgroup(&at, 0) |
	    posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	for (int i = 0; i < 3; i++)
		rc |= posix_spawn_file_actions_adddup2(&fa, fd[i], i);
	if (rc == 0)
		rc = posix_spawn(pid, argv[0], &fa, &at, argv, envp);
	(void)posix_spawn_file_actions_destroy(&fa);
	(void)posix_spawnattr_destroy(&at);
	errno = rc;
	return rc == 0 ? 0 : err_sys(e, "%s", argv[0]);
}

/* Signals do not end the wait: the command is short, and its answer (a job id) must not be lost. */
static int
await(pid_t pid, const char *name, int timeout, int *status, struct err *e)
{
	struct timespec nap = { .tv_nsec = POLL_MS * 1000 * 1000 };
	double end = clock_steady() + timeout;
	int st;
	pid_t r;

	while ((r = waitpid(pid, &st, WNOHANG)) == 0 && clock_steady() < end)
		(void)nanosleep(&nap, NULL);
	if (r == 0) {
		(void)kill(-pid, SIGKILL);
		while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
			continue;
		return err_set(e, E_ENV, "%s: no answer within %d s", name, timeout);
	}
	if (r < 0)
		return err_sys(e, "%s", name);
	*status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	return 0;
}

int
proc_ask(struct strlist *argv, struct strlist *env, const char *input, int timeout, struct proc_answer *a,
    struct err *e)
{
	const char *name = str_base(argv->item[0]);
	char **args = proc_vector(argv), **envp = env != NULL ? proc_vector(env) : environ;
	int fd[3] = { file_memory(input, strlen(input), e), file_memory("", 0, e), file_memory("", 0, e) }, ret = -1;
	pid_t pid;

	*a = (struct proc_answer){0};
	if (fd[0] >= 0 && fd[1] >= 0 && fd[2] >= 0 && spawn(&pid, args, envp, fd, e) == 0 &&
	    await(pid, name, timeout, &a->status, e) == 0 &&
	    lseek(fd[1], 0, SEEK_SET) == 0 && (a->out = file_text(fd[1], name, ANSWER_MAX, e)) != NULL &&
	    lseek(fd[2], 0, SEEK_SET) == 0 && (a->err = file_text(fd[2], name, ANSWER_MAX, e)) != NULL)
		ret = 0;
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			(void)close(fd[i]);
	if (ret == 0)
		return 0;
	proc_answer_free(a);
	return err_place(e);
}

void
proc_answer_free(struct proc_answer *a)
{
	free(a->out);
	free(a->err);
	*a = (struct proc_answer){0};
}
