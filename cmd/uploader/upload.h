#ifndef UPLOAD_H
#define UPLOAD_H

#include <stdbool.h>

#include "base/pool.h"
#include "granule/dataset.h"
#include "place/store.h"
#include "place/topic.h"
#include "run/item.h"

/*
 * One granule: stored, then announced. The granule's file goes first, its sidecar NAME.nc.md5 second, the notification
 * last, and the journal records it. Each step that an earlier run has done is found done; a kill costs the step it
 * hits.
 */

/* What holds for all granules of a run. */
struct uploader {
	struct store *store;
	struct topic *topic;		/* NULL: nothing is announced */
	const struct dataset *ds;	/* only granules of this one; NULL = any */
	enum ptype type;		/* of all granules; PTYPE_COUNT = as their directories tell */
	const char *trace;
	bool again;			/* store and announce although that is done */
	bool legacy_time;
	bool dry_run;
};

enum upload_step {			/* that a granule has reached, or failed in */
	STEP_SIDECAR,			/* it has no checksum file */
	STEP_STORE, STEP_CHECKSUM,	/* storing the granule's file, and its checksum file */
	STEP_ANNOUNCE
};

struct upload {
	struct task task;			/* of the pool; first */
	void *owner;			/* of the task */
	struct item item;		/* skipped: an earlier run has done it all */
	char *path;			/* of NAME.nc; owned */
	size_t number;			/* place in the list, for reports in its order */
	enum upload_step step;
	const struct dataset *ds;	/* NULL when the name is not a granule's */
	enum ptype type;		/* PTYPE_COUNT when unknown */
	bool stored;			/* this run has stored the granule's file */
	bool announced;			/* ... and has announced it */
	char *key, *url;		/* of the object; owned, NULL when it failed before */
	char *message;			/* the notification; owned, NULL when none was made */
};

/* upload_new - for path, which is copied. */
struct upload	*upload_new(const char *path, size_t number);
void	upload_free(struct upload *u);

/* upload_run - do it; the outcome is in *u and its record. Several threads may run granules of the same uploader. */
void	upload_run(const struct uploader *c, struct upload *u);

#endif
