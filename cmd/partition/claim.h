#ifndef CLAIM_H
#define CLAIM_H

#include "base/err.h"
#include "base/str.h"
#include "group.h"
#include "partition.h"

/*
 * What partition finds in the shared tree: SST files that were downloaded earlier, and the lists of granules that
 * the combiner keeps waiting for a companion.
 *
 * A waiting list belongs to the run that has renamed it to LIST.claimed-UID. The plan of that run names it, and it is
 * removed when the plan's jobs are submitted. A list claimed by a run that never got as far as a plan belongs to the
 * next run. While a list is claimed and until the plan is written, the run holds the lock of the dataset.
 */

/* claim_is_of - whether path is that of a list which the run with that id has claimed. */
bool	claim_is_of(const char *path, const char *uid);

/* claim_root - the tree, and where its plans are. -1 with e set. */
int	claim_root(struct partition *p, const char *root, struct err *e);

/* claim_lock - make the directories that programs expect, and wait for the lock of the dataset; returns its descriptor,
 * -1 with E_ENV, E_SIGNAL. close(2) unlocks. */
int	claim_lock(const struct partition *p, struct err *e);

/* claim_plan - 1 and the path, owned by the caller, of the plan that the run with that id has made; 0 and NULL without;
 * -1 with E_ENV. */
int	claim_plan(const struct partition *p, const char *uid, char **path, struct err *e);

/* claim_late - give companions without an SST file to those that were downloaded earlier. -1 with E_ENV. */
int	claim_late(const struct partition *p, const struct lines *l, struct groups *gr, struct err *e);

/*
 * claim_take - claim the waiting lists (with -t, those of that type) and add their granules; the lock is held. A dry
 * run only reads them; with -o, which leaves the tree as it is, there are none
 *
 * files	gets the claimed paths
 * names	gets names of the SST files, in the order read
 *
 * Returns 0 (also when there are none), or -1 with E_ENV; what was claimed is then to be restored.
 */
int	claim_take(struct partition *p, struct groups *gr, struct strlist *files, struct strlist *names, struct err *e);

/* claim_restore - give claimed lists their names back; lines that came meanwhile stay. */
int	claim_restore(const struct strlist *files, struct err *e);

/* claim_drop - remove claimed lists: their granules are in submitted jobs. */
int	claim_drop(const struct strlist *files, struct err *e);

#endif
