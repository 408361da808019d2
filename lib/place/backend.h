#ifndef BACKEND_H
#define BACKEND_H

#include "base/err.h"

/*
 * The backends of the seams. A place is chosen by how it is written; the table in backend.c is the only one that
 * knows what is built in. A new backend adds its files and one row there.
 */

enum seam { SEAM_STORE, SEAM_TOPIC, SEAM_QUEUE, SEAM_ENGINE, SEAM_PARAM };

/* Whether opening a place may change it. */
enum place_mode {
	PLACE_ASIS,		/* touch nothing: for dry runs and places that are only read */
	PLACE_CREATE		/* create the directory of a local place */
};

/* An open place: what those of all seams have in common. They begin with it. */
struct place {
	const struct place_ops *ops;
	char *name;			/* which place this is, the same for every spelling; owned */
	void *impl;			/* the backend's own, for its close */
};

/* The operations of every seam begin with these. */
struct place_ops {
	int (*open)(struct place *p, const char *place, enum place_mode mode, struct err *e);	/* NULL: a directory */
	void (*close)(struct place *p);	/* may be NULL; also called after a failed open */
};

/* place_open - open what place names; NULL with E_USAGE when there is no such place of the seam, E_ENV when its
 * directory cannot be made. place_close - NULL does nothing. */
struct place	*place_open(enum seam seam, const char *place, enum place_mode mode, struct err *e);
void	place_close(struct place *p);

/*
 * backend_find - the operations of the seam for this place
 *
 * Returns a struct store_ops, topic_ops or engine_ops, as seam asks, or NULL with E_USAGE when no backend takes the
 * place, or the one that would is not in this build.
 */
const void	*backend_find(enum seam seam, const char *place, struct err *e);

/* backend_directory - the absolute name of a directory place, resolved when it is there; with PLACE_CREATE it is
 * then, and swept (newfile_sweep). Owned by the caller; NULL with E_USAGE when something else has that name, E_ENV when
 * it cannot be made. */
char	*backend_directory(const char *place, enum place_mode mode, struct err *e);

/* backend_absolute - a place for others to open, who may be in another directory: that of a relative name, which need
 * not be there; what is not a directory as it is. Owned by the caller; NULL with E_USAGE, E_ENV. */
char	*backend_absolute(const char *place, struct err *e);

/*
 * backend_check_name - whether name can stand in a place: printable ASCII, 1 to max bytes, components not empty and
 * not beginning with a dot (these are the temporary files of directories)
 *
 * Returns 0, or -1 with E_DATA; what says what it is, for the message.
 */
int	backend_check_name(const char *what, const char *name, size_t max, struct err *e);

#endif
