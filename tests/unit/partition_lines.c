/* Lines of download lists: taken apart and put together again. */

#include "partition/lines.h"
#include "tap.h"

#define AT "https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/"
#define NAME "AQUA_MODIS.20240102T001001.L2.SST.NRT.nc"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA1 "eb781038ce56a76ff46f4a3bf1d8771eceef36c7"

static int
add(struct lines *l, const char *text, struct err *e)
{
	static char line[5000];

	(void)snprintf(line, sizeof(line), "%s", text);
	return lines_add(l, line, l->n + 1, e);
}

/* What the last line has become. */
static const char *
last(const struct lines *l)
{
	static char text[5000];
	struct buf b = {0};

	lines_text(l, l->n - 1, &b);
	(void)snprintf(text, sizeof(text), "%s", buf_str(&b));
	buf_free(&b);
	return text;
}

static void
good(void)
{
	static const char *const same[] = {
		AT NAME " " SHA1, AT NAME,
		AT NAME " d41d8cd98f00b204e9800998ecf8427e", "http://127.0.0.1:8080/x/" NAME " " SHA1,
		"https://mirror.example.org/" NAME " " SHA1, AT NAME "?appkey=x " SHA1,
		    AT "AQUA_MODIS.20241231T235959.L2.OC.nc " SHA1,
		AT "AQUA_MODIS.19700101T000000.L2.SST4.nc " SHA256,
	};
	struct lines l = {0};
	struct err e = {0};

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		is_int(add(&l, same[i], &e), 1, "%.60s", same[i]);
		is_str(last(&l), same[i], "... comes out as it went in");
	}
	is_int(add(&l, " \t" AT NAME "\t \t" SHA1 " \t", &e), 1, "blanks and tabs");
	is_str(last(&l), AT NAME " " SHA1, "... become one blank");
	is_int(add(&l, "EB781038CE56A76FF46F4A3BF1D8771ECEEF36C7," NAME, &e), 1, "a name behind its checksum");
	is_str(last(&l), AT NAME " " SHA1, "... becomes a URL");
	ok(lines_same_sum(&l, 0, l.n - 1) && lines_same_sum(&l, 2, 2) && !lines_same_sum(&l, 0, 2) &&
	    !lines_same_sum(&l, 2, 4) && !lines_same_sum(&l, 0, 1), "equal checksums");
	is_int((long long)l.dirs.n, 4, "three servers, and a query");
	for (int i = 0; i < 3000; i++) {
		char text[200];

		(void)snprintf(text, sizeof(text), "https://h/%d/" NAME, i);
		if (add(&l, text, &e) <= 0 || strcmp(last(&l), text) != 0)
			break;
	}
	is_int((long long)l.dirs.n, 3004, "many directories");
	lines_fini(&l);
	lines_fini(&l);
}

static void
bad(void)
{
	static const char *const wrong[] = {
		"x " SHA1, AT NAME " 1", AT NAME " a,b", AT NAME " \303\244",
		"ftp://example.org/" NAME, "https://u:p@example.org/" NAME, "https:///" NAME, "https://h/../" NAME,
		"https://h/a?b/" NAME, AT,
		AT "A2016008000000.L2_LAC_SST.nc", AT "AQUA_MODIS.2019289042500.L2.SST.nc",
		AT "TERRA_MODIS.20240102T001001.L2.SST.nc",
		AT "AQUA_MODIS.20240230T001001.L2.SST.nc", AT "AQUA_MODIS.19600102T001001.L2.SST.nc",
		AT "AQUA_MODIS.29000102T001001.L2.SST.nc", "https://h/\303\244/" NAME,
	};
	struct lines l = {0};
	struct err e = {0};

	is_int(add(&l, AT NAME " " SHA1, &e), 1, "one good line");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok(add(&l, wrong[i], &e) < 0 && e.code == E_DATA && l.n == 1, "bad: %s", wrong[i]);
	is_int(add(&l, AT "AQUA_MODIS.20240102T001001.L2.SST8.nc", &e), LINES_OTHER, "another product");
	l.foreign = true;
	is_int(add(&l, AT "TERRA_MODIS.20240102T001001.L2.SST.nc", &e), LINES_OTHER,
	    "... in foreign lists another dataset");
	is_int(add(&l, "", &e), 0, "an empty line");
	is_int(add(&l, " \t ", &e), 0, "blanks");
	is_int(add(&l, "# x", &e), 0, "a comment");
	lines_fini(&l);
}

int
main(void)
{
	good();
	bad();
	return tap_done();
}
