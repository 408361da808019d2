/* Files and checksums: many of them, found by key, sorted as lists are, each once. */

#include "dlc/entries.h"
#include "tap.h"

#define SUM "00000000000000000000000000000000000000"

static struct err e;
static char calls[256];

static void
note(void *ctx, const struct entry *a, const struct entry *b)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%s%s %u %u;", (const char *)ctx, b->key, (unsigned)a->line,
	    (unsigned)b->line);
	(void)strncat(calls, line, sizeof(calls) - strlen(calls) - 1);
}

static void
many(void)
{
	enum { N = 50000 };
	struct entries t = {0};
	char key[64], sum[ENTRY_HEX_SIZE], hex[ENTRY_HEX_SIZE];
	int found = 0, right = 0;

	for (int i = 0; i < N; i++) {
		(void)snprintf(key, sizeof(key), "AQUA_MODIS.%08dT000000.L2.SST.nc", i);
		(void)snprintf(sum, sizeof(sum), "%040x", i);
		if (entries_add(&t, key, sum, (size_t)i + 1, &e) == NULL)
			break;
	}
	is_int((long long)t.n, N, "many files");
	ok(entries_find(&t, key) == NULL, "are not found before there is an index");
	is_int(entries_index(&t, note, (void *)(uintptr_t)"", &e), 0, "an index");
	for (int i = 0; i < N; i++) {
		const struct entry *n;

		(void)snprintf(key, sizeof(key), "AQUA_MODIS.%08dT000000.L2.SST.nc", i);
		(void)snprintf(sum, sizeof(sum), "%040x", i);
		n = entries_find(&t, key);
		if (n == NULL)
			continue;
		found++;
		entry_hex(n, hex);
		right += strcmp(hex, sum) == 0 && n->line == (uint32_t)i + 1;
	}
	is_int(found, N, "... finds each of them");
	is_int(right, N, "... with its checksum");
	ok(entries_find(&t, "") == NULL && entries_find(&t, "AQUA") == NULL, "... and nothing else");
	is_str(calls, "", "none was there twice");
	entries_cut(&t, 0);
	ok(t.n == 0 && entries_find(&t, key) == NULL, "all forgotten");
	is_int(entries_index(&t, NULL, NULL, &e), 0, "no files");
	ok(entries_find(&t, key) == NULL, "... none found");
	entries_fini(&t);
	entries_fini(&t);
}

static void
twice(void)
{
	struct entries t = {0};
	const struct entry *n;

	calls[0] = '\0';
	(void)entries_add(&t, "a", SUM "01", 1, &e);
	(void)entries_add(&t, "b", SUM "02", 2, &e);
	(void)entries_add(&t, "a", SUM "03", 3, &e);
	(void)entries_add(&t, "a", SUM "04", 4, &e);
	is_int(entries_index(&t, note, (void *)(uintptr_t)"", &e), 0, "a key three times");
	is_str(calls, "a 1 3;a 3 4;", "... is told");
	n = entries_find(&t, "a");
	ok(n != NULL && n->sha1[ENTRY_SHA1 - 1] == 4, "... the last one counts");
	ok(*t.item[0].key == '\0' && *t.item[2].key == '\0' && strcmp(t.item[1].key, "b") == 0,
	    "... the others have no key");
	entries_fini(&t);
}

static void
sorting(void)
{
	static const char *const names[] = {
		"V2016001001200.L2_SNPP_SST.nc", "V2016001001200.L2_SNPP_SST3.nc", "V2016001001200.L2_SNPP_OC.nc",
		"SNPP_VIIRS.20250612T001200.L2.SST3.NRT.nc", "SNPP_VIIRS.20250612T001200.L2.SST.nc",
		"SNPP_VIIRS.20250612T001200.L2.SST.NRT.nc", "SNPP_VIIRS.20250612T001200.L2.SST.nc",
		"SNPP_VIIRS.20250612T001200.L2.SST.nc",
	};
	static const int want[] = { 5, 4, 3, 2, 1, 0 }, plain[] = { 5, 4, 3, 2, 0, 1 };
	struct entries t = {0};
	int same = 0;

	calls[0] = '\0';
	for (size_t i = 0; i < 8; i++)
		(void)entries_add(&t, names[i], i == 6 ? SUM "ff" : SUM "01", i, &e);
	entries_sort(&t, "L2_SNPP_SST.nc", note, (void *)(uintptr_t)"");
	is_int((long long)t.n, 6, "each name once");
	for (size_t i = 0; i < t.n; i++)
		same += strcmp(t.item[i].key, names[want[i]]) == 0;
	is_int(same, 6, "... sorted, old SST behind SST3");
	is_int(t.item[1].sha1[ENTRY_SHA1 - 1], 0xff, "... the greater checksum is kept");
	is_str(calls, "SNPP_VIIRS.20250612T001200.L2.SST.nc 7 6;", "... and told");
	entries_sort(&t, NULL, NULL, NULL);
	same = 0;
	for (size_t i = 0; i < t.n; i++)
		same += strcmp(t.item[i].key, names[plain[i]]) == 0;
	is_int(same, 6, "without that rule by bytes");
	entries_fini(&t);
	entries_sort(&t, NULL, NULL, NULL);
	is_int((long long)t.n, 0, "nothing to sort");
}

static void
long_keys(void)
{
	char key[5000];
	struct entries t = {0};

	memset(key, 'x', sizeof(key));
	key[4095] = '\0';
	ok(entries_add(&t, key, SUM "01", 1, &e) != NULL, "a long key");
	key[4095] = 'x';
	key[4999] = '\0';
	ok(entries_add(&t, key, SUM "01", 1, &e) == NULL && e.code == E_DATA, "one that is too long");
	is_int((long long)t.n, 1, "... is not added");
	entries_fini(&t);
}

int
main(void)
{
	many();
	twice();
	sorting();
	long_keys();
	return tap_done();
}
