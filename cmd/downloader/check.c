/* check - is a file what was listed? In the threads. */

#include <string.h>
#include <sys/stat.h>

#include "base/url.h"
#include "classify.h"
#include "work.h"

/* Does a candidate have the listed digest? */
bool
check_existing(struct job *j)
{
	struct work *w = (struct work *)(void *)((char *)j - offsetof(struct work, job));
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
		    classify_file(f->path, NULL, f->path, &f->request.obpg, false, &f->type, note, sizeof(note),
		    NULL) < 0)
			f->type = f->request.obpg.nrt ? PTYPE_QUICKLOOK : PTYPE_REFINED;
		break;
	}
	return true;
}

static enum check
check_digest(struct work *w)
{
	struct download *f = w->f;
	const struct request *r = &f->request;

	if (w->writer.failed) {
		f->err = w->writer.err;
		w->disk_full = w->writer.full;
		return CHECK_FAILED;
	}
	if (digest_hex(w->writer.digest, f->hex, &f->err) < 0)
		return CHECK_FAILED;
	if (r->alg != DIGEST_NONE && strcmp(f->hex, r->checksum) != 0) {
		(void)err_set(&f->err, E_DATA, "%.*s: wrong checksum: %s, listed is %s", url_shown(r->url), r->url,
		    f->hex, r->checksum);
		return CHECK_WRONG_DIGEST;
	}
	if (f->tries == 0 && stage_touch(&w->stage, &f->err) < 0)
		return CHECK_FAILED;
	f->bytes = w->stage.size;
	return CHECK_YES;
}

static enum check
check_class(struct work *w)
{
	struct download *f = w->f;
	const struct request *r = &f->request;

	if (classify_file(w->stage.file.tmp, w->writer.head, r->name, &r->obpg, r->alg == DIGEST_NONE, &f->type,
	    f->note, sizeof(f->note), &f->err) < 0)
		return f->err.code == E_DATA ? CHECK_NOT_NETCDF : CHECK_FAILED;
	return CHECK_YES;
}

void
check_staged(struct work *w)
{
	w->result = check_digest(w);
	if (w->result == CHECK_YES)
		w->result = check_class(w);
}
