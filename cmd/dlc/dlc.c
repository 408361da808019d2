/* dlc - a run of the list creator */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dlc.h"
#include "window.h"

#define LOG_ENTRIES 1500		/* in one final_log line; CloudWatch takes 256 KB */

/* Range mode lists what was listed before, unless it is asked to look at a state; it never changes one. */
static int
open_state(struct dlc *d, struct err *e)
{
	const struct dataset *ds = d->run.ds;

	if (d->no_state || (d->from >= 0 && d->state.place == NULL))
		return 0;
	if (d->state.place == NULL &&
	    layout_path(d->run.root, LAYOUT_LIST_STATES, ds, PTYPE_COUNT, 0, ds->state, d->state_file, e) < 0)
		return -1;
	if (d->state.place == NULL)
		d->state.place = d->state_file;
	d->state.update = !d->run.dry_run && d->from < 0;
	return state_open(&d->state, e);
}

static int
open_input(struct dlc *d, struct err *e)
{
	d->found.files.name = d->from_file == NULL ? "answer" : d->from_file;
	if (d->from_file == NULL)
		return search_open(&d->search, e);
	if (strcmp(d->from_file, "-") == 0) {
		d->found.files.name = "standard input";
		d->list_fd = STDIN_FILENO;
		return prog_stdin_closed() ? err_set(e, E_USAGE, "standard input is closed: nothing to read") : 0;
	}
	d->list_fd = file_open(d->from_file, e);
	return d->list_fd < 0 ? err_config(e) : 0;
}

int
dlc_open(struct dlc *d, struct err *e)
{
	struct run *r = &d->run;
	enum place_mode mode = r->dry_run ? PLACE_ASIS : PLACE_CREATE;

	if (match_init(&d->match, r->ds, r->type, d->pattern, e) < 0 || search_init(&d->search, r->ds, e) < 0 ||
	    run_open(r, e) < 0)
		return -1;
	d->search.retry.tries = (int)d->retries + 1;
	d->found.match = &d->match;
	d->found.files.files_url = d->state.known.files_url = d->search.files_url;
	d->lists.ds = r->ds;
	if ((d->lists_place != NULL && (d->store = store_open(d->lists_place, mode, e)) == NULL) ||
	    (d->announce_place != NULL && (d->queue = queue_open(d->announce_place, mode, e)) == NULL) ||
	    (d->pending_place != NULL && (d->pending.queue = queue_open(d->pending_place, mode, e)) == NULL))
		return -1;
	return open_input(d, e) < 0 ? -1 : open_state(d, e);
}

/* ---- the run ---- */

int
dlc_look(struct dlc *d, struct err *e)
{
	const struct state *st = &d->state;
	int64_t last = st->place != NULL ? st->written : -1, since = window_since(d->now, d->days, last);
	int ret;

	run_oddities(&d->run, &d->state.bad);
	run_oddities(&d->run, &d->state.known.twice);
	if (d->from_file != NULL) {
		ret = search_read(d->list_fd, d->run.sep, &d->found, &d->run, e);
	} else if (d->from >= 0) {
		ret = search_range(&d->search, d->from, d->to, &d->found, e);
	} else {
		if (since < d->now - d->days * WINDOW_DAY) {
			char date[WINDOW_TEXT_SIZE];

			window_text(since, date);
			prog_info("%s: last changed %lld days ago; searching from %s", st->place,
			    (long long)((d->now - last) / WINDOW_DAY), date);
		}
		ret = search_since(&d->search, since, &d->found, e);
	}
	if (ret < 0)
		return -1;
	entries_sort(&d->found.files, d->run.ds->sorts_last);
	run_oddities(&d->run, &d->found.bad);
	run_oddities(&d->run, &d->found.files.twice);
	lists_select(&d->lists, &d->found.files, st->place != NULL ? &st->known : NULL);
	return 0;
}

static int
announce_lists(struct dlc *d, struct err *e)
{
	struct strlist names = {0};
	size_t sent;
	int ret;

	for (size_t i = 0; i < d->lists.nlists; i++)
		strlist_push(&names, d->lists.list[i].name);
	for (size_t i = 0; i < d->pending.names.n; i++)
		strlist_push(&names, d->pending.names.item[i]);
	ret = announce(d->queue, d->prefix, d->run.ds->key, &names, &sent, e);
	if (ret == 0 && sent > 0)
		prog_info("Sent %zu lists in %zu messages to %s", names.n, sent, queue_name(d->queue));
	strlist_free(&names);
	return ret;
}

/* A record of each file that is new or changed. */
static void
put_files(struct dlc *d)
{
	const struct lists *l = &d->lists;
	struct run *r = &d->run;

	for (size_t i = 0; i < l->npicks && run_goes_on(r); i++) {
		const struct pick *p = &l->pick[i];
		char *line = lists_line(l, p), hex[2 * ENTRY_SHA1 + 1];
		struct item it;

		item_begin(&it, p->file->key);
		it.text = line;
		if (r->json) {
			strlist_push(&it.outputs, line);
			*strchr(it.outputs.item[0], ' ') = '\0';	/* the URL */
			hex_text(p->file->sha1, ENTRY_SHA1, hex);
			item_set(&it, "sha1", "s", hex);
			item_set(&it, "change", "s", p->changed ? "changed" : "new");
			item_set(&it, "list", "s?", d->store != NULL ? l->list[p->list].name : NULL);
		}
		run_put(r, &it);
	}
}

int
dlc_deliver(struct dlc *d, struct err *e)
{
	int32_t keep = (int32_t)(d->keep > d->days + 1 ? d->keep : d->days + 1);
	struct err why;

	if (d->store != NULL && lists_put(&d->lists, d->store, e) < 0)
		return -1;
	if (d->pending.queue != NULL && pending_take(&d->pending, &why) < 0)
		dlc_failed(d, &why);
	run_oddities(&d->run, &d->pending.rejected);
	if (d->queue != NULL && announce_lists(d, e) < 0)
		return -1;
	put_files(d);
	if (!run_goes_on(&d->run))	/* not all was printed */
		return 0;
	if (d->state.update && d->lists.npicks > 0 && state_save(&d->state, &d->found.files,
	    (int32_t)(d->now / WINDOW_DAY), keep, d->run.ds->sorts_last, e) < 0)
		return -1;
	return pending_done(&d->pending, e);
}

void
dlc_plan(struct dlc *d)
{
	const struct lists *l = &d->lists;

	for (size_t i = 0; d->store != NULL && i < l->nlists; i++)
		prog_say("would store %s/%s, %zu files", l->ds->key, l->list[i].name, l->list[i].n);
	if (d->queue != NULL && l->nlists > 0)
		prog_say("would announce %zu lists to %s", l->nlists, queue_name(d->queue));
	put_files(d);
}

void
dlc_log(const struct dlc *d)
{
	static const char *const sections[] = { "processed", NULL };
	const struct lists *l = &d->lists;
	size_t i = 0;

	if (!d->run.final_log)
		return;
	do {
		struct finallog log = { .sections = sections, .bare_end = true };
		char *line;

		finallog_field(&log, "unique_id", "%s", l->id);
		finallog_field(&log, "dataset", "%s", l->ds->label);
		finallog_field(&log, "number_downloads", "%zu", l->npicks);
		for (size_t n = 0; n < LOG_ENTRIES && i < l->npicks; n++, i++) {
			line = lists_line(l, &l->pick[i]);
			finallog_add(&log, 0, line);
			free(line);
		}
		line = finallog_line(&log, "download_list_creator_lambda");
		prog_log(line);
		free(line);
		finallog_fini(&log);
	} while (i < l->npicks);
}

void
dlc_failed(struct dlc *d, const struct err *e)
{
	run_error(&d->run, e);
	if (e->code != E_SIGNAL)
		notify_add(&d->run.notify, "%s\n", e->msg);
}

void
dlc_close(struct dlc *d)
{
	pending_release(&d->pending);
	queue_close(d->pending.queue);
	queue_close(d->queue);
	store_close(d->store);
	state_close(&d->state);
	if (d->list_fd >= 0)
		(void)close(d->list_fd);
	lists_fini(&d->lists);
	found_fini(&d->found);
	match_fini(&d->match);
	search_close(&d->search);
}
