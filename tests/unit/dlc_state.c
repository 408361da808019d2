/* The state in an object of a store: what dlc.t cannot see, as long as stores are directories. */

#include "base/newfile.h"
#include "base/str.h"
#include "dlc/state.h"
#include "tap.h"

#define FILES "https://x/"
#define SUM(d) d "000000000000000000000000000000000000000"

static struct err e;
static int
open_state(struct state *s)
{
	*s = (struct state){ .place = "s3://bucket/k.txt", .known.files_url = FILES, .update = true };
	return state_open_object(s, store_open("store", PLACE_CREATE, &e), "k.txt", &e);
}

static void
is_state(const char *want, const char *name)
{
	char *text = file_read("store/k.txt", 100000, &e);

	is_str(text, want, "%s", name);
	free(text);
}

static void
object(void)
{
	struct entries found = {0}, more = {0};
	struct state a, b;

	is_int(open_state(&a), 0, "no object yet");
	is_int(a.written, -1, "... never written");
	(void)entries_add(&found, "a.nc", SUM("1"), 1);
	(void)entries_add(&found, "b.nc", SUM("2"), 2);
	is_int(state_save(&a, &found, 20000, 30, NULL, &e), 0, "save");
	is_state(FILES "a.nc 1000000000000000000000000000000000000000\n"
	    FILES "b.nc 2000000000000000000000000000000000000000\n", "... makes it");
	state_close(&a);

	is_int(open_state(&a), 0, "open it");
	is_int((long long)a.known.n, 2, "... it has two files");
	ok(a.written > 1700000000, "... and a time");
	is_int(open_state(&b), 0, "another run opens it too");
	(void)entries_add(&more, "c.nc", SUM("3"), 1);
	is_int(state_save(&b, &more, 20000, 30, NULL, &e), 0, "... and is faster");
	entries_fini(&found);
	(void)entries_add(&found, "b.nc", SUM("9"), 1);
	is_int(state_save(&a, &found, 20001, 30, NULL, &e), 0, "save");
	is_state(FILES "a.nc 1000000000000000000000000000000000000000 2024-10-04\n"
	    FILES "b.nc 9000000000000000000000000000000000000000\n"
	    FILES "c.nc 3000000000000000000000000000000000000000 2024-10-05\n",
	    "... keeps what the other has announced");
	state_close(&a);
	state_close(&b);

	is_int(open_state(&a), 0, "a month later");
	is_int(state_save(&a, &more, 20031, 30, NULL, &e), 0, "... save");
	is_state(FILES "b.nc 9000000000000000000000000000000000000000 2024-11-04\n"
	    FILES "c.nc 3000000000000000000000000000000000000000\n", "... forgets what was missed for longer");
	state_close(&a);
	state_close(&a);
	entries_fini(&found);
	entries_fini(&more);
}

static void
foreign(void)
{
	struct entries none = {0};
	struct state s;

	(void)file_write("store/k.txt",
	    "\xef\xbb\xbfhttp://old/dir/a.nc\t" "0123456789ABCDEF0123456789abcdef01234567\r\n\n"
	    FILES "dir/b.nc 0000000000000000000000000000000000000000 2024-02-30\n" FILES " 0\n"
	    FILES "c.nc 0000000000000000000000000000000000000000 2024-10-05 more\nftp://x/y 0\n"
	    FILES "d.nc 0000000000000000000000000000000000000000 \n", &e);
	is_int(open_state(&s), 0, "a state with odd lines");
	is_int((long long)s.known.n, 3, "... the good ones are read");
	is_int((long long)s.bad.n, 3, "... the bad ones counted");
	is_str(s.bad.first, "s3://bucket/k.txt: line 3: not a URL and a checksum; left out", "... the first is kept");
	ok(entries_find(&s.known, "https://old/dir/a.nc") != NULL && entries_find(&s.known, "c.nc") != NULL,
	    "URLs of elsewhere keep their whole text");
	is_int(state_save(&s, &none, 20000, 30, NULL, &e), 0, "save");
	is_state(FILES "c.nc 0000000000000000000000000000000000000000 2024-10-05\n"
	    FILES "d.nc 0000000000000000000000000000000000000000 2024-10-04\n"
	    "https://old/dir/a.nc 0123456789abcdef0123456789abcdef01234567 2024-10-04\n", "... in order");
	state_close(&s);
	(void)file_write("store/k.txt", "\x01\x02\nxx\nyy\n" FILES "c.nc 0000000000000000000000000000000000000000\n",
	    &e);
	ok(open_state(&s) < 0 && e.code == E_DATA, "mostly bad lines");
	is_str(e.msg, "s3://bucket/k.txt: 3 of 4 lines are unreadable; put it right or remove it", "... are no state");
	state_close(&s);
	(void)memset(&s, 0, sizeof(s));
	s.place = "s3://bucket/k.txt";
	ok(state_open(&s, &e) < 0 && e.code == E_USAGE, "S3 is not there yet");
	state_close(&s);
}

int
main(void)
{
	tap_scratch();
	object();
	foreign();
	return tap_done();
}
