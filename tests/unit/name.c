/* Names of granule files: every form there and back, and what must not pass as one. */

#include "base/clock.h"
#include "granule/name.h"
#include "tap.h"

#define T 1704424201			/* 2024-01-05T03:10:01 */
#define BEFORE_2019 1072917000		/* 2004-01-01T00:30:00 */

static struct err e;

static const struct {
	const char *name, *key;
	enum obpg_form form;
	enum suite suite;
	int64_t time;
	bool nrt;
	const char *final, *night, *later;	/* without .NRT; night companion; OC one second later */
} obpg[] = {
	{ "AQUA_MODIS.20240105T031001.L2.SST.nc", "aqua", OBPG_PRESENT, SUITE_SST, T, false,
	    "AQUA_MODIS.20240105T031001.L2.SST.nc", "AQUA_MODIS.20240105T031001.L2.SST4.nc",
	    "AQUA_MODIS.20240105T031002.L2.OC.nc" },
	{ "AQUA_MODIS.20240105T031001.L2.SST4.NRT.nc", "aqua", OBPG_PRESENT, SUITE_NIGHT, T, true,
	    "AQUA_MODIS.20240105T031001.L2.SST4.nc", "AQUA_MODIS.20240105T031001.L2.SST4.nc",
	    "AQUA_MODIS.20240105T031002.L2.OC.nc" },
	{ "TERRA_MODIS.20240105T031001.L2.OC.nc", "terra", OBPG_PRESENT, SUITE_OC, T, false,
	    "TERRA_MODIS.20240105T031001.L2.OC.nc", "TERRA_MODIS.20240105T031001.L2.SST4.nc",
	    "TERRA_MODIS.20240105T031002.L2.OC.nc" },
	{ "SNPP_VIIRS.20240105T031001.L2.SST3.NRT.nc", "viirs", OBPG_PRESENT, SUITE_NIGHT, T, true,
	    "SNPP_VIIRS.20240105T031001.L2.SST3.nc", "SNPP_VIIRS.20240105T031001.L2.SST3.nc",
	    "SNPP_VIIRS.20240105T031002.L2.OC.nc" },
	{ "JPSS1_VIIRS.20240105T031001.L2.SST.nc", "jpss1", OBPG_PRESENT, SUITE_SST, T, false,
	    "JPSS1_VIIRS.20240105T031001.L2.SST.nc", "JPSS1_VIIRS.20240105T031001.L2.SST3.nc",
	    "JPSS1_VIIRS.20240105T031002.L2.OC.nc" },
	{ "AQUA_MODIS.2024005031001.L2.SST.nc", "aqua", OBPG_2019, SUITE_SST, T, false,
	    "AQUA_MODIS.2024005031001.L2.SST.nc", "AQUA_MODIS.2024005031001.L2.SST4.nc",
	    "AQUA_MODIS.2024005031002.L2.OC.nc" },
	{ "A2004001003000.L2_LAC_SST.nc", "aqua", OBPG_LEGACY, SUITE_SST, BEFORE_2019, false,
	    "A2004001003000.L2_LAC_SST.nc", "A2004001003000.L2_LAC_SST4.nc", "A2004001003001.L2_LAC_OC.nc" },
	{ "T2004001003000.L2_LAC_OC.nc", "terra", OBPG_LEGACY, SUITE_OC, BEFORE_2019, false,
	    "T2004001003000.L2_LAC_OC.nc", "T2004001003000.L2_LAC_SST4.nc", "T2004001003001.L2_LAC_OC.nc" },
	{ "V2019176235400.L2_SNPP_SST3.nc", "viirs", OBPG_LEGACY, SUITE_NIGHT, 1561506840, false,
	    "V2019176235400.L2_SNPP_SST3.nc", "V2019176235400.L2_SNPP_SST3.nc", "V2019176235401.L2_SNPP_OC.nc" },
	{ "V2019176235400.L2_JPSS1_SST.nc", "jpss1", OBPG_LEGACY, SUITE_SST, 1561506840, false,
	    "V2019176235400.L2_JPSS1_SST.nc", "V2019176235400.L2_JPSS1_SST3.nc",
	    "V2019176235401.L2_JPSS1_OC.nc" },
};

static void
obpg_names(void)
{
	struct obpg_name n;
	char out[NAME_SIZE], path[300];

	for (size_t i = 0; i < sizeof(obpg) / sizeof(*obpg); i++) {
		(void)snprintf(path, sizeof(path), "/some.nc/AQUA_MODIS.x/%s", obpg[i].name);
		if (!ok(obpg_parse(path, &n, &e) == 0, "%s", obpg[i].name))
			continue;
		ok(n.ds == dataset_find(obpg[i].key) && n.form == obpg[i].form && n.suite == obpg[i].suite &&
		    n.nrt == obpg[i].nrt, "... dataset, form, suite, NRT");
		is_int(n.time, obpg[i].time, "... time");
		ok(strstr(obpg[i].name, n.stamp) != NULL && strlen(n.stamp) >= 13, "... its text");
		ok(obpg_final_name(path, out, &e) == 0, "... a final name");
		is_str(out, obpg[i].final, "... without .NRT");
		obpg_sibling(&n, n.suite, 0, false, out);
		is_str(out, obpg[i].final, "... its own sibling");
		obpg_sibling(&n, n.suite, 0, n.nrt, out);
		is_str(out, obpg[i].name, "... its own name");
		obpg_sibling(&n, SUITE_NIGHT, 0, false, out);
		is_str(out, obpg[i].night, "... night companion");
		obpg_sibling(&n, SUITE_OC, 1, false, out);
		is_str(out, obpg[i].later, "... OC a second later");
	}
	if (obpg_parse("AQUA_MODIS.20241231T235959.L2.SST.nc", &n, &e) == 0)
		obpg_sibling(&n, SUITE_OC, 1, false, out);
	is_str(out, "AQUA_MODIS.20250101T000000.L2.OC.nc", "a sibling in the next year");
}

static const char *const not_obpg[] = {
	"", ".", "..", "/", "x.nc", ".nc", "AQUA_MODIS", "AQUA_MODIS.", "AQUA_MODIS.20240105T031001",
	"AQUA_MODIS.20240105T031001.L2.SST.nc/", "AQUA_MODIS.20240105T031001.L2.SST.nc/..",
	"AQUA_MODIS.20240230T031001.L2.SST.nc", "AQUA_MODIS.20230229T031001.L2.SST.nc",
	"AQUA_MODIS.20240105T241001.L2.SST.nc", "AQUA_MODIS.20241305T031001.L2.SST.nc",
	"AQUA_MODIS.2023366031001.L2.SST.nc", "AQUA_MODIS.20240105T031001.L2.SST3.nc",
	"SNPP_VIIRS.20240105T031001.L2.SST4.nc", "AQUA_VIIRS.20240105T031001.L2.SST.nc",
	"AQUA_MODIS.20240105T031001.L2.SST", "AQUA_MODIS.20240105T031001.L2.SST.nc.part",
	".AQUA_MODIS.20240105T031001.L2.SST.nc.part", "AQUA_MODIS.20240105T031001.L2.SST.NRT",
	"AQUA_MODIS.20240105T031001.L2.SST.NRT.NRT.nc", "AQUA_MODIS.20240105T031001.L2.NRT.SST.nc",
	"AQUA_MODIS.20240105T031001.L2.SSTX.nc", "AQUA_MODIS.20240105T031001.L2.IOP.nc",
	"AQUA_MODIS.20240105T031001.L1.SST.nc", "AQUA_MODIS.20240105T031001.L2.sst.nc",
	"aqua_modis.20240105T031001.L2.SST.nc", "AQUA_MODIS.20240105T031001Z.L2.SST.nc",
	"AQUA_MODIS.20240105 031001.L2.SST.nc", "AQUA_MODIS.20240105T031001.L2.SST.nc ",
	" AQUA_MODIS.20240105T031001.L2.SST.nc", "AQUA_MODIS..20240105T031001.L2.SST.nc",
	"AQUA_MODIS.20240105T031001.L2.SST.nc\n", "AQUA_MODIS.+0240105T031001.L2.SST.nc",
	"A20240105T031001.L2_LAC_SST.nc", "A2004366003000.L2_SNPP_SST.nc", "V2004366003000.L2_LAC_SST.nc",
	"A2003366003000.L2_LAC_SST.nc", "X2004001003000.L2_LAC_SST.nc", "A2004001003000.L2_LAC_SST3.nc",
	"A2004001003000.L2_LACSST.nc", "J2019176235400.L2_JPSS1_SST.nc",
	"AQUA_MODIS.20240105T031001.L2.SST.nc?x=1", "AQUA_MODIS.%32024010T031001.L2.SST.nc",
};

static const char *const not_combined[] = {
	"", "A", "refined_", "refined_A", "x.nc", "A20240105T031001.LAC_GSST.nc", "A20240105T031001.LAC_GSSTX.nc",
	"A20240105T031001.LAC_GSSTNN.nc", "A20240105T031001.LAC_GSSTN.nc.part",
	".A20240105T031001.LAC_GSSTN.nc.part", "A20240230T031001.LAC_GSSTN.nc", "A20240105T031001.SNPP_GSSTN.nc",
	"V20240105T031001.LAC_GSSTN.nc", "J20240105T031001.SNPP_GSSTN.nc", "V20240105T031001.JPSS1_GSSTN.nc",
	"X20240105T031001.LAC_GSSTN.nc", "refined_refined_A20240105T031001.LAC_GSSTN.nc",
	"Refined_A20240105T031001.LAC_GSSTN.nc", "refined_A20240105T031001.LAC_GSSTN", "a20240105T031001.LAC_GSSTN.nc",
	"A20240105T031001.LAC_GSSTn.nc", "A2023366031001.LAC_GSSTN.nc", "A20240105T031001.LAC_GSSTN.nc/..",
};

static const char *const not_l2p[] = {
	"", "x.nc", "20240105031001", "20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0",
	"20240230031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc",
	"20240105T031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc",
	"20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-M-v02.0-fv01.0.nc",
	"20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A--v02.0-fv01.0.nc",
	"20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.1-fv01.0.nc",
	"20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_X-N-v02.0-fv01.0.nc",
	"20240105031001-JPL-L2P_GHRSST-SSTskin-VIIRS-N-v02.0-fv01.0.nc",
	"20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc.md5",
	".20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc.part",
	"20240105031001-JPL-L2P_GHRSST-SSTsubskin-MODIS_A-N-v02.0-fv01.0.nc",
	"2024010503100-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc",
	"202401050310011-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc",
	"20240105031060-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc",
};

static void
hostile(void)
{
	struct obpg_name o;
	struct combined_name c;
	struct l2p_name l;
	static char big[5000];
	char out[NAME_SIZE];

	for (size_t i = 0; i < sizeof(not_obpg) / sizeof(*not_obpg); i++)
		ok(obpg_parse(not_obpg[i], &o, &e) < 0 && e.code == E_DATA, "no OBPG name: '%s'",
		    strcspn(not_obpg[i], "\n") == strlen(not_obpg[i]) ? not_obpg[i] : "with newline");
	for (size_t i = 0; i < sizeof(not_combined) / sizeof(*not_combined); i++)
		ok(combined_parse(not_combined[i], &c, &e) < 0 && e.code == E_DATA, "no combined name: '%s'",
		    not_combined[i]);
	for (size_t i = 0; i < sizeof(not_l2p) / sizeof(*not_l2p); i++)
		ok(l2p_parse(not_l2p[i], &l, &e) < 0 && e.code == E_DATA, "no L2P name: '%s'", not_l2p[i]);

	ok(obpg_parse("../../etc/AQUA_MODIS.20240105T031001.L2.SST.nc", &o, &e) == 0,
	    "only the base name of a path counts");
	memset(big, 'x', sizeof(big) - 1);
	memcpy(big, "AQUA_MODIS.20240105T031001.L2.SST", 33);
	ok(obpg_parse(big, &o, &e) < 0 && combined_parse(big, &c, &e) < 0 && l2p_parse(big, &l, &e) < 0,
	    "5000 characters are no name");
	is_int(obpg_final_name(big, out, &e), -1, "... have no final name");
	memcpy(big + sizeof(big) - 8, ".NRT.nc", 7);
	is_int(obpg_final_name(big, out, &e), -1, "... nor with .NRT");
}

static const struct {
	const char *name, *key;
	int64_t time;
	bool night, refined;
} combined[] = {
	{ "A20240105T031001.LAC_GSSTN.nc", "aqua", T, true, false },
	{ "A20240105T031001.LAC_GSSTD.nc", "aqua", T, false, false },
	{ "refined_T20240105T031001.LAC_GSSTD.nc", "terra", T, false, true },
	{ "V20240105T031001.SNPP_GSSTN.nc", "viirs", T, true, false },
	{ "J20240105T031001.JPSS1_GSSTN.nc", "jpss1", T, true, false },
	{ "refined_J20240105T031001.JPSS1_GSSTD.nc", "jpss1", T, false, true },
	{ "A2024005031001.LAC_GSSTN.nc", "aqua", T, true, false },
};

static const struct {
	const char *name, *key;
	bool night;
} l2p[] = {
	{ "20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc", "aqua", true },
	{ "20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_T-D-v02.0-fv01.0.nc", "terra", false },
	{ "20240105031001-JPL-L2P_GHRSST-SSTskin-VIIRS_NPP-N-v02.0-fv01.0.nc", "viirs", true },
	{ "20240105031001-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0.nc", "jpss1", false },
};

static void
products(void)
{
	struct combined_name c;
	struct l2p_name l;
	char out[NAME_SIZE];

	for (size_t i = 0; i < sizeof(combined) / sizeof(*combined); i++) {
		if (!ok(combined_parse(combined[i].name, &c, &e) == 0, "%s", combined[i].name))
			continue;
		ok(c.ds == dataset_find(combined[i].key) && c.night == combined[i].night &&
		    c.refined == combined[i].refined && c.time == combined[i].time, "... its parts");
		combined_format(&c, out);
		is_str(out, combined[i].name, "... and back");
	}
	for (size_t i = 0; i < sizeof(l2p) / sizeof(*l2p); i++) {
		if (!ok(l2p_parse(l2p[i].name, &l, &e) == 0, "%s", l2p[i].name))
			continue;
		ok(l.ds == dataset_find(l2p[i].key) && l.night == l2p[i].night && l.time == T, "... its parts");
		l2p_format(&l, out);
		is_str(out, l2p[i].name, "... and back");
	}
}

int
main(void)
{
	obpg_names();
	products();
	hostile();
	return tap_done();
}
