/* run - a run, from lists to a plan */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run.h"

void
run_log(const struct run *r, const char *origin, const char *fmt, ...)
{
	struct buf b = {0};
	char *text = NULL;
	va_list ap;
	int n;

	if (!r->o.final_log)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	buf_add(&b, "%s : %s", origin, text);
	if (buf_text(&b, NULL) != NULL)
		r->log(b.text);
	buf_free(&b);
	free(text);
}

void
run_undo(struct run *r)
{
	struct tokens_returned back;
	struct err e;

	if (r->planned)
		return;
	if (r->granted && tokens_release(r->pool, r->ds->key, r->uid, TOKENS_OF_ALL, &back, &e) < 0)
		r->complain(r, &e);
	if (tree_restore(&r->waiting.files, &e) < 0)
		r->complain(r, &e);
	r->granted = false;
	strlist_free(&r->waiting.files);
	worklists_fini(&r->work);
}

void
run_fini(struct run *r)
{
	run_undo(r);
	worklists_fini(&r->work);
	engine_close(r->en);
	strlist_free(&r->env);
	tokens_close(r->pool);
	config_free(r->conf);
	plan_fini(&r->plan);
	groups_fini(&r->gr);
	waiting_fini(&r->waiting);
	intake_fini(&r->in);
	event_fini(&r->ev);
	finallog_fini(&r->log_text);
	notify_close(&r->notify);
	if (r->lock >= 0)
		(void)close(r->lock);
	free(r->root);
	free(r->outdir);
	free(r->pool_place);
	free(r->job_pool);
	free(r->state);
	free(r->log_dir);
	free(r->store);
	free(r->topic);
	free(r->log_place);
}
