/* options - the rows of options: parsing, help */

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/prog.h"
#include "run/options.h"
#include "run/run.h"

#define HELP_COLUMN 28
#define NOT_TAKEN 256			/* getopt's value of common options that the program does not take */
#define OWN_LETTERS 257			/* its values of the others begin here */

/* The common options by their bit of program.common; bit 0 belongs to every program. */
static const struct common_row {
	unsigned bit;
	struct option_row row;
} common[] = {
#define ROW(bit, letter, name, arg, kind, field, help) \
	{ bit, { letter, name, arg, kind, offsetof(struct run, field), help } }
	ROW(COMMON_LIST, '0', "null", NULL, OPT_FLAG, null, "lists in and out are separated by NUL, not by newline"),
	ROW(COMMON_DATASET, 'd', "dataset", "NAME", OPT_TEXT, dataset_text,
	    "aqua, terra, viirs or jpss1 (from the file names)"),
	ROW(COMMON_JOBS, 'j', "jobs", "N", OPT_NUMBER(1, 64), jobs, "parallel workers"),
	ROW(COMMON_DRY, 'n', "dry-run", NULL, OPT_FLAG, dry_run, "say what would be done, change nothing"),
	ROW(COMMON_OUTPUT, 'o', "output", "DIR", OPT_TEXT, outdir, "write results flat into DIR instead of the tree"),
	ROW(0, 'q', "quiet", NULL, OPT_FLAG, quiet, "errors only"),
	ROW(COMMON_TYPE, 't', "type", "TYPE", OPT_TEXT, type_text, "quicklook or refined"),
	ROW(0, 'v', "verbose", NULL, OPT_FLAG, verbose, "say more"),
	ROW(COMMON_ROOT, 0, "root", "DIR", OPT_TEXT, root, "the shared tree (GENERATE_ROOT, else ./generate-data)"),
	ROW(COMMON_JOB, 0, "job", "LIST.json", OPT_TEXT, job, "take the items from an element of a job list"),
	ROW(COMMON_JOB, 0, "index", "N", OPT_NUMBER(0, INT_MAX), index, "that element (the engine's array index)"),
	ROW(COMMON_JOB, 0, "attempts", "N", OPT_NUMBER(1, 100), attempts,
	    "tries the engine gives a job (3): the last one ends well\nalthough some items failed"),
	ROW(COMMON_STRICT, 0, "strict", NULL, OPT_FLAG, strict,
	    "status 1 also for items that failed in a job's last attempt,\n"
	    "and for foreign input that is passed over"),
	ROW(COMMON_JSON, 0, "json", NULL, OPT_FLAG, json, "one JSON object per item on standard output"),
	ROW(COMMON_FAILED, 0, "failed", "FILE", OPT_TEXT, failed_path, "write the lines of failed items to FILE"),
	ROW(COMMON_NOTIFY, 0, "notify", "PLACE", OPT_TEXT, notify_place, "tell operators about failures there (topic)"),
	ROW(COMMON_FINAL_LOG, 0, "final-log", NULL, OPT_FLAG, final_log, "print the final_log line; on with --job"),
	ROW(COMMON_PROGRESS, 0, "progress", NULL, OPT_FLAG, progress,
	    "draw progress (on a terminal, by the last program of a\npipeline)"),
	ROW(COMMON_PROGRESS, 0, "no-progress", NULL, OPT_FLAG, no_progress, "do not"),
	ROW(0, 0, "help", NULL, OPT_FLAG, help, "print this text"),
	ROW(0, 0, "version", NULL, OPT_FLAG, version, "print name and version"),
#undef ROW
};

/* Row i of those the program takes, its own ones first; NULL past the end. */
static const struct option_row *
row_at(const struct program *program, size_t i)
{
	size_t n = 0;

	while (program->rows[n].name != NULL)
		n++;
	if (i < n)
		return &program->rows[i];
	for (size_t k = 0; k < sizeof(common) / sizeof(*common); k++)
		if ((common[k].bit == 0 || (program->common & common[k].bit) != 0) && n++ == i)
			return &common[k].row;
	return NULL;
}

static void
help_row(const struct option_row *row, FILE *fp)
{
	char head[80];

	xsnprintf(head, sizeof(head), "  %c%c%s --%s%s%s", row->letter != 0 ? '-' : ' ', row->letter != 0 ?
	    row->letter : ' ',
	    row->letter != 0 ? "," : " ", row->name, row->arg != NULL ? " " : "", row->arg != NULL ? row->arg : "");
	if (strlen(head) > HELP_COLUMN - 2)
		(void)fprintf(fp, "%s\n%*s", head, HELP_COLUMN, "");
	else
		(void)fprintf(fp, "%-*s", HELP_COLUMN, head);
	for (const char *s = row->help; *s != '\0'; s++) {
		(void)fputc(*s, fp);
		if (*s == '\n')
			(void)fprintf(fp, "%*s", HELP_COLUMN, "");
	}
	(void)fputc('\n', fp);
}

static void
help(const struct program *program, FILE *fp)
{
	const struct option_row *row;
	bool own = true;

	(void)fprintf(fp, "%s\n", program->usage);
	for (size_t i = 0; (row = row_at(program, i)) != NULL; i++) {
		if (own && program->rows[i].name == NULL) {
			own = false;
			(void)fprintf(fp, "%sCommon options, described in generate(7):\n", i > 0 ? "\n" : "");
		}
		help_row(row, fp);
	}
}

static void
take(struct run *p, const struct option_row *row, const char *arg)
{
	void *to = (char *)p + row->offset;
	char opt[40];

	xsnprintf(opt, sizeof(opt), "--%s", row->name);
	switch (row->kind) {
	case OPTION_FLAG: *(bool *)to = true; break;
	case OPTION_TEXT: *(const char **)to = arg; break;
	case OPTION_TEXTS: strlist_push(to, arg); break;
	case OPTION_NUMBER: *(long *)to = prog_num(opt, arg, (long)row->min, (long)row->max); break;
	case OPTION_REAL: *(double *)to = prog_real(opt, arg, row->min, row->max); break;
	}
}

int
options_parse(struct run *p, int argc, char *argv[], const struct program *program)
{
	const struct option_row *row;
	struct option *table;
	struct buf letters = {0};
	size_t n = 0;
	int c, at;

	while (row_at(program, n) != NULL)
		n++;
	table = xarray(n + sizeof(common) / sizeof(*common) + 1, sizeof(*table));
	for (size_t i = 0; (row = row_at(program, i)) != NULL; i++) {
		table[i] = (struct option){ row->name, row->arg != NULL ? required_argument : no_argument, NULL,
			OWN_LETTERS + (int)i };
		if (row->letter != 0)
			buf_add(&letters, "%c%s", row->letter, row->arg != NULL ? ":" : "");
	}
	/* So that they are not taken for abbreviations of others: --job of --job-root. */
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		if (common[i].bit != 0 && (program->common & common[i].bit) == 0)
			table[n++] = (struct option){ common[i].row.name, no_argument, NULL, NOT_TAKEN };
	while ((c = getopt_long(argc, argv, letters.text, table, &at)) != -1) {
		if (c == NOT_TAKEN)
			run_usage("unrecognized option '--%s'", table[at].name);
		if (c == '?') {
			(void)fprintf(stderr, "Try '%s --help'.\n", prog_name());
			exit(ST_USAGE);
		}
		row = c >= OWN_LETTERS ? row_at(program, (size_t)(c - OWN_LETTERS)) : NULL;
		for (size_t i = 0; row == NULL; i++)
			if (row_at(program, i)->letter == c)
				row = row_at(program, i);
		take(p, row, optarg);
		if (p->version)
			exit(prog_version());
		if (p->help) {
			help(program, stdout);
			exit(prog_done(ST_OK));
		}
	}
	free(table);
	buf_free(&letters);
	return optind;
}
