/* granule - what a granule needs, where its companions are, what is made of it */

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/newfile.h"
#include "combine.h"
#include "granule.h"
#include "netcdf/ncf.h"
#include "source.h"

struct granule {
	const struct setting *set;
	struct obpg_name name;
	enum ptype type;
	struct header header;
	struct source source[SUITE_COUNT];	/* path NULL: not found, not looked for, or refused */
	struct err failure[SUITE_COUNT];/* compatibility mode: why the passes with this file fail; code E_NONE: fine */
	struct strlist notes;		/* oddities that do no harm */
	struct outcome *o;
};

/* One combined file of a granule. */
struct pass {
	bool day;
	bool uses[SUITE_COUNT];
	int64_t mtime;			/* newest of its inputs */
	struct combined *to;
};

/* ---- its files ---- */

/* Whether a granule of this kind should have a file of the suite. */
static bool
needs(const struct granule *g, enum suite suite)
{
	if (suite == SUITE_OC)
		return g->header.light != LIGHT_NIGHT && g->name.ds->instrument->day_needs_oc;
	return suite == SUITE_NIGHT && g->header.light != LIGHT_DAY;
}

/* Whether a file of the suite is used when there is one. Day granules have no night companion; the reference combines
 * one that is there all the same. */
static bool
is_welcome(const struct granule *g, enum suite suite)
{
	if (suite == SUITE_OC)
		return g->header.light != LIGHT_NIGHT;
	return g->header.light != LIGHT_DAY || g->set->mode.compat;
}

/* Each of these: 1 and the path of the companion, 0 when it is not there, -1. */

/* dir + NAME, where NAME is the sibling's; that of a near real time file may have .NRT like its own. */
static int
try(const char *dir, const struct granule *g, enum suite suite, int seconds, char out[LAYOUT_SIZE], struct err *e)
{
	char name[NAME_SIZE];
	int there = 0;

	for (int nrt = g->name.nrt; there == 0 && nrt >= 0; nrt--) {
		obpg_sibling(&g->name, suite, seconds, nrt, name);
		there = str_fmt(out, LAYOUT_SIZE, e, "%s%s", dir, name) < 0 ? -1 : file_look(out, NULL, e);
	}
	return there;
}

/* Ocean colour files come from another processing run; their time may be some seconds off. */
static int
search(const char *dir, const struct granule *g, enum suite suite, bool whole_minute, char out[LAYOUT_SIZE],
    struct err *e)
{
	int second = (int)(g->name.time % 60), there = try(dir, g, suite, 0, out, e);

	for (int ss = 0; there == 0 && whole_minute && suite == SUITE_OC && ss < 60; ss++)
		there = try(dir, g, suite, ss - second, out, e);
	return there;
}

static int
search_tank(const struct granule *g, enum suite suite, enum layout tank, char out[LAYOUT_SIZE], struct err *e)
{
	char dir[LAYOUT_SIZE], slash[LAYOUT_SIZE];

	if (layout_dir(g->set->run->root, tank, g->name.ds, g->type, g->name.time, dir, e) < 0 ||
	    str_fmt(slash, sizeof(slash), e, "%s/", dir) < 0)
		return -1;
	return search(slash, g, suite, !g->set->mode.compat, out, e);
}

/* Where a companion is: beside the SST file (or listed, where it is used only then), or in a holding tank. */
static int
locate(const struct granule *g, enum suite suite, char out[LAYOUT_SIZE], struct err *e)
{
	const char *sst = g->source[SUITE_SST].path, *listed;
	char name[NAME_SIZE], dir[LAYOUT_SIZE];
	int there = 0;

	if (suite == SUITE_OC && !needs(g, suite)) {
		obpg_sibling(&g->name, suite, 0, false, name);
		listed = pending_listed(g->set->pending, &g->name, name);
		if (listed != NULL)
			there = str_fmt(out, LAYOUT_SIZE, e, "%s", listed) < 0 ? -1 : file_look(out, NULL, e);
	} else {
		there = str_fmt(dir, sizeof(dir), e, "%.*s", (int)(str_base(sst) - sst), sst) < 0 ? -1 :
		    search(dir, g, suite, true, out, e);
	}
	if (there == 0)
		there = search_tank(g, suite, LAYOUT_HOLDING_TYPE, out, e);
	return there == 0 ? search_tank(g, suite, LAYOUT_HOLDING, out, e) : there;
}

/* Look at a companion, if there is one. What was made in near real time does not go with a refined SST file, nor the
 * other way round. */
static int
gather_suite(struct granule *g, enum suite suite, struct err *e)
{
	const struct mode *m = &g->set->mode;
	struct source *c = &g->source[suite];
	char path[LAYOUT_SIZE];
	int ret = locate(g, suite, path, e);

	if (ret == 0)
		return 0;
	g->o->suspect = suite;
	if (ret < 0)
		return -1;
	xsnprintf(g->o->input[suite], LAYOUT_SIZE, "%s", path);
	ret = source_companion(c, path, suite, g->name.ds, m, &g->header, &g->notes, e);
	if (ret == 0 && !m->compat && c->refined != g->source[SUITE_SST].refined) {
		note(&g->notes, "%s: is %s, the SST file is not; passed over", path,
		    ptype_name(c->refined ? PTYPE_REFINED : PTYPE_QUICKLOOK));
		source_fini(c);
	}
	if (ret < 0 && e->code == E_MISSING) {	/* gone since it was found */
		source_fini(c);
		ret = 0;
	}
	if (c->path == NULL)
		g->o->input[suite][0] = '\0';
	if (ret < 0 && e->code == E_DATA && m->compat) {
		g->failure[suite] = *e;
		ret = 0;
	}
	return ret;
}

static int
gather(struct granule *g, const bool refused[SUITE_COUNT], struct err *e)
{
	char path[LAYOUT_SIZE];

	for (enum suite s = SUITE_NIGHT; s < SUITE_COUNT; s++) {
		if (is_welcome(g, s)) {
			if (!refused[s] && gather_suite(g, s, e) < 0)
				return -1;
		} else if (s == SUITE_NIGHT && locate(g, s, path, NULL) > 0) {
			note(&g->notes, "%s: not used for a day granule", path);
		}
	}
	g->o->suspect = SUITE_SST;
	return 0;
}

long
granule_age(int64_t now, int64_t mtime)
{
	int64_t seconds = mtime >= 0 ? mtime / 1000000000 : -((999999999 - mtime) / 1000000000);

	return now <= seconds ? 0 : lrint((double)(now - seconds) / 60.0);
}

static enum decision
decide(const struct granule *g, const bool refused[SUITE_COUNT], bool at_end)
{
	bool complete = true;

	for (enum suite s = SUITE_NIGHT; s < SUITE_COUNT; s++)
		complete = complete && (!needs(g, s) || g->source[s].path != NULL);
	if (complete)
		return DECIDE_COMBINE;
	if (!at_end && !refused[SUITE_NIGHT] && !refused[SUITE_OC])
		return DECIDE_LATER;
	return g->o->age >= g->o->threshold ? DECIDE_COMBINE : DECIDE_WAIT;
}

/* ---- its combined files ---- */

static int
name_pass(const struct granule *g, const struct pass *p, struct err *e)
{
	struct combined_name n = { .ds = g->name.ds, .time = g->name.time, .night = !p->day };
	char name[NAME_SIZE];

	memcpy(n.stamp, g->name.stamp, sizeof(n.stamp));
	combined_format(&n, p->to->name);
	n.refined = g->type == PTYPE_REFINED;
	combined_format(&n, name);
	return run_path(g->set->run, LAYOUT_COMBINED, n.ds, g->type, n.time, name, p->to->path, e);
}

/* Whether path is not older than its inputs and has all variables that would be written now: a companion may have come
 * since it was made. */
static bool
is_up_to_date(const struct granule *g, const struct pass *p, const struct recipe *recipe)
{
	bool all = true;
	int ncid, var;
	struct stat st;

	if (g->set->force || file_look(p->to->path, &st, NULL) <= 0 || file_time(&st) < p->mtime ||
	    ncf_open(p->to->path, &ncid, NULL) < 0)
		return false;
	for (int s = 0; s < SUITE_COUNT; s++)
		for (size_t i = 0; recipe->source[s] != NULL && i < recipe->source[s]->nvars; i++)
			all = all && nc_inq_varid(ncid, recipe->source[s]->var[i].name, &var) == NC_NOERR;
	(void)nc_close(ncid);
	return all;
}

/* Make the file of a pass under its name. In compatibility mode a companion may have been found to spoil it already. */
static int
make_pass(const struct granule *g, const struct pass *p, struct err *e)
{
	bool compat = g->set->mode.compat;
	struct recipe recipe = { .header = &g->header, .day = p->day, .platform = !compat, .verify = !compat,
		.suspect = &g->o->suspect };
	struct newfile f = {0};
	struct stat st;
	int ret = -1;

	for (enum suite s = SUITE_SST; s < SUITE_COUNT; s++) {
		if (p->uses[s] && g->failure[s].code != E_NONE) {
			*e = g->failure[s];
			g->o->suspect = s;
			return -1;
		}
		recipe.source[s] = p->uses[s] ? &g->source[s] : NULL;
	}
	if (is_up_to_date(g, p, &recipe)) {
		ret = 0;
	} else if (newfile_open(&f, p->to->path, e) < 0) {
		return err_place(e);
	} else if (is_up_to_date(g, p, &recipe)) {	/* another process has made it meanwhile */
		ret = 0;
	} else if (combine(&recipe, g->set->workers, f.tmp, f.fd, e) == 0) {
		ret = file_set_mtime(f.fd, f.tmp, p->mtime, e) < 0 || newfile_commit(&f, e) < 0 ? err_place(e) : 0;
	}
	p->to->made = f.committed;
	newfile_close(&f);
	if (file_look(p->to->path, &st, NULL) > 0)
		p->to->bytes = (uint64_t)st.st_size;
	return ret;
}

/*
 * Make the files of a granule: of a mixed one night, then day. In compatibility mode passes are independent, and the
 * granule is good when one of them is.
 */
static int
make_all(const struct granule *g, struct err *e)
{
	enum light light = g->header.light;
	struct outcome *o = g->o;
	struct pass pass[2] = {0};
	int n = 0, good = 0;

	if (light != LIGHT_DAY)
		pass[n++].uses[SUITE_NIGHT] = true;
	if (light != LIGHT_NIGHT) {
		pass[n].day = true;
		pass[n].uses[SUITE_NIGHT] = light == LIGHT_DAY;
		pass[n++].uses[SUITE_OC] = true;
	}
	for (int i = 0; i < n; i++) {
		struct pass *p = &pass[i];
		struct err why;

		p->to = &o->combined[o->ncombined];
		p->uses[SUITE_SST] = true;
		for (int k = 0; k < SUITE_COUNT; k++) {
			p->uses[k] = p->uses[k] && g->source[k].path != NULL;
			if (p->uses[k] && g->source[k].mtime > p->mtime)
				p->mtime = g->source[k].mtime;
		}
		if (name_pass(g, p, e) < 0)
			return -1;
		if (g->set->run->dry_run || make_pass(g, p, &why) == 0) {
			o->ncombined++;
			good++;
			continue;
		}
		o->other = *e;
		*e = why;
		if (why.code != E_DATA || !g->set->mode.compat)
			return -1;
	}
	if (good == 0)
		return -1;
	if (good < n)
		o->other = *e;
	return 0;
}

/* ---- all of it ---- */

static int
open_sst(struct granule *g, const char *path, struct err *e)
{
	const struct setting *s = g->set;
	struct outcome *o = g->o;
	const struct dataset *ds;

	o->type = s->run->type;
	if (o->type == PTYPE_COUNT)
		layout_of_dir(path, &ds, &o->type);
	if (obpg_parse(path, &g->name, e) < 0)
		return -1;
	o->ds = g->name.ds;
	xsnprintf(o->input[SUITE_SST], LAYOUT_SIZE, "%s", path);
	if (source_open(&g->source[SUITE_SST], path, g->name.ds, &s->mode, &g->header, &g->notes, e) < 0)
		return -1;
	if (o->type == PTYPE_COUNT)
		o->type = g->source[SUITE_SST].refined ? PTYPE_REFINED : PTYPE_QUICKLOOK;
	if (s->run->type == PTYPE_REFINED && !g->source[SUITE_SST].refined)
		return err_set(e, E_USAGE, "%s: says that it is quicklook, not refined", path);
	g->type = o->type;
	o->light = g->header.light;
	o->age = granule_age(clock_now(), g->source[SUITE_SST].mtime);
	o->threshold = s->wait >= 0 ? s->wait : g->name.ds->wait[g->type];
	for (enum suite i = SUITE_NIGHT; i < SUITE_COUNT; i++)
		o->needs[i] = needs(g, i);
	return 0;
}

void
granule_combine(const struct setting *s, const char *path, const bool refused[SUITE_COUNT], bool at_end,
    struct outcome *o)
{
	struct granule g = { .set = s, .o = o };
	struct err e = {0};
	int ret = -1;

	if (open_sst(&g, path, &e) == 0 && gather(&g, refused, &e) == 0) {
		o->decision = decide(&g, refused, at_end);
		ret = o->decision == DECIDE_COMBINE ? make_all(&g, &e) : 0;
	}
	if (ret < 0)
		o->err = e;
	for (size_t i = 0; i < g.notes.n && o->decision != DECIDE_LATER; i++)
		prog_info("%s", g.notes.item[i]);
	for (int i = 0; i < SUITE_COUNT; i++)
		source_fini(&g.source[i]);
	strlist_free(&g.notes);
}
