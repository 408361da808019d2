/* queue_dir - a spool directory as a queue */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uid.h"
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
#define LOOK_NS (100 * 1000 * 1000L)	/* between looks for new messages */
#define SETTLE_NS (50 * 1000 * 1000L)	/* more than between a lock and the time written after it */
#define SECOND INT64_C(1000000000)

static int
dir_open(struct queue *q, const char *place, enum place_mode mode, struct err *e)
{
	if (strcmp(place, "-") == 0)
		return err_set(e, E_USAGE, "-: not a queue");
	q->name = backend_directory(place, mode, e);
	return q->name == NULL ? -1 : 0;
}

static char *
message_path(const struct queue *q, const char *id, struct err *e)
{
	return mem_fmt(e, "%s/%s", q->name, id);
}

/* ---- sending ---- */

/* Names sort in the order of sending: 20250612T130001.123456Z-1a2b3c4d */
static int
new_id(char *out, size_t size, struct err *e)
{
	char iso[CLOCK_ISO_SIZE], uid[UID_SIZE];
	size_t n = 0;

	clock_iso(iso);
	for (const char *s = iso; *s != '\0'; s++)
		if (*s != '-' && *s != ':')
			iso[n++] = *s;
	iso[n] = '\0';
	if (uid_new(uid, e) < 0)
		return -1;
	return str_fmt(out, size, e, "%s-%s", iso, uid);
}

static int
dir_send(struct queue *q, const struct queue_post *p, struct err *e)
{
	char id[64], *path;
	struct buf b = {0};
	int ret = -1;

	if (new_id(id, sizeof(id), e) < 0)
		return -1;
	path = message_path(q, id, e);
	if (p->group != NULL || p->dedup != NULL || str_starts(p->text, HEAD)) {
		buf_add(&b, HEAD "%s\n", id);
		if (p->group != NULL)
			buf_add(&b, HEAD_GROUP "%s\n", p->group);
		if (p->dedup != NULL)
			buf_add(&b, HEAD_DEDUP "%s\n", p->dedup);
		buf_add(&b, "\n");
	}
	buf_add(&b, "%s\n", p->text);
	if (path != NULL && buf_text(&b, e) != NULL)
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

static void
pause_ns(long ns)
{
	struct timespec ts = { .tv_nsec = ns };

	(void)nanosleep(&ts, NULL);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
read_names(const struct queue *q, struct strlist *names, struct err *e)
{
	DIR *dp = opendir(q->name);
	struct dirent *d;
	struct stat st;
	int ret = 0;

	if (dp == NULL)
		return errno == ENOENT ? 0 : err_sys(e, "%s", q->name);
	while (ret == 0 && (errno = 0, d = readdir(dp)) != NULL)
		if (*d->d_name != '.' && fstatat(dirfd(dp), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			ret = strlist_add(names, d->d_name, e);
	if (ret == 0 && errno != 0)
		ret = err_sys(e, "%s", q->name);
	(void)closedir(dp);
	if (names->n > 0)
		qsort(names->item, names->n, sizeof(*names->item), by_bytes);
	return ret;
}

/* Whether the receiver that holds the lock has had its time. */
static bool
time_is_over(const char *path)
{
	int64_t until = file_mtime(path);

	if (until < 0 || until > now_ns())
		return false;
	pause_ns(SETTLE_NS);		/* it may just have got the lock */
	return file_mtime(path) == until;
}

/* Take the message from a receiver that keeps it too long: a new file replaces the locked one. The descriptor of the
 * new file, locked; -1 with E_BUSY when somebody else was faster. */
static int
take_over(const char *path, int64_t until, struct err *e)
{
	struct newfile f;
	int fd = -1;

	if (newfile_open(&f, path, e) < 0)
		return -1;
	if (file_mtime(path) > now_ns()) {
		err_set(e, E_BUSY, "%s: in use by another process", path);
	} else if (newfile_copy(&f, path, DIGEST_NONE, NULL, NULL, e) == 0 &&
	    file_set_mtime(f.fd, f.tmp, until, e) == 0 && newfile_commit(&f, e) == 0) {
		fd = f.fd;
		f.fd = -1;		/* keep the lock */
	}
	newfile_close(&f);
	return fd;
}

/* The descriptor of the message's file, locked; -1 with E_BUSY while another receiver has it, E_MISSING when it is
 * gone. */
static int
lock_message(const char *path, int64_t until, struct err *e)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return err_sys(e, "%s", path);
	if (file_lock(fd, path, false, e) < 0) {
		bool take = e->code == E_BUSY && time_is_over(path);

		(void)close(fd);
		return take ? take_over(path, until, e) : -1;
	}
	if (!file_is(fd, path))
		err_set(e, E_MISSING, "%s: taken by another process", path);
	else if (file_set_mtime(fd, path, until, e) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* The value of a head line in front of *s, which moves behind it; NULL in *out when there is no such line. */
static int
take_head(char **s, const char *name, char **out, struct err *e)
{
	char *end = strchr(*s, '\n');

	if (!str_starts(*s, name) || end == NULL)
		return 0;
	*end = '\0';
	*out = mem_str(*s + strlen(name), e);
	*s = end + 1;
	return *out == NULL ? -1 : 0;
}

static int
parse_message(char *text, struct queue_message *m, struct err *e)
{
	char *id = NULL, *s = text;
	size_t n;
	int ret = 0;

	if (str_starts(s, HEAD)) {
		ret = take_head(&s, HEAD, &id, e) < 0 || take_head(&s, HEAD_GROUP, &m->group, e) < 0 ||
		    take_head(&s, HEAD_DEDUP, &m->dedup, e) < 0 ? -1 : 0;
		free(id);
		if (*s == '\n')
			s++;
	}
	n = strlen(s);
	if (n > 0 && s[n - 1] == '\n')
		s[n - 1] = '\0';
	m->text = ret == 0 ? mem_str(s, e) : NULL;
	return m->text == NULL ? -1 : 0;
}

static char *
rejected_dir(const struct queue *q, struct err *e)
{
	return mem_fmt(e, "%s/" REJECTED, q->name);
}

static int
put_aside(const struct queue *q, const char *path, const char *reason, struct err *e)
{
	char *dir = rejected_dir(q, e);
	int ret = dir == NULL ? -1 : file_quarantine(path, dir, reason, e);

	free(dir);
	return ret;
}

/* The text of a locked message into m: 1, 0 when it is none, -1. */
static int
read_message(const struct queue *q, const char *path, struct queue_message *m, struct err *e)
{
	struct err why = {0};
	char *text = file_read(path, FILE_MAX, &why);
	int ret;

	if (text == NULL && why.code == E_DATA)		/* it never will be one */
		return put_aside(q, path, why.msg, e);
	if (text == NULL)
		return err_set(e, why.code, "%s", why.msg);
	ret = parse_message(text, m, e) < 0 ? -1 : 1;
	free(text);
	return ret;
}

/* 1 and the message, 0 when others have it or it is none, -1. */
static int
receive_one(const struct queue *q, const char *id, int visibility, struct queue_message *out, struct err *e)
{
	char *path = message_path(q, id, e);
	struct queue_message m = { .lock = -1 };
	struct err why = {0};
	int ret = -1;

	if (path == NULL)
		return -1;
	m.lock = lock_message(path, now_ns() + visibility * SECOND, &why);
	if (m.lock < 0)
		ret = why.code == E_BUSY || why.code == E_MISSING ? 0 : err_set(e, why.code, "%s", why.msg);
	else if ((m.id = mem_str(id, e)) != NULL && (m.receipt = mem_str(id, e)) != NULL)
		ret = read_message(q, path, &m, e);
	if (ret > 0)
		*out = m;
	else
		queue_message_fini(&m);
	free(path);
	return ret;
}

static int
receive_now(const struct queue *q, struct queue_message *m, int max, int visibility, struct err *e)
{
	struct strlist names = {0};
	int n = 0, got = read_names(q, &names, e);

	for (size_t i = 0; got >= 0 && i < names.n && n < max; i++) {
		got = receive_one(q, names.item[i], visibility, &m[n], e);
		n += got > 0;
	}
	strlist_free(&names);
	return got < 0 && n == 0 ? -1 : n;	/* what was received counts; the failure will come again */
}

static int
dir_receive(struct queue *q, struct queue_message *m, int max, int visibility, int wait, struct err *e)
{
	double deadline = clock_steady() + wait;
	struct timespec look = { .tv_nsec = LOOK_NS };
	int n;

	while ((n = receive_now(q, m, max, visibility, e)) == 0 && clock_steady() < deadline)
		if (nanosleep(&look, NULL) < 0)
			break;
	return n;
}

/* ---- ends ---- */

/* The message's file while it is ours; NULL with *ret 0 when another receiver has it now. */
static char *
own_path(const struct queue *q, const struct queue_message *m, int *ret, struct err *e)
{
	char *path = message_path(q, m->receipt, e);

	*ret = -1;
	if (path == NULL || file_is(m->lock, path))
		return path;
	*ret = 0;
	free(path);
	return NULL;
}

static int
dir_delete(struct queue *q, struct queue_message *m, struct err *e)
{
	int ret;
	char *path = own_path(q, m, &ret, e);

	if (path != NULL)
		ret = file_remove(path, e);
	free(path);
	return ret;
}

static int
dir_reject(struct queue *q, struct queue_message *m, const char *reason, struct err *e)
{
	int ret;
	char *path = own_path(q, m, &ret, e);

	if (path != NULL)
		ret = put_aside(q, path, reason, e);
	free(path);
	return ret;
}

static void
dir_release(struct queue *q, struct queue_message *m)
{
	(void)q;			/* the lock ends with its descriptor */
	(void)m;
}

const struct queue_ops queue_dir_ops = {
	.open = dir_open,
	.send = dir_send,
	.receive = dir_receive,
	.del = dir_delete,
	.reject = dir_reject,
	.release = dir_release,
};
