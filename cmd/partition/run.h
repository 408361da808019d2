#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/opts.h"
#include "base/digest.h"
#include "config.h"
#include "event.h"
#include "granule/finallog.h"
#include "group.h"
#include "intake.h"
#include "place/engine.h"
#include "place/notify.h"
#include "place/tokens.h"
#include "plan.h"
#include "tree.h"
#include "worklists.h"

/*
 * A run, from lists to a plan: what it was told, what it is about, what it holds. load.c fills in the lines, open.c
 * opens what jobs need, make.c makes granules, work files and the plan; main.c submits it.
 */

#define RUN_STAMP_SIZE 20		/* YYYY_MM_DD_HH_MM_SS and its NUL */

/* Who speaks in the lines of run_log. */
#define RUN_INFO "partition_and_submit - INFO"
#define RUN_GROUP_INFO "partition - INFO"
#define RUN_GROUP_ERROR "partition - ERROR"

enum { RUN_LOG_PROCESSED, RUN_LOG_WAITING };	/* sections of the final_log line */

struct run {
	struct opts o;
	const char *prefix, *engine, *config, *tokens, *pending, *lists, *to, *announce, *job_root, *logs, *records;
	const char *resume, *uid_given, *time_given, *engine_given;
	long arrays, batch, wait;
	bool is_event;
	int nargs;
	char **args;
	/* how it speaks; set by main */
	void (*log)(const char *line);
	void (*info)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
	void (*complain)(struct run *r, const struct err *e);	/* a failure that is not the end of the run */
	struct intake_told told;
	group_replaced *on_replaced;
	tree_complain *on_bad_name;
	tokens_tell *on_tokens;
	engine_ended *on_engine;
	/* what the run is about */
	const struct dataset *ds;
	enum ptype type;
	struct event ev;
	struct intake in;
	struct groups gr;
	struct waiting waiting;
	struct cut cut;
	char uid[UID_SIZE], stamp[RUN_STAMP_SIZE];
	char *root, *outdir;		/* absolute */
	char *pool_place, *job_pool, *state, *log_dir;	/* job_pool: as jobs see it */
	char *store, *topic, *log_place;	/* as jobs, and those who resume, are to open them; NULL without */
	/* what it holds */
	struct config *conf;
	struct engine *en;
	struct strlist env;		/* of the jobs' programs */
	struct tokens *pool;		/* NULL: none are needed */
	struct tokens_grant grant;
	int licenses;			/* tokens, as the reference counts them */
	bool granted;			/* tokens are to be given back unless there is a plan */
	int lock;			/* of the dataset; -1 = not held */
	struct worklists work;
	struct plan plan;
	bool planned;			/* the plan is written: from here on nothing is undone */
	/* how it goes */
	struct finallog log_text;
	struct notify notify;
	size_t complaints, replaced;	/* bad lines, and lines that later ones replace */
	size_t ended, failed;		/* elements of jobs run here */
	bool incomplete;		/* jobs that were run here have failed */
	int status;
};

/* run_log - a line in the form of the reference system, which metrics tools read; only with --final-log. */
void	run_log(const struct run *r, const char *origin, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* run_undo - give tokens and waiting lists back and remove work files, unless the plan is written. */
void	run_undo(struct run *r);

void	run_fini(struct run *r);

/* load.c: the time and the id of the run; the message of a queue; the lines of all lists. 0, or -1. */
int	load_time(struct run *r, struct err *e);
int	load_uid(struct run *r, struct err *e);
int	load_event(struct run *r, struct err *e);
int	load_lists(struct run *r, struct err *e);

/* open.c: -1 with E_USAGE or E_ENV. open_places: what jobs get, absolute. open_engine: plan is the path of the plan,
 * its state file lies beside it. */
int	open_root(struct run *r, struct err *e);
int	open_places(struct run *r, struct err *e);
int	open_config(struct run *r, struct err *e);
int	open_engine(struct run *r, const char *place, const char *plan, struct err *e);
int	open_tokens(struct run *r, const char *place, struct err *e);
int	open_pool(struct run *r, struct err *e);

/* make.c: granules from lines; tokens (1, 0 when too few are free, -1); work files and plan. */
int	make_granules(struct run *r, struct err *e);
size_t	make_count(const struct run *r);
int	make_acquire(struct run *r, struct err *e);
int	make_plan(struct run *r, struct err *e);

#endif
