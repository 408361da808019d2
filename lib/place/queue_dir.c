/* queue_dir - a spool directory as a queue */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/newfile.h"
#include "base/str.h"
#include "place/queue.h"

/*
 * The file of a message is its text and a newline. When it carries ids, there is a head before it as in mail, beginning
 * with HEAD. The modification time of a locked file is when the time of its receiver is over.
 */
#define HEAD "Message-Id: "
#define HEAD_GROUP "Message-Group: "
#define HEAD_DEDUP "Message-Dedup: "
#define FILE_MAX (QUEUE_TEXT_MAX + 1024)
#define REJECTED "rejected"
#define SETTLE_NS (50 * 1000 * 1000L)	/* more than between a lock and the time written after it */
#define SECOND INT64_C(1000000000)

static char *
message_path(const struct queue *q, const char *id)
{
	return xfmt("%s/%s", q->place.name, id);
}

/* ---- sending ---- */

/* Names sort in the order of sending: 20250612T130001.123456Z-1a2b3c4d */
static void
new_id(char out[CLOCK_ISO_SIZE + UID_SIZE])
{
	char iso[CLOCK_ISO_SIZE];
	size_t n = 0;

	clock_iso_now(iso);
	for (const char *s = iso; *s != '\0'; s++)
		if (*s != '-' && *s != ':')
			out[n++] = *s;
	out[n++] = '-';
	uid_new(out + n);
}

static int
dir_send(struct queue *q, const struct queue_post *p, struct err *e)
{
	char id[CLOCK_ISO_SIZE + UID_SIZE], *path;
	struct buf b = {0};
	int ret;

	new_id(id);
	if (p->group != NULL || p->dedup != NULL || str_starts(p->text, HEAD)) {
		buf_add(&b, HEAD "%s\n", id);
		if (p->group != NULL)
			buf_add(&b, HEAD_GROUP "%s\n", p->group);
		if (p->dedup != NULL)
			buf_add(&b, HEAD_DEDUP "%s\n", p->dedup);
		buf_add(&b, "\n");
	}
	buf_add(&b, "%s\n", p->text);
	path = message_path(q, id);
	ret = file_write(path, b.text, e);
	free(path);
	buf_free(&b);
	return ret;
}

/* ---- receiving ---- */

static int64_t
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

/* Whether the receiver that holds the lock has had its time. */
static bool
time_is_over(const char *path)
{
	const struct timespec settle = { .tv_nsec = SETTLE_NS };
	struct stat st, later;

	if (file_look(path, &st, NULL) <= 0 || !clock_expired(st.st_mtim.tv_sec, 0))
		return false;
	(void)nanosleep(&settle, NULL);	/* it may just have got the lock */
	return file_look(path, &later, NULL) > 0 && file_time(&later) == file_time(&st);
}

/* Take the message from a receiver that keeps it too long: a new file replaces the locked one. The descriptor of the
 * new file, locked; -1 with E_BUSY when somebody else was faster. */
static int
take_over(const char *path, int64_t until, struct err *e)
{
	struct newfile f;
	struct stat st;
	int fd = -1, from;

	if (newfile_open(&f, path, e) < 0)
		return -1;
	from = file_open(path, e);
	if (from >= 0 && fstat(from, &st) == 0 && !clock_expired(st.st_mtim.tv_sec, 0)) {
		err_set(e, E_BUSY, "%s: in use by another process", path);
	} else if (from >= 0 && newfile_copy(&f, from, path, DIGEST_NONE, NULL, NULL, e) == 0 &&
	    file_set_mtime(f.fd, f.tmp, until, e) == 0 && newfile_commit(&f, e) == 0) {
		fd = f.fd;
		f.fd = -1;		/* keep the lock */
	}
	if (from >= 0)
		(void)close(from);
	newfile_close(&f);
	return fd;
}

/* The descriptor of the message's file, locked; -1 with E_BUSY while another receiver has it, E_MISSING when it is gone
 * or no file. */
static int
lock_message(const char *path, int64_t until, struct err *e)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return errno == ELOOP ? err_set(e, E_MISSING, "%s: a link", path) : err_sys(e, "%s", path);
	if (file_lock(fd, path, 0, e) < 0) {
		bool take = e->code == E_BUSY && time_is_over(path);

		(void)close(fd);
		return take ? take_over(path, until, e) : -1;
	}
	if (!file_is(fd, path) || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		err_set(e, E_MISSING, "%s: taken by another process", path);
	else if (file_set_mtime(fd, path, until, e) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* The text behind the head, if there is one. */
static char *
text_of(const char *s)
{
	static const char *const head[] = { HEAD, HEAD_GROUP, HEAD_DEDUP };
	size_t n;

	if (str_starts(s, HEAD)) {
		for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
			if (str_starts(s, head[i]) && strchr(s, '\n') != NULL)
				s = strchr(s, '\n') + 1;
		s += *s == '\n';
	}
	n = strlen(s);
	return xfmt("%.*s", (int)(n > 0 && s[n - 1] == '\n' ? n - 1 : n), s);
}

static int
put_aside(const struct queue *q, const char *path, const char *reason, struct err *e)
{
	char *dir = message_path(q, REJECTED);
	int ret = file_quarantine(path, dir, reason, e);

	free(dir);
	return ret;
}

/* 1 and the message, 0 when others have it or it is none, -1. */
static int
receive_one(const struct queue *q, const char *id, int visibility, struct queue_message *m, struct err *e)
{
	char *path = message_path(q, id), *text = NULL;
	struct err why = {0};
	int ret = 0;

	m->lock = lock_message(path, now_ns() + visibility * SECOND, &why);
	if (m->lock >= 0)
		text = file_read(path, FILE_MAX, &why);
	if (text != NULL) {
		m->text = text_of(text);
		m->id = xstrdup(id);
		m->receipt = xstrdup(id);
		ret = 1;
	} else if (m->lock >= 0 && why.code == E_DATA) {	/* it never will be one */
		ret = put_aside(q, path, why.msg, e);
	} else if (why.code != E_BUSY && why.code != E_MISSING) {
		ret = err_set(e, why.code, "%s", why.msg);
	}
	if (ret <= 0)
		queue_message_fini(m);
	free(text);
	free(path);
	return ret;
}

static int
dir_receive(struct queue *q, struct queue_message *m, int max, int visibility, int wait, struct err *e)
{
	struct strlist names = {0};
	int n = 0, got = file_names(q->place.name, &names, e);

	(void)wait;
	for (size_t i = 0; got >= 0 && i < names.n && n < max; i++) {
		got = str_ends(names.item[i], "/") ? 0 : receive_one(q, names.item[i], visibility, &m[n], e);
		n += got > 0;
	}
	strlist_free(&names);
	return got < 0 && n == 0 ? -1 : n;	/* what was received counts; the failure will come again */
}

/* ---- ends ---- */

/* While the message's file is ours, delete it or, with a reason, put it aside; another receiver may have it by now. */
static int
finish(const struct queue *q, const struct queue_message *m, const char *reason, struct err *e)
{
	char *path = message_path(q, m->receipt);
	int ret = 0;

	if (file_is(m->lock, path))
		ret = reason == NULL ? file_remove(path, e) : put_aside(q, path, reason, e);
	free(path);
	return ret;
}

static int
dir_delete(struct queue *q, struct queue_message *m, struct err *e)
{
	return finish(q, m, NULL, e);
}

static int
dir_reject(struct queue *q, struct queue_message *m, const char *reason, struct err *e)
{
	return finish(q, m, reason, e);
}

const struct queue_ops queue_dir_ops = {
	.send = dir_send,
	.receive = dir_receive,
	.del = dir_delete,
	.reject = dir_reject,
};
