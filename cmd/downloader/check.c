/* check - what is done in threads: digests, netCDF check, publication */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "remote/url.h"
#include "classify.h"
#include "work.h"

#define BLOCK (256 * 1024)
#define DIRS 8				/* directories remembered in a sync */

#define CONTAINER(type, member, p) ((type *)(void *)((char *)(p) - offsetof(type, member)))

/* Does a candidate have the listed digest? */
void
check_existing(struct job *j)
{
	struct work *w = CONTAINER(struct work, check, j);
	struct download *f = w->f;
	char note[ERR_MSGMAX];
	struct stat st;

	w->result = CHECK_NO;
	for (int i = 0; i < work_places(w); i++) {
		if (digest_file(f->request.alg, w->candidate[i], f->hex, NULL) < 0 ||
		    strcmp(f->hex, f->request.checksum) != 0 || stat(w->candidate[i], &st) < 0)
			continue;
		f->type = (enum ptype)i;
		f->bytes = st.st_size;
		w->result = CHECK_YES;
		f->path = w->candidate[i];
		w->candidate[i] = NULL;
		if (w->d->conf.outdir != NULL &&	/* flat: the place does not tell the class */
		    classify_file(f->path, f->path, &f->request.obpg, false, &f->type, note, sizeof(note),
		    NULL) < 0)
			f->type = f->request.obpg.nrt ? PTYPE_QUICKLOOK : PTYPE_REFINED;
		break;
	}
}

/* Digest the staged file from where the follower is up to w->follower.to. */
static int
follow(struct work *w, struct err *e)
{
	struct follower *fo = &w->follower;
	size_t size = fo->to - fo->done < BLOCK ? (size_t)(fo->to - fo->done) : BLOCK;
	char *block;
	int ret;

	if (size == 0)
		return 0;
	block = malloc(size);		/* not zeroed: there are many files */
	ret = block != NULL ? 0 : err_mem(e, w->stage.file.tmp);

	while (ret == 0 && fo->done < fo->to) {
		int64_t left = fo->to - fo->done;
		ssize_t n = pread(w->stage.file.fd, block, left < (int64_t)size ? (size_t)left : size, fo->done);

		if (n < 0)
			ret = err_sys(e, "%s", w->stage.file.tmp);
		else if (n == 0)
			ret = err_set(e, E_ENV, "%s: shrank while it was read", w->stage.file.tmp);
		else
			ret = digest_update(fo->digest, block, (size_t)n, e);
		fo->done += n > 0 ? n : 0;
	}
	free(block);
	return ret;
}

void
check_follow(struct job *j)
{
	struct work *w = CONTAINER(struct work, follower.job, j);
	int64_t from = w->follower.done;

	w->follower.failed = follow(w, &w->follower.err) < 0;
	if (!w->follower.failed)
		stage_write_back(&w->stage, from, w->follower.to - from);
}

static enum check
finish(struct work *w)
{
	struct download *f = w->f;
	const struct request *r = &f->request;

	if (w->follower.failed) {
		f->err = w->follower.err;
		return CHECK_FAILED;
	}
	w->follower.to = stage_written(&w->stage);
	if (follow(w, &f->err) < 0 ||
	    digest_update(w->follower.digest, w->stage.block, w->stage.held, &f->err) < 0 ||
	    stage_flush(&w->stage, &w->disk_full, &f->err) < 0 ||
	    digest_hex(w->follower.digest, f->hex, &f->err) < 0)
		return CHECK_FAILED;
	if (r->alg != DIGEST_NONE && strcmp(f->hex, r->checksum) != 0) {
		(void)err_set(&f->err, E_DATA, "%.*s: wrong checksum: %s, listed is %s", url_shown(r->url), r->url,
		    f->hex, r->checksum);
		return CHECK_WRONG_DIGEST;
	}
	if (classify_file(w->stage.file.tmp, r->name, &r->obpg, r->alg == DIGEST_NONE, &f->type, f->note,
	    sizeof(f->note), &f->err) < 0)
		return f->err.code == E_DATA ? CHECK_NOT_NETCDF : CHECK_FAILED;
	errno = 0;
	if (stage_publish(&w->stage, w->candidate[f->type], &f->err) < 0) {
		w->disk_full = errno == ENOSPC || errno == EDQUOT;
		return CHECK_FAILED;
	}
	f->path = w->candidate[f->type];
	w->candidate[f->type] = NULL;
	f->bytes = w->stage.size;
	return CHECK_YES;
}

/* Sync the directories of the renamed files, each once. */
void
check_sync(struct job *j)
{
	struct syncer *s = CONTAINER(struct syncer, job, j);
	const char *dir[DIRS] = { NULL };
	size_t n = 0, i;

	s->failed = false;
	for (const struct work *w = s->files; w != NULL && !s->failed; w = w->sync_next) {
		const char *path = w->f->path;
		size_t len = (size_t)(str_base(path) - path);

		for (i = 0; i < n; i++)
			if (strncmp(dir[i], path, len) == 0 && strchr(dir[i] + len, '/') == NULL)
				break;
		if (i < n)
			continue;
		s->failed = file_sync_dir(path, &s->err) < 0;
		if (n < DIRS)
			dir[n++] = path;
	}
}

/* The complete file: digest, netCDF check, class, sync, rename. */
void
check_staged(struct job *j)
{
	struct work *w = CONTAINER(struct work, check, j);

	w->result = finish(w);
}
