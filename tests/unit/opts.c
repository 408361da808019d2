/* Common options, and the job lists of array jobs. */

#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/newfile.h"
#include "base/list.h"
#include "base/opts.h"
#include "base/prog.h"
#include "tap.h"

static struct err e;

/* The items of an element as "a|b", or "!message". */
static const char *
items(const char *json, long index)
{
	static char out[5000];
	struct opts o = OPTS_DEFAULTS;
	struct strlist l = {0};

	(void)file_write("job.json", json, &e);
	o.job = "job.json";
	o.index = index;
	out[0] = '\0';
	if (opts_job_items(&o, &l, &e) < 0)
		(void)snprintf(out, sizeof(out), "!%d %s", (int)e.code, e.msg);
	else
		for (size_t i = 0; i < l.n; i++)
			(void)snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s", i > 0 ? "|" : "",
			    l.item[i]);
	strlist_free(&l);
	return out;
}

static void
job_lists(void)
{
	struct opts o = OPTS_DEFAULTS;
	struct strlist l = {0};
	char json[LIST_RECMAX * 2];

	is_str(items("[\"a.txt\", \"b.txt\"]", 1), "b.txt", "a list of strings");
	is_str(items("[[\"a\", \"b\"],\n [\"c\"]]", 0), "a|b", "a list of lists");
	is_str(items("[[\"a\", \"b\"], [\"c\"]]", 1), "c", "... its second element");
	is_str(items("[[]]", 0), "", "an element without items");
	is_str(items("[\"a\\tb\"]", 0), "a\tb", "a tab between fields");
	is_str(items("[\"a\"]", 1), "!1 job.json: no element 1, it has 1", "no such element");
	is_str(items("[]", 0), "!1 job.json: no element 0, it has 0", "... nor in an empty list");
	is_str(items("{\"a\": 1}", 0), "!1 job.json: not a JSON array", "an object");
	is_str(items("[3]", 0), "!1 job.json: elements are neither strings nor arrays of strings", "a number");
	is_str(items("[[\"a\", 3]]", 0), "!1 job.json: item 1 is not a string", "a number among strings");
	is_str(items("[[\"a\", [\"b\"]]]", 0), "!1 job.json: item 1 is not a string", "a list too deep");
	is_str(items("[\"a\\nb\"]", 0), "!1 job.json: item 0 holds control characters", "a newline in an item");
	ok(str_starts(items("[\"a\\u0000b\"]", 0), "!1 job.json: line 1: "), "a NUL in an item");
	ok(str_starts(items("[\"a\"", 0), "!1 job.json: line 1: "), "half a list");
	ok(str_starts(items("", 0), "!1 job.json: line 1: "), "nothing");
	ok(str_starts(items("[\"\xff\"]", 0), "!1 job.json: line 1: "), "not UTF-8");
	memset(json, 'x', sizeof(json));
	memcpy(json, "[\"", 2);
	memcpy(json + 2 + LIST_RECMAX, "\"]", 3);
	ok(strlen(items(json, 0)) == LIST_RECMAX, "an item of %d bytes", LIST_RECMAX);
	memcpy(json + 2 + LIST_RECMAX, "x\"]", 4);
	is_str(items(json, 0), "!1 job.json: item 0 is longer than 4096 bytes", "one more");
	o.job = "none.json";
	o.index = 0;
	is_int(opts_job_items(&o, &l, &e), -1, "no such list");
	is_int(e.code, E_USAGE, "... is a wrong argument");
	is_str(e.msg, "none.json: No such file or directory", "... named in the message");
}

static long
index_with(const char *variable, const char *value, long option)
{
	struct opts o = OPTS_DEFAULTS;
	long i;

	o.index = option;
	(void)setenv(variable, value, 1);
	i = opts_index(&o, &e);
	(void)unsetenv(variable);
	return i;
}

static void
indices(void)
{
	struct opts o = OPTS_DEFAULTS;

	is_int(opts_index(&o, &e), 0, "no index: 0");
	is_int(index_with("AWS_BATCH_JOB_ARRAY_INDEX", "3", -1), 3, "the index of AWS Batch");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "4", -1), 4, "that of Slurm");
	is_int(index_with("GENERATE_ARRAY_INDEX", "5", -1), 5, "that of the local engine");
	is_int(index_with("AWS_BATCH_JOB_ARRAY_INDEX", "3", 7), 7, "--index is stronger");
	is_int(index_with("AWS_BATCH_JOB_ARRAY_INDEX", "", -1), 0, "an empty variable is none");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "-1", -1), -1, "a negative one is wrong");
	is_str(e.msg, "SLURM_ARRAY_TASK_ID: not an index: -1", "... says the message");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "4x", -1), -1, "trailing text");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "1234567890", -1), -1, "ten digits");
	is_int(e.code, E_USAGE, "... is a usage error");
}

static void
run_ids(void)
{
	char pid[20], big[400];

	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	is_str(opts_job_id(), pid, "without an engine the job is the process");
	(void)setenv("SLURM_JOB_ID", "77", 1);
	is_str(opts_run_id(), "77", "a Slurm job");
	(void)setenv("AWS_BATCH_JOB_ID", "3f0c_1.2-5b:0", 1);
	is_str(opts_job_id(), "3f0c_1.2-5b:0", "a Batch job as it is");
	is_str(opts_run_id(), "3f0c-1-2-5b-0", "... without what readers of log names split on");
	(void)setenv("AWS_BATCH_JOB_ID", "../../x", 1);
	ok(strchr(opts_run_id(), '/') == NULL, "... nor what leaves the directory");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	(void)setenv("AWS_BATCH_JOB_ID", big, 1);
	ok(strlen(opts_run_id()) < 256, "a name too long is harmless");
	(void)unsetenv("AWS_BATCH_JOB_ID");
	(void)unsetenv("SLURM_JOB_ID");
}

static void
last_attempt(void)
{
	struct opts o = OPTS_DEFAULTS;

	o.job = "job.json";
	prog_quiet();
	is_int(opts_job_status(&o, ST_SOME), ST_SOME, "outside an engine some failed is 1");
	(void)setenv("AWS_BATCH_JOB_ATTEMPT", "2", 1);
	is_int(opts_job_status(&o, ST_SOME), ST_SOME, "... and while there are attempts left");
	(void)setenv("AWS_BATCH_JOB_ATTEMPT", "3", 1);
	is_int(opts_job_status(&o, ST_SOME), ST_OK, "the last attempt ends well");
	is_int(opts_job_status(&o, ST_ENV), ST_ENV, "... not when the environment failed");
	is_int(opts_job_status(&o, ST_USAGE), ST_USAGE, "... or the usage");
	o.strict = true;
	is_int(opts_job_status(&o, ST_SOME), ST_SOME, "... or with --strict");
	o.strict = false;
	o.attempts = 5;
	is_int(opts_job_status(&o, ST_SOME), ST_SOME, "... or with more --attempts");
	o.attempts = 3;
	o.job = NULL;
	is_int(opts_job_status(&o, ST_SOME), ST_SOME, "... or outside job mode");
	(void)unsetenv("AWS_BATCH_JOB_ATTEMPT");
}

/* The status with which a program ends that takes option c with this value; 0 when it accepts it. */
static int
value_status(int c, const char *value)
{
	struct opts o = OPTS_DEFAULTS;
	int status = -1;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)!freopen("/dev/null", "w", stderr);
		_exit(opts_common(&o, c, value) ? 0 : 99);
	}
	(void)waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void
options(void)
{
	struct opts o = OPTS_DEFAULTS;

	(void)unsetenv("GENERATE_ROOT");
	opts_finish(&o);
	is_str(o.root, "generate-data", "the default root");
	o.root = NULL;
	(void)setenv("GENERATE_ROOT", "/data", 1);
	opts_finish(&o);
	is_str(o.root, "/data", "... or GENERATE_ROOT");
	ok(opts_common(&o, OPT_ROOT, "/other"), "--root is known");
	opts_finish(&o);
	is_str(o.root, "/other", "... and stronger");
	ok(opts_common(&o, '0', NULL) && o.sep == '\0', "-0");
	ok(opts_common(&o, 'n', NULL) && o.dry_run, "-n");
	ok(opts_common(&o, OPT_JOB, "j") && o.final_log, "--job turns on final_log");
	ok(!opts_common(&o, 'Z', NULL), "-Z is not a common option");
	is_int(value_status('j', "4"), 0, "-j 4");
	is_int(value_status('j', "0"), ST_USAGE, "-j 0");
	is_int(value_status('j', "4x"), ST_USAGE, "-j 4x");
	is_int(value_status('j', ""), ST_USAGE, "-j ''");
	is_int(value_status('j', "99999999999999999999"), ST_USAGE, "-j with a number beyond all bounds");
	is_int(value_status(OPT_INDEX, "-3"), ST_USAGE, "--index -3");
	o.jobs = 0;
	ok(opts_workers(&o, 64) >= 1 && opts_workers(&o, 1) == 1, "workers: as many as processors, within bounds");
	o.jobs = 5;
	is_int(opts_workers(&o, 64), 5, "... or as -j says");
}

int
main(void)
{
	static const char *const engine[] = { "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID",
		"GENERATE_ARRAY_INDEX", "AWS_BATCH_JOB_ID", "SLURM_JOB_ID", "AWS_BATCH_JOB_ATTEMPT" };

	for (size_t i = 0; i < sizeof(engine) / sizeof(*engine); i++)
		(void)unsetenv(engine[i]);
	tap_scratch();
	job_lists();
	indices();
	run_ids();
	last_attempt();
	options();
	return tap_done();
}
