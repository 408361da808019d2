#ifndef RUN_H
#define RUN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/newfile.h"
#include "base/list.h"
#include "base/prog.h"
#include "base/str.h"
#include "granule/dataset.h"
#include "granule/finallog.h"
#include "granule/layout.h"
#include "place/notify.h"
#include "run/item.h"
#include "run/options.h"

/*
 * The run of a program: what all of them do alike. A program keeps its own options in a struct that begins with the
 * run; its main file is the rows of these options and the work on one item:
 *
 *	int
 *	main(int argc, char *argv[])
 *	{
 *		struct processor p = {0};
 *		struct err e;
 *
 *		run_begin(&p.run, argc, argv, &program);
 *		check_options(&p);			what is wrong usage: run_usage
 *		if (run_open(&p.run, &e) < 0)		own places may follow
 *			return run_abort(&p.run, &e);
 *		run_list(&p.run, work);			or a loop of its own over run.in, with run_put
 *		return run_end(&p.run, "print_final_log");
 *	}
 *
 *
 * Under --dry-run the frame opens neither --failed nor --notify and logs nothing, so programs need not ask.
 */

struct run;

struct program {
	const char *usage;		/* "usage: NAME ...", then what it does; the options follow by themselves */
	const struct option_row *rows;	/* its own, OPT_END last */
	unsigned common;		/* COMMON_... of the common ones that it takes */
	const char *subject;		/* of its message to operators */
	const char *const *sections;	/* of its final_log line; NULL without */
	const char *times;		/* origin of the log line that tells the execution time; NULL without */
	bool own_mail;			/* it writes the message itself, else run_put adds a line per failed item */
	void (*bad_line)(struct run *r, const struct err *e);	/* of its list, that was named; NULL without */
};

struct run {
	/* Common options; what a program does not take has its default. */
	const char *root;		/* --root, GENERATE_ROOT, or ./generate-data */
	const char *outdir;		/* -o: results flat into this directory; NULL without */
	const struct dataset *ds;	/* -d, or what the name of the job list tells; NULL without */
	enum ptype type;		/* -t, likewise; PTYPE_COUNT without */
	const char *job;		/* --job list file; NULL outside job mode */
	long index;			/* element of the job list: --index, or the engine's array index */
	long attempts;			/* --attempts: tries the engine gives a job */
	long jobs;			/* -j: parallel workers; 0 = the program's default */
	char sep;			/* between records: newline, or NUL with -0 */
	bool dry_run, json, strict;
	bool final_log;			/* print log lines that other systems read: --final-log, or job mode */
	const char *failed_path, *notify_place;
	const char *dataset_text, *type_text;	/* -d and -t as written; NULL without */
	bool no_items;			/* set by the program before run_open: this run reads no list */
	bool null, quiet, verbose, progress, no_progress, help, version;

	/* The run */
	const struct program *program;
	char **args;			/* arguments that are no options */
	int nargs;
	struct list_in in;		/* the items; set by run_open */
	struct strlist elements;	/* of the job list, where they are the items */
	struct notify notify;
	struct newfile failed;
	struct finallog log;
	double began;			/* clock_steady() */

	pthread_mutex_t lock;		/* of all below, held by run_put and run_error */
	size_t done, skipped, waiting, nfailed, bad_lines;
	int status;
	bool stop;			/* going on is pointless: output or list lost, or credentials refused */
	bool crowd;			/* set by programs with very many records: one may wait 0.1 s for the next */
	double flushed;			/* clock_steady() */
};

/*
 * run_begin - name, signals, descriptors and options; p is the program's struct and begins with the run
 *
 * Ends the program for --help, --version and wrong usage.
 */
void	run_begin(struct run *p, int argc, char *argv[], const struct program *program);

/* run_usage - wrong usage that only the program itself can see: message, pointer to --help, status 2. */
_Noreturn void	run_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* run_need_identity - in job mode the type must be known, and the dataset where each item does not tell it: wrong usage
 * if neither options nor the name of the job list do. */
void	run_need_identity(const struct run *r, bool dataset);

/* run_open - open --notify and --failed, and the items: arguments, standard input, or the element of the job list.
 * Returns 0; -1 with E_USAGE or E_ENV, to be handed to run_abort. */
int	run_open(struct run *r, struct err *e);

/* run_set_items - these strings are the items (of a job whose element does not name them directly); taken over. */
void	run_set_items(struct run *r, struct strlist *items);

/* run_goes_on - whether to begin another item: no signal, and nothing that makes going on pointless. */
bool	run_goes_on(struct run *r);

/* Work on an item: > 0 done, 0 nothing to do (skipped), < 0 failed with it->err. It fills in outputs and its own pairs;
 * a state it sets itself (waiting, quarantined) stays. */
typedef int	run_work(struct run *r, const char *line, struct item *it);

/* run_next - the next item, valid until the one after it; bad lines are said and passed over. NULL when there is none,
 * or no other is to be begun. */
char	*run_next(struct run *r);

/* run_list - work on the items one by one, and put their records. */
void	run_list(struct run *r, run_work *work);

/* run_put - print an item's record, count it, and note a failure on standard error, in --failed and in the message to
 * operators; it is item_fini'd. Any thread may call it. */
void	run_put(struct run *r, struct item *it);

/* run_progress - draw how far the run is: items done of all once the list is known to its end, those begun, of which
 * as many are under way as there are workers (-j), bytes so far and their rate; what, if any, names the item. Any
 * thread. */
void	run_progress(struct run *r, size_t begun, size_t workers, uint64_t bytes, const char *what);

/* run_error - a failure that is none of an item: said, and in the status. Any thread. */
void	run_error(struct run *r, const struct err *e);

/* run_status - the status is this now, whatever failed. Any thread. */
void	run_status(struct run *r, int status);

/* run_bad_line - a failure without a record: the line that in has returned last is none. The first twenty of a run are
 * named, the others counted at its end. Returns whether it was named. Any thread. */
bool	run_bad_line(struct run *r, const struct list_in *in, const struct err *e);

/* run_failed_line - one more line of --failed, for items that were never begun. */
void	run_failed_line(struct run *r, const char *line);

/*
 * Oddities of input that foreigners made (answers of services, messages, old files): they are passed over. The first is
 * kept, the others are counted (and told under -v). run_oddities says it in one warning and forgets it; with --strict
 * that is a failure.
 */
struct oddities {
	size_t n;
	char first[ERR_MSGMAX];
};

void	oddity(struct oddities *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void	run_oddities(struct run *r, struct oddities *o);

/* run_path - where a result of this name goes: flat into -o, else to its place in the tree. -1 with E_DATA when that is
 * too long. */
int	run_path(const struct run *r, enum layout what, const struct dataset *ds, enum ptype t, int64_t time,
	    const char *name, char out[LAYOUT_SIZE], struct err *e);

/* run_quarantine - move a bad input into dir or, when that is NULL and path lies in the tree, to this place of the
 * tree, with the reason beside it; say so, also in this section of the final_log line. Whether it was moved: not in a
 * dry run, nor when it has to stay. */
bool	run_quarantine(struct run *r, const char *dir, enum layout place, size_t section, const char *path,
	    const char *reason);

/* run_log - the line "ORIGIN : TEXT", if log lines are asked for. run_log_job - the fields job_id, job_index and
 * json_file of the final_log line; none is what stands for no job list, NULL nothing. */
void	run_log(const struct run *r, const char *origin, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void	run_log_job(struct run *r, const char *none);

/* run_end - finish --failed, send the message, print the final_log line of routine (NULL without), flush standard
 * output, free. Returns the exit status. run_abort - the same for a run that could not begin. */
int	run_end(struct run *r, const char *routine);
int	run_abort(struct run *r, const struct err *e);

/* run_workers - the number of parallel workers: -j, or the number of processors, at most max. */
int	run_workers(const struct run *r, int max);

#endif
