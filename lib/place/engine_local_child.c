/* engine_local_child - processes of the supervisor */

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "place/engine_local.h"
#include "place/engine_proc.h"

#define LOG_MODE 0666
#define EXEC_FAILED 127

char *
child_log(const struct local *l, const struct job *job, size_t k, struct err *e)
{
	if (l->en->opts.logs == NULL)
		return NULL;
	return mem_fmt(e, "%s/%s-%zu.log", l->en->opts.logs, job->id, (size_t)job->first + k);
}

/* What the program finds in its environment: ours, the job's, then who it is. */
static int
environment(const struct job *job, size_t k, struct strlist *env, struct err *e)
{
	char *index = mem_fmt(e, "%zu", (size_t)job->first + k), *id = mem_fmt(e, "%s-%s", job->id, index);
	char *attempt = mem_fmt(e, "%d", job->task[k].attempt + 1);
	struct strlist pass = job->pass;	/* borrowed */
	int ret = -1;

	if (index == NULL || id == NULL || attempt == NULL)
		goto out;
	ret = proc_env((const char *const *)pass.item, env, e);
	for (size_t i = 0; ret == 0 && i + 1 < job->env.n; i += 2)
		ret = proc_set(env, job->env.item[i], job->env.item[i + 1], e);
	if (ret == 0 && (proc_set(env, "GENERATE_ARRAY_INDEX", index, e) < 0 ||
	    proc_set(env, "GENERATE_JOB_ID", id, e) < 0 || proc_set(env, "GENERATE_JOB_ATTEMPT", attempt, e) < 0))
		ret = -1;
out:
	free(index);
	free(id);
	free(attempt);
	return ret;
}

/* Standard output and error of the program: its log, or our standard error. */
static int
open_log(const char *path, struct err *e)
{
	int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, LOG_MODE) :
	    fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	return fd >= 0 ? fd : err_sys(e, "%s", path != NULL ? path : "standard error");
}

/*
 * In the child, where only async-signal-safe calls are allowed. It leads a process group, and dies with the thread
 * that started it; the lock of the state file stays with it.
 */
static void __attribute__((noreturn))
become(char **argv, char **envp, int null, int out, int lock, pid_t parent)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		_exit(EXEC_FAILED);
	(void)sigaction(SIGPIPE, &dfl, NULL);
	(void)sigemptyset(&none);
	if (dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(EXEC_FAILED);
	if (lock >= 0 && fcntl(lock, F_SETFD, 0) < 0)
		_exit(EXEC_FAILED);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(argv[0], argv, envp);
	{
		const char *why = strerrordesc_np(errno);

		(void)!write(STDERR_FILENO, argv[0], strlen(argv[0]));
		(void)!write(STDERR_FILENO, ": ", 2);
		(void)!write(STDERR_FILENO, why, strlen(why));
		(void)!write(STDERR_FILENO, "\n", 1);
	}
	_exit(EXEC_FAILED);
}

static pid_t
launch(const struct local *l, struct job *job, size_t k, int null, int out, struct err *e)
{
	struct strlist env = {0};
	char **argv = proc_vector(&job->argv, e), **envp = NULL;
	int lock = l->journal != NULL ? journal_fd(l->journal) : -1;
	pid_t parent = getpid(), pid = -1;

	if (argv != NULL && environment(job, k, &env, e) == 0)
		envp = proc_vector(&env, e);
	if (envp != NULL) {
		pid = fork();
		if (pid == 0)
			become(argv, envp, null, out, lock, parent);
		if (pid < 0)
			err_sys(e, "%s: cannot start", job->argv.item[0]);
		else
			(void)setpgid(pid, pid);	/* whoever comes first; too late when it has become a program */
	}
	proc_env_free(&env);
	return pid;
}

int
child_start(struct local *l, struct unit *u, struct job *job, double now, struct err *e)
{
	struct child c = { .unit = u, .job = job, .k = u->k, .started = now, .kill_at = INFINITY };
	int null = -1, out = -1, ret = -1;
	struct err le = { .code = E_NONE };
	char *log = child_log(l, job, u->k, &le);

	if (le.code != E_NONE) {
		*e = le;
		return -1;
	}
	if (mem_grow(&l->child, &l->children_cap, l->nchildren + 1, sizeof(*l->child), e) < 0)
		goto out;
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0) {
		err_sys(e, "/dev/null");
		goto out;
	}
	out = open_log(log, e);
	if (out < 0)
		goto out;
	c.pid = launch(l, job, u->k, null, out, e);
	if (c.pid < 0)
		goto out;
	c.pidfd = proc_pidfd(c.pid);
	c.deadline = job->time_limit > 0 ? now + (double)job->time_limit : INFINITY;
	l->child[l->nchildren++] = c;
	ret = 0;
out:
	free(log);
	if (null >= 0)
		(void)close(null);
	if (out >= 0)
		(void)close(out);
	return ret;
}

void
child_tell(const struct local *l, struct child *c, double now)
{
	if (c->kill_at != INFINITY)
		return;
	(void)kill(-c->pid, SIGTERM);
	c->kill_at = now + l->en->opts.grace;
}

void
child_kill(const struct child *c)
{
	(void)kill(-c->pid, SIGKILL);
}

/* While it is not yet waited for, its pid, which is that of its group, cannot be another's. */
int
child_reap(struct child *c, int *status)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
		return 0;
	child_kill(c);
	while (waitpid(c->pid, status, 0) < 0)
		if (errno != EINTR)
			return 0;
	if (c->pidfd >= 0)
		(void)close(c->pidfd);
	return 1;
}
