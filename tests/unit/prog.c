/* What every program does alike: exit status, signals, lost output, numbers, messages. Each case in a child. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/prog.h"
#include "tap.h"

static char out[4096], err[4096];	/* what the last child wrote */

static void
slurp(const char *path, char *dst, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, dst, size - 1);

	dst[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

/* The exit status of a program that does what body does, with standard output to a file. */
static int
child(int (*body)(const void *), const void *arg, const char *to)
{
	int status = -1;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)!freopen(to, "w", stdout);
		(void)!freopen("err", "w", stderr);
		prog_init("/usr/bin/prog");
		exit(body(arg));
	}
	(void)waitpid(pid, &status, 0);
	slurp("out", out, sizeof(out));
	slurp("err", err, sizeof(err));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
prints(const void *text)
{
	(void)fputs(text, stdout);
	return prog_done(ST_SOME);
}

static void
ends(void)
{
	is_int(child(prints, "x\n", "out"), ST_SOME, "the status given is the status");
	is_str(out, "x\n", "... and the output is there");
	is_int(child(prints, "x\n", "/dev/full"), ST_ENV, "output lost to a full disk");
	is_str(err, "prog: standard output: No space left on device\n", "... is told");
	is_int(child(prints, "", "/dev/full"), ST_SOME, "nothing to lose, nothing lost");
}

static int
is_terminated(const void *arg)
{
	(void)raise(*(const int *)arg);
	if (prog_signal() != *(const int *)arg)
		return 99;
	return prog_done(ST_OK);
}

static int
is_terminated_twice(const void *arg)
{
	(void)raise(*(const int *)arg);
	(void)poll(NULL, 0, 300);
	(void)raise(*(const int *)arg);
	return 99;
}

static int
gets_a_copy(const void *arg)
{
	(void)raise(*(const int *)arg);
	return is_terminated(arg);
}

static int
writes_to_nobody(const void *arg)
{
	int p[2];

	(void)arg;
	return pipe(p) == 0 && close(p[0]) == 0 && write(p[1], "x", 1) < 0 ? 0 : 1;
}

static int
runs_under_nohup(const void *arg)
{
	(void)signal(SIGHUP, SIG_IGN);
	prog_init("prog");
	(void)raise(SIGHUP);
	(void)arg;
	return prog_signal();
}

static int
has_descriptors(const void *arg)
{
	(void)close(0);
	(void)close(2);
	prog_init("prog");
	(void)arg;
	if (!prog_stdin_closed() || fcntl(0, F_GETFD) < 0 || fcntl(1, F_GETFD) < 0 || fcntl(2, F_GETFD) < 0)
		return 1;
	return open(".", O_RDONLY) == 3 ? 0 : 2;
}

static int
has_no_output(const void *arg)
{
	(void)close(1);
	prog_init("prog");
	(void)arg;
	return 0;
}

static void
signals(void)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		(void)signal(sigs[i], SIG_DFL);		/* in the background shells have some ignored */
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		is_int(child(is_terminated, &sigs[i], "out"), 128 + sigs[i], "signal %d ends it orderly", sigs[i]);
	is_int(child(is_terminated_twice, &sigs[0], "out"), -SIGINT, "the second one at once");
	is_int(child(gets_a_copy, &sigs[0], "out"), 128 + sigs[0], "a copy of the first one is not the second");
	is_int(child(writes_to_nobody, NULL, "out"), 0, "a reader that went away is a write error");
	is_int(child(runs_under_nohup, NULL, "out"), 0, "an ignored signal stays ignored");
	is_int(child(has_descriptors, NULL, "out"), 0, "descriptors 0-2 are open, whoever started it");
	is_int(child(has_no_output, NULL, "out"), ST_ENV, "without standard output nothing begins");
}

static int
takes_number(const void *text)
{
	return (int)prog_num("--n", text, -5, 50);
}

static int
takes_real(const void *text)
{
	return (int)(prog_real("--x", text, -0.5, 50.5) * 2);
}

static void
numbers(void)
{
	static const char *const wrong[] = { "", " 5", "+5", "5 ", "5x", "x", "-6", "51", "0x5", "5.0", "1e1",
		"99999999999999999999", "-99999999999999999999" };
	static const char *const wrong_real[] = { "", " 5", "5 ", "5x", "x", "-1", "51", "0x5", "nan", "inf", "1e99",
		"1e999", "0x1p3" };

	is_int(child(takes_number, "50", "out"), 50, "the largest number allowed");
	is_int(child(takes_number, "-5", "out"), 256 - 5, "the smallest");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		is_int(child(takes_number, wrong[i], "out"), ST_USAGE, "no number: '%s'", wrong[i]);
	is_str(err, "prog: --n -99999999999999999999: not an integer from -5 to 50\nTry 'prog --help'.\n",
	    "... with a message");
	is_int(child(takes_real, "50.5", "out"), 101, "a decimal number");
	is_int(child(takes_real, ".5e1", "out"), 10, "another");
	for (size_t i = 0; i < sizeof(wrong_real) / sizeof(*wrong_real); i++)
		is_int(child(takes_real, wrong_real[i], "out"), ST_USAGE, "no decimal number: '%s'", wrong_real[i]);
}

static int
speaks(const void *arg)
{
	struct err e = { .code = E_DATA, .msg = "x: bad" };
	int status;

	(void)arg;
	prog_progress_mode(1);
	prog_progress("%d%%", 50);
	prog_info("info");
	prog_debug("not shown");
	prog_quiet();
	prog_info("not shown");
	prog_say("said");
	prog_verbose();
	prog_debug("debug");
	status = prog_failed(&e, ST_OK);
	e.code = E_RETRY;
	status = status == ST_SOME ? prog_failed(&e, status) : 90;
	e.code = E_DATA;
	status = status == ST_ENV ? prog_failed(&e, status) : 91;
	e.code = E_SIGNAL;
	return prog_failed(&e, status);
}

static int
fails(const void *code)
{
	struct err e = { .code = *(const enum err_code *)code, .msg = "why" };

	return prog_fail(&e);
}

static void
messages(void)
{
	static const struct {
		enum err_code code;
		int status;
	} codes[] = { { E_USAGE, ST_USAGE }, { E_MISSING, ST_USAGE }, { E_ENV, ST_ENV }, { E_RETRY, ST_ENV },
		{ E_AUTH, ST_ENV } };

	is_int(child(speaks, NULL, "out"), ST_ENV, "the worst failure of an item is the status");
	is_str(err, "\r\033[Kprog: 50%\r\033[Kprog: info\nprog: said\nprog: debug\n"
	    "prog: x: bad\nprog: x: bad\nprog: x: bad\n", "messages as -q and -v ask for, not over the progress line");
	is_str(out, "", "... and none on standard output");
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		is_int(child(fails, &codes[i].code, "out"), codes[i].status, "a run that fails with code %d",
		    (int)codes[i].code);
	is_str(prog_human(0), "0 B", "no bytes");
	is_str(prog_human(999), "999 B", "bytes");
	is_str(prog_human(1000), "1.0 kB", "kilobytes");
	is_str(prog_human(999999), "1.0 MB", "rounded up to megabytes");
	is_str(prog_human(UINT64_C(123456789012345678)), "123456.8 TB", "more than can be");
}

int
main(void)
{
	tap_scratch();
	ends();
	signals();
	numbers();
	messages();
	return tap_done();
}
