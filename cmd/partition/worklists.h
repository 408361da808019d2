#ifndef WORKLISTS_H
#define WORKLISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/newfile.h"
#include "granule/joblist.h"
#include "group.h"
#include "lines.h"

/*
 * Granules are cut into arrays of jobs: one array works under one token, a job is the work of one array element, up to
 * `batch` granules. Their work lists are written: download lists, and the job lists of downloader, combiner and
 * processor, with the names, order and format of the reference system (generate-plan(5)). The uploader uses the
 * processor's.
 */

#define WORKLISTS_UNMATCHED_MAX 100	/* jobs of unmatched files: with more lines the jobs get larger */

struct cut {
	size_t arrays[PTYPE_COUNT];	/* number of arrays of each type; none is empty */
	int ql, r, floating;		/* tokens they hold; the rest of the grant goes back */
	bool floating_refined;		/* the floating one is held by refined */
};

/*
 * cut_tokens - how many arrays of each type
 *
 * n, f		tokens of the dataset and floating ones (0 or 1): at least one for each type that has granules
 * keys		granules of each type
 * max		most arrays of a type (an engine's limit of dependencies)
 *
 * Quicklook has priority and gets the odd and the floating token; refined alone takes half, so that a quicklook run
 * started meanwhile finds tokens. No array is empty, and no token is held without an array.
 */
struct cut	cut_tokens(int n, int f, const size_t keys[PTYPE_COUNT], size_t max);

/* A part of a list: items from..from+n-1. */
struct part {
	size_t from, n;
};

/* cut_part - part i of m items split evenly into k: the first m % k parts have one more; i < k. */
struct part	cut_part(size_t m, size_t k, size_t i);

/* cut_jobs - number of jobs of an array of n granules: ceil(n / batch), but at most max (the batches then grow). */
size_t	cut_jobs(size_t n, size_t batch, size_t max);

/* An array of jobs, as far as its lists say. */
struct array {
	enum ptype type;		/* PTYPE_COUNT: unmatched files */
	size_t number;			/* within its type */
	size_t jobs;
	bool downloads;			/* there is a list of the downloader */
};

struct worklists {
	/* what is asked for */
	const struct dataset *ds;
	const char *stamp;		/* YYYY_MM_DD_HH_MM_SS */
	const char *uid;
	size_t batch;			/* granules of a job */
	size_t array_max;		/* jobs of an array, by the engine */
	char *dir[JOBLIST_COUNT];	/* where each list goes; owned. All NULL: write nothing */
	/* what was made */
	struct array *array;		/* quicklook, refined, unmatched */
	size_t n, cap;
	size_t downloads;		/* lines written */
	struct newfiles files;
};

/* worklists_name - name of the job list of an array. */
void	worklists_name(const struct worklists *w, enum joblist what, const struct array *a,
	    char out[JOBLIST_SIZE]);

/* worklists_write - write all lists; newfiles_commit gives them their names. 0, or -1 with E_ENV. */
int	worklists_write(struct worklists *w, const struct lines *l, const struct groups *gr, const struct cut *cut,
	    struct err *e);

/* worklists_fini - release w; lists are removed unless newfiles_keep was said of w->files. Safe twice. */
void	worklists_fini(struct worklists *w);

#endif
