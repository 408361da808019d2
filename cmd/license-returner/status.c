/* status - the token pool as a table, or as JSON */

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "status.h"

static const char *
life_name(enum owner_life life)
{
	return life == OWNER_ALIVE ? "alive" : life == OWNER_DEAD ? "ended" : "unknown";
}

static void
add_reservation(const struct tokens_reservation *r, struct buf *b)
{
	int64_t minutes = tokens_age(r) / 60;
	char age[32];

	(void)snprintf(age, sizeof(age), "%lld:%02lld", (long long)(minutes / 60), (long long)(minutes % 60));
	buf_add(b, "%-26s %6d %8s  %s", r->name, r->number, age, *r->who != '\0' ? r->who : "unknown");
	if (r->life != OWNER_UNKNOWN)
		buf_add(b, " (%s)", life_name(r->life));
	if (*r->jobs != '\0')
		buf_add(b, " [%s]", r->jobs);
	buf_add(b, "\n");
}

void
status_table(const struct tokens_list *l, struct buf *b)
{
	buf_add(b, "%-10s %8s %6s %6s\n", "POOL", "CAPACITY", "FREE", "HELD");
	for (size_t i = 0; i < l->npools; i++) {
		const struct tokens_state *s = &l->pool[i];

		buf_add(b, "%-10s %8d %6d %6d\n", s->pool, s->capacity, s->free, s->held);
	}
	if (l->nres > 0)
		buf_add(b, "\n%-26s %6s %8s  %s\n", "RESERVATION", "TOKENS", "AGE", "OWNER");
	for (size_t i = 0; i < l->nres; i++)
		add_reservation(&l->res[i], b);
}

static void
add_json(json_t *object, struct buf *b)
{
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;

	if (text != NULL)
		buf_add(b, "%s\n", text);
	free(text);
	json_decref(object);
}

void
status_json(const struct tokens_list *l, struct buf *b)
{
	for (size_t i = 0; i < l->npools; i++) {
		const struct tokens_state *s = &l->pool[i];

		add_json(json_pack("{s:s, s:i, s:i, s:i}", "pool", s->pool, "capacity", s->capacity, "free",
		    s->free, "held", s->held), b);
	}
	for (size_t i = 0; i < l->nres; i++) {
		const struct tokens_reservation *r = &l->res[i];

		add_json(json_pack("{s:s, s:s, s:s, s:i, s:I, s:s, s:s, s:s}", "reservation", r->name, "dataset",
		    r->pool, "unique_id", r->uid, "tokens", r->number, "age", (json_int_t)tokens_age(r), "owner",
		    r->who, "jobs", r->jobs, "state", life_name(r->life)), b);
	}
}

void
status_old(const struct tokens_list *l, int64_t limit, struct buf *b)
{
	for (size_t i = 0; i < l->nres; i++)
		if (tokens_age(&l->res[i]) > limit)
			buf_add(b, "%s: held for %lld hours\n", l->res[i].name,
			    (long long)(tokens_age(&l->res[i]) / 3600));
}
