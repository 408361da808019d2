/* record - logs and registries for reporter and error checker */

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/newfile.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "record.h"

/* A name with the data type (modis_a) and perhaps the processing type in it, and the run. */
static void
name_of(const struct record *r, const char *before, const char *after, char out[512])
{
	char dt[32];

	xsnprintf(dt, sizeof(dt), "%s", r->ds->data_type);
	for (char *p = dt; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	xsnprintf(out, 512, "%s%s%s%s", before, dt, after, r->run_id);
}

static int
registry_path(const struct record *r, char out[LAYOUT_SIZE], struct err *e)
{
	char after[64], name[512], file[520];

	xsnprintf(after, sizeof(after), "_%s_list_processed_files_", ptype_name(r->type));
	name_of(r, "ghrsst_master_", after, name);
	xsnprintf(file, sizeof(file), "%s.dat", name);
	return layout_path(r->root, LAYOUT_SCRATCH, NULL, PTYPE_COUNT, 0, file, out, e);
}

static int
append_registry(const struct record *r, const char *name, struct err *e)
{
	char path[LAYOUT_SIZE], when[CLOCK_CTIME_SIZE], *line;
	int64_t now = clock_now();
	int ret;

	if (registry_path(r, path, e) < 0)
		return -1;
	clock_ctime(now, when);
	line = xfmt("%s,%lld,%s", name, (long long)now, when);
	ret = file_append(path, line, e);
	free(line);
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

static int
append_log(const struct record *r, struct buf *b, struct err *e)
{
	char path[LAYOUT_SIZE], name[512], file[520];
	int ret;

	name_of(r, "ghrsst_", "_processing_log_archive_", name);
	xsnprintf(file, sizeof(file), "%s.txt", name);
	ret = layout_path(r->root, LAYOUT_PROCESSING_LOGS, NULL, PTYPE_COUNT, 0, file, path, e);
	if (ret == 0)
		ret = file_append(path, buf_str(b), e);
	buf_free(b);
	return ret;
}

int
record_begin(const struct record *r, struct err *e)
{
	char path[LAYOUT_SIZE];

	if (registry_path(r, path, e) < 0)
		return -1;
	return file_exists(path) ? 0 : file_write(path, "", e);
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
	return append_log(r, &b, e) < 0 ? -1 : append_registry(r, l2p, e);
}

static int
append_error(const struct record *r, const char *reason, struct err *e)
{
	char path[LAYOUT_SIZE], name[300], when[CLOCK_CTIME_SIZE], *line;
	int64_t now = clock_now();
	int ret;

	xsnprintf(name, sizeof(name), "ghrsst_error_log_archive_%s.txt", r->run_id);
	if (layout_path(r->root, LAYOUT_ERROR_LOGS, NULL, PTYPE_COUNT, 0, name, path, e) < 0)
		return -1;
	clock_ctime(now, when);
	line = xfmt("%lld,%s,processor,%s", (long long)now, when, reason);
	ret = file_append(path, line, e);
	free(line);
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
	if (append_log(r, &b, e) < 0)
		return -1;
	xsnprintf(registered, sizeof(registered), "%s.bz2", old);
	return append_registry(r, registered, e);
}
