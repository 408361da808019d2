/* processor - make GHRSST L2P granules from combined files */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/list.h"
#include "base/opts.h"
#include "base/prog.h"
#include "granule.h"
#include "granule/finallog.h"
#include "granule/joblist.h"
#include "granule/name.h"
#include "netcdf/ncf.h"
#include "place/notify.h"
#include "record.h"
#include "stamps.h"

#define MAX_WORKERS 16

enum { OPT_COMPAT = OPT_OWN, OPT_FORCE, OPT_KEEP, OPT_QUARANTINE };

static const struct option longopts[] = {
	OPTS_COMMON_LONG,
	{ "compat",     no_argument,       NULL, OPT_COMPAT },
	{ "force",      no_argument,       NULL, OPT_FORCE },
	{ "keep-input", no_argument,       NULL, OPT_KEEP },
	{ "quarantine", required_argument, NULL, OPT_QUARANTINE },
	{ NULL, 0, NULL, 0 }
};

enum { LOG_TO_PROCESS, LOG_PROCESSED, LOG_QUARANTINED };

struct run {
	struct opts o;
	struct granule_rules rules;
	struct notify notify;
	struct finallog log;
	const struct dataset *ds;	/* of the run: -d, or the first granule's */
	enum ptype type;
	size_t items, made;
	int status;
};

static void
usage(FILE *fp)
{
	(void)fputs(
	    "usage: processor [options] [COMBINED-FILE ...]\n"
	    "\n"
	    "Make one GHRSST L2P granule and its .md5 file from each combined file and print\n"
	    "the granule's name. Files come from the arguments or, without any, from standard\n"
	    "input, one a line.\n"
	    "\n"
	    "      --compat          data, attributes and storage exactly as the reference\n"
	    "                        system makes them, its defects included\n"
	    "      --force           make granules again although they are there and good\n"
	    "      --keep-input      do not remove combined files of the tree when done\n"
	    "      --quarantine DIR  where damaged combined files go\n"
	    "\n", fp);
	opts_help(fp);
}

/* ---- one item ---- */

static void
put_json(const char *path, const struct granule_result *r, const struct err *e, struct run *run)
{
	json_t *j = json_pack("{s:s, s:s, s:f}", "input", path,
	    "state", e != NULL ? "failed" : r->skipped ? "skipped" : "processed", "seconds", r->convert + r->publish);
	char *text = NULL;
	struct err we;
	int bad = j == NULL;

	if (e == NULL)
		bad |= json_object_set_new(j, "output", json_string(r->output)) |
		    json_object_set_new(j, "md5", json_string(r->md5)) |
		    json_object_set_new(j, "bytes", json_integer((json_int_t)r->bytes));
	else
		bad |= json_object_set_new(j, "reason", json_string(e->msg)) |
		    json_object_set_new(j, "quarantined", json_boolean(r->quarantined));
	text = bad ? NULL : json_dumps(j, JSON_COMPACT | JSON_PRESERVE_ORDER);
	if (text == NULL)
		err_set(&we, E_DATA, "%s: cannot be written as JSON", path);
	if (text == NULL || list_put(text, run->o.sep, &we) < 0)
		run->status = prog_failed(&we, run->status);
	free(text);
	json_decref(j);
}

static struct record
record_of(const struct run *run, const struct granule_result *r)
{
	return (struct record){ .root = run->o.root, .run_id = opts_run_id(), .ds = r->ds, .type = r->type };
}

static bool
keeps_records(const struct run *run, const struct granule_result *r)
{
	return run->o.outdir == NULL && !run->o.dry_run && r->ds != NULL && r->type != PTYPE_COUNT;
}

static void
note_identity(struct run *run, const struct granule_result *r)
{
	if (run->ds == NULL)
		run->ds = r->ds;
	if (run->type == PTYPE_COUNT)
		run->type = r->type;
}

static void
done(struct run *run, const char *path, const struct granule_result *r)
{
	struct record rec = record_of(run, r);
	struct record_times t = { r->convert, r->publish };
	struct err e;

	note_identity(run, r);
	run->made++;
	if (run->o.dry_run) {
		prog_say("%s -> %s%s", path, r->output, r->skipped ? " (is there already)" : "");
		return;
	}
	finallog_add(&run->log, LOG_PROCESSED, str_base(r->output));
	if (!r->skipped && keeps_records(run, r) && record_done(&rec, str_base(r->output), &t, &e) < 0)
		run->status = prog_failed(&e, run->status);
	prog_debug("Processed: %s (%s, %.2f s)", r->output, prog_human(r->bytes), r->convert + r->publish);
	if (run->o.json)
		put_json(path, r, NULL, run);
	else if (list_put(r->output, run->o.sep, &e) < 0)
		run->status = prog_failed(&e, run->status);
}

static void
failed(struct run *run, const char *path, const struct granule_result *r, const struct err *why)
{
	struct record rec = record_of(run, r);
	struct err e;

	note_identity(run, r);
	run->status = prog_failed(why, run->status);
	notify_add(&run->notify, "%s\n", why->msg);
	if (r->quarantined) {
		finallog_add(&run->log, LOG_QUARANTINED, str_base(path));
		prog_info("Quarantined: %s", str_base(path));
	}
	if (why->code == E_DATA && keeps_records(run, r) && record_failed(&rec, path, why->msg, &e) < 0)
		run->status = prog_failed(&e, run->status);
	if (run->o.json)
		put_json(path, r, why, run);
}

static void
process(struct run *run, const char *path)
{
	struct granule_result r;
	struct err e;

	run->items++;
	finallog_add(&run->log, LOG_TO_PROCESS, str_base(path));
	prog_progress("%zu done, %s", run->made, str_base(path));
	if (granule_process(&run->rules, path, &r, &e) == 0)
		done(run, path, &r);
	else
		failed(run, path, &r, &e);
}

/* ---- the run ---- */

static void
run_list(struct run *run, int argc, char *argv[])
{
	static struct list_in in;
	enum list_result got;
	struct err e;
	char *path;

	list_open(&in, argc, argv, run->o.sep);
	while (prog_signal() == 0 && !ferror(stdout) && (got = list_next(&in, &path, &e)) != LIST_END) {
		if (got == LIST_ITEM) {
			process(run, path);
			continue;
		}
		run->status = prog_failed(&e, run->status);
		if (got == LIST_FAILED)
			break;
	}
}

/* Dataset and type of a job list: the options, else its name, ..._AQUA_quicklook_... */
static int
job_identity(struct run *run, struct err *e)
{
	const struct dataset *ds;
	enum ptype type;

	joblist_identity(run->o.job, &ds, &type);
	if (run->ds == NULL)
		run->ds = ds;
	if (run->type == PTYPE_COUNT)
		run->type = type;
	if (run->ds == NULL || run->type == PTYPE_COUNT)
		return err_set(e, E_USAGE, "%s: its name does not tell dataset and type, give -d and -t",
		    str_base(run->o.job));
	run->rules.ds = run->ds;
	run->rules.type = run->type;
	return 0;
}

static void
run_job(struct run *run)
{
	struct strlist stamps = {0}, paths = {0}, missing = {0};
	struct granule_result identity;
	struct record rec;
	struct err e;

	if (job_identity(run, &e) < 0 || opts_job_items(&run->o, &stamps, &e) < 0 ||
	    stamps_find(run->o.root, run->ds, run->type, &stamps, &paths, &missing, &e) < 0) {
		run->status = prog_fail(&e);
		goto out;
	}
	identity = (struct granule_result){ .ds = run->ds, .type = run->type };
	rec = record_of(run, &identity);
	if (keeps_records(run, &identity) && record_begin(&rec, &e) < 0)
		run->status = prog_failed(&e, run->status);
	prog_info("Number of combined files to process: %zu", paths.n);
	if (missing.n > 0)
		prog_info("%zu of %zu times have no combined file, the first is %s", missing.n, stamps.n,
		    missing.item[0]);
	for (size_t i = 0; i < paths.n && prog_signal() == 0 && !ferror(stdout); i++)
		process(run, paths.item[i]);
out:
	strlist_free(&stamps);
	strlist_free(&paths);
	strlist_free(&missing);
}

static void
print_final_log(struct run *run)
{
	struct finallog head = run->log;
	struct err e;
	char *line;

	memset(&head.fields, 0, sizeof(head.fields));
	finallog_field(&head, "dataset", "%s", run->ds != NULL ? run->ds->label : "none");
	finallog_field(&head, "processing_type", "%s", run->type != PTYPE_COUNT ? ptype_upper(run->type) : "none");
	finallog_field(&head, "job_id", "%s", opts_job_id());
	finallog_field(&head, "job_index", "%ld", opts_index(&run->o, &e));
	finallog_field(&head, "json_file", "%s", run->o.job != NULL ? str_base(run->o.job) : "none");
	finallog_field(&head, "number_to_process", "%zu", run->items);
	finallog_field(&head, "total_granules_created", "%zu", run->made);
	line = finallog_line(&head, "print_final_log");
	if (line == NULL)
		prog_warn(&e);
	else
		(void)fprintf(stderr, "%s\n", line);
	free(line);
	buf_free(&head.fields);
}

static int
parse(struct run *run, int argc, char *argv[])
{
	struct err e;
	int c;

	while ((c = getopt_long(argc, argv, OPTS_COMMON_SHORT, longopts, NULL)) != -1)
		switch (c) {
		case OPT_HELP: usage(stdout); return prog_done(ST_OK);
		case OPT_VERSION: return prog_version();
		case OPT_COMPAT: run->rules.compat = true; break;
		case OPT_FORCE: run->rules.force = true; break;
		case OPT_KEEP: run->rules.keep_input = true; break;
		case OPT_QUARANTINE: run->rules.quarantine = optarg; break;
		default:
			if (!opts_common(&run->o, c, optarg)) {
				usage(stderr);
				return ST_USAGE;
			}
		}
	opts_finish(&run->o);
	if (dataset_of_option(run->o.dataset, &run->ds, &e) < 0 ||
	    ptype_of_option(run->o.type, &run->type, &e) < 0 || notify_open(&run->notify, run->o.notify, &e) < 0)
		return prog_fail(&e);
	run->rules.root = run->o.root;
	run->rules.outdir = run->o.outdir;
	run->rules.ds = run->ds;
	run->rules.type = run->type;
	run->rules.dry_run = run->o.dry_run;
	run->rules.workers = opts_workers(&run->o, MAX_WORKERS);
	run->rules.warn = prog_info;
	return -1;
}

int
main(int argc, char *argv[])
{
	static const char *const sections[] = { "file_to_process", "processed", "quarantined", NULL };
	struct run run = { .o = OPTS_DEFAULTS, .log = { .sections = sections } };
	struct err e;
	int ended;

	prog_init(argv[0]);
	ncf_setup();
	ended = parse(&run, argc, argv);
	if (ended >= 0)
		return ended;
	if (run.o.job != NULL)
		run_job(&run);
	else
		run_list(&run, argc - optind, argv + optind);
	if (run.o.final_log)
		print_final_log(&run);
	if (notify_send(&run.notify, "Generate workflow error: PROCESSOR error", &e) < 0)
		prog_warn(&e);
	notify_close(&run.notify);
	finallog_fini(&run.log);
	return prog_done(opts_job_status(&run.o, run.status));
}
