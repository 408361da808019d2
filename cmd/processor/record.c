/* record - logs and registries for reporter and error checker */

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/newfile.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "record.h"
#include "run/job.h"

#define RECORDS_MAX (64 * 1024 * 1024)

bool
record_wanted(struct record *rec, const struct run *run, const struct dataset *ds, enum ptype type)
{
	*rec = (struct record){ .root = run->root, .run_id = job_run_id(), .ds = ds, .type = type };
	return run->outdir == NULL && !run->dry_run && ds != NULL && type != PTYPE_COUNT;
}

/* Whether a file of records is there and holds the mark: 1, 0, or -1. */
static int
holds(const char *path, const char *mark, struct err *e)
{
	struct err why;
	char *text = file_read(path, RECORDS_MAX, &why);
	int found = text != NULL && strstr(text, mark) != NULL;

	if (text == NULL && why.code != E_MISSING)
		found = err_set(e, why.code, "%s", why.msg);
	free(text);
	return found;
}

/*
 * Append text to the file PREFIX RUN SUFFIX, unless mark tells that it is there already: in this file or, when the
 * granule may have been recorded by a run that was killed afterwards, in that of any run.
 */
static int
append(const struct record *r, enum layout where, const char *prefix, const char *suffix, const char *text,
    const char *mark, struct err *e)
{
	char dir[LAYOUT_SIZE], *own;
	struct strlist names = {0};
	int there;

	if (layout_dir(r->root, where, NULL, PTYPE_COUNT, 0, dir, e) < 0)
		return -1;
	own = xfmt("%s/%s%s%s", dir, prefix, r->run_id, suffix);
	there = holds(own, mark, e);
	if (r->again && there == 0)
		there = file_names(dir, &names, e);
	for (size_t i = 0; i < names.n && there == 0; i++) {
		char *path = xfmt("%s/%s", dir, names.item[i]);

		there = str_starts(names.item[i], prefix) ? holds(path, mark, e) : 0;
		free(path);
	}
	if (there == 0)
		there = file_append(own, text, e);
	strlist_free(&names);
	free(own);
	return there < 0 ? -1 : 0;
}

/* The data type as it stands in names: modis_a */
static void
lower(const char *s, char out[32])
{
	size_t n = 0;

	for (; n < 31 && s[n] != '\0'; n++)
		out[n] = (char)tolower((unsigned char)s[n]);
	out[n] = '\0';
}

static void
registry_prefix(const struct record *r, char out[128])
{
	char dt[32];

	lower(r->ds->data_type, dt);
	xsnprintf(out, 128, "ghrsst_master_%s_%s_list_processed_files_", dt, ptype_name(r->type));
}

static int
append_registry(const struct record *r, const char *name, struct err *e)
{
	char prefix[128], when[CLOCK_CTIME_SIZE], *line, *mark = xfmt("%s,", name);
	int64_t now = clock_now();
	int ret;

	registry_prefix(r, prefix);
	clock_ctime(now, when);
	line = xfmt("%s,%lld,%s", name, (long long)now, when);
	ret = append(r, LAYOUT_SCRATCH, prefix, ".dat", line, mark, e);
	free(line);
	free(mark);
	return ret;
}

static const char *
host(void)
{
	static char name[256];
	const char *env = getenv("HOST");

	if (env == NULL && gethostname(name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	return env != NULL ? env : name;
}

/* One line of the processing log: EPOCH,CTIME,NAME,TYPE,KEY: SECONDS, HOST */
static void
add_stage(struct buf *b, const struct record *r, const char *name, const char *key, double seconds)
{
	char when[CLOCK_CTIME_SIZE];
	int64_t now = clock_now();

	clock_ctime(now, when);
	buf_add(b, "%s%lld,%s,%s,%s,%s: %.2f, %s", b->len > 0 ? "\n" : "", (long long)now, when, name,
	    ptype_upper(r->type), key, seconds, host());
}

/* The lines of a granule; the last one is of name and key. */
static int
append_log(const struct record *r, struct buf *b, const char *name, const char *key, struct err *e)
{
	char prefix[128], dt[32], *mark = xfmt(",%s,%s,%s: ", name, ptype_upper(r->type), key);
	int ret;

	lower(r->ds->data_type, dt);
	xsnprintf(prefix, sizeof(prefix), "ghrsst_%s_processing_log_archive_", dt);
	ret = append(r, LAYOUT_PROCESSING_LOGS, prefix, ".txt", buf_str(b), mark, e);
	free(mark);
	buf_free(b);
	return ret;
}

int
record_begin(const struct record *r, struct err *e)
{
	char prefix[128], name[512], path[LAYOUT_SIZE];
	int there;

	registry_prefix(r, prefix);
	xsnprintf(name, sizeof(name), "%s%s.dat", prefix, r->run_id);
	if (layout_path(r->root, LAYOUT_SCRATCH, NULL, PTYPE_COUNT, 0, name, path, e) < 0)
		return -1;
	there = file_look(path, NULL, e);
	return there == 0 ? file_write(path, "", e) : there < 0 ? -1 : 0;
}

int
record_done(const struct record *r, const char *l2p, double convert, double publish, struct err *e)
{
	struct buf b = {0};

	add_stage(&b, r, l2p, "GDS2_UNCOMPRESS_TOTAL_TIME", 0);
	add_stage(&b, r, l2p, "CONVERT_TOTAL_TIME", convert);
	add_stage(&b, r, l2p, "COMPRESSPUSH_TOTAL_TIME", publish);
	add_stage(&b, r, l2p, "SUCCESS_OVERALL_TOTAL_TIME", convert + publish);
	add_stage(&b, r, l2p, "OVERALL_TOTAL_TIME", convert + publish);
	return append_log(r, &b, l2p, "OVERALL_TOTAL_TIME", e) < 0 ? -1 : append_registry(r, l2p, e);
}

static int
append_error(const struct record *r, const char *reason, struct err *e)
{
	char when[CLOCK_CTIME_SIZE], *line, *mark = xfmt(",processor,%s\n", reason);
	int64_t now = clock_now();
	int ret;

	clock_ctime(now, when);
	line = xfmt("%lld,%s,processor,%s", (long long)now, when, reason);
	ret = append(r, LAYOUT_ERROR_LOGS, "ghrsst_error_log_archive_", ".txt", line, mark, e);
	free(line);
	free(mark);
	return ret;
}

int
record_failed(const struct record *r, const char *path, const char *reason, struct err *e)
{
	char l2p[NAME_SIZE], old[NAME_SIZE], registered[NAME_SIZE + 8], stamp[CLOCK_STAMP_SIZE];
	struct l2p_name l = { .ds = r->ds };
	struct combined_name n;
	struct buf b = {0};

	if (append_error(r, reason, e) < 0)
		return -1;
	if (combined_parse(path, &n, NULL) < 0)
		return 0;		/* no granule's name: nothing for the reporter */
	l.time = n.time;
	l.night = n.night;
	l2p_format(&l, l2p);
	clock_stamp(n.time, stamp);
	/* 20190805-MODIS_A-JPL-L2P-A20190805T065501.L2_LAC_GHRSST_D-v01.nc */
	xsnprintf(old, sizeof(old), "%.8s-%s-JPL-L2P-%c%s.L2_LAC_GHRSST_%c-v01.nc", stamp, r->ds->data_type,
	    n.ds->letter, n.stamp, n.night ? 'N' : 'D');
	add_stage(&b, r, l2p, "GDS2_UNCOMPRESS_TOTAL_TIME", 0);
	add_stage(&b, r, old, "CONVERT_TOTAL_TIME", 0);
	if (append_log(r, &b, old, "CONVERT_TOTAL_TIME", e) < 0)
		return -1;
	xsnprintf(registered, sizeof(registered), "%s.bz2", old);
	return append_registry(r, registered, e);
}
