/* lists - what is new, and the download lists made of it */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "lists.h"
#include "match.h"
#include "state.h"
#include "window.h"

#define LINE_SIZE (4096 + 64)
#define ID_DIGITS (UID_SIZE - 1)

/* ---- selecting ---- */

static int
pick(struct lists *l, const struct entry *file, const struct entries *known, struct err *e)
{
	const struct entry *k = known != NULL ? entries_find(known, file->key) : NULL;

	if (k != NULL && memcmp(k->sha1, file->sha1, ENTRY_SHA1) == 0) {
		l->seen++;
		return 0;
	}
	if (mem_grow(&l->pick, &l->picks_cap, l->npicks + 1, sizeof(*l->pick), e) < 0)
		return -1;
	l->pick[l->npicks++] = (struct pick){ .file = file, .changed = k != NULL };
	l->changed += k != NULL;
	return 0;
}

static int
by_day(const void *a, const void *b)
{
	const struct list *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static int64_t
day_of(const struct pick *p)
{
	int64_t t = 0;

	(void)match_time(p->file->key, &t);	/* has been checked */
	return t / WINDOW_DAY - (t % WINDOW_DAY < 0);
}

/* The days there are, sorted; names of one day may be far apart, because old and new names sort differently. */
static int
make_lists(struct lists *l, struct err *e)
{
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < l->npicks; i++) {
		int64_t day = day_of(&l->pick[i]);

		if (n > 0 && l->list[n - 1].day == day)
			continue;
		if (mem_grow(&l->list, &cap, n + 1, sizeof(*l->list), e) < 0)
			return -1;
		l->list[n++] = (struct list){ .day = day };
	}
	if (n > 1)
		qsort(l->list, n, sizeof(*l->list), by_day);
	for (size_t i = 0; i < n; i++)
		if (l->nlists == 0 || l->list[l->nlists - 1].day != l->list[i].day)
			l->list[l->nlists++] = l->list[i];
	for (size_t i = 0; i < l->npicks; i++) {
		const struct list key = { .day = day_of(&l->pick[i]) };
		struct list *mine = bsearch(&key, l->list, l->nlists, sizeof(key), by_day);

		mine->n++;
		l->pick[i].list = (size_t)(mine - l->list);
	}
	return 0;
}

static int
name_lists(struct lists *l, const char *id, struct err *e)
{
	(void)snprintf(l->id, sizeof(l->id), "%.*s", ID_DIGITS, id);
	for (size_t i = 0; i < l->nlists; i++) {
		struct civil c = clock_civil(l->list[i].day * WINDOW_DAY);

		if (str_fmt(l->list[i].name, sizeof(l->list[i].name), e, "%s.daily_%04d_%03d_date_%04d_%02d_%02d_%s",
		    l->ds->list, c.year, c.doy, c.year, c.month, c.day, l->id) < 0)
			return -1;
	}
	return 0;
}

/* "URL CHECKSUM" into line; its length. */
static int
format_line(const struct lists *l, const struct pick *p, char line[LINE_SIZE], struct err *e)
{
	char url[LINE_SIZE - ENTRY_HEX_SIZE], hex[ENTRY_HEX_SIZE];

	if (!state_url(l->files_url, p->file->key, url, sizeof(url)))
		return err_set(e, E_DATA, "%.80s...: name too long", p->file->key);
	entry_hex(p->file, hex);
	return snprintf(line, LINE_SIZE, "%s %s", url, hex);
}

char *
lists_line(const struct lists *l, const struct pick *p, struct err *e)
{
	char line[LINE_SIZE];

	return format_line(l, p, line, e) < 0 ? NULL : mem_str(line, e);
}

/* What the ids are cut from: the digest of all lines. */
static int
digest_of(const struct lists *l, char hex[DIGEST_HEX_SIZE], struct err *e)
{
	struct digest *d = digest_new(DIGEST_SHA256);
	char line[LINE_SIZE];
	int ret = 0;

	digest_update(d, l->ds->key, strlen(l->ds->key));
	for (size_t i = 0; ret == 0 && i < l->npicks; i++) {
		int n = format_line(l, &l->pick[i], line, e);

		if (n < 0)
			ret = -1;
		else
			digest_update(d, line, (size_t)n + 1);
	}
	digest_hex(d, hex);
	digest_free(d);
	return ret;
}

int
lists_select(struct lists *l, const struct entries *found, const struct entries *known, struct err *e)
{
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < found->n; i++)
		if (pick(l, &found->item[i], known, e) < 0)
			return -1;
	if (l->npicks == 0) {
		uid_new(l->id);
		return 0;
	}
	if (make_lists(l, e) < 0 || digest_of(l, hex, e) < 0)
		return -1;
	return name_lists(l, hex, e);
}

/* ---- storing ---- */

/* The text of a list as an open file without a name. */
static int
open_text(const struct lists *l, size_t list, struct err *e)
{
	int fd = memfd_create("list", MFD_CLOEXEC), copy = fd >= 0 ? dup(fd) : -1, ret = 0;
	FILE *fp = copy >= 0 ? fdopen(copy, "w") : NULL;
	char line[LINE_SIZE];

	if (fp == NULL) {
		err_sys(e, "%s", l->list[list].name);
		goto fail;
	}
	for (size_t i = 0; ret == 0 && i < l->npicks; i++) {
		if (l->pick[i].list != list)
			continue;
		ret = format_line(l, &l->pick[i], line, e);
		if (ret >= 0)
			ret = fputs(line, fp) != EOF && putc('\n', fp) != EOF ? 0 :
			    err_sys(e, "%s", l->list[list].name);
	}
	if (fclose(fp) != 0 && ret == 0)
		ret = err_sys(e, "%s", l->list[list].name);
	if (ret == 0)
		return fd;
	copy = -1;
fail:
	if (copy >= 0)
		(void)close(copy);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static char *
key_of(const struct lists *l, size_t list, struct err *e)
{
	return mem_fmt(e, "%s/%s", l->ds->key, l->list[list].name);
}

/* 1 when the store has another object of this name, 0 when it has none or this one, -1. */
static int
is_taken(const struct lists *l, size_t list, struct store *s, struct err *e)
{
	char *key = key_of(l, list, e), hex[DIGEST_HEX_SIZE];
	struct store_object obj = {0};
	int fd, ret = key == NULL ? -1 : store_head(s, key, &obj, e);

	free(key);
	if (ret <= 0)
		return ret;
	fd = open_text(l, list, e);
	if (fd < 0)
		return -1;
	ret = digest_fd(DIGEST_MD5, fd, l->list[list].name, hex, e);
	(void)close(fd);
	return ret < 0 ? -1 : strcmp(hex, obj.md5) != 0;
}

static int
choose_id(struct lists *l, struct store *s, struct err *e)
{
	char hex[DIGEST_HEX_SIZE] = "";
	int taken = 1;

	if (digest_of(l, hex, e) < 0)
		return -1;
	for (size_t at = 0; taken > 0 && hex[at] != '\0'; at += ID_DIGITS) {
		if (name_lists(l, hex + at, e) < 0)
			return -1;
		taken = 0;
		for (size_t i = 0; taken == 0 && i < l->nlists; i++)
			taken = is_taken(l, i, s, e);
	}
	if (taken > 0)
		return err_set(e, E_ENV, "%s: the store has other lists of this name", l->list[0].name);
	return taken;
}

static int
put_list(const struct lists *l, size_t list, struct store *s, struct err *e)
{
	char *key = key_of(l, list, e), path[64];
	int fd = key != NULL ? open_text(l, list, e) : -1, ret = -1;

	if (fd >= 0) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		ret = store_put(s, key, path, NULL, NULL, NULL, e);
		(void)close(fd);
	}
	free(key);
	return ret;
}

int
lists_put(struct lists *l, struct store *s, struct err *e)
{
	if (l->nlists > 0 && choose_id(l, s, e) < 0)
		return -1;
	for (size_t i = 0; i < l->nlists; i++)
		if (put_list(l, i, s, e) < 0)
			return -1;
	return 0;
}

void
lists_fini(struct lists *l)
{
	free(l->pick);
	free(l->list);
	*l = (struct lists){0};
}
