#ifndef TAP_H
#define TAP_H

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * TAP for unit tests: tap_plan(N) first or tap_done() alone at the end; is_* print got and wanted when they differ.
 * main ends with `return tap_done();`. tap_scratch() makes the current directory one that is removed at exit.
 */

static int tap_count, tap_failed, tap_planned;

#define ok(cond, ...) tap_ok((cond) != 0, __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) tap_is_str(got, want, __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) tap_is_int(got, want, __FILE__, __LINE__, __VA_ARGS__)

static inline void
tap_plan(int n)
{
	tap_planned = n;
	(void)printf("1..%d\n", n);
}

/* The test cannot go on: it fails, and the others run. */
#define give_up(...) tap_give_up(__FILE__, __LINE__, __VA_ARGS__)

static inline __attribute__((format(printf, 3, 4), noreturn)) void
tap_give_up(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fprintf(stderr, "# given up: %s:%d: ", file, line);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

#define skip(n, reason) tap_skip(n, reason)

static inline void
tap_skip(int n, const char *reason)
{
	while (n-- > 0)
		(void)printf("ok %d # SKIP %s\n", ++tap_count, reason);
}

static inline __attribute__((format(printf, 4, 5))) int
tap_ok(int pass, const char *file, int line, const char *fmt, ...)
{
	char name[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	(void)printf("%sok %d - %s\n", pass ? "" : "not ", ++tap_count, name);
	(void)fflush(stdout);
	if (!pass) {
		tap_failed++;
		(void)fprintf(stderr, "# failed: %s:%d: %s\n", file, line, name);
	}
	return pass;
}

static inline __attribute__((format(printf, 5, 6))) int
tap_is_str(const char *got, const char *want, const char *file, int line, const char *fmt, ...)
{
	char name[512];
	va_list ap;
	int same = got != NULL && want != NULL ? strcmp(got, want) == 0 : got == want;

	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	(void)tap_ok(same, file, line, "%s", name);
	if (!same)
		(void)fprintf(stderr, "# got:  %.500s\n# want: %.500s\n", got != NULL ? got : "(null)",
		    want != NULL ? want : "(null)");
	return same;
}

static inline __attribute__((format(printf, 5, 6))) int
tap_is_int(long long got, long long want, const char *file, int line, const char *fmt, ...)
{
	char name[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	(void)tap_ok(got == want, file, line, "%s", name);
	if (got != want)
		(void)fprintf(stderr, "# got:  %lld\n# want: %lld\n", got, want);
	return got == want;
}

static char tap_dir[64];
static long tap_owner;

static inline int
tap_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void
tap_remove_scratch(void)
{
	if ((long)getpid() == tap_owner)	/* not in children */
		(void)nftw(tap_dir, tap_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
tap_scratch(void)
{
	(void)snprintf(tap_dir, sizeof(tap_dir), "/tmp/generate-unit.XXXXXX");
	if (mkdtemp(tap_dir) == NULL || chdir(tap_dir) < 0)
		give_up("no scratch directory");
	tap_owner = (long)getpid();
	(void)atexit(tap_remove_scratch);
}

/* tap_done - the exit status of main. */
static inline int
tap_done(void)
{
	if (tap_planned == 0)
		(void)printf("1..%d\n", tap_count);
	return tap_failed != 0 || (tap_planned != 0 && tap_planned != tap_count);
}

#endif
