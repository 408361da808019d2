/* prog - what every executable does alike */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/prog.h"
#include "base/str.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

#define PROGRESS_INTERVAL 0.1
#define ECHO_TIME 0.2			/* seconds in which signals are copies of the first one */

static const char *name = "generate";
static volatile sig_atomic_t caught;
static double caught_at;		/* of the handler only */
static int verbosity = 1;		/* 0 quiet, 1 normal, 2 verbose */
static int progress_mode = -1;
static double progress_last;
static int progress_shown;
static bool stdin_closed;

/* The second one means it; but timeout(1) and others send each to the process and to its group. */
static void
on_signal(int sig)
{
	if (caught == 0) {
		caught = sig;
		caught_at = clock_steady();
	} else if (clock_steady() - caught_at > ECHO_TIME) {
		(void)signal(sig, SIG_DFL);
		(void)raise(sig);
	}
}

/* A closed descriptor would be given to the next file that is opened: results would go into it. */
static void
open_standard_descriptors(void)
{
	bool no_output = fcntl(STDOUT_FILENO, F_GETFD) < 0;
	int fd;

	stdin_closed = fcntl(STDIN_FILENO, F_GETFD) < 0;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
	if (no_output) {
		prog_say("standard output is closed, results would be lost");
		exit(ST_ENV);
	}
}

void
prog_init(const char *argv0)
{
	struct sigaction sa = { .sa_handler = on_signal };	/* no SA_RESTART: reads shall return */
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction old;

	name = str_base(argv0 != NULL ? argv0 : "generate");
	open_standard_descriptors();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		(void)sigaddset(&sa.sa_mask, sigs[i]);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		if (sigaction(sigs[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(sigs[i], &sa, NULL);
#ifndef KEEP_DUMPABLE		/* sanitizers and debuggers attach to the process */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

bool
prog_stdin_closed(void)
{
	return stdin_closed;
}

const char *
prog_name(void)
{
	return name;
}

int
prog_signal(void)
{
	return caught;
}

int
prog_done(int status)
{
	bool said = ferror(stdout), lost;	/* whoever saw a write fail has said so */

	prog_progress_end();
	lost = fclose(stdout) != 0;
	if (lost && !said && errno != EPIPE)
		prog_say("standard output: %s", strerror(errno));
	if (lost || said)
		status = ST_ENV;
	return caught != 0 ? 128 + caught : status;
}

void
prog_quiet(void)
{
	verbosity = 0;
}

void
prog_verbose(void)
{
	verbosity = 2;
}

static void __attribute__((format(printf, 1, 0)))
say(const char *fmt, va_list ap)
{
	char line[ERR_MSGMAX + 256];

	prog_progress_end();
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	err_printable(line);
	(void)fprintf(stderr, "%s: %s\n", name, line);
}

void
prog_warn(const struct err *e)
{
	prog_say("%s", e->msg);
}

void
prog_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
prog_info(const char *fmt, ...)
{
	va_list ap;

	if (verbosity < 1)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
prog_debug(const char *fmt, ...)
{
	va_list ap;

	if (verbosity < 2)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
prog_log(const char *line)
{
	prog_progress_end();
	(void)fprintf(stderr, "%s\n", line);
}

int
prog_failed(const struct err *e, int status)
{
	int now = e->code == E_ENV || e->code == E_RETRY || e->code == E_AUTH ? ST_ENV : ST_SOME;

	if (e->code != E_SIGNAL)
		prog_warn(e);
	return now > status ? now : status;
}

int
prog_fail(const struct err *e)
{
	prog_warn(e);
	return e->code == E_ENV || e->code == E_RETRY || e->code == E_AUTH ? ST_ENV : ST_USAGE;
}

int
prog_bad_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "Try '%s --help'.\n", name);
	return ST_USAGE;
}

long
prog_num(const char *opt, const char *text, long min, long max)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (strspn(text, "-0123456789") == 0 || *end != '\0' || errno != 0 || v < min || v > max)
		exit(prog_bad_usage("%s %s: not an integer from %ld to %ld", opt, text, min, max));
	return v;
}

double
prog_real(const char *opt, const char *text, double min, double max)
{
	char *end;
	double v;

	v = strtod(text, &end);
	if (strspn(text, "-.0123456789") == 0 || strpbrk(text, "xXpP") != NULL ||
	    *end != '\0' || !isfinite(v) || v < min || v > max)
		exit(prog_bad_usage("%s %s: not a number from %g to %g", opt, text, min, max));
	return v;
}

int
prog_version(void)
{
	(void)printf("%s (generate) %s\n", name, VERSION);
	return prog_done(ST_OK);
}

void
prog_progress_mode(int mode)
{
	progress_mode = mode;
}

static int
terminal_width(void)
{
	struct winsize ws;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 1 ? ws.ws_col - 1 : 79;
}

/* Several programs of a pipeline share the terminal; the last one draws. */
static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

bool
prog_progress_due(void)
{
	if (progress_mode < 0)
		progress_mode = verbosity > 0 && isatty(STDERR_FILENO) && !is_pipe(STDOUT_FILENO);
	return progress_mode && clock_steady() - progress_last >= PROGRESS_INTERVAL;
}

void
prog_progress(const char *fmt, ...)
{
	char text[512], line[600];
	va_list ap;

	if (!prog_progress_due())
		return;
	progress_last = clock_steady();
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)snprintf(line, sizeof(line), "%s: %s", name, text);
	(void)fprintf(stderr, "\r\033[K%.*s", terminal_width(), line);
	progress_shown = 1;
}

void
prog_progress_end(void)
{
	if (progress_shown)
		(void)fputs("\r\033[K", stderr);
	progress_shown = 0;
}

const char *
prog_human(uint64_t n)
{
	static const char unit[] = " kMGT";
	static char text[32];
	double v = (double)n;
	size_t u = 0;

	while (v >= 999.5 && unit[u + 1] != '\0') {
		v /= 1000;
		u++;
	}
	if (u == 0)
		xsnprintf(text, sizeof(text), "%.0f B", v);
	else
		xsnprintf(text, sizeof(text), "%.1f %cB", v, unit[u]);
	return text;
}
