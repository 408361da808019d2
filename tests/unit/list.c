/* Work lists: what a reader of lists written by people and programs meets. */

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "tap.h"

static struct list_in in;	/* large */

/* A descriptor from which the text can be read. */
static int
text_fd(const char *text, size_t size)
{
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);

	if (fd < 0 || write(fd, text, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0) {
		perror("text_fd");
		exit(1);
	}
	return fd;
}

/* The records of text as "a|b|!|c" with ! for bad ones, $ for a failure. */
static const char *
records(const char *text, size_t size, char sep)
{
	static char out[20000];
	enum list_result r;
	struct err e;
	char *item;
	size_t n = 0;

	list_open_fd(&in, text_fd(text, size), "list", sep);
	out[0] = '\0';
	while ((r = list_next(&in, &item, &e)) != LIST_END) {
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", n > 0 ? "|" : "",
		    r == LIST_ITEM ? item : r == LIST_BAD ? "!" : "$");
		if (r == LIST_FAILED)
			break;
	}
	(void)close(in.fd);
	return out;
}

#define RECORDS(text, sep) records(text, sizeof(text) - 1, sep)

static void
forms(void)
{
	is_str(RECORDS("a\nb\n", '\n'), "a|b", "lines");
	is_str(RECORDS("", '\n'), "", "an empty list");
	is_str(RECORDS("\n\n\n", '\n'), "", "only empty lines");
	is_str(RECORDS("a\n\n\nb\n\n", '\n'), "a|b", "empty lines are passed over");
	is_str(RECORDS("a\nb", '\n'), "a|b", "no newline at the end");
	is_str(RECORDS("a\r\nb\r\n\r\nc", '\n'), "a|b|c", "carriage returns at line ends");
	is_str(RECORDS("\xef\xbb\xbf" "a\nb\n", '\n'), "a|b", "a byte order mark");
	is_str(RECORDS("\xef\xbb\xbf\r\na\n", '\n'), "a", "nothing but a mark in the first line");
	is_str(RECORDS("a\n\xef\xbb\xbf" "b\n", '\n'), "a|\xef\xbb\xbf" "b", "a mark is one at the start only");
	is_str(RECORDS("a\tb c\n", '\n'), "a\tb c", "tabs and blanks belong to the record");
	is_str(RECORDS(" a \n", '\n'), " a ", "... also at its ends");
	is_str(RECORDS("a\0b\n\0\0c\0", '\0'), "a|b\n|c", "NUL-separated, with newlines in names");
	is_str(RECORDS("a\0b", '\0'), "a|b", "... without NUL at the end");
	is_str(RECORDS("a\r\0", '\0'), "a\r", "... nothing is trimmed");
	is_str(RECORDS("a\nb\0c\nd\n", '\n'), "a|!|d", "a NUL in a line is no text");
	is_str(RECORDS("a\nb\rc\nd\n", '\n'), "a|!|d", "a carriage return inside a line neither");
	is_str(RECORDS("\x89HDF\r\n\x1a\n\0\0\0\nok\n", '\n'), "\x89HDF|!|!|ok", "a binary file is no list");
}

static void
lengths(void)
{
	static char text[3 * (LIST_RECMAX + 10)];
	static const int over[] = { 0, 1, 2, 3, 4, 5, 6, 70000 };
	char *big;

	for (size_t i = 0; i < sizeof(over) / sizeof(*over); i++) {
		size_t n = (size_t)(LIST_RECMAX + over[i]);
		const char *r;

		big = xarray(n + 10, 1);
		memset(big, 'x', n);
		memcpy(big + n, "\r\nend\n", 7);
		r = records(big, n + 6, '\n');
		if (over[i] == 0)
			ok(strlen(r) == n + 4, "%zu bytes and CRLF are a record", n);
		else
			is_str(r, "!|end", "%zu bytes are not, and the next line is read", n);
		big[LIST_RECMAX] = '\r';	/* where a cut record could end by chance */
		r = records(big, n + 6, '\n');
		if (over[i] > 0)
			is_str(r, "!|end", "... nor with a carriage return where it would be cut");
		free(big);
	}
	memcpy(text, "\xef\xbb\xbf", 3);
	memset(text + 3, 'y', LIST_RECMAX);
	memcpy(text + 3 + LIST_RECMAX, "\r\nend", 6);
	ok(strlen(records(text, LIST_RECMAX + 8, '\n')) == LIST_RECMAX + 4,
	    "%d bytes behind a mark, CRLF", LIST_RECMAX);
	memset(text + 3 + LIST_RECMAX, 'y', 1);
	memcpy(text + 4 + LIST_RECMAX, "\r\nend", 6);
	is_str(records(text, LIST_RECMAX + 9, '\n'), "!|end", "one more");
	memset(text, 'z', LIST_RECMAX);
	memcpy(text + LIST_RECMAX, "\0end", 4);
	ok(strlen(records(text, LIST_RECMAX + 4, '\0')) == LIST_RECMAX + 4, "%d bytes and NUL", LIST_RECMAX);
}

static void
messages(void)
{
	struct err e;
	char *item;

	list_open_fd(&in, text_fd("\n\na\nb\001\n", 7), "some list", '\n');
	is_int(list_next(&in, &item, &e), LIST_ITEM, "a good record");
	is_int((long long)in.line, 3, "lines are counted, empty ones too");
	is_int(list_next(&in, &item, &e), LIST_BAD, "a bad one");
	is_str(e.msg, "some list: line 4: control characters, not a list", "the message names list and line");
	is_int(e.code, E_DATA, "... and it is the data");
	is_int(list_next(&in, &item, &e), LIST_END, "the end");
	is_int(list_next(&in, &item, &e), LIST_END, "... stays the end");
	(void)close(in.fd);

	list_open_fd(&in, open(".", O_RDONLY), "a directory", '\n');
	is_int(list_next(&in, &item, &e), LIST_FAILED, "what cannot be read fails");
	is_str(e.msg, "a directory: Is a directory", "... and says so");
	(void)close(in.fd);
}

static void
arguments(void)
{
	static char long_arg[LIST_RECMAX + 2];
	char a[] = "a", dash[] = "-", b[] = "b";
	char *args[] = { a, dash, long_arg, b };
	struct err e;
	char *item;

	memset(long_arg, 'x', sizeof(long_arg) - 1);
	list_open(&in, 4, args, '\n');
	ok(list_next(&in, &item, &e) == LIST_ITEM && item == a, "the first argument");
	ok(list_next(&in, &item, &e) == LIST_ITEM && item == dash, "- among others is a name");
	is_int(list_next(&in, &item, &e), LIST_BAD, "an argument too long");
	is_str(e.msg, "argument 3: longer than 4096 bytes", "... its message");
	ok(list_next(&in, &item, &e) == LIST_ITEM && item == b, "the next");
	is_int(list_next(&in, &item, &e), LIST_END, "the end");
	list_open(&in, 0, args, '\n');
	ok(in.argv == NULL && in.fd == STDIN_FILENO, "no arguments: standard input");
	list_open(&in, 1, args + 1, '\n');
	ok(in.argv == NULL && in.fd == STDIN_FILENO, "- alone: standard input");
}

/* The writer does not flush at line ends: records cross every boundary. */
static void
many(void)
{
	int p[2], bad = 0, status = -1;
	enum list_result r;
	struct err e;
	char *item, want[40];
	long n = 0;
	pid_t pid;

	if (pipe(p) < 0)
		exit(1);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		FILE *fp = fdopen(p[1], "w");

		(void)close(p[0]);
		for (long i = 0; i < 1000000; i++)
			(void)fprintf(fp, "record-%ld\n", i * i);
		_exit(fclose(fp) != 0);
	}
	(void)close(p[1]);
	list_open_fd(&in, p[0], "pipe", '\n');
	while ((r = list_next(&in, &item, &e)) == LIST_ITEM) {
		(void)snprintf(want, sizeof(want), "record-%ld", n * n);
		bad += strcmp(item, want) != 0;
		n++;
	}
	(void)close(p[0]);
	(void)waitpid(pid, &status, 0);
	ok(r == LIST_END && status == 0, "a pipe is read to its end");
	is_int(n, 1000000, "a million records");
	is_int(bad, 0, "... all of them right");
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
interrupted(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval soon = { .it_value = { .tv_usec = 50000 }, .it_interval = { .tv_usec = 50000 } };
	struct itimerval never = {0};
	struct err e;
	char *item;
	int p[2];

	if (pipe(p) < 0 || write(p[1], "whole\npart", 10) != 10)
		exit(1);
	(void)sigaction(SIGALRM, &sa, NULL);
	list_open_fd(&in, p[0], "pipe", '\n');
	ok(list_next(&in, &item, &e) == LIST_ITEM && strcmp(item, "whole") == 0, "a record is there at once");
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	is_int(list_next(&in, &item, &e), LIST_END, "a signal ends the list; half a record is none");
	is_int(list_next(&in, &item, &e), LIST_END, "... for good");
	(void)setitimer(ITIMER_REAL, &never, NULL);
	(void)close(p[0]);
	(void)close(p[1]);
}

static void
ready(void)
{
	struct err e;
	char *item;
	int p[2], before;

	if (pipe(p) < 0)
		exit(1);
	list_open_fd(&in, p[0], "pipe", '\n');
	before = list_ready(&in);
	(void)!write(p[1], "a", 1);
	ok(!before && !list_ready(&in), "not ready with nothing or half a record");
	(void)!write(p[1], "b\n\r\n\nc", 6);
	ok(list_ready(&in) && list_ready(&in), "ready with a whole one");
	ok(list_next(&in, &item, &e) == LIST_ITEM && strcmp(item, "ab") == 0, "... which is next");
	ok(!list_ready(&in), "not ready when only empty lines follow");
	(void)!write(p[1], "d\n", 2);
	ok(list_ready(&in) && list_next(&in, &item, &e) == LIST_ITEM && strcmp(item, "cd") == 0, "the next");
	is_int((long long)in.line, 4, "... and its number");
	(void)!write(p[1], "e", 1);
	(void)close(p[1]);
	ok(list_ready(&in) && list_next(&in, &item, &e) == LIST_ITEM && strcmp(item, "e") == 0, "the last");
	ok(list_ready(&in) && list_next(&in, &item, &e) == LIST_END, "ready for the end");
	(void)close(p[0]);
}

int
main(void)
{
	tap_scratch();
	forms();
	lengths();
	messages();
	arguments();
	many();
	interrupted();
	ready();
	return tap_done();
}
