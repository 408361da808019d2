/* set - the hash table: numbers kept with keys */

#include "base/set.h"
#include "tap.h"

#define MANY 100000

int
main(void)
{
	struct set s = {0};
	char text[32];
	int fresh = 0, wrong = 0;

	is_int(set_get(&s, "a", 1), 0, "nothing is in an empty set");
	is_int(*set_at(&s, "a", 1), 0, "new");
	is_int(set_get(&s, "a", 1), 0, "... and still without a number");
	*set_at(&s, "a", 1) = 7;
	is_int(*set_at(&s, "a", 1), 7, "known");
	is_int(set_get(&s, "a", 1), 7, "... to both");
	is_int(*set_at(&s, "a\0", 2), 0, "every byte counts");
	is_int(*set_at(&s, "", 0), 0, "no bytes are a key too");
	is_int((long long)s.used, 3, "three keys");
	for (uint32_t i = 0; i < MANY; i++) {
		int n = snprintf(text, sizeof(text), "line %u", i);
		uint32_t *at = set_at(&s, text, (size_t)n);

		fresh += *at == 0;
		*at = i + 1;
	}
	is_int(fresh, MANY, "a hundred thousand new ones");
	for (uint32_t i = 0; i < MANY; i++) {
		int n = snprintf(text, sizeof(text), "line %u", i);

		wrong += set_get(&s, text, (size_t)n) != i + 1 || *set_at(&s, text, (size_t)n) != i + 1;
	}
	is_int(wrong, 0, "... all known, with their numbers");
	is_int(set_get(&s, "a", 1), 7, "... and the first one too");
	is_int(set_get(&s, "line", 4), 0, "what was not added is not there");
	is_int((long long)s.used, MANY + 3, "none is counted twice");
	set_fini(&s);
	set_fini(&s);
	is_int(set_get(&s, "a", 1), 0, "empty again");
	set_fini(&s);
	return tap_done();
}
