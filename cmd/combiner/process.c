/* process - one granule as the run sees it */

#include <string.h>

#include "base/child.h"
#include "base/mem.h"
#include "netcdf/ncf.h"
#include "process.h"

void
process_failed(struct combiner *c, const char *line, const struct err *why)
{
	struct item it;

	item_begin(&it, line);
	report_error(&c->report, why);
	(void)item_failed(&it, why);
	run_put(&c->run, &it);
}

/* Move a bad file away, unless it has to stay where it is; whether it was moved. */
static bool
quarantine(struct combiner *c, const char *path, const char *reason)
{
	return run_quarantine(&c->run, c->quarantine, LAYOUT_L2_QUARANTINE, LOG_QUARANTINED, path, reason);
}

static bool
has(const struct strlist *l, const char *item)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->item[i], item) == 0)
			return true;
	return false;
}

/* Combined files that are there now, whatever became of the rest. */
static void
note_combined(struct combiner *c, struct item *it)
{
	const struct outcome *o = c->outcome;

	for (size_t i = 0; i < o->ncombined; i++) {
		const struct combined *k = &o->combined[i];

		if (has(&it->outputs, k->path))	/* made before its sister was found to fail */
			continue;
		strlist_push(&it->outputs, k->path);
		it->bytes += k->bytes;
		c->made += k->made;
		c->report.created++;
		finallog_add(&c->run.log, LOG_CREATED, k->name);
	}
}

static void
combine(void *arg)
{
	struct combiner *c = arg;

	granule_combine(&c->set, c->path, c->refused, c->at_end, c->outcome);
}

/* Combine it in a child process; as often as a companion is found to be bad the granule goes on without that. */
static void
attempt(struct combiner *c, struct item *it)
{
	struct outcome *o = c->outcome;
	struct err e;

	memset(c->refused, 0, sizeof(c->refused));
	for (;;) {
		*o = (struct outcome){ .type = PTYPE_COUNT, .light = LIGHT_COUNT, .age = -1 };
		if (child_run(combine, c, -1, c->path, &e) < 0)
			o->err = e;
		if (c->report.ds == NULL)
			c->report.ds = o->ds;
		if (c->report.type == PTYPE_COUNT)
			c->report.type = o->type;
		note_combined(c, it);
		if (o->other.code != E_NONE) {
			report_error(&c->report, &o->other);
			run_error(&c->run, &o->other);
		}
		if (o->suspect == SUITE_SST || c->set.mode.compat || !ncf_is_to_blame(o->input[o->suspect], &o->err))
			return;
		report_error(&c->report, &o->err);
		run_error(&c->run, &o->err);
		(void)quarantine(c, o->input[o->suspect], o->err.msg);
		xsnprintf(it->reason, sizeof(it->reason), "%s", o->err.msg);
		c->report.inputs++;
		c->refused[o->suspect] = true;
	}
}

/* The SST file is at fault, in compatibility mode its companions with it. It goes away, which proves that nothing is
 * left to do, after the failure is recorded. */
static void
reject(struct combiner *c, struct item *it)
{
	struct outcome *o = c->outcome;
	bool bad = ncf_is_to_blame(c->path, &o->err);

	report_error(&c->report, &o->err);
	(void)item_failed(it, &o->err);
	if (bad && quarantine(c, c->path, o->err.msg))
		it->state = ITEM_QUARANTINED;
	for (int s = SUITE_NIGHT; bad && c->set.mode.compat && s < SUITE_COUNT; s++)
		if (o->input[s][0] != '\0')
			(void)quarantine(c, o->input[s], o->err.msg);
}

/* With files given as arguments and combined flat, nothing will come later: that is worth a status. */
static void
wait_for_it(struct combiner *c, struct item *it)
{
	struct err e;

	it->state = ITEM_WAITING;
	if (c->run.outdir != NULL && c->run.in.argv != NULL && c->report.waiting == NULL) {
		err_set(&e, E_MISSING, "%s: waits for companions until it is %ld minutes old; -w 0 combines it now",
		    c->path, c->outcome->threshold);
		xsnprintf(it->reason, sizeof(it->reason), "%s", e.msg);
		run_error(&c->run, &e);
	} else if (c->run.dry_run) {
		return;
	} else if (report_wait(&c->report, c->path, c->outcome, it->reason, &e) < 0) {
		run_error(&c->run, &e);
	} else {
		prog_info("%s", it->reason);
	}
}

/* Inputs for the record, and for the log those that are done with. */
static void
note_inputs(struct combiner *c, struct item *it)
{
	const struct outcome *o = c->outcome;

	for (int s = 0; s < SUITE_COUNT && o->err.code != E_MISSING; s++) {
		if (o->input[s][0] == '\0')
			continue;
		if (s != SUITE_SST)		/* it is there already */
			strlist_push(&it->inputs, o->input[s]);
		if (o->decision == DECIDE_WAIT)
			continue;
		c->report.inputs++;
		if (o->err.code == E_NONE && !c->run.dry_run)
			finallog_add(&c->run.log, LOG_PROCESSED, str_base(o->input[s]));
	}
}

static void
describe(struct combiner *c, struct item *it)
{
	static const char *const light[LIGHT_COUNT] = { "day", "night", "mixed" };
	const struct outcome *o = c->outcome;
	const char *decision = it->err.code != E_NONE ? "failed" : it->state == ITEM_WAITING ? "waiting" :
	    it->outputs.n > 0 ? "combined" : "skipped";

	item_set(it, "light", "s?", o->light < LIGHT_COUNT ? light[o->light] : NULL);
	item_set(it, "type", "s?", o->type < PTYPE_COUNT ? ptype_name(o->type) : NULL);
	item_set(it, "age", "o", o->age >= 0 ? json_integer(o->age) : json_null());
	item_set(it, "decision", "s", decision);
	if (c->run.dry_run && o->ds != NULL)
		it->text = report_explain(c->path, o, strcmp(decision, "combined") == 0 ? "combine" : decision);
}

void
process_granule(struct combiner *c, const char *path, const struct obpg_name *n)
{
	struct outcome *o = c->outcome;
	size_t made = c->made;
	struct item it;

	run_progress(&c->run, 0, 0, 0, path);
	c->path = path;
	item_begin(&it, path);
	if (c->max > 0 && c->made >= (size_t)c->max) {
		c->left++;
		it.state = ITEM_SKIPPED;
		xsnprintf(it.reason, sizeof(it.reason), "--max %ld reached", c->max);
		*o = (struct outcome){ .type = PTYPE_COUNT, .light = LIGHT_COUNT, .age = -1 };
	} else {
		attempt(c, &it);
		if (o->err.code == E_NONE && o->decision == DECIDE_LATER) {
			pending_add(c->pending, path, n);
			item_fini(&it);
			return;
		}
		if (o->err.code != E_NONE)
			reject(c, &it);
		else if (o->decision == DECIDE_WAIT)
			wait_for_it(c, &it);
		else if (c->made == made && !c->run.dry_run)
			it.state = ITEM_SKIPPED;
		note_inputs(c, &it);
	}
	if (o->err.code == E_SIGNAL) {		/* neither done nor failed */
		item_fini(&it);
		return;
	}
	describe(c, &it);
	run_put(&c->run, &it);
}
