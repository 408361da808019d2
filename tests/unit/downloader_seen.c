/* downloader_seen - duplicate lines */

#include "downloader/seen.h"
#include "tap.h"

int
main(void)
{
	struct seen s = {0};
	struct err e;
	char text[32];
	int fresh = 0, again = 0;

	is_int(seen_add(&s, "ab", "c", &e), 1, "new");
	is_int(seen_add(&s, "ab", "c", &e), 0, "known");
	is_int(seen_add(&s, "a", "bc", &e), 1, "the border between the two counts");
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(text, sizeof(text), "line %d", i);
		fresh += seen_add(&s, text, "", &e);
	}
	is_int(fresh, 100000, "a hundred thousand new ones");
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(text, sizeof(text), "line %d", i);
		again += seen_add(&s, text, "", &e);
	}
	is_int(again, 0, "... all known");
	is_int(s.used, 100002, "... none counted twice");
	seen_fini(&s);
	seen_fini(&s);
	return tap_done();
}
