/* run - the frame of every program */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "granule/joblist.h"
#include "run/job.h"
#include "run/run.h"

#define DEFAULT_ROOT "generate-data"
#define BAD_LINES 20			/* that are named one by one */
#define CROWD_WAIT 0.1

/* Dataset and type of the job list, where the options do not say. */
static void
take_identity(struct run *r)
{
	const struct dataset *ds;
	enum ptype t;

	joblist_identity(r->job, &ds, &t);
	if (r->ds == NULL)
		r->ds = ds;
	if (r->type == PTYPE_COUNT)
		r->type = t;
}

void
run_begin(struct run *p, int argc, char *argv[], const struct program *program)
{
	const char *root = getenv("GENERATE_ROOT");
	int first;
	struct err e;

	prog_init(argv[0]);
	p->program = program;
	p->log.sections = program->sections;
	p->root = root != NULL && *root != '\0' ? root : DEFAULT_ROOT;
	p->index = -1;
	p->attempts = 3;
	p->failed.fd = -1;
	p->began = clock_steady();
	(void)pthread_mutex_init(&p->lock, NULL);
	first = options_parse(p, argc, argv, program);
	p->args = argv + first;
	p->nargs = argc - first;
	p->sep = p->null ? '\0' : '\n';
	p->final_log = (p->final_log || p->job != NULL) && !p->dry_run;
	if (p->quiet)
		prog_quiet();
	if (p->verbose)
		prog_verbose();
	if (p->progress || p->no_progress)
		prog_progress_mode(p->progress);
	if (dataset_of_option(p->dataset_text, &p->ds, &e) < 0 || ptype_of_option(p->type_text, &p->type, &e) < 0)
		run_usage("%s", e.msg);
	if (p->job != NULL)
		take_identity(p);
	if ((program->common & COMMON_LIST) == 0 && p->nargs > 0)
		run_usage("%s: no arguments are expected", p->args[0]);
	if (p->job != NULL && p->nargs > 0)
		run_usage("--job and items on the command line");
}

void
run_usage(const char *fmt, ...)
{
	char text[ERR_MSGMAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	exit(prog_bad_usage("%s", text));
}

void
run_need_identity(const struct run *r, bool dataset)
{
	if (r->job != NULL && r->ds == NULL && dataset)
		run_usage("%s: its name does not tell the dataset; use -d", r->job);
	if (r->job != NULL && r->type == PTYPE_COUNT)
		run_usage("%s: its name does not tell quicklook or refined; use -t", r->job);
}

/* ---- beginning and end ---- */

int
run_open(struct run *r, struct err *e)
{
	struct stat st;

	if (r->index < 0 && (r->index = job_index(e)) < 0)
		return -1;
	if (notify_open(&r->notify, r->dry_run ? NULL : r->notify_place, e) < 0)
		return -1;
	if (r->failed_path != NULL && stat(r->failed_path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(e, E_USAGE, "%s: a directory", r->failed_path);
	if (r->failed_path != NULL && !r->dry_run &&
	    (newfile_open(&r->failed, r->failed_path, e) < 0 || newfile_write(&r->failed, "", 0, e) < 0))
		return -1;
	if (r->job != NULL) {
		if (job_elements(r->job, r->index, &r->elements, e) < 0)
			return -1;
		list_open_items(&r->in, r->elements.n, r->elements.item, r->sep);
	} else if ((r->program->common & COMMON_LIST) != 0 && !r->no_items) {
		list_open(&r->in, r->nargs, r->args, r->sep);
		if (r->in.argv == NULL && prog_stdin_closed())
			return err_set(e, E_USAGE, "standard input is closed: nothing to read");
	}
	return 0;
}

void
run_set_items(struct run *r, struct strlist *items)
{
	strlist_free(&r->elements);
	r->elements = *items;
	*items = (struct strlist){0};
	list_open_items(&r->in, r->elements.n, r->elements.item, r->sep);
}

static void
run_close(struct run *r)
{
	newfile_close(&r->failed);
	notify_close(&r->notify);
	finallog_fini(&r->log);
	strlist_free(&r->elements);
	(void)pthread_mutex_destroy(&r->lock);
}

/* The last attempt of a job: some failed items shall not keep the dependants of the good ones from running. */
static int
status_for_engine(const struct run *r)
{
	if (r->status != ST_SOME || r->job == NULL || r->strict || !job_last_attempt(r->attempts))
		return r->status;
	prog_info("some items failed; this was the last attempt, dependants may run for the others");
	return ST_OK;
}

int
run_end(struct run *r, const char *routine)
{
	struct err e;
	char *line;

	prog_progress_end();
	if (r->bad_lines > BAD_LINES)
		prog_say("%zu more bad lines", r->bad_lines - BAD_LINES);
	if (file_without_locks())
		prog_info("a file system here has no locks: results are whole, but work may be done twice");
	if (r->failed.fd >= 0 && newfile_commit(&r->failed, &e) < 0)
		run_error(r, &e);
	if (routine != NULL && r->final_log) {
		line = finallog_line(&r->log, routine);
		prog_log(line);
		free(line);
	}
	if (r->program->times != NULL) {
		double s = clock_steady() - r->began;
		long whole = (long)s;

		run_log(r, r->program->times, "Total execution time: %ld:%02ld:%02ld.%06ld", whole / 3600,
		    whole / 60 % 60, whole % 60, (long)((s - (double)whole) * 1e6));
	}
	if (notify_send(&r->notify, r->program->subject, &e) < 0)
		prog_warn(&e);			/* a lost message never decides */
	r->status = status_for_engine(r);
	run_close(r);
	return prog_done(r->status);
}

int
run_abort(struct run *r, const struct err *e)
{
	int status = prog_fail(e);

	run_close(r);
	return prog_done(status);
}

/* ---- items ---- */

bool
run_goes_on(struct run *r)
{
	bool on;

	(void)pthread_mutex_lock(&r->lock);
	on = !r->stop && prog_signal() == 0 && !ferror(stdout);
	(void)pthread_mutex_unlock(&r->lock);
	return on;
}

static void
note_error(struct run *r, const struct err *e)
{
	r->status = prog_failed(e, r->status);
	if (e->code == E_AUTH || e->code == E_SIGNAL)
		r->stop = true;
}

void
run_error(struct run *r, const struct err *e)
{
	(void)pthread_mutex_lock(&r->lock);
	note_error(r, e);
	(void)pthread_mutex_unlock(&r->lock);
}

void
run_status(struct run *r, int status)
{
	(void)pthread_mutex_lock(&r->lock);
	r->status = status;
	(void)pthread_mutex_unlock(&r->lock);
}

static void
failed_bytes(struct run *r, const char *line, size_t size)
{
	struct err e;

	if (r->failed.fd < 0 || (file_put(r->failed.fd, r->failed_path, line, size, &e) == 0 &&
	    file_put(r->failed.fd, r->failed_path, &r->sep, 1, &e) == 0))
		return;
	r->status = prog_failed(&e, r->status);
	newfile_close(&r->failed);	/* a list that lacks some would pass for all */
}

void
run_failed_line(struct run *r, const char *line)
{
	failed_bytes(r, line, strlen(line));
}

/* A list given as an argument, where its items are expected. */
static void
hint_at_list(const struct run *r, struct item *it)
{
	size_t n = strlen(it->err.msg);
	struct stat st;

	if (it->err.code == E_DATA && it->line != NULL && r->in.argv != NULL && r->job == NULL &&
	    strstr(it->line, ".nc") == NULL && stat(it->line, &st) == 0 && S_ISREG(st.st_mode))
		(void)snprintf(it->err.msg + n, sizeof(it->err.msg) - n, "; if it is a list: %s < %s", prog_name(),
		    it->line);
}

static void
note_failure(struct run *r, struct item *it)
{
	hint_at_list(r, it);
	if (it->state != ITEM_QUARANTINED)
		it->state = ITEM_FAILED;
	xsnprintf(it->reason, sizeof(it->reason), "%s", it->err.msg);
	if (it->line != NULL)
		failed_bytes(r, it->line, it->line_size > 0 ? it->line_size : strlen(it->line));
	if (it->bad_line && ++r->bad_lines > BAD_LINES) {
		r->status = r->status > ST_SOME ? r->status : ST_SOME;
		return;
	}
	note_error(r, &it->err);
	if (!r->program->own_mail)
		notify_add(&r->notify, "%s\n", it->err.msg);
}

bool
run_bad_line(struct run *r, const struct list_in *in, const struct err *e)
{
	struct item it = { .line = in->argv != NULL ? in->argv[in->line - 1] : in->record, .line_size = in->size,
		.bad_line = true, .err = *e };
	bool named;

	(void)pthread_mutex_lock(&r->lock);
	note_failure(r, &it);
	named = r->bad_lines <= BAD_LINES;
	(void)pthread_mutex_unlock(&r->lock);
	return named;
}

static int
put(const struct run *r, const char *text)
{
	return fputs(text, stdout) == EOF ? EOF : putchar(r->sep);
}

/* The item's text on standard output; what is lost there ends the run. */
static void
print(struct run *r, const struct item *it)
{
	char *json = r->json ? item_json(it, r->dry_run) : NULL;
	int rc = 0;

	if (!r->crowd && isatty(STDOUT_FILENO))
		prog_progress_end();
	if (json != NULL || it->text != NULL)
		rc = put(r, json != NULL ? json : it->text);
	else if (!it->silent)
		for (size_t i = 0; rc != EOF && i < it->outputs.n; i++)
			rc = put(r, it->outputs.item[i]);
	if (rc != EOF && (!r->crowd || clock_steady() - r->flushed > CROWD_WAIT)) {
		rc = fflush(stdout);
		r->flushed = clock_steady();
	}
	if (rc == EOF) {
		if (errno != EPIPE)
			prog_say("standard output: %s", strerror(errno));
		r->status = ST_ENV;
		r->stop = true;
	}
	free(json);
}

void
run_put(struct run *r, struct item *it)
{
	(void)pthread_mutex_lock(&r->lock);
	if (it->err.code != E_NONE)
		note_failure(r, it);
	r->done += it->state == ITEM_DONE;
	r->skipped += it->state == ITEM_SKIPPED;
	r->waiting += it->state == ITEM_WAITING;
	r->nfailed += it->state == ITEM_FAILED || it->state == ITEM_QUARANTINED;
	print(r, it);
	(void)pthread_mutex_unlock(&r->lock);
	item_fini(it);
}

/* Number of items of the list; 0 while its end has not been read. */
static size_t
total(const struct list_in *in)
{
	return in->argv != NULL ? in->argc : in->eof && in->pos == in->len ? in->line : 0;
}

void
run_progress(struct run *r, size_t begun, size_t workers, uint64_t bytes, const char *what)
{
	size_t under_way = begun < workers ? begun : workers, all, ended;
	double seconds = clock_steady() - r->began;
	struct buf b = {0};

	(void)pthread_mutex_lock(&r->lock);
	if (!prog_progress_due())
		goto out;
	ended = r->done + r->skipped + r->waiting + r->nfailed;
	all = total(&r->in);
	if (all > 0 && ended <= all)
		buf_add(&b, "%zu of %zu done (%zu %%)", ended, all, 100 * ended / all);
	else
		buf_add(&b, "%zu done", ended);
	if (r->nfailed > 0)
		buf_add(&b, ", %zu failed", r->nfailed);
	if (under_way > 0)
		buf_add(&b, ", %zu under way", under_way);
	if (all > ended + under_way || begun > under_way)
		buf_add(&b, ", %zu waiting", all > 0 ? all - ended - under_way : begun - under_way);
	if (bytes > 0 && seconds > 0.5) {
		buf_add(&b, ", %s", prog_human(bytes));
		buf_add(&b, ", %s/s", prog_human((uint64_t)((double)bytes / seconds)));
	}
	if (all > ended && ended > 0 && seconds > 2) {
		long left = (long)(seconds / (double)ended * (double)(all - ended)) + 1;

		buf_add(&b, ", %ld:%02ld left", left / 60, left % 60);
	}
	prog_progress("%s%s%s", b.text, what != NULL ? ": " : "", what != NULL ? str_base(what) : "");
out:
	(void)pthread_mutex_unlock(&r->lock);
	buf_free(&b);
}

/* The list cannot be read to its end. */
static void
run_broken(struct run *r, const struct err *e)
{
	(void)pthread_mutex_lock(&r->lock);
	note_error(r, e);
	r->stop = true;
	(void)pthread_mutex_unlock(&r->lock);
}

char *
run_next(struct run *r)
{
	enum list_result got = LIST_BAD;
	struct err e;
	char *line;

	while (got == LIST_BAD && run_goes_on(r)) {
		got = list_next(&r->in, &line, &e);
		if (got == LIST_BAD && run_bad_line(r, &r->in, &e) && r->program->bad_line != NULL)
			r->program->bad_line(r, &e);
		else if (got == LIST_FAILED)
			run_broken(r, &e);
	}
	return got == LIST_ITEM ? line : NULL;
}

void
run_list(struct run *r, run_work *work)
{
	char *line;

	while ((line = run_next(r)) != NULL) {
		struct item it;
		int rc;

		run_progress(r, 0, 0, 0, line);
		item_begin(&it, line);
		rc = work(r, line, &it);
		if (rc == 0 && it.state == ITEM_DONE)
			it.state = ITEM_SKIPPED;
		run_put(r, &it);
	}
}

/* ---- oddities ---- */

void
oddity(struct oddities *o, const char *fmt, ...)
{
	char text[ERR_MSGMAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (o->n++ == 0)
		memcpy(o->first, text, sizeof(text));
	else
		prog_debug("%s", text);
}

void
run_oddities(struct run *r, struct oddities *o)
{
	struct err e;

	if (o->n == 0)
		return;
	if (o->n == 1)
		err_set(&e, E_DATA, "%s", o->first);
	else
		err_set(&e, E_DATA, "%.900s; and %zu more like it", o->first, o->n - 1);
	if (r->strict) {
		run_error(r, &e);
		notify_add(&r->notify, "%s\n", e.msg);
	} else {
		prog_warn(&e);
	}
	o->n = 0;
}

/* ---- places ---- */

int
run_path(const struct run *r, enum layout what, const struct dataset *ds, enum ptype t, int64_t time,
    const char *name, char out[LAYOUT_SIZE], struct err *e)
{
	if (r->outdir != NULL)
		return str_fmt(out, LAYOUT_SIZE, e, "%s/%s", r->outdir, name);
	return layout_path(r->root, what, ds, t, time, name, out, e);
}

bool
run_quarantine(struct run *r, const char *dir, enum layout place, size_t section, const char *path, const char *reason)
{
	char tree[LAYOUT_SIZE];
	struct err e;
	int rc = dir == NULL ? file_below(path, r->root, &e) : 0;

	if (rc > 0 && (rc = layout_dir(r->root, place, NULL, PTYPE_COUNT, 0, tree, &e)) == 0)
		dir = tree;
	if (rc == 0 && (dir == NULL || r->dry_run || file_look(path, NULL, NULL) <= 0))
		return false;
	if (rc < 0 || file_quarantine(path, dir, reason, &e) < 0) {
		run_error(r, &e);
		return false;
	}
	finallog_add(&r->log, section, str_base(path));
	prog_info("%s: moved to %s", path, dir);
	return true;
}

/* ---- logs ---- */

void
run_log(const struct run *r, const char *origin, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	if (!r->final_log)
		return;
	va_start(ap, fmt);
	buf_add(&b, "%s : ", origin);
	buf_vadd(&b, fmt, ap);
	va_end(ap);
	for (char *s = b.text; (s = strchr(s, '\n')) != NULL;)
		*s = ' ';
	err_printable(b.text);
	prog_log(b.text);
	buf_free(&b);
}

void
run_log_job(struct run *r, const char *none)
{
	finallog_field(&r->log, "job_id", "%s", job_id());
	finallog_field(&r->log, "job_index", "%ld", r->index);
	if (r->job != NULL || none != NULL)
		finallog_field(&r->log, "json_file", "%s", r->job != NULL ? str_base(r->job) : none);
}

int
run_workers(const struct run *r, int max)
{
	long n = r->jobs > 0 ? r->jobs : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > max ? max : (int)n;
}
