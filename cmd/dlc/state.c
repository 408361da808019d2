/* state - what earlier runs have announced */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/listline.h"
#include "state.h"
#include "window.h"

#define SEEN (-1)			/* in missed: is in this run's answer */
#define WARN_MAX 20			/* remarks of a kind; the others are counted */
#define URL_MAX_LEN (LIST_RECMAX - 64)	/* leaves room for the other fields */

/* ---- reading ---- */

static void __attribute__((format(printf, 2, 3)))
warn(const struct state *s, const char *fmt, ...)
{
	char text[ERR_MSGMAX];
	va_list ap;

	if (s->warn == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->warn(text);
}

static void
bad_line(struct state *s, size_t line, const char *why)
{
	if (++s->bad <= WARN_MAX)
		warn(s, "%s: line %zu: %s", s->place, line, why);
}

/* URL CHECKSUM [DAY]; the key is the URL, or the name where that is enough */
static int
take_line(struct state *s, struct listline *l, const char *line, size_t number, struct err *e)
{
	enum listline_result got = listline_parse(line, s->files_url, l, NULL);
	bool ours = l->dir == strlen(s->files_url) && strncmp(l->url, s->files_url, l->dir) == 0;
	char missed[OBPG_DATE_SIZE + 1];
	struct entry *n;
	int64_t day = 0;

	if (got == LISTLINE_NONE)
		return 0;
	(void)snprintf(missed, sizeof(missed), "%.*s", (int)strcspn(l->rest, " \t"), l->rest);
	if (got == LISTLINE_BAD || strlen(l->url) > URL_MAX_LEN || l->alg != DIGEST_SHA1 ||
	    (*missed != '\0' && (!window_parse_day(missed, &day) || day <= 0))) {
		bad_line(s, number, "not a URL and a checksum; left out");
		return 0;
	}
	n = entries_add(&s->known, ours ? l->name : l->url, l->checksum, number, e);
	if (n == NULL)
		return -1;
	n->missed = (int32_t)(day / WINDOW_DAY);
	return 0;
}

int
state_read(struct state *s, int fd, struct err *e)
{
	struct list_in *in = xarray(1, sizeof(*in));
	struct listline l = {0};
	enum list_result got;
	struct err why;
	char *line;
	int ret = 0;

	list_open_fd(in, fd, s->place, '\n');
	while (ret == 0 && (got = list_next(in, &line, &why)) != LIST_END) {
		s->lines++;
		if (got == LIST_ITEM)
			ret = take_line(s, &l, line, in->line, e);
		else if (got == LIST_BAD)
			bad_line(s, in->line, "control characters, or too long; left out");
		else
			ret = err_set(e, why.code, "%s", why.msg);
	}
	if (ret == 0 && in->interrupted)
		ret = err_set(e, E_SIGNAL, "interrupted");
	free(in);
	return ret;
}

struct twice {
	const struct state *s;
	size_t n;
};

static void
warn_twice(void *ctx, const struct entry *first, const struct entry *last)
{
	struct twice *t = ctx;

	if (++t->n <= WARN_MAX)
		warn(t->s, "%s: line %u: %s is in line %u too; the later line counts", t->s->place,
		    (unsigned)last->line, last->key, (unsigned)first->line);
}

static int
load(struct state *s, int fd, struct err *e)
{
	struct twice t = { .s = s };

	entries_fini(&s->known);
	s->lines = s->bad = 0;
	if (state_read(s, fd, e) < 0)
		return -1;
	if (s->bad > WARN_MAX)
		warn(s, "%s: %zu more lines like these", s->place, s->bad - WARN_MAX);
	if (s->bad > s->lines / 2)
		return err_set(e, E_DATA, "%s: %zu of %zu lines are unreadable; put it right or remove it", s->place,
		    s->bad, s->lines);
	if (entries_index(&s->known, warn_twice, &t, e) < 0)
		return -1;
	if (t.n > WARN_MAX)
		warn(s, "%s: %zu more files are there twice", s->place, t.n - WARN_MAX);
	return 0;
}

/* ---- a local file ---- */

static int
open_local(struct state *s, struct err *e)
{
	struct stat st;
	int fd, ret = -1;

	if (s->mode == STATE_UPDATE && newfile_open(&s->file, s->place, e) < 0)
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

/* ---- an object ---- */

static int
take_time(void *ctx, const struct store_entry *entry, struct err *e)
{
	struct state *s = ctx;

	(void)e;
	if (strcmp(entry->key, s->key) == 0)
		s->written = entry->time;
	return 0;
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
	if (read_object(s, e) < 0)
		return -1;
	return store_list(store, key, take_time, s, e);
}

static int
open_object(struct state *s, struct err *e)
{
	const char *base = str_base(s->place);
	char *dir = mem_fmt(e, "%.*s", (int)(base - s->place - 1), s->place);
	struct store *store;

	if (dir == NULL)
		return -1;
	store = store_open(dir, s->mode == STATE_UPDATE ? PLACE_CREATE : PLACE_ASIS, e);
	free(dir);
	return store == NULL ? -1 : state_open_object(s, store, base, e);
}

int
state_open(struct state *s, struct err *e)
{
	s->written = -1;
	s->file.fd = -1;
	if (*str_base(s->place) == '\0')
		return err_set(e, E_USAGE, "--state %s: not the name of a file or object", s->place);
	return strstr(s->place, "://") != NULL ? open_object(s, e) : open_local(s, e);
}

/* ---- writing ---- */

bool
state_url(const char *files_url, const char *key, char *out, size_t size)
{
	return str_fmt(out, size, NULL, "%s%s", strchr(key, '/') != NULL ? "" : files_url, key) == 0;
}

static int
put_line(const struct state *s, FILE *fp, const struct entry *n, struct err *e)
{
	char url[LIST_RECMAX], hex[ENTRY_HEX_SIZE], day[OBPG_DATE_SIZE + 1] = "";

	if (!state_url(s->files_url, n->key, url, sizeof(url)))
		return err_set(e, E_DATA, "%.80s...: name too long", n->key);
	entry_hex(n, hex);
	if (n->missed > 0) {
		day[0] = ' ';
		window_text(n->missed * WINDOW_DAY, day + 1);
	}
	if (fputs(url, fp) == EOF || putc(' ', fp) == EOF || fputs(hex, fp) == EOF || fputs(day, fp) == EOF ||
	    putc('\n', fp) == EOF)
		return err_sys(e, "%s", s->place);
	return 0;
}

struct line {
	const struct entry *file;
};

static int
by_order(const void *a, const void *b, void *sorts_last)
{
	const struct line *x = a, *y = b;

	return entries_order(x->file, y->file, sorts_last);
}

/* What will be in the state, sorted; owned by the caller. */
static struct line *
choose(struct state *s, const struct entries *found, int32_t day, int32_t keep, const char *sorts_last, size_t *count,
    struct err *e)
{
	struct line *all = mem_array(found->n + s->known.n, sizeof(*all), e);
	char tail[64];
	struct entry *k;
	size_t n = 0;

	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < found->n; i++) {
		all[n++].file = &found->item[i];
		k = entries_find(&s->known, found->item[i].key);
		if (k != NULL)
			k->missed = SEEN;
	}
	for (size_t i = 0; i < s->known.n; i++) {
		k = &s->known.item[i];
		if (*k->key == '\0' || k->missed == SEEN)
			continue;
		if (k->missed == 0)
			k->missed = day;
		if (day - k->missed <= keep)
			all[n++].file = k;
	}
	(void)snprintf(tail, sizeof(tail), "%s", sorts_last != NULL ? sorts_last : "");
	if (n > found->n)
		qsort_r(all, n, sizeof(*all), by_order, sorts_last != NULL ? tail : NULL);
	*count = n;
	return all;
}

static int
write_state(struct state *s, int fd, const struct entries *found, int32_t day, int32_t keep, const char *sorts_last,
    struct err *e)
{
	size_t n = 0;
	struct line *all = choose(s, found, day, keep, sorts_last, &n, e);
	int copy = all != NULL ? dup(fd) : -1, ret = 0;
	FILE *fp = copy >= 0 ? fdopen(copy, "w") : NULL;

	if (fp == NULL) {
		if (all != NULL)
			err_sys(e, "%s", s->place);
		if (copy >= 0)
			(void)close(copy);
		free(all);
		return -1;
	}
	for (size_t i = 0; ret == 0 && i < n; i++)
		ret = put_line(s, fp, all[i].file, e);
	if (fclose(fp) != 0 && ret == 0)
		ret = err_sys(e, "%s", s->place);
	free(all);
	return ret;
}

static int
save_object(struct state *s, const struct entries *found, int32_t day, int32_t keep, const char *sorts_last,
    struct err *e)
{
	struct store_object obj = {0};
	char path[64];
	int there = store_head(s->store, s->key, &obj, e), ret = -1, fd;

	/* Another run was faster: what it has announced stays known. */
	if (there < 0 || (there > 0 && strcmp(obj.md5, s->md5) != 0 && read_object(s, e) < 0))
		return -1;
	fd = memfd_create("state", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", s->place);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write_state(s, fd, found, day, keep, sorts_last, e) == 0)
		ret = store_put(s->store, s->key, path, NULL, NULL, NULL, e);
	(void)close(fd);
	return ret;
}

int
state_save(struct state *s, const struct entries *found, int32_t day, int32_t keep, const char *sorts_last,
    struct err *e)
{
	if (s->store != NULL)
		return save_object(s, found, day, keep, sorts_last, e);
	if (newfile_write(&s->file, "", 0, e) < 0 ||
	    write_state(s, s->file.fd, found, day, keep, sorts_last, e) < 0)
		return -1;
	return newfile_commit(&s->file, e);
}

void
state_close(struct state *s)
{
	newfile_close(&s->file);
	store_close(s->store);
	entries_fini(&s->known);
	s->store = NULL;
}
