#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/newfile.h"
#include "base/pool.h"
#include "granule/listline.h"

/*
 * Where a file is while it is being downloaded: NAME.part in the staging directory, locked, and, once it has some
 * size, NAME.resume beside it, which says what the server called this version of the file, so that a later run can
 * go on with it.
 *
 * What arrives fills a buffer; a full one is digested and written by a thread of the pool while the next one fills.
 * One thread at a time has the stage: the owner of the pool, but for what is said below.
 */

struct stage {
	int64_t size;			/* bytes of the file, written or on their way to it */
	struct version version;
	bool full;			/* something failed because the disk is full */

	/* Its own */
	struct newfile file;
	char *side;			/* path of NAME.resume */
	bool noted;			/* the side file is there */
	const struct listline *l;
	struct pool *pool;
	struct task task;			/* writes the full buffer */
	char *filling, *writing;	/* buffers; NULL without */
	size_t filled;			/* bytes in the filling one */
	int64_t written, hinted, digested;	/* bytes in the file, told to the disk, and in the digest */
	struct digest *digest;
	struct err err;			/* of the first write that failed; nothing is written behind it */
};

/* stage_open - lock the .part of the line's file in dir (hidden: with a dot in front); the line is borrowed. -1
 * with E_BUSY while another process has it, E_ENV. */
int	stage_open(struct stage *s, struct pool *pool, const char *dir, bool hidden, const struct listline *l,
	    struct err *e);

/* stage_begin - go on with what an earlier run left, if it belongs to this line, else with nothing. Lines without a
 * checksum always begin anew: nothing would prove that the parts fit. */
int	stage_begin(struct stage *s, struct err *e);

/* stage_anew - forget all there is. */
int	stage_anew(struct stage *s, struct err *e);

/* stage_add - append; may wait for the thread. -1 with E_ENV, also when an earlier write failed. */
int	stage_add(struct stage *s, const void *data, size_t size, struct err *e);

/* stage_space - whether there is room for need bytes beside those already promised to others; -1 with E_ENV. */
int	stage_space(struct stage *s, int64_t need, int64_t promised, struct err *e);

/* stage_rest - nothing will come for a while: write what has arrived, keep no buffers. */
void	stage_rest(struct stage *s);

/* stage_settle - wait for the thread; then any one thread may call stage_digest, stage_touch and stage_publish. */
void	stage_settle(struct stage *s);

/* stage_digest - write the rest; the digest of the file (SHA-1 when the list has none). */
int	stage_digest(struct stage *s, char hex[DIGEST_HEX_SIZE], struct err *e);

/* stage_touch - an earlier run has written all of it: the combiner takes the time stamp for the time of arrival. */
int	stage_touch(const struct stage *s, struct err *e);

/* stage_publish - sync it and give it its name. */
int	stage_publish(struct stage *s, const char *path, struct err *e);

/* stage_close - remove the .part (unless published) and the side file; with keep, leave them for a later run when
 * they can be continued. Safe on all-zero. */
void	stage_close(struct stage *s, bool keep);

#endif
