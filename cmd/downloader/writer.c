/* writer - what arrives goes through a thread into the file and its digest */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "work.h"

#define STRIDE (4 * 1024 * 1024)	/* the disk is set to work in steps of this size */

/* ---- in the thread ---- */

/* The next bytes of the file. */
static int
digest_part(struct writer *wr, const char *data, size_t size, struct err *e)
{
	if (wr->digested == 0)
		memcpy(wr->head, data, size < sizeof(wr->head) ? size : sizeof(wr->head));
	wr->digested += (int64_t)size;
	return digest_update(wr->digest, data, size, e);
}

/* Digest what the file has from where the digest is up to the offset to: what an earlier run left. */
static int
digest_file_to(struct work *w, int64_t to, struct err *e)
{
	struct writer *wr = &w->writer;
	struct block *b;
	int ret = 0;

	if (wr->digested >= to)
		return 0;
	b = malloc(sizeof(*b));
	if (b == NULL)
		return err_mem(e, w->stage.file.tmp);
	while (ret == 0 && wr->digested < to) {
		int64_t left = to - wr->digested;
		ssize_t n = pread(w->stage.file.fd, b->data, left < (int64_t)BLOCK_SIZE ? (size_t)left : BLOCK_SIZE,
		    wr->digested);

		if (n < 0)
			ret = err_sys(e, "%s", w->stage.file.tmp);
		else if (n == 0)
			ret = err_set(e, E_ENV, "%s: shrank while it was read", w->stage.file.tmp);
		else
			ret = digest_part(wr, b->data, (size_t)n, e);
	}
	free(b);
	return ret;
}

static int
write_block(struct work *w, const struct block *b, bool *full, struct err *e)
{
	struct writer *wr = &w->writer;
	int64_t end = b->at + (int64_t)b->size;

	if (digest_file_to(w, b->at, e) < 0 || stage_write(&w->stage, b->data, b->size, b->at, full, e) < 0 ||
	    digest_part(wr, b->data, b->size, e) < 0)
		return -1;
	if (end % STRIDE == 0)
		stage_write_back(&w->stage, end - STRIDE, STRIDE);
	return 0;
}

/* The next block; NULL when there is none. Then, unless the file is complete, w belongs to the event loop again. */
static struct block *
next_block(struct work *w, bool *complete)
{
	struct downloads *d = w->d;
	struct writer *wr = &w->writer;
	struct block *b;

	(void)pthread_mutex_lock(&d->writers.lock);
	b = wr->first;
	if (b != NULL && (wr->first = b->next) == NULL)
		wr->last = &wr->first;
	*complete = wr->complete;
	if (b == NULL && !wr->complete) {
		wr->running = false;
		(void)pthread_cond_signal(&d->writers.idle);
	}
	(void)pthread_mutex_unlock(&d->writers.lock);
	return b;
}

static void
set_failed(struct work *w, const struct err *why, bool full)
{
	(void)pthread_mutex_lock(&w->d->writers.lock);
	w->writer.failed = true;
	w->writer.full = full;
	w->writer.err = *why;
	(void)pthread_mutex_unlock(&w->d->writers.lock);
}

static bool
run(struct job *j)
{
	struct work *w = (struct work *)(void *)((char *)j - offsetof(struct work, job));
	struct downloads *d = w->d;
	struct block *b;
	bool complete, full = false;
	struct err e;

	while ((b = next_block(w, &complete)) != NULL) {
		/* Behind a failure nothing is written: the file has no holes. */
		if (!w->writer.failed && write_block(w, b, &full, &e) < 0)
			set_failed(w, &e, full);
		blocks_put(d->blocks, b);
	}
	if (!complete)
		return false;
	if (!w->writer.failed && digest_file_to(w, w->stage.size, &e) < 0)
		set_failed(w, &e, false);
	check_staged(w);
	(void)pthread_mutex_lock(&d->writers.lock);
	w->writer.running = false;
	(void)pthread_mutex_unlock(&d->writers.lock);
	if (w->result != CHECK_YES)
		return true;
	publish_add(w);			/* from here on w may be gone */
	return false;
}

/* ---- in the event loop ---- */

/* Queue the block being filled, if any; the thread is set to work unless it is. */
static void
hand_over(struct work *w, bool complete)
{
	struct downloads *d = w->d;
	struct writer *wr = &w->writer;
	struct block *b = wr->filling;
	bool idle;

	wr->filling = NULL;
	if (b == NULL && !complete)
		return;
	(void)pthread_mutex_lock(&d->writers.lock);
	if (b != NULL) {
		b->next = NULL;
		*wr->last = b;
		wr->last = &b->next;
	}
	wr->complete = complete;
	idle = !wr->running;
	wr->running = true;
	(void)pthread_mutex_unlock(&d->writers.lock);
	if (!idle)
		return;
	w->job.run = run;
	pool_submit(d->pool, &w->job);
}

int
writer_begin(struct work *w, struct err *e)
{
	struct writer *wr = &w->writer;
	enum digest_alg alg = w->f->request.alg;

	writer_end(w, false);
	wr->last = &wr->first;
	wr->digest = digest_new(alg != DIGEST_NONE ? alg : DIGEST_SHA1, e);
	return wr->digest != NULL ? 0 : -1;
}

static int
has_failed(struct work *w, struct err *e)
{
	bool failed;

	(void)pthread_mutex_lock(&w->d->writers.lock);
	failed = w->writer.failed;
	if (failed) {
		*e = w->writer.err;
		w->disk_full = w->writer.full;
	}
	(void)pthread_mutex_unlock(&w->d->writers.lock);
	return failed ? -1 : 0;
}

/* Pieces of a body are small and begin anywhere; writing them one by one costs the kernel twice the time. */
int
writer_add(struct work *w, const void *data, size_t size, struct err *e)
{
	struct writer *wr = &w->writer;
	const char *p = data;

	while (size > 0) {
		struct block *b = wr->filling;
		size_t room, n;

		if (b == NULL) {
			if (has_failed(w, e) < 0 || (b = blocks_get(w->d->blocks, e)) == NULL)
				return -1;
			b->at = w->stage.size;
			wr->filling = b;
		}
		room = BLOCK_SIZE - (size_t)(b->at % (int64_t)BLOCK_SIZE) - b->size;
		n = size < room ? size : room;
		memcpy(b->data + b->size, p, n);
		b->size += n;
		w->stage.size += (int64_t)n;
		p += n;
		size -= n;
		if (n == room)
			hand_over(w, false);
	}
	return 0;
}

void
writer_flush(struct work *w)
{
	hand_over(w, false);
}

void
writer_finish(struct work *w)
{
	hand_over(w, true);
}

void
writer_end(struct work *w, bool keep)
{
	struct downloads *d = w->d;
	struct writer *wr = &w->writer;
	struct block *b;

	if (keep)
		hand_over(w, false);
	blocks_put(d->blocks, wr->filling);
	(void)pthread_mutex_lock(&d->writers.lock);
	while (!keep && (b = wr->first) != NULL) {
		wr->first = b->next;
		blocks_put(d->blocks, b);
	}
	wr->last = &wr->first;
	while (wr->running)
		(void)pthread_cond_wait(&d->writers.idle, &d->writers.lock);
	(void)pthread_mutex_unlock(&d->writers.lock);
	digest_free(wr->digest);
	*wr = (struct writer){ .filling = NULL };
}
