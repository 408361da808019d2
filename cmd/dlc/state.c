/* state - what earlier runs have announced */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "granule/listline.h"
#include "state.h"
#include "window.h"

#define SEEN (-1)			/* in missed: is in this run's answer */

/* ---- reading ---- */

/* URL CHECKSUM [DAY]; the key is the URL, or the name where that is enough. False when it is no such line. */
static bool
know_line(struct state *s, struct listline *l, const char *line, size_t number)
{
	const char *files_url = s->known.files_url;
	enum listline_result got = listline_parse(line, files_url, l, NULL);
	char missed[WINDOW_TEXT_SIZE + 1];
	int64_t day = 0;

	if (got == LISTLINE_NONE)
		return true;
	if (got == LISTLINE_BAD || strlen(l->url) >= LIST_RECMAX - 64 || l->alg != DIGEST_SHA1)
		return false;
	(void)snprintf(missed, sizeof(missed), "%.*s", (int)strcspn(l->rest, " \t"), l->rest);
	if (*missed != '\0' && (!window_parse_day(missed, &day) || day <= 0))
		return false;
	entries_add(&s->known, l->dir == strlen(files_url) && str_starts(l->url, files_url) ? l->name : l->url,
	    l->checksum, number)->missed = (int32_t)(day / WINDOW_DAY);
	return true;
}

int
state_read(struct state *s, int fd, struct err *e)
{
	struct list_in *in = xarray(1, sizeof(*in));
	struct listline l = {0};
	enum list_result got;
	char *line;
	int ret = 0;

	list_open_fd(in, fd, s->place, '\n');
	while (ret == 0 && (got = list_next(in, &line, e)) != LIST_END) {
		s->lines++;
		if (got == LIST_FAILED)
			ret = -1;
		else if (got == LIST_BAD)
			oddity(&s->bad, "%s: line %zu: control characters, or too long; left out", s->place, in->line);
		else if (!know_line(s, &l, line, in->line))
			oddity(&s->bad, "%s: line %zu: not a URL and a checksum; left out", s->place, in->line);
	}
	if (ret == 0 && in->interrupted)
		ret = err_set(e, E_SIGNAL, "interrupted");
	free(in);
	return ret;
}

static int
load(struct state *s, int fd, struct err *e)
{
	entries_fini(&s->known);
	s->known.name = s->place;
	s->lines = s->bad.n = 0;
	if (state_read(s, fd, e) < 0)
		return -1;
	if (s->bad.n > s->lines / 2)
		return err_set(e, E_DATA, "%s: %zu of %zu lines are unreadable; put it right or remove it", s->place,
		    s->bad.n, s->lines);
	entries_index(&s->known);
	return 0;
}

static int
open_local(struct state *s, struct err *e)
{
	struct stat st;
	int fd, ret = -1;

	if (s->update && newfile_open(&s->file, s->place, e) < 0)
		return -1;
	fd = open(s->place, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(e, "%s", s->place);
	if (fstat(fd, &st) < 0)
		err_sys(e, "%s", s->place);
	else if (!S_ISREG(st.st_mode))
		err_set(e, E_USAGE, "%s: not a file", s->place);
	else
		ret = load(s, fd, e);
	if (ret == 0)
		s->written = st.st_mtim.tv_sec;
	(void)close(fd);
	return ret;
}

static int
read_object(struct state *s, struct err *e)
{
	struct store_object obj;
	int fd, ret, there = store_head(s->store, s->key, &obj, e);

	if (there <= 0) {
		entries_fini(&s->known);
		s->md5[0] = '\0';
		return there;
	}
	memcpy(s->md5, obj.md5, sizeof(s->md5));
	s->written = obj.time;
	fd = store_get(s->store, s->key, e);
	if (fd < 0)
		return -1;
	ret = load(s, fd, e);
	(void)close(fd);
	return ret;
}

int
state_open_object(struct state *s, struct store *store, const char *key, struct err *e)
{
	s->store = store;
	s->key = key;
	s->written = -1;
	return read_object(s, e);
}

int
state_open(struct state *s, struct err *e)
{
	const char *base = str_base(s->place);
	struct store *store;
	char *dir;

	s->written = -1;
	s->file.fd = -1;
	if (*base == '\0')
		return err_set(e, E_USAGE, "--state %s: not the name of a file or object", s->place);
	if (strstr(s->place, "://") == NULL)
		return open_local(s, e);
	dir = xfmt("%.*s", (int)(base - s->place - 1), s->place);
	store = store_open(dir, s->update ? PLACE_CREATE : PLACE_ASIS, e);
	free(dir);
	return store == NULL ? -1 : state_open_object(s, store, base, e);
}

/* ---- writing ---- */

static int
by_order(const void *a, const void *b, void *sorts_last)
{
	return entries_order(a, b, *(const char **)sorts_last);
}

/* What will be in the state, sorted. */
static void
new_text(struct state *s, const struct entries *found, int32_t day, int32_t keep, const char *sorts_last, struct buf *b)
{
	struct entry *all = xarray(found->n + s->known.n, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < found->n; i++) {
		struct entry *k = entries_find(&s->known, found->item[i].key);

		all[n++] = found->item[i];
		if (k != NULL)
			k->missed = SEEN;
	}
	for (size_t i = 0; i < s->known.n; i++) {
		struct entry *k = &s->known.item[i];

		if (*k->key == '\0' || k->missed == SEEN)
			continue;
		if (k->missed == 0)
			k->missed = day;
		if (day - k->missed <= keep)
			all[n++] = *k;
	}
	if (n > found->n)
		qsort_r(all, n, sizeof(*all), by_order, &sorts_last);
	for (size_t i = 0; i < n; i++) {
		char text[WINDOW_TEXT_SIZE];

		entries_line(&s->known, &all[i], b);
		if (all[i].missed > 0) {
			window_text(all[i].missed * WINDOW_DAY, text);
			buf_add(b, " %s", text);
		}
		buf_put(b, "\n", 1);
	}
	free(all);
}

int
state_save(struct state *s, const struct entries *found, int32_t day, int32_t keep, const char *sorts_last,
    struct err *e)
{
	struct store_object obj = {0};
	struct buf b = {0};
	int ret = 0;

	if (s->store != NULL) {
		/* Another run was faster: what it has announced stays known. */
		ret = store_head(s->store, s->key, &obj, e);
		if (ret > 0)
			ret = strcmp(obj.md5, s->md5) != 0 ? read_object(s, e) : 0;
	}
	if (ret < 0)
		return -1;
	new_text(s, found, day, keep, sorts_last, &b);
	if (s->store != NULL)
		ret = store_put_text(s->store, s->key, buf_str(&b), e);
	else if (newfile_write(&s->file, buf_str(&b), b.len, e) < 0 || newfile_commit(&s->file, e) < 0)
		ret = -1;
	buf_free(&b);
	return ret;
}

void
state_close(struct state *s)
{
	newfile_close(&s->file);
	store_close(s->store);
	entries_fini(&s->known);
	s->store = NULL;
}
