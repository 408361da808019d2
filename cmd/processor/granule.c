/* granule - the life of one granule */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule.h"
#include "granule/name.h"
#include "source.h"
#include "write.h"

#define DEFLATE_LEVEL 5
#define MD5_FILE_MAX 4096

struct plan {
	const struct granule_rules *rules;
	const char *input;
	int64_t input_time;		/* modification time of the input that is read */
	struct combined_name name;
	struct granule_result *r;
};

/* "HEX  NAME\n", as md5sum writes it */
static char *
md5_line(const char *md5, const char *l2p, struct err *e)
{
	return mem_fmt(e, "%s  %s\n", md5, str_base(l2p));
}

static char *
md5_path(const char *l2p, struct err *e)
{
	return mem_fmt(e, "%s.md5", l2p);
}

/* Whether the L2P file is complete: its .md5 file names it and has its digest. Fills in r. */
static bool
is_complete(struct granule_result *r)
{
	char *side = md5_path(r->output, NULL), *have = NULL, *want = NULL;
	struct stat st;
	bool same = false;

	if (side != NULL && stat(r->output, &st) == 0 && file_exists(side)) {
		have = file_read(side, MD5_FILE_MAX, NULL);
		if (have != NULL && digest_file(DIGEST_MD5, r->output, r->md5, NULL) == 0)
			want = md5_line(r->md5, r->output, NULL);
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
is_up_to_date(const struct plan *p)
{
	int64_t out = file_mtime(p->r->output);

	return !p->rules->force && out >= 0 && out >= p->input_time && is_complete(p->r);
}

/* The name of the product, from dataset and day or night; the time is that of the combined file's name. */
static int
name_output(const struct plan *p, bool night, struct err *e)
{
	struct l2p_name n = { .ds = p->r->ds, .time = p->name.time, .night = night };
	char base[NAME_SIZE];

	l2p_format(&n, base);
	if (p->rules->outdir != NULL)
		return str_fmt(p->r->output, sizeof(p->r->output), e, "%s/%s", p->rules->outdir, base);
	return layout_path(p->rules->root, LAYOUT_L2P, n.ds, p->r->type, n.time, base, p->r->output, e);
}

static bool
in_tree(const struct plan *p)
{
	char dir[LAYOUT_SIZE];

	return layout_dir(p->rules->root, LAYOUT_INPUT, NULL, PTYPE_COUNT, 0, dir, NULL) == 0 &&
	    file_below(p->input, dir);
}

static int
remove_input(const struct plan *p, struct err *e)
{
	if (p->rules->keep_input || !in_tree(p))
		return 0;
	if (file_mtime(p->input) != p->input_time)	/* made anew meanwhile: another granule's worth of work */
		return 0;
	return file_remove(p->input, e);
}

/* Checksum first, then the product: who sees the product finds its checksum. The product's time is that of its input,
 * so that an input made anew while this one was read is newer. */
static int
publish(const struct plan *p, struct newfile *f, struct err *e)
{
	char *side = md5_path(p->r->output, e), *line = NULL;
	struct stat st;
	int ret = -1;

	(void)sync_file_range(f->fd, 0, 0, SYNC_FILE_RANGE_WRITE);	/* the disk writes while we read */
	if (side == NULL || digest_fd(DIGEST_MD5, f->fd, f->tmp, p->r->md5, e) < 0)
		goto out;
	line = md5_line(p->r->md5, p->r->output, e);
	if (line == NULL || file_write(side, line, e) < 0 || file_set_mtime(f->fd, f->tmp, p->input_time, e) < 0)
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
make(const struct plan *p, const struct source *s, struct err *e)
{
	struct write_rules w = {
		.product = { p->r->type, !p->rules->compat, DEFLATE_LEVEL },
		.compat = p->rules->compat, .workers = p->rules->workers
	};
	struct newfile f;
	double t = clock_steady();
	int ret = -1;

	if (newfile_open(&f, p->r->output, e) < 0)
		return err_place(e);
	if (is_up_to_date(p)) {		/* another process made it while we waited */
		p->r->skipped = true;
		ret = 0;
		goto out;
	}
	if (granule_write(f.tmp, s, &w, e) < 0)
		goto out;
	p->r->convert = clock_steady() - t;
	ret = publish(p, &f, e) < 0 ? err_place(e) : 0;
	p->r->publish = clock_steady() - t - p->r->convert;
out:
	newfile_close(&f);
	return ret;
}

static int
process_source(const struct plan *p, const struct source *s, struct err *e)
{
	p->r->ds = s->ds;
	if (name_output(p, source_night(s), e) < 0)
		return -1;
	p->r->skipped = is_up_to_date(p);
	if (p->rules->dry_run)
		return 0;
	if (!p->r->skipped && make(p, s, e) < 0)
		return -1;
	return remove_input(p, e);
}

/* The combined file is gone: was it processed and removed before? */
static int
process_gone(const struct plan *p, const struct dataset *dir_ds, struct err *e)
{
	p->r->ds = p->rules->ds != NULL ? p->rules->ds : dir_ds != NULL ? dir_ds : p->name.ds;
	if (name_output(p, p->name.night, NULL) == 0 && is_complete(p->r)) {
		p->r->skipped = true;
		return 0;
	}
	return err_set(e, E_MISSING, "%s: no such file", p->input);
}

static void
quarantine(const struct plan *p, struct err *e)
{
	char dir[LAYOUT_SIZE];
	struct err qe;

	if (p->rules->dry_run || !file_exists(p->input))
		return;
	if (p->rules->quarantine != NULL) {
		if (str_fmt(dir, sizeof(dir), NULL, "%s", p->rules->quarantine) < 0)
			return;
	} else if (!in_tree(p) || layout_dir(p->rules->root, LAYOUT_QUARANTINE, NULL, PTYPE_COUNT, 0, dir, NULL) < 0) {
		return;
	}
	if (file_quarantine(p->input, dir, e->msg, &qe) < 0)
		p->rules->warn("%s", qe.msg);
	else
		p->r->quarantined = true;
}

static enum ptype
type_of(const struct plan *p, enum ptype dir_type)
{
	if (p->rules->type != PTYPE_COUNT)
		return p->rules->type;
	if (p->name.refined)
		return PTYPE_REFINED;
	return dir_type != PTYPE_COUNT ? dir_type : PTYPE_QUICKLOOK;
}

int
granule_process(const struct granule_rules *rules, const char *path, struct granule_result *r, struct err *e)
{
	struct plan p = { .rules = rules, .input = path, .r = r };
	struct source_rules sr = { .ds = rules->ds, .compat = rules->compat, .warn = rules->warn };
	struct source s = {0};
	const struct dataset *dir_ds;
	enum ptype dir_type;
	int ret;

	*r = (struct granule_result){ .type = PTYPE_COUNT };
	layout_of_dir(path, &dir_ds, &dir_type);
	if (sr.ds == NULL)
		sr.ds = dir_ds;
	if (combined_parse(path, &p.name, e) < 0) {
		r->type = rules->type;
		ret = -1;
	} else {
		r->ds = sr.ds != NULL ? sr.ds : p.name.ds;
		r->type = type_of(&p, dir_type);
		p.input_time = file_mtime(path);
		ret = source_open(&s, path, &sr, e);
		if (ret == 0)
			ret = process_source(&p, &s, e);
		else if (e->code == E_MISSING)
			ret = process_gone(&p, dir_ds, e);
	}
	source_close(&s);
	if (ret < 0 && e->code == E_DATA)
		quarantine(&p, e);
	return ret;
}
