/* child - work in a process of its own: what comes back, what its death becomes, its limits */

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "base/child.h"
#include "base/mem.h"
#include "base/prog.h"
#include "tap.h"

static struct found { char text[32]; int fds, in; } *found;

static void
good(void *arg)
{
	xsnprintf(found->text, sizeof(found->text), "%s", (const char *)arg);
	for (int fd = 0; fd < 100; fd++)
		found->fds += fcntl(fd, F_GETFD) >= 0;
	found->in = (int)read(STDIN_FILENO, found->text + 20, 1);
}

static void
crash(void *arg)
{
	(void)raise(*(int *)arg);
}

static void
grow(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < 4096; i++)
		memset(xarray(1024 * 1024, 1), 1, 1024 * 1024);
}

static void
spin(void *arg)
{
	volatile size_t n = 0;

	(void)arg;
	for (;;)
		n++;
}

static void
dies(void (*work)(void *), int sig, enum err_code code, const char *message)
{
	struct err e = { .code = E_NONE };
	int ret = child_run(work, &sig, -1, "file", &e);

	ok(ret < 0 && e.code == code, "failed with code %d", (int)e.code);
	is_str(e.msg, message, "%s", message);
}

static void
test_death(void)
{
	struct rlimit l, old;

	dies(crash, SIGKILL, E_ENV, "file: killed from outside");
#ifndef KEEP_DUMPABLE			/* sanitizers die in their own way, and need memory */
	dies(crash, SIGFPE, E_DATA, "file: killed by signal 8 (Floating point exception)");
	dies(crash, SIGSEGV, E_DATA, "file: killed by signal 11 (Segmentation fault)");
	dies(grow, 0, E_DATA, "file: takes more than 1024 MB of memory");
	(void)getrlimit(RLIMIT_DATA, &old);
	l = old;
	l.rlim_cur = 256 * 1024 * 1024;
	(void)setrlimit(RLIMIT_DATA, &l);
	dies(grow, 0, E_ENV, "file: out of memory");
	(void)setrlimit(RLIMIT_DATA, &old);
#endif
	(void)getrlimit(RLIMIT_CPU, &old);
	l = old;
	l.rlim_cur = 1 + (rlim_t)(clock() / CLOCKS_PER_SEC);
	(void)setrlimit(RLIMIT_CPU, &l);
	dies(spin, 0, E_DATA, "file: takes more than 300 s");
	(void)setrlimit(RLIMIT_CPU, &old);
}

/* A signal to this process ends a child that does not listen. */
static void
test_signal(void)
{
	pid_t self = getpid(), killer = fork();
	struct err e;

	if (killer == 0) {
		(void)usleep(200000);
		(void)kill(self, SIGTERM);
		_exit(0);
	}
	ok(child_run(spin, NULL, -1, "file", &e) < 0 && e.code == E_SIGNAL, "a signal: %s", e.msg);
}

int
main(int argc, char *argv[])
{
	char text[] = "left there";
	struct err e;

	(void)argc;
	prog_init(argv[0]);
	found = child_memory(sizeof(*found));
	ok(child_run(good, text, -1, "file", &e) == 0, "a child");
	is_str(found->text, "left there", "what it found");
	is_int(found->fds, 4, "descriptors 0 to 2, and one of ours");
	is_int(found->in, 0, "nothing to read");
	test_death();
	test_signal();
	return tap_done();
}
