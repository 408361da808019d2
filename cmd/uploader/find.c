/* find - the granules of a job */

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "granule/joblist.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "run/job.h"
#include "find.h"

static int
look(const void *ctx, int64_t time, bool night, char out[LAYOUT_SIZE], struct err *e)
{
	const struct run *r = ctx;
	struct l2p_name name = { .ds = r->ds, .time = time, .night = night };
	char base[NAME_SIZE];

	l2p_format(&name, base);
	return layout_path(r->root, LAYOUT_L2P, r->ds, r->type, time, base, out, e) < 0 ? -1 : file_look(out, NULL, e);
}

int
find_granules(const struct run *r, struct strlist *paths, struct strlist *missing, struct err *e)
{
	return joblist_granules(&r->elements, r->job, look, r, paths, missing, e);
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
	char stamp[CLOCK_STAMP_SIZE] = "";
	struct l2p_name name;
	struct buf b = {0};

	if (l2p_parse(granule, &name, NULL) == 0)
		clock_stamp(name.time, stamp);
	buf_add(&b, "%s", "");
	for (size_t i = 0; *stamp != '\0' && i < sources->n; i++)
		if (strstr(sources->item[i], stamp) != NULL)
			buf_add(&b, "%s%s", b.len > 0 ? joint : "", sources->item[i]);
	return b.text;
}
