#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "request.h"

/*
 * Where a file is while it is being downloaded: NAME.part in the staging directory, locked, and, once it has some
 * size, NAME.resume beside it, which says what the server called this version of the file, so that a later run can
 * go on with it.
 */

#define STAGE_TAGMAX 256

struct version {
	char etag[STAGE_TAGMAX];	/* strong ETag with its quotes, or "" */
	char modified[STAGE_TAGMAX];	/* Last-Modified as sent, or "" */
	int64_t total;			/* bytes of the whole file, -1 unknown */
};

struct stage {
	struct newfile file;		/* file.fd, file.tmp */
	char *side;			/* path of NAME.resume */
	int64_t size;			/* bytes of the file so far, written or on their way to it */
	bool noted;			/* the side file is there */
	struct version version;
};

/* stage_open - lock the .part of name in dir (hidden: with a dot in front); -1 with E_BUSY while another process
 * has it, E_ENV. */
int	stage_open(struct stage *s, const char *dir, bool hidden, const char *name, struct err *e);

/* stage_resumable - whether what is there belongs to this request and can be continued; sets size and version.
 * Requests without a checksum are never continued from an earlier run: nothing would prove that the parts fit. */
bool	stage_resumable(struct stage *s, const struct request *r);

/* stage_reset - begin the .part anew; nothing may be on its way to it. */
int	stage_reset(struct stage *s, struct err *e);

/* stage_write - put size bytes at the offset at; from any thread, as it changes nothing in s. *full is set when the
 * disk is. */
int	stage_write(const struct stage *s, const void *data, size_t size, int64_t at, bool *full, struct err *e);

/* stage_write_back - let the disk begin with a part of the file now, so that the sync at the end is short. */
void	stage_write_back(const struct stage *s, int64_t from, int64_t size);

/* stage_touch - an earlier run has written all of it: the combiner takes the time stamp for the time of arrival. */
int	stage_touch(const struct stage *s, struct err *e);

/* stage_note - write the side file, if there is anything to note. A failure only costs a later continuation. */
void	stage_note(struct stage *s, const struct request *r);

/* stage_validator - what If-Range takes: the ETag, else Last-Modified, else NULL. */
const char	*stage_validator(const struct stage *s);

/* stage_publish - give the complete and synced file its name; see newfile_publish. */
int	stage_publish(struct stage *s, const char *path, struct err *e);

/* stage_close - remove the .part (unless published) and the side file; with keep, leave them for a later run when
 * they can be continued. Safe on all-zero. */
void	stage_close(struct stage *s, const struct request *r, bool keep);

#endif
