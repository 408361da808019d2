/* report - what is told of what was found */

#include <stdlib.h>
#include <string.h>

#include "report.h"

#define LOG_ENTRIES 1500		/* in one final_log line; CloudWatch takes 256 KB */

void
report_files(struct run *r, const struct lists *l, bool lists)
{
	for (size_t i = 0; i < l->npicks && run_goes_on(r); i++) {
		const struct pick *p = &l->pick[i];
		char *line = lists_line(l, p), hex[2 * ENTRY_SHA1 + 1];
		struct item it;

		item_begin(&it, p->file->key);
		it.text = line;
		if (r->json) {
			strlist_push(&it.outputs, line);
			*strchr(it.outputs.item[0], ' ') = '\0';	/* the URL */
			hex_text(p->file->sha1, ENTRY_SHA1, hex);
			item_set(&it, "sha1", "s", hex);
			item_set(&it, "change", "s", p->changed ? "changed" : "new");
			item_set(&it, "list", "s?", lists ? l->list[p->list].name : NULL);
		}
		run_put(r, &it);
	}
}

void
report_final(const struct run *r, const struct lists *l)
{
	static const char *const sections[] = { "processed", NULL };
	size_t i = 0;

	if (!r->final_log)
		return;
	do {
		struct finallog log = { .sections = sections, .bare_end = true };
		char *line;

		finallog_field(&log, "unique_id", "%s", l->id);
		finallog_field(&log, "dataset", "%s", l->ds->label);
		finallog_field(&log, "number_downloads", "%zu", l->npicks);
		for (size_t n = 0; n < LOG_ENTRIES && i < l->npicks; n++, i++) {
			line = lists_line(l, &l->pick[i]);
			finallog_add(&log, 0, line);
			free(line);
		}
		line = finallog_line(&log, "download_list_creator_lambda");
		prog_log(line);
		free(line);
		finallog_fini(&log);
	} while (i < l->npicks);
}
