/* granule - the life of one granule */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/newfile.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule.h"
#include "granule/name.h"
#include "source.h"
#include "write.h"

#define DEFLATE_LEVEL 5
#define MD5_FILE_MAX 4096

struct making {
	const struct granule_rules *rules;
	const char *input;
	struct combined_name name;
	struct granule_result *r;
};

/* "HEX  NAME\n", as md5sum writes it */
static char *
md5_line(const char *md5, const char *l2p)
{
	return xfmt("%s  %s\n", md5, str_base(l2p));
}

/* Whether the L2P file is complete: its .md5 file names it and has its digest. Fills in r. */
static bool
is_complete(struct granule_result *r)
{
	char *side = xfmt("%s.md5", r->output), *have = NULL, *want = NULL;
	struct stat st;
	bool same = false;

	if (file_look(r->output, &st, NULL) > 0 && file_look(side, NULL, NULL) > 0) {
		have = file_read(side, MD5_FILE_MAX, NULL);
		if (have != NULL && digest_file(DIGEST_MD5, r->output, r->md5, NULL) == 0)
			want = md5_line(r->md5, r->output);
		same = have != NULL && want != NULL && strcmp(have, want) == 0;
		r->bytes = (uint64_t)st.st_size;
	}
	free(side);
	free(have);
	free(want);
	return same;
}

/* The rule of make: the product is not older than its input, and both have the time of the newest download in them. */
static bool
is_up_to_date(const struct making *p)
{
	struct stat st;

	return !p->rules->force && file_look(p->r->output, &st, NULL) > 0 && file_time(&st) >= p->r->input_time &&
	    is_complete(p->r);
}

/* The name of the product, from dataset and day or night; the time is that of the combined file's name. */
static int
name_output(const struct making *p, bool night, struct err *e)
{
	struct l2p_name n = { .ds = p->r->ds, .time = p->name.time, .night = night };
	char base[NAME_SIZE];

	l2p_format(&n, base);
	return run_path(p->rules->run, LAYOUT_L2P, n.ds, p->r->type, n.time, base, p->r->output, e);
}

/* Checksum first, then the product: who sees the product finds its checksum. The product's time is that of its input,
 * so that an input made anew while this one was read is newer. */
static int
publish(const struct making *p, struct newfile *f, struct err *e)
{
	char *side = xfmt("%s.md5", p->r->output), *line = NULL;
	struct stat st;
	int ret = -1;

	(void)sync_file_range(f->fd, 0, 0, SYNC_FILE_RANGE_WRITE);	/* the disk writes while we read */
	if (digest_fd(DIGEST_MD5, f->fd, f->tmp, p->r->md5, e) < 0)
		goto out;
	line = md5_line(p->r->md5, p->r->output);
	if (file_write(side, line, e) < 0 || file_set_mtime(f->fd, f->tmp, p->r->input_time, e) < 0)
		goto out;
	if (fstat(f->fd, &st) == 0)
		p->r->bytes = (uint64_t)st.st_size;
	ret = newfile_commit(f, e);
out:
	free(side);
	free(line);
	return ret;
}

static int
make(const struct making *p, const struct source *s, struct err *e)
{
	struct write_rules w = {
		.product = { p->r->type, !p->rules->compat, DEFLATE_LEVEL },
		.compat = p->rules->compat, .workers = p->rules->workers
	};
	struct newfile f;
	double t = clock_steady();
	int ret = -1;

	p->r->ds = s->ds;
	if (name_output(p, source_night(s), e) < 0)
		return -1;
	p->r->skipped = is_up_to_date(p);
	if (p->rules->run->dry_run || p->r->skipped)
		return 0;
	if (newfile_open(&f, p->r->output, e) < 0)
		return err_place(e);
	if (is_up_to_date(p)) {		/* another process made it while we waited */
		p->r->skipped = true;
		ret = 0;
	} else if (granule_write(f.tmp, s, &w, e) == 0) {
		p->r->convert = clock_steady() - t;
		ret = publish(p, &f, e) < 0 ? err_place(e) : 0;
		p->r->publish = clock_steady() - t - p->r->convert;
	}
	newfile_close(&f);
	return ret;
}

void
granule_make(const struct granule_rules *rules, const char *path, struct granule_result *r)
{
	struct making p = { .rules = rules, .input = path, .r = r };
	struct source_rules sr = { .ds = rules->run->ds, .conflict = E_USAGE, .compat = rules->compat };
	struct source s = {0};
	const struct dataset *dir_ds;
	enum ptype dir_type;
	struct stat st;
	int there;

	*r = (struct granule_result){ .type = rules->run->type };
	layout_of_dir(path, &dir_ds, &dir_type);
	if (sr.ds == NULL) {
		sr.ds = dir_ds;
		sr.conflict = E_DATA;
	}
	if (combined_parse(path, &p.name, &r->err) < 0)
		return;
	r->ds = sr.ds != NULL ? sr.ds : p.name.ds;
	if (r->type == PTYPE_COUNT)
		r->type = p.name.refined ? PTYPE_REFINED : dir_type != PTYPE_COUNT ? dir_type : PTYPE_QUICKLOOK;
	there = file_look(path, &st, &r->err);
	if (there < 0)
		return;
	r->input_time = there > 0 ? file_time(&st) : -1;
	if (p.name.refined && r->type == PTYPE_QUICKLOOK) {
		err_set(&r->err, E_USAGE, "%s: is refined by its name, not quicklook", path);
	} else if (source_open(&s, path, &sr, &r->err) == 0) {
		if (make(&p, &s, &r->err) == 0)
			r->err.code = E_NONE;
	} else if (r->err.code == E_MISSING) {	/* was it processed and removed before? */
		r->skipped = name_output(&p, p.name.night, NULL) == 0 && is_complete(r);
		if (r->skipped)
			r->err.code = E_NONE;
		else
			err_set(&r->err, E_MISSING, "%s: no such file", path);
	}
	source_close(&s);
}

/* The path under the name a dataset gives to combined files, in the directory of the run's. */
static int
combined_path(const struct run *r, const struct dataset *naming, int64_t time, bool night, char out[LAYOUT_SIZE],
    struct err *e)
{
	struct combined_name n = { .ds = naming, .time = time, .night = night, .refined = r->type == PTYPE_REFINED };
	char base[NAME_SIZE];

	clock_stamp(time, n.stamp);
	combined_format(&n, base);
	return layout_path(r->root, LAYOUT_COMBINED, r->ds, r->type, time, base, out, e);
}

/* Files of the reference carry the name of another platform's dataset with the same instrument; the directory tells
 * whose they are. */
int
granule_look(const void *ctx, int64_t time, bool night, char out[LAYOUT_SIZE], struct err *e)
{
	const struct run *r = ctx;
	struct l2p_name product = { .ds = r->ds, .time = time, .night = night };
	const struct dataset *naming;
	char base[NAME_SIZE];
	int found = 0;

	for (size_t i = 0; found == 0 && (naming = dataset_at(i)) != NULL; i++) {
		if (naming->instrument != r->ds->instrument)
			continue;
		if (combined_path(r, naming, time, night, out, e) < 0)
			return -1;
		found = file_look(out, NULL, e);
	}
	if (found != 0)
		return found;
	l2p_format(&product, base);
	if (layout_path(r->root, LAYOUT_L2P, r->ds, r->type, time, base, out, e) < 0)
		return -1;
	found = file_look(out, NULL, e);
	return found > 0 && combined_path(r, r->ds, time, night, out, e) < 0 ? -1 : found;
}

int
granule_is_left(const struct granule_rules *rules, const char *path, const struct granule_result *r, struct err *e)
{
	char dir[LAYOUT_SIZE];
	struct stat st;
	int left = 0;

	if (rules->keep_input || rules->run->dry_run || r->input_time < 0)
		return 0;
	if (layout_dir(rules->run->root, LAYOUT_INPUT, NULL, PTYPE_COUNT, 0, dir, e) < 0 ||
	    (left = file_below(path, dir, e)) < 0)
		return -1;
	if (left > 0)
		left = file_look(path, &st, e);
	if (left > 0)		/* one that was made anew meanwhile is another granule's worth of work */
		left = file_time(&st) == r->input_time;
	return left;
}
