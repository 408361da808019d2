#ifndef WORK_H
#define WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "download.h"
#include "pool.h"
#include "stage.h"

/*
 * The inner life of a file under way. It belongs to the thread of the event loop; a job belongs to a thread of the
 * pool from pool_submit until pool_done returns it. download.c moves files from phase to phase, answer.c is the
 * HTTP side, check.c is what the threads do.
 */

enum phase {
	PHASE_ADMITTED,			/* new */
	PHASE_VERIFY,			/* job check: has an existing file the listed digest? */
	PHASE_BUSY,			/* another process downloads it */
	PHASE_FETCH,			/* being requested, or waiting for its next try */
	PHASE_FINISH,			/* job check: last part of the digest, class, sync, rename */
	PHASE_SYNC			/* renamed; the directory has to be synced */
};

enum check { CHECK_NO, CHECK_YES, CHECK_WRONG_DIGEST, CHECK_NOT_NETCDF, CHECK_FAILED };

/* Identity of an existing file that was found to be another version: not digested twice. */
struct looked {
	ino_t ino;
	struct timespec mtime;
};

/* The digest of the staged file follows behind the writes, in a thread. */
struct follower {
	struct job job;
	struct digest *digest;
	int64_t done, to;		/* digested so far; where the job stops */
	bool busy;			/* the job is in the pool */
	bool stale;			/* the file began anew meanwhile: forget the job's result */
	bool failed;
	struct err err;
};

struct work {
	struct downloads *d;
	struct download *f;
	enum phase phase;
	struct job check;		/* of PHASE_VERIFY and PHASE_FINISH */
	enum check result;		/* ... and what it found; f->err has the message */
	struct follower follower;
	struct stage stage;
	struct transfer t;
	struct retry retry;
	struct looked looked[PTYPE_COUNT];
	char *candidate[PTYPE_COUNT];	/* paths the file may get */
	double lock_deadline;		/* another process shall be done by then */
	double look_again;		/* when to look whether it is */
	double deadline;		/* of the requests; 0 before the first */
	int64_t owed;			/* bytes announced and not yet written */
	int64_t began_at;		/* size when this try began */
	int auth_failures;
	bool locked, waiting;		/* waiting: not in the count of active files */
	bool ranged, no_range, disk_full;
	bool ending, end_keep;		/* ends when the follower is back */
	enum download_state end_state;
	bool finishing;			/* is finished when the follower is back */
	char range[64], if_range[STAGE_TAGMAX + 16];
	const char *headers[3];
	struct work *next, *prev;
	struct work *sync_next;
};

/* One sync of a directory does for all files that were renamed before it began. */
struct syncer {
	struct job job;
	struct work *files;		/* of the job */
	bool busy, failed;
	struct err err;
};

struct downloads {
	struct download_conf conf;
	struct fetch *fetch;
	struct pool *pool;
	struct syncer syncer;
	struct work *renamed, **last_renamed;	/* files that wait for the next sync */
	struct work all;		/* ring of the files under way */
	struct download *first, **last;	/* finished */
	int under_way, finished, active;
	int64_t bytes, owed;
	int refused;			/* answers 403 since the last good one */
	struct work *suspect;		/* its login is being tried again; nothing else begins */
	bool stopped, stopping;
	struct err why;
};

/* download.c */

/* work_end - w is through (and gone, at the latest when its follower is back). */
void	work_end(struct work *w, enum download_state state, bool keep);
void	work_stop_all(struct downloads *d, const struct err *why);
void	work_set_active(struct work *w, bool active);
void	work_clear_suspect(struct work *w);
int	work_places(const struct work *w);	/* number of different candidates */

/* work_anew - forget what is staged. -1 with E_ENV. */
int	work_anew(struct work *w, struct err *e);

/* work_follow - let the digest follow up to what is staged now. */
void	work_follow(struct work *w);

/* work_finish - the body is complete: hand it to a thread. */
void	work_finish(struct work *w);

/* answer.c */

void	answer_begin(struct work *w);		/* request the file, or the rest of it */
void	answer_again_anew(struct work *w);	/* it was damaged (f->err): request all of it again, or fail */

/* check.c: jobs */

void	check_existing(struct job *j);
void	check_staged(struct job *j);
void	check_follow(struct job *j);
void	check_sync(struct job *j);

#endif
