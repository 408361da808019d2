/* downloader_classify - what is no file of OBPG; the rule itself is in dataset.c */

#include "downloader/classify.h"
#include "tap.h"

int
main(void)
{
	static const char *const junk[] = { "", "CDF", "CDF\1", "CDF\3xxxx", "\x89HDF\r\n\x1a\n", "<html>" };
	struct obpg_name n = { .nrt = false };
	char note[ERR_MSGMAX];
	enum ptype type;
	struct err e;

	tap_scratch();
	for (size_t i = 0; i < sizeof(junk) / sizeof(*junk); i++) {
		FILE *fp = fopen("f.nc", "w");

		if (fp == NULL || fputs(junk[i], fp) == EOF || fclose(fp) != 0)
			return 1;
		is_int(classify_file("f.nc", "f", &n, true, &type, note, sizeof(note), &e), -1, "junk %zu", i);
		is_int(classify_file("f.nc", "f", &n, false, &type, note, sizeof(note), &e), -1, "... verified");
		is_int(e.code, E_DATA, "... is bad data: %s", e.msg);
	}
	is_int(classify_file("none.nc", "f", &n, true, &type, note, sizeof(note), &e), -1, "no file");
	return tap_done();
}
