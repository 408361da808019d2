/* record - logs and registries for reporter and error checker */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/layout.h"
#include "record.h"

/* The data type as it stands in file names: modis_a */
static void
lower(const char *s, char *out, size_t size)
{
	size_t i = 0;

	for (; s[i] != '\0' && i + 1 < size; i++)
		out[i] = (char)tolower((unsigned char)s[i]);
	out[i] = '\0';
}

static int
registry_path(const struct record *r, char out[LAYOUT_SIZE], struct err *e)
{
	char name[512], dt[32];

	lower(r->ds->data_type, dt, sizeof(dt));
	if (str_fmt(name, sizeof(name), e, "ghrsst_master_%s_%s_list_processed_files_%s.dat", dt,
	    ptype_name(r->type), r->run_id) < 0)
		return -1;
	return layout_path(r->root, LAYOUT_SCRATCH, NULL, PTYPE_COUNT, 0, name, out, e);
}

static int
processing_log_path(const struct record *r, char out[LAYOUT_SIZE], struct err *e)
{
	char name[512], dt[32];

	lower(r->ds->data_type, dt, sizeof(dt));
	if (str_fmt(name, sizeof(name), e, "ghrsst_%s_processing_log_archive_%s.txt", dt, r->run_id) < 0)
		return -1;
	return layout_path(r->root, LAYOUT_PROCESSING_LOGS, NULL, PTYPE_COUNT, 0, name, out, e);
}

static const char *
host(void)
{
	static char name[256];
	const char *env = getenv("HOST");

	if (env != NULL)
		return env;
	if (gethostname(name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	return name;
}

static int
append_buf(const char *path, const struct buf *b, struct err *e)
{
	const char *text = buf_text(b, e);

	return text == NULL ? -1 : file_append(path, text, e);
}

/* One line of the processing log: EPOCH,CTIME,NAME,TYPE,KEY: SECONDS, HOST */
static void
add_stage(struct buf *b, const struct record *r, const char *name, const char *key, double seconds)
{
	char ctime[CLOCK_CTIME_SIZE];
	int64_t now = clock_now();

	clock_ctime(now, ctime);
	buf_add(b, "%s%lld,%s,%s,%s,%s: %.2f, %s", b->len > 0 ? "\n" : "", (long long)now, ctime, name,
	    ptype_upper(r->type), key, seconds, host());
}

static int
append_registry(const struct record *r, const char *name, struct err *e)
{
	char path[LAYOUT_SIZE], ctime[CLOCK_CTIME_SIZE];
	struct buf b = {0};
	int64_t now = clock_now();
	int ret;

	if (registry_path(r, path, e) < 0)
		return -1;
	clock_ctime(now, ctime);
	buf_add(&b, "%s,%lld,%s", name, (long long)now, ctime);
	ret = append_buf(path, &b, e);
	buf_free(&b);
	return ret;
}

static int
append_log(const struct record *r, const struct buf *b, struct err *e)
{
	char path[LAYOUT_SIZE];

	return processing_log_path(r, path, e) < 0 ? -1 : append_buf(path, b, e);
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
record_done(const struct record *r, const char *l2p, const struct record_times *t, struct err *e)
{
	struct buf b = {0};
	int ret;

	add_stage(&b, r, l2p, "GDS2_UNCOMPRESS_TOTAL_TIME", 0);
	add_stage(&b, r, l2p, "CONVERT_TOTAL_TIME", t->convert);
	add_stage(&b, r, l2p, "COMPRESSPUSH_TOTAL_TIME", t->publish);
	add_stage(&b, r, l2p, "SUCCESS_OVERALL_TOTAL_TIME", t->convert + t->publish);
	add_stage(&b, r, l2p, "OVERALL_TOTAL_TIME", t->convert + t->publish);
	ret = append_log(r, &b, e);
	buf_free(&b);
	return ret < 0 ? -1 : append_registry(r, l2p, e);
}

/* 20190805-MODIS_A-JPL-L2P-A20190805T065501.L2_LAC_GHRSST_D-v01.nc */
static int
old_name(const struct record *r, const char *path, char out[NAME_SIZE], struct err *e)
{
	struct combined_name n;
	char stamp[CLOCK_STAMP_SIZE];

	if (combined_parse(path, &n, e) < 0)
		return -1;
	clock_stamp(n.time, stamp);
	return str_fmt(out, NAME_SIZE, e, "%.8s-%s-JPL-L2P-%c%s.L2_LAC_GHRSST_%c-v01.nc", stamp, r->ds->data_type,
	    n.ds->letter, n.stamp, n.night ? 'N' : 'D');
}

static int
append_error(const struct record *r, const char *reason, struct err *e)
{
	char path[LAYOUT_SIZE], name[300], ctime[CLOCK_CTIME_SIZE];
	struct buf b = {0};
	int64_t now = clock_now();
	int ret;

	if (str_fmt(name, sizeof(name), e, "ghrsst_error_log_archive_%s.txt", r->run_id) < 0 ||
	    layout_path(r->root, LAYOUT_ERROR_LOGS, NULL, PTYPE_COUNT, 0, name, path, e) < 0)
		return -1;
	clock_ctime(now, ctime);
	buf_add(&b, "%lld,%s,processor,%s", (long long)now, ctime, reason);
	ret = append_buf(path, &b, e);
	buf_free(&b);
	return ret;
}

int
record_failed(const struct record *r, const char *path, const char *reason, struct err *e)
{
	char name[NAME_SIZE], registered[NAME_SIZE + 8];
	struct combined_name n;
	struct l2p_name l = { .ds = r->ds };
	char l2p[NAME_SIZE];
	struct buf b = {0};
	int ret;

	if (append_error(r, reason, e) < 0)
		return -1;
	if (old_name(r, path, name, e) < 0 || combined_parse(path, &n, e) < 0)
		return 0;		/* no granule's name: nothing for the reporter */
	l.time = n.time;
	l.night = n.night;
	l2p_format(&l, l2p);
	add_stage(&b, r, l2p, "GDS2_UNCOMPRESS_TOTAL_TIME", 0);
	add_stage(&b, r, name, "CONVERT_TOTAL_TIME", 0);
	ret = append_log(r, &b, e);
	buf_free(&b);
	(void)snprintf(registered, sizeof(registered), "%s.bz2", name);
	return ret < 0 ? -1 : append_registry(r, registered, e);
}
