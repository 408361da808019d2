#ifndef PROG_H
#define PROG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * What every executable does alike: its name in messages, messages on standard error, exit status, signals,
 * numbers on the command line, the progress line. The programs and lib/run call this; of lib/ nothing else prints.
 */

enum status {
	ST_OK = 0,	/* every item succeeded, or there was none */
	ST_SOME = 1,	/* some items failed, the others are done */
	ST_USAGE = 2,	/* usage or configuration: nothing was done */
	ST_ENV = 3	/* the surroundings failed, a retry may help */
};

/* prog_init - take the name from argv[0], open descriptors 0 and 2 if closed (a closed 1 ends the program with ST_ENV),
 * ignore SIGPIPE, catch SIGINT and SIGTERM (prog_signal tells), keep core dumps from showing secrets. Call it first. */
void	prog_init(const char *argv0);
const char	*prog_name(void);

/* prog_stdin_closed - whether the program was started without a standard input (which looks like an empty one now). */
bool	prog_stdin_closed(void);

/* prog_done - flush and close standard output; returns the exit status: 128+n after a signal, ST_ENV when output
 * was lost, else status. Every path that has printed ends in it. */
int	prog_done(int status);

/* prog_signal - the signal caught so far, 0 when none. Loops look at it between items. */
int	prog_signal(void);

/* Messages "NAME: ..." on standard error. prog_info is silent under -q, prog_debug speaks under -v. */
void	prog_quiet(void);
void	prog_verbose(void);
void	prog_warn(const struct err *e);
void	prog_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	prog_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	prog_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* prog_log - a line on standard error exactly as given, for lines other systems read. */
void	prog_log(const char *line);

/* prog_failed - warn about a failed item and return the run's new status: the worse of status and the item's. */
int	prog_failed(const struct err *e, int status);

/* prog_fail - warn about a failure that ends the run; returns ST_USAGE or ST_ENV. */
int	prog_fail(const struct err *e);

/* prog_bad_usage - print the message and a pointer to --help; returns ST_USAGE. */
int	prog_bad_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* prog_num - the integer in text, all of it, in min..max, or the program ends with ST_USAGE naming opt. */
long	prog_num(const char *opt, const char *text, long min, long max);

/* prog_real - the same for a decimal number. */
double	prog_real(const char *opt, const char *text, double min, double max);

/* prog_version - print "NAME (generate) VERSION" on standard output; returns prog_done(ST_OK). */
int	prog_version(void);

/* The progress line "NAME: ...": shown on a terminal by the last program of a pipeline (or when forced on), at most ten
 * times a second, erased before messages. mode: -1 as the terminal asks for, 0 off, 1 on. */
void	prog_progress_mode(int mode);
bool	prog_progress_due(void);	/* whether prog_progress would draw now */
void	prog_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	prog_progress_end(void);

/* prog_human - n bytes as "12.3 MB"; static buffer, for messages. */
const char	*prog_human(uint64_t n);

#endif
