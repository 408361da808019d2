/* purger - remove old files from the shared tree by rules */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "netcdf/ncf.h"
#include "purger.h"

#define NFS_MAGIC 0x6969
#define NFS_JOBS 16			/* a call takes milliseconds there */
#define JOBS_MAX 64

static const struct option_row rows[] = {
	{ '0', "null", NULL, OPT_FLAG, offsetof(struct purger, run.null), "only the paths, separated by NUL" },
	{ 0, "archive-to", "PLACE", OPT_TEXT, offsetof(struct purger, archive_to),
	    "store for archives: a directory, or s3://BUCKET[/PREFIX] (the tree)" },
	{ 0, "compat", NULL, OPT_FLAG, offsetof(struct purger, sweep.compat),
	    "decide about the holding tank by dates" },
	{ 0, "config", "FILE", OPT_TEXT, offsetof(struct purger, config), "rules, as in purger.json (built in)" },
	{ 0, "now", "YYYYMMDDTHHMMSS", OPT_TEXT, offsetof(struct purger, now),
	    "ages are those at this time, UTC (now)" },
	{ 0, "only", "COMPONENT[/ENTRY]", OPT_TEXT, offsetof(struct purger, only), "these rules only" },
	{ 0, "operations", "NAME", OPT_TEXTS, offsetof(struct purger, operations),
	    "efs, which is the shared tree (efs)" },
	{ 0, "print-config", NULL, OPT_FLAG, offsetof(struct purger, print_config), "print the rules and end" },
	{ 0, "until-free", "PERCENT", OPT_TEXT, offsetof(struct purger, until_free),
	    "the oldest only, until so much of the disk is free" },
	{ 0, "yes", NULL, OPT_FLAG, offsetof(struct purger, yes),
	    "remove files also when standard output is a terminal" },
	OPT_END
};

static const struct program program = {
	.usage = "usage: purger [options]\n"
	    "Remove or archive what is old in the shared tree, print what.\n",
	.rows = rows,
	.common = COMMON_JOBS | COMMON_DRY | COMMON_ROOT | COMMON_JSON | COMMON_STRICT | COMMON_NOTIFY |
	    COMMON_FINAL_LOG,
	.subject = "Generate Purger Lambda Failure",
	.times = LOG_PURGER,
	.own_mail = true,
};

static void
check_options(struct purger *p)
{
	int64_t now = clock_now();

	for (size_t i = 0; i < p->operations.n; i++)
		if (strcmp(p->operations.item[i], "efs") != 0)
			run_usage(strcmp(p->operations.item[i], "s3") == 0 ?
			    "--operations s3: this build has no places in AWS" :
			    "--operations %s: there is no such operation", p->operations.item[i]);
	if (p->now != NULL && (strlen(p->now) != CLOCK_STAMP_SIZE - 1 || clock_parse_stamp(p->now, &now) == 0))
		run_usage("--now %s: not a time as 20240305T230000", p->now);
	p->bundle.now = now;
	p->sweep.now = p->now != NULL ? now : now - CLOCK_ALLOWANCE;
	if (!p->yes && !p->run.dry_run && isatty(STDOUT_FILENO)) {
		prog_info("this is what would be removed; --yes removes it");
		p->run.dry_run = true;
		p->run.final_log = false;
	}
}

static int
open_all(struct purger *p, struct err *e)
{
	struct run *r = &p->run;
	char *root = realpath(r->root, NULL);
	struct statfs fs;
	int rc = 0;

	if (run_open(r, e) < 0) {
		rc = -1;
	} else if (root == NULL || (p->sweep.root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    fstatfs(p->sweep.root, &fs) < 0) {
		rc = err_sys(e, "%s", r->root);
	} else if (p->config != NULL) {
		rc = rules_read(&p->rules, p->config, root, e);
	} else {
		rules_default(&p->rules);
	}
	free(root);
	if (rc < 0 || (p->only != NULL && rules_only(&p->rules, p->only, e) < 0))
		return -1;
	if (r->jobs == 0)
		r->jobs = fs.f_type == NFS_MAGIC ? NFS_JOBS : 1;
	p->sweep.pool = pool_new(r->jobs > 1 ? run_workers(r, JOBS_MAX) : 0, e);
	p->sweep.rules = &p->rules;
	p->bundle.root = p->sweep.root;
	p->bundle.root_name = r->root;
	p->bundle.store = store_open(p->archive_to != NULL ? p->archive_to : r->root,
	    r->dry_run ? PLACE_ASIS : PLACE_CREATE, e);
	if (p->bundle.store == NULL || p->sweep.pool == NULL)
		return -1;
	ahead_ranks(p);
	return p->until_free != NULL ? ahead_age(p, e) : 0;
}

static void
purge(struct purger *p)
{
	struct run *r = &p->run;
	struct err e;
	int rc;

	run_log(r, LOG_PURGER, "Running operations to remove data from EFS.");
	run_log(r, LOG_PURGER, "Read config file: %s", p->config != NULL ? p->config : "built in");
	run_log(r, LOG_PURGER, "Gathered list of files to archive and delete for Generate components from the EFS.");
	for (size_t i = 0; i < p->rules.n && run_goes_on(r); i++) {
		const struct rule *rule = &p->rules.rule[i];

		p->sweep.at = i;
		rc = rule->archive && !rule->off && !r->dry_run ? bundle_open(&p->bundle, rule->component, rule->entry,
		    &e) : 0;
		if (rc == 0) {
			sweep_rule(&p->sweep, i);
			rc = bundle_end(&p->bundle, &e);
		}
		if (rc < 0) {
			run_error(r, &e);
			tell_error(p, &e);
		}
		bundle_close(&p->bundle);
	}
	run_log(r, LOG_PURGER, "%zu files have been removed from the file system.", p->deleted);
	run_log(r, LOG_PURGER, "%zu files have been archived and then removed from the file system.", p->archived);
	finallog_field(&r->log, "deleted", "%zu", p->deleted);
	finallog_field(&r->log, "archived", "%zu", p->archived);
	finallog_field(&r->log, "skipped", "%zu", p->kept);
	finallog_field(&r->log, "bytes_freed", "%llu", (unsigned long long)p->freed);
	finallog_field(&r->log, "s3_found", "0");
	finallog_field(&r->log, "s3_deleted", "0");
	r->log.bare_end = true;
}

int
main(int argc, char *argv[])
{
	struct purger p = { .run.crowd = true, .sweep = { .root = -1, .tell = tell_found, .ctx = &p },
		.bundle = { .dir = -1, .file.fd = -1, .member = tell_member, .log = tell_log, .ctx = &p } };
	struct err e;
	int status;

	run_begin(&p.run, argc, argv, &program);
	ncf_setup();
	check_options(&p);
	if (open_all(&p, &e) < 0) {
		tell_error(&p, &e);
		(void)notify_send(&p.run.notify, program.subject, NULL);
		status = run_abort(&p.run, &e);
	} else if (p.print_config) {
		char *text = rules_json(&p.rules);

		(void)puts(text);
		free(text);
		status = run_end(&p.run, NULL);
	} else {
		purge(&p);
		status = run_end(&p.run, "purger");
	}
	sweep_fini(&p.sweep);
	rules_free(&p.rules);
	store_close(p.bundle.store);
	pool_free(p.sweep.pool);
	strlist_free(&p.operations);
	return status;
}
