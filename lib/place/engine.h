#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "place/backend.h"

/*
 * An engine runs jobs: one program over elements first..first+size-1 of a job list, after other jobs.
 *
 *	local[:N]	a supervisor in this process: engine_run runs what was submitted, N granule groups at once (the
 *			number of processors without N), the download of the next one running ahead
 *	slurm[:PARTITION] array jobs of a Slurm cluster, by its commands
 *	batch:QUEUE	SubmitJob records for AWS Batch, sent or only written (struct engine_opts)
 *	none		nothing runs: for plans
 *
 * Callers treat all alike: open, submit every job in order, run, close. A job may depend on jobs submitted before it,
 * and on jobs another run has submitted by their ids. One thread at a time may use an engine; the local one's children
 * are killed when the thread that called engine_run ends.
 */

/* When an element of a job may start. */
enum engine_after {
	ENGINE_AFTER_SAME,	/* element k after element k of the other job has succeeded (both of equal size) */
	ENGINE_AFTER_OK,	/* after all of the other job has succeeded */
	ENGINE_AFTER_ANY	/* after all of the other job has ended, well or not, or will never run. AWS Batch has
				 * no such thing and gets ENGINE_AFTER_OK; there the error handler sees to the rest */
};

struct engine_dep {
	const char *id;		/* as engine_submit answered */
	enum engine_after after;
};

struct engine_pair {
	const char *name, *value;
};

/* A job. Everything is borrowed for the call of engine_submit. Start from ENGINE_JOB_DEFAULTS. */
struct engine_job {
	const char *name;		/* letters, digits, - and _, at most ENGINE_NAME_MAX; need not be unique */
	const char *component, *dataset, *ptype; /* downloader, aqua, quicklook; ptype and dataset may be NULL */
	int array;			/* number of the array within its ptype */
	const char *const *argv;	/* ends with NULL. argv[0] is the program: a path, or a name that is looked for
					 * beside the running executable, then in PATH. With engine_limits.container
					 * argv has no program, the job definition names it */
	int first, size;		/* elements first..first+size-1; their index is in the environment of the
					 * program as opts_index() reads it. AWS Batch knows only first = 0 */
	const struct engine_dep *deps;
	size_t ndeps;
	int parallel;			/* elements at once: 1 = one after another, in order; 0 = no limit. The first
					 * job of a chain that has no limit may also run ahead of the others (local) */
	bool stop_on_failure;		/* with parallel 1: a failed element takes the following ones with it. AWS Batch
					 * always does that, Slurm never */
	double cpus;			/* 0 = the engine's default */
	long memory;			/* MiB; 0 = the engine's default */
	long time_limit;		/* seconds an attempt may take; 0 = none */
	int attempts;			/* a failed element is tried again: status 1, 3, or a crash. Batch: as the job
					 * definition says */
	int priority;			/* 10 before 1 */
	const char *queue;		/* Slurm: partition, where the place names none; may be NULL */
	const char *definition;		/* Batch: job definition */
	const char *share;		/* Batch: share identifier; may be NULL */
	const char *license;		/* Slurm: cluster licences an element holds (generate_aqua:1); may be NULL */
	const struct engine_pair *env;	/* variables of the program, beside those it inherits */
	size_t nenv;
	const char *const *pass;	/* ends with NULL, may be NULL: secret variables it inherits all the same (all
					 * EDL_* and the keys among AWS_* are kept from jobs that do not ask) */
	const struct engine_pair *tags;	/* for people who look at the queue */
	size_t ntags;
};

#define ENGINE_JOB_DEFAULTS { .size = 1, .attempts = 3, .priority = 1 }

#define ENGINE_NAME_MAX 128

enum engine_state {
	ENGINE_UNKNOWN,		/* not a job of this engine, or it has forgotten */
	ENGINE_PENDING,
	ENGINE_RUNNING,
	ENGINE_SUCCEEDED,
	ENGINE_FAILED		/* also: cancelled, or will never run because another one failed */
};

/* Elements by how they ended; their sum is the number submitted. */
struct engine_counts {
	size_t done;		/* succeeded ... */
	size_t reused;		/* ... of these, in an earlier run of the same state file */
	size_t failed;
	size_t skipped;		/* not run: what they depend on failed */
	size_t not_run;		/* not run: the run was stopped, or the job cancelled */
};

/* One element began, ended, or is tried again (local engine). */
struct engine_event {
	enum { ENGINE_STARTED, ENGINE_ENDED, ENGINE_AGAIN } what;
	const char *id, *name;	/* of the job */
	int index, attempt;
	bool ok;		/* ENGINE_ENDED: succeeded */
	const char *reason;	/* ... or why not: "exit status 3", "signal 9", "time limit", "dependency failed" */
	const char *log;	/* file of its output; NULL without */
	double seconds;		/* of this attempt; 0 when it did not run */
};

/* engine_call - send an AWS Batch request (SubmitJob, TerminateJob, DescribeJobs, ListJobs); body and answer are JSON,
 * the answer is the caller's. NULL with E_RETRY, E_AUTH, E_DATA or E_ENV. */
typedef char	*engine_call(void *ctx, const char *operation, const char *body, struct err *e);

struct engine_opts {
	const char *run;		/* unique id of this run; names local jobs. NULL = "0" */
	const char *logs;		/* directory of the logs, one file an element; NULL: local programs write to
					 * standard error, Slurm's output is dropped */
	const char *state;		/* local: file that remembers what is done, so that a run that was killed goes
					 * on when it is run again; NULL without. E_BUSY while another run has it */
	const char *output;		/* batch: file that gets the records, "-" standard output, NULL none */
	bool compat;			/* batch: N_TO_N and SEQUENTIAL also where a job is no array, as the reference;
					 * SEQUENTIAL not for the first job of a chain */
	int grace;			/* local: seconds from SIGTERM to SIGKILL */
	int retry_delay;		/* seconds before another attempt */
	int (*stop)(void);		/* local: non-zero when the run shall end (prog_signal); may be NULL */
	void (*event)(void *ctx, const struct engine_event *ev); /* local; may be NULL */
	void *event_ctx;
	engine_call *call;		/* batch: NULL = nothing is sent, only written */
	void *call_ctx;
};

#define ENGINE_OPTS_DEFAULTS { .grace = 30, .retry_delay = 10 }

struct engine_limits {
	bool container;			/* argv without program: an entry point adds it */
	bool runs;			/* engine_run does the work; else submitted jobs live on without us */
	size_t array, deps;		/* largest size and number of dependencies of a job */
};

struct engine;

/*
 * engine_open - the engine that place names
 *
 * opts is copied, what it points to must live as long as the engine. Returns NULL with E_USAGE when there is no such
 * engine here, E_ENV when its files cannot be made, E_BUSY when another run has the state file.
 */
struct engine	*engine_open(const char *place, const struct engine_opts *opts, struct err *e);
void	engine_close(struct engine *en);

const struct engine_limits	*engine_limits(const struct engine *en);

/*
 * engine_submit - hand over a job
 *
 * Returns its id, owned by the caller; NULL with E_USAGE when the record cannot be one, E_RETRY, E_AUTH or E_ENV when
 * the engine did not take it (whether it did is not known after a time-out).
 *
 * Ids: local-RUN-PTYPE-COMPONENT-ARRAY; Slurm's job numbers, joined by ',' when the job is larger than its arrays may
 * be; AWS Batch's; or "@N" for the N-th record where nothing is sent (also `none`). Local ids must be unique.
 */
char	*engine_submit(struct engine *en, const struct engine_job *job, struct err *e);

/*
 * engine_find - ask for a job that an earlier process may have submitted without learning its id
 *
 * job	the record as it was submitted. Slurm knows it by its name, which must be unique; AWS Batch by name and command
 *
 * Returns 1 and *id, owned by the caller; 0 when the engine knows no such job, or forgets jobs with their process; -1
 * with E_RETRY, E_AUTH or E_ENV when it cannot be asked.
 */
int	engine_find(struct engine *en, const struct engine_job *job, char **id, struct err *e);

/*
 * engine_run - see the submitted jobs to their end where that is this process' work (engine_limits.runs)
 *
 * total	gets the counts over all jobs; may be NULL. Zero where nothing was run here
 *
 * Every job with ENGINE_AFTER_ANY runs whatever happened to the others, also when the run is stopped. Returns 0 when
 * the end was reached, failed elements or not; -1 with E_SIGNAL when opts.stop ended it, E_USAGE when jobs wait for
 * each other, E_ENV when supervising failed or the state file could not be written.
 */
int	engine_run(struct engine *en, struct engine_counts *total, struct err *e);

/* engine_result - counts of a job after engine_run; -1 with E_MISSING when it is not one of this engine's. */
int	engine_result(struct engine *en, const char *id, struct engine_counts *c, struct err *e);

/* engine_cancel - end a job: it does not start, or is told to stop. 0, or -1: E_MISSING when the engine does not know
 * it, E_ENV. */
int	engine_cancel(struct engine *en, const char *id, const char *reason, struct err *e);

/* engine_state - of a job, or of one element of it (index >= 0); -1 with E_ENV when the engine cannot be asked. */
int	engine_state(struct engine *en, const char *id, int index, enum engine_state *state, struct err *e);

/* engine_state_name - "pending", "running", "succeeded", "failed", "unknown". */
const char	*engine_state_name(enum engine_state s);

/* For backends: records have been checked; id is what they answer. */
struct engine {
	const struct engine_ops *ops;
	struct engine_opts opts;
	struct engine_limits limits;
	char *queue;			/* of the place; NULL without. Owned, freed by engine_close */
	void *impl;			/* the backend's own, for its close */
};

struct engine_ops {
	int (*open)(struct engine *en, const char *place, struct err *e);
	void (*close)(struct engine *en);	/* may be NULL; also called after a failed open */
	char *(*submit)(struct engine *en, const struct engine_job *job, struct err *e);
	int (*find)(struct engine *en, const struct engine_job *job, char **id, struct err *e);	/* may be NULL */
	int (*run)(struct engine *en, struct engine_counts *total, struct err *e);		/* may be NULL */
	int (*result)(struct engine *en, const char *id, struct engine_counts *c, struct err *e); /* may be NULL */
	int (*cancel)(struct engine *en, const char *id, const char *reason, struct err *e);
	int (*state)(struct engine *en, const char *id, int index, enum engine_state *state, struct err *e);
};

extern const struct engine_ops engine_local_ops, engine_slurm_ops, engine_batch_ops, engine_none_ops;

#endif
