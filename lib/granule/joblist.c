/* joblist - names of job lists, and what they say */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "granule/joblist.h"

static const char *const prefix[JOBLIST_COUNT] = {
	[JOBLIST_DOWNLOADS] = "downloads_file_lists_",
	[JOBLIST_COMBINER] = "combiner_file_lists_",
	[JOBLIST_PROCESSOR] = "processor_timestamp_list_",
};

const char *
joblist_type(enum ptype t)
{
	return t == PTYPE_COUNT ? "unmatched" : ptype_name(t);
}

void
joblist_name(enum joblist what, const struct dataset *ds, enum ptype t, const char *stamp, size_t array,
    const char *uid, char out[JOBLIST_SIZE])
{
	xsnprintf(out, JOBLIST_SIZE, "%s%s_%s_%s_%zu_%s.json", prefix[what], ds->token, joblist_type(t), stamp,
	    array, uid);
}

void
joblist_downloads(const struct dataset *ds, enum ptype t, const char *stamp, size_t array, size_t job, const char *uid,
    char out[JOBLIST_SIZE])
{
	char number[24] = "";

	if (t != PTYPE_COUNT)
		xsnprintf(number, sizeof(number), "_%zu", job);
	xsnprintf(out, JOBLIST_SIZE, "%s_%s_%s_%zu%s_%s.txt", ds->key, joblist_type(t), stamp, array, number, uid);
}

void
joblist_waiting(const struct dataset *ds, enum ptype t, const char *run, char out[JOBLIST_SIZE])
{
	size_t n = (size_t)snprintf(out, JOBLIST_SIZE, "%s_%s", ds->key, ptype_name(t));
	char stamp[CLOCK_STAMP_SIZE];

	if (run == NULL)
		return;
	clock_stamp(clock_now(), stamp);
	xsnprintf(out + n, JOBLIST_SIZE - n, "_%.11s0000_%.200s.txt", stamp, run);
}

void
joblist_identity(const char *path, const struct dataset **ds, enum ptype *t)
{
	const char *s = str_base(path);
	char field[32];

	*ds = NULL;
	*t = PTYPE_COUNT;
	for (size_t n; *s != '\0'; s += n + (s[n] != '\0')) {
		n = strcspn(s, "_.");
		if (str_fmt(field, sizeof(field), NULL, "%.*s", (int)n, s) < 0)
			continue;
		if (*ds == NULL)
			*ds = dataset_find(field);
		if (*t == PTYPE_COUNT)
			(void)ptype_of_option(field, t, NULL);
	}
}

int
joblist_sibling(const char *path, enum joblist what, char out[JOBLIST_SIZE], struct err *e)
{
	const char *base = str_base(path);

	for (enum joblist i = JOBLIST_DOWNLOADS; i < JOBLIST_COUNT; i++)
		if (str_starts(base, prefix[i]))
			return str_fmt(out, JOBLIST_SIZE, e, "%s%s", prefix[what], base + strlen(prefix[i]));
	return err_set(e, E_DATA, "%s: not called as job lists are, so the name of its %s... is not known", base,
	    prefix[what]);
}

int
joblist_time(const char *text, int64_t *t, struct err *e)
{
	char stamp[CLOCK_STAMP_SIZE];
	size_t n = strlen(text);

	if (n == sizeof(stamp) - 2 && str_digits(text, n))
		xsnprintf(stamp, sizeof(stamp), "%.8sT%.6s", text, text + 8);
	else
		(void)str_fmt(stamp, sizeof(stamp), NULL, "%s", text);
	if (clock_parse_stamp(stamp, t) != sizeof(stamp) - 1)
		return err_set(e, E_USAGE, "%.80s: not a time YYYYMMDDTHHMMSS", text);
	return 0;
}

int
joblist_granules(const struct strlist *times, const char *job, joblist_look *look, const void *ctx,
    struct strlist *paths, struct strlist *missing, struct err *e)
{
	char path[LAYOUT_SIZE];
	struct err why;
	int64_t t;

	for (size_t i = 0; i < times->n; i++) {
		size_t before = paths->n;

		if (joblist_time(times->item[i], &t, &why) < 0)
			return err_set(e, why.code, "%s: %s", job, why.msg);
		for (int night = 0; night < 2; night++) {
			int there = look(ctx, t, night != 0, path, e);

			if (there < 0 && e->code != E_DATA)
				return -1;
			if (there != 0)
				strlist_push(paths, path);
		}
		if (paths->n == before)
			strlist_push(missing, times->item[i]);
	}
	return 0;
}
