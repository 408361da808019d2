/* event - the message that starts a run */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/digest.h"
#include "base/mem.h"
#include "event.h"

#define PREFIX_MAX 60

int
prefix_check(const char *prefix, struct err *e)
{
	size_t n = strspn(prefix, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	if (n == 0 || n > PREFIX_MAX || prefix[n] != '\0' || *prefix == '-')
		return err_set(e, E_USAGE, "%.80s: not a prefix: letters, digits and '-', at most %d", prefix,
		    PREFIX_MAX);
	return 0;
}

static int
take_list(struct event *ev, const json_t *v, struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL || *s == '\0' || strlen(s) > EVENT_LIST_MAX || strchr(s, '/') != NULL || *s == '.')
		return err_set(e, E_USAGE, "event: txt_list: \"%.100s\" is not the name of a list", s != NULL ? s : "");
	return strlist_add(&ev->lists, s, e);
}

static int
take_body(struct event *ev, const json_t *o, struct err *e)
{
	const char *prefix = json_string_value(json_object_get(o, "prefix"));
	const char *dataset = json_string_value(json_object_get(o, "dataset"));
	const json_t *lists = json_object_get(o, "txt_list"), *v;
	size_t i;

	if (prefix == NULL || dataset == NULL || !json_is_array(lists))
		return err_set(e, E_USAGE, "event: prefix, dataset or txt_list is missing");
	ev->ds = dataset_find(dataset);
	if (ev->ds == NULL)
		return err_set(e, E_USAGE, "event: %.80s: not a dataset", dataset);
	if (prefix_check(prefix, e) < 0)
		return -1;
	ev->prefix = mem_str(prefix, e);
	if (ev->prefix == NULL)
		return -1;
	json_array_foreach(lists, i, v)
		if (take_list(ev, v, e) < 0)
			return -1;
	return 0;
}

/* JSON, or JSON with ' for " as hand-made messages have it. */
static json_t *
load(const char *text, struct err *e)
{
	json_error_t je;
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &je);
	char *copy;

	if (o != NULL)
		return o;
	err_set(e, E_USAGE, "event: line %d: %s", je.line, je.text);
	copy = mem_str(text, NULL);
	for (char *s = copy; s != NULL && *s != '\0'; s++)
		if (*s == '\'')
			*s = '"';
	o = copy != NULL ? json_loads(copy, JSON_REJECT_DUPLICATES, NULL) : NULL;
	free(copy);
	return o;
}

/* The unique id of a run that a message starts: always the same for the same message. */
static void
uid_of(const char *id, char out[UID_SIZE])
{
	char hex[DIGEST_HEX_SIZE];

	digest_text(DIGEST_SHA256, id, hex);
	xsnprintf(out, UID_SIZE, "%.8s", hex);
}

static int
take_record(struct event *ev, const json_t *records, struct err *e)
{
	const json_t *record = json_array_get(records, 0);
	const char *id = json_string_value(json_object_get(record, "messageId"));
	const char *text = json_string_value(json_object_get(record, "body"));
	json_t *body;
	int ret;

	if (json_array_size(records) != 1)
		return err_set(e, E_USAGE, "event: %zu messages, not one", json_array_size(records));
	if (text == NULL)
		return err_set(e, E_USAGE, "event: the message has no body");
	body = load(text, e);
	if (body == NULL)
		return -1;
	ret = take_body(ev, body, e);
	json_decref(body);
	if (ret == 0 && id != NULL && *id != '\0')
		uid_of(id, ev->uid);
	return ret;
}

int
event_parse(const char *text, struct event *ev, struct err *e)
{
	json_t *o = load(text, e), *records;
	int ret;

	*ev = (struct event){0};
	if (o == NULL)
		return -1;
	records = json_object_get(o, "Records");
	ret = json_is_array(records) ? take_record(ev, records, e) : take_body(ev, o, e);
	if (ret < 0)
		event_fini(ev);
	json_decref(o);
	return ret;
}

void
event_fini(struct event *ev)
{
	free(ev->prefix);
	strlist_free(&ev->lists);
	*ev = (struct event){0};
}
