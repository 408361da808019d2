#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/file.h"
#include "granule/finallog.h"
#include "place/notify.h"
#include "download.h"

/*
 * What is told about a run besides the results: the lines of the logs other systems read, the --failed list, the
 * message to operators. Texts are returned for main to print, owned by the caller; NULL when there is nothing to
 * say, or no memory to say it with.
 */

struct report_conf {
	const char *failed;		/* --failed file; NULL: none */
	const char *notify;		/* place; NULL: none */
	bool logs;			/* the lines of the logs are wanted */
	char sep;			/* of the --failed list */
	long job_index;
	const char *job, *list;		/* base names of job list and list; NULL outside job mode */
};

struct report {
	struct report_conf conf;
	struct newfile failed;
	struct finallog log;
	struct notify notify;
	bool started;
	long done, skipped, failures, unattempted, unverified;
};

/* report_open - conf is copied, what it points to is borrowed; -1 with E_USAGE, E_ENV. report_close is safe on a
 * report that is all-zero but for failed.fd = -1. */
int	report_open(struct report *r, const struct report_conf *conf, struct err *e);
void	report_close(struct report *r);

/* report_start - the lines at the start, once; ds is NULL when the list tells of no dataset. */
char	*report_start(struct report *r, const struct dataset *ds);

/* report_good, report_failed, report_undone - count a file. The last two put its line into the --failed list; -1
 * with E_ENV when that cannot be written. report_good returns its log line. */
char	*report_good(struct report *r, const struct download *f);
int	report_failed(struct report *r, const char *line, const char *name, const struct err *why, struct err *e);
int	report_undone(struct report *r, const char *line, struct err *e);

/* report_json - the object of a finished file; NULL with E_DATA when its path is no text. */
char	*report_json(const struct download *f, struct err *e);

/* report_end - finish the --failed list; report_send - send the message to operators. */
int	report_end(struct report *r, struct err *e);
int	report_send(struct report *r, struct err *e);

/* report_final - the lines at the end; any says whether the list had lines at all. */
char	*report_final(struct report *r, bool any);

#endif
