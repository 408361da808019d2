#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/opts.h"
#include "base/str.h"
#include "granule/dataset.h"
#include "place/notify.h"
#include "upload.h"

/*
 * What a run tells about itself at its end: the final_log line for metrics, and the message to operators when granules
 * failed. Both are in the order of the list, whatever order the granules were finished in.
 */

#define REPORT_MAX 500			/* granules named in one section of the operators' message */

struct report_entry {
	size_t number;			/* place in the list */
	char *path;
	enum upload_state state;
	enum upload_step step;		/* that failed */
	bool stored;			/* by this run */
};

struct report {
	bool all;			/* keep all granules, for the final_log line; else only those that failed */
	struct report_entry *entry;
	size_t n, cap;
	size_t nstored, nfailed;
	const struct dataset *ds;	/* of the job, else of the first granule; NULL = none seen */
	enum ptype type;
};

/* report_add - take note of a granule's outcome; -1 with E_ENV. */
int	report_add(struct report *r, const struct upload *u, struct err *e);

/* report_sort - bring the entries into the order of the list. */
void	report_sort(struct report *r);

/*
 * report_final_log - the final_log line, owned by the caller; NULL with E_ENV
 *
 * sources	names of the input files of the job, for the provenance; may be empty
 * not_found	times of the job that have no granule
 */
char	*report_final_log(const struct report *r, const struct opts *o, const struct strlist *sources, size_t not_found,
	    struct err *e);

/* report_failures - add the text for operators; nothing when no granule failed. */
void	report_failures(const struct report *r, struct notify *n);

void	report_fini(struct report *r);

#endif
