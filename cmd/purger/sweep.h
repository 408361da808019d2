#ifndef SWEEP_H
#define SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "rules.h"

/*
 * Looking through the tree by the rules, in their order, and removing what they take. Each name belongs to the first
 * rule that takes it. Directories are read in blocks of names, so memory does not depend on their size; the names of a
 * block are looked at and removed in parallel, and told in order.
 *
 * Everything happens below the descriptor of the root and through no link: a directory is opened from the one above it,
 * and only if it is one; a link is removed as a link.
 */

enum outcome {
	PASSED,				/* no rule takes it, or it has gone */
	TAKEN,				/* removed (dry run: would be); by a rule that archives: found */
	KEPT,				/* a rule takes it, but it has to stay: for the reason in e */
	FAILED
};

struct finding {
	const struct rule *rule;
	const char *path;		/* below the root */
	enum outcome outcome;
	double age;			/* hours, not below 0 */
	uint64_t bytes, disk;		/* size, and what it takes on the disk; of a directory with all below */
	const char *url;		/* of the archive it is in; NULL without */
	struct err e;			/* of KEPT and FAILED */
};

/* What is told about everything that is not PASSED; false ends the rule. */
typedef bool	sweep_tell(void *ctx, const struct finding *f);

struct sweep {
	const struct rules *rules;
	int root;			/* descriptor */
	int64_t now;
	bool dry_run;
	bool compat;			/* the holding tank by dates */
	bool ranking;			/* all that match are taken, whatever their age */
	double min_age;			/* hours; younger than that stays whatever the rules say */
	struct pool *pool;
	sweep_tell *tell;
	void *ctx;

	/* its own */
	size_t at;			/* the rule and */
	int pattern;			/* the pattern being worked on */
	bool ended;
	char path[4096];		/* of the directory being read, below the root */
	struct block *block;
};

/* sweep_rule - rule i; the rules before it only say what is theirs. */
void	sweep_rule(struct sweep *s, size_t i);
void	sweep_fini(struct sweep *s);

#endif
