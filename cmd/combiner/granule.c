/* granule - what a granule needs, where its companions are, what is made of it */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "granule.h"

/* Where a companion was found. */
enum place { HERE, TANK_OF_TYPE, TANK, LISTED, NOWHERE };

int
granule_open(struct granule *g, const char *path, const struct setting *s, struct err *e)
{
	const struct dataset *ds;

	*g = (struct granule){ .type = s->type };
	if (g->type == PTYPE_COUNT)
		layout_of_dir(path, &ds, &g->type);
	(void)snprintf(g->base, sizeof(g->base), "%.*s", NAME_SIZE - 1, str_base(path));
	if (obpg_parse(path, &g->name, e) < 0)
		return -1;
	if (source_open(&g->source[SUITE_SST], path, g->name.ds, &s->mode, &g->header, &g->notes, e) < 0)
		return -1;
	if (g->type == PTYPE_COUNT)
		g->type = g->source[SUITE_SST].refined ? PTYPE_REFINED : PTYPE_QUICKLOOK;
	return 0;
}

void
granule_fini(struct granule *g)
{
	for (int i = 0; i < SUITE_COUNT; i++)
		source_fini(&g->source[i]);
	strlist_free(&g->notes);
	*g = (struct granule){0};
}

bool
granule_needs(const struct granule *g, enum suite suite)
{
	if (suite == SUITE_OC)
		return g->header.light != LIGHT_NIGHT && g->name.ds->instrument->day_needs_oc;
	return suite == SUITE_NIGHT && g->header.light != LIGHT_DAY;
}

/* Whether a file of the suite is used when there is one. Day granules have no night companion; the reference combines
 * one that is there all the same. */
static bool
is_welcome(const struct granule *g, enum suite suite, const struct mode *m)
{
	if (suite == SUITE_OC)
		return g->header.light != LIGHT_NIGHT;
	return g->header.light != LIGHT_DAY || m->compat;
}

/* dir/NAME if it is there, where NAME is the sibling's. */
static bool
try(const char *dir, const struct granule *g, enum suite suite, int seconds, char out[LAYOUT_SIZE])
{
	char name[NAME_SIZE];

	obpg_sibling(&g->name, suite, seconds, name);
	if (str_fmt(out, LAYOUT_SIZE, NULL, "%s%s", dir, name) == 0 && file_exists(out))
		return true;
	if (!g->name.nrt)
		return false;
	return str_fmt(out, LAYOUT_SIZE, NULL, "%s%.*s.NRT.nc", dir, (int)strlen(name) - 3, name) == 0 &&
	    file_exists(out);
}

/* Ocean colour files come from another processing run; their time may be some seconds off. */
static bool
search(const char *dir, const struct granule *g, enum suite suite, bool whole_minute, char out[LAYOUT_SIZE])
{
	int second = (int)(g->name.time % 60);

	if (try(dir, g, suite, 0, out))
		return true;
	for (int ss = 0; whole_minute && suite == SUITE_OC && ss < 60; ss++)
		if (try(dir, g, suite, ss - second, out))
			return true;
	return false;
}

static bool
search_tank(const struct granule *g, enum suite suite, enum layout tank, const struct setting *s,
    char out[LAYOUT_SIZE])
{
	char dir[LAYOUT_SIZE], slash[LAYOUT_SIZE];

	return layout_dir(s->root, tank, g->name.ds, g->type, g->name.time, dir, NULL) == 0 &&
	    str_fmt(slash, sizeof(slash), NULL, "%s/", dir) == 0 && search(slash, g, suite, !s->mode.compat, out);
}

static bool
search_list(const struct granule *g, enum suite suite, const struct setting *s, char out[LAYOUT_SIZE])
{
	char name[NAME_SIZE];
	const char *path;

	obpg_sibling(&g->name, suite, 0, name);
	path = pending_listed(s->pending, &g->name, name);
	return path != NULL && str_fmt(out, LAYOUT_SIZE, NULL, "%s", path) == 0 && file_exists(out);
}

static enum place
locate(const struct granule *g, enum suite suite, const struct setting *s, char out[LAYOUT_SIZE])
{
	const char *sst = g->source[SUITE_SST].path;
	char dir[LAYOUT_SIZE];

	if (suite == SUITE_OC && !granule_needs(g, suite)) {
		if (search_list(g, suite, s, out))
			return LISTED;
	} else if (str_fmt(dir, sizeof(dir), NULL, "%.*s", (int)(str_base(sst) - sst), sst) == 0 &&
	    search(dir, g, suite, true, out)) {
		return HERE;
	}
	if (search_tank(g, suite, LAYOUT_HOLDING_TYPE, s, out))
		return TANK_OF_TYPE;
	return search_tank(g, suite, LAYOUT_HOLDING, s, out) ? TANK : NOWHERE;
}

/* The common holding tank has files of both types: what was made in near real time must not get into a refined
 * granule. */
static bool
is_foreign(const struct granule *g, const struct source *c, enum place place, const struct setting *s)
{
	return place == TANK && !s->mode.compat && c->refined != (g->type == PTYPE_REFINED);
}

static int
gather_suite(struct granule *g, enum suite suite, const struct setting *s, struct err *e)
{
	struct source *c = &g->source[suite];
	char path[LAYOUT_SIZE];
	enum place place;

	source_fini(c);
	g->failure[suite].code = E_NONE;
	if (g->refused[suite] || (place = locate(g, suite, s, path)) == NOWHERE)
		return 0;
	if (source_companion(c, path, suite, g->name.ds, &s->mode, &g->header, &g->notes, e) == 0) {
		if (is_foreign(g, c, place, s))
			source_fini(c);
		return 0;
	}
	if (e->code == E_MISSING) {	/* gone since it was found */
		source_fini(c);
		return 0;
	}
	if (e->code == E_DATA && s->mode.compat) {
		g->failure[suite] = *e;
		return 0;
	}
	return -1;
}

static int
note_unused(struct granule *g, enum suite suite, const struct setting *s, struct err *e)
{
	char path[LAYOUT_SIZE], text[ERR_MSGMAX];

	if (suite != SUITE_NIGHT || locate(g, suite, s, path) == NOWHERE)
		return 0;
	(void)snprintf(text, sizeof(text), "%.900s: not used for a day granule", path);
	return strlist_add(&g->notes, text, e);
}

int
granule_gather(struct granule *g, const struct setting *s, enum suite *bad, struct err *e)
{
	for (*bad = SUITE_NIGHT; *bad < SUITE_COUNT; (*bad)++)
		if ((is_welcome(g, *bad, &s->mode) ? gather_suite : note_unused)(g, *bad, s, e) < 0)
			return -1;
	return 0;
}

bool
granule_complete(const struct granule *g)
{
	for (enum suite i = SUITE_NIGHT; i < SUITE_COUNT; i++)
		if (granule_needs(g, i) && g->source[i].path == NULL)
			return false;
	return true;
}

long
granule_age(int64_t now, int64_t mtime)
{
	int64_t seconds = mtime >= 0 ? mtime / 1000000000 : -((999999999 - mtime) / 1000000000);

	return lrint((double)(now - seconds) / 60.0);
}

long
granule_threshold(const struct granule *g, const struct setting *s)
{
	return s->wait >= 0 ? s->wait : g->name.ds->wait[g->type];
}

static int
name_pass(const struct granule *g, const struct setting *s, struct pass *p, struct err *e)
{
	struct combined_name n = { .ds = g->name.ds, .time = g->name.time, .night = !p->day };
	char name[NAME_SIZE];

	memcpy(n.stamp, g->name.stamp, sizeof(n.stamp));
	combined_format(&n, p->name);
	n.refined = g->type == PTYPE_REFINED;
	combined_format(&n, name);
	if (s->outdir != NULL)
		return str_fmt(p->path, sizeof(p->path), e, "%s/%s", s->outdir, name);
	return layout_path(s->root, LAYOUT_COMBINED, g->name.ds, g->type, g->name.time, name, p->path, e);
}

int
granule_passes(const struct granule *g, const struct setting *s, struct pass pass[2], struct err *e)
{
	enum light light = g->header.light;
	int n = 0;

	memset(pass, 0, 2 * sizeof(*pass));
	if (light != LIGHT_DAY)
		pass[n++].uses[SUITE_NIGHT] = true;
	if (light != LIGHT_NIGHT) {
		pass[n].day = true;
		pass[n].uses[SUITE_NIGHT] = light == LIGHT_DAY;
		pass[n++].uses[SUITE_OC] = true;
	}
	for (int i = 0; i < n; i++) {
		pass[i].uses[SUITE_SST] = true;
		for (int k = 0; k < SUITE_COUNT; k++) {
			pass[i].uses[k] = pass[i].uses[k] && g->source[k].path != NULL;
			if (pass[i].uses[k] && g->source[k].mtime > pass[i].mtime)
				pass[i].mtime = g->source[k].mtime;
		}
		if (name_pass(g, s, &pass[i], e) < 0)
			return -1;
	}
	return n;
}
