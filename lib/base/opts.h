#ifndef OPTS_H
#define OPTS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

/*
 * The options that mean the same in every executable, and the job list of an array job. A program puts
 * OPTS_COMMON_LONG into its table and OPTS_COMMON_SHORT into its short options, and hands what it does not know
 * itself to opts_common().
 */

struct opts {
	const char *root;		/* --root, GENERATE_ROOT, or ./generate-data */
	const char *outdir;		/* -o: results flat into this directory; NULL without */
	const char *dataset;		/* -d as written; NULL without */
	const char *type;		/* -t as written; NULL without */
	const char *notify;		/* --notify place; NULL without */
	const char *job;		/* --job list file; NULL outside job mode */
	long index;			/* --index; -1 = from the engine's environment */
	long attempts;			/* --attempts: the engine's tries at a job */
	int jobs;			/* -j: parallel workers; 0 = the program's default */
	char sep;			/* '\n', or '\0' with -0 */
	bool dry_run, json, strict;
	bool final_log;			/* print the final_log line: --final-log, or job mode */
};

#define OPTS_DEFAULTS { .index = -1, .attempts = 3, .sep = '\n' }

/* Values of long options without a letter; a program's own begin at OPT_OWN. */
enum {
	OPT_HELP = 256, OPT_VERSION, OPT_ROOT, OPT_NOTIFY, OPT_JOB, OPT_INDEX, OPT_ATTEMPTS, OPT_JSON,
	OPT_STRICT, OPT_FINAL_LOG, OPT_PROGRESS, OPT_NO_PROGRESS, OPT_OWN
};

#define OPTS_COMMON_SHORT "0d:j:no:qt:v"

#define OPTS_COMMON_LONG \
	{ "null", no_argument, NULL, '0' }, \
	{ "dataset", required_argument, NULL, 'd' }, \
	{ "jobs", required_argument, NULL, 'j' }, \
	{ "dry-run", no_argument, NULL, 'n' }, \
	{ "output", required_argument, NULL, 'o' }, \
	{ "quiet", no_argument, NULL, 'q' }, \
	{ "type", required_argument, NULL, 't' }, \
	{ "verbose", no_argument, NULL, 'v' }, \
	{ "root", required_argument, NULL, OPT_ROOT }, \
	{ "notify", required_argument, NULL, OPT_NOTIFY }, \
	{ "job", required_argument, NULL, OPT_JOB }, \
	{ "index", required_argument, NULL, OPT_INDEX }, \
	{ "attempts", required_argument, NULL, OPT_ATTEMPTS }, \
	{ "json", no_argument, NULL, OPT_JSON }, \
	{ "strict", no_argument, NULL, OPT_STRICT }, \
	{ "final-log", no_argument, NULL, OPT_FINAL_LOG }, \
	{ "progress", no_argument, NULL, OPT_PROGRESS }, \
	{ "no-progress", no_argument, NULL, OPT_NO_PROGRESS }, \
	{ "help", no_argument, NULL, OPT_HELP }, \
	{ "version", no_argument, NULL, OPT_VERSION }

/*
 * opts_common - take one of the common options (not OPT_HELP and OPT_VERSION, which end the program)
 *
 * Returns true when c was one. A value that cannot be right ends the program with ST_USAGE.
 */
bool	opts_common(struct opts *o, int c, const char *arg);

/* opts_finish - fill in the environment's defaults after the last option. */
void	opts_finish(struct opts *o);

/* opts_help - print the lines of the common options for usage(). */
void	opts_help(FILE *fp);

/* opts_workers - the number of parallel workers: -j, or the number of processors, at most max. */
int	opts_workers(const struct opts *o, int max);

/*
 * Identity of the run: GENERATE_JOB_ID (our own engines set it), AWS_BATCH_JOB_ID, SLURM_JOB_ID or the process id.
 * opts_job_id is as the engine writes it; opts_run_id has '-' for ':', '_' and '.', because readers of log names split
 * on these. Static buffers.
 */
const char	*opts_job_id(void);
const char	*opts_run_id(void);

/* opts_index - the element of the job list to work on: --index, or the engine's array index
 * (AWS_BATCH_JOB_ARRAY_INDEX, SLURM_ARRAY_TASK_ID, GENERATE_ARRAY_INDEX), or 0; -1 with E_USAGE if unreadable. */
long	opts_index(const struct opts *o, struct err *e);

/*
 * opts_job_items - the strings of element opts_index of the job list o->job, a JSON array of strings or of arrays
 * of strings
 *
 * Returns 0, or -1 with E_USAGE when the list is missing, malformed or has no such element.
 */
int	opts_job_items(const struct opts *o, struct strlist *items, struct err *e);

/* opts_job_status - status as an engine should see it: on the last attempt of a job ST_SOME counts as done, so that
 * dependants of the good items run; not with --strict. */
int	opts_job_status(const struct opts *o, int status);

#endif
