#ifndef TREE_H
#define TREE_H

#include "base/err.h"
#include "base/str.h"
#include "granule/dataset.h"
#include "group.h"

/*
 * What partition finds in the shared tree: SST files that were downloaded earlier, and the lists of quicklook granules
 * that the combiner keeps waiting for a companion.
 *
 * A waiting list belongs to the run that has renamed it to LIST.claimed-UID. The plan of that run names it, and it is
 * removed when the plan's jobs are submitted. A list claimed by a run that never got as far as a plan belongs to the
 * next run. While a list is claimed and until the plan is written, the run holds the lock of the dataset.
 */

/* tree_make - create the directories the programs expect. */
int	tree_make(const char *root, const struct dataset *ds, struct err *e);

/* tree_lock - wait for the lock of the dataset; returns its descriptor, -1 with E_ENV, E_SIGNAL. close(2) unlocks. */
int	tree_lock(const char *root, const struct dataset *ds, struct err *e);

/* tree_sst_times - times of all SST files of the type that are on disk, sorted. None when there is no directory. */
int	tree_sst_times(const char *root, const struct dataset *ds, enum ptype t, struct times *out, struct err *e);

/* tree_find - add the names in dir that have part in them to found, sorted. None when there is no such directory. */
int	tree_find(const char *dir, const char *part, struct strlist *found, struct err *e);

struct waiting {
	struct strlist files;		/* claimed paths */
	struct strlist names;		/* of SST files, in the order read */
	struct times times;		/* theirs, sorted */
	size_t bad;			/* lines that are no such names */
};

/* tree_complain - told of a line that is no name of an SST file of the dataset. */
typedef void	tree_complain(void *ctx, const struct err *e);

/*
 * tree_claim - claim and read the waiting lists of quicklook; the lock is held
 *
 * look		true: read them as they are, claim nothing
 *
 * Returns 0 (also when there are none), or -1 with E_ENV; what was claimed is then in *w and to be restored.
 */
int	tree_claim(const char *root, const struct dataset *ds, const char *uid, bool look, struct waiting *w,
	    tree_complain *complain, void *ctx, struct err *e);

/* tree_restore - give claimed lists their names back; lines that came meanwhile stay. */
int	tree_restore(const struct strlist *files, struct err *e);

/* tree_drop - remove claimed lists: their granules are in submitted jobs. */
int	tree_drop(const struct strlist *files, struct err *e);

void	waiting_fini(struct waiting *w);

#endif
