/* lists - what is new, and the download lists made of it */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "lists.h"
#include "match.h"
#include "window.h"

#define ID_DIGITS (UID_SIZE - 1)

/* ---- selecting ---- */

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

/* The days there are, sorted, and their lines; names of one day may be far apart, because old and new names sort
 * differently. */
static void
make_lists(struct lists *l, const struct entries *found)
{
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < l->npicks; i++) {
		int64_t day = day_of(&l->pick[i]);

		if (n > 0 && l->list[n - 1].day == day)
			continue;
		xgrow(&l->list, &cap, n + 1, sizeof(*l->list));
		l->list[n++] = (struct list){ .day = day };
	}
	if (n > 1)
		qsort(l->list, n, sizeof(*l->list), by_day);
	for (size_t i = 0; i < n; i++)
		if (l->nlists == 0 || l->list[l->nlists - 1].day != l->list[i].day)
			l->list[l->nlists++] = l->list[i];
	for (size_t i = 0; i < l->npicks; i++) {
		struct pick *p = &l->pick[i];
		const struct list key = { .day = day_of(p) };
		struct list *mine = bsearch(&key, l->list, l->nlists, sizeof(key), by_day);

		p->list = (size_t)(mine - l->list);
		p->at = mine->text.len;
		entries_line(found, p->file, &mine->text);
		p->len = mine->text.len - p->at;
		buf_put(&mine->text, "\n", 1);
		mine->n++;
	}
}

static void
name_lists(struct lists *l, const char *id)
{
	xsnprintf(l->id, sizeof(l->id), "%.*s", ID_DIGITS, id);
	for (size_t i = 0; i < l->nlists; i++) {
		struct civil c = clock_civil(l->list[i].day * WINDOW_DAY);

		xsnprintf(l->list[i].name, sizeof(l->list[i].name), "%s.daily_%04d_%03d_date_%04d_%02d_%02d_%s",
		    l->ds->list, c.year, c.doy, c.year, c.month, c.day, l->id);
	}
}

/* What the ids are cut from: the digest of all lists. */
static void
digest_of(const struct lists *l, char hex[DIGEST_HEX_SIZE])
{
	struct digest *d = digest_new(DIGEST_SHA256);

	digest_update(d, l->ds->key, strlen(l->ds->key));
	for (size_t i = 0; i < l->nlists; i++)
		digest_update(d, l->list[i].text.text, l->list[i].text.len);
	digest_hex(d, hex);
	digest_free(d);
}

void
lists_select(struct lists *l, const struct entries *found, const struct entries *known)
{
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < found->n; i++) {
		const struct entry *file = &found->item[i], *k = known != NULL ? entries_find(known, file->key) : NULL;

		if (k != NULL && memcmp(k->sha1, file->sha1, ENTRY_SHA1) == 0) {
			l->seen++;
			continue;
		}
		xgrow(&l->pick, &l->picks_cap, l->npicks + 1, sizeof(*l->pick));
		l->pick[l->npicks++] = (struct pick){ .file = file, .changed = k != NULL };
		l->changed += k != NULL;
	}
	if (l->npicks == 0) {
		uid_new(l->id);
		return;
	}
	make_lists(l, found);
	digest_of(l, hex);
	name_lists(l, hex);
}

/* ---- storing ---- */

static char *
key_of(const struct lists *l, const struct list *list)
{
	return xfmt("%s/%s", l->ds->key, list->name);
}

/* 1 when the store has another object of this name, 0 when it has none or this one, -1. */
static int
is_taken(const struct lists *l, const struct list *list, struct store *s, struct err *e)
{
	char *key = key_of(l, list), hex[DIGEST_HEX_SIZE];
	struct store_object obj = {0};
	int ret = store_head(s, key, &obj, e);

	if (ret > 0) {
		digest_text(DIGEST_MD5, list->text.text, hex);
		ret = strcmp(hex, obj.md5) != 0;
	}
	free(key);
	return ret;
}

static int
choose_id(struct lists *l, struct store *s, struct err *e)
{
	char hex[DIGEST_HEX_SIZE];
	int taken = 1;

	digest_of(l, hex);
	for (size_t at = 0; taken > 0 && hex[at] != '\0'; at += ID_DIGITS) {
		name_lists(l, hex + at);
		taken = 0;
		for (size_t i = 0; taken == 0 && i < l->nlists; i++)
			taken = is_taken(l, &l->list[i], s, e);
	}
	return taken > 0 ? err_set(e, E_ENV, "%s: the store has other lists of this name", l->list[0].name) : taken;
}

int
lists_put(struct lists *l, struct store *s, struct err *e)
{
	int ret = l->nlists > 0 ? choose_id(l, s, e) : 0;

	for (size_t i = 0; ret == 0 && i < l->nlists; i++) {
		char *key = key_of(l, &l->list[i]);

		ret = store_put_text(s, key, l->list[i].text.text, e);
		free(key);
	}
	return ret;
}

char *
lists_line(const struct lists *l, const struct pick *p)
{
	return xfmt("%.*s", (int)p->len, l->list[p->list].text.text + p->at);
}

void
lists_fini(struct lists *l)
{
	for (size_t i = 0; i < l->nlists; i++)
		buf_free(&l->list[i].text);
	free(l->pick);
	free(l->list);
	*l = (struct lists){0};
}
