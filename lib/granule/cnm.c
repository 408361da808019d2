/* cnm - messages of the Cloud Notification Mechanism */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/cnm.h"

#define VERSION_SENT "1.4"
#define PROVIDER "NASA/JPL/PO.DAAC"
#define PATH_SIZE 160

/* --- the notification ------------------------------------------------------------------------------------------- */

static json_t *
file_object(const struct cnm_file *f, const char *type)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "uri", f->uri, "checksum", f->md5, "size",
	    (json_int_t)f->size, "type", type, "name", str_base(f->uri), "checksumType", "md5");
}

static void
submission_time(bool legacy, char out[CLOCK_ISO_SIZE])
{
	clock_iso_now(out);
	if (legacy && *out != '\0')
		out[strlen(out) - 1] = '\0';
}

char *
cnm_notification(const struct cnm_granule *g, struct err *e)
{
	const char *base = str_base(g->data.uri);
	char name[256], time[CLOCK_ISO_SIZE], *text;
	json_t *root;

	if (!str_ends(base, ".nc") || strlen(base) == 3 || *str_base(g->checksum.uri) == '\0') {
		err_set(e, E_DATA, "%s: does not end in the name of a granule", g->data.uri);
		return NULL;
	}
	if (str_fmt(name, sizeof(name), e, "%.*s", (int)(strlen(base) - 3), base) < 0)
		return NULL;
	submission_time(g->legacy_time, time);
	root = json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:[o, o], s:s}, s:s}", "version", VERSION_SENT, "provider",
	    PROVIDER, "collection", g->ds->collection, "submissionTime", time, "identifier", name, "product", "name",
	    name, "files", file_object(&g->data, "data"), file_object(&g->checksum, "metadata"), "dataVersion",
	    g->ds->version, "trace", g->trace);
	text = root != NULL ? json_dumps(root, JSON_PRESERVE_ORDER) : NULL;
	json_decref(root);
	if (text == NULL)
		err_set(e, E_DATA, "%s: its notification cannot be written; is a text not UTF-8?", name);
	return text;
}

/* --- the check -------------------------------------------------------------------------------------------------- */

static const char *const versions[] = {
	"1.0", "1.1", "1.2", "1.3", "1.4", "1.4.1", "1.5", "1.5.1", "1.6.0", "1.6.1", NULL
};
static const char *const file_types[] = { "data", "browse", "metadata", "ancillary", "linkage", NULL };
static const char *const checksum_types[] = { "md5", "SHA1", "SHA2", "SHA256", "SHA512", NULL };
static const char *const processing_types[] = { "forward", "reprocessing", NULL };
static const char *const statuses[] = { "SUCCESS", "FAILURE", NULL };
static const char *const error_codes[] = { "VALIDATION_ERROR", "PROCESSING_ERROR", "TRANSFER_ERROR", NULL };

struct check {
	enum cnm_level level;
	cnm_report *report;
	void *ctx;
	int violations;
	char path[PATH_SIZE];		/* of the value under the hand */
};

/* The rules of a string member. */
struct rule {
	const char *member;
	bool required;
	bool time;			/* RFC 3339 */
	const char *const *values;	/* enumeration; NULL = any */
};

static void __attribute__((format(printf, 3, 4)))
find(struct check *c, bool warning, const char *fmt, ...)
{
	struct cnm_finding f = { .warning = warning, .path = c->path };
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f.text = text;
	c->violations += !warning;
	if (c->report != NULL)
		c->report(c->ctx, &f);
}

/* Go down to a member or element, and back up; enter returns what leave needs. */
static size_t
enter(struct check *c, const char *step)
{
	size_t n = strlen(c->path);

	(void)snprintf(c->path + n, sizeof(c->path) - n, "%s%s", n > 0 ? "/" : "", step);
	return n;
}

static size_t
enter_element(struct check *c, size_t i)
{
	char step[24];

	xsnprintf(step, sizeof(step), "%zu", i);
	return enter(c, step);
}

static void
leave(struct check *c, size_t n)
{
	c->path[n] = '\0';
}

static bool
in_range(const char *s, size_t n, int min, int max)
{
	return str_digits(s, n) && str_number(s, n) >= min && str_number(s, n) <= max;
}

/* Z or +HH:MM */
static bool
is_zone(const char *s)
{
	if (*s == 'Z')
		return s[1] == '\0';
	return (*s == '+' || *s == '-') && strlen(s) == 6 && in_range(s + 1, 2, 0, 23) && s[3] == ':' &&
	    in_range(s + 4, 2, 0, 59);
}

/* YYYY-MM-DDTHH:MM:SS[.fraction] and a zone */
static bool
is_time(const char *s)
{
	int64_t t;

	if (clock_parse_iso(s, &t) != 19)
		return false;
	s += 19;
	if (*s == '.') {
		size_t n = strspn(s + 1, "0123456789");

		if (n == 0)
			return false;
		s += 1 + n;
	}
	return is_zone(s);
}

static bool
is_one_of(const char *s, const char *const *values)
{
	for (; *values != NULL; values++)
		if (strcmp(s, *values) == 0)
			return true;
	return false;
}

static void
check_text(struct check *c, const json_t *v, const struct rule *r)
{
	bool lenient = c->level == CNM_LENIENT;
	const char *s = json_string_value(v);

	if (s == NULL)
		find(c, false, "not a string");
	else if (r->time && !is_time(s))
		find(c, lenient, "'%.60s' is not a time with zone", s);
	else if (r->values != NULL && !is_one_of(s, r->values))
		find(c, lenient, "'%.60s' is not one of the values", s);
}

static void
check_texts(struct check *c, const json_t *object, const struct rule *r)
{
	for (; r->member != NULL; r++) {
		const json_t *v = json_object_get(object, r->member);
		size_t up;

		if (v == NULL && r->required)
			find(c, false, "%s is missing", r->member);
		if (v == NULL)
			continue;
		up = enter(c, r->member);
		check_text(c, v, r);
		leave(c, up);
	}
}

static bool
is_object(struct check *c, const json_t *v)
{
	if (json_is_object(v))
		return true;
	find(c, false, "not an object");
	return false;
}

/* 64-bit byte counts. The schema takes any number; what is not one is never sent and cannot be used. */
static void
check_size(struct check *c, const json_t *v)
{
	double real = json_real_value(v);

	if (!json_is_number(v))
		find(c, false, "not a number");
	else if (json_number_value(v) < 0)
		find(c, false, "negative");
	else if (json_is_real(v) && real >= 9223372036854775808.0)
		find(c, false, "too large");
	else if (json_is_real(v) && real - floor(real) > 0)
		find(c, true, "not a whole number of bytes");
}

static void
check_file(struct check *c, const json_t *file)
{
	static const struct rule rules[] = {
		{ .member = "type", .required = true, .values = file_types },
		{ .member = "uri", .required = true },
		{ .member = "name", .required = true },
		{ .member = "subtype" },
		{ .member = "checksumType", .values = checksum_types },
		{ .member = "checksum" },
		{ .member = NULL }
	};
	const json_t *size = json_object_get(file, "size");
	size_t up;

	if (!is_object(c, file))
		return;
	check_texts(c, file, rules);
	if (size == NULL) {
		find(c, false, "size is missing");
		return;
	}
	up = enter(c, "size");
	check_size(c, size);
	leave(c, up);
}

/* An array under member, each element checked by check; nothing when it is not there. */
static void
check_array(struct check *c, const json_t *object, const char *member,
    void (*check)(struct check *c, const json_t *element))
{
	const json_t *array = json_object_get(object, member);
	size_t up, i, n = json_array_size(array);

	if (array == NULL)
		return;
	up = enter(c, member);
	if (!json_is_array(array))
		find(c, false, "not an array");
	for (i = 0; i < n; i++) {
		size_t above = enter_element(c, i);

		check(c, json_array_get(array, i));
		leave(c, above);
	}
	leave(c, up);
}

static void
check_filegroup(struct check *c, const json_t *group)
{
	static const struct rule rules[] = {
		{ .member = "id", .required = true },
		{ .member = NULL }
	};

	if (!is_object(c, group))
		return;
	check_texts(c, group, rules);
	if (json_object_get(group, "files") == NULL)
		find(c, false, "files is missing");
	check_array(c, group, "files", check_file);
}

static void
check_product(struct check *c, const json_t *product)
{
	static const struct rule rules[] = {
		{ .member = "name", .required = true },
		{ .member = "dataVersion" },
		{ .member = "dataProcessingType", .values = processing_types },
		{ .member = NULL }
	};
	bool files = json_object_get(product, "files") != NULL;
	bool groups = json_object_get(product, "filegroups") != NULL;

	if (!is_object(c, product))
		return;
	check_texts(c, product, rules);
	if (files == groups)
		find(c, false, files ? "both files and filegroups" : "neither files nor filegroups");
	check_array(c, product, "files", check_file);
	check_array(c, product, "filegroups", check_filegroup);
}

static void
check_response(struct check *c, const json_t *response)
{
	static const struct rule rules[] = {
		{ .member = "status", .required = true, .values = statuses },
		{ .member = "errorCode", .values = error_codes },
		{ .member = "errorMessage" },
		{ .member = NULL }
	};
	static const struct rule ingestion[] = {
		{ .member = "catalogId" },
		{ .member = "catalogUrl" },
		{ .member = NULL }
	};
	const json_t *meta = json_object_get(response, "ingestionMetadata");
	size_t up;

	if (!is_object(c, response))
		return;
	check_texts(c, response, rules);
	if (meta == NULL)
		return;
	up = enter(c, "ingestionMetadata");
	if (is_object(c, meta))
		check_texts(c, meta, ingestion);
	leave(c, up);
}

static void
check_collection(struct check *c, const json_t *collection)
{
	static const struct rule rules[] = {
		{ .member = "name", .required = true },
		{ .member = "version", .required = true },
		{ .member = NULL }
	};

	if (json_is_object(collection))
		check_texts(c, collection, rules);
	else if (!json_is_string(collection))
		find(c, false, "neither a string nor an object");
}

static void
check_member(struct check *c, const json_t *object, const char *member, bool required,
    void (*check)(struct check *c, const json_t *v))
{
	const json_t *v = json_object_get(object, member);
	size_t up;

	if (v == NULL && required)
		find(c, false, "%s is missing", member);
	if (v == NULL)
		return;
	up = enter(c, member);
	check(c, v);
	leave(c, up);
}

/* With `response` a message can only be a response, without it only a notification. */
int
cnm_check(const json_t *message, enum cnm_level level, cnm_report *report, void *ctx)
{
	struct check c = { .level = level, .report = report, .ctx = ctx };
	bool answer = json_object_get(message, "response") != NULL;
	const struct rule rules[] = {
		{ .member = "version", .required = true, .values = versions },
		{ .member = "submissionTime", .required = true, .time = true },
		{ .member = "receivedTime", .required = answer, .time = true },
		{ .member = "processCompleteTime", .required = answer, .time = true },
		{ .member = "identifier", .required = true },
		{ .member = "provider" },
		{ .member = "trace" },
		{ .member = NULL }
	};

	if (!is_object(&c, message))
		return c.violations;
	check_texts(&c, message, rules);
	check_member(&c, message, "collection", true, check_collection);
	check_member(&c, message, "product", !answer, check_product);
	check_member(&c, message, "response", false, check_response);
	return c.violations;
}

json_t *
cnm_parse(const char *text, struct err *e)
{
	json_error_t je;
	size_t size = strnlen(text, CNM_MAX + 1);
	json_t *root;

	if (size > CNM_MAX) {
		err_set(e, E_DATA, "message: longer than %d bytes", CNM_MAX);
		return NULL;
	}
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
	if (root == NULL)
		err_set(e, E_DATA, "message: line %d: %s", je.line, je.text);
	return root;
}

static void
keep_first(void *ctx, const struct cnm_finding *f)
{
	struct err *e = ctx;

	if (!f->warning && e->code == E_NONE)
		err_set(e, E_DATA, "%s: %s", *f->path != '\0' ? f->path : "message", f->text);
}

int
cnm_check_text(const char *text, enum cnm_level level, struct err *e)
{
	json_t *root = cnm_parse(text, e);
	struct err first = { .code = E_NONE };
	int violations;

	if (root == NULL)
		return -1;
	violations = cnm_check(root, level, keep_first, &first);
	json_decref(root);
	return violations == 0 ? 0 : err_set(e, first.code, "%s", first.msg);
}
