/* Unique ids. */

#include "base/uid.h"
#include "tap.h"

int
main(void)
{
	enum { N = 200 };
	static char id[N][UID_SIZE];
	struct err e;
	int good = 0, twice = 0;

	for (int i = 0; i < N; i++) {
		good += uid_new(id[i], &e) == 0 && strlen(id[i]) == 8 && strspn(id[i], "0123456789abcdef") == 8;
		for (int k = 0; k < i; k++)
			twice += strcmp(id[k], id[i]) == 0;
	}
	is_int(good, N, "ids are 8 hex digits");
	ok(twice <= 1, "and differ");
	return tap_done();
}
