#ifndef PURGER_H
#define PURGER_H

#include "place/bundle.h"
#include "run/run.h"
#include "rules.h"
#include "sweep.h"

/*
 * A run of the purger: first what must be known before anything is removed (ahead), then rule by rule the sweep, which
 * tells what it finds (tell), and puts into a bundle what is to be archived.
 */

#define LOG_PURGER "purger - INFO"

struct purger {
	struct run run;
	const char *config, *only, *now, *until_free, *archive_to;
	struct strlist operations;
	bool yes, print_config;
	struct rules rules;
	struct sweep sweep;
	struct bundle bundle;
	size_t deleted, archived, kept;
	uint64_t freed;			/* bytes */
	uint64_t *disk;			/* --until-free: what files of each age in hours take */
};

/* tell_error - to operators. */
void	tell_error(struct purger *p, const struct err *e);

/* tell_found - what the sweep finds: what is to be archived goes into the bundle, of the rest it is the last word.
 * tell_member, tell_log - what the bundle says. */
sweep_tell	tell_found;
void	tell_member(void *ctx, const char *path, const struct stat *st, const char *url, const struct err *why);
void	tell_log(void *ctx, const char *what, const char *name);

/* ahead_ranks - find the youngest of the rules that keep some. */
void	ahead_ranks(struct purger *p);

/* ahead_age - of --until-free, the least age that makes enough room when all that is as old goes; -1 with E_USAGE,
 * E_ENV. */
int	ahead_age(struct purger *p, struct err *e);

#endif
