/* child - work in a process of its own, within limits */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/prog.h"

#define WITHOUT_LOCKS 64		/* exit status of a child that did its work on a file system without them */
#define CRASHED 100			/* exit status, errno added: a crash after the disk had failed */
#define GRACE 5				/* seconds to end by itself after a signal */
#define MEMORY ((rlim_t)CHILD_MEMORY * 1024 * 1024)

void *
child_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		mem_die("out of memory");
	return p;
}

static void
limit(int what, rlim_t most)
{
	struct rlimit l;

	if (getrlimit(what, &l) < 0)
		return;
	if (l.rlim_cur > most)
		l.rlim_cur = most;
	(void)setrlimit(what, &l);
}

/* Libraries crash when the disk fails or is full: that is not the file's fault. */
static void
on_crash(int sig)
{
	int en = errno;			/* NOLINT(bugprone-signal-handler): a thread's own, and it ends here */

	if (en == EIO || en == ENOSPC || en == EDQUOT || en == EFBIG)
		_exit(CRASHED + en);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

/* What may be used, from descriptor first on nothing that was open. */
static void
set_limits(int first)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	closefrom(first);
	limit(RLIMIT_CPU, CHILD_CPU);
	limit(RLIMIT_NOFILE, CHILD_FILES);
#ifndef KEEP_DUMPABLE			/* sanitizers need more, and their own handlers */
	limit(RLIMIT_DATA, MEMORY);
	(void)signal(SIGSEGV, on_crash);
#endif
	(void)signal(SIGABRT, on_crash);
}

static _Noreturn void
be_child(void (*work)(void *arg), void *arg, int in, int alive, pid_t parent)
{
	int null = open("/dev/null", O_RDWR);

	(void)dup2(in >= 0 ? in : null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(alive, STDERR_FILENO + 1);
	set_limits(STDERR_FILENO + 2);
	if (getppid() != parent)
		_exit(0);
	work(arg);
	_exit(file_without_locks() ? WITHOUT_LOCKS : 0);
}

/* Until the process, which holds the other end of the pipe, is gone. A signal to us is one to it. */
static int
await(pid_t pid, int alive)
{
	struct pollfd p = { .fd = alive };
	double told = 0;
	int status;

	while (poll(&p, 1, 1000) <= 0) {
		if (prog_signal() != 0 && told == 0) {
			told = clock_steady();
			(void)kill(pid, SIGTERM);
		} else if (told != 0 && clock_steady() - told > GRACE) {
			(void)kill(pid, SIGKILL);
		}
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int
judge(int status, const char *subject, struct err *e)
{
	struct rlimit l = { .rlim_cur = MEMORY };
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (WIFEXITED(status) && WEXITSTATUS(status) == WITHOUT_LOCKS)
		file_met_no_locks();
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == WITHOUT_LOCKS))
		return 0;
	if (prog_signal() != 0)
		return err_set(e, E_SIGNAL, "%s: interrupted", subject);
	if (WIFEXITED(status) && WEXITSTATUS(status) > CRASHED)
		return err_set(e, E_ENV, "%s: %s", subject, strerror(WEXITSTATUS(status) - CRASHED));
	if (sig == SIGKILL || sig == SIGTERM)
		return err_set(e, E_ENV, "%s: killed from outside", subject);
	if (sig == SIGXCPU)
		return err_set(e, E_DATA, "%s: takes more than %d s", subject, CHILD_CPU);
	if (sig != 0)
		return err_set(e, E_DATA, "%s: killed by signal %d (%s)", subject, sig, strsignal(sig));
	(void)getrlimit(RLIMIT_DATA, &l);
	if (l.rlim_cur < MEMORY)		/* somebody else's limit */
		return err_set(e, E_ENV, "%s: out of memory", subject);
	return err_set(e, E_DATA, "%s: takes more than %d MB of memory", subject, CHILD_MEMORY);
}

void
child_begin(void)
{
	set_limits(STDERR_FILENO + 1);
}

/* Begin this program in a new process with out as its standard output; 0 or an errno. */
static int
spawn(char *const argv[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int en;

	(void)sigemptyset(&none);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	en = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (en == 0)
		en = posix_spawn(pid, "/proc/self/exe", &files, &attr, argv, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return en;
}

int
child_again(char *const argv[], void *result, size_t size, const char *subject, struct err *e)
{
	int out[2], en, ret = -1;
	ssize_t n = 0;
	pid_t pid;

	assert(size <= CHILD_RESULT);
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_sys(e, "%s", subject);
	en = spawn(argv, out[1], &pid);
	(void)close(out[1]);
	if (en != 0) {
		err_set(e, E_ENV, "%s: cannot begin a process: %s", subject, strerror(en));
	} else if ((ret = judge(await(pid, out[0]), subject, e)) == 0) {
		n = file_fill(out[0], subject, result, size, e);
		if (n >= 0 && (size_t)n != size)
			err_set(e, E_ENV, "%s: its check ended without a result", subject);
		ret = n == (ssize_t)size ? 0 : -1;
	}
	(void)close(out[0]);
	return ret;
}

int
child_run(void (*work)(void *arg), void *arg, int in, const char *subject, struct err *e)
{
	pid_t self = getpid(), pid;
	int alive[2], status;

	if (pipe2(alive, O_CLOEXEC) < 0)
		return err_sys(e, "%s", subject);
	pid = fork();
	if (pid == 0)
		be_child(work, arg, in, alive[1], self);
	(void)close(alive[1]);
	if (pid < 0) {
		err_sys(e, "%s: cannot fork", subject);
		e->code = E_ENV;
	} else {
		status = await(pid, alive[0]);
	}
	(void)close(alive[0]);
	return pid < 0 ? -1 : judge(status, subject, e);
}
