/* What every store does. The place is $STORE_PLACE, by default a directory; the objects of the test have keys of their
 * own there, so that a bucket may hold others. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/newfile.h"
#include "base/mem.h"
#include "base/str.h"
#include "place/store.h"
#include "tap.h"

#define HELLO_MD5 "b1946ac92492d2347c6235b4d2611184"	/* of "hello\n" */
#define EMPTY_MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define BIG (5 * 1024 * 1024 + 7)

#define SWAPPERS 8
#define SWAPS 10

static struct store *s;
static char top[64];			/* first component of the test's keys */

/* A key of this test; static storage, four of them. */
static const char *
key(const char *rest)
{
	static char text[4][STORE_KEY_MAX];
	static unsigned next;
	char *k = text[next++ % 4];

	(void)snprintf(k, STORE_KEY_MAX, "%s/%s", top, rest);
	return k;
}

static void
make(const char *path, const char *text)
{
	struct err e;

	if (file_write(path, text, &e) < 0)
		give_up("%s", e.msg);
}

/* The object as a file. */
static int
get(struct store *from, const char *k, const char *path, struct err *e)
{
	struct newfile f = {0};
	int fd = store_get(from, k, e), ret = -1;

	if (fd >= 0 && newfile_open(&f, path, e) == 0 && newfile_copy(&f, fd, k, DIGEST_NONE, NULL, NULL, e) == 0)
		ret = newfile_commit(&f, e);
	newfile_close(&f);
	if (fd >= 0)
		(void)close(fd);
	return ret;
}

static int
same_file(const char *a, const char *b)
{
	char x[DIGEST_HEX_SIZE], y[DIGEST_HEX_SIZE];
	struct err e;

	return digest_file(DIGEST_SHA256, a, x, &e) == 0 && digest_file(DIGEST_SHA256, b, y, &e) == 0 &&
	    strcmp(x, y) == 0;
}

static void
put_and_get(void)
{
	const struct store_meta meta[] = { { "processing-type", "quicklook" }, { NULL, NULL } };
	struct store_object o = {0};
	struct err e = {0};

	make("hello", "hello\n");
	is_int(store_put(s, key("a/hello.nc"), "hello", HELLO_MD5, meta, &o, &e), 0, "put a file");
	is_int((long long)o.size, 6, "... says how many bytes were stored");
	is_str(o.md5, HELLO_MD5, "... and their MD5");
	o = (struct store_object){0};
	is_int(store_head(s, key("a/hello.nc"), &o, &e), 1, "head finds it");
	is_int((long long)o.size, 6, "... with its size");
	is_str(o.md5, HELLO_MD5, "... and its MD5");
	ok(o.time > clock_now() - 3600 && o.time < clock_now() + 3600, "... and its time");
	is_int(get(s, key("a/hello.nc"), "got/hello", &e), 0, "get copies it into a new directory");
	ok(same_file("hello", "got/hello"), "... all of it");
	is_int(store_put(s, key("a/plain"), "hello", NULL, NULL, NULL, &e), 0,
	    "MD5, metadata and the answer may be left out");

	make("hello2", "hello again\n");
	is_int(store_put(s, key("a/hello.nc"), "hello2", NULL, NULL, NULL, &e), 0, "put replaces");
	is_int(store_head(s, key("a/hello.nc"), &o, &e), 1, "... the object");
	is_int((long long)o.size, 12, "... by the new one");
	is_int(get(s, key("a/hello.nc"), "got/hello", &e), 0, "get replaces");
	ok(same_file("hello2", "got/hello"), "... the file");
}

static void
sizes(void)
{
	char block[4096], hex[DIGEST_HEX_SIZE];
	struct store_object o;
	struct err e;
	FILE *fp = fopen("big", "w");
	size_t left = BIG;

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 31 + 7);
	while (fp != NULL && left > 0) {
		size_t n = left < sizeof(block) ? left : sizeof(block);

		left -= fwrite(block, 1, n, fp);
		block[0]++;
	}
	ok(fp != NULL && fclose(fp) == 0 && digest_file(DIGEST_MD5, "big", hex, &e) == 0, "a file of 5 MB");
	ok(store_put(s, key("big"), "big", hex, NULL, &o, &e) == 0 && o.size == BIG, "is stored");
	ok(get(s, key("big"), "got/big", &e) == 0 && same_file("big", "got/big"), "and comes back");
	make("empty", "");
	ok(store_put(s, key("empty"), "empty", EMPTY_MD5, NULL, &o, &e) == 0 && o.size == 0, "so does an empty one");
	ok(store_head(s, key("empty"), &o, &e) == 1 && o.size == 0, "... which is there");
}

static void
failures(void)
{
	struct store_object o;
	struct err e = {0};

	make("first", "first\n");
	ok(store_put(s, key("f/x"), "first", NULL, NULL, NULL, &e) == 0, "an object");
	is_int(store_put(s, key("f/x"), "hello", EMPTY_MD5, NULL, NULL, &e), -1, "bytes with another MD5 are refused");
	is_int(e.code, E_DATA, "... as bad data");
	ok(strstr(e.msg, HELLO_MD5) != NULL && strstr(e.msg, EMPTY_MD5) != NULL, "... naming both digests");
	ok(get(s, key("f/x"), "got/x", &e) == 0 && same_file("first", "got/x"), "... and the object stays");
	is_int(store_put(s, key("f/new"), "hello", EMPTY_MD5, NULL, NULL, &e), -1, "the same for a new key");
	is_int(store_head(s, key("f/new"), &o, &e), 0, "... which then has no object");
	is_int(store_put(s, key("f/new"), "nothing", NULL, NULL, NULL, &e), -1, "a file that is not there");
	is_int(e.code, E_MISSING, "... is missing");
	is_int(store_head(s, key("f/new"), &o, &e), 0, "... and makes no object");

	is_int(store_head(s, key("f"), &o, &e), 0, "a prefix is no object");
	is_int(store_head(s, key("f/x/y"), &o, &e), 0, "nor is what lies below an object");
	is_int(get(s, key("none"), "got/none", &e), -1, "get of no object");
	is_int(e.code, E_MISSING, "... says it is missing");
	ok(access("got/none", F_OK) < 0, "... and makes no file");
}

static void
bad_keys(void)
{
	static const char *const bad[] = {
		"", "/", "/a", "a/", "a//b", "..", "a/../b", "../a", ".", "a/./b", ".hidden", "a/.b", "a\nb", "a\tb",
		"a\x7f", "\xc3\xbc", "a/\x01"
	};
	char longest[STORE_KEY_MAX + 2];
	struct store_object o;
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *url = store_url(s, bad[i], NULL);

		e.code = E_NONE;
		ok(store_put(s, bad[i], "hello", NULL, NULL, NULL, &e) < 0 && e.code == E_DATA &&
		    get(s, bad[i], "got/bad", &e) < 0 && e.code == E_DATA &&
		    store_head(s, bad[i], &o, &e) < 0 && e.code == E_DATA && url == NULL, "key %zu is refused", i);
	}
	memset(longest, 'k', sizeof(longest));
	longest[STORE_KEY_MAX + 1] = '\0';
	ok(store_put(s, longest, "hello", NULL, NULL, NULL, &e) < 0 && e.code == E_DATA, "a key can be too long");
	ok(strlen(e.msg) < 200, "... and is not repeated in full");
}

static void
urls(void)
{
	char *url = store_url(s, key("aqua/x.nc"), NULL), *odd = store_url(s, key("odd +=&,@name (1).txt"), NULL);
	struct store_object o;
	struct err e;

	ok(url != NULL && str_ends(url, key("aqua/x.nc")) && strstr(url, "://") != NULL,
	    "a URL ends in the key: %s", url != NULL ? url : "-");
	ok(odd != NULL && strchr(odd, '\n') == NULL, "every key has one");
	ok(store_put(s, key("odd +=&,@name (1).txt"), "hello", NULL, NULL, NULL, &e) == 0 &&
	    store_head(s, key("odd +=&,@name (1).txt"), &o, &e) == 1, "and can be stored");
	free(url);
	free(odd);
}

static void *
put_some(void *arg)
{
	const char *file = arg;
	struct err e;
	char k[STORE_KEY_MAX];
	long bad = 0;

	for (int i = 0; i < 20; i++) {
		(void)snprintf(k, sizeof(k), "%s/t/%s.%d", top, file, i);
		bad += store_put(s, k, file, NULL, NULL, NULL, &e) < 0;
		(void)snprintf(k, sizeof(k), "%s/t/common", top);
		bad += store_put(s, k, file, NULL, NULL, NULL, &e) < 0;
	}
	return (void *)(intptr_t)bad;
}

static void
threads(void)
{
	static char name[4][8] = { "ta", "tb", "tc", "td" };
	pthread_t t[4];
	struct store_object o;
	struct err e;
	const char *preload = getenv("LD_PRELOAD");
	long bad = 0;
	int there = 0;
	void *r;

	if (preload != NULL && strstr(preload, "vgpreload") != NULL) {
		skip(3, "valgrind takes a thread that waits for a file lock for one that runs");
		return;
	}
	for (int i = 0; i < 4; i++) {
		char text[64];

		memset(text, 'a' + i, sizeof(text));
		text[10 * (i + 1)] = '\0';
		make(name[i], text);
	}
	for (int i = 0; i < 4; i++)
		bad += pthread_create(&t[i], NULL, put_some, name[i]);
	for (int i = 0; i < 4; i++) {
		bad += pthread_join(t[i], &r);
		bad += (long)(intptr_t)r;
	}
	is_int(bad, 0, "four threads put at once, also under the same key");
	for (int i = 0; i < 80; i++) {
		char k[20];

		(void)snprintf(k, sizeof(k), "t/%s.%d", name[i % 4], i / 4);
		there += store_head(s, key(k), &o, &e) == 1;
	}
	is_int(there, 80, "all objects are there");
	ok(store_head(s, key("t/common"), &o, &e) == 1 && o.size % 10 == 0 && o.size > 0,
	    "the common one is one of the four");
}

/* --- what only directories have --------------------------------------------------------------------------------- */

static int
open_fails(const char *place, enum err_code code)
{
	struct err e = {0};
	struct store *t = store_open(place, PLACE_CREATE, &e);

	if (t != NULL || e.code != code)
		(void)fprintf(stderr, "# %s: %d %s\n", place, (int)e.code, e.msg);
	store_close(t);
	return t == NULL && e.code == code && strstr(e.msg, place) != NULL;
}

static void
directories(void)
{
	struct store_object o;
	struct store *d;
	struct err e;
	struct stat st;
	char *url;

	d = store_open("new/deep/st ore%", PLACE_CREATE, &e);
	ok(d != NULL && stat("new/deep/st ore%", &st) == 0, "a directory is made");
	url = d != NULL ? store_url(d, "a b", &e) : NULL;
	ok(url != NULL && str_starts(url, "file:///") && str_ends(url, "/new/deep/st%20ore%25/a%20b"),
	    "its URLs are absolute and encoded: %s", url != NULL ? url : "-");
	free(url);
	ok(d != NULL && store_put(d, "k", "hello", NULL, NULL, NULL, &e) == 0 &&
	    same_file("hello", "new/deep/st ore%/k"), "keys are the names of files");
	make("new/deep/st ore%/x/.y.part", "left over by a kill, longer than what comes next");
	ok(d != NULL && store_head(d, "x/y", &o, &e) == 0, "what a kill leaves is no object");
	ok(d != NULL && store_put(d, "x/y", "hello", HELLO_MD5, NULL, NULL, &e) == 0 &&
	    same_file("hello", "new/deep/st ore%/x/y"), "... and does not get into the next");
	ok(access("new/deep/st ore%/x/.y.part", F_OK) < 0, "... and is gone then");
	store_close(d);

	d = store_open("asis", PLACE_ASIS, &e);
	ok(d != NULL && stat("asis", &st) < 0, "a dry run makes none");
	url = d != NULL ? store_url(d, "k", &e) : NULL;
	ok(url != NULL && str_starts(url, "file:///") && str_ends(url, "/asis/k"), "... but knows its URLs");
	free(url);
	ok(d != NULL && store_head(d, "k", &o, &e) == 0, "... and that it is empty");
	store_close(d);

	ok(open_fails("hello", E_USAGE), "a file is no store");
	ok(open_fails("hello/below", E_USAGE), "nor is a place below one");
	ok(open_fails("-", E_USAGE), "nor is standard output");
	ok(open_fails("gs://bucket", E_USAGE), "nor is a URL that no backend knows");
	ok(open_fails("arn:aws:sns:us-west-2:1:x", E_USAGE), "nor is a topic");
	ok(store_open("", PLACE_CREATE, &e) == NULL && e.code == E_USAGE, "nor is no text at all");
	ok(open_fails("/dev/pts/no-store", E_ENV), "a directory that cannot be made");
}

/* --- compare and swap ------------------------------------------------------------------------------------------- */

/* One more on the number in the object, until it is done; how often somebody else was faster, or -1. */
static int
count_up(void)
{
	char version[STORE_VERSION_SIZE], next[20], *text;
	const struct timespec moment = { .tv_nsec = 1000000 };
	int swapped = 0, again = -1;
	struct err e;

	while (swapped == 0) {
		if (store_read(s, key("number"), &text, version, &e) < 0)
			return -1;
		(void)snprintf(next, sizeof(next), "%d", text != NULL ? atoi(text) + 1 : 1);
		free(text);
		swapped = store_swap(s, key("number"), next, version, &e);
		again++;
		(void)nanosleep(&moment, NULL);
	}
	return swapped < 0 ? -1 : again;
}

static void
swaps(void)
{
	char first[STORE_VERSION_SIZE], second[STORE_VERSION_SIZE], *text = NULL, *large;
	int status, good = 0;
	struct err e = {0};

	is_int(store_read(s, key("sub/doc.json"), &text, first, &e), 0, "nothing to read");
	ok(text == NULL && *first == '\0', "... which has no version");
	is_int(store_swap(s, key("sub/doc.json"), "one", first, &e), 1, "swapped for nothing");
	is_int(store_swap(s, key("sub/doc.json"), "two", first, &e), 0, "... once");
	is_int(store_read(s, key("sub/doc.json"), &text, first, &e), 1, "read");
	is_str(text, "one", "... what was swapped");
	free(text);
	is_int(store_swap(s, key("sub/doc.json"), "two", first, &e), 1, "swapped for what was read");
	is_int(store_swap(s, key("sub/doc.json"), "three", first, &e), 0, "... once");
	is_int(store_read(s, key("sub/doc.json"), &text, second, &e), 1, "read again");
	ok(strcmp(text, "two") == 0 && strcmp(first, second) != 0, "... another version");
	free(text);
	is_int(store_swap(s, key("gone.json"), "three", second, &e), 0, "what is not there has no such version");
	is_int(store_read(s, key("gone.json"), &text, second, &e), 0, "... and is not made");
	large = xarray(1, STORE_TEXT_MAX + 2);
	memset(large, 'x', STORE_TEXT_MAX + 1);
	ok(store_swap(s, key("doc.json"), large, "", &e) < 0 && e.code == E_DATA, "too large: %s", e.msg);
	large[STORE_TEXT_MAX] = '\0';
	is_int(store_swap(s, key("doc.json"), large, "", &e), 1, "... just not");
	is_int(store_read(s, key("doc.json"), &text, first, &e), 1, "... comes back");
	ok(text != NULL && strcmp(text, large) == 0, "... as it was");
	free(text);
	make("larger", large);
	file_append("larger", "x", &e);
	is_int(store_put(s, key("doc.json"), "larger", NULL, NULL, NULL, &e), 0, "made larger");
	ok(store_read(s, key("doc.json"), &text, first, &e) < 0 && e.code == E_DATA && text == NULL, "not read: %s",
	    e.msg);
	free(large);
	for (int i = 0; i < SWAPPERS; i++)
		if (fork() == 0) {
			int again = 0, r;

			for (int k = 0; k < SWAPS; k++) {
				if ((r = count_up()) < 0)
					_exit(100);
				again += r;
			}
			_exit(again > 99 ? 99 : again);
		}
	for (int i = 0; i < SWAPPERS; i++)
		good += wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) < 100;
	is_int(good, SWAPPERS, "%d processes swap at once", SWAPPERS);
	is_int(store_read(s, key("number"), &text, first, &e), 1, "... in turns");
	is_int(atoi(text), SWAPPERS * SWAPS, "... each %d times", SWAPS);
	free(text);
}

int
main(void)
{
	const char *place = getenv("STORE_PLACE");
	struct err e = {0};

	tap_scratch();
	(void)snprintf(top, sizeof(top), "unit-%ld-%lld", (long)getpid(), (long long)time(NULL));
	s = store_open(place != NULL ? place : "store", PLACE_CREATE, &e);
	if (!ok(s != NULL, "open: %s", s != NULL ? "done" : e.msg))
		return tap_done();
	put_and_get();
	sizes();
	failures();
	bad_keys();
	urls();
	threads();
	swaps();
	store_close(s);
	store_close(NULL);
	directories();
	return tap_done();
}
