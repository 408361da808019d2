#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "place/backend.h"

/*
 * An engine runs jobs: one program over the elements 0..size-1 of a job list, after other jobs.
 *
 *	local[:N]	a supervisor in this process: engine_run runs what was submitted, N granule groups at once (the
 *			number of processors without N), the download of the next one running ahead
 *	slurm[:PARTITION] array jobs of a Slurm cluster, by its commands
 *	batch:QUEUE	SubmitJob records for AWS Batch, written to a file
 *	none		nothing runs: for plans
 *
 * Callers treat all alike: open, submit every job in order, run, close. The jobs of a run are one array, in the order
 * of their submission; jobs depend on jobs before them in it. One thread at a time may use an engine; the local one's
 * children are killed when the thread that called engine_run ends.
 */

#define ENGINE_NONE ((size_t)-1)	/* no job */
#define ENGINE_NAME_MAX 128

/* A job, from its making to its end; all-zero but for `after` is an empty one. Texts are owned. */
struct engine_job {
	char *name;			/* letters, digits, - and _, at most ENGINE_NAME_MAX; Slurm finds jobs by it */
	char *component, *ptype;	/* "downloader"; "quicklook", "refined" or what stands there */
	int array;			/* number of the array within its ptype */
	char *input;			/* name of its job list, for people; NULL without */
	struct strlist argv;		/* the program: a path, or a name that is looked for beside the running
					 * executable, then in PATH; its arguments. With engine_limits.container there
					 * is no program, the job definition names it */
	int size;			/* elements; their index is in the environment as job_index() reads it */
	size_t after;			/* element k starts when element k of this job has succeeded; both are of equal
					 * size, a job has one successor. ENGINE_NONE = at once, or ... */
	size_t *ended;			/* ... when all of these jobs have ended, well or not, or will never run. AWS
					 * Batch has no such thing: all have succeeded; there the error handler sees to
					 * the rest */
	size_t nended;
	int parallel;			/* elements at once: 1 = one after another, in order; 0 = no limit. The first
					 * job of a chain that has no limit may also run ahead of the others (local) */
	double cpus;			/* 0 = the engine's default */
	long memory;			/* MiB; 0 = the engine's default */
	int priority;			/* 10 before 1 */
	char *definition, *share;	/* AWS Batch: job definition; share identifier, may be NULL */
	bool tried;			/* it may have been submitted ... */
	char *id;			/* ... and this was the answer */
};

void	engine_job_fini(struct engine_job *job);

enum engine_state {
	ENGINE_UNKNOWN,		/* not a job of this engine, or it has forgotten */
	ENGINE_PENDING,
	ENGINE_RUNNING,
	ENGINE_SUCCEEDED,
	ENGINE_FAILED		/* also: cancelled, or will never run because another one failed */
};

/* Elements by how they ended; their sum is the number submitted. */
struct engine_counts {
	size_t done;
	size_t failed;
	size_t skipped;		/* not run: what they depend on failed */
	size_t not_run;		/* not run: the run was stopped */
};

/* engine_ended - an element has ended (local). reason is why it failed, "exit status 3", "signal 9", "dependency
 * failed", NULL when it did not; log the file of its output, NULL without. */
typedef void	engine_ended(void *ctx, const struct engine_job *job, int index, const char *reason, const char *log);

struct engine_opts {
	const char *run;		/* unique id of this run; NULL = "0" */
	const char *logs;		/* directory of the logs, one file an element; NULL: local programs write to
					 * standard error, Slurm's output is dropped */
	const char *state;		/* local: file that remembers what is done, so that a run that was killed goes
					 * on when it is run again; NULL without. E_BUSY while another run has it */
	const char *output;		/* batch: file that gets the records */
	const struct strlist *env;	/* "NAME=value" of all programs, beside what they inherit; NULL = none */
	int attempts;			/* a failed element is tried again: status 1, 3 or above, or a crash. Batch: as
					 * the job definition says */
	int retry_delay;		/* seconds before another attempt */
	int grace;			/* local: seconds from SIGTERM to SIGKILL */
	int (*stop)(void);		/* local: non-zero when the run shall end (prog_signal); may be NULL */
	engine_ended *ended;		/* local; may be NULL */
	void *ctx;
};

struct engine_limits {
	bool container;			/* argv without program: an entry point adds it */
	bool runs;			/* engine_run does the work */
	bool lasts;			/* submitted jobs live on without us: what was submitted is worth noting */
	int array;			/* largest size of a job */
	size_t deps;			/* largest number of jobs one can depend on */
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
 * engine_submit - hand over job i of jobs; those it depends on are submitted
 *
 * Sets the job's id: local-RUN-PTYPE-COMPONENT-ARRAY, Slurm's job number, or "@N" for the N-th record where nothing is
 * sent. Returns 0, or -1: E_USAGE when the record cannot be one, E_DATA when the engine refuses it for good; E_RETRY,
 * E_AUTH or E_ENV when it did not take it now (whether it did is not known after a time-out).
 */
int	engine_submit(struct engine *en, struct engine_job *jobs, size_t i, struct err *e);

/*
 * engine_find - ask for a job that an earlier process may have submitted without learning its id
 *
 * Returns 1 and its id is set; 0 when the engine knows no such job, or forgets jobs with their process; -1 with
 * E_RETRY, E_AUTH or E_ENV when it cannot be asked.
 */
int	engine_find(struct engine *en, struct engine_job *job, struct err *e);

/*
 * engine_run - see n submitted jobs to their end where that is this process' work (engine_limits.runs)
 *
 * total	gets the counts over all jobs; zero where nothing was run here
 *
 * Every job with `ended` runs whatever happened to the others, also when the run is stopped. Returns 0 when the end was
 * reached, failed elements or not; -1 with E_SIGNAL when opts.stop ended it, E_ENV when supervising failed or the state
 * file could not be written.
 */
int	engine_run(struct engine *en, struct engine_job *jobs, size_t n, struct engine_counts *total, struct err *e);

/* engine_cancel - end a submitted job: it does not start, or is told to stop. 0, or -1 with E_MISSING when id cannot be
 * one, E_ENV. What only this process knows of is not begun yet. */
int	engine_cancel(struct engine *en, const char *id, struct err *e);

/* engine_state - of a job; -1 with E_ENV when the engine cannot be asked. */
int	engine_state(struct engine *en, const char *id, enum engine_state *state, struct err *e);

/* For backends: records have been checked. All but open and submit may be NULL. */
struct engine {
	const struct engine_ops *ops;
	struct engine_opts opts;
	struct engine_limits limits;
	char *queue;			/* of the place; NULL without. Owned, freed by engine_close */
	void *impl;			/* the backend's own, for its close */
};

struct engine_ops {
	int (*open)(struct engine *en, const char *place, struct err *e);
	void (*close)(struct engine *en);	/* also called after a failed open */
	char *(*submit)(struct engine *en, const struct engine_job *jobs, size_t i, struct err *e);
	int (*find)(struct engine *en, const struct engine_job *job, char **id, struct err *e);
	int (*run)(struct engine *en, struct engine_job *jobs, size_t n, struct engine_counts *total, struct err *e);
	int (*cancel)(struct engine *en, const char *id, struct err *e);
	int (*state)(struct engine *en, const char *id, enum engine_state *state, struct err *e);
};

extern const struct engine_ops engine_local_ops, engine_slurm_ops, engine_batch_ops, engine_none_ops;

#endif
