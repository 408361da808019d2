/* processor - make GHRSST L2P granules from combined files */

#include "base/child.h"
#include "granule.h"
#include "granule/joblist.h"
#include "netcdf/ncf.h"
#include "record.h"
#include "run/run.h"

#define MAX_WORKERS 16

enum { LOG_TO_PROCESS, LOG_PROCESSED, LOG_QUARANTINED };

struct processor {
	struct run run;
	struct granule_rules rules;
	const char *quarantine;		/* where bad combined files go; NULL: the tree's, for files of the tree */
	const struct dataset *ds;	/* of the run: -d, or the first granule's */
	enum ptype type;
	struct granule_result *result;	/* of the granule under way, left there by its child process */
	const char *path;
};

static const struct option_row rows[] = {
	{ 0, "compat", NULL, OPT_FLAG, offsetof(struct processor, rules.compat),
	    "data, attributes and storage exactly as the reference\nsystem makes them, its defects included" },
	{ 0, "force", NULL, OPT_FLAG, offsetof(struct processor, rules.force),
	    "make granules again although they are there and good" },
	{ 0, "keep-input", NULL, OPT_FLAG, offsetof(struct processor, rules.keep_input),
	    "do not remove combined files of the tree when done" },
	{ 0, "quarantine", "DIR", OPT_TEXT, offsetof(struct processor, quarantine),
	    "where damaged combined files go; default: the tree's,\nfor files of the tree" },
	OPT_END
};

static const char *const sections[] = { "file_to_process", "processed", "quarantined", NULL };

static const struct program program = {
	.usage = "usage: processor [options] [COMBINED-FILE ...]\n"
	    "       processor [options] --job LIST.json [--index N]\n"
	    "Make one GHRSST L2P granule and its .md5 file from each combined file; print the granule's name.\n",
	.rows = rows,
	.common = COMMON_LIST | COMMON_DATASET | COMMON_TYPE | COMMON_JOBS | COMMON_DRY | COMMON_OUTPUT | COMMON_ROOT |
	    COMMON_JOB | COMMON_JSON | COMMON_STRICT | COMMON_NOTIFY | COMMON_FAILED | COMMON_FINAL_LOG |
	    COMMON_PROGRESS,
	.subject = "Generate workflow error: PROCESSOR error",
	.sections = sections,
};

/* The input, which tells that work is left, goes when all that follows from the work is done: here and in done(). */
static int
failed(struct processor *p, const char *path, struct item *it)
{
	struct err *why = &p->result->err, e;
	struct record rec;

	if (ncf_is_to_blame(path, why)) {
		if (record_wanted(&rec, &p->run, p->result->ds, p->result->type) &&
		    record_failed(&rec, path, why->msg, &e) < 0)
			run_error(&p->run, &e);
		if (run_quarantine(&p->run, p->quarantine, LAYOUT_QUARANTINE, LOG_QUARANTINED, path, why->msg))
			it->state = ITEM_QUARANTINED;
	}
	return item_failed(it, why);
}

static int
done(struct processor *p, const char *path, struct item *it)
{
	const struct granule_result *r = p->result;
	struct record rec;
	struct err e;
	int left = granule_is_left(&p->rules, path, r, &e);

	strlist_push(&it->outputs, r->output);
	item_set(it, "md5", "s", r->md5);
	it->bytes = r->bytes;
	it->silent = p->run.dry_run;
	if (p->run.dry_run) {
		prog_say("%s -> %s%s", path, r->output, r->skipped ? " (is there already)" : "");
		return !r->skipped;
	}
	if (left < 0)
		return item_failed(it, &e);
	finallog_add(&p->run.log, LOG_PROCESSED, str_base(r->output));
	if (record_wanted(&rec, &p->run, p->result->ds, p->result->type) && (left > 0 || !r->skipped)) {
		rec.again = r->skipped;		/* a run before this one came so far */
		if (record_done(&rec, str_base(r->output), r->convert, r->publish, &e) < 0) {
			run_error(&p->run, &e);
			left = 0;
		}
	}
	if (left > 0 && file_remove(path, &e) < 0)
		return item_failed(it, &e);
	prog_debug("Processed: %s (%s, %.2f s)", r->output, prog_human(r->bytes), r->convert + r->publish);
	return !r->skipped;
}

static void
make(void *arg)
{
	struct processor *p = arg;

	granule_make(&p->rules, p->path, p->result);
}

static int
work(struct run *r, const char *path, struct item *it)
{
	struct processor *p = (struct processor *)r;
	struct err e;

	finallog_add(&r->log, LOG_TO_PROCESS, str_base(path));
	*p->result = (struct granule_result){ .type = r->type };
	p->path = path;
	if (child_run(make, p, -1, path, &e) < 0)
		p->result->err = e;
	if (p->ds == NULL)
		p->ds = p->result->ds;
	if (p->type == PTYPE_COUNT)
		p->type = p->result->type;
	return (p->result->err.code == E_NONE ? done : failed)(p, path, it);
}

/* The combined files of the times in a job list. */
static int
find_items(struct processor *p, struct err *e)
{
	struct run *r = &p->run;
	struct strlist paths = {0}, missing = {0};
	struct record rec;

	if (joblist_granules(&r->elements, r->job, granule_look, r, &paths, &missing, e) < 0) {
		strlist_free(&paths);
		strlist_free(&missing);
		return -1;
	}
	if (record_wanted(&rec, r, r->ds, r->type) && record_begin(&rec, e) < 0)
		run_error(r, e);
	prog_info("Number of combined files to process: %zu", paths.n);
	if (missing.n > 0)
		prog_info("%zu of %zu times have no combined file, the first is %s", missing.n, r->elements.n,
		    missing.item[0]);
	strlist_free(&missing);
	run_set_items(r, &paths);
	return 0;
}

static void
note_final_log(struct processor *p)
{
	struct run *r = &p->run;

	finallog_field(&r->log, "dataset", "%s", p->ds != NULL ? p->ds->label : "none");
	finallog_field(&r->log, "processing_type", "%s", p->type != PTYPE_COUNT ? ptype_upper(p->type) : "none");
	run_log_job(r, "none");
	finallog_field(&r->log, "number_to_process", "%zu", r->done + r->skipped + r->nfailed);
	finallog_field(&r->log, "total_granules_created", "%zu", r->done + r->skipped);
}

int
main(int argc, char *argv[])
{
	struct processor p = { .rules.run = &p.run };
	struct run *r = &p.run;
	struct err e;

	run_begin(r, argc, argv, &program);
	ncf_setup();
	run_need_identity(r, true);
	p.result = child_memory(sizeof(*p.result));
	p.ds = r->ds;
	p.type = r->type;
	p.rules.workers = run_workers(r, MAX_WORKERS);
	if (run_open(r, &e) < 0 || (r->job != NULL && find_items(&p, &e) < 0))
		return run_abort(r, &e);
	run_list(r, work);
	note_final_log(&p);
	return run_end(r, "print_final_log");
}
