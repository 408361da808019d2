/* OBPG's file search: the request, lines, and answers in pieces of any size. */

#include <stdbool.h>

#include "base/str.h"
#include "remote/obpg.h"
#include "tap.h"

#define FILES "https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/"
#define SUM "0123456789abcdef0123456789abcdef01234567"

static struct err e;

static void
request(void)
{
	struct strlist more = {0}, bad = {0};
	struct obpg_query q = { .dtype = "L2", .search = "AQUA_MODIS.20*.nc", .sensor = "aqua", .std_only = true,
		.psdate = "2025-06-11", .crdate = true };
	char *url = obpg_query_url(OBPG_SERVICE, &q, &e);

	is_str(url, "https://oceandata.sci.gsfc.nasa.gov/api/file_search?dtype=L2&search=AQUA_MODIS.20*.nc&sensor=aqua&"
	    "std_only=1&results_as_file=1&addurl=1&cksum=1&psdate=2025-06-11&crdate=1", "forward");
	free(url);
	q = (struct obpg_query){ .dtype = "L2", .search = "A[12]?&#+ %.nc", .sensor_id = "33", .sdate = "2025-06-10",
		.edate = "2025-06-12", .more = &more };
	strlist_push(&more, "prod_id=a b");
	strlist_push(&more, "x=");
	url = obpg_query_url("http://localhost/s", &q, &e);
	is_str(url,
	    "http://localhost/s?dtype=L2&search=A%5B12%5D%3F%26%23%2B%20%25.nc&sensor_id=33&std_only=0&"
	    "results_as_file=1&addurl=1&cksum=1&sdate=2025-06-10&edate=2025-06-12&prod_id=a%20b&x=",
	    "range, with special characters");
	free(url);
	q.more = &bad;
	strlist_push(&bad, "x");
	ok(obpg_query_url("x", &q, &e) == NULL && e.code == E_USAGE, "a parameter without a value");
	strlist_free(&bad);
	strlist_push(&bad, "a&b=c");
	ok(obpg_query_url("x", &q, &e) == NULL && e.code == E_USAGE, "a parameter that would be two");
	strlist_free(&bad);
	strlist_free(&more);
	url = obpg_files_url("http://127.0.0.1:8080/api/file_search");
	is_str(url, "http://127.0.0.1:8080/cgi/getfile/", "files are on the same server");
	free(url);
	url = obpg_files_url(OBPG_SERVICE);
	is_str(url, FILES, "... as OBPG has them");
	free(url);
}

static struct buf got;

/* SUM  NAME */
static bool
on_line(void *ctx, const char *text, size_t line, struct err *why)
{
	(void)ctx;
	(void)why;
	if (!str_starts(text, SUM "  "))
		return false;
	buf_add(&got, "%zu %.4s;", line, text + strlen(SUM "  "));
	return true;
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

	a = (struct obpg_answer){ .line = on_line, .bad = on_bad };
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
		{ TEXT(SUM "  a.nc\n" SUM "  b.nc\n"), false, "1 a.nc;2 b.nc;" },
		{ TEXT("\xef\xbb\xbf" SUM "  a.nc\r\n\r\n" SUM "  b.nc\r\n"), false, "1 a.nc;3 b.nc;" },
		{ TEXT(SUM "  a.nc\n" SUM "  b.nc"), true, "1 a.nc;2 b.nc;" },
		{ TEXT(SUM "  a.nc\n" SUM "  b.nc"), false, "1 a.nc;2 b.nc;-" },
		{ TEXT(SUM "  a.nc\n" SUM), true, "1 a.nc;2 bad;-" },
		{ TEXT(SUM "  a.nc\n  \t"), true, "1 a.nc;" },
		{ TEXT("3 files found\n\n" SUM "  a.nc\n"), true, "3 a.nc;" },
		{ TEXT("x.nc\n" SUM "  a.nc\ny\n"), true, "1 bad;2 a.nc;3 bad;" },
		{ TEXT(SUM "  a.nc\nnothing\n"), true, "1 a.nc;2 bad;" },
		{ TEXT(SUM "  a\0.nc\n" SUM "  b.nc\n"), true, "1 bad;2 b.nc;" },
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
			    more == 0 ? "1 a.nc;2 b.nc;" : "1 bad;2 b.nc;",
			    "a line of %d bytes", OBPG_LINE_MAX + more);
	}
}

int
main(void)
{
	request();
	answers();
	long_lines();
	buf_free(&got);
	return tap_done();
}
