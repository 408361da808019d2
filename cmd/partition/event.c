/* event - what a run is about: its message, the lines of download lists */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/url.h"
#include "event.h"
#include "granule/listmessage.h"
#include "place/queue.h"
#include "place/store.h"

#define EVENT_MAX (1024 * 1024)
#define REPLACED 20			/* as well */

/* --- the message ------------------------------------------------------------------------------------------------ */

/* JSON, or JSON with ' for " as hand-made messages have it. */
static json_t *
load(const char *text, struct err *e)
{
	json_t *o = doc_parse(text, "event", e);
	char *copy;

	if (o != NULL)
		return o;
	copy = xstrdup(text);
	for (char *s = copy; (s = strchr(s, '\'')) != NULL;)
		*s = '"';
	o = doc_parse(copy, "event", NULL);
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
take_body(struct event *ev, const json_t *o, struct err *e)
{
	struct err why;

	if (listmessage_parse(o, &ev->ds, &ev->prefix, &ev->lists, &why) < 0)
		return err_set(e, why.code, "event: %s", why.msg);
	return 0;
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

/* --time, or now. */
static int
set_stamp(struct partition *p, struct err *e)
{
	static const char form[] = "%Y_%m_%d_%H_%M_%S";
	const char *s = p->time_given;
	time_t t = (time_t)clock_now();
	struct tm tm = {0};

	if (s != NULL && strptime(s, form, &tm) != NULL)
		t = timegm(&tm);
	if (gmtime_r(&t, &tm) == NULL || strftime(p->stamp, sizeof(p->stamp), form, &tm) == 0 ||
	    (s != NULL && strcmp(s, p->stamp) != 0))
		return err_set(e, E_USAGE, "--time %s: no time of the form YYYY_MM_DD_HH_MM_SS", s);
	return 0;
}

int
event_read(struct partition *p, struct event *ev, struct err *e)
{
	char *text;
	int ret = p->prefix != NULL ? prefix_check(p->prefix, e) : 0;

	if (ret == 0)
		ret = set_stamp(p, e);
	if (ret == 0 && p->event) {
		text = place_text(p->run.nargs > 0 ? p->run.args[0] : "-", EVENT_MAX, e);
		ret = text == NULL ? -1 : event_parse(text, ev, e);
		if (ret < 0)
			err_config(e);
		else
			run_log(&p->run, LOG_SUBMIT, "Event - %s", text);
		free(text);
		if (ret == 0 && p->run.ds != NULL && p->run.ds != ev->ds)
			ret = err_set(e, E_USAGE, "event: its dataset is %s, not %s", ev->ds->key, p->run.ds->key);
		p->run.ds = ev->ds;
	}
	if (p->prefix == NULL)
		p->prefix = ev->prefix != NULL ? ev->prefix : "generate";
	if (*p->uid == '\0')
		xsnprintf(p->uid, sizeof(p->uid), "%s", ev->uid);
	if (*p->uid == '\0')
		uid_new(p->uid);
	return ret;
}

void
event_names(const struct partition *p, const struct event *ev, struct strlist *names)
{
	for (size_t i = 0; i < ev->lists.n; i++)
		strlist_push(names, ev->lists.item[i]);
	for (int i = 0; ev->ds == NULL && i < p->run.nargs; i++)
		if (strcmp(p->run.args[i], "-") != 0)
			strlist_push(names, p->run.args[i]);
}

int
event_pending(struct partition *p, const struct strlist *names, struct err *e)
{
	const char *key = p->run.ds->key;
	char *group = xfmt("%s-%s", p->prefix, key), *dedup = xfmt("%s-%s", group, p->uid), *text;
	json_t *array = item_texts(names);
	struct queue *q = NULL;
	int ret = -1;

	text = json_dumps(array, 0);
	json_decref(array);
	if (p->pending == NULL || names->n == 0)
		ret = 0;
	else if (p->run.dry_run || ((q = queue_open(p->pending, PLACE_CREATE, e)) != NULL &&
	    queue_send(q, &(struct queue_post){ .text = text, .group = group, .dedup = dedup }, e) == 0))
		ret = 1;
	if (ret > 0)
		run_log(&p->run, LOG_GROUP, "Updated %s-pending-jobs-%s.fifo queue: %zu lists.", p->prefix, key,
		    names->n);
	for (size_t i = 0; ret > 0 && i < names->n; i++) {
		struct item it;

		item_begin(&it, names->item[i]);
		it.state = ITEM_WAITING;
		it.text = xfmt("pending\t%s", names->item[i]);
		run_put(&p->run, &it);
	}
	queue_close(q);
	free(text);
	free(dedup);
	free(group);
	return ret;
}

int
event_postpone(struct partition *p, const struct strlist *names, struct err *e)
{
	const char *key = p->run.ds->key;
	int ret = event_pending(p, names, e);

	if (ret == 0)
		return err_set(e, E_RETRY, "too few tokens of %s are free, and the lists cannot wait in a "
		    "--pending queue; nothing was done", key);
	if (ret < 0)
		return -1;
	run_log(&p->run, LOG_SUBMIT, "No available licenses. Any pending downloads have been written to the queue: "
	    "%s-pending-jobs-%s.fifo queue.", p->prefix, key);
	prog_info("too few tokens of %s are free; the lists wait in %s", key, p->pending);
	return 0;
}

/* --- places ----------------------------------------------------------------------------------------------------- */

/* A file, standard input ("-"), or an object: all up to its last slash is the store. */
static int
open_place(const char *place, struct err *e)
{
	const char *key = str_base(place);
	struct store *s;
	char *at;
	int fd = -1;

	if (strcmp(place, "-") == 0) {
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? err_sys(e, "standard input") : fd;
	}
	if (strstr(place, "://") == NULL)
		return file_open(place, e);
	at = xfmt("%.*s", (int)(key - place), place);
	s = store_open(at, PLACE_ASIS, e);
	if (s != NULL)
		fd = store_get(s, key, e);
	store_close(s);
	free(at);
	return fd;
}

static const char *
place_name(const char *place)
{
	return strcmp(place, "-") == 0 ? "standard input" : place;
}

char *
place_text(const char *place, size_t max, struct err *e)
{
	int fd = open_place(place, e);
	char *text = fd < 0 ? NULL : file_text(fd, place_name(place), max, e);

	if (fd >= 0)
		(void)close(fd);
	return text;
}

/* --- lists ------------------------------------------------------------------------------------------------------ */

void
partition_bad_line(struct partition *p, const struct list_in *in, const struct err *e)
{
	if (run_bad_line(&p->run, in, e))
		notify_add(&p->run.notify, "%s\n", e->msg);
}

/* The list that a line of the table comes from. */
static const char *
list_of(const struct intake *in, size_t line)
{
	size_t i = 0;

	while (line >= in->end[i])
		i++;
	return in->lists.item[i];
}

/* A line that was read, for the log. */
static void
log_line(struct partition *p, const struct list_in *list, const char *text)
{
	run_log(&p->run, LOG_GROUP, "Processed: %s | %s", str_base(list->name), text);
	finallog_add(&p->run.log, LOG_PROCESSED, text);
}

/* One line more: -1 only when there can be no others. */
static int
intake_line(struct partition *p, struct intake *in, const struct list_in *list, char *text, struct err *e)
{
	struct lines *l = &in->lines;
	size_t dirs = l->dirs.n;
	const struct line *last;
	struct buf b = {0};
	struct err why;
	int r = lines_add(l, text, list->line, &why);

	if (r == LINES_OTHER) {
		oddity(&in->odd, "%s: line %zu: %s; passed over", list->name, list->line, why.msg);
		log_line(p, list, text);
		return 0;
	}
	if (r < 0) {
		err_set(e, why.code, "%s: line %zu: %s", list->name, list->line, why.msg);
		if (e->code != E_DATA)
			return -1;
		partition_bad_line(p, list, e);
	}
	if (r <= 0)
		return 0;
	last = &l->line[l->n - 1];
	if (l->dirs.n > dirs && !str_starts(l->dirs.item[last->dir], LISTLINE_SERVER))
		prog_info("%s: line %zu: %.*s: not OBPG's server; taken nevertheless", list->name, list->line,
		    url_shown(l->dirs.item[last->dir]), l->dirs.item[last->dir]);
	if (p->run.final_log) {
		lines_text(l, l->n - 1, &b);
		log_line(p, list, b.text);
		buf_free(&b);
	}
	if (p->run.type != PTYPE_COUNT && last->nrt != (p->run.type == PTYPE_QUICKLOOK))
		l->n--;
	return 0;
}

static int
read_list(struct partition *p, struct intake *in, int fd, const char *name, struct err *e)
{
	struct list_in *list = xarray(1, sizeof(*list));
	enum list_result got = LIST_END;
	int ret = 0;
	char *text;

	list_open_fd(list, fd, name, p->run.sep);
	while (ret == 0 && (got = list_next(list, &text, e)) != LIST_END) {
		if (got == LIST_ITEM)
			ret = intake_line(p, in, list, text, e);
		else if (got == LIST_BAD)
			partition_bad_line(p, list, e);
		else
			ret = -1;
	}
	if (ret == 0 && list->interrupted)
		ret = err_set(e, E_SIGNAL, "%s: interrupted", name);
	free(list);
	xgrow(&in->end, &in->cap, in->lists.n + 1, sizeof(*in->end));
	in->end[in->lists.n] = in->lines.n;
	strlist_push(&in->lists, name);
	return ret;
}

/* Read a list from fd, which is -1 with *why when it could not be opened. One that is missing is a failed item; a store
 * or a disk that fails ends the run. */
static int
intake_list(struct partition *p, struct intake *in, int fd, const char *name, const struct err *why, struct err *e)
{
	int ret = -1;

	if (fd >= 0) {
		ret = read_list(p, in, fd, place_name(name), e);
		if (ret == 0)
			run_log(&p->run, LOG_GROUP, "Downloads retrieved from: %s.", place_name(name));
		(void)close(fd);
	} else if (why->code == E_MISSING || why->code == E_DATA) {
		run_log(&p->run, LOG_GROUP_ERROR, "Download list creator txt could not be found: %s.", name);
		if (in->lines.foreign && !p->run.strict)
			prog_warn(why);
		else
			run_error(&p->run, why);
		notify_add(&p->run.notify, "%s\n", why->msg);
		ret = 0;
	} else {
		*e = *why;
	}
	return ret;
}

int
intake_read(struct partition *p, const struct event *ev, struct intake *in, struct err *e)
{
	char *place = p->lists != NULL ? xstrdup(p->lists) : xfmt("s3://%s/download-lists", p->prefix);
	struct store *s = ev->ds != NULL ? store_open(place, PLACE_ASIS, e) : NULL;
	int ret = ev->ds != NULL && s == NULL ? -1 : 0;
	struct err why;

	in->lines.ds = p->run.ds;
	in->lines.foreign = ev->ds != NULL;
	for (size_t i = 0; ret == 0 && i < ev->lists.n; i++) {
		char *key = xfmt("%s/%s", p->run.ds->key, ev->lists.item[i]), *name = store_url(s, key, e);

		ret = name == NULL ? -1 : intake_list(p, in, store_get(s, key, &why), name, &why, e);
		free(name);
		free(key);
	}
	for (int i = 0; ret == 0 && ev->ds == NULL && i < p->run.nargs; i++)
		ret = intake_list(p, in, open_place(p->run.args[i], &why), p->run.args[i], &why, e);
	if (ev->ds == NULL && p->run.nargs == 0)
		ret = intake_list(p, in, open_place("-", &why), "-", &why, e);
	store_close(s);
	free(place);
	p->run.ds = in->lines.ds;
	run_oddities(&p->run, &in->odd);
	return ret;
}

static void
on_replaced(void *ctx, size_t old, size_t by)
{
	struct intake *in = ctx;
	const struct lines *l = &in->lines;
	struct buf url = {0};

	if (in->replaced++ >= REPLACED)
		return;
	lines_url(l, by, &url);
	prog_info("%s: line %u: replaced, line %u of %s has another checksum for %s", list_of(in, old),
	    l->line[old].number, l->line[by].number, list_of(in, by), url.text);
	buf_free(&url);
}

void
intake_group(struct intake *in, struct groups *gr)
{
	group_lines(&in->lines, gr, on_replaced, in);
	if (in->replaced > REPLACED)
		prog_info("%zu more lines were replaced", in->replaced - REPLACED);
}

void
intake_fini(struct intake *in)
{
	lines_fini(&in->lines);
	strlist_free(&in->lists);
	free(in->end);
	*in = (struct intake){0};
}
