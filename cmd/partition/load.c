/* load - what a run is about: the message, the lists */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "place/store.h"
#include "run.h"

/* --- what the run is about -------------------------------------------------------------------------------------- */

int
load_time(struct run *r, struct err *e)
{
	struct civil c = clock_civil(clock_now());
	const char *s = r->time_given;
	int64_t t;

	if (s != NULL) {
		if (strlen(s) != RUN_STAMP_SIZE - 1 || !str_digits(s, 4) || s[4] != '_')
			return err_set(e, E_USAGE, "--time %s: not YYYY_MM_DD_HH_MM_SS", s);
		c = (struct civil){ .year = str_number(s, 4) };
		for (int i = 0; i < 5; i++) {
			const char *p = s + 4 + 3 * i;

			if (p[0] != '_' || !str_digits(p + 1, 2))
				return err_set(e, E_USAGE, "--time %s: not YYYY_MM_DD_HH_MM_SS", s);
			*(int *[]){ &c.month, &c.day, &c.hour, &c.minute, &c.second }[i] = str_number(p + 1, 2);
		}
		if (!clock_from_civil(&c, &t))
			return err_set(e, E_USAGE, "--time %s: there is no such time", s);
	}
	return str_fmt(r->stamp, sizeof(r->stamp), e, "%04d_%02d_%02d_%02d_%02d_%02d", c.year, c.month, c.day, c.hour,
	    c.minute, c.second);
}

int
load_uid(struct run *r, struct err *e)
{
	if (r->uid_given != NULL && !tokens_is_uid(r->uid_given))
		return err_set(e, E_USAGE, "--uid %s: neither 8 hexadecimal nor 4 decimal digits", r->uid_given);
	if (r->uid_given != NULL)
		return str_fmt(r->uid, sizeof(r->uid), e, "%s", r->uid_given);
	if (r->ev.uid[0] != '\0')
		return str_fmt(r->uid, sizeof(r->uid), e, "%s", r->ev.uid);
	uid_new(r->uid);
	return 0;
}

int
load_event(struct run *r, struct err *e)
{
	char *text = fd_text(r->nargs > 0 ? r->args[0] : "-", EVENT_MAX, e);
	int ret = text == NULL ? -1 : event_parse(text, &r->ev, e);

	if (ret == 0)
		run_log(r, RUN_INFO, "Event - %s", text);
	free(text);
	if (ret < 0)
		return -1;
	if (r->ds != NULL && r->ds != r->ev.ds)
		return err_set(e, E_USAGE, "event: its dataset is %s, not %s", r->ev.ds->key, r->ds->key);
	r->ds = r->ev.ds;
	if (r->prefix == NULL)
		r->prefix = r->ev.prefix;
	return 0;
}

/* --- lists ------------------------------------------------------------------------------------------------------ */

/* A list that cannot be read is a failed item; a store or a disk that fails ends the run. */
static int
list_failed(struct run *r, const char *name, const struct err *why, struct err *e)
{
	if (why->code == E_MISSING || why->code == E_DATA) {
		run_log(r, RUN_GROUP_ERROR, "Download list creator txt could not be found: %s.", name);
		r->complain(r, why);
		return 0;
	}
	*e = *why;
	return -1;
}

static int
load_object(struct run *r, struct store *s, const char *list, struct err *e)
{
	char key[STORE_KEY_MAX], *name = NULL;
	struct err why;
	int ret = 0;

	if (str_fmt(key, sizeof(key), e, "%s/%s", r->ds->key, list) < 0 || (name = store_url(s, key, e)) == NULL)
		return -1;
	if (intake_object(&r->in, s, key, name, &r->told, &why) == 0)
		run_log(r, RUN_GROUP_INFO, "Downloads retrieved from: %s.", name);
	else
		ret = list_failed(r, name, &why, e);
	free(name);
	return ret;
}

static int
load_named(struct run *r, struct err *e)
{
	char *place = r->lists != NULL ? mem_str(r->lists, e) : mem_fmt(e, "s3://%s/download-lists", r->prefix);
	struct store *s = place != NULL ? store_open(place, PLACE_ASIS, e) : NULL;
	int ret = s == NULL ? -1 : 0;

	for (size_t i = 0; ret == 0 && i < r->ev.lists.n; i++)
		ret = load_object(r, s, r->ev.lists.item[i], e);
	store_close(s);
	free(place);
	return ret;
}

static int
load_arguments(struct run *r, struct err *e)
{
	struct err why;

	if (r->nargs == 0)
		return intake_file(&r->in, "-", &r->told, e);
	for (int i = 0; i < r->nargs; i++) {
		const char *list = r->args[i];
		int got = strstr(list, "://") != NULL ? intake_place(&r->in, list, &r->told, &why) :
		    intake_file(&r->in, list, &r->told, &why);

		if (got == 0)
			run_log(r, RUN_GROUP_INFO, "Downloads retrieved from: %s.", list);
		else if (list_failed(r, list, &why, e) < 0)
			return -1;
	}
	return 0;
}

int
load_lists(struct run *r, struct err *e)
{
	int ret;

	r->in.type = r->type;
	r->in.sep = r->o.sep;
	r->in.lines.ds = r->ds;
	ret = r->is_event ? load_named(r, e) : load_arguments(r, e);
	r->ds = r->in.lines.ds;
	return ret;
}

