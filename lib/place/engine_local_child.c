/* engine_local_child - processes of the supervisor */

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "place/engine_local.h"
#include "place/engine_proc.h"

#define LOG_MODE 0666
#define EXEC_FAILED 127

/* What the program finds in its environment: ours, the run's, then who it is. */
static void
environment(const struct engine *en, const struct engine_job *job, const struct element *el, struct strlist *env)
{
	char *const own[] = { xfmt("GENERATE_ARRAY_INDEX=%d", el->k), xfmt("GENERATE_JOB_ID=%s-%d", job->id, el->k),
		xfmt("GENERATE_JOB_ATTEMPT=%d", el->attempt) };

	proc_env(job->component, en->opts.env, env);
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		proc_set(env, own[i]);
		free(own[i]);
	}
}

static void
say(const char *text)
{
	(void)!write(STDERR_FILENO, text, strlen(text));
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
	if (lock > 0 && fcntl(lock, F_SETFD, 0) < 0)
		_exit(EXEC_FAILED);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(argv[0], argv, envp);
	{
		const char *why = strerrordesc_np(errno);

		say(argv[0]);
		say(": ");
		say(why);
		say("\n");
	}
	_exit(EXEC_FAILED);
}

int
child_start(const struct engine *en, const struct engine_job *job, struct element *el, const char *log, int lock,
    struct err *e)
{
	struct strlist argv = {0}, env = {0};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), out = log == NULL ?
	    fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, LOG_MODE);
	pid_t parent = getpid();
	char **args, **envp;
	int ret = -1;

	if (null < 0 || out < 0) {
		err_sys(e, "%s", null < 0 ? "/dev/null" : log != NULL ? log : "standard error");
	} else if (proc_argv(&job->argv, &argv, e) == 0) {
		environment(en, job, el, &env);
		args = proc_vector(&argv);
		envp = proc_vector(&env);
		el->pid = fork();
		if (el->pid == 0)
			become(args, envp, null, out, lock, parent);
		if (el->pid > 0) {
			(void)setpgid(el->pid, el->pid);	/* whoever comes first; too late when it is a program */
			el->pidfd = pidfd_open(el->pid, 0);
			el->kill_at = INFINITY;
			ret = 0;
		} else {
			err_sys(e, "%s: cannot start", argv.item[0]);
		}
	}
	if (null >= 0)
		(void)close(null);
	if (out >= 0)
		(void)close(out);
	strlist_free(&argv);
	proc_env_free(&env);
	return ret;
}

void
child_kill(const struct element *el, int sig)
{
	(void)kill(-el->pid, sig);
}

/* While it is not yet waited for, its pid, which is that of its group, cannot be another's. */
int
child_reap(struct element *el, int *status)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)el->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
		return 0;
	child_kill(el, SIGKILL);
	while (waitpid(el->pid, status, 0) < 0)
		if (errno != EINTR)
			return 0;
	if (el->pidfd >= 0)
		(void)close(el->pidfd);
	return 1;
}
