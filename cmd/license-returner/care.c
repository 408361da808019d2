/* care - looking after the token pool: its state, the dead, its size */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "place/engine.h"
#include "run/tokenpool.h"
#include "returner.h"

#define OLD (6 * 3600)			/* a reservation held longer than that is worth a warning */
#define REAP_AGE (15 * 60)		/* jobs of a younger one may not be known to the engine yet */

/* --- state ------------------------------------------------------------------------------------------------------ */

static const char *
life_name(enum owner_life life)
{
	return life == OWNER_ALIVE ? "alive" : life == OWNER_DEAD ? "ended" : "unknown";
}

/* A line of the table that is no record. */
static void
put_line(struct returner *p, const char *line)
{
	struct item it;

	if (p->run.json)
		return;
	item_begin(&it, NULL);
	it.text = xstrdup(line);
	run_put(&p->run, &it);
}

static void
put_pool(struct returner *p, const struct tokens_state *s)
{
	struct item it;

	item_begin(&it, NULL);
	item_set(&it, "pool", "s", s->pool);
	item_set(&it, "capacity", "i", s->capacity);
	item_set(&it, "free", "i", s->free);
	item_set(&it, "held", "i", s->held);
	it.text = xfmt("%-10s %8d %6d %6d", s->pool, s->capacity, s->free, s->held);
	run_put(&p->run, &it);
}

static void
put_reservation(struct returner *p, const struct tokens_reservation *v)
{
	int64_t age = tokens_age(v), minutes = age / 60;
	struct item it;
	char text[32];

	item_begin(&it, NULL);
	item_set(&it, "reservation", "s", v->name);
	item_set(&it, "dataset", "s", v->pool);
	item_set(&it, "unique_id", "s", v->uid);
	item_set(&it, "tokens", "i", v->number);
	item_set(&it, "age", "I", (json_int_t)age);
	item_set(&it, "owner", "s", v->who);
	item_set(&it, "jobs", "s", v->jobs);
	item_set(&it, "life", "s", life_name(v->life));
	xsnprintf(text, sizeof(text), "%lld:%02lld", (long long)(minutes / 60), (long long)(minutes % 60));
	it.text = xfmt("%-26s %6d %8s  %s%s%s%s%s%s%s", v->name, v->number, text, *v->who != '\0' ? v->who : "unknown",
	    v->life != OWNER_UNKNOWN ? " (" : "", v->life != OWNER_UNKNOWN ? life_name(v->life) : "",
	    v->life != OWNER_UNKNOWN ? ")" : "", *v->jobs != '\0' ? " [" : "", v->jobs, *v->jobs != '\0' ? "]" : "");
	run_put(&p->run, &it);
	if (age > OLD) {
		long long hours = (long long)(age / 3600);

		prog_info("%s: held for %lld hours", v->name, hours);
		notify_add(&p->run.notify, "%s: held for %lld hours\n", v->name, hours);
	}
}

void
care_status(struct returner *p)
{
	struct tokens_list l;
	char head[64];
	struct err e;

	if (tokens_list(p->tokens, &l, &e) < 0) {
		run_error(&p->run, &e);
		return;
	}
	xsnprintf(head, sizeof(head), "%-10s %8s %6s %6s", "POOL", "CAPACITY", "FREE", "HELD");
	put_line(p, head);
	for (size_t i = 0; i < l.npools; i++)
		put_pool(p, &l.pool[i]);
	if (l.nres > 0) {
		xsnprintf(head, sizeof(head), "%-26s %6s %8s  %s", "RESERVATION", "TOKENS", "AGE", "OWNER");
		put_line(p, "");
		put_line(p, head);
	}
	for (size_t i = 0; i < l.nres; i++)
		put_reservation(p, &l.res[i]);
	tokens_list_free(&l);
}

/* --- the dead --------------------------------------------------------------------------------------------------- */

/* jobs is "ENGINE ID ID ..."; dead when the engine can be asked and none of them waits or runs. Jobs of an engine that
 * runs them in its own process are known to nobody else, and without ids there is nobody to ask about. */
static enum owner_life
jobs_life(void *ctx, const char *jobs)
{
	const struct engine_opts eo = {0};
	char *copy = xstrdup(jobs), *save = NULL, *id = strtok_r(copy, " ", &save);
	struct err e;
	struct engine *en = id != NULL ? engine_open(id, &eo, &e) : NULL;
	bool can = en != NULL && !engine_limits(en)->runs;
	enum owner_life life = OWNER_UNKNOWN;

	(void)ctx;
	while (can && life != OWNER_ALIVE && (id = strtok_r(NULL, " ", &save)) != NULL) {
		enum engine_state state;

		can = engine_state(en, id, &state, &e) == 0;
		life = state == ENGINE_PENDING || state == ENGINE_RUNNING ? OWNER_ALIVE : OWNER_DEAD;
	}
	if (!can)
		life = OWNER_UNKNOWN;
	if (life == OWNER_UNKNOWN)
		prog_debug("%s: the engine cannot be asked", jobs);
	engine_close(en);
	free(copy);
	return life;
}

void
care_reap(struct returner *p)
{
	struct tokens_reaping how = { .alive = jobs_life, .min_age = REAP_AGE };
	struct tokens_list l;
	struct err e;

	if (p->force)
		how.max_age = (int64_t)p->age * 3600;
	if (tokens_reap(p->tokens, &how, &l, &e) < 0) {
		run_error(&p->run, &e);
		return;
	}
	for (size_t i = 0; i < l.nres; i++) {
		struct item it;

		item_begin(&it, NULL);
		strlist_push(&it.outputs, l.res[i].name);
		item_set(&it, "tokens", "i", l.res[i].number);
		it.text = xfmt("%s\t%d", l.res[i].name, l.res[i].number);
		run_put(&p->run, &it);
	}
	tokens_list_free(&l);
}

/* --- size ------------------------------------------------------------------------------------------------------- */

void
care_sizes(struct returner *p)
{
	struct tokens_pool sizes[TOKENS_POOLS];
	struct err e;
	int n = tokenpool_sizes("--set-capacity", p->sizes, sizes, &e);

	for (int i = 0; i < n; i++)
		if (tokens_set_capacity(p->tokens, sizes[i].name, sizes[i].capacity, &e) < 0) {
			run_error(&p->run, &e);
			return;
		}
	care_status(p);
}
