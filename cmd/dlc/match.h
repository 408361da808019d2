#ifndef MATCH_H
#define MATCH_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "granule/dataset.h"

/* Which files of an answer are wanted: those of the dataset's suites, or those an expression matches. */

struct match {
	const struct dataset *ds;
	enum ptype type;		/* PTYPE_COUNT: both */
	bool has_pattern;
	regex_t pattern;
};

enum match_result {
	MATCH_YES,
	MATCH_NO,			/* a file of another kind */
	MATCH_BAD			/* its name does not say when it is of */
};

/* match_init - pattern is a POSIX extended regular expression for names, or NULL; -1 with E_USAGE when it is none. */
int	match_init(struct match *m, const struct dataset *ds, enum ptype type, const char *pattern, struct err *e);
void	match_fini(struct match *m);

enum match_result	match_name(const struct match *m, const char *name);

/* match_time - UTC seconds of the begin of the granule; false when the name has no valid time. */
bool	match_time(const char *name, int64_t *t);

#endif
