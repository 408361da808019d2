#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>

/*
 * Options. One row says all about one: the parser, the help text and the check against the man page come from it.
 *
 *	static const struct option_row rows[] = {
 *		{ 'k', "keep", "HOURS", OPT_NUMBER(1, 87600), offsetof(struct purger, hours), "remove older (96)" },
 *		OPT_END
 *	};
 */

enum option_kind {
	OPTION_FLAG,			/* bool */
	OPTION_TEXT,			/* const char *, borrowed from the command line */
	OPTION_TEXTS,			/* struct strlist, may be given several times */
	OPTION_NUMBER,			/* long, min..max */
	OPTION_REAL			/* double, min..max */
};

struct option_row {
	char letter;			/* 0 without */
	const char *name;		/* long spelling */
	const char *arg;		/* what stands for its value in texts; NULL for flags */
	enum option_kind kind;
	double min, max;
	size_t offset;			/* of its variable in the program's struct */
	const char *help;		/* lower case, default in parentheses; lines broken by \n */
};

#define OPT_FLAG OPTION_FLAG, 0, 0
#define OPT_TEXT OPTION_TEXT, 0, 0
#define OPT_TEXTS OPTION_TEXTS, 0, 0
#define OPT_NUMBER(min, max) OPTION_NUMBER, min, max
#define OPT_REAL(min, max) OPTION_REAL, min, max
#define OPT_END { 0, NULL, NULL, OPTION_FLAG, 0, 0, 0, NULL }

/* The common options, of which a program picks those it uses; any other is refused as unknown. -q, -v, --help and
 * --version every program takes. */
enum {
	COMMON_LIST = 1 << 0,		/* -0; without it arguments are refused */
	COMMON_DATASET = 1 << 1,
	COMMON_TYPE = 1 << 2,
	COMMON_JOBS = 1 << 3,
	COMMON_DRY = 1 << 4,
	COMMON_OUTPUT = 1 << 5,
	COMMON_ROOT = 1 << 6,
	COMMON_JOB = 1 << 7,		/* --job, --index, --attempts */
	COMMON_JSON = 1 << 8,
	COMMON_STRICT = 1 << 9,
	COMMON_NOTIFY = 1 << 10,
	COMMON_FAILED = 1 << 11,
	COMMON_FINAL_LOG = 1 << 12,
	COMMON_PROGRESS = 1 << 13	/* --progress, --no-progress */
};

struct run;
struct program;

/* options_parse - take all options of the command line into p; ends the program for --help, --version and what is
 * wrong. Returns the index of the first argument that is no option. */
int	options_parse(struct run *p, int argc, char *argv[], const struct program *program);

#endif
