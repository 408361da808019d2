/* open - what jobs need: the configuration, the engine, the token pool */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/prog.h"
#include "granule/layout.h"
#include "run/pool.h"
#include "run.h"

#define CONFIG_MAX (4 * 1024 * 1024)
#define ATTEMPTS 3			/* of a job's element */
#define RETRY_DELAY 10			/* seconds between them */
#define GRACE 30			/* seconds from SIGTERM to SIGKILL */

int
open_root(struct run *r, struct err *e)
{
	enum place_mode mode = r->o.dry_run || r->o.outdir != NULL ? PLACE_ASIS : PLACE_CREATE;

	r->root = backend_directory(r->o.root, mode, e);
	if (r->root == NULL)
		return -1;
	if (r->o.outdir != NULL &&
	    (r->outdir = backend_directory(r->o.outdir, r->o.dry_run ? PLACE_ASIS : PLACE_CREATE, e)) == NULL)
		return -1;
	return 0;
}

static int
open_place(const char *given, char **place, struct err *e)
{
	free(*place);
	*place = NULL;
	if (given == NULL)
		return 0;
	*place = backend_absolute(given, e);
	return *place == NULL ? -1 : 0;
}

int
open_places(struct run *r, struct err *e)
{
	return open_place(r->to, &r->store, e) < 0 || open_place(r->announce, &r->topic, e) < 0 ||
	    open_place(r->logs, &r->log_place, e) < 0 ? -1 : 0;
}

int
open_config(struct run *r, struct err *e)
{
	const struct strlist *unknown;
	char *text = NULL;

	if (r->config != NULL) {
		text = place_text(r->config, CONFIG_MAX, e);
		if (text == NULL) {
			if (e->code == E_MISSING || e->code == E_DATA)
				e->code = E_USAGE;
			return -1;
		}
	}
	r->conf = config_open(text, r->config != NULL ? r->config : "job configuration", e);
	free(text);
	if (r->conf == NULL)
		return -1;
	unknown = config_unknown(r->conf);
	for (size_t i = 0; i < unknown->n; i++)
		r->info("%s: %s: unknown, ignored", r->config, unknown->item[i]);
	return 0;
}

static void
set_variable(struct run *r, const char *name, const char *value)
{
	char *text = xfmt("%s=%s", name, value);

	strlist_push(&r->env, text);
	free(text);
}

/* The engine; its state file and logs lie beside the plan. */
int
open_engine(struct run *r, const char *place, const char *plan, struct err *e)
{
	struct engine_opts eo = { .env = &r->env, .attempts = ATTEMPTS, .retry_delay = RETRY_DELAY, .grace = GRACE,
		.run = r->uid, .stop = prog_signal, .ended = r->on_engine, .ctx = r, .output = r->records };
	char logs[LAYOUT_SIZE], *state = NULL;

	if (layout_path(r->root, LAYOUT_PLANS, NULL, PTYPE_COUNT, 0, "logs", logs, e) < 0)
		return -1;
	if (plan != NULL && (state = mem_fmt(e, "%s.state", plan)) == NULL)
		return -1;
	free(r->state);
	r->state = state;
	free(r->log_dir);
	r->log_dir = mem_str(r->log_place != NULL ? r->log_place : logs, e);
	if (r->log_dir == NULL)
		return -1;
	eo.state = state;
	eo.logs = plan != NULL ? r->log_dir : NULL;
	strlist_free(&r->env);
	if (plan != NULL) {
		set_variable(r, "GENERATE_ROOT", r->plan.root);
		set_variable(r, "GENERATE_PREFIX", r->plan.prefix);
		if (*r->plan.pool != '\0')
			set_variable(r, "GENERATE_POOL", r->plan.pool);
	}
	r->en = engine_open(r->o.dry_run ? "none" : place, &eo, e);
	return r->en == NULL ? -1 : 0;
}

int
open_tokens(struct run *r, const char *place, struct err *e)
{
	struct tokens_options to = { .wait = (int)r->wait, .stop = prog_signal, .tell = r->on_tokens, .ctx = r,
		.who = "partition" };

	r->pool = pool_open(place, &to, r->o.dry_run ? PLACE_ASIS : PLACE_CREATE, e);
	return r->pool == NULL ? -1 : 0;
}

/* What lies in the shared tree has another name for jobs that see the tree elsewhere. Owned by the caller. */
static char *
as_jobs_see(const struct run *r, const char *path, struct err *e)
{
	size_t n = strlen(r->root);

	if (r->job_root == NULL || strncmp(path, r->root, n) != 0 || path[n] != '/')
		return mem_str(path, e);
	return mem_fmt(e, "%s%s", r->job_root, path + n);
}

/* The pool's place; "" where no tokens are needed. Owned by the run. */
int
open_pool(struct run *r, struct err *e)
{
	char dir[LAYOUT_SIZE];
	const char *place = strcmp(r->engine, "none") == 0 && r->tokens == NULL ? "none:" :
	    pool_place(r->tokens, r->root, dir, e);

	if (place == NULL)
		return -1;
	r->pool_place = strchr(place, ':') != NULL ? mem_str(place, e) :
	    backend_directory(place, r->o.dry_run ? PLACE_ASIS : PLACE_CREATE, e);
	if (r->pool_place == NULL || (r->job_pool = as_jobs_see(r, r->pool_place, e)) == NULL)
		return -1;
	return open_tokens(r, r->pool_place, e);
}

