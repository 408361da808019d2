/* find - the granules of a job */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "run/job.h"
#include "find.h"

#define LIST_NAME "processor_timestamp_list_"
#define SOURCES_NAME "combiner_file_lists_"

/* The field of a list name up to the next '_'; returns what follows, NULL when it is no field. */
static const char *
take_field(const char *s, char *field, size_t size)
{
	size_t n = strcspn(s, "_");

	if (s[n] == '\0' || str_fmt(field, size, NULL, "%.*s", (int)n, s) < 0)
		return NULL;
	return s + n + 1;
}

static void
job_of_name(const char *path, const struct dataset **ds, enum ptype *t)
{
	const char *s = str_base(path);
	char field[32];

	*ds = NULL;
	*t = PTYPE_COUNT;
	if (!str_starts(s, LIST_NAME))
		return;
	s = take_field(s + strlen(LIST_NAME), field, sizeof(field));
	if (s == NULL)
		return;
	*ds = dataset_find(field);
	if (take_field(s, field, sizeof(field)) != NULL && ptype_of_option(field, t, NULL) < 0)
		*t = PTYPE_COUNT;
}

int
find_job(struct run *r, struct err *e)
{
	const struct dataset *ds;
	enum ptype t;

	job_of_name(r->job, &ds, &t);
	if (r->ds == NULL)
		r->ds = ds;
	if (r->type == PTYPE_COUNT)
		r->type = t;
	if (r->ds == NULL)
		return err_set(e, E_USAGE, "%s: its name does not tell the dataset; use -d", r->job);
	if (r->type == PTYPE_COUNT)
		return err_set(e, E_USAGE, "%s: its name does not tell quicklook or refined; use -t", r->job);
	return 0;
}

static int
parse_time(const char *s, int64_t *t)
{
	char stamp[CLOCK_STAMP_SIZE];
	size_t n = strlen(s);

	if (n == sizeof(stamp) - 2 && str_digits(s, n))
		(void)snprintf(stamp, sizeof(stamp), "%.8sT%.6s", s, s + 8);
	else if (str_fmt(stamp, sizeof(stamp), NULL, "%s", s) < 0)
		return -1;
	return clock_parse_stamp(stamp, t) == sizeof(stamp) - 1 ? 0 : -1;
}

int
find_granules(const struct run *r, struct strlist *paths, struct strlist *missing, struct err *e)
{
	for (size_t i = 0; i < r->elements.n; i++) {
		const char *time = r->elements.item[i];
		struct l2p_name name = { .ds = r->ds };
		size_t before = paths->n;

		if (parse_time(time, &name.time) < 0)
			return err_set(e, E_USAGE, "%s: %s: not a time YYYYMMDDTHHMMSS", r->job, time);
		for (int night = 0; night < 2; night++) {
			char path[LAYOUT_SIZE], base[NAME_SIZE];

			name.night = night;
			l2p_format(&name, base);
			if (layout_path(r->root, LAYOUT_L2P, name.ds, r->type, name.time, base, path, e) < 0)
				return -1;
			if (file_exists(path))
				strlist_push(paths, path);
		}
		if (paths->n > before)
			continue;
		strlist_push(missing, time);
		prog_debug("%s: neither a day nor a night granule", time);
	}
	return 0;
}

int
find_sources(const struct run *r, struct strlist *sources, struct err *e)
{
	const char *base = str_base(r->job), *at = strstr(base, LIST_NAME);
	char name[LAYOUT_SIZE], path[LAYOUT_SIZE];

	if (at == NULL)
		return err_set(e, E_DATA, "%s: not called %s..., so its input files are not known", base, LIST_NAME);
	if (str_fmt(name, sizeof(name), e, "%.*s%s%s", (int)(at - base), base, SOURCES_NAME,
	    at + strlen(LIST_NAME)) < 0)
		return -1;
	if (layout_path(r->root, LAYOUT_COMBINER_LISTS, NULL, PTYPE_COUNT, 0, name, path, e) < 0)
		return -1;
	return job_elements(path, r->index, sources, e);
}

char *
find_provenance(const struct strlist *sources, const char *granule, const char *joint)
{
	const char *base = str_base(granule);
	char stamp[CLOCK_STAMP_SIZE];
	struct buf b = {0};

	xsnprintf(stamp, sizeof(stamp), "%.8sT%.6s", base, strlen(base) > 8 ? base + 8 : "");
	buf_add(&b, "%s", "");
	for (size_t i = 0; i < sources->n; i++)
		if (strstr(sources->item[i], stamp) != NULL)
			buf_add(&b, "%s%s", b.len > 0 ? joint : "", sources->item[i]);
	return b.text;
}
