/* Errors, strings, allocation. */

#include <errno.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

static void
errors(void)
{
	struct err e = {0};
	char big[3000];

	is_int(err_set(&e, E_DATA, "%s: HTTP %d", "x", 404), -1, "err_set returns -1");
	is_str(e.msg, "x: HTTP 404", "message");
	is_int(e.code, E_DATA, "code");
	is_int(err_set(NULL, E_DATA, "nobody listens"), -1, "e may be NULL");
	err_set(&e, E_ENV, "again: %s", e.msg);
	is_str(e.msg, "again: x: HTTP 404", "a message may quote the one before");
	err_set(&e, E_DATA, "a\nb\033[2Jc\x7f" "d");
	is_str(e.msg, "a?b?[2Jc?d", "control characters never reach a terminal");
	err_set(&e, E_DATA, "\xc3\xa9");
	is_str(e.msg, "\xc3\xa9", "other languages do");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&e, E_DATA, "%s", big);
	is_int((long long)strlen(e.msg), ERR_MSGMAX - 1, "a long message is cut");
	errno = ENOENT;
	is_int(err_sys(&e, "%s", "f"), -1, "err_sys returns -1");
	is_str(e.msg, "f: No such file or directory", "with the text of errno");
	is_int(e.code, E_MISSING, "ENOENT is a missing file");
	errno = ENAMETOOLONG;
	err_sys(&e, "f");
	is_int(e.code, E_DATA, "a name too long is the item's fault");
	is_int(err_place(&e), -1, "err_place returns -1");
	is_int(e.code, E_ENV, "... unless the name is that of a place that is written to");
	e.code = E_SIGNAL;
	err_place(&e);
	is_int(e.code, E_SIGNAL, "... the user's wish stays what it is");
	errno = ENOSPC;
	err_sys(&e, "f");
	is_int(e.code, E_ENV, "a full disk is the environment's");
	errno = EIO;
	err_sys(&e, "%s", big);
	ok(strstr(e.msg, "Input/output error") != NULL || strlen(e.msg) == ERR_MSGMAX - 1,
	    "a long subject does not overflow");
}

static void
strings(void)
{
	struct err e = {0};
	char dst[8];

	ok(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("a", "ab"), "str_starts");
	ok(str_ends("abc", "bc") && str_ends("abc", "") && !str_ends("c", "bc"), "str_ends");
	is_str(str_base("/a/b.nc"), "b.nc", "base name");
	is_str(str_base("b.nc"), "b.nc", "base name without directory");
	is_str(str_base("a/"), "", "base name of a directory is empty");
	is_int(str_fmt(dst, sizeof(dst), &e, "%s", "1234567"), 0, "a text that just fits");
	is_str(dst, "1234567", "... is there");
	is_int(str_fmt(dst, sizeof(dst), &e, "%s", "12345678"), -1, "one that does not fit is an error");
	is_str(dst, "", "... and leaves nothing, not half a name");
	is_int(e.code, E_DATA, "... of the data");
	ok(str_digits("0123", 4) && !str_digits("01a3", 4) && !str_digits("01", 3), "str_digits");
	is_int(str_number("00042x", 5), 42, "str_number");
	is_int(str_number("999999999", 9), 999999999, "nine digits");
}

static void
buffers(void)
{
	struct buf b = {0};
	struct strlist l = {0};

	is_str(buf_str(&b), "", "an empty buffer is an empty text");
	for (int i = 0; i < 1000; i++)
		buf_add(&b, "%d,", i);
	ok(str_starts(buf_str(&b), "0,1,2,") && str_ends(buf_str(&b), ",998,999,"), "a grown buffer");
	is_int((long long)b.len, (long long)strlen(b.text), "its length");
	buf_free(&b);
	buf_free(&b);

	for (int i = 0; i < 1000; i++)
		strlist_push(&l, i % 2 ? "odd" : "even");
	ok(l.n == 1000, "a list of strings grows");
	is_str(l.item[999], "odd", "... and keeps copies");
	strlist_sort(&l);
	ok(strcmp(l.item[499], "even") == 0 && strcmp(l.item[500], "odd") == 0, "... and is sorted");
	strlist_free(&l);
	strlist_free(&l);
	is_int((long long)l.n, 0, "a list freed is empty");
}

/* What a child says that runs out of something; *status is how it ends. */
static void
dying(void (*cause)(void), char *said, size_t size, int *status)
{
	int fd[2];
	ssize_t n = -1;
	pid_t pid;

	ok(pipe(fd) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		(void)dup2(fd[1], STDERR_FILENO);
		cause();
		_exit(0);
	}
	(void)close(fd[1]);
	if (pid > 0 && waitpid(pid, status, 0) == pid)
		n = read(fd[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	(void)close(fd[0]);
}

static void
too_much(void)
{
	free(xarray(SIZE_MAX / 4, 1));
}

static void
overflow(void)
{
	free(xarray(SIZE_MAX / 2, 3));
}

static void
too_long(void)
{
	char small[4];

	xsnprintf(small, sizeof(small), "%s", "four");
}

static void
endings(void)
{
	char said[256];
	int status = 0;

	dying(too_much, said, sizeof(said), &status);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "lack of memory ends the program with status 3");
	ok(strstr(said, "out of memory\n") != NULL, "... and says so");
	dying(overflow, said, sizeof(said), &status);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "... so does a product that overflows");
	dying(too_long, said, sizeof(said), &status);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "so does a text that outgrows its buffer");
	ok(strstr(said, "too long") != NULL, "... and says so");
}

static void
memory(void)
{
	struct err e = {0};
	long *array = NULL;
	size_t cap = 0;
	char *p = xarray(3, 2);

	ok(p[0] == 0 && p[5] == 0, "zeroed");
	free(p);
	free(xarray(0, 8));
	is_int(mem_grow(&array, &cap, 5, sizeof(*array), &e), 0, "growing from nothing");
	ok(cap >= 5 && array != NULL, "... to what is needed");
	array[4] = 42;
	is_int(mem_grow(&array, &cap, 5000, sizeof(*array), &e), 0, "growing more");
	ok(cap >= 5000 && array[4] == 42, "... keeps the contents");
	is_int(mem_grow(&array, &cap, SIZE_MAX / 2, sizeof(*array), &e), -1, "growing too far fails");
	is_int(mem_grow(&array, &cap, SIZE_MAX, sizeof(*array), &e), -1, "... also at the very end");
	is_int(array[4], 42, "... and keeps the array");
	free(array);
	p = xfmt("%d-%s", 7, "x");
	is_str(p, "7-x", "xfmt");
	free(p);
}

int
main(void)
{
	errors();
	strings();
	buffers();
	memory();
	endings();
	return tap_done();
}
