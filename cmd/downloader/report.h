#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "download.h"
#include "run/run.h"

/*
 * What is told about the run: the records of files, the lines of the logs other systems read, and a summary.
 */

struct report {
	struct run *run;
	const struct dataset *ds;	/* of the run, else of its list's name, else of the first file */
	bool started;
	long lines;			/* of the list that were attempted */
	size_t unattempted, unverified;
};

extern const char *const report_sections[];	/* of the final_log line */

/* report_init - after run_open. */
void	report_init(struct report *p, struct run *r);

/* report_begin - a line is a file of ds, to be fetched. */
void	report_begin(struct report *p, const struct dataset *ds);

/* report_bad - a line is none; raw: as list_next gave it, with LIST_BAD. */
void	report_bad(struct report *p, const char *line, bool raw, const struct err *why);

/* report_done - a file is through; for struct download_conf, with the report as ctx. */
void	report_done(void *ctx, struct download *f);

/* report_undone - a line was not attempted because the run ended early. */
void	report_undone(struct report *p, const char *line);

/* report_end - the summary, and the lines of the logs but the last; d is NULL in a dry run. */
void	report_end(struct report *p, const struct downloads *d);

#endif
