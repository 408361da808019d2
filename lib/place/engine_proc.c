/* engine_proc - programs, environments, commands */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "place/engine_proc.h"

#define ANSWER_MAX (16 * 1024 * 1024)
#define POLL_MS 20			/* where there are no pidfds */

/* ---- programs ---- */

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* dir/name when that is a program, else NULL; *failed is set when memory is out. */
static char *
program_in(const char *dir, size_t len, const char *name, bool *failed)
{
	char *path = len > 0 ? mem_fmt(NULL, "%.*s/%s", (int)len, dir, name) : mem_fmt(NULL, "./%s", name);

	if (path == NULL)
		*failed = true;
	else if (!is_program(path)) {
		free(path);
		path = NULL;
	}
	return path;
}

static char *
beside_us(const char *name, bool *failed)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	return slash != NULL ? program_in(self, (size_t)(slash - self), name, failed) : NULL;
}

static char *
in_path(const char *name, bool *failed)
{
	const char *path = getenv("PATH");
	char *found = NULL;

	for (const char *p = path; p != NULL && found == NULL && !*failed; p = *p != '\0' ? p + 1 : NULL) {
		size_t len = strcspn(p, ":");

		found = program_in(p, len, name, failed);
		p += len;
	}
	return found;
}

/* The file may be used by a process in another directory. */
static char *
absolute(char *path, struct err *e)
{
	char *full = realpath(path, NULL);

	if (full == NULL)
		err_sys(e, "%s", path);
	free(path);
	return full;
}

char *
proc_find(const char *name, struct err *e)
{
	char *path = NULL;
	bool failed = false;

	if (strchr(name, '/') != NULL)
		path = is_program(name) ? mem_str(name, e) : NULL;
	else
		path = beside_us(name, &failed);
	if (path == NULL && !failed && strchr(name, '/') == NULL)
		path = in_path(name, &failed);
	if (path != NULL)
		return absolute(path, e);
	if (failed)
		err_mem(e, name);
	else
		err_set(e, E_USAGE, "%s: no such program", name);
	return NULL;
}

int
proc_argv(const struct engine_job *job, struct strlist *argv, struct err *e)
{
	char *path = proc_find(job->argv[0], e);
	int ret;

	if (path == NULL)
		return -1;
	ret = strlist_add(argv, path, e);
	free(path);
	for (size_t i = 1; ret == 0 && job->argv[i] != NULL; i++)
		ret = strlist_add(argv, job->argv[i], e);
	return ret;
}

char **
proc_vector(struct strlist *l, struct err *e)
{
	if (mem_grow(&l->item, &l->cap, l->n + 1, sizeof(*l->item), e) < 0)
		return NULL;
	l->item[l->n] = NULL;
	return l->item;
}

/* ---- environments ---- */

/* Names that begin so are secret; of our own job, and no business of another; or not that after all. */
static const char *const secret[] = {
	"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN=", "AWS_SECURITY_TOKEN=",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN=", "EDL_", "EARTHDATA_"
};
static const char *const of_our_job[] = {
	"AWS_BATCH_", "SLURM_", "GENERATE_ARRAY_INDEX=", "GENERATE_JOB_ID=", "GENERATE_JOB_ATTEMPT="
};
static const char *const kept[] = { "SLURM_CONF=" };

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool
begins_with_any(const char *s, const char *const *start, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(s, start[i]))
			return true;
	return false;
}

static bool
names(const char *variable, const char *name)
{
	size_t n = strlen(name);

	return strncmp(variable, name, n) == 0 && variable[n] == '=';
}

static bool
inherited(const char *variable, const char *const *pass)
{
	if (begins_with_any(variable, of_our_job, COUNT(of_our_job)))
		return begins_with_any(variable, kept, COUNT(kept));
	for (; pass != NULL && *pass != NULL; pass++)
		if (names(variable, *pass))
			return true;
	return !begins_with_any(variable, secret, COUNT(secret));
}

int
proc_env(const char *const *pass, struct strlist *env, struct err *e)
{
	for (char **v = environ; v != NULL && *v != NULL; v++)
		if (strchr(*v, '=') != NULL && inherited(*v, pass) && strlist_add(env, *v, e) < 0)
			return -1;
	return 0;
}

int
proc_set(struct strlist *env, const char *name, const char *value, struct err *e)
{
	char *variable = mem_fmt(e, "%s=%s", name, value);
	int ret;

	if (variable == NULL)
		return -1;
	for (size_t i = 0; i < env->n; i++)
		if (names(env->item[i], name)) {
			explicit_bzero(env->item[i], strlen(env->item[i]));
			free(env->item[i]);
			env->item[i] = variable;
			return 0;
		}
	ret = strlist_add(env, variable, e);
	free(variable);
	return ret;
}

void
proc_env_free(struct strlist *env)
{
	for (size_t i = 0; i < env->n; i++)
		explicit_bzero(env->item[i], strlen(env->item[i]));
	strlist_free(env);
}

/* ---- commands ---- */

int
proc_pidfd(long pid)
{
	return pidfd_open((pid_t)pid, 0);
}

/* A file in memory with this text, at its beginning; -1 on failure. */
static int
memory_file(const char *text)
{
	int fd = memfd_create("generate", MFD_CLOEXEC);
	size_t n = strlen(text);

	if (fd >= 0 && (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static int
read_answer(int fd, const char *name, struct buf *b, struct err *e)
{
	char block[4096];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(e, "%s", name);
	while ((n = read(fd, block, sizeof(block) - 1)) > 0 && b->len < ANSWER_MAX) {
		block[n] = '\0';
		buf_add(b, "%s", block);
	}
	if (n < 0)
		return err_sys(e, "%s: its answer", name);
	return buf_text(b, e) != NULL ? 0 : -1;
}

/* Started in a process group of its own: what a terminal sends to us does not interrupt it half way. */
static int
spawn(pid_t *pid, char **argv, char **envp, const int fd[3], struct err *e)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, pipe;
	int rc;

	if (posix_spawn_file_actions_init(&fa) != 0)
		return err_mem(e, argv[0]);
	if (posix_spawnattr_init(&at) != 0) {
		(void)posix_spawn_file_actions_destroy(&fa);
		return err_mem(e, argv[0]);
	}
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

static void
pause_until_ended(int pidfd, double seconds)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int ms = (int)(seconds * 1000) + 1;

	(void)poll(&p, 1, pidfd >= 0 ? ms : ms < POLL_MS ? ms : POLL_MS);
}

/* Signals do not end the wait: the command is short, and its answer (a job id) must not be lost. */
static int
await(pid_t pid, const char *name, int timeout, int *status, struct err *e)
{
	double end = clock_steady() + timeout, now;
	int pidfd = proc_pidfd(pid), st;
	pid_t r;

	while ((r = waitpid(pid, &st, WNOHANG)) == 0 && (now = clock_steady()) < end)
		pause_until_ended(pidfd, end - now);
	if (pidfd >= 0)
		(void)close(pidfd);
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
	int fd[3] = { memory_file(input), memory_file(""), memory_file("") }, ret = -1;
	char **args = proc_vector(argv, e), **envp = env != NULL ? proc_vector(env, e) : environ;
	const char *name = str_base(argv->item[0]);
	pid_t pid;

	*a = (struct proc_answer){0};
	if (fd[0] < 0 || fd[1] < 0 || fd[2] < 0)
		err_sys(e, "%s: memory file", name);
	else if (args != NULL && envp != NULL && spawn(&pid, args, envp, fd, e) == 0 &&
	    await(pid, name, timeout, &a->status, e) == 0 && read_answer(fd[1], name, &a->out, e) == 0)
		ret = read_answer(fd[2], name, &a->err, e);
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			(void)close(fd[i]);
	if (ret < 0)
		proc_answer_free(a);
	return ret;
}

void
proc_answer_free(struct proc_answer *a)
{
	buf_free(&a->out);
	buf_free(&a->err);
}
