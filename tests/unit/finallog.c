/* finallog - the final_log line, in the shapes of its programs */

#include "granule/finallog.h"
#include "tap.h"

static const char *const sections[] = { "processed", "created", "quarantined", NULL };

static void
is_line(struct finallog *l, const char *want, const char *what)
{
	char *line = finallog_line(l, "print_final_log");

	is_str(line != NULL ? line : "-", want, "%s", what);
	free(line);
	finallog_fini(l);
}

int
main(void)
{
	struct finallog l = { .sections = sections };

	finallog_field(&l, "dataset", "%s", "MODIS Aqua");
	finallog_field(&l, "job_index", "%d", 3);
	is_line(&l, "print_final_log - INFO : final_log: dataset: MODIS Aqua - job_index: 3 - ", "fields only");

	l = (struct finallog){ .sections = sections };
	finallog_field(&l, "n", "%d", 2);
	finallog_add(&l, 2, "q");
	finallog_add(&l, 0, "a");
	finallog_add(&l, 0, "b");
	is_line(&l, "print_final_log - INFO : final_log: n: 2 - processed: a, b - quarantined: q - ",
	    "sections in the order of the table, empty ones left out");

	l = (struct finallog){ .sections = sections, .bare_end = true };
	finallog_field(&l, "n", "%d", 1);
	finallog_add(&l, 0, "a");
	is_line(&l, "print_final_log - INFO : final_log: n: 1 - processed: a", "the uploader's has no end");

	l = (struct finallog){ .sections = sections };
	finallog_field(&l, "n", "x\ny%c", 0x1b);
	finallog_add(&l, 0, "a\r\nb");
	is_line(&l, "print_final_log - INFO : final_log: n: x?y? - processed: a??b - ", "always one line");

	l = (struct finallog){0};
	is_line(&l, "print_final_log - INFO : final_log:  - ", "nothing at all");
	return tap_done();
}
