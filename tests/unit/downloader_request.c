/* downloader_request - lines of download lists */

#include "downloader/request.h"
#include "tap.h"

#define NAME "AQUA_MODIS.20230124T201500.L2.SST.nc"
#define NRT "AQUA_MODIS.20230124T201500.L2.SST.NRT.nc"
#define SHA1 "955a2aa4d26d4d9473404aaa5727d46f62571d16"

static void
good(const char *line, const char *url, const char *checksum)
{
	struct request r;
	struct err e = { .msg = "" };

	ok(request_parse(line, &r, &e) == REQUEST_OK, "%s", line);
	is_str(r.url, url, "... its URL");
	is_str(r.checksum, checksum, "... its checksum");
	is_str(r.name, NAME, "... its name");
	request_fini(&r);
}

static void
bad(const char *line, const char *message)
{
	struct request r;
	struct err e = { .msg = "" };

	ok(request_parse(line, &r, &e) == REQUEST_BAD, "%s", line);
	ok(strstr(e.msg, message) != NULL, "... %s: %s", message, e.msg);
	is_int(e.code, E_DATA, "... this item only");
	request_fini(&r);
}

static void
none(const char *line)
{
	struct request r;

	ok(request_parse(line, &r, NULL) == REQUEST_NONE, "nothing in it: \"%s\"", line);
	request_fini(&r);
}

static void
good_lines(void)
{
	good("https://h/x/" NAME " " SHA1 " def", "https://h/x/" NAME, SHA1);
	good("https://h/x/" NAME "  " SHA1, "https://h/x/" NAME, SHA1);
	good("\thttps://h/x/" NAME "\t" SHA1 " \r", "https://h/x/" NAME, SHA1);
	good("https://h/x/" NAME, "https://h/x/" NAME, "");
	good(NAME " " SHA1, REQUEST_SOURCE NAME, SHA1);
	good("sub/" NAME "," SHA1, REQUEST_SOURCE NAME, SHA1);
	good("http://h/x/" NAME, "https://h/x/" NAME, "");
	good("HTTP://h:8080/" NAME, "https://h:8080/" NAME, "");
	good("http://127.0.0.1:8080/" NAME, "http://127.0.0.1:8080/" NAME, "");
	good("http://[::1]/" NAME, "http://[::1]/" NAME, "");
	good("http://localhost/" NAME, "http://localhost/" NAME, "");
	good("http://127.0.0.1.evil.org/" NAME, "https://127.0.0.1.evil.org/" NAME, "");
	good("https://h/getfile/" NAME "?appkey=1 " SHA1, "https://h/getfile/" NAME "?appkey=1", SHA1);
	good("https://h/" NAME "#x", "https://h/" NAME "#x", "");
	good("https://h/" NAME " 955A2AA4D26D4D9473404AAA5727D46F62571D16", "https://h/" NAME, SHA1);
	good("https://h/" NAME " d41d8cd98f00b204e9800998ecf8427e", "https://h/" NAME,
	    "d41d8cd98f00b204e9800998ecf8427e");
}

static void
bad_lines(void)
{
	bad("https://h/" NAME " abc", "\"abc\" is no checksum");
	bad("https://h/" NAME " 0000", "is no checksum");
	bad("https://h/" NAME " 955a2aa4d26d4d9473404aaa5727d46f62571d1g", "is no checksum");
	bad("http://h/x/A.L2.nc", "not the name of an OBPG");
	bad("https://h/getfile/X.L2.nc?appkey=1 " SHA1, "X.L2.nc: not the name");
	bad("L2,A2011001000000.L2_LAC_OC.bz2,2013-02-26 09:08:00,sha1:" SHA1, "L2: not the name");
	bad("https://h/../" NAME, "\"..\"");
	bad("../" NAME, "\"..\"");
	bad("https://h/a%2f..%2f" NAME, "not the name");
	bad("https://h/%2e%2e/%00" NAME, "not the name");
	bad("https://h/", "no file name");
	bad("https://h/" NAME "/", "no file name");
	bad("file:///" NAME, "not an https URL");
	bad("gopher://h/" NAME, "not an https URL");
	bad("https:///" NAME, "no host");
	bad("https://user@h/" NAME, "user name or password");
	bad("https://user:secret@h/" NAME, "user name or password");
	bad("https://h/\x01" NAME, "control");
	bad("https://h/\xc3\xa4" NAME, "non-ASCII");
	bad("https://h:99999/" NAME, "not a URL");
	bad("https://[::1/" NAME, "not a URL");
	bad(".hidden", "not the name");
}

int
main(void)
{
	struct request r;
	struct err e;
	char base[NAME_SIZE];

	good_lines();
	bad_lines();
	none("");
	none("  \t ");
	none("# https://h/" NAME);

	ok(request_parse("http://h/" NRT "\t" SHA1 "  ", &r, &e) == REQUEST_OK, "a quicklook name");
	is_str(r.line, "https://h/" NRT "\t" SHA1, "the line, with https and without blanks at the end");
	is_str(r.final, NAME, "the final name has no .NRT");
	ok(r.obpg.nrt, "... but it is known that it had");
	is_int(r.alg, DIGEST_SHA1, "SHA-1");
	request_fini(&r);
	request_fini(&r);

	request_base("https://h/a/b?c/d", base);
	is_str(base, "b", "the base name ends at the query");
	return tap_done();
}
