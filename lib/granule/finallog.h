#ifndef FINALLOG_H
#define FINALLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/*
 * The final_log line, by which metrics tools learn what a run did. It is one line of parts joined by " - ":
 *
 *	print_final_log - INFO : final_log: dataset: MODIS Aqua - number_downloads: 2 - processed: a, b -
 *
 * First the fields in the order in which they were set, then the sections that have entries, in the order of the
 * table, the entries joined by ", ". The line ends in " - ", except the uploader's.
 *
 *	static const char *const sections[] = { "processed", "failed_downloads", NULL };
 *	struct finallog log = { .sections = sections };
 *
 *	finallog_field(&log, "dataset", "%s", ds->label);
 *	finallog_add(&log, 0, name);
 *	line = finallog_line(&log, "print_final_log");
 */

#define FINALLOG_SECTIONS 8		/* at most */

struct finallog {
	const char *const *sections;	/* names in the order of the line, NULL at the end; the caller's */
	bool bare_end;			/* no " - " behind the last part */
	struct buf fields;
	struct buf entries[FINALLOG_SECTIONS];
};

/* finallog_field - one more "key: value" in front. */
void	finallog_field(struct finallog *l, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* finallog_add - one more entry of a section, counted from 0. Line breaks in it become '?'. */
void	finallog_add(struct finallog *l, size_t section, const char *entry);

/* finallog_entry - the same, formatted. */
void	finallog_entry(struct finallog *l, size_t section, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* finallog_line - "ROUTINE - INFO : final_log: ..." without a newline, owned by the caller. */
char	*finallog_line(const struct finallog *l, const char *routine);

void	finallog_fini(struct finallog *l);

#endif
