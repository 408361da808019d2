#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "granule/dataset.h"

/*
 * What runs a job: the commands and resources of job_config.json (generate-plan(5)), or those built in, which call the
 * programs of this package.
 */

enum component { COMP_DOWNLOADER, COMP_COMBINER, COMP_PROCESSOR, COMP_UPLOADER, COMP_RETURNER, COMP_COUNT };

/* component_name - downloader, ..., license-returner. */
const char	*component_name(enum component c);

struct config;

/* config_open - parse a text of job_config.json; NULL text: what is built in. name is for messages. NULL with E_USAGE
 * (with the place of the mistake) or E_ENV. */
struct config	*config_open(const char *text, const char *name, struct err *e);

/* config_load - the same of a file or an object; names the members nobody asks for. NULL place: what is built in. */
struct config	*config_load(const char *place, struct err *e);

void	config_free(struct config *c);

/* What stands for the placeholders of commands. */
struct config_values {
	const char *input_list;		/* name of the job list */
	const char *input_path;		/* ... and its path, as the jobs see it */
	bool single;			/* the list has one element: -235 becomes 0 */
	const char *prefix, *unique_id, *root, *pool, *to, *announce;	/* "" = none */
};

/* What a job is, ready to be submitted. */
struct command {
	struct strlist argv;
	double cpus;
	long memory;			/* MiB */
	char *share;			/* owned */
};

/*
 * config_command - the command of a component
 *
 * t		PTYPE_COUNT: of the downloader, for unmatched files
 * program	whether argv begins with the program (engines that are no containers)
 *
 * Returns 1; 0 when there is no such component in the configuration (or, built in, nothing to upload to); -1 with
 * E_USAGE when it must be there: the downloader of unmatched files, the license-returner.
 */
int	config_command(const struct config *c, enum component comp, const struct dataset *ds, enum ptype t,
	    const struct config_values *v, bool program, struct command *out, struct err *e);

void	command_fini(struct command *c);

#endif
