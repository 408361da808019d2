#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "base/err.h"
#include "base/pool.h"
#include "granule/dataset.h"
#include "granule/listline.h"
#include "remote/fetch.h"
#include "stage.h"

/*
 * The life of one file, many at a time: lock it; is it there already; get it, or the rest of it, digesting while it
 * streams; repeat what may be repeated; check it; publish it. A table in download.c says what follows what. A few
 * threads write, digest, check and sync; the event loop waits for them only when they are far behind.
 *
 *	d = downloads_new(&conf, &e);
 *	while (more to do) {
 *		if (downloads_room(d))
 *			downloads_add(d, &l, line);
 *		downloads_turn(d, 1.0, -1, &e);		calls conf.done for each file that is through
 *	}
 */

struct download;

struct download_conf {
	const char *root;		/* the shared tree */
	const char *outdir;		/* not NULL: flat into it instead */
	int parallel;			/* transfers at a time */
	bool force;			/* download also what is there and verified */
	int64_t max_size;		/* largest file accepted */
	double max_time;		/* seconds per file, from its first request */
	double lock_wait;		/* seconds to wait for a file another process downloads */
	struct retry_policy retry;
	struct fetch_conf fetch;
	void (*done)(void *ctx, struct download *f);	/* f is through, one way or the other, and gone after it */
	void *ctx;
};

enum download_result {
	DOWNLOAD_DONE,			/* path holds a new file */
	DOWNLOAD_SKIPPED,		/* path was there with the listed checksum */
	DOWNLOAD_FAILED,		/* err says why */
	DOWNLOAD_UNDONE			/* given up unfinished, because the run ends */
};

enum download_state {
	STATE_LOCKED,			/* another process has it */
	STATE_LOOK,			/* in a thread: has an existing file the listed digest? */
	STATE_FETCH,			/* being requested */
	STATE_PAUSE,			/* waiting for its next try */
	STATE_FINISH,			/* in a thread: rest of the digest, class, sync, name */
	STATE_COUNT
};

struct download {
	struct listline l;
	char *line;			/* as given to downloads_add */
	enum download_result result;
	struct err err;
	char note[ERR_MSGMAX];		/* a remark for the user, or "" */
	bool repeated;			/* another line of the run has had the same path and contents */
	char *path;			/* where the file is */
	enum ptype type;
	int64_t bytes;
	char hex[DIGEST_HEX_SIZE];	/* its digest; SHA-1 when the list has none */
	double began;			/* clock_steady() of downloads_add */
	int tries;			/* requests made */

	/* Its inner life */
	struct downloads *d;
	enum download_state state;
	struct download *next, *prev;	/* among the files under way */
	char final[NAME_SIZE];		/* lines with the same one are about one file: the last counts */
	bool superseded;		/* it is not this one */
	double when;			/* LOCKED, PAUSE: clock_steady() time of the next step */
	struct stage stage;
	struct rest rest;
	struct transfer t;
	struct retry retry;
	int64_t began_at;		/* size when this try began */
	bool asked_again;		/* after the credentials were refused */
	struct task task;			/* of LOOK and FINISH */
	struct download *ran;		/* next one whose task has run */
	bool damaged;			/* what arrived is not what was listed: worth fetching anew */
};

struct downloads;

struct downloads	*downloads_new(const struct download_conf *conf, struct err *e);

/* downloads_free - after downloads_stop, or when nothing was added. NULL is fine. */
void	downloads_free(struct downloads *d);

/* downloads_room - whether another file can be added without piling up. */
bool	downloads_room(const struct downloads *d);

/* downloads_add - take the file of a line on; both are copied. */
void	downloads_add(struct downloads *d, const struct listline *l, const char *line);

/* downloads_turn - let things happen for up to timeout seconds, or until fd (-1: none) can be read. */
int	downloads_turn(struct downloads *d, double timeout, int fd, struct err *e);

/* downloads_left - files taken on and not through. */
int	downloads_left(const struct downloads *d);

/* downloads_why_stopped - not NULL when going on is pointless: credentials refused, disk full. */
const struct err	*downloads_why_stopped(const struct downloads *d);

/* downloads_stop - end all transfers, keeping what can be continued; files being checked are finished. */
void	downloads_stop(struct downloads *d);

/* downloads_bytes - that have arrived. */
int64_t	downloads_bytes(const struct downloads *d);

/* download_path - where the file of a line goes; owned by the caller. With an outdir the type does not matter. NULL
 * with E_DATA when the root is too long. */
char	*download_path(const struct download_conf *c, const struct listline *l, enum ptype type, struct err *e);

/* download_places - where a loop over the types, each a place where it may be, ends. With an outdir there is one. */
enum ptype	download_places(const struct download_conf *c);

#endif
