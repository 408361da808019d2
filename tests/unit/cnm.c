/* CNM messages: the notification byte by byte, and the rules. `cnm strict|lenient` reads messages, one a line, and
 * prints for each "valid" or its violations, for comparison with other validators. */

#include <time.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/str.h"
#include "granule/cnm.h"
#include "tap.h"

#define NAME "20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0"
#define URI "s3://service-generate-ops-l2p-granules/aqua/" NAME ".nc"

/* The notification of the worked example, around its submissionTime. */
static const char head[] =
    "{\"version\": \"1.4\", \"provider\": \"NASA/JPL/PO.DAAC\", \"collection\": \"MODIS_A-JPL-L2P-v2019.0\", "
    "\"submissionTime\": \"";
static const char tail[] =
    "\", \"identifier\": \"" NAME "\", \"product\": {\"name\": \"" NAME "\", \"files\": [{\"uri\": \"" URI "\", "
    "\"checksum\": \"ade639529468d60987bd541cbfd3798b\", \"size\": 14, \"type\": \"data\", \"name\": \"" NAME ".nc\", "
    "\"checksumType\": \"md5\"}, {\"uri\": \"" URI ".md5\", \"checksum\": \"d44ecf6099dec7cc3cab826973cd9ed5\", "
    "\"size\": 98, \"type\": \"metadata\", \"name\": \"" NAME ".nc.md5\", \"checksumType\": \"md5\"}], "
    "\"dataVersion\": \"2019.0\"}, \"trace\": \"service-generate-ops\"}";

static struct cnm_granule
example(void)
{
	return (struct cnm_granule){
		.ds = dataset_find("aqua"),
		.data = { URI, "ade639529468d60987bd541cbfd3798b", 14 },
		.checksum = { URI ".md5", "d44ecf6099dec7cc3cab826973cd9ed5", 98 },
		.trace = "service-generate-ops",
	};
}

static void
worked_example(void)
{
	struct cnm_granule g = example();
	char *text, time[64] = "", now[CLOCK_ISO_SIZE];
	struct err e = {0};

	text = cnm_notification(&g, &e);
	ok(text != NULL && strlen(text) == strlen(head) + 27 + strlen(tail), "the worked example has its length");
	if (text == NULL)
		return;
	ok(str_starts(text, head) && strcmp(text + strlen(head) + 27, tail) == 0, "... and its bytes");
	(void)snprintf(time, sizeof(time), "%.27s", text + strlen(head));
	clock_iso_now(now);
	ok(strncmp(time, now, 14) == 0 && time[26] == 'Z', "its time is now, in UTC, with microseconds: %s", time);
	is_int(cnm_check_text(text, CNM_STRICT, &e), 0, "it is valid");
	free(text);

	g.legacy_time = true;
	text = cnm_notification(&g, &e);
	ok(text != NULL && strcmp(text + strlen(head) + 26, tail) == 0, "the old form of the time has no Z");
	ok(text != NULL && cnm_check_text(text, CNM_STRICT, &e) < 0 && str_starts(e.msg, "submissionTime: "),
	    "... and is not strictly valid");
	ok(text != NULL && cnm_check_text(text, CNM_LENIENT, &e) == 0, "... but leniently");
	free(text);
}

static void
other_datasets(void)
{
	static const struct {
		const char *key, *collection, *version;
	} rows[] = {
		{ "terra", "MODIS_T-JPL-L2P-v2019.0", "2019.0" },
		{ "viirs", "VIIRS_NPP-JPL-L2P-v2016.2", "2016.2" },
		{ "jpss1", "VIIRS_JPSS1-JPL-L2P-v2024.0", "2024.0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cnm_granule g = example();
		struct err e;
		char *text;
		json_t *m;

		g.ds = dataset_find(rows[i].key);
		text = cnm_notification(&g, &e);
		m = text != NULL ? cnm_parse(text, &e) : NULL;
		is_str(json_string_value(json_object_get(m, "collection")), rows[i].collection, "%s", rows[i].key);
		is_str(json_string_value(json_object_get(json_object_get(m, "product"), "dataVersion")),
		    rows[i].version, "... and its version");
		json_decref(m);
		free(text);
	}
}

static void
odd_granules(void)
{
	struct cnm_granule g = example();
	struct err e = {0};
	char *text;

	g.data.uri = "s3://bucket/dir/";
	ok(cnm_notification(&g, &e) == NULL && e.code == E_DATA, "a URL without a name");
	g.data.uri = "s3://bucket/.nc";
	ok(cnm_notification(&g, &e) == NULL && e.code == E_DATA, "a name that is only .nc");
	g.data.uri = "s3://bucket/x.txt";
	ok(cnm_notification(&g, &e) == NULL && e.code == E_DATA, "another kind of file");
	g.data.uri = "s3://buck\xff/x.nc";
	ok(cnm_notification(&g, &e) == NULL && e.code == E_DATA, "a URL that is not UTF-8");
	g = example();
	g.checksum.md5 = "\xff";
	ok(cnm_notification(&g, &e) == NULL && e.code == E_DATA, "a checksum that is not UTF-8");
	g = example();
	g.trace = "quote \" and \\ and newline \n";
	g.data.size = 9007199254740993;
	text = cnm_notification(&g, &e);
	ok(text != NULL && strchr(text, '\n') == NULL && cnm_check_text(text, CNM_STRICT, &e) == 0,
	    "texts are escaped, the message stays one line");
	ok(text != NULL && strstr(text, "\"size\": 9007199254740993,") != NULL, "sizes are exact");
	free(text);
}

/* --- the test vectors ------------------------------------------------------------------------------------------- */

/* Base message B, as a value. */
static json_t *
base(void)
{
	struct buf b = {0};
	json_t *m;

	buf_add(&b, "%s2024-02-15T15:02:11.405054Z%s", head, tail);
	m = cnm_parse(b.text, NULL);
	buf_free(&b);
	return m;
}

/* Set (or with NULL remove) the value at a path such as product/files/0/size. Takes value. */
static void
edit(json_t *m, const char *path, json_t *value)
{
	const char *slash;
	char step[64];

	while ((slash = strchr(path, '/')) != NULL) {
		(void)snprintf(step, sizeof(step), "%.*s", (int)(slash - path), path);
		m = json_is_array(m) ? json_array_get(m, (size_t)strtol(step, NULL, 10)) : json_object_get(m, step);
		path = slash + 1;
	}
	if (value == NULL)
		(void)json_object_del(m, path);
	else
		(void)json_object_set_new(m, path, value);
}

static json_t *
base_with(const char *path, json_t *value)
{
	json_t *m = base();

	edit(m, path, value);
	return m;
}

/* B with a response and the times it needs. */
static json_t *
answer(void)
{
	json_t *m = base();

	edit(m, "response", json_pack("{s:s}", "status", "SUCCESS"));
	edit(m, "receivedTime", json_string("2024-02-15T15:02:15.120Z"));
	edit(m, "processCompleteTime", json_string("2024-02-15T15:04:40.001Z"));
	return m;
}

static json_t *
answer_with(const char *path, json_t *value)
{
	json_t *m = answer();

	edit(m, path, value);
	return m;
}

static void
keep(void *ctx, const struct cnm_finding *f)
{
	struct buf *b = ctx;

	buf_add(b, "%s%s%s: %s", b->len > 0 ? "; " : "", f->warning ? "warning " : "", f->path, f->text);
}

/* Check m, which is consumed: how many violations it has, and the findings. */
static void
judge(json_t *m, enum cnm_level level, int violations, const char *findings, const char *name)
{
	struct buf b = {0};

	is_int(cnm_check(m, level, keep, &b), violations, "%s", name);
	is_str(b.text != NULL ? b.text : "", findings, "... %s", *findings != '\0' ? findings : "no finding");
	buf_free(&b);
	json_decref(m);
}

#define NOT_VALUE "is not one of the values"

static void
vectors_of_notifications(void)
{
	json_t *m;

	judge(base(), CNM_STRICT, 0, "", "1");
	judge(base_with("submissionTime", json_string("2024-02-15T15:02:11.405054")), CNM_STRICT, 1,
	    "submissionTime: '2024-02-15T15:02:11.405054' is not a time with zone", "2 strict");
	judge(base_with("submissionTime", json_string("2024-02-15T15:02:11.405054")), CNM_LENIENT, 0,
	    "warning submissionTime: '2024-02-15T15:02:11.405054' is not a time with zone", "2 lenient");
	judge(base_with("product", NULL), CNM_STRICT, 1, ": product is missing", "3");
	judge(base_with("response", json_pack("{s:s}", "status", "SUCCESS")), CNM_STRICT, 2,
	    ": receivedTime is missing; : processCompleteTime is missing", "4");
	judge(base_with("product/filegroups", json_array()), CNM_STRICT, 1, "product: both files and filegroups", "7");
	judge(base_with("product/files", NULL), CNM_STRICT, 1, "product: neither files nor filegroups", "8");
	judge(base_with("product/files", json_array()), CNM_STRICT, 0, "", "9");
	judge(base_with("product/files/0/checksumType", json_string("MD5")), CNM_STRICT, 1,
	    "product/files/0/checksumType: 'MD5' " NOT_VALUE, "10");
	judge(base_with("version", json_string("1.6")), CNM_STRICT, 1, "version: '1.6' " NOT_VALUE, "11");
	judge(base_with("version", json_string("1.6")), CNM_LENIENT, 0, "warning version: '1.6' " NOT_VALUE,
	    "11 lenient");
	judge(base_with("collection", json_pack("{s:s, s:s}", "name", "a", "version", "b")), CNM_STRICT, 0, "", "12");
	judge(base_with("collection", json_pack("{s:s}", "name", "a")), CNM_STRICT, 1, "collection: version is missing",
	    "12 without version");
	judge(base_with("product/files/0/size", json_string("14")), CNM_STRICT, 1,
	    "product/files/0/size: not a number", "13");
	judge(base_with("product/files/1/type", json_string("qa")), CNM_STRICT, 1,
	    "product/files/1/type: 'qa' " NOT_VALUE, "14");
	judge(base_with("foo", json_true()), CNM_STRICT, 0, "", "15");
	judge(base_with("product/files/0/checksum", json_null()), CNM_STRICT, 1,
	    "product/files/0/checksum: not a string", "16");

	m = base_with("product/files", NULL);
	edit(m, "product/filegroups", json_pack("[{s:s, s:[]}]", "id", "g", "files"));
	judge(m, CNM_STRICT, 0, "", "groups instead of files");
	m = base_with("product/files", NULL);
	edit(m, "product/filegroups", json_pack("[{s:i}, i]", "id", 3, 4));
	judge(m, CNM_STRICT, 3, "product/filegroups/0/id: not a string; product/filegroups/0: files is missing; "
	    "product/filegroups/1: not an object", "bad groups");
}

static void
vectors_of_responses(void)
{
	json_t *m;

	judge(answer(), CNM_STRICT, 0, "", "5");
	m = answer_with("product", NULL);
	edit(m, "response/status", json_string("FAILURE"));
	judge(m, CNM_STRICT, 0, "", "6");
	judge(answer_with("receivedTime", json_string("Unknown/Missing receivedTime")), CNM_STRICT, 1,
	    "receivedTime: 'Unknown/Missing receivedTime' is not a time with zone", "17 strict");
	judge(answer_with("receivedTime", json_string("Unknown/Missing receivedTime")), CNM_LENIENT, 0,
	    "warning receivedTime: 'Unknown/Missing receivedTime' is not a time with zone", "17 lenient");
	judge(answer_with("response/status", json_string("success")), CNM_STRICT, 1,
	    "response/status: 'success' " NOT_VALUE, "18");
	judge(answer_with("response/errorCode", json_string("ACCESS_ERROR")), CNM_LENIENT, 0,
	    "warning response/errorCode: 'ACCESS_ERROR' " NOT_VALUE, "an error code of old is a warning");
	judge(answer_with("response/status", NULL), CNM_LENIENT, 1, "response: status is missing",
	    "without status it is of no use");
	judge(answer_with("response/ingestionMetadata", json_pack("{s:i}", "catalogId", 1)), CNM_STRICT, 1,
	    "response/ingestionMetadata/catalogId: not a string", "a catalogue id is a text");
	judge(answer_with("response/ingestionMetadata", json_string("G1")), CNM_STRICT, 1,
	    "response/ingestionMetadata: not an object", "ingestion metadata are an object");
	judge(answer_with("response", json_null()), CNM_STRICT, 1, "response: not an object", "null is no response");
}

static void
values(void)
{
	static const struct {
		const char *time;
		bool good;
	} times[] = {
		{ "2024-02-29T23:59:59Z", true }, { "2024-02-29T23:59:59.1+00:00", true },
		{ "2024-02-15T15:02:11-23:59", true }, { "2023-02-29T00:00:00Z", false },
		{ "2024-13-01T00:00:00Z", false }, { "2024-02-15T24:00:00Z", false },
		{ "2024-02-15T15:02:60Z", false }, { "2024-02-15 15:02:11Z", false },
		{ "2024-02-15T15:02:11.Z", false }, { "2024-02-15T15:02:11+0000", false },
		{ "2024-02-15T15:02:11+24:00", false }, { "2024-02-15T15:02:11+00:60", false },
		{ "2024-02-15T15:02:11Z ", false }, { "2024-2-15T15:02:11Z", false }, { "", false }, { "Z", false },
		{ "2024-02-15", false },
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		json_t *m = base_with("submissionTime", json_string(times[i].time));

		is_int(cnm_check(m, CNM_STRICT, NULL, NULL), !times[i].good, "time '%s'", times[i].time);
		json_decref(m);
	}
	judge(base_with("product/files/0/size", json_integer(-1)), CNM_LENIENT, 1, "product/files/0/size: negative",
	    "no negative sizes");
	judge(base_with("product/files/0/size", json_real(-0.5)), CNM_STRICT, 1, "product/files/0/size: negative",
	    "... of any kind");
	judge(base_with("product/files/0/size", json_real(1.5)), CNM_STRICT, 0,
	    "warning product/files/0/size: not a whole number of bytes", "half bytes are odd");
	judge(base_with("product/files/0/size", json_real(14.0)), CNM_STRICT, 0, "", "14.0 is 14");
	judge(base_with("product/files/0/size", json_real(1e19)), CNM_STRICT, 1, "product/files/0/size: too large",
	    "sizes are 64-bit integers");
	judge(base_with("product/files", json_object()), CNM_STRICT, 1, "product/files: not an array",
	    "files are an array");
	judge(base_with("product", json_array()), CNM_STRICT, 1, "product: not an object", "a product is an object");
	judge(base_with("collection", json_integer(1)), CNM_STRICT, 1, "collection: neither a string nor an object",
	    "a collection is no number");
	judge(json_array(), CNM_STRICT, 1, ": not an object", "a message is an object");
}

static void
texts(void)
{
	struct err e = {0};
	char *long_text = malloc(CNM_MAX + 3);

	ok(cnm_check_text("{", CNM_STRICT, &e) < 0 && e.code == E_DATA, "not JSON: %s", e.msg);
	ok(cnm_check_text("", CNM_STRICT, &e) < 0 && e.code == E_DATA, "no text");
	ok(cnm_check_text("{\"a\": 1, \"a\": 2}", CNM_STRICT, &e) < 0, "a member twice");
	ok(cnm_check_text("{\"size\": 99999999999999999999}", CNM_STRICT, &e) < 0, "an integer of more than 64 bits");
	ok(cnm_check_text("7", CNM_STRICT, &e) < 0 && strcmp(e.msg, "message: not an object") == 0, "a number");
	ok(cnm_check_text("{}", CNM_STRICT, &e) < 0 && strcmp(e.msg, "message: version is missing") == 0,
	    "the first violation is told");
	if (long_text != NULL) {
		memset(long_text, ' ', CNM_MAX + 2);
		(void)memcpy(long_text, "{}", 2);
		long_text[CNM_MAX + 2] = '\0';
		ok(cnm_check_text(long_text, CNM_STRICT, &e) < 0 && strstr(e.msg, "longer") != NULL, "too long");
		memset(long_text, '[', CNM_MAX);
		long_text[CNM_MAX] = '\0';
		ok(cnm_check_text(long_text, CNM_STRICT, &e) < 0, "too deep");
	}
	free(long_text);
}

/* One verdict a line of standard input. */
static int
verdicts(enum cnm_level level)
{
	static char line[CNM_MAX + 2];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct err e;
		struct buf b = {0};
		json_t *m = cnm_parse(line, &e);

		if (m == NULL)
			buf_add(&b, "%s", e.msg);
		else if (cnm_check(m, level, keep, &b) == 0)
			(void)fputs("valid ", stdout);
		(void)puts(b.text != NULL ? b.text : "");
		json_decref(m);
		buf_free(&b);
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	if (argc > 1)
		return verdicts(strcmp(argv[1], "lenient") == 0 ? CNM_LENIENT : CNM_STRICT);
	worked_example();
	other_datasets();
	odd_granules();
	vectors_of_notifications();
	vectors_of_responses();
	values();
	texts();
	return tap_done();
}
