/* record - what is said about the return of one workflow's tokens */

#include <stdlib.h>

#include <jansson.h>

#include "base/mem.h"
#include "granule/finallog.h"
#include "record.h"

#define INFO "License - INFO : "

/* In the order of the reference system. */
static const enum tokens_kind order[] = { TOKENS_FL, TOKENS_QL, TOKENS_R };

#define ORDER (sizeof(order) / sizeof(*order))

static const char *const kind_label[TOKENS_KINDS] = {
	[TOKENS_QL] = "quicklook dataset", [TOKENS_R] = "refined dataset", [TOKENS_FL] = "floating"
};

static const char *const field[TOKENS_KINDS] = {
	[TOKENS_QL] = "dataset_quicklook_idl", [TOKENS_R] = "dataset_refined_idl", [TOKENS_FL] = "floating_idl"
};

void
record_titles(struct record *r)
{
	const char *prefix = getenv("GENERATE_PREFIX");

	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		tokens_name(r->ds->key, r->uid, k, r->name[k]);
		r->title[k] = prefix != NULL && *prefix != '\0' ? xfmt("%s-idl-%s", prefix, r->name[k]) : xstrdup(r->name[k]);
	}
	r->pool[0] = prefix != NULL && *prefix != '\0' ? xfmt("%s-idl-%s", prefix, r->ds->key) : xstrdup(r->ds->key);
	r->pool[1] = prefix != NULL && *prefix != '\0' ? xfmt("%s-idl-" TOKENS_FLOATING, prefix) : xstrdup(TOKENS_FLOATING);
}

void
record_free(struct record *r)
{
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		free(r->title[k]);
	free(r->pool[0]);
	free(r->pool[1]);
	*r = (struct record){0};
}

const char *
record_type(const struct record *r)
{
	return r->of == TOKENS_OF_ALL ? "ALL" : ptype_upper(r->type);
}

char *
record_line(const struct record *r, enum tokens_kind k, struct err *e)
{
	return mem_fmt(e, "%s\t%d\t%d", r->name[k], r->back.number[k], r->back.free[k]);
}

char *
record_json(const struct record *r, struct err *e)
{
	json_t *outputs = json_array(), *root;
	char *text = NULL;

	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		if (r->back.removed[k])
			(void)json_array_append_new(outputs, json_pack("{s:s, s:i, s:i}", "reservation", r->name[k],
			    "tokens", r->back.number[k], "free", r->back.free[k]));
	root = json_pack("{s:s, s:s, s:s, s:s, s:o, s:f}", "input", r->uid, "dataset", r->ds->key, "type",
	    r->of == TOKENS_OF_ALL ? "all" : ptype_name(r->type), "state", r->state, "outputs", outputs, "seconds",
	    r->seconds);
	if (root != NULL && r->reason != NULL)
		(void)json_object_set_new(root, "reason", json_string(r->reason));
	if (root != NULL)
		text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6));
	json_decref(root);
	if (text == NULL)
		err_mem(e, "JSON");
	return text;
}

/* --- the log ---------------------------------------------------------------------------------------------------- */

static void
log_one(const struct record *r, enum tokens_kind k, struct buf *b)
{
	if (r->back.located[k])
		buf_add(b, INFO "Located %s %s: %d reserved licenses.\n", kind_label[k], r->title[k],
		    r->back.number[k]);
	else
		buf_add(b, INFO "Could not locate %s.\n", r->title[k]);
}

static void
log_number(const char *what, bool there, int n, struct buf *b)
{
	if (there)
		buf_add(b, INFO "Number of %s licenses reserved: %d.\n", what, n);
	else
		buf_add(b, INFO "Number of %s licenses reserved: None.\n", what);
}

static void
log_returned(const struct record *r, struct buf *b)
{
	buf_add(b, INFO "Placed hold on IDL licenses.\n");
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++) {
		bool floating = k == TOKENS_FL;

		if (!r->back.removed[k])
			continue;
		buf_add(b, INFO "Current %s pool: %d.\n", floating ? "floating" : "dataset",
		    r->back.free[k] - r->back.number[k]);
		buf_add(b, INFO "Wrote %d license(s) to %s parameter.\n", r->back.number[k], r->pool[floating]);
	}
	for (enum tokens_kind k = TOKENS_QL; k < TOKENS_KINDS; k++)
		if (r->back.removed[k])
			buf_add(b, INFO "Deleted parameter: %s.\n", r->title[k]);
	buf_add(b, INFO "Removed hold on IDL licenses.\n");
}

void
record_log(const struct record *r, struct buf *b)
{
	const struct tokens_returned *k = &r->back;
	bool any = false;

	log_one(r, TOKENS_FL, b);
	log_number("floating", k->located[TOKENS_FL], k->number[TOKENS_FL], b);
	if (r->of == TOKENS_OF_REFINED) {
		log_one(r, TOKENS_QL, b);
		if (k->located[TOKENS_QL] && !k->located[TOKENS_FL])
			buf_add(b,
			    INFO "Quicklook licenses exist and floating license(s) belongs to quicklook operations.\n"
			    INFO "Not modifying floating license(s).\n");
	}
	for (size_t i = 1; i < ORDER; i++) {
		enum tokens_of with = order[i] == TOKENS_QL ? TOKENS_OF_QUICKLOOK : TOKENS_OF_REFINED;

		if (r->of != with && r->of != TOKENS_OF_ALL)
			continue;
		log_one(r, order[i], b);
		log_number("dataset", k->located[order[i]], k->number[order[i]], b);
	}
	for (enum tokens_kind i = TOKENS_QL; i < TOKENS_KINDS; i++)
		any |= k->removed[i];
	if (any)
		log_returned(r, b);
	else
		buf_add(b, INFO "No licenses detected to return.\n");
}

char *
record_final_log(const struct record *r, const char *job_id, struct err *e)
{
	struct finallog log = { .bare_end = true };
	char *line;

	finallog_field(&log, "unique_id", "%s", r->uid);
	finallog_field(&log, "dataset", "%s", r->ds->label);
	finallog_field(&log, "processing_type", "%s", record_type(r));
	finallog_field(&log, "job_id", "%s", job_id);
	for (size_t i = 0; i < ORDER; i++) {
		enum tokens_kind k = order[i];
		char *key = mem_fmt(e, "%s_located", field[k]), *number = mem_fmt(e, "%s_located_number", field[k]);

		if (key != NULL && number != NULL) {
			finallog_field(&log, key, "%s", r->back.located[k] ? r->title[k] : "None");
			finallog_field(&log, number, "%d", r->back.number[k]);
		}
		free(key);
		free(number);
	}
	line = finallog_line(&log, "return_license");
	finallog_fini(&log);
	return line;
}
