/* rules - what goes when */

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/doc.h"
#include "base/mem.h"
#include "granule/layout.h"
#include "run/item.h"
#include "rules.h"

#define CONFIG_MAX (1024 * 1024)
#define KEEP_MAX 1000
#define REFERENCE_ROOT "/mnt/data"
#define QUICKLOOK_TANK "holding_tank_quicklook"
#define REFINED_TANK "holding_tank_refined_"

static const char *const type_name[3] = { "any", "file", "dir" };
static const char *const age_name[3] = { "mtime", "name", "atime" };

/* ---- the rules built in ---- */

/*
 * Patterns are separated by blanks. Lists and marks of jobs stay 48 hours, because a job may wait in the engine's queue
 * that long. What differs between datasets is added to them.
 */
static const struct builtin {
	const char *component, *entry;
	enum layout dir;
	double hours;
	bool archive;
	const char *patterns;
} builtin[] = {
	{ "downloader", "input_lists_quicklook", LAYOUT_DOWNLOAD_LISTS, 48, true,
	    "*quicklook*.json *quicklook*.txt" },
	{ "downloader", "input_lists_refined", LAYOUT_DOWNLOAD_LISTS, 96, true,
	    "*refined*.json *refined*.txt" },
	{ "downloader", "input_lists_unmatched", LAYOUT_DOWNLOAD_LISTS, 96, true,
	    "*unmatched*.json *unmatched*.txt *.common_incomplete_file*" },
	{ "downloader", "logs", LAYOUT_DOWNLOADER_LOGS, 96, false, "*" },
	{ "downloader", "scratch", LAYOUT_DOWNLOADER_SCRATCH, 96, false,
	    "*_level2_download_processes/* run_report_for_interprocess_communication_for_processing_level_L2_"
	    "processing_type*.txt final_log_message_*.txt counts/generic_download_error_counts/*" },
	{ "combiner", "input_lists_quicklook", LAYOUT_COMBINER_LISTS, 48, true, "*quicklook*.json" },
	{ "combiner", "input_lists_refined", LAYOUT_COMBINER_LISTS, 96, true, "*refined*.json" },
	{ "combiner", "downloads_ancillary", LAYOUT_COMBINER_LISTS, 48, false,
	    "*/.hidden/* */.hidden/.* */.registry/*" },
	{ "combiner", "downloads_quicklook", LAYOUT_COMBINER_LISTS, 72, false, "*_QUICKLOOK/*" },
	{ "combiner", QUICKLOOK_TANK, LAYOUT_HOLDING, 72, false, "* *_QUICKLOOK/*" },
	{ "combiner", "jobs", LAYOUT_COMBINER_JOBS, 48, false, "*job_is_running.txt" },
	{ "combiner", "waiting", LAYOUT_COMBINER_JOBS, 168, true, "*_quicklook_*.txt *_refined_*.txt" },
	{ "combiner", "staged", LAYOUT_INPUT, 168, false,
	    "final_log_message_*.txt *_QUICKLOOK/*.nc *_REFINED/*.nc *_QUICKLOOK/*/*/*.nc *_REFINED/*/*/*.nc" },
	{ "processor", "input_lists_quicklook", LAYOUT_INPUT, 48, true, "*quicklook*.json" },
	{ "processor", "input_lists_refined", LAYOUT_INPUT, 96, true, "*refined*.json" },
	{ "processor", "scratch", LAYOUT_SCRATCH, 96, false, "locks/* heart_beat_*.txt" },
	{ "processor", "scratch_quicklook", LAYOUT_SCRATCH, 48, false,
	    "ghrsst_master_error_file_registry_quicklook*.dat" },
	{ "processor", "scratch_refined", LAYOUT_SCRATCH, 96, false,
	    "ghrsst_master_error_file_registry_refined*.dat" },
	{ "processor", "scratch_staged", LAYOUT_SCRATCH, 168, false,
	    "*.nc final_log_message_*.txt current_jobs/* current_logs/* email/*" },
	{ "processor", "output", LAYOUT_OUTPUT, 720, false,
	    "*_L2P_CORE_NETCDF/*/*/*/*.nc *_L2P_CORE_NETCDF/*/*/*/*.nc.md5 "
	    "*_L2P_CORE_NETCDF/*/*/*/.*.nc.announced" },
	{ "processor", "reports", LAYOUT_REPORTS, 720, false, "daily_report*.txt archive/*" },
	{ "partition", "plans", LAYOUT_PLANS, 720, false, "plan_*.json plan_*.journal logs/*" },
};

/* One more rule, all-zero but for what every rule has; valid until the next. */
static struct rule *
add(struct rules *r, const char *component, const char *entry, const char *path)
{
	struct rule *rule;

	xgrow(&r->rule, &r->cap, r->n + 1, sizeof(*r->rule));
	rule = &r->rule[r->n++];
	*rule = (struct rule){ .component = xstrdup(component), .entry = xstrdup(entry), .path = xstrdup(path),
		.holding = PTYPE_COUNT, .serves = "" };
	if (strcmp(entry, QUICKLOOK_TANK) == 0) {
		rule->holding = PTYPE_QUICKLOOK;
	} else if (str_starts(entry, REFINED_TANK)) {
		rule->holding = PTYPE_REFINED;
		rule->serves = rule->entry + strlen(REFINED_TANK);
	}
	return rule;
}

static struct rule *
add_builtin(struct rules *r, const char *component, const char *entry, enum layout dir)
{
	char path[LAYOUT_SIZE];
	struct err e;

	if (layout_dir(".", dir, NULL, PTYPE_COUNT, 0, path, &e) < 0)
		mem_die(e.msg);
	return add(r, component, entry, path + strlen("./"));
}

static void
add_patterns(struct rule *r, const char *text)
{
	for (size_t n; *text != '\0'; text += n + (text[n] == ' ')) {
		char *pattern;

		n = strcspn(text, " ");
		pattern = xfmt("%.*s", (int)n, text);
		strlist_push(&r->patterns, pattern);
		free(pattern);
	}
}

/* Refined files of a dataset whose day granules wait for ocean colour stay 76 days, because that comes weeks later. */
static void
add_dataset(struct rules *r, const struct dataset *ds)
{
	for (int tank = 0; tank < 2; tank++) {
		char *entry = xfmt("%s_refined_%s", tank ? "holding_tank" : "downloads", ds->key);
		char *patterns = tank ? xfmt("*%s* %s_REFINED/*", ds->obpg, ds->token) :
		    xfmt("%s_REFINED/*", ds->downloads);
		struct rule *rule = add_builtin(r, "combiner", entry, tank ? LAYOUT_HOLDING : LAYOUT_COMBINER_LISTS);

		rule->hours = ds->instrument->day_needs_oc ? 1824 : 72;
		add_patterns(rule, patterns);
		free(entry);
		free(patterns);
	}
}

void
rules_default(struct rules *r)
{
	for (const struct builtin *b = builtin; b < builtin + sizeof(builtin) / sizeof(*builtin); b++) {
		struct rule *rule = add_builtin(r, b->component, b->entry, b->dir);

		rule->hours = b->hours;
		rule->archive = b->archive;
		add_patterns(rule, b->patterns);
	}
	for (size_t i = 0; dataset_at(i) != NULL; i++)
		add_dataset(r, dataset_at(i));
}

/* ---- the rules of a file ---- */

/* What follows dir in path; NULL when path is not below it. */
static const char *
below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0') ? path + n : NULL;
}

/* Whether a relative name says nothing twice and leads nowhere else. */
static bool
is_clean(const char *s)
{
	size_t n;

	do {
		n = strcspn(s, "/");
		if (n == 0 || (*s == '.' && (n == 1 || (n == 2 && s[1] == '.'))))
			return false;
		s += n + 1;
	} while (s[-1] != '\0');
	return true;
}

static int
one_of(const char *s, const char *const names[3])
{
	for (int i = 0; i < 3; i++)
		if (strcmp(s, names[i]) == 0)
			return i;
	return -1;
}

/* Whether the first component of a pattern is nothing but wildcards. */
static bool
is_anything(const char *s)
{
	while (*s != '\0' && strchr("*?[", *s) != NULL) {
		const char *set = s + 1 + (s[1] == '!' || s[1] == '^'), *end = NULL;

		if (*s == '[' && *set != '\0')
			end = strchr(set + 1, ']');
		s = end != NULL ? end + 1 : s + 1;
	}
	return *s == '\0' || *s == '/';
}

/* Patterns are clean relative names, and with the root as their directory they must say what they mean. */
static int
add_globs(const struct rule *r, struct strlist *l, const json_t *v, struct err *e)
{
	json_t *p;
	size_t i;

	if (v != NULL && !json_is_array(v))
		return err_set(e, E_USAGE, "patterns are an array of texts");
	json_array_foreach(v, i, p) {
		const char *s = json_is_string(p) ? json_string_value(p) : "";

		if (!is_clean(s) || (*r->path == '\0' && l == &r->patterns && is_anything(s)))
			return err_set(e, E_USAGE, "pattern \"%s\": not allowed here", s);
		strlist_push(l, s);
	}
	return 0;
}

static int
add_entry(struct rules *rules, const char *component, const char *entry, json_t *v, const char *root, struct err *e)
{
	struct rule *r = add(rules, component, entry, "");
	const char *path, *relative, *action, *type = type_name[0], *age_by = age_name[0];
	json_int_t min_size = 0, keep_last = 0;
	json_t *patterns, *exclude = NULL;
	int recursive = 0, t, a;
	json_error_t je;

	if (json_unpack_ex(v, &je, JSON_STRICT, "{s:s, s:F, s:o, s:s, s?o, s?s, s?s, s?b, s?I, s?I}", "path", &path,
	    "threshold", &r->hours, "glob_ops", &patterns, "action", &action, "exclude", &exclude, "type", &type,
	    "age_by", &age_by, "recursive", &recursive, "min_size", &min_size, "keep_last", &keep_last) < 0)
		return err_set(e, E_USAGE, "%s", je.text);
	t = one_of(type, type_name);
	a = one_of(age_by, age_name);
	if (t < 0 || a < 0)
		return err_set(e, E_USAGE, "%s: there is no such %s", t < 0 ? type : age_by, t < 0 ? "type" : "age_by");
	if (r->hours < 0 || min_size < 0 || keep_last < 0 || keep_last > KEEP_MAX)
		return err_set(e, E_USAGE, "a number is out of range");
	relative = *path != '/' ? path : below(path, root) != NULL ? below(path, root) : below(path, REFERENCE_ROOT);
	if (relative != NULL && *path == '/')
		relative += *relative == '/';
	if (relative == NULL || (*relative != '\0' && !is_clean(relative)))
		return err_set(e, E_USAGE, "path %s: not a plain name below %s", path, root);
	free(r->path);
	r->path = xstrdup(relative);
	r->archive = strcmp(action, "delete") != 0;	/* as the reference system */
	r->type = (enum rule_type)t;
	r->age_by = (enum age_by)a;
	r->recursive = recursive != 0;
	r->min_size = (uint64_t)min_size;
	r->keep_last = (size_t)keep_last;
	r->youngest = xarray(r->keep_last, sizeof(*r->youngest));
	for (size_t i = 0; i < r->keep_last; i++)
		r->youngest[i] = INFINITY;
	if (add_globs(r, &r->exclude, exclude, e) < 0)
		return -1;
	return add_globs(r, &r->patterns, patterns, e);
}

/* Names of components and entries become those of archives. */
static bool
is_name(const char *s)
{
	return *s != '\0' && strlen(s) <= 100 && s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-")] == '\0';
}

int
rules_read(struct rules *r, const char *file, const char *root, struct err *e)
{
	json_t *top = doc_read(file, CONFIG_MAX, e), *entries, *v;
	const char *component, *entry;
	struct err why;
	int ret = -1;

	if (top == NULL)
		return -1;
	json_object_foreach(top, component, entries) {
		if (!json_is_object(entries)) {
			ret = err_set(e, E_USAGE, "%s: %s: not an object", file, component);
			goto out;
		}
		json_object_foreach(entries, entry, v) {
			ret = is_name(component) && is_name(entry) ? add_entry(r, component, entry, v, root, &why) :
			    err_set(&why, E_USAGE, "not a name");
			if (ret < 0) {
				err_set(e, E_USAGE, "%s: %s/%s: %s", file, component, entry, why.msg);
				goto out;
			}
		}
	}
	ret = r->n > 0 ? 0 : err_set(e, E_USAGE, "%s: no rules in it", file);
out:
	json_decref(top);
	return ret;
}

static void
rule_free(struct rule *r)
{
	free(r->component);
	free(r->entry);
	free(r->path);
	free(r->youngest);
	strlist_free(&r->patterns);
	strlist_free(&r->exclude);
}

int
rules_only(struct rules *r, const char *only, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++) {
		const char *rest = below(only, r->rule[i].component);

		r->rule[i].off = rest == NULL || (*rest != '\0' && strcmp(rest + 1, r->rule[i].entry) != 0);
		kept += !r->rule[i].off;
	}
	return kept > 0 ? 0 : err_set(e, E_USAGE, "--only %s: there is no such rule", only);
}

char *
rules_json(const struct rules *r)
{
	json_t *top = json_object(), *entries;
	char *text;

	for (size_t i = 0; i < r->n; i++) {
		const struct rule *rule = &r->rule[i];
		json_t *v;

		if (rule->off)
			continue;
		v = json_pack("{s:s, s:f, s:o, s:s, s:s*, s:o*, s:o*, s:o*, s:o*, s:s*}", "path", rule->path,
		    "threshold", rule->hours, "glob_ops", item_texts(&rule->patterns), "action", rule_action(rule),
		    "type", rule->type != TYPE_ANY ? type_name[rule->type] : NULL,
		    "min_size", rule->min_size > 0 ? json_integer((json_int_t)rule->min_size) : NULL,
		    "keep_last", rule->keep_last > 0 ? json_integer((json_int_t)rule->keep_last) : NULL,
		    "exclude", rule->exclude.n > 0 ? item_texts(&rule->exclude) : NULL,
		    "recursive", rule->recursive ? json_true() : NULL,
		    "age_by", rule->age_by != AGE_MTIME ? age_name[rule->age_by] : NULL);

		entries = json_object_get(top, rule->component);
		if (entries == NULL) {
			entries = json_object();
			(void)json_object_set_new(top, rule->component, entries);
		}
		(void)json_object_set_new(entries, rule->entry, v);
	}
	text = json_dumps(top, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	json_decref(top);
	if (text == NULL)
		mem_die("the rules cannot be written");
	return text;
}

void
rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		rule_free(&r->rule[i]);
	free(r->rule);
	*r = (struct rules){0};
}

/* ---- matching ---- */

static bool
matches(const struct strlist *patterns, size_t i, const char *name)
{
	return fnmatch(patterns->item[i], name, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0;
}

const char *
rule_action(const struct rule *r)
{
	return r->archive ? "archive" : "delete";
}

int
rule_pattern(const struct rule *r, const char *path)
{
	const char *name = *r->path == '\0' ? path : below(path, r->path);
	int found = -1;

	if (name == NULL || *name == '\0')
		return -1;
	for (name += *name == '/'; found < 0; name = strchr(name, '/') + 1) {
		for (size_t i = 0; i < r->exclude.n; i++)
			if (matches(&r->exclude, i, name))
				return -1;
		for (size_t i = 0; found < 0 && i < r->patterns.n; i++)
			if (matches(&r->patterns, i, name))
				found = (int)i;
		if (!r->recursive || strchr(name, '/') == NULL)
			break;
	}
	return found;
}

bool
rule_is_of(const struct rules *rules, const struct rule *r, enum ptype t, const struct dataset *ds)
{
	if (r->holding != t || t == PTYPE_QUICKLOOK || strcasecmp(r->serves, ds->key) == 0)
		return r->holding == t;
	for (size_t i = 0; i < rules->n; i++)
		if (strcasecmp(rules->rule[i].serves, ds->key) == 0)
			return false;
	return strcasecmp(r->serves, ds->instrument->name) == 0;
}

double
rule_age(const struct rule *r, const char *path, const struct stat *st, int64_t now)
{
	const struct timespec *t = r->age_by == AGE_ATIME ? &st->st_atim : &st->st_mtim;
	double age = ((double)(now - t->tv_sec) - (double)t->tv_nsec / 1e9) / 3600;
	int64_t stamp;

	for (const char *p = str_base(path); r->age_by == AGE_NAME && *p != '\0'; p++)
		if (clock_parse_stamp(p, &stamp) > 0) {
			age = (double)(now - stamp) / 3600;
			break;
		}
	return age < 0 ? 0 : age;
}
