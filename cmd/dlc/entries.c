/* entries - files and their checksums */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"
#include "entries.h"

#define BLOCK_SIZE (256 * 1024)
#define TAIL ".nc"
#define LAST "9999"

struct entry_block {
	struct entry_block *next;
	size_t used;
	char text[BLOCK_SIZE];
};

static char *
keep_text(struct entries *t, const char *s, struct err *e)
{
	struct entry_block *b = t->blocks;
	size_t n = strlen(s) + 1;
	char *at;

	if (n > LIST_RECMAX) {
		err_set(e, E_DATA, "%.80s...: name too long", s);
		return NULL;
	}
	if (b == NULL || sizeof(b->text) - b->used < n) {
		b = malloc(sizeof(*b));
		if (b == NULL) {
			err_mem(e, "list of files");
			return NULL;
		}
		b->used = 0;
		b->next = t->blocks;
		t->blocks = b;
	}
	at = b->text + b->used;
	memcpy(at, s, n);
	b->used += n;
	return at;
}

struct entry *
entries_add(struct entries *t, const char *key, const char *sha1, size_t line, struct err *e)
{
	struct entry *n;

	if (mem_grow(&t->item, &t->cap, t->n + 1, sizeof(*t->item), e) < 0)
		return NULL;
	n = &t->item[t->n];
	*n = (struct entry){ .key = keep_text(t, key, e), .line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line };
	if (n->key == NULL)
		return NULL;
	hex_bytes(sha1, ENTRY_SHA1, n->sha1);
	t->n++;
	return n;
}

void
entries_cut(struct entries *t, size_t n)
{
	if (n == 0)
		entries_fini(t);
	else
		t->n = n;
}

void
entry_hex(const struct entry *n, char out[ENTRY_HEX_SIZE])
{
	hex_text(n->sha1, ENTRY_SHA1, out);
}

/* ---- finding ---- */

int
entries_index(struct entries *t, void (*twice)(void *ctx, const struct entry *first, const struct entry *last),
    void *ctx, struct err *e)
{
	if (t->n >= UINT32_MAX / 2)
		return err_set(e, E_DATA, "more than %u files", UINT32_MAX / 2);
	set_fini(&t->index);
	for (size_t i = 0; i < t->n; i++) {
		uint32_t *at = set_at(&t->index, t->item[i].key, strlen(t->item[i].key));
		size_t old = *at;

		*at = (uint32_t)i + 1;
		if (old == 0)
			continue;
		if (twice != NULL)
			twice(ctx, &t->item[old - 1], &t->item[i]);
		t->item[old - 1].key = "";
	}
	return 0;
}

struct entry *
entries_find(const struct entries *t, const char *key)
{
	uint32_t i = set_get(&t->index, key, strlen(key));

	return i != 0 ? &t->item[i - 1] : NULL;
}

/* ---- sorting ---- */

/* The text name sorts by; buf is for those that differ from it. */
static const char *
sort_text(const char *name, const char *sorts_last, char *buf, size_t size)
{
	size_t n = strlen(name);

	if (sorts_last == NULL || n + sizeof(LAST) > size || !str_ends(name, sorts_last) || !str_ends(name, TAIL))
		return name;
	(void)snprintf(buf, size, "%.*s" LAST TAIL, (int)(n - strlen(TAIL)), name);
	return buf;
}

int
entries_order(const struct entry *a, const struct entry *b, const char *sorts_last)
{
	char ta[256], tb[256];
	int d = strcmp(sort_text(a->key, sorts_last, ta, sizeof(ta)), sort_text(b->key, sorts_last, tb, sizeof(tb)));

	if (d == 0)
		d = strcmp(a->key, b->key);
	return d != 0 ? d : memcmp(a->sha1, b->sha1, ENTRY_SHA1);
}

static int
by_order(const void *a, const void *b, void *sorts_last)
{
	return entries_order(a, b, sorts_last);
}

static bool
is_sorted(const struct entries *t, const char *sorts_last)
{
	for (size_t i = 1; i < t->n; i++)
		if (entries_order(&t->item[i - 1], &t->item[i], sorts_last) > 0)
			return false;
	return true;
}

void
entries_sort(struct entries *t, const char *sorts_last,
    void (*twice)(void *ctx, const struct entry *dropped, const struct entry *kept), void *ctx)
{
	char tail[64];			/* qsort_r takes what may be written to */
	size_t kept = 0;

	(void)snprintf(tail, sizeof(tail), "%s", sorts_last != NULL ? sorts_last : "");
	if (!is_sorted(t, sorts_last))
		qsort_r(t->item, t->n, sizeof(*t->item), by_order, sorts_last != NULL ? tail : NULL);
	for (size_t i = 0; i < t->n; i++) {
		struct entry *last = kept > 0 ? &t->item[kept - 1] : NULL;

		if (last == NULL || strcmp(last->key, t->item[i].key) != 0) {
			t->item[kept++] = t->item[i];
			continue;
		}
		if (twice != NULL && memcmp(last->sha1, t->item[i].sha1, ENTRY_SHA1) != 0)
			twice(ctx, last, &t->item[i]);
		*last = t->item[i];
	}
	t->n = kept;
}

void
entries_fini(struct entries *t)
{
	for (struct entry_block *b = t->blocks, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(t->item);
	set_fini(&t->index);
	*t = (struct entries){0};
}
