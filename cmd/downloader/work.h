#ifndef WORK_H
#define WORK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "block.h"
#include "classify.h"
#include "download.h"
#include "pool.h"
#include "stage.h"

/*
 * The inner life of a file under way. It belongs to the thread of the event loop; a job belongs to a thread of the
 * pool from pool_submit until pool_done returns it. download.c moves files from phase to phase, answer.c is the
 * HTTP side; in the threads writer.c writes what arrives, check.c looks at the whole file, publish.c names it.
 */

enum phase {
	PHASE_ADMITTED,			/* new */
	PHASE_VERIFY,			/* in a thread: has an existing file the listed digest? */
	PHASE_BUSY,			/* another process downloads it */
	PHASE_FETCH,			/* being requested, or waiting for its next try */
	PHASE_FINISH			/* in a thread: last blocks, digest, class; then in a group: sync, name */
};

enum check { CHECK_NO, CHECK_YES, CHECK_WRONG_DIGEST, CHECK_NOT_NETCDF, CHECK_FAILED };

/* Identity of an existing file that was found to be another version: not digested twice. */
struct looked {
	ino_t ino;
	struct timespec mtime;
};

/* From the event loop through a thread into the file and its digest. */
struct writer {
	struct block *filling;		/* the event loop's */

	/* Under the lock of struct writers. */
	struct block *first, **last;	/* to be written, in order */
	bool complete;			/* no more will come: check the file */
	bool running;			/* a thread has w, or will have it */
	bool failed, full;		/* writing did; because the disk is full */
	struct err err;

	/* The thread's while one is running. */
	struct digest *digest;
	int64_t digested;		/* bytes, from the beginning of the file */
	char head[CLASSIFY_HEAD];	/* the first of them */
};

struct work {
	struct downloads *d;
	struct download *f;
	enum phase phase;
	struct job job;			/* of PHASE_VERIFY, the writer */
	enum check result;		/* what a thread found; f->err has the message */
	struct writer writer;
	struct stage stage;
	struct transfer t;
	struct retry retry;
	struct looked looked[PTYPE_COUNT];
	char *candidate[PTYPE_COUNT];	/* paths the file may get */
	double lock_deadline;		/* another process shall be done by then */
	double look_again;		/* when to look whether it is */
	double deadline;		/* of the requests; 0 before the first */
	int64_t owed;			/* bytes announced and not yet arrived */
	int64_t began_at;		/* size when this try began */
	int auth_failures;
	bool locked, waiting;		/* waiting: not in the count of active files */
	bool ranged, no_range, disk_full;
	bool synced;			/* together with others */
	char range[64], if_range[STAGE_TAGMAX + 16];
	const char *headers[3];
	struct work *next, *prev;
	struct work *group_next;
};

struct writers {
	pthread_mutex_t lock;
	pthread_cond_t idle;		/* a writer is not running any more */
};

/* Complete files are synced and named in groups. While a thread is at one, the next one gathers. */
struct publisher {
	struct job job;
	pthread_mutex_t lock;
	struct work *waiting, **last;
	int count;			/* of the waiting */
	bool busy;			/* the job is in the pool */
};

struct downloads {
	struct download_conf conf;
	struct fetch *fetch;
	struct pool *pool;
	struct blocks *blocks;
	struct writers writers;
	struct publisher publisher;
	struct work all;		/* ring of the files under way */
	struct download *first, **last;	/* finished */
	int under_way, finished, active;
	int max_waiting;		/* files under way and not active */
	int64_t bytes, owed;
	double look_at;			/* when the wait of a file may be over */
	int refused;			/* answers 403 since the last good one */
	struct work *suspect;		/* its login is being tried again; nothing else begins */
	bool stopped, stopping;
	struct err why;
};

/* download.c */

/* work_end - w is through, and gone. */
void	work_end(struct work *w, enum download_state state, bool keep);
void	work_stop_all(struct downloads *d, const struct err *why);
void	work_set_active(struct work *w, bool active);

/* work_wait - w is not active until the time when. */
void	work_wait(struct work *w, double when);
void	work_clear_suspect(struct work *w);
int	work_places(const struct work *w);	/* number of different candidates */

/* work_anew - forget what is staged. -1 with E_ENV. */
int	work_anew(struct work *w, struct err *e);

/* work_finish - the body is complete: a thread writes the rest and checks the file. */
void	work_finish(struct work *w);

/* answer.c */

void	answer_begin(struct work *w);		/* request the file, or the rest of it */
void	answer_again_anew(struct work *w);	/* it was damaged (f->err): request all of it again, or fail */

/* writer.c */

/* writer_begin - with an empty digest; what the file has already is digested when the first block comes. */
int	writer_begin(struct work *w, struct err *e);

/* writer_add - append to the file; may wait for a block. -1 with E_ENV, also when writing an earlier part failed. */
int	writer_add(struct work *w, const void *data, size_t size, struct err *e);

/* writer_flush - let all that has arrived be written soon. */
void	writer_flush(struct work *w);

/* writer_finish - nothing more will come; the job is back when the file is published, or not good. */
void	writer_finish(struct work *w);

/* writer_end - wait until no thread has the file, with keep until all is written; without, what has arrived is
 * dropped. Not between writer_finish and the return of the job. */
void	writer_end(struct work *w, bool keep);

/* check.c: in the threads */

bool	check_existing(struct job *j);
void	check_staged(struct work *w);		/* digest, netCDF, class of the complete file */

/* publish.c */

void	publish_init(struct publisher *p);
void	publish_fini(struct publisher *p);

/* publish_add - from a thread: w is good, sync and name it with the next group; then its job is back. */
void	publish_add(struct work *w);

#endif
