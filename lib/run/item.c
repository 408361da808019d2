/* item - the record of one item */

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/item.h"

void
item_begin(struct item *it, const char *line)
{
	*it = (struct item){ .line = line, .began = clock_steady() };
	if (line != NULL)
		strlist_push(&it->inputs, line);
}

json_t *
item_text(const char *s)
{
	json_t *text = json_string(s);
	char *copy;

	if (text != NULL)
		return text;
	copy = xstrdup(s);
	for (char *p = copy; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	text = json_string(copy);
	free(copy);
	return text;
}

void
item_set(struct item *it, const char *key, const char *fmt, ...)
{
	json_t *value;
	va_list ap;

	va_start(ap, fmt);
	value = json_vpack_ex(NULL, 0, fmt, ap);
	va_end(ap);
	if (it->own == NULL)
		it->own = json_object();
	if (json_object_set_new(it->own, key, value) < 0)
		mem_die("a member of a record cannot be made");
}

int
item_failed(struct item *it, const struct err *why)
{
	it->err = *why;
	return -1;
}

static const char *
state_name(enum item_state s)
{
	static const char *const name[] = { "done", "skipped", "failed", "waiting", "quarantined" };

	return name[s];
}

json_t *
item_texts(const struct strlist *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		(void)json_array_append_new(a, item_text(l->item[i]));
	return a;
}

char *
item_json(const struct item *it, bool dry_run)
{
	json_t *o = json_pack("{s:o, s:o, s:s, s:o, s:f, s:I}", "inputs", item_texts(&it->inputs), "outputs",
	    item_texts(&it->outputs), "state", state_name(it->state), "reason",
	    *it->reason != '\0' ? item_text(it->reason) : json_null(), "seconds", clock_steady() - it->began, "bytes",
	    (json_int_t)it->bytes);
	char *text;

	if (it->own != NULL)
		(void)json_object_update(o, it->own);
	if (dry_run)
		(void)json_object_set_new(o, "dry_run", json_true());
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(o);
	if (text == NULL)
		mem_die("a record cannot be written");
	return text;
}

void
item_fini(struct item *it)
{
	strlist_free(&it->inputs);
	strlist_free(&it->outputs);
	free(it->text);
	json_decref(it->own);
	*it = (struct item){0};
}
