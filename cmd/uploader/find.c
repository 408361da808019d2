/* find - the granules of a job */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "granule/joblist.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "run/job.h"
#include "find.h"

int
find_granules(const struct run *r, struct strlist *paths, struct strlist *missing, struct err *e)
{
	for (size_t i = 0; i < r->elements.n; i++) {
		const char *time = r->elements.item[i];
		struct l2p_name name = { .ds = r->ds };
		struct err why;
		size_t before = paths->n;

		if (joblist_time(time, &name.time, &why) < 0)
			return err_set(e, why.code, "%s: %s", r->job, why.msg);
		for (int night = 0; night < 2; night++) {
			char path[LAYOUT_SIZE], base[NAME_SIZE];
			int there;

			name.night = night;
			l2p_format(&name, base);
			if (layout_path(r->root, LAYOUT_L2P, name.ds, r->type, name.time, base, path, e) < 0 ||
			    ((there = file_look(path, NULL, &why)) < 0 && why.code != E_DATA))
				return err_set(e, why.code, "%s", why.msg);
			if (there != 0)		/* what is no file fails by its name */
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
	char name[JOBLIST_SIZE], path[LAYOUT_SIZE];

	if (joblist_sibling(r->job, JOBLIST_COMBINER, name, e) < 0)
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
