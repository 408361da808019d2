#ifndef ERR_H
#define ERR_H

/*
 * Errors are values: a function that can fail returns 0 or -1 (or a count, or NULL) and fills the struct err of
 * its last parameter. The code is for decisions, the message for people: subject first, then what is wrong with
 * it, lower case, no full stop, one line.
 */

enum err_code {
	E_NONE,
	E_USAGE,	/* an argument or the configuration is wrong: nothing can begin */
	E_DATA,		/* this item is bad and stays bad: quarantine */
	E_MISSING,	/* a file or object that should be there is not */
	E_BUSY,		/* another process has it */
	E_RETRY,	/* this item failed for now, trying it again may help */
	E_AUTH,		/* credentials refused: trying the next item with them is pointless */
	E_ENV,		/* disk, memory, network or service failed */
	E_SIGNAL	/* the user wants the program to end */
};

#define ERR_MSGMAX 1024

struct err {
	enum err_code code;
	char msg[ERR_MSGMAX];
};

/* err_printable - make the control characters of s '?'. Messages quote names from lists and files: these must not reach
 * a terminal or split a line. */
void	err_printable(char *s);

/* err_set - fill e (may be NULL) with code and the formatted message; returns -1 always, to be returned on. */
int	err_set(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * err_sys - as err_set, with ": " and the text of errno appended and the code derived from errno: E_MISSING where
 * the file is not there, E_DATA where the name itself is unusable, E_ENV for everything else.
 */
int	err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* err_place - e speaks of a place that is written to: whatever is wrong there is no item's fault; returns -1. */
int	err_place(struct err *e);

/* err_config - e speaks of a file that the user has named to be read as a whole (a configuration, a job list): without
 * it, or with a bad one, nothing can begin, which is wrong usage; returns -1. */
int	err_config(struct err *e);

/* What a static analyser cannot see from the declarations. */
#ifdef __clang_analyzer__
#define err_set(...) (err_set(__VA_ARGS__), -1)
#define err_sys(...) (err_sys(__VA_ARGS__), -1)
#define err_place(...) (err_place(__VA_ARGS__), -1)
#define err_config(...) (err_config(__VA_ARGS__), -1)
#endif

#endif
