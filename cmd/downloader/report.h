#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "download.h"
#include "run/run.h"

/*
 * What is told about the run: the record of a file, and the lines of the logs other systems read.
 */

struct report {
	struct run *run;
	const struct dataset *ds;	/* of the run, else of its list's name; NULL: of the first file */
	bool started;
	long lines;			/* of the list that were attempted */
};

extern const char *const report_sections[];	/* of the final_log line */

/* report_init - after run_open. */
void	report_init(struct report *p, struct run *r);

/* report_start - the lines at the start, once; ds is the first file's. */
void	report_start(struct report *p, const struct dataset *ds);

/* report_processed, report_failed - for the final_log line: a line of the list that is done, the name of a file that
 * failed. */
void	report_processed(struct report *p, const char *line);
void	report_failed(struct report *p, const char *name);

/* report_end - the lines at the end but the last. */
void	report_end(struct report *p);

/* report_item - the record of a file that is done or failed; f stays the owner of the line. */
void	report_item(struct item *it, const struct download *f);

#endif
