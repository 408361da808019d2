/* finallog - the final_log line of a run */

#include <assert.h>
#include <stdarg.h>

#include "granule/finallog.h"

#define JOINT " - "

/* Names come from lists and files: whatever they hold, the log stays one line. */
static void __attribute__((format(printf, 2, 0)))
add_text(struct buf *b, const char *fmt, va_list ap)
{
	size_t from = b->len;

	buf_vadd(b, fmt, ap);
	for (char *s = b->text + from; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

void
finallog_field(struct finallog *l, const char *key, const char *fmt, ...)
{
	va_list ap;

	buf_add(&l->fields, "%s%s: ", l->fields.len > 0 ? JOINT : "", key);
	va_start(ap, fmt);
	add_text(&l->fields, fmt, ap);
	va_end(ap);
}

void
finallog_entry(struct finallog *l, size_t section, const char *fmt, ...)
{
	struct buf *b = &l->entries[section];
	va_list ap;

	assert(section < FINALLOG_SECTIONS);
	if (b->len > 0)
		buf_add(b, ", ");
	va_start(ap, fmt);
	add_text(b, fmt, ap);
	va_end(ap);
}

void
finallog_add(struct finallog *l, size_t section, const char *entry)
{
	finallog_entry(l, section, "%s", entry);
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
