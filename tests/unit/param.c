/* Parameters in a directory: names and values, many at once, damaged files, nothing secret shown. */

#include <pthread.h>
#include <sys/stat.h>

#include "base/file.h"
#include "place/param.h"
#include "tap.h"

#define THREADS 8

static struct err e;
static char v[PARAM_VALUE_SIZE];

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
	is_int(param_get(p, "x", v, &e), 0, "... then nothing is in it");
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
	is_int(param_set(p, "edl-token", "secret one", &e), 0, "set");
	is_int(mode_of("p/edl-token"), 0600, "... only for the owner");
	is_file("p/edl-token", "secret one\n", "... a line");
	is_int(param_get(p, "edl-token", v, &e), 1, "get");
	is_str(v, "secret one", "... the value");
	is_int(param_set(p, "edl-token", "two", &e), 0, "replaced");
	is_file("p/edl-token", "two\n", "... all of it");
	is_int(mode_of("p/.edl-token.part"), -1, "... nothing else is left");
	write_file("p/by-hand", "value", 5);
	is_int(param_get(p, "by-hand", v, &e), 1, "a file without a newline");
	is_str(v, "value", "... is one");
	is_int(param_get(p, "nothing", v, &e), 0, "none of that name");
}

static void
refused(struct param *p)
{
	static const char *const names[] = { "", "a/b", ".hidden", "..", "new\nline", "\xff" };
	static char big[PARAM_VALUE_MAX + 2], longname[PARAM_NAME_MAX + 2];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ok(param_set(p, names[i], "secret", &e) < 0 && e.code == E_DATA &&
		    strstr(e.msg, "secret") == NULL, "no name: %s", e.msg);
	memset(longname, 'n', sizeof(longname) - 1);
	ok(param_get(p, longname, v, &e) < 0 && e.code == E_DATA, "a long name");
	longname[PARAM_NAME_MAX] = '\0';
	is_int(param_set(p, longname, "1", &e), 0, "... not as long");
	ok(param_set(p, "x", "sec\nret", &e) < 0 && e.code == E_DATA && strstr(e.msg, "ret") == NULL,
	    "two lines: %s", e.msg);
	ok(param_set(p, "x", "", &e) < 0 && e.code == E_DATA, "no value");
	memset(big, 's', sizeof(big) - 1);
	ok(param_set(p, "x", big, &e) < 0 && e.code == E_DATA && strstr(e.msg, "sss") == NULL, "a long one: %s",
	    e.msg);
	is_int(param_get(p, "x", v, &e), 0, "nothing of these was made");
	big[PARAM_VALUE_MAX] = '\0';
	is_int(param_set(p, "x", big, &e), 0, "the largest");
	ok(param_get(p, "x", v, &e) == 1 && strcmp(v, big) == 0, "... comes back");
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
		{ "secret\033[0m\n", 11, "control" }, { "a\nb\n", 4, "two lines" },
		{ "secret\r\n", 8, "a carriage return" }, { "a\n\n", 3, "an empty line" },
	};
	static char big[20000];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		write_file("p/bad", bad[i].text, bad[i].size);
		is_int(param_get(p, "bad", v, &e), -1, "damaged: %s", bad[i].what);
		ok(e.code == E_DATA && strstr(e.msg, "bad") != NULL && strstr(e.msg, "secret") == NULL &&
		    *v == '\0', "... %s", e.msg);
	}
	memset(big, 'x', sizeof(big));
	write_file("p/bad", big, sizeof(big));
	ok(param_get(p, "bad", v, &e) < 0 && e.code == E_DATA, "a large file: %s", e.msg);
	is_int(param_set(p, "bad", "1", &e), 0, "... is replaced");
	is_int(param_get(p, "bad", v, &e), 1, "... read again");
	(void)mkdir("p/aqua-directory", 0777);
	ok(param_get(p, "aqua-directory", v, &e) < 0, "a directory: %s", e.msg);
	(void)mkfifo("p/fifo", 0600);
	ok(param_get(p, "fifo", v, &e) < 0, "a pipe does not stop us: %s", e.msg);
	(void)symlink("edl-token", "p/link");
	is_int(param_get(p, "link", v, &e), 1, "a link to one is one");
}

static void
left_behind(void)
{
	struct param *p = param_open("p", PLACE_CREATE, &e);

	write_file("p/.edl-token.part", "what a killed process has left behind", 37);
	is_int(param_set(p, "edl-token", "three", &e), 0, "a temporary file is used again");
	is_file("p/edl-token", "three\n", "... with nothing of what was in it");
	is_int(mode_of("p/edl-token"), 0600, "... only for the owner, whatever it was");
	is_int(mode_of("p/.edl-token.part"), -1, "... and is gone");
	param_close(p);
}

/* Many set and get at once: every value is a whole one. */

#define ROUNDS 30

static struct param *shared;

static void *
race(void *arg)
{
	char mine[PARAM_VALUE_SIZE], text[PARAM_VALUE_SIZE];
	int *good = arg;
	struct err why;

	memset(text, 'a' + *good, sizeof(text));
	text[1000 + *good] = '\0';
	*good = 0;
	for (int i = 0; i < ROUNDS; i++)
		*good += param_set(shared, "race", text, &why) == 0 && param_get(shared, "race", mine, &why) == 1 &&
		    strspn(mine, (char[]){ *mine, '\0' }) == 1000 + (size_t)(*mine - 'a') &&
		    mine[1000 + *mine - 'a'] == '\0';
	return NULL;
}

static void
races(void)
{
	pthread_t id[THREADS];
	int good[THREADS];

	shared = param_open("races", PLACE_CREATE, &e);
	for (int i = 0; i < THREADS; i++) {
		good[i] = i;
		(void)pthread_create(&id[i], NULL, race, &good[i]);
	}
	for (size_t i = 0; i < THREADS; i++) {
		(void)pthread_join(id[i], NULL);
		is_int(good[i], ROUNDS, "all values are whole");
	}
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
	refused(p);
	damaged(p);
	param_close(p);
	left_behind();
	races();
	return tap_done();
}
