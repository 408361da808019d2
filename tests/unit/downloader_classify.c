/* downloader_classify - quicklook or refined */

#include "downloader/classify.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char *version, *product;
		bool nrt;
		enum ptype type;
	} t[] = {
		{ "R2022.0", "AQUA_MODIS.20230124T201500.L2.SST.nc", false, PTYPE_REFINED },
		{ "R2022.0QL", "X.L2.SST.nc", false, PTYPE_QUICKLOOK },
		{ "R2022.0", "X.L2.SST.NRT.nc", true, PTYPE_QUICKLOOK },
		{ "R2022.0", "X.L2.SST.nc", true, PTYPE_REFINED },
		{ "R2022.0ql", "X.L2.SST.nc", false, PTYPE_REFINED },
		{ NULL, "X.L2.SST.NRT.nc", false, PTYPE_QUICKLOOK },
		{ NULL, "X.L2.SST.nc", true, PTYPE_REFINED },
		{ "QL", NULL, false, PTYPE_QUICKLOOK },
		{ "R2022.0", NULL, true, PTYPE_REFINED },
		{ NULL, NULL, true, PTYPE_QUICKLOOK },
		{ NULL, NULL, false, PTYPE_REFINED },
		{ "", "", true, PTYPE_REFINED },
	};
	static const char *const junk[] = { "", "CDF", "CDF\1", "CDF\3xxxx", "\x89HDF\r\n\x1a\n", "<html>" };
	struct obpg_name n = { .nrt = false };
	char note[ERR_MSGMAX];
	enum ptype type;
	struct err e;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		is_int(classify_texts(t[i].version, t[i].product, t[i].nrt), t[i].type, "%s, %s",
		    t[i].version != NULL ? t[i].version : "-", t[i].product != NULL ? t[i].product : "-");
	tap_scratch();
	for (size_t i = 0; i < sizeof(junk) / sizeof(*junk); i++) {
		FILE *fp = fopen("f.nc", "w");

		if (fp == NULL || fputs(junk[i], fp) == EOF || fclose(fp) != 0)
			return 1;
		is_int(classify_file("f.nc", NULL, "f", &n, true, &type, note, sizeof(note), &e), -1, "junk %zu", i);
		is_int(classify_file("f.nc", NULL, "f", &n, false, &type, note, sizeof(note), &e), -1, "... verified");
		is_int(e.code, E_DATA, "... is bad data: %s", e.msg);
	}
	is_int(classify_file("none.nc", NULL, "f", &n, true, &type, note, sizeof(note), &e), -1, "no file");
	return tap_done();
}
