/* log - what is said about the return of one workflow's tokens, in the form of the reference system */

#include <stdlib.h>

#include "base/mem.h"
#include "granule/finallog.h"
#include "run/job.h"
#include "returner.h"

/* In the order of the reference system. */
static const struct {
	enum tokens_kind kind;
	const char *label, *what, *field;
	enum tokens_of of;		/* which type looks for it, besides TOKENS_OF_ALL */
} order[] = {
	{ TOKENS_FL, "floating", "floating", "floating_idl", TOKENS_OF_ALL },
	{ TOKENS_QL, "quicklook dataset", "dataset", "dataset_quicklook_idl", TOKENS_OF_QUICKLOOK },
	{ TOKENS_R, "refined dataset", "dataset", "dataset_refined_idl", TOKENS_OF_REFINED },
};

#define ORDER (sizeof(order) / sizeof(*order))

/* A pool or reservation as the reference system calls it; owned by the caller. */
static char *
title(const char *name)
{
	const char *prefix = getenv("GENERATE_PREFIX");

	return prefix != NULL && *prefix != '\0' ? xfmt("%s-idl-%s", prefix, name) : xstrdup(name);
}

static char *
title_of(const struct returner *p, const char *uid, enum tokens_kind k)
{
	char name[TOKENS_NAME_SIZE];

	tokens_name(p->run.ds->key, uid, k, name);
	return title(name);
}

static const char *
type_word(const struct returner *p)
{
	return p->all ? "ALL" : ptype_upper(p->run.type);
}

void
log_begin(const struct returner *p, const char *uid)
{
	const struct run *r = &p->run;

	run_log(r, LOG_JOB, "Unique identifier: %s", uid);
	run_log(r, LOG_JOB, "Dataset: %s", r->ds->label);
	run_log(r, LOG_JOB, "Processing type: %s", type_word(p));
	run_log(r, LOG_TOKENS, "Running license returner on %s %s with unique ID of %s.", r->ds->token,
	    p->all ? "all" : ptype_name(r->type), uid);
}

static void
log_located(const struct returner *p, const char *uid, const struct tokens_returned *back, size_t i)
{
	enum tokens_kind k = order[i].kind;
	char *name = title_of(p, uid, k);

	if (back->located[k])
		run_log(&p->run, LOG_TOKENS, "Located %s %s: %d reserved licenses.", order[i].label, name,
		    back->number[k]);
	else
		run_log(&p->run, LOG_TOKENS, "Could not locate %s.", name);
	free(name);
}

static void
log_search(const struct returner *p, const char *uid, const struct tokens_returned *back)
{
	bool refined = !p->all && p->run.type == PTYPE_REFINED;
	enum tokens_of of = p->all ? TOKENS_OF_ALL : refined ? TOKENS_OF_REFINED : TOKENS_OF_QUICKLOOK;

	for (size_t i = 0; i < ORDER; i++) {
		enum tokens_kind k = order[i].kind;

		if (of != TOKENS_OF_ALL && order[i].of != TOKENS_OF_ALL && order[i].of != of)
			continue;
		log_located(p, uid, back, i);
		if (back->located[k])
			run_log(&p->run, LOG_TOKENS, "Number of %s licenses reserved: %d.", order[i].what,
			    back->number[k]);
		else
			run_log(&p->run, LOG_TOKENS, "Number of %s licenses reserved: None.", order[i].what);
		if (k != TOKENS_FL || !refined)
			continue;
		log_located(p, uid, back, 1);	/* refined's looks whether the floating ones are quicklook's */
		if (back->located[TOKENS_QL] && !back->located[TOKENS_FL]) {
			run_log(&p->run, LOG_TOKENS,
			    "Quicklook licenses exist and floating license(s) belongs to quicklook operations.");
			run_log(&p->run, LOG_TOKENS, "Not modifying floating license(s).");
		}
	}
}

static void
log_change(const struct returner *p, const char *uid, const struct tokens_returned *back)
{
	const struct run *r = &p->run;

	run_log(r, LOG_TOKENS, "Placed hold on IDL licenses.");
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		int before = back->free[k] - back->number[k];
		char *pool = title(k == TOKENS_FL ? TOKENS_FLOATING : r->ds->key);

		if (back->removed[k]) {
			run_log(r, LOG_TOKENS, "Current %s pool: %d.", k == TOKENS_FL ? "floating" : "dataset",
			    before > 0 ? before : 0);
			run_log(r, LOG_TOKENS, "Wrote %d license(s) to %s parameter.", back->number[k], pool);
		}
		free(pool);
	}
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		char *name = title_of(p, uid, k);

		if (back->removed[k])
			run_log(r, LOG_TOKENS, "Deleted parameter: %s.", name);
		free(name);
	}
	run_log(r, LOG_TOKENS, "Removed hold on IDL licenses.");
}

void
log_returned(const struct returner *p, const char *uid, const struct tokens_returned *back)
{
	struct finallog log = { .bare_end = true };
	char *line;

	if (!p->run.final_log)
		return;
	log_search(p, uid, back);
	if (back->removed[TOKENS_QL] || back->removed[TOKENS_R] || back->removed[TOKENS_FL])
		log_change(p, uid, back);
	else
		run_log(&p->run, LOG_TOKENS, "No licenses detected to return.");
	finallog_field(&log, "unique_id", "%s", uid);
	finallog_field(&log, "dataset", "%s", p->run.ds->label);
	finallog_field(&log, "processing_type", "%s", type_word(p));
	finallog_field(&log, "job_id", "%s", job_id());
	for (size_t i = 0; i < ORDER; i++) {
		enum tokens_kind k = order[i].kind;
		char *name = title_of(p, uid, k), key[64];

		xsnprintf(key, sizeof(key), "%s_located", order[i].field);
		finallog_field(&log, key, "%s", back->located[k] ? name : "None");
		xsnprintf(key, sizeof(key), "%s_located_number", order[i].field);
		finallog_field(&log, key, "%d", back->number[k]);
		free(name);
	}
	line = finallog_line(&log, "return_license");
	prog_log(line);
	free(line);
	finallog_fini(&log);
}
