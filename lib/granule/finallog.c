/* finallog - the final_log line of a run */

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "granule/finallog.h"

#define JOINT " - "

/* Names come from lists and files: whatever they hold, the log stays one line. */
static void
keep_one_line(struct buf *b, size_t from)
{
	for (size_t i = from; i < b->len; i++)
		if ((unsigned char)b->text[i] < ' ' || b->text[i] == 0x7f)
			b->text[i] = '?';
}

void
finallog_field(struct finallog *l, const char *key, const char *fmt, ...)
{
	size_t from = l->fields.len;
	char *value = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&value, fmt, ap);
	va_end(ap);
	if (n < 0)
		mem_die("out of memory");
	buf_add(&l->fields, "%s%s: %s", from > 0 ? JOINT : "", key, value);
	free(value);
	keep_one_line(&l->fields, from);
}

void
finallog_add(struct finallog *l, size_t section, const char *entry)
{
	struct buf *b = &l->entries[section];
	size_t from = b->len;

	assert(section < FINALLOG_SECTIONS);
	buf_add(b, "%s%s", from > 0 ? ", " : "", entry);
	keep_one_line(b, from);
}

char *
finallog_line(const struct finallog *l, const char *routine)
{
	struct buf line = {0};

	buf_add(&line, "%s - INFO : final_log: %s", routine, buf_str(&l->fields));
	for (size_t i = 0; l->sections != NULL && i < FINALLOG_SECTIONS && l->sections[i] != NULL; i++)
		if (l->entries[i].len > 0)
			buf_add(&line, JOINT "%s: %s", l->sections[i], l->entries[i].text);
	if (!l->bare_end)
		buf_add(&line, JOINT);
	return line.text;
}

void
finallog_fini(struct finallog *l)
{
	buf_free(&l->fields);
	for (size_t i = 0; i < FINALLOG_SECTIONS; i++)
		buf_free(&l->entries[i]);
}
