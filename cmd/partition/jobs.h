#ifndef JOBS_H
#define JOBS_H

#include "base/err.h"
#include "granule/dataset.h"
#include "partition.h"
#include "plan.h"
#include "worklists.h"

/*
 * From the arrays of a run to its jobs: a chain downloader - combiner - processor - uploader for each array, element by
 * element; a license-returner for each type when all processors of it have ended; downloaders of unmatched files. What
 * runs a job, and with how much, says job_config.json (generate-plan(5)), or what is built in, which calls the programs
 * of this package.
 */

enum component { COMP_DOWNLOADER, COMP_COMBINER, COMP_PROCESSOR, COMP_UPLOADER, COMP_RETURNER, COMP_COUNT };

struct config;

/* config_open - parse a text of job_config.json; NULL text: what is built in. name is for messages. NULL with E_USAGE,
 * with the place of the mistake. */
struct config	*config_open(const char *text, const char *name, struct err *e);
void	config_free(struct config *c);

/* config_load - config_open of a file or object, with a remark about what is unknown; NULL place: what is built in. */
struct config	*config_load(const char *place, struct err *e);

/* What stands for the placeholders of commands. */
struct values {
	const char *list, *path;	/* name of the job list, and its path as jobs see it */
	bool single;			/* the list has one element: -235 becomes 0 */
	const char *prefix, *uid, *root, *pool, *to, *announce;	/* "" = none */
};

/*
 * config_command - set arguments, processors, memory and share of a component's job
 *
 * t		PTYPE_COUNT: of the downloader, for unmatched files
 * program	whether its arguments begin with the program (engines that are no containers)
 *
 * Returns 1; 0 when there is no such component in the configuration (or, built in, nothing to upload to); -1 with
 * E_USAGE when it must be there: the downloader of unmatched files, the license-returner.
 */
int	config_command(const struct config *c, enum component comp, const struct dataset *ds, enum ptype t,
	    const struct values *v, bool program, struct engine_job *job, struct err *e);

/* jobs_dirs - where the lists go: the tree, or -o; nowhere in a dry run. */
int	jobs_dirs(const struct partition *p, struct worklists *w, struct err *e);

/*
 * jobs_make - fill *plan, all-zero before but for its path, pool, number of granules and lists of names
 *
 * container	the engine adds the program, and names are as the reference's
 *
 * Returns 0; -1 with E_USAGE when the configuration lacks something, or a program is not there.
 */
int	jobs_make(const struct partition *p, const struct worklists *w, const struct cut *cut,
	    const struct config *config, bool container, struct plan *plan, struct err *e);

/* jobs_log - what log lines and the final_log line say of a plan made with so many tokens. */
void	jobs_log(struct partition *p, const struct worklists *w, const struct plan *plan, int tokens,
	    bool refined_only);

#endif
