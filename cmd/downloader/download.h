#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "granule/dataset.h"
#include "remote/fetch.h"
#include "request.h"

/*
 * The life of one file, many at a time: is it there already; lock it; get it, or the rest of it, digesting while
 * it streams; repeat what may be repeated; check it; publish it. A few threads write, digest, check and sync; the
 * event loop waits for them only when they are so far behind that all blocks of memory are in use.
 *
 *	d = downloads_new(&conf, &e);
 *	while (more to do) {
 *		if (downloads_room(d))
 *			downloads_add(d, &request, &e);
 *		downloads_turn(d, 1.0, -1, &e);
 *		while ((f = downloads_next(d)) != NULL) {
 *			... f->state ...
 *			download_free(f);
 *		}
 *	}
 */

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
	void (*tell)(const char *text);	/* hears of retries; may be NULL */
};

enum download_state {
	DOWNLOAD_DONE,			/* path holds a new file */
	DOWNLOAD_SKIPPED,		/* path was there with the listed checksum */
	DOWNLOAD_FAILED,		/* err says why */
	DOWNLOAD_UNDONE			/* given up unfinished, because the run ends */
};

struct download {
	struct request request;
	enum download_state state;
	struct err err;
	char note[ERR_MSGMAX];		/* a remark for the user, or "" */
	char *path;			/* where the file is */
	enum ptype type;
	int64_t bytes;
	char hex[DIGEST_HEX_SIZE];	/* its digest; SHA-1 when the list has none */
	double seconds;			/* since downloads_add */
	int tries;			/* requests made */
	struct work *work;		/* its inner life */
	struct download *next;
};

struct downloads;

struct downloads	*downloads_new(const struct download_conf *conf, struct err *e);

/* downloads_free - downloads not returned yet are dropped. */
void	downloads_free(struct downloads *d);

/* downloads_room - whether another file can be added without piling up. */
bool	downloads_room(const struct downloads *d);

/* downloads_add - take a file on; the request moves in (r is emptied). -1 with E_ENV. */
int	downloads_add(struct downloads *d, struct request *r, struct err *e);

/* downloads_turn - let things happen for up to timeout seconds, or until fd (-1: none) can be read. */
int	downloads_turn(struct downloads *d, double timeout, int fd, struct err *e);

/* downloads_next - a file that is finished one way or the other, for download_free; NULL when there is none. */
struct download	*downloads_next(struct downloads *d);

/* downloads_left - files taken on and not yet returned by downloads_next. */
int	downloads_left(const struct downloads *d);

/* downloads_why_stopped - not NULL when going on is pointless: credentials refused, disk full. */
const struct err	*downloads_why_stopped(const struct downloads *d);

/* downloads_stop - end all transfers, keeping what can be continued; files being checked are finished. After it
 * downloads_next returns all that is left. */
void	downloads_stop(struct downloads *d);

/* Totals for the progress line. */
int64_t	downloads_bytes(const struct downloads *d);

/* download_candidates - the paths f may get: [PTYPE_QUICKLOOK] and [PTYPE_REFINED], owned by the caller. With an
 * outdir both are the same. */
int	download_candidates(const struct download_conf *c, const struct request *r, char *path[PTYPE_COUNT],
	    struct err *e);

void	download_free(struct download *f);

#endif
