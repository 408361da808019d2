/* stamps - the combined files of a job list's granule times */

#include "base/clock.h"
#include "base/file.h"
#include "granule/joblist.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "stamps.h"

struct search {
	const char *root;
	const struct dataset *ds;
	enum ptype type;
	int64_t time;
	bool night;
};

/* The path under the name a dataset gives to combined files, in the directory of s->ds. */
static int
combined_path(const struct search *s, const struct dataset *naming, char out[LAYOUT_SIZE], struct err *e)
{
	struct combined_name n = { .ds = naming, .time = s->time, .night = s->night,
		.refined = s->type == PTYPE_REFINED };
	char base[NAME_SIZE];

	clock_stamp(s->time, n.stamp);
	combined_format(&n, base);
	return layout_path(s->root, LAYOUT_COMBINED, s->ds, s->type, s->time, base, out, e);
}

/* Files of the reference carry the name of another platform's dataset with the same instrument; the directory tells
 * whose they are. Returns 1 found and added, 0 not there, -1. */
static int
add_one(const struct search *s, struct strlist *paths, struct err *e)
{
	struct l2p_name product = { .ds = s->ds, .time = s->time, .night = s->night };
	char path[LAYOUT_SIZE], base[NAME_SIZE];
	const struct dataset *naming;
	int found = 0;

	for (size_t i = 0; found == 0 && (naming = dataset_at(i)) != NULL; i++) {
		if (naming->instrument != s->ds->instrument)
			continue;
		if (combined_path(s, naming, path, e) < 0)
			return -1;
		found = file_look(path, NULL, e);
	}
	if (found == 0) {
		l2p_format(&product, base);
		if (layout_path(s->root, LAYOUT_L2P, s->ds, s->type, s->time, base, path, e) < 0)
			return -1;
		found = file_look(path, NULL, e);
		if (found > 0 && combined_path(s, s->ds, path, e) < 0)
			return -1;
	}
	if (found < 0 && e->code == E_DATA)
		found = 1;			/* no file at all: fails by its name */
	if (found > 0)
		strlist_push(paths, path);
	return found;
}

int
stamps_find(const char *root, const struct dataset *ds, enum ptype type, const struct strlist *stamps,
    struct strlist *paths, struct strlist *missing, struct err *e)
{
	struct search s = { .root = root, .ds = ds, .type = type };

	for (size_t i = 0; i < stamps->n; i++) {
		int found = 0;

		if (joblist_time(stamps->item[i], &s.time, e) < 0)
			return -1;
		for (int night = 0; night < 2; night++) {
			int one;

			s.night = night != 0;
			one = add_one(&s, paths, e);
			if (one < 0)
				return -1;
			found += one;
		}
		if (found == 0)
			strlist_push(missing, stamps->item[i]);
	}
	return 0;
}
