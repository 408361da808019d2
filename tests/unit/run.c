/* The frame of programs: options, job lists, records, statuses. */

#include <fcntl.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/list.h"
#include "run/job.h"
#include "run/run.h"
#include "tap.h"

static struct err e;

/* ---- job lists and the engine ---- */

/* The items of an element as "a|b", or "!message". */
static const char *
items(const char *json, long index)
{
	static char out[5000];
	struct strlist l = {0};

	(void)file_write("job.json", json, &e);
	out[0] = '\0';
	if (job_elements("job.json", index, &l, &e) < 0)
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
	is_int(job_elements("none.json", 0, &l, &e), -1, "no such list");
	is_int(e.code, E_USAGE, "... is a wrong argument");
	is_str(e.msg, "none.json: No such file or directory", "... named in the message");
}

static long
index_with(const char *variable, const char *value)
{
	long i;

	(void)setenv(variable, value, 1);
	i = job_index(&e);
	(void)unsetenv(variable);
	return i;
}

static void
indices(void)
{
	is_int(job_index(&e), 0, "no index: 0");
	is_int(index_with("AWS_BATCH_JOB_ARRAY_INDEX", "3"), 3, "the index of AWS Batch");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "4"), 4, "that of Slurm");
	is_int(index_with("GENERATE_ARRAY_INDEX", "5"), 5, "that of the local engine");
	is_int(index_with("AWS_BATCH_JOB_ARRAY_INDEX", ""), 0, "an empty variable is none");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "-1"), -1, "a negative one is wrong");
	is_str(e.msg, "SLURM_ARRAY_TASK_ID: not an index: -1", "... says the message");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "4x"), -1, "trailing text");
	is_int(index_with("SLURM_ARRAY_TASK_ID", "1234567890"), -1, "ten digits");
	is_int(e.code, E_USAGE, "... is a usage error");
}

static void
run_ids(void)
{
	char pid[20], big[400];

	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	is_str(job_id(), pid, "without an engine the job is the process");
	(void)setenv("SLURM_JOB_ID", "77", 1);
	is_str(job_run_id(), "77", "a Slurm job");
	(void)setenv("AWS_BATCH_JOB_ID", "3f0c_1.2-5b:0", 1);
	is_str(job_id(), "3f0c_1.2-5b:0", "a Batch job as it is");
	is_str(job_run_id(), "3f0c-1-2-5b-0", "... without what readers of log names split on");
	(void)setenv("AWS_BATCH_JOB_ID", "../../x", 1);
	ok(strchr(job_run_id(), '/') == NULL, "... nor what leaves the directory");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	(void)setenv("AWS_BATCH_JOB_ID", big, 1);
	ok(strlen(job_run_id()) < 256, "a name too long is harmless");
	(void)unsetenv("AWS_BATCH_JOB_ID");
	(void)unsetenv("SLURM_JOB_ID");
}

/* ---- a program ---- */

struct toy {
	struct run run;
	long keep;
	double rate;
	const char *to;
	struct strlist params;
	bool force;
};

static const struct option_row rows[] = {
	{ 'k', "keep", "HOURS", OPT_NUMBER(1, 100), offsetof(struct toy, keep), "how long" },
	{ 0, "rate", "N", OPT_REAL(0.5, 2), offsetof(struct toy, rate), "how fast" },
	{ 0, "to", "PLACE", OPT_TEXT, offsetof(struct toy, to), "where to" },
	{ 0, "param", "X", OPT_TEXTS, offsetof(struct toy, params), "what else" },
	{ 0, "force", NULL, OPT_FLAG, offsetof(struct toy, force), "in any case" },
	OPT_END
};

static const struct program program = {
	.usage = "usage: toy [options] [ITEM ...]\nDo nothing.\n",
	.rows = rows,
	.common = COMMON_LIST | COMMON_ROOT | COMMON_JOB | COMMON_JSON | COMMON_DRY | COMMON_FAILED | COMMON_STRICT |
	    COMMON_DATASET | COMMON_TYPE,
	.subject = "TOY",
};

static struct toy toy;
static const char *wanted_key;
static enum ptype wanted_type;

static int
identity(void)
{
	run_need_identity(&toy.run, true);
	return strcmp(toy.run.ds->key, wanted_key) == 0 && toy.run.type == wanted_type;
}

/* Items say what becomes of them. */
static int
work(struct run *r, const char *line, struct item *it)
{
	(void)r;
	if (str_starts(line, "fail"))
		return err_set(&it->err, E_DATA, "%s: bad", line);
	if (str_starts(line, "env"))
		return err_set(&it->err, E_ENV, "%s: disk full", line);
	if (str_starts(line, "wait"))
		it->state = ITEM_WAITING;
	strlist_push(&it->outputs, line);
	it->bytes = 7;
	item_set(it, "length", "i", (int)strlen(line));
	return strcmp(line, "old") != 0;
}

static int
toy_main(int argc, char *argv[])
{
	run_begin(&toy.run, argc, argv, &program);
	if (run_open(&toy.run, &e) < 0)
		return run_abort(&toy.run, &e);
	run_list(&toy.run, work);
	return run_end(&toy.run, NULL);
}

/* Run the program in a child; its standard output and standard error go into the files out and err. Returns its status;
 * with parse_only that is 0 when the options are taken, and `toy` of the child is checked by check(). */
static int __attribute__((sentinel))
toy_run(int (*check)(void), ...)
{
	char *argv[20] = { strdupa("toy") };
	int argc = 1, status = 0;
	va_list ap;
	pid_t pid;

	va_start(ap, check);
	while ((argv[argc] = va_arg(ap, char *)) != NULL)
		argc++;
	va_end(ap);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)!freopen("out", "w", stdout);
		(void)!freopen("err", "w", stderr);
		toy = (struct toy){ .keep = 96 };
		if (check == NULL)
			exit(toy_main(argc, argv));
		run_begin(&toy.run, argc, argv, &program);
		_exit(check() ? 0 : 99);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

#define TOY(check, ...) toy_run(check, __VA_ARGS__, (char *)NULL)

static const char *
said(const char *file)
{
	static char text[2][5000];
	char *to = text[strcmp(file, "out") == 0];
	FILE *fp = fopen(file, "r");
	size_t n = fp != NULL ? fread(to, 1, sizeof(text[0]) - 1, fp) : 0;

	to[n] = '\0';
	if (fp != NULL)
		(void)fclose(fp);
	return to;
}

static int
defaults(void)
{
	return toy.keep == 96 && strcmp(toy.run.root, "generate-data") == 0 && toy.run.sep == '\n' &&
	    toy.run.ds == NULL && toy.run.type == PTYPE_COUNT && !toy.run.final_log && toy.run.nargs == 0;
}

static int
root_of_environment(void)
{
	return strcmp(toy.run.root, "/data") == 0;
}

static int
all_given(void)
{
	return toy.keep == 5 && toy.rate > 1.4 && toy.rate < 1.6 && strcmp(toy.to, "there") == 0 && toy.force &&
	    toy.params.n == 2 && strcmp(toy.params.item[1], "b") == 0 && strcmp(toy.run.root, "/other") == 0 &&
	    toy.run.sep == '\0' && toy.run.dry_run && toy.run.nargs == 1 && toy.run.ds != NULL;
}

static int
job_mode(void)
{
	return toy.run.final_log && toy.run.index == 3 && toy.run.attempts == 5;
}

static int
any(void)
{
	return 1;
}

static void
options(void)
{
	char key[80];

	(void)unsetenv("GENERATE_ROOT");
	is_int(TOY(defaults, (char *)NULL), 0, "what is not given has its default");
	(void)setenv("GENERATE_ROOT", "/data", 1);
	is_int(TOY(root_of_environment, (char *)NULL), 0, "GENERATE_ROOT is the root");
	(void)snprintf(key, sizeof(key), "-d%s", dataset_at(0)->key);
	is_int(TOY(all_given, "-k5", "--rate", "1.5", "--to=there", "--param", "a", "--param", "b", "--force", "-0n",
	    "--root", "/other", key, "x"), 0, "all kinds of options");
	is_int(TOY(job_mode, "--job", "job.json", "--index", "3", "--attempts", "5"), 0, "--job turns on final_log");
	is_int(TOY(any, "-k", "0"), ST_USAGE, "a number too small");
	is_int(TOY(any, "-k", "4x"), ST_USAGE, "text behind it");
	is_int(TOY(any, "-k", ""), ST_USAGE, "none at all");
	is_int(TOY(any, "-k", "99999999999999999999"), ST_USAGE, "one beyond all bounds");
	is_int(TOY(any, "--rate", "nan"), ST_USAGE, "not a number");
	is_int(TOY(any, "--index", "-3"), ST_USAGE, "a negative index");
	is_int(TOY(any, "-d", "no-such"), ST_USAGE, "no such dataset");
	is_int(TOY(any, "-j", "2"), ST_USAGE, "a common option the program does not use");
	is_int(TOY(any, "--final-log"), ST_USAGE, "... one with a long name");
	is_int(TOY(any, "--force=1"), ST_USAGE, "a value for a flag");
	is_int(TOY(any, "--job", "job.json", "x"), ST_USAGE, "a job list and items");
	is_int(TOY(any, "--help"), 0, "--help ends well");
	ok(strstr(said("out"), "\n  -k, --keep HOURS          how long\n") != NULL, "... and shows own options");
	ok(strstr(said("out"), "\n      --root DIR            the shared tree") != NULL, "... and the common ones");
	ok(strstr(said("out"), "--notify") == NULL, "... that the program takes");
}

static void
identities(void)
{
	static const struct {
		const char *list, *d, *t, *key;
		enum ptype type;
	} lists[] = {
		{ "a/processor_timestamp_list_AQUA_quicklook_2024_02_15_14_05_09_0_4821.json", NULL, NULL, "aqua",
		    PTYPE_QUICKLOOK },
		{ "processor_timestamp_list_TERRA_refined_2024_02_15_14_05_09_0_a1b2c3d4.json", NULL, NULL, "terra",
		    PTYPE_REFINED },
		{ "processor_timestamp_list_JPSS1_refined_2024.json", "viirs", NULL, "viirs", PTYPE_REFINED },
		{ "processor_timestamp_list_VIIRS_refined_2024.json", NULL, "QUICKLOOK", "viirs", PTYPE_QUICKLOOK },
		{ "list.json", "MODIS_A", "refined", "aqua", PTYPE_REFINED },
		{ "list.json", NULL, "refined", NULL, PTYPE_COUNT },
		{ "list.json", "aqua", NULL, NULL, PTYPE_COUNT },
		{ "processor_timestamp_list_GOES_refined_2024.json", NULL, NULL, NULL, PTYPE_COUNT },
		{ "processor_timestamp_list_AQUA_late_2024.json", NULL, NULL, NULL, PTYPE_COUNT },
		{ "processor_timestamp_list_AQUA", NULL, NULL, NULL, PTYPE_COUNT },
		{ "processor_timestamp_list_", NULL, NULL, NULL, PTYPE_COUNT },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const char *t = lists[i].t != NULL ? "-t" : NULL;

		wanted_key = lists[i].key;
		wanted_type = lists[i].type;
		if (lists[i].d != NULL)
			is_int(TOY(identity, "--job", lists[i].list, "-d", lists[i].d, t, lists[i].t),
			    lists[i].key != NULL ? 0 : ST_USAGE, "job %zu, dataset by option", i);
		else
			is_int(TOY(identity, "--job", lists[i].list, t, lists[i].t), lists[i].key != NULL ?
			    0 : ST_USAGE,
			    "job %zu: %s", i, lists[i].key != NULL ? lists[i].key : "cannot be known");
	}
}

static void
records(void)
{
	is_int(TOY(NULL, "a", "old", "b"), ST_OK, "all done");
	is_str(said("out"), "a\nold\nb\n", "... one output a line");
	is_int(TOY(NULL, "--failed", "again", "a", "fail", "b"), ST_SOME, "one failed");
	is_str(said("out"), "a\nb\n", "... the others are done");
	is_str(said("err"), "toy: fail: bad\n", "... one message");
	is_str(said("again"), "fail\n", "... and one line in --failed");
	is_int(TOY(NULL, "env", "fail"), ST_ENV, "the environment weighs more");
	is_int(TOY(NULL, "--failed", "never", "-n", "fail"), ST_SOME, "a dry run has the same status");
	ok(file_look("never", NULL, NULL) == 0, "... and writes no --failed");
	is_int(TOY(NULL, "--json", "a", "old", "wait", "fail"), ST_SOME, "as JSON");
	ok(strstr(said("out"), "{\"inputs\":[\"a\"],\"outputs\":[\"a\"],\"state\":\"done\",\"reason\":null,"
	    "\"seconds\":") ==
	    said("out"), "... the common members first");
	ok(strstr(said("out"), ",\"bytes\":7,\"length\":1}\n") != NULL, "... then the program's own");
	ok(strstr(said("out"), "\"state\":\"skipped\"") != NULL && strstr(said("out"), "\"state\":\"waiting\"") != NULL,
	    "... states");
	ok(strstr(said("out"), "\"state\":\"failed\",\"reason\":\"fail: bad\"") != NULL, "... reasons");
	is_int(TOY(NULL, "-n", "--json", "q\"\\\xc3\xa4\xff"), ST_OK, "odd names");
	ok(strstr(said("out"), "[\"q\\\"\\\\??" "?\"]") != NULL, "... bytes that are no UTF-8 make valid JSON");
	ok(strstr(said("out"), "\"dry_run\":true}\n") != NULL, "... and dry runs say so");
}

static void
jobs(void)
{
	(void)file_write("job.json", "[\"a\", [\"b\", \"fail\"], \"../x\"]", &e);
	is_int(TOY(NULL, "--job", "job.json", "--index", "1"), ST_SOME, "an element of a job list");
	is_str(said("out"), "b\n", "... its items");
	(void)setenv("AWS_BATCH_JOB_ATTEMPT", "2", 1);
	is_int(TOY(NULL, "--job", "job.json", "--index", "1"), ST_SOME, "... while there are attempts left");
	(void)setenv("AWS_BATCH_JOB_ATTEMPT", "3", 1);
	is_int(TOY(NULL, "--job", "job.json", "--index", "1"), ST_OK, "the last attempt ends well");
	is_int(TOY(NULL, "--job", "job.json", "--index", "1", "--strict"), ST_SOME, "... not with --strict");
	is_int(TOY(NULL, "--job", "job.json", "--index", "1", "--attempts", "5"), ST_SOME, "... or more --attempts");
	is_int(TOY(NULL, "--job", "job.json", "--index", "7"), ST_USAGE, "... or without such an element");
	is_int(TOY(NULL, "fail"), ST_SOME, "... or outside job mode");
	(void)unsetenv("AWS_BATCH_JOB_ATTEMPT");
}

/* A descriptor is closed where the shell was told so. */
static int
closed(int fd)
{
	int status = 0;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char *argv[] = { strdupa("toy"), NULL };

		(void)!freopen("err", "w", stderr);
		(void)close(fd);
		toy = (struct toy){0};
		exit(toy_main(1, argv));
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
descriptors(void)
{
	is_int(closed(STDOUT_FILENO), ST_ENV, "without standard output nothing begins");
	is_str(said("err"), "toy: standard output is closed, results would be lost\n", "... and the message says why");
	is_int(closed(STDIN_FILENO), ST_USAGE, "without standard input there is no list");
	is_str(said("err"), "toy: standard input is closed: nothing to read\n", "... which is not an empty one");
}

int
main(void)
{
	static const char *const engine[] = { "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID",
	    "GENERATE_ARRAY_INDEX",
		"AWS_BATCH_JOB_ID", "SLURM_JOB_ID", "GENERATE_JOB_ID", "AWS_BATCH_JOB_ATTEMPT",
		    "GENERATE_JOB_ATTEMPT" };

	for (size_t i = 0; i < sizeof(engine) / sizeof(*engine); i++)
		(void)unsetenv(engine[i]);
	tap_scratch();
	job_lists();
	indices();
	run_ids();
	options();
	identities();
	records();
	jobs();
	descriptors();
	return tap_done();
}
