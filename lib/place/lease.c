/* lease - a lock that expires, kept as a parameter */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/uid.h"
#include "place/lease.h"

#define PAUSE_MIN 0.02			/* seconds between two tries, growing ... */
#define PAUSE_MAX 2.0
#define BREAK_PAUSE_MIN 0.1		/* after removing an expired lease: others may be about to do the same */
#define BREAK_PAUSE_MAX 0.5

/* What a lease looks like while we wait for it. */
struct watch {
	char text[PARAM_VALUE_MAX + 1];
	int64_t time;
	double since;			/* steady clock; 0 = nothing seen */
};

/* Evenly distributed between the two; without random bytes it is the larger. */
static double
between(double low, double high)
{
	char uid[UID_SIZE];

	if (uid_new(uid, NULL) < 0)
		return high;
	return low + (high - low) * (double)strtoul(uid, NULL, 16) / 4294967296.0;
}

int
lease_pause(const struct lease *l, double seconds, struct err *e)
{
	struct timespec ts = { .tv_sec = (time_t)seconds };

	ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
	if (l->stop == NULL || l->stop() == 0)
		(void)nanosleep(&ts, NULL);	/* a signal ends it; stop knows */
	if (l->stop != NULL && l->stop() != 0)
		return err_set(e, E_SIGNAL, "interrupted while waiting for the %s", l->name);
	return 0;
}

static void
tell(const struct lease *l, enum lease_event event, const char *text)
{
	if (l->tell != NULL)
		l->tell(l->ctx, event, text);
}

/* A value that lasts from now on, and the times until which we rely on it. */
static int
make_text(struct lease *l, char text[LEASE_TEXT_SIZE], int64_t *expires, double *until, struct err *e)
{
	*until = clock_steady() + l->seconds;
	*expires = clock_now() + l->seconds + 1;	/* that clock shows whole seconds only */
	return str_fmt(text, LEASE_TEXT_SIZE, e, "{\"owner\": \"%s\", \"who\": \"%s\", \"expires\": %lld}", l->owner,
	    l->who, (long long)*expires);
}

static int
make_owner(struct lease *l, struct err *e)
{
	for (size_t i = 0; i < 4; i++)
		if (uid_new(l->owner + 8 * i, e) < 0)
			return -1;
	return 0;
}

/* False when the value is not that of a lease. */
static bool
parse(const char *text, char *who, size_t size, int64_t *expires)
{
	json_t *root = json_loads(text, 0, NULL);
	json_t *exp = json_object_get(root, "expires");
	const char *w = json_string_value(json_object_get(root, "who"));
	bool good = json_is_integer(exp) && json_integer_value(exp) > 0;

	*expires = good ? json_integer_value(exp) : 0;
	if (str_fmt(who, size, NULL, "%s", w != NULL ? w : "") < 0)
		*who = '\0';
	for (char *p = who; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	json_decref(root);
	return good;
}

static bool
expired(const struct lease *l, int64_t expires)
{
	return expires > 0 && clock_now() - l->skew > expires;
}

/* Whether what is there has outlived its holder. */
static bool
is_stale(const struct lease *l, const struct param_value *v, struct watch *w, int64_t expires)
{
	double now = clock_steady();

	if (expired(l, expires))
		return true;
	if (w->since > 0 && w->time == v->time && strcmp(w->text, v->text) == 0)
		return now - w->since > l->seconds + l->skew;
	w->since = now;
	w->time = v->time;
	memcpy(w->text, v->text, sizeof(w->text));
	return false;
}

/* Somebody has it. Removes it if it is stale: 1, the way may be free now; 0, wait; -1. */
static int
look(struct lease *l, struct watch *w, char *who, size_t size, struct err *e)
{
	char what[LEASE_WHO_MAX + 80];
	struct param_value v;
	struct err why;
	int64_t expires;
	int r = param_get(l->param, l->name, &v, &why);

	if (r < 0 && why.code != E_DATA)
		return err_set(e, why.code, "%s", why.msg);
	if (r == 0)
		return 1;
	(void)parse(v.text, who, size, &expires);
	if (!is_stale(l, &v, w, expires))
		return 0;
	r = param_swap(l->param, l->name, v.text, NULL, NULL, e);
	if (r <= 0)
		return r < 0 ? -1 : 1;
	w->since = 0;
	l->broken = expires > 0 ? expires : v.time + l->seconds;
	(void)snprintf(what, sizeof(what), "%s: removed, it had expired: %s", l->name,
	    *who != '\0' ? who : "unknown owner");
	tell(l, LEASE_BROKEN, what);
	return lease_pause(l, between(BREAK_PAUSE_MIN, BREAK_PAUSE_MAX), e) < 0 ? -1 : 1;
}

int
lease_take(struct lease *l, int wait, struct err *e)
{
	double limit = clock_steady() + wait, pause = PAUSE_MIN, rest;
	char who[LEASE_WHO_MAX + 1] = "";
	struct watch w = { .since = 0 };
	int r;

	l->broken = 0;
	if (make_owner(l, e) < 0)
		return -1;
	for (bool told = false;;) {
		if (make_text(l, l->text, &l->expires, &l->until, e) < 0)
			return -1;
		r = param_create(l->param, l->name, l->text, NULL, e);
		if (r != 0)
			break;
		r = look(l, &w, who, sizeof(who), e);
		if (r < 0)
			break;
		rest = limit - clock_steady();
		if (rest <= 0)
			return err_set(e, E_RETRY, "%s: not free within %d s; held by %s", l->name, wait,
			    *who != '\0' ? who : "an unknown owner");
		if (r == 0 && !told)
			tell(l, LEASE_WAITING, "");
		told |= r == 0;
		if (r == 0 && lease_pause(l, rest < pause ? rest : between(pause / 2, pause), e) < 0)
			return -1;
		pause = pause * 1.5 < PAUSE_MAX ? pause * 1.5 : PAUSE_MAX;
	}
	l->held = r > 0;
	return l->held ? 0 : -1;
}

/* Seconds for which we may rely on it. A clock that was set, or a machine that slept, shortens this. */
static double
left(const struct lease *l)
{
	double steady = l->until - clock_steady(), wall = (double)(l->expires - clock_now());

	return steady < wall ? steady : wall;
}

static int
renew(struct lease *l, struct err *e)
{
	char text[LEASE_TEXT_SIZE];
	int64_t expires;
	double until;
	int r;

	if (make_text(l, text, &expires, &until, e) < 0)
		return -1;
	r = param_swap(l->param, l->name, l->text, text, NULL, e);
	if (r <= 0)
		return r;
	memcpy(l->text, text, sizeof(text));
	l->expires = expires;
	l->until = until;
	return 1;
}

int
lease_keep(struct lease *l, struct err *e)
{
	struct param_value v;
	struct err why;
	int r = 0;

	if (!l->held)
		return err_set(e, E_RETRY, "%s: not held", l->name);
	if (left(l) > l->seconds / 4.0) {
		r = param_get(l->param, l->name, &v, &why);
		if (r < 0 && why.code != E_DATA)
			return err_set(e, why.code, "%s", why.msg);
		r = r > 0 && strcmp(v.text, l->text) == 0;
	} else if (left(l) > 0) {
		r = renew(l, e);
	}
	if (r < 0)
		return -1;
	if (r > 0 && left(l) > 0)
		return 0;
	l->held = false;
	return err_set(e, E_RETRY, "%s: lost, it expired or somebody removed it", l->name);
}

int
lease_drop(struct lease *l, struct err *e)
{
	if (!l->held)
		return 0;
	l->held = false;
	if (left(l) <= 0)
		return 0;		/* others may have removed it; if not, they will */
	return param_swap(l->param, l->name, l->text, NULL, NULL, e) < 0 ? -1 : 0;
}

int
lease_read(const struct lease *l, char *who, size_t size, int64_t *expires, bool *is_expired, struct err *e)
{
	struct param_value v;
	struct err why;
	int r = param_get(l->param, l->name, &v, &why);

	if (r < 0 && why.code != E_DATA)
		return err_set(e, why.code, "%s", why.msg);
	*is_expired = false;
	*expires = 0;
	*who = '\0';
	if (r == 0)
		return 0;
	(void)parse(v.text, who, size, expires);
	*is_expired = expired(l, *expires);
	return 1;
}
