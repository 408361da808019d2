/* OBPG's file search: the request, lines, and answers in pieces of any size. */

#include <stdbool.h>

#include "base/str.h"
#include "remote/obpg.h"
#include "tap.h"

#define FILES "https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/"
#define SUM "0123456789abcdef0123456789abcdef01234567"
#define UPPER "0123456789ABCDEF0123456789abcdef01234567"
#define NAME "AQUA_MODIS.20250612T000000.L2.SST.nc"

static struct err e;

static void
request(void)
{
	static const char *const more[] = { "prod_id=a b", "x=", NULL }, *const bad[] = { "x", NULL };
	static const char *const worse[] = { "a&b=c", NULL };
	struct obpg_query q = { .dtype = "L2", .search = "AQUA_MODIS.20*.nc", .sensor = "aqua", .std_only = true,
		.psdate = "2025-06-11", .crdate = true };
	char *url = obpg_query_url(OBPG_SERVICE, &q, &e);

	is_str(url, "https://oceandata.sci.gsfc.nasa.gov/api/file_search?dtype=L2&search=AQUA_MODIS.20*.nc&sensor=aqua&"
	    "std_only=1&results_as_file=1&addurl=1&cksum=1&psdate=2025-06-11&crdate=1", "forward");
	free(url);
	q = (struct obpg_query){ .dtype = "L2", .search = "A[12]?&#+ %.nc", .sensor_id = "33", .sdate = "2025-06-10",
		.edate = "2025-06-12", .more = more };
	url = obpg_query_url("http://localhost/s", &q, &e);
	is_str(url,
	    "http://localhost/s?dtype=L2&search=A%5B12%5D%3F%26%23%2B%20%25.nc&sensor_id=33&std_only=0&"
	    "results_as_file=1&addurl=1&cksum=1&sdate=2025-06-10&edate=2025-06-12&prod_id=a%20b&x=",
	    "range, with special characters");
	free(url);
	q.more = bad;
	ok(obpg_query_url("x", &q, &e) == NULL && e.code == E_USAGE, "a parameter without a value");
	q.more = worse;
	ok(obpg_query_url("x", &q, &e) == NULL && e.code == E_USAGE, "a parameter that would be two");
	url = obpg_files_url("http://127.0.0.1:8080/api/file_search", &e);
	is_str(url, "http://127.0.0.1:8080/cgi/getfile/", "files are on the same server");
	free(url);
	url = obpg_files_url(OBPG_SERVICE, &e);
	is_str(url, FILES, "... as OBPG has them");
	free(url);
}

static void
good_lines(void)
{
	static const char *const good[] = {
		SUM "  " NAME, SUM " " NAME " more", NAME "\t" SUM, "  \"" SUM "\" \"" NAME "\"", FILES NAME " " SUM,
		SUM " https://oceandata.sci.gsfc.nasa.gov/ob/getfile/" NAME,
		UPPER " " NAME,
	};
	struct obpg_file f;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		is_int(obpg_file_parse(good[i], FILES, &f, &e), 0, "%s", good[i]);
		is_str(f.name, NAME, "... its name");
		is_str(f.sha1, SUM, "... its checksum");
	}
}

static void
bad_lines(void)
{
	static const char *const bad[] = {
		"", " ", SUM, NAME, "1234 " NAME, NAME " " NAME, "g123456789abcdef0123456789abcdef01234567 " NAME,
		SUM "0 " NAME,
		SUM " ../" NAME, SUM " a/b", SUM " .hidden", SUM " a;b", SUM " -x", SUM " \xc3\xbc", SUM " \"\"",
		SUM " http://oceandata.sci.gsfc.nasa.gov/cgi/getfile/" NAME,
		SUM " https://example.com/cgi/getfile/" NAME,
		SUM " https://oceandata.sci.gsfc.nasa.gov.example.com/" NAME, SUM " " FILES, SUM " " FILES NAME "?x",
		SUM " https://u:p@oceandata.sci.gsfc.nasa.gov/" NAME, SUM " file:///" NAME,
	};
	char line[400];
	struct obpg_file f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(obpg_file_parse(bad[i], FILES, &f, &e) < 0 && e.code == E_DATA, "no file: %s", bad[i]);
	(void)snprintf(line, sizeof(line), SUM " %0159d", 0);
	is_int(obpg_file_parse(line, FILES, &f, &e), 0, "the longest name");
	(void)snprintf(line, sizeof(line), SUM " %0160d", 0);
	ok(obpg_file_parse(line, FILES, &f, &e) < 0, "a longer one");
}

static struct buf got;

static int
on_file(void *ctx, const struct obpg_file *f, size_t line, struct err *why)
{
	(void)ctx;
	if (strcmp(f->name, "stop") == 0)
		return err_set(why, E_ENV, "stop");
	buf_add(&got, "%zu %s %.4s;", line, f->name, f->sha1);
	return 0;
}

static void
on_bad(void *ctx, size_t line, const struct err *why)
{
	(void)ctx;
	(void)why;
	buf_add(&got, "%zu bad;", line);
}

/* Give text in pieces of size bytes; what was got of it, then "-" for an error. */
static const char *
answer(const char *text, size_t len, size_t size, bool framed)
{
	static struct obpg_answer a;
	int ret = 0;

	a = (struct obpg_answer){ .files_url = FILES, .file = on_file, .bad = on_bad };
	buf_free(&got);
	buf_add(&got, "%s", "");
	e.code = E_NONE;
	for (size_t i = 0; ret == 0 && i < len; i += size)
		ret = obpg_answer_add(&a, text + i, len - i < size ? len - i : size, &e);
	if (ret == 0)
		ret = obpg_answer_end(&a, framed, &e);
	if (ret < 0)
		buf_add(&got, "-");
	return got.text;
}

#define TEXT(s) s, sizeof(s) - 1

static void
answers(void)
{
	static const struct {
		const char *text;
		size_t len;
		bool framed;
		const char *want;
	} cases[] = {
		{ TEXT(SUM "  a.nc\n" SUM "  b.nc\n"), false, "1 a.nc 0123;2 b.nc 0123;" },
		{ TEXT("\xef\xbb\xbf" SUM "  a.nc\r\n\r\n" SUM "  b.nc\r\n"), false, "1 a.nc 0123;3 b.nc 0123;" },
		{ TEXT(SUM "  a.nc\n" SUM "  b.nc"), true, "1 a.nc 0123;2 b.nc 0123;" },
		{ TEXT(SUM "  a.nc\n" SUM "  b.nc"), false, "1 a.nc 0123;2 b.nc 0123;-" },
		{ TEXT(SUM "  a.nc\n" SUM), true, "1 a.nc 0123;2 bad;-" },
		{ TEXT(SUM "  a.nc\n  \t"), true, "1 a.nc 0123;" },
		{ TEXT("3 files found\n\n" SUM "  a.nc\n"), true, "3 a.nc 0123;" },
		{ TEXT("x.nc\n" SUM "  a.nc\ny\n"), true, "1 bad;2 a.nc 0123;3 bad;" },
		{ TEXT(SUM "  a.nc\nnothing\n"), true, "1 a.nc 0123;2 bad;" },
		{ TEXT(SUM "  a\0.nc\n" SUM "  b.nc\n"), true, "1 bad;2 b.nc 0123;" },
		{ TEXT("No Results Found"), false, "" },
		{ TEXT("no results found\n"), true, "" },
		{ TEXT("Sorry No Files Matched Your Query\n"), true, "" },
		{ TEXT(""), true, "-" },
		{ TEXT("\n\n"), true, "-" },
		{ TEXT("No Resul"), false, "-" },
		{ TEXT("<html>\n" SUM "  a.nc\n"), true, "-" },
		{ TEXT("\n  <!DOCTYPE html>"), true, "-" },
		{ TEXT("out of memory\n"), true, "-" },
		{ TEXT("a.nc\nb.nc\n"), true, "1 bad;2 bad;-" },
		{ TEXT(SUM "  a.nc\n" SUM "  stop\n" SUM "  b.nc\n"), true, "1 a.nc 0123;-" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int same = 0;

		for (size_t size = 1; size <= cases[i].len + 1; size++)
			same += strcmp(answer(cases[i].text, cases[i].len, size, cases[i].framed), cases[i].want) == 0;
		is_int(same, (long long)cases[i].len + 1, "answer %zu: \"%s\" in pieces of any size", i, cases[i].want);
	}
	is_str(answer(TEXT("excuse me\n"), 100, true), "-", "an excuse");
	is_str(e.msg, "not a list of files; it begins with \"excuse me\"", "... is quoted");
}

static void
long_lines(void)
{
	static char text[3 * OBPG_LINE_MAX];
	int n;

	for (int more = 0; more < 3; more++) {
		n = snprintf(text, sizeof(text), SUM "  a.nc%*s%s\n" SUM "  b.nc\n", OBPG_LINE_MAX - 46 + more, "",
		    "\r");
		text[OBPG_LINE_MAX - 1 + more] = 'x';
		for (size_t size = 1; size < 9000; size += 1111)
			is_str(answer(text, (size_t)n, size, true),
			    more == 0 ? "1 a.nc 0123;2 b.nc 0123;" : "1 bad;2 b.nc 0123;",
			    "a line of %d bytes", OBPG_LINE_MAX + more);
	}
}

int
main(void)
{
	request();
	good_lines();
	bad_lines();
	answers();
	long_lines();
	buf_free(&got);
	return tap_done();
}
