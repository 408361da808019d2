/* Files and checksums: many of them, found by key, sorted as lists are, each once. */

#include "base/digest.h"
#include "dlc/entries.h"
#include "tap.h"

#define SUM "00000000000000000000000000000000000000"

static void
many(void)
{
	enum { N = 50000 };
	struct entries t = { .name = "x", .files_url = "https://x/" };
	char key[64], sum[41], hex[41];
	int found = 0, right = 0;

	for (int i = 0; i < N; i++) {
		(void)snprintf(key, sizeof(key), "AQUA_MODIS.%08dT000000.L2.SST.nc", i);
		(void)snprintf(sum, sizeof(sum), "%040x", i);
		(void)entries_add(&t, key, sum, (size_t)i + 1);
	}
	is_int((long long)t.n, N, "many files");
	ok(entries_find(&t, key) == NULL, "are not found before there is an index");
	entries_index(&t);
	for (int i = 0; i < N; i++) {
		const struct entry *n;

		(void)snprintf(key, sizeof(key), "AQUA_MODIS.%08dT000000.L2.SST.nc", i);
		(void)snprintf(sum, sizeof(sum), "%040x", i);
		n = entries_find(&t, key);
		if (n == NULL)
			continue;
		found++;
		hex_text(n->sha1, ENTRY_SHA1, hex);
		right += strcmp(hex, sum) == 0 && n->line == (uint32_t)i + 1;
	}
	is_int(found, N, "... finds each of them");
	is_int(right, N, "... with its checksum");
	ok(entries_find(&t, "") == NULL && entries_find(&t, "AQUA") == NULL, "... and nothing else");
	is_int((long long)t.twice.n, 0, "none was there twice");
	entries_fini(&t);
	ok(t.n == 0 && entries_find(&t, key) == NULL, "all forgotten");
	entries_index(&t);
	ok(entries_find(&t, key) == NULL, "... none found");
	entries_fini(&t);
	entries_fini(&t);
}

static void
twice(void)
{
	struct entries t = { .name = "x", .files_url = "https://x/" };
	const struct entry *n;

	(void)entries_add(&t, "a", SUM "01", 1);
	(void)entries_add(&t, "b", SUM "02", 2);
	(void)entries_add(&t, "a", SUM "03", 3);
	(void)entries_add(&t, "a", SUM "04", 4);
	entries_index(&t);
	is_int((long long)t.twice.n, 2, "a key three times");
	is_str(t.twice.first, "x: line 3: a is in line 1 too; the later line counts", "... is odd");
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
	struct entries t = { .name = "x", .files_url = "https://x/" };
	int same = 0;

	for (size_t i = 0; i < 8; i++)
		(void)entries_add(&t, names[i], i == 6 ? SUM "ff" : SUM "01", i);
	entries_sort(&t, "L2_SNPP_SST.nc");
	is_int((long long)t.n, 6, "each name once");
	for (size_t i = 0; i < t.n; i++)
		same += strcmp(t.item[i].key, names[want[i]]) == 0;
	is_int(same, 6, "... sorted, old SST behind SST3");
	is_int(t.item[1].sha1[ENTRY_SHA1 - 1], 0xff, "... the greater checksum is kept");
	is_str(t.twice.first,
	    "x: line 7: SNPP_VIIRS.20250612T001200.L2.SST.nc has another checksum in line 6, which is taken",
	    "... and told");
	entries_sort(&t, NULL);
	same = 0;
	for (size_t i = 0; i < t.n; i++)
		same += strcmp(t.item[i].key, names[plain[i]]) == 0;
	is_int(same, 6, "without that rule by bytes");
	entries_fini(&t);
	entries_sort(&t, NULL);
	is_int((long long)t.n, 0, "nothing to sort");
}

static void
lines(void)
{
	struct entries t = { .name = "x", .files_url = "https://x/" };
	struct buf b = {0};

	entries_line(&t, entries_add(&t, "a.nc", SUM "01", 1), &b);
	is_str(b.text, "https://x/a.nc " SUM "01", "a name becomes a URL");
	b.len = 0;
	entries_line(&t, entries_add(&t, "https://y/a.nc", SUM "AB", 1), &b);
	is_str(b.text, "https://y/a.nc " SUM "ab", "... which stays one");
	buf_free(&b);
	entries_fini(&t);
}

int
main(void)
{
	many();
	twice();
	sorting();
	lines();
	return tap_done();
}
