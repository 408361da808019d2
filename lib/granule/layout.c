/* layout - the shared tree */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "granule/layout.h"

/* %D token, %S downloads stem, %T TYPE, %C core directory, %L data type and _REFINED, %Y year, %J day of year */
static const char *const relative[LAYOUT_COUNT] = {
	[LAYOUT_LIST_STATES] = "download-lists/state_files",
	[LAYOUT_DOWNLOAD_LISTS] = "downloader/lists",
	[LAYOUT_DOWNLOADER_LOGS] = "downloader/logs",
	[LAYOUT_DOWNLOADER_SCRATCH] = "downloader/scratch",
	[LAYOUT_DOWNLOAD_STAGING] = "combiner/downloads/%S/.hidden",
	[LAYOUT_DOWNLOADS] = "combiner/downloads/%S_%T",
	[LAYOUT_COMBINER_LISTS] = "combiner/downloads",
	[LAYOUT_COMBINER_JOBS] = "combiner/jobs",
	[LAYOUT_COMBINED] = "processor/input/%D_%T/%Y/%J",
	[LAYOUT_HOLDING] = "processor/input/holding_tank",
	[LAYOUT_HOLDING_TYPE] = "processor/input/holding_tank/%D_%T",
	[LAYOUT_L2_QUARANTINE] = "processor/input/quarantine",
	[LAYOUT_INPUT] = "processor/input",
	[LAYOUT_OUTPUT] = "processor/output",
	[LAYOUT_L2P] = "processor/output/%C/%L/%Y/%J",
	[LAYOUT_QUARANTINE] = "processor/scratch/quarantine",
	[LAYOUT_SCRATCH] = "processor/scratch",
	[LAYOUT_REPORTS] = "processor/scratch/reports",
	[LAYOUT_PROCESSING_LOGS] = "processor/logs/processing_logs",
	[LAYOUT_ERROR_LOGS] = "processor/logs/error_logs",
	[LAYOUT_TOKENS] = "tokens",
	[LAYOUT_PLANS] = "partition",
};

const char *
layout_expected(size_t i)
{
	static const char *const expected[] = {
		"combiner/downloads", "combiner/jobs", "combiner/logs",
		"downloader/lists", "downloader/logs", "downloader/scratch",
		"processor/input",
		"processor/logs/error_logs", "processor/logs/processing_logs", "processor/logs/seatmp_manager",
		"processor/scratch/current_jobs", "processor/scratch/current_logs", "processor/scratch/email",
		"processor/scratch/locks", "processor/scratch/quarantine",
	};

	return i < sizeof(expected) / sizeof(*expected) ? expected[i] : NULL;
}

static void
expand(struct buf *b, char key, const struct dataset *ds, enum ptype t, struct civil c)
{
	switch (key) {
	case 'D': buf_add(b, "%s", ds->token); break;
	case 'S': buf_add(b, "%s", ds->downloads); break;
	case 'T': buf_add(b, "%s", ptype_upper(t)); break;
	case 'C': buf_add(b, "%s", ds->instrument->core); break;
	case 'L': buf_add(b, "%s%s", ds->data_type, t == PTYPE_REFINED ? "_REFINED" : ""); break;
	case 'Y': buf_add(b, "%04d", c.year); break;
	case 'J': buf_add(b, "%d", c.doy); break;
	default: break;
	}
}

int
layout_dir(const char *root, enum layout what, const struct dataset *ds, enum ptype t, int64_t time,
    char out[LAYOUT_SIZE], struct err *e)
{
	struct civil c = clock_civil(time);
	struct buf b = {0};
	int ret;

	buf_add(&b, "%s/", root);
	for (const char *p = relative[what]; *p != '\0'; p++) {
		if (*p == '%')
			expand(&b, *++p, ds, t, c);
		else
			buf_add(&b, "%c", *p);
	}
	ret = str_fmt(out, LAYOUT_SIZE, e, "%s", b.text);
	buf_free(&b);
	return ret;
}

int
layout_path(const char *root, enum layout what, const struct dataset *ds, enum ptype t, int64_t time,
    const char *name, char out[LAYOUT_SIZE], struct err *e)
{
	size_t n;

	if (layout_dir(root, what, ds, t, time, out, e) < 0)
		return -1;
	n = strlen(out);
	return str_fmt(out + n, LAYOUT_SIZE - n, e, "/%s", name);
}

static bool
is_component(const char *s, size_t n, const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	return n == la + lb && memcmp(s, a, la) == 0 && memcmp(s + la, b, lb) == 0;
}

/* One directory name against what a dataset's directories are called. */
static bool
component_of(const char *s, size_t n, const struct dataset *ds, enum ptype *t)
{
	for (enum ptype i = PTYPE_QUICKLOOK; i < PTYPE_COUNT; i++) {
		const char *suffix = i == PTYPE_QUICKLOOK ? "_QUICKLOOK" : "_REFINED";

		*t = i;
		if (is_component(s, n, ds->token, suffix) || is_component(s, n, ds->downloads, suffix) ||
		    is_component(s, n, ds->data_type, i == PTYPE_QUICKLOOK ? "" : suffix))
			return true;
	}
	return false;
}

void
layout_of_dir(const char *path, const struct dataset **ds, enum ptype *t)
{
	const char *base = str_base(path);
	const struct dataset *d;
	enum ptype found;

	*ds = NULL;
	*t = PTYPE_COUNT;
	for (const char *s = path; s < base; s += strcspn(s, "/") + 1)
		for (size_t i = 0; (d = dataset_at(i)) != NULL; i++)
			if (component_of(s, strcspn(s, "/"), d, &found)) {
				*ds = d;	/* the last one: the root may be called anything */
				*t = found;
			}
}
