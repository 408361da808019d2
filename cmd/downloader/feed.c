/* feed - lines of the list into downloads */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "feed.h"

/* The line without blanks around it, and https. */
static char *
tidy_line(const char *line, const char *url)
{
	size_t n;

	line += strspn(line, " \t");
	for (n = strlen(line); n > 0 && strchr(" \t\r", line[n - 1]) != NULL; n--)
		;
	if (str_starts(line, "http:") && str_starts(url, "https:"))
		return xfmt("https%.*s", (int)(n - strlen("http")), line + strlen("http"));
	return xfmt("%.*s", (int)n, line);
}

static void
say_plan(const struct feed *f)
{
	const struct listline *l = &f->l;
	struct err e;

	for (enum ptype t = PTYPE_QUICKLOOK; t < download_places(f->conf); t++) {
		char *path = download_path(f->conf, l, t, &e);

		if (path == NULL)
			prog_warn(&e);
		else
			prog_say("%.*s -> %s%s", url_shown(l->url), l->url, path, file_look(path, NULL, NULL) > 0 ?
			    " (exists)" : "");
		free(path);
	}
}

static bool
is_new(struct feed *f)
{
	char *text = xfmt("%s %s", f->l.url, f->l.checksum);
	uint32_t *seen = set_at(&f->seen, text, strlen(text));
	bool is = *seen == 0;

	*seen = 1;
	free(text);
	return is;
}

static void
feed_line(struct feed *f, const char *text)
{
	const struct dataset *only = f->run->dataset_text != NULL ? f->run->ds : NULL;
	struct listline *l = &f->l;
	struct err e;
	enum listline_result got = listline_parse(text, LISTLINE_SOURCE, l, &e);
	char *line;

	if (got == LISTLINE_NONE)
		return;
	if (f->max > 0 && f->report->lines >= f->max) {
		f->report->unattempted++;
		return;
	}
	line = tidy_line(text, got == LISTLINE_FILE ? l->url : "");
	if (got == LISTLINE_FILE && only != NULL && l->obpg.ds != only) {
		err_set(&e, E_DATA, "%s: not a file of %s", l->name, only->key);
		got = LISTLINE_BAD;
	}
	if (f->no_checksum) {
		l->alg = DIGEST_NONE;
		l->checksum[0] = '\0';
	}
	if (got != LISTLINE_FILE) {
		report_bad(f->report, line, false, &e);
	} else if (is_new(f)) {
		report_begin(f->report, l->obpg.ds);
		if (f->run->dry_run)
			say_plan(f);
		else
			downloads_add(f->d, l, line);
	}
	free(line);
}

void
feed_lines(struct feed *f)
{
	struct run *r = f->run;
	enum list_result got;
	struct err e;
	char *line;

	while (!f->ended && run_goes_on(r) && (r->dry_run || (downloads_room(f->d) && list_ready(&r->in)))) {
		got = list_next(&r->in, &line, &e);
		if (got == LIST_ITEM)
			feed_line(f, line);
		else if (got == LIST_BAD)
			report_bad(f->report, line, true, &e);
		else if (got == LIST_FAILED)
			run_error(r, &e);
		f->ended = got == LIST_END || got == LIST_FAILED;
	}
}

bool
feed_listens(const struct feed *f)
{
	return !f->ended && f->run->in.argv == NULL && downloads_room(f->d);
}

/* After a signal what can be had at once: a list in a file, not one that is still being written. */
void
feed_give_up(struct feed *f)
{
	struct run *r = f->run;
	enum list_result got;
	struct err e;
	char *line;

	while (!f->ended && (prog_signal() == 0 || list_ready(&r->in))) {
		got = list_next(&r->in, &line, &e);
		if (got == LIST_ITEM && line[strspn(line, " \t")] != '\0' && line[strspn(line, " \t")] != '#')
			report_undone(f->report, line);
		f->ended = got == LIST_END || got == LIST_FAILED;
	}
}

void
feed_fini(struct feed *f)
{
	set_fini(&f->seen);
}
