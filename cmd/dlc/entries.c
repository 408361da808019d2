/* entries - files and their checksums */

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "entries.h"

#define TAIL ".nc"
#define LAST "9999"

struct entry *
entries_add(struct entries *t, const char *key, const char *sha1, size_t line)
{
	struct entry *n;

	strlist_push(&t->keys, key);
	xgrow(&t->item, &t->cap, t->n + 1, sizeof(*t->item));
	n = &t->item[t->n++];
	*n = (struct entry){ .key = t->keys.item[t->keys.n - 1],
	    .line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line };
	hex_bytes(sha1, ENTRY_SHA1, n->sha1);
	return n;
}

void
entries_line(const struct entries *t, const struct entry *n, struct buf *b)
{
	char hex[2 * ENTRY_SHA1 + 2] = " ";

	if (strchr(n->key, '/') == NULL)
		buf_put(b, t->files_url, strlen(t->files_url));
	buf_put(b, n->key, strlen(n->key));
	hex_text(n->sha1, ENTRY_SHA1, hex + 1);
	buf_put(b, hex, sizeof(hex) - 1);
}

void
entries_index(struct entries *t)
{
	set_fini(&t->index);
	for (size_t i = 0; i < t->n; i++) {
		uint32_t *at = set_at(&t->index, t->item[i].key, strlen(t->item[i].key));

		if (*at != 0) {
			struct entry *first = &t->item[*at - 1];

			oddity(&t->twice, "%s: line %u: %s is in line %u too; the later line counts", t->name,
			    t->item[i].line, first->key, first->line);
			first->key = "";
		}
		*at = (uint32_t)i + 1;
	}
}

struct entry *
entries_find(const struct entries *t, const char *key)
{
	uint32_t i = set_get(&t->index, key, strlen(key));

	return i != 0 ? &t->item[i - 1] : NULL;
}

/* The text name sorts by; buf is for those that differ from it. */
static const char *
sort_text(const char *name, const char *sorts_last, char *buf, size_t size)
{
	size_t n = strlen(name);

	if (sorts_last == NULL || n + sizeof(LAST) > size || !str_ends(name, sorts_last) || !str_ends(name, TAIL))
		return name;
	xsnprintf(buf, size, "%.*s" LAST TAIL, (int)(n - strlen(TAIL)), name);
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
	return entries_order(a, b, *(const char **)sorts_last);
}

void
entries_sort(struct entries *t, const char *sorts_last)
{
	struct entry *item = t->item, *last = NULL;

	if (item == NULL)
		return;
	qsort_r(item, t->n, sizeof(*item), by_order, &sorts_last);
	for (struct entry *n = item; n < item + t->n; n++) {
		if (last == NULL || strcmp(last->key, n->key) != 0)
			last = last == NULL ? item : last + 1;
		else if (memcmp(last->sha1, n->sha1, ENTRY_SHA1) != 0)
			oddity(&t->twice, "%s: line %u: %s has another checksum in line %u, which is taken", t->name,
			    last->line, n->key, n->line);
		*last = *n;
	}
	t->n = last != NULL ? (size_t)(last - item) + 1 : 0;
}

void
entries_fini(struct entries *t)
{
	strlist_free(&t->keys);
	free(t->item);
	set_fini(&t->index);
	*t = (struct entries){ .name = t->name, .files_url = t->files_url };
}
