/* Lines of download lists; tests/listline.t has what programs do with them. */

#include <string.h>

#include "granule/listline.h"
#include "tap.h"

#define NAME "AQUA_MODIS.20230124T201500.L2.SST.nc"
#define NRT "AQUA_MODIS.20230124T201500.L2.SST.NRT.nc"
#define SHA1 "955a2aa4d26d4d9473404aaa5727d46f62571d16"

static struct listline l;

static void
good(const char *line, const char *url, const char *checksum)
{
	struct err e = { .msg = "" };

	is_int(listline_parse(line, LISTLINE_SOURCE, &l, &e), LISTLINE_FILE, "%s", line);
	is_str(l.url, url, "... its URL");
	is_str(l.checksum, checksum, "... its checksum");
	is_str(l.name, NAME, "... its name");
	ok(strncmp(l.url + l.dir, NAME, strlen(NAME)) == 0, "... is where it should be in the URL");
}

static void
bad(enum listline_result want, const char *line, const char *message)
{
	struct err e = { .msg = "" };

	is_int(listline_parse(line, LISTLINE_SOURCE, &l, &e), want, "%s", line);
	ok(strstr(e.msg, message) != NULL, "... %s: %s", message, e.msg);
	is_int(e.code, E_DATA, "... this item only");
}

static void
good_lines(void)
{
	good("https://h/x/" NAME " " SHA1 " def", "https://h/x/" NAME, SHA1);
	is_str(l.rest, "def", "what follows");
	good("https://h/x/" NAME "  " SHA1, "https://h/x/" NAME, SHA1);
	good("\thttps://h/x/" NAME "\t" SHA1 " \r", "https://h/x/" NAME, SHA1);
	good("https://h/x/" NAME "\r", "https://h/x/" NAME, "");
	good("https://h/x/" NAME, "https://h/x/" NAME, "");
	good(NAME " " SHA1, LISTLINE_SOURCE NAME, SHA1);
	good("sub/" NAME "," SHA1, LISTLINE_SOURCE NAME, SHA1);
	good("/some/dir/" NAME " , " SHA1 ",x", LISTLINE_SOURCE NAME, SHA1);
	good(SHA1 "  " NAME, LISTLINE_SOURCE NAME, SHA1);
	good(SHA1 "\thttp://h/" NAME, "https://h/" NAME, SHA1);
	good("  \"" SHA1 "\" \"https://h/" NAME "\"", "https://h/" NAME, SHA1);
	good("http://h/x/" NAME, "https://h/x/" NAME, "");
	good("HTTP://h:8080/" NAME, "https://h:8080/" NAME, "");
	good("http://127.0.0.1:8080/" NAME, "http://127.0.0.1:8080/" NAME, "");
	good("http://[::1]/" NAME, "http://[::1]/" NAME, "");
	good("http://localhost/" NAME, "http://localhost/" NAME, "");
	good("http://127.0.0.1.evil.org/" NAME, "https://127.0.0.1.evil.org/" NAME, "");
	good("https://h/getfile/" NAME "?appkey=1 " SHA1, "https://h/getfile/" NAME "?appkey=1", SHA1);
	good("https://h/" NAME "?a=/b", "https://h/" NAME "?a=/b", "");
	good("https://h/" NAME "#x", "https://h/" NAME "#x", "");
	good("https://h/" NAME " 955A2AA4D26D4D9473404AAA5727D46F62571D16", "https://h/" NAME, SHA1);
	good("https://h/" NAME " d41d8cd98f00b204e9800998ecf8427e", "https://h/" NAME,
	    "d41d8cd98f00b204e9800998ecf8427e");
	is_int(l.alg, DIGEST_MD5, "MD5");
	is_int(listline_parse("http://h/" NRT "\t" SHA1, LISTLINE_SOURCE, &l, NULL), LISTLINE_FILE, "a quicklook name");
	ok(l.obpg.nrt && l.alg == DIGEST_SHA1, "... is known as one");
}

static void
bad_lines(void)
{
	static const char *const none[] = { "", "  \t ", "# https://h/x.nc", " #" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		is_int(listline_parse(none[i], LISTLINE_SOURCE, &l, NULL), LISTLINE_NONE, "nothing: \"%s\"", none[i]);
	bad(LISTLINE_BAD, "https://h/" NAME " abc", "\"abc\" is no checksum");
	bad(LISTLINE_BAD, "https://h/" NAME " 0000", "is no checksum");
	bad(LISTLINE_BAD, "https://h/" NAME " 955a2aa4d26d4d9473404aaa5727d46f62571d1g", "is no checksum");
	bad(LISTLINE_BAD, "https://h/" NAME " " SHA1 "0", "is no checksum");
	bad(LISTLINE_BAD, "https://h/" NAME " \303\244", "is no checksum");
	bad(LISTLINE_BAD, SHA1, "a checksum without a file");
	bad(LISTLINE_STRANGE, SHA1 " " SHA1 " " NAME, "not the name");
	bad(LISTLINE_STRANGE, "http://h/x/A.L2.nc", "not the name of an OBPG");
	bad(LISTLINE_STRANGE, "https://h/getfile/X.L2.nc?appkey=1 " SHA1, "X.L2.nc: not the name");
	bad(LISTLINE_BAD, "L2,A2011001000000.L2_LAC_OC.bz2,2013-02-26 09:08:00,sha1:" SHA1, "L2: not the name");
	bad(LISTLINE_BAD, "https://h/../" NAME, "\"..\"");
	bad(LISTLINE_BAD, "../" NAME, "\"..\"");
	bad(LISTLINE_BAD, "https://h/a%2f..%2f" NAME, "not the name");
	bad(LISTLINE_BAD, "https://h/%2e%2e/%00" NAME, "not the name");
	bad(LISTLINE_BAD, "https://h/", "no file name");
	bad(LISTLINE_BAD, "https://h/" NAME "/", "no file name");
	bad(LISTLINE_BAD, "file:///" NAME, "not an https URL");
	bad(LISTLINE_BAD, "gopher://h/" NAME, "not an https URL");
	bad(LISTLINE_BAD, "https:///" NAME, "no host");
	bad(LISTLINE_BAD, "https://user@h/" NAME, "user name or password");
	bad(LISTLINE_BAD, "https://user:secret@h/" NAME, "user name or password");
	bad(LISTLINE_BAD, "https://h/\x01" NAME, "control");
	bad(LISTLINE_BAD, "https://h/\xc3\xa4/" NAME, "non-ASCII");
	bad(LISTLINE_BAD, "https://h/" NAME "?\xc3\xa4", "non-ASCII");
	bad(LISTLINE_BAD, "https://h:99999/" NAME, "not a URL");
	bad(LISTLINE_BAD, "https://[::1/" NAME, "not a URL");
	bad(LISTLINE_BAD, ".hidden", "not the name");
	bad(LISTLINE_BAD, SHA1 " -x", "not the name");
	bad(LISTLINE_BAD, SHA1 " \"\"", "a checksum without a file");
}

/* Other products of OBPG, and names that are nothing. */
static void
others(void)
{
	static const char *const other[] = {
		"AQUA_MODIS.20240105T031001.L2.IOP.nc", "AQUA_MODIS.20240105T031001.L2.SST_TEST.nc",
		"AQUA_MODIS.20240105.L3m.DAY.SST.sst.4km.nc", "AQUA_MODIS.20240101_20240131.L3m.MO.SST.sst.4km.nc",
		"PACE_OCI.20240105T031001.L2.OC_AOP.V3_0.nc", "S3A_OLCI_ERRNT.20240105T031001.L2.OC.nc",
		"A2004001002000.L1A_LAC", "A2004001.L3m_DAY_SST_sst_4km.nc", "A20040012004031.L3m_MO_SST_sst_4km.nc",
		"SNPP_VIIRS.20240105T031001.GEO.nc", "V2016001001200.L2_SNPP_IOP.nc",
	}, *const strange[] = {
		"AQUA_MODIS.20240231T031001.L2.SST.nc", "AQUA_MODIS.20240105T031001", "AQUA_MODIS.20240105T031001.",
		"AQUA_MODIS.BADNAMET000000.L2.SST.nc", "anything", "A.nc", "A2004001", "x.nc",
		"A2004001002.L3m.nc", "AQUA_MODIS.20240231.L3m.DAY.nc",
	};
	char line[200];

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++) {
		(void)snprintf(line, sizeof(line), SHA1 "  %s", other[i]);
		bad(LISTLINE_OTHER, line, other[i]);
		is_str(l.name, other[i], "... has a name");
	}
	for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++)
		bad(LISTLINE_STRANGE, strange[i], "not the name");
}

static void
lengths(void)
{
	char line[LIST_RECMAX + 400];

	(void)snprintf(line, sizeof(line), SHA1 " %0159d", 0);
	is_int(listline_parse(line, LISTLINE_SOURCE, &l, NULL), LISTLINE_STRANGE, "the longest name");
	(void)snprintf(line, sizeof(line), SHA1 " %0160d", 0);
	is_int(listline_parse(line, LISTLINE_SOURCE, &l, NULL), LISTLINE_BAD, "a longer one");
	(void)snprintf(line, sizeof(line), "http://h/%0*d/" NAME, LIST_RECMAX - 10 - (int)strlen(NAME), 0);
	is_int(listline_parse(line, LISTLINE_SOURCE, &l, NULL), LISTLINE_FILE, "the longest record");
	(void)snprintf(line, sizeof(line), "http://h/%0*d/" NAME, LIST_RECMAX + 200, 0);
	is_int(listline_parse(line, LISTLINE_SOURCE, &l, NULL), LISTLINE_BAD, "a longer one");
}

static void
bases(void)
{
	char base[NAME_SIZE];

	listline_base("https://h/a/b?c/d x", base);
	is_str(base, "b", "the base name ends at the query");
	listline_base(" b,c", base);
	is_str(base, "b", "... or at a separator");
	listline_base("", base);
	is_str(base, "", "... or is none");
}

int
main(void)
{
	good_lines();
	bad_lines();
	others();
	lengths();
	bases();
	return tap_done();
}
