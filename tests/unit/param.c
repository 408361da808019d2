/* Parameters in a directory: names, values and notes, one winner of several, damaged files, nothing secret shown. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <utime.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "place/param.h"
#include "tap.h"

#define THREADS 8

static struct err e;
static struct param_value v;

static int
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void
write_file(const char *path, const void *data, size_t size)
{
	FILE *fp = fopen(path, "w");

	if (fp == NULL || fwrite(data, 1, size, fp) != size || fclose(fp) != 0)
		tap_ok(0, __FILE__, __LINE__, "%s: cannot write", path);
}

static void
is_file(const char *path, const char *want, const char *name)
{
	char *text = file_read(path, 10000, &e);

	is_str(text, want, "%s", name);
	free(text);
}

static void
opening(void)
{
	struct param *p = param_open("a/b", PLACE_CREATE, &e);

	ok(p != NULL && mode_of("a/b") > 0, "a directory is made");
	param_close(p);
	p = param_open("not-there", PLACE_ASIS, &e);
	ok(p != NULL && mode_of("not-there") < 0, "... unless nothing may be touched");
	is_int(param_get(p, "x", &v, &e), 0, "... then nothing is in it");
	is_int(param_delete(p, "x", &e), 0, "... to delete");
	param_close(p);
	param_close(NULL);
	write_file("file", "x", 1);
	ok(param_open("file", PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "a file is no place: %s", e.msg);
	ok(param_open("-", PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "standard output is none");
	ok(param_open("", PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "nothing is none");
	ok(param_open("https://host/", PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "a URL is none");
	ok(param_open("ssm:service-generate-ops-idl", PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "ssm: is known");
	ok(strstr(e.msg, "this build") != NULL, "... and not in this build: %s", e.msg);
}

static void
values(struct param *p)
{
	char *title;

	is_int(param_set(p, "edl-token", "secret one", NULL, &e), 0, "set");
	is_int(mode_of("p/edl-token"), 0600, "... only for the owner");
	is_file("p/edl-token", "secret one\n", "... a line");
	is_int(param_get(p, "edl-token", &v, &e), 1, "get");
	is_str(v.text, "secret one", "... the value");
	is_str(v.note, "", "... without a note");
	ok(clock_now() - v.time < 10, "... its time");
	is_int(param_set(p, "edl-token", "two", "a \"note\"", &e), 0, "replaced, with a note");
	is_file("p/edl-token", "two\na \"note\"\n", "... in the second line");
	is_int(param_get(p, "edl-token", &v, &e), 1, "... read");
	is_str(v.note, "a \"note\"", "... again");
	param_wipe(&v);
	is_str(v.text, "", "wiped");
	write_file("p/by-hand", "value", 5);
	is_int(param_get(p, "by-hand", &v, &e), 1, "a file without a newline");
	is_str(v.text, "value", "... is one");
	title = param_title(p, "edl-token", &e);
	is_str(title, "edl-token", "its name for logs");
	free(title);
}

static void
creating(struct param *p)
{
	is_int(param_create(p, "new", "1", "n", &e), 1, "create");
	is_int(mode_of("p/new"), 0600, "... only for the owner");
	is_int(param_create(p, "new", "2", NULL, &e), 0, "... once");
	is_int(param_get(p, "new", &v, &e), 1, "... it stays");
	is_str(v.text, "1", "... as it was");
	is_int(param_swap(p, "new", "2", "3", NULL, &e), 0, "swap what it is not");
	is_int(param_swap(p, "new", "1", "3", "note", &e), 1, "swap what it is");
	is_file("p/new", "3\nnote\n", "... the new one");
	is_int(mode_of("p/new"), 0600, "... only for the owner");
	is_int(param_swap(p, "new", "1", NULL, NULL, &e), 0, "delete what it is not");
	is_int(param_swap(p, "new", "3", NULL, NULL, &e), 1, "delete what it is");
	is_int(param_swap(p, "new", "3", NULL, NULL, &e), 0, "... once");
	is_int(param_delete(p, "new", &e), 0, "nothing to delete");
	is_int(param_create(p, "new", "1", NULL, &e), 1, "create again");
	is_int(param_delete(p, "new", &e), 1, "delete");
	is_int(param_get(p, "new", &v, &e), 0, "... gone");
}

static int
join(void *ctx, const char *name, struct err *err)
{
	(void)err;
	buf_add(ctx, "%s ", name);
	return 0;
}

static int
refuse(void *ctx, const char *name, struct err *err)
{
	(void)ctx;
	return err_set(err, E_BUSY, "%s: enough", name);
}

static void
listing(struct param *p)
{
	struct buf b = {0};

	is_int(param_list(p, "", join, &b, &e), 0, "list");
	is_str(buf_text(&b, &e), "by-hand edl-token ", "... all");
	buf_free(&b);
	(void)param_set(p, "aqua-1", "1", NULL, &e);
	(void)param_set(p, "aqua", "1", NULL, &e);
	(void)mkdir("p/aqua-directory", 0777);
	write_file("p/.aqua.part", "x", 1);
	is_int(param_list(p, "aqua", join, &b, &e), 0, "list with a prefix");
	is_str(buf_text(&b, &e), "aqua aqua-1 ", "... in order, only files that are complete");
	buf_free(&b);
	is_int(param_list(p, "", refuse, NULL, &e), -1, "a listing that is ended");
	is_str(e.msg, "aqua: enough", "... by the one who is told");
}

static void
refused(struct param *p)
{
	static const char *const names[] = { "", "a/b", ".hidden", "..", "new\nline", "\xff" };
	static char big[PARAM_VALUE_MAX + 2], longname[PARAM_NAME_MAX + 2];
	static char note[PARAM_NOTE_MAX + 2];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ok(param_set(p, names[i], "secret", NULL, &e) < 0 && e.code == E_DATA &&
		    strstr(e.msg, "secret") == NULL, "no name: %s", e.msg);
	memset(longname, 'n', sizeof(longname) - 1);
	ok(param_get(p, longname, &v, &e) < 0 && e.code == E_DATA, "a long name");
	longname[PARAM_NAME_MAX] = '\0';
	is_int(param_create(p, longname, "1", NULL, &e), 1, "... not as long");
	is_int(param_delete(p, longname, &e), 1, "... again");
	ok(param_set(p, "x", "sec\nret", NULL, &e) < 0 && e.code == E_DATA && strstr(e.msg, "ret") == NULL,
	    "two lines: %s", e.msg);
	ok(param_create(p, "x", "", NULL, &e) < 0 && e.code == E_DATA, "no value");
	memset(big, 's', sizeof(big) - 1);
	ok(param_set(p, "x", big, NULL, &e) < 0 && e.code == E_DATA && strstr(e.msg, "sss") == NULL, "a long one: %s",
	    e.msg);
	ok(param_swap(p, "x", "y", big, NULL, &e) < 0 && e.code == E_DATA, "... swapped");
	memset(note, 'n', sizeof(note) - 1);
	ok(param_set(p, "x", "1", note, &e) < 0 && e.code == E_DATA, "a long note");
	ok(param_set(p, "x", "1", "a\nb", &e) < 0 && e.code == E_DATA, "a note of two lines");
	is_int(param_get(p, "x", &v, &e), 0, "nothing of these was made");
	big[PARAM_VALUE_MAX] = note[PARAM_NOTE_MAX] = '\0';
	is_int(param_set(p, "x", big, note, &e), 0, "the largest");
	ok(param_get(p, "x", &v, &e) == 1 && strcmp(v.text, big) == 0 && strcmp(v.note, note) == 0, "... comes back");
}

static void
damaged(struct param *p)
{
	static const struct {
		const char *text;
		size_t size;
		const char *what;
	} bad[] = {
		{ "", 0, "empty" }, { "\n", 1, "no value" }, { "se\0cret\n", 8, "a NUL" },
		{ "secret\033[0m\n", 11, "control" }, { "a\nb\nc\n", 6, "three lines" },
		{ "secret\r\n", 8, "a carriage return" }, { "\nnote\n", 6, "only a note" },
	};
	static char big[20000];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		write_file("p/bad", bad[i].text, bad[i].size);
		is_int(param_get(p, "bad", &v, &e), -1, "damaged: %s", bad[i].what);
		ok(e.code == E_DATA && strstr(e.msg, "bad") != NULL && strstr(e.msg, "secret") == NULL &&
		    v.text[0] == '\0', "... %s", e.msg);
		is_int(param_create(p, "bad", "1", NULL, &e), 0, "... it is there");
		is_int(param_swap(p, "bad", "1", "2", NULL, &e), 0, "... but has no value");
		is_int(param_swap(p, "bad", "", "2", NULL, &e), 1, "... and can be replaced");
	}
	memset(big, 'x', sizeof(big));
	write_file("p/bad", big, sizeof(big));
	ok(param_get(p, "bad", &v, &e) < 0 && e.code == E_DATA, "a large file: %s", e.msg);
	is_int(param_set(p, "bad", "1", NULL, &e), 0, "... is replaced");
	is_int(param_get(p, "bad", &v, &e), 1, "... read again");
	ok(param_get(p, "aqua-directory", &v, &e) < 0, "a directory: %s", e.msg);
	(void)mkfifo("p/fifo", 0600);
	ok(param_get(p, "fifo", &v, &e) < 0, "a pipe does not stop us: %s", e.msg);
	(void)symlink("aqua", "p/link");
	is_int(param_get(p, "link", &v, &e), 1, "a link to one is one");
}

static void
left_behind(void)
{
	const struct utimbuf old = { 1000000000, 1000000000 };
	struct param *p;

	write_file("p/.lock.12345678.part", "x", 1);
	(void)utime("p/.lock.12345678.part", &old);
	p = param_open("p", PLACE_ASIS, &e);
	param_close(p);
	ok(mode_of("p/.lock.12345678.part") >= 0, "who only reads removes nothing");
	p = param_open("p", PLACE_CREATE, &e);
	param_close(p);
	ok(mode_of("p/.lock.12345678.part") < 0, "what the killed left behind is removed");
	ok(mode_of("p/.aqua.part") >= 0, "... when it is old");
}

static void
no_way(void)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct param *p = param_open("p", PLACE_CREATE, &e);
	int fd = open("p/.guard", O_RDWR | O_CREAT, 0600);

	(void)fcntl(fd, F_OFD_SETLK, &fl);
	is_int(param_set(p, "aqua", "7", NULL, &e), 0, "setting needs no guard");
	is_int(param_swap(p, "aqua", "7", "8", NULL, &e), -1, "a guard that is not given away");
	ok(e.code == E_RETRY, "... is not waited for for ever: %s", e.msg);
	(void)close(fd);
	is_int(param_swap(p, "aqua", "7", "8", NULL, &e), 1, "... afterwards");
	param_close(p);
	p = param_open("gone", PLACE_CREATE, &e);
	(void)rmdir("gone");
	ok(param_set(p, "aqua", "7", NULL, &e) < 0 && strstr(e.msg, "gone") != NULL, "a place that has gone: %s",
	    e.msg);
	ok(param_create(p, "aqua", "7", NULL, &e) < 0, "... nothing is made there");
	ok(param_swap(p, "aqua", "7", "8", NULL, &e) < 0, "... nor swapped");
	param_close(p);
}

/* Of many at once one wins. */

static struct param *shared;
static pthread_barrier_t together;

struct turn {
	int created, swapped, deleted;
};

#define ROUNDS 30

static void *
race(void *arg)
{
	struct turn *t = arg;
	struct err mine;
	char name[32];

	for (int i = 0; i < ROUNDS; i++) {
		(void)snprintf(name, sizeof(name), "race%d", i);
		(void)pthread_barrier_wait(&together);
		t->created += param_create(shared, name, "1", NULL, &mine) == 1;
		(void)pthread_barrier_wait(&together);
		t->swapped += param_swap(shared, name, "1", "2", NULL, &mine) == 1;
		(void)pthread_barrier_wait(&together);
		t->deleted += (i % 2 == 0 ? param_delete(shared, name, &mine) :
		    param_swap(shared, name, "2", NULL, NULL, &mine)) == 1;
	}
	return NULL;
}

static void
races(void)
{
	struct turn t[THREADS] = {0}, all = {0};
	pthread_t id[THREADS];

	shared = param_open("races", PLACE_CREATE, &e);
	(void)pthread_barrier_init(&together, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_create(&id[i], NULL, race, &t[i]);
	for (size_t i = 0; i < THREADS; i++) {
		(void)pthread_join(id[i], NULL);
		all.created += t[i].created;
		all.swapped += t[i].swapped;
		all.deleted += t[i].deleted;
	}
	is_int(all.created, ROUNDS, "one of %d creates", THREADS);
	is_int(all.swapped, ROUNDS, "one of %d swaps", THREADS);
	is_int(all.deleted, ROUNDS, "one of %d deletes", THREADS);
	(void)pthread_barrier_destroy(&together);
	param_close(shared);
}

int
main(void)
{
	struct param *p;

	tap_scratch();
	(void)umask(0);
	opening();
	p = param_open("p", PLACE_CREATE, &e);
	values(p);
	creating(p);
	listing(p);
	refused(p);
	damaged(p);
	param_close(p);
	left_behind();
	no_way();
	races();
	return tap_done();
}
