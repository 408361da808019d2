#ifndef WORK_H
#define WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cut.h"
#include "granule/dataset.h"
#include "group.h"
#include "lines.h"
#include "outbox.h"

/*
 * The work files of a run: download lists, and the job lists of downloader, combiner and processor, with the names,
 * order and format of the reference system (generate-plan(5)). The uploader uses the processor's.
 */

#define WORK_NAME_SIZE 256
#define WORK_UNMATCHED "unmatched"	/* stands where a type stands in names */

enum work_index { WORK_DOWNLOADS, WORK_COMBINER, WORK_PROCESSOR };	/* also the directories of the outbox */

struct work {
	const struct dataset *ds;
	const char *stamp;		/* YYYY_MM_DD_HH_MM_SS */
	const char *uid;
	size_t batch;			/* granules of a job */
	size_t array_max;		/* jobs of an array, by the engine */
};

/* An array of jobs, as far as its files say. */
struct work_array {
	enum ptype type;		/* PTYPE_COUNT: unmatched files */
	size_t number;			/* within its type */
	size_t jobs;
	bool downloads;			/* there is a downloader index */
};

struct work_result {
	struct work_array *array;	/* quicklook, refined, unmatched */
	size_t n, cap;
	size_t downloads;		/* lines written */
};

/* work_index_name - name of a job list. */
int	work_index_name(const struct work *w, enum work_index what, enum ptype type, size_t array,
	    char out[WORK_NAME_SIZE], struct err *e);

/* work_write - write all files into box; the caller commits. box may be NULL to see what there would be. */
int	work_write(const struct work *w, const struct lines *l, const struct groups *gr, const struct cut *cut,
	    struct outbox *box, struct work_result *out, struct err *e);

void	work_result_fini(struct work_result *r);

#endif
