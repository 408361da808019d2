#ifndef INTAKE_H
#define INTAKE_H

#include "base/err.h"
#include "lines.h"
#include "place/store.h"

/*
 * Reading download lists into the table of lines: standard input, files, objects of a store.
 */

/* intake_told - what happens meanwhile: a good line (its list, its text), a bad one (e names list and line), the first
 * line of a server that is not the usual one. */
struct intake_told {
	void (*line)(void *ctx, const char *list, const char *text);	/* may be NULL */
	void (*bad)(void *ctx, const struct err *e);
	void (*foreign)(void *ctx, const char *list, size_t number, const char *dir);
	void *ctx;
};

struct intake {
	struct lines lines;
	enum ptype type;		/* take only these; PTYPE_COUNT: both */
	char sep;
	size_t read, bad, other;	/* lines: good and bad ones, and those of the other type */
	struct strlist lists;		/* names of the lists read ... */
	size_t *end;			/* ... and how many lines of the table there were after each */
	size_t cap;
};

/* intake_fd - read an open descriptor; name is for messages. 0, or -1 with E_ENV when reading failed. */
int	intake_fd(struct intake *in, int fd, const char *name, const struct intake_told *told, struct err *e);

/* intake_file - read a file, "-" = standard input. -1 with E_MISSING when it is not there. */
int	intake_file(struct intake *in, const char *path, const struct intake_told *told, struct err *e);

/* intake_object - read an object of a store; name is for messages. -1 with E_MISSING when it is not there. */
int	intake_object(struct intake *in, struct store *s, const char *key, const char *name,
	    const struct intake_told *told, struct err *e);

/* intake_place - read the object that a URL with "://" names: all up to the last slash is the store. */
int	intake_place(struct intake *in, const char *url, const struct intake_told *told, struct err *e);

/* place_text - the contents of a small file or of an object, owned by the caller. */
char	*place_text(const char *place, size_t max, struct err *e);

/* fd_text - all that can be read from a file, "-" = standard input; at most max bytes. Owned by the caller. */
char	*fd_text(const char *path, size_t max, struct err *e);

/* intake_list_of - the list that a line of the table comes from. */
const char	*intake_list_of(const struct intake *in, size_t line);

void	intake_fini(struct intake *in);

#endif
