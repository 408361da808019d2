/* config - commands and resources of jobs */

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/prog.h"
#include "config.h"
#include "event.h"

#define CONFIG_MAX (4 * 1024 * 1024)
#define KEY_SIZE 64
#define UNMATCHED "unmatched"

struct config {
	json_t *root;			/* NULL: built in */
	char *name;
	struct strlist unknown;
};

/* In the spelling of configuration keys; programs and job definitions have '-' for '_'. */
static const char *const key_name[COMP_COUNT] = {
	[COMP_DOWNLOADER] = "downloader", [COMP_COMBINER] = "combiner", [COMP_PROCESSOR] = "processor",
	[COMP_UPLOADER] = "uploader", [COMP_RETURNER] = "license_returner",
};

const char *
component_name(enum component c)
{
	return c == COMP_RETURNER ? "license-returner" : key_name[c];
}

/* --- what is built in ------------------------------------------------------------------------------------------- */

#define MAX_ARGS 16
#define BUILTIN_CPUS 1
#define BUILTIN_MEMORY 2048

/* An option whose value is empty is left out. */
static const char *const builtin[COMP_COUNT][MAX_ARGS] = {
	[COMP_DOWNLOADER] = { "--root", "{root}", "-d", "{dataset}", "--job", "{input_path}" },
	[COMP_COMBINER] = { "--root", "{root}", "-d", "{dataset}", "-t", "{ptype}", "--job", "{input_path}" },
	[COMP_PROCESSOR] = { "--root", "{root}", "-d", "{dataset}", "-t", "{ptype}", "--job", "{input_path}" },
	[COMP_UPLOADER] = { "--root", "{root}", "-d", "{dataset}", "-t", "{ptype}", "--prefix", "{prefix}",
		"--to", "{to}", "--announce", "{announce}", "--job", "{input_path}" },
	[COMP_RETURNER] = { "--root", "{root}", "--tokens", "{pool}", "-d", "{dataset}", "-t", "{ptype}",
		"{unique_id}" },
};

/* --- reading job_config.json ------------------------------------------------------------------------------------ */

static const char *
type_key(enum ptype t)
{
	return t == PTYPE_COUNT ? UNMATCHED : ptype_name(t);
}

/* COMPONENT_DATASET_TYPE, or license_returner_DATASET */
static void
make_key(enum component c, const struct dataset *ds, enum ptype t, char out[KEY_SIZE])
{
	if (c == COMP_RETURNER)
		(void)snprintf(out, KEY_SIZE, "%s_%s", key_name[c], ds->key);
	else
		(void)snprintf(out, KEY_SIZE, "%s_%s_%s", key_name[c], ds->key, type_key(t));
}

static bool
is_key(const char *key)
{
	const struct dataset *ds;
	char want[KEY_SIZE];

	for (size_t i = 0; (ds = dataset_at(i)) != NULL; i++)
		for (enum component c = COMP_DOWNLOADER; c < COMP_COUNT; c++)
			for (enum ptype t = PTYPE_QUICKLOOK; t <= PTYPE_COUNT; t++) {
				make_key(c, ds, t, want);
				if (strcmp(key, want) == 0 && (t != PTYPE_COUNT || c == COMP_DOWNLOADER))
					return true;
			}
	return false;
}

static bool
is_member(const char *name)
{
	static const char *const known[] = { "cpu", "memory", "share_identifier", "command", "program" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

/* A number, or one in a string as the reference has it. */
static int
number_of(const json_t *v, double *out)
{
	const char *s = json_string_value(v);
	char *end;

	if (json_is_number(v)) {
		*out = json_number_value(v);
	} else if (s != NULL && isdigit((unsigned char)*s)) {
		*out = strtod(s, &end);
		if (*end != '\0')
			return -1;
	} else {
		return -1;
	}
	return isfinite(*out) && *out > 0 && *out < 1e7 ? 0 : -1;
}

static int
check_command(const json_t *command, const char *name, const char *key, struct err *e)
{
	const json_t *v;
	size_t i;

	if (!json_is_array(command) || json_array_size(command) == 0)
		return err_set(e, E_USAGE, "%s: %s: command is not an array of strings", name, key);
	json_array_foreach(command, i, v)
		if (!json_is_string(v))
			return err_set(e, E_USAGE, "%s: %s: command: element %zu is not a string", name, key, i);
	return 0;
}

static int
check_entry(struct config *c, const char *key, json_t *entry, struct err *e)
{
	const char *member;
	double number;
	json_t *v;

	if (!json_is_object(entry))
		return err_set(e, E_USAGE, "%s: %s: not an object", c->name, key);
	if (number_of(json_object_get(entry, "cpu"), &number) < 0)
		return err_set(e, E_USAGE, "%s: %s: cpu is not a number", c->name, key);
	if (number_of(json_object_get(entry, "memory"), &number) < 0)
		return err_set(e, E_USAGE, "%s: %s: memory is not a number of MiB", c->name, key);
	v = json_object_get(entry, "share_identifier");
	if (v != NULL && !json_is_string(v))
		return err_set(e, E_USAGE, "%s: %s: share_identifier is not a string", c->name, key);
	v = json_object_get(entry, "program");
	if (v != NULL && !json_is_string(v))
		return err_set(e, E_USAGE, "%s: %s: program is not a string", c->name, key);
	if (check_command(json_object_get(entry, "command"), c->name, key, e) < 0)
		return -1;
	json_object_foreach(entry, member, v) {
		char *text;
		int r;

		if (is_member(member))
			continue;
		text = mem_fmt(e, "%s.%s", key, member);
		r = text == NULL ? -1 : strlist_add(&c->unknown, text, e);
		free(text);
		if (r < 0)
			return -1;
	}
	return 0;
}

static int
check_all(struct config *c, struct err *e)
{
	const char *key;
	json_t *v;

	if (!json_is_object(c->root))
		return err_set(e, E_USAGE, "%s: not a JSON object", c->name);
	json_object_foreach(c->root, key, v)
		if (is_key(key) ? check_entry(c, key, v, e) < 0 : strlist_add(&c->unknown, key, e) < 0)
			return -1;
	return 0;
}

struct config *
config_open(const char *text, const char *name, struct err *e)
{
	struct config *c = mem_array(1, sizeof(*c), e);
	json_error_t je;

	if (c == NULL)
		return NULL;
	c->name = mem_str(name, e);
	if (c->name == NULL)
		goto fail;
	if (text == NULL)
		return c;
	c->root = json_loads(text, JSON_REJECT_DUPLICATES, &je);
	if (c->root == NULL) {
		err_set(e, E_USAGE, "%s: line %d: %s", name, je.line, je.text);
		goto fail;
	}
	if (check_all(c, e) == 0)
		return c;
fail:
	config_free(c);
	return NULL;
}

struct config *
config_load(const char *place, struct err *e)
{
	char *text = place != NULL ? place_text(place, CONFIG_MAX, e) : NULL;
	struct config *c;

	if (place != NULL && text == NULL) {
		if (e->code == E_MISSING || e->code == E_DATA)
			e->code = E_USAGE;
		return NULL;
	}
	c = config_open(text, place != NULL ? place : "job configuration", e);
	free(text);
	for (size_t i = 0; c != NULL && i < c->unknown.n; i++)
		prog_info("%s: %s: unknown, ignored", place, c->unknown.item[i]);
	return c;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	json_decref(c->root);
	strlist_free(&c->unknown);
	free(c->name);
	free(c);
}

/* --- commands --------------------------------------------------------------------------------------------------- */

struct placeholder {
	const char *name;
	const char *value;
};

#define NPLACEHOLDERS 12

static void
placeholders(const struct config_values *v, const struct dataset *ds, enum ptype t, struct placeholder p[NPLACEHOLDERS])
{
	const char *venue = strrchr(v->prefix, '-');
	const struct placeholder all[NPLACEHOLDERS] = {
		{ "input_list", v->input_list }, { "input_path", v->input_path }, { "prefix", v->prefix },
		{ "unique_id", v->unique_id }, { "ptype", type_key(t) }, { "dataset", ds->key }, { "root", v->root },
		{ "pool", v->pool }, { "to", v->to }, { "announce", v->announce },
		{ "venue", venue != NULL ? venue + 1 : v->prefix }, { "data_type", ds->data_type },
	};

	memcpy(p, all, sizeof(all));
}

/* The value when the whole argument is a placeholder of the reference; NULL else. */
static const char *
whole(const char *arg, const struct config_values *v, enum ptype t)
{
	if (strcmp(arg, "-235") == 0)
		return v->single ? "0" : arg;
	if (strcmp(arg, "input_list") == 0)
		return v->input_list;
	if (strcmp(arg, "prefix") == 0)
		return v->prefix;
	if (strcmp(arg, "unique_id") == 0)
		return v->unique_id;
	return strcmp(arg, "ptype") == 0 ? type_key(t) : NULL;
}

/* {NAME} at s: its value and *len, the length with braces; NULL when it is none of ours. */
static const char *
braced(const char *s, const struct placeholder p[NPLACEHOLDERS], size_t *len)
{
	for (size_t i = 0; i < NPLACEHOLDERS; i++) {
		size_t n = strlen(p[i].name);

		if (strncmp(s + 1, p[i].name, n) == 0 && s[n + 1] == '}') {
			*len = n + 2;
			return p[i].value;
		}
	}
	return NULL;
}

static char *
expand(const char *arg, const struct config_values *v, enum ptype t, const struct placeholder p[NPLACEHOLDERS],
    struct err *e)
{
	const char *value = whole(arg, v, t);
	struct buf b = {0};
	size_t n;

	if (value != NULL)
		return mem_str(value, e);
	buf_put(&b, "", 0);
	while (*arg != '\0') {
		n = 1;
		value = *arg == '{' ? braced(arg, p, &n) : NULL;
		if (value != NULL)
			buf_put(&b, value, strlen(value));
		else
			buf_put(&b, arg, n);
		arg += n;
	}
	if (buf_text(&b, e) != NULL)
		return b.text;
	buf_free(&b);
	return NULL;
}

static int
add_argument(struct strlist *argv, const char *arg, const struct config_values *v, enum ptype t,
    const struct placeholder p[NPLACEHOLDERS], bool drop_empty, struct err *e)
{
	char *text = expand(arg, v, t, p, e);
	int ret = -1;

	if (text == NULL)
		return -1;
	if (drop_empty && *text == '\0') {	/* the option before it too */
		free(argv->item[--argv->n]);
		ret = 0;
	} else {
		ret = strlist_add(argv, text, e);
	}
	free(text);
	return ret;
}

static int
set_share(struct command *out, const char *share, enum component comp, const struct dataset *ds, enum ptype t,
    struct err *e)
{
	if (share != NULL)
		out->share = mem_str(share, e);
	else
		out->share = mem_fmt(e, "generate%s%s", ds->key, comp == COMP_RETURNER ? "license" : type_key(t));
	return out->share == NULL ? -1 : 0;
}

static int
builtin_command(enum component comp, const struct dataset *ds, enum ptype t, const struct config_values *v,
    bool program, struct command *out, struct err *e)
{
	struct placeholder p[NPLACEHOLDERS];

	if (comp == COMP_UPLOADER && *v->to == '\0')
		return 0;
	placeholders(v, ds, t, p);
	out->cpus = BUILTIN_CPUS;
	out->memory = BUILTIN_MEMORY;
	if (set_share(out, NULL, comp, ds, t, e) < 0 ||
	    (program && strlist_add(&out->argv, component_name(comp), e) < 0))
		return -1;
	for (size_t i = 0; i < MAX_ARGS && builtin[comp][i] != NULL; i++)
		if (add_argument(&out->argv, builtin[comp][i], v, t, p, i > 0, e) < 0)
			return -1;
	return 1;
}

static int
file_command(const json_t *entry, enum component comp, const struct dataset *ds, enum ptype t,
    const struct config_values *v, bool program, struct command *out, struct err *e)
{
	const char *name = json_string_value(json_object_get(entry, "program"));
	const json_t *arg, *command = json_object_get(entry, "command");
	struct placeholder p[NPLACEHOLDERS];
	double memory;
	size_t i;

	placeholders(v, ds, t, p);
	if (number_of(json_object_get(entry, "cpu"), &out->cpus) < 0 ||
	    number_of(json_object_get(entry, "memory"), &memory) < 0)
		return err_set(e, E_USAGE, "cpu or memory is not a number");
	out->memory = (long)memory;
	if (set_share(out, json_string_value(json_object_get(entry, "share_identifier")), comp, ds, t, e) < 0 ||
	    (program && strlist_add(&out->argv, name != NULL ? name : component_name(comp), e) < 0))
		return -1;
	json_array_foreach(command, i, arg)
		if (add_argument(&out->argv, json_string_value(arg), v, t, p, false, e) < 0)
			return -1;
	return 1;
}

int
config_command(const struct config *c, enum component comp, const struct dataset *ds, enum ptype t,
    const struct config_values *v, bool program, struct command *out, struct err *e)
{
	const json_t *entry;
	char key[KEY_SIZE];
	int r;

	*out = (struct command){0};
	if (c->root == NULL) {
		r = builtin_command(comp, ds, t, v, program, out, e);
	} else {
		make_key(comp, ds, t, key);
		entry = json_object_get(c->root, key);
		if (entry != NULL)
			r = file_command(entry, comp, ds, t, v, program, out, e);
		else if (comp != COMP_RETURNER && t != PTYPE_COUNT)
			r = 0;
		else
			r = err_set(e, E_USAGE, "%s: %s is missing", c->name, key);
	}
	if (r < 0)
		command_fini(out);
	return r;
}

void
command_fini(struct command *c)
{
	strlist_free(&c->argv);
	free(c->share);
	*c = (struct command){0};
}
