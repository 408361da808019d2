#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"
#include "granule/dataset.h"

/*
 * What goes when: the rules of purger.json, or those that are built in. A rule takes the names below the root that
 * match one of its patterns and are old enough. Patterns are those of the shell; '*' and '?' match neither a slash nor
 * a dot in front, and nothing is descended into that a pattern does not spell out.
 */

enum rule_type { TYPE_ANY, TYPE_FILE, TYPE_DIR };
enum age_by { AGE_MTIME, AGE_NAME, AGE_ATIME };

struct rule {
	bool off;			/* takes nothing, but what is its own stays its own */
	char *component, *entry;	/* of the configuration: downloader, logs */
	char *path;			/* directory below the root; "" is the root */
	double hours;			/* least age */
	bool archive;			/* or delete */
	struct strlist patterns, exclude;	/* relative to path */
	enum rule_type type;
	enum age_by age_by;
	bool recursive;			/* the patterns hold in every directory below path, too */
	uint64_t min_size;
	size_t keep_last;		/* so many of the youngest stay */
	double *youngest;		/* ... their ages, found out before anything is removed; owned */
	enum ptype holding;		/* only files of this type go (holding tank); PTYPE_COUNT: whatever they are */
	const char *serves;		/* ... of this dataset or instrument; "" of all; points into entry */
};

struct rules {
	struct rule *rule;
	size_t n, cap;
};

/*
 * rules_read - the rules of a file in the format of purger.json, in its order
 *
 * root		absolute name of the root: absolute paths in the file must lie below it (or below /mnt/data, where the
 *		reference system has its root); relative ones are relative to it
 *
 * Returns 0; -1 with E_USAGE when the file is missing or one of its rules is none, or would reach out of the root.
 */
int	rules_read(struct rules *r, const char *file, const char *root, struct err *e);

/* rules_default - the rules that are built in. */
void	rules_default(struct rules *r);

/* rules_only - switch off all but those of COMPONENT or COMPONENT/ENTRY; -1 with E_USAGE when there are none. */
int	rules_only(struct rules *r, const char *only, struct err *e);

/* rules_json - the rules as text in the format of purger.json, owned by the caller. */
char	*rules_json(const struct rules *r);

void	rules_free(struct rules *r);

/* rule_action - "archive" or "delete". */
const char	*rule_action(const struct rule *r);

/* rule_pattern - which of the rule's patterns takes this name below the root; -1 when none does. */
int	rule_pattern(const struct rule *r, const char *path);

/* rule_age - hours, not below 0. */
double	rule_age(const struct rule *r, const char *path, const struct stat *st, int64_t now);

/* rule_is_of - whether a rule of the holding tank is the one for files of this type and dataset. */
bool	rule_is_of(const struct rules *rules, const struct rule *r, enum ptype t, const struct dataset *ds);

#endif
