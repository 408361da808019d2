#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"

/*
 * A journal: a file of JSON objects, one a line, to which a run adds what it has done, so that another one can go on
 * from there. It is locked while it is open. A last line without its end was cut off by a kill and is dropped; after a
 * crash of the machine that may be zeros.
 */

struct journal {
	int fd;				/* 0 = closed. The lock is the open file's: children that inherit it hold it */
	char *path;			/* owned */
	bool sync;
};

/* journal_take - a line of the journal, NULL where it is no JSON. Returns NULL, or what is wrong with it: "damaged". */
typedef const char	*journal_take(void *ctx, const json_t *record);

/*
 * journal_open - lock a journal and read what it says
 *
 * j		all-zero; closed again on failure
 * create	it may be missing, as its directory may
 * sync		what is added is on disk when journal_add returns
 * wait		seconds to wait for the lock
 * take		told of each line
 *
 * Returns 0, or -1: E_BUSY while another process has it, E_USAGE with the line that take refused, E_MISSING, E_DATA,
 * E_SIGNAL, E_ENV.
 */
int	journal_open(struct journal *j, const char *path, bool create, bool sync, double wait, journal_take *take,
	    void *ctx, struct err *e);

/* journal_add - add a line, all of it or nothing; record is released, NULL is one that could not be made. -1 with
 * E_DATA when it cannot be written as JSON, E_ENV. */
int	journal_add(const struct journal *j, json_t *record, struct err *e);

/* journal_close - safe on all-zero and twice. */
void	journal_close(struct journal *j);

#endif
