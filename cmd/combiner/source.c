/* source - what one input file holds */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agree.h"
#include "base/file.h"
#include "base/mem.h"
#include "netcdf/ncf.h"
#include "source.h"

/* How a variable's shape compares with what it must be. */
enum fit { FITS, SMALLER, LARGER, WRONG };

static const char *
type_name(nc_type type)
{
	static const char *const name[] = { [NC_BYTE] = "byte", [NC_CHAR] = "char", [NC_SHORT] = "short",
		[NC_INT] = "int", [NC_FLOAT] = "float", [NC_DOUBLE] = "double", [NC_UBYTE] = "ubyte" };

	return type > NC_NAT && type <= NC_UBYTE && name[type] != NULL ? name[type] : "another type";
}

/* Find the variable under one of the names it may have; false when there is none. */
static bool
find(int ncid, const char *path, const struct variable *v, const struct instrument *in, const struct mode *m,
    struct source_var *out, int *group, int *var, struct strlist *notes)
{
	char name[VARIABLE_NAME];
	bool have = nc_inq_grp_ncid(ncid, v->group, group) == NC_NOERR, found = false;
	size_t i = 0;

	variables_name(v, in, out->name);
	while (!found && variables_source(v, in, i, name) && (i == 0 || (have && !m->compat))) {
		found = have && nc_inq_varid(*group, name, var) == NC_NOERR;
		if (found || i == 0)
			xsnprintf(out->path, sizeof(out->path), "%s/%s", v->group, name);
		if (found && i > 0)
			note(notes, "%s: %s taken for %s", path, out->path, out->name);
		i++;
	}
	return found;
}

/* Compare type and shape; the difference is described in e. */
static enum fit
check(int group, int var, const char *path, const struct source_var *s, const struct header *h, struct err *e)
{
	size_t want[2] = { h->nj, h->ni }, have[2] = { 0, 0 };
	int rank = 0, dim[NC_MAX_VAR_DIMS];
	nc_type type = NC_NAT;
	bool same_type;

	if (nc_inq_varndims(group, var, &rank) != NC_NOERR || nc_inq_vartype(group, var, &type) != NC_NOERR ||
	    rank != s->spec->rank || nc_inq_vardimid(group, var, dim) != NC_NOERR) {
		err_set(e, E_DATA, "%s: %s: has %d dimensions, not %d", path, s->path, rank, s->spec->rank);
		return WRONG;
	}
	same_type = type == s->spec->type || (s->spec->type == NC_BYTE && type == NC_UBYTE);
	for (int i = 0; i < rank; i++)
		(void)nc_inq_dimlen(group, dim[i], &have[i]);
	if (!same_type) {
		err_set(e, E_DATA, "%s: %s: is %s, not %s", path, s->path, type_name(type),
		    type_name(s->spec->type));
		return WRONG;
	}
	if (have[0] == want[0] && (rank == 1 || have[1] == want[1]))
		return FITS;
	if (rank == 1)
		err_set(e, E_DATA, "%s: %s: %zu lines, not %zu", path, s->path, have[0], want[0]);
	else
		err_set(e, E_DATA, "%s: %s: %zu x %zu, not %zu x %zu lines and pixels", path, s->path, have[0],
		    have[1], want[0], want[1]);
	return have[0] >= want[0] && (rank == 1 || have[1] >= want[1]) ? LARGER : SMALLER;
}

/* What the loop over the variables does with one that is not as it should be. */
enum verdict { USE, SKIP, STOP, REFUSE };

/* The reference's judgement of companions; e holds what is wrong, or why the variable is not there. */
static enum verdict
judge_compat(const struct variable *v, bool found, enum fit fit)
{
	bool last = variables_at((size_t)(v - variables_at(0)) + 1) == NULL ||
	    v[1].suite != v->suite;

	if (found && fit == FITS)
		return USE;
	if (v->suite == SUITE_OC) {
		if (!found || fit == LARGER)
			return found ? USE : SKIP;
		return STOP;		/* chlor_a refused: Kd_490 is not tried */
	}
	return v->suite == SUITE_NIGHT && found && fit == LARGER && !last ? USE : REFUSE;
}

static int
take_variable(int ncid, struct source *s, const struct variable *v, const struct dataset *ds, const struct mode *m,
    const struct header *h, enum verdict *verdict, struct strlist *notes, struct err *e)
{
	struct source_var *out = &s->var[s->nvars];
	char subject[ERR_MSGMAX];
	enum fit fit = WRONG;
	int group = 0, var = 0;
	bool found;

	*out = (struct source_var){ .spec = v };
	found = find(ncid, s->path, v, ds->instrument, m, out, &group, &var, notes);
	if (found)
		fit = check(group, var, s->path, out, h, e);
	else
		err_set(e, E_DATA, "%s: %s: no such variable", s->path, out->path);
	*verdict = m->compat ? judge_compat(v, found, fit) : found && fit == FITS ? USE : REFUSE;
	if (*verdict == REFUSE)
		return -1;
	if (fit != FITS)
		note(notes, "%s", e->msg);
	if (*verdict != USE)
		return 0;
	out->only_fill = fit == LARGER;
	s->nvars++;
	(void)snprintf(subject, sizeof(subject), "%.800s: %s", s->path, out->path);
	return attributes_read(group, var, subject, v, m, &out->att, notes, e);
}

static int
take_variables(int ncid, struct source *s, const struct dataset *ds, const struct mode *m, const struct header *h,
    struct strlist *notes, struct err *e)
{
	const struct variable *v;
	enum verdict verdict = USE;

	if (m->compat && h->nj == 1)
		return err_set(e, E_DATA, "%s: a single line", s->path);
	for (size_t i = 0; (v = variables_at(i)) != NULL && verdict != STOP; i++)
		if (v->suite == s->suite && take_variable(ncid, s, v, ds, m, h, &verdict, notes, e) < 0)
			return -1;
	return 0;
}

static int
begin(struct source *s, const char *path, enum suite suite, int *ncid, struct err *e)
{
	struct stat st;
	int there = file_look(path, &st, e);

	*s = (struct source){ .suite = suite, .path = xstrdup(path) };
	*ncid = -1;
	if (there <= 0)
		return there == 0 ? err_set(e, E_MISSING, "%s: no such file", path) : -1;
	s->mtime = file_time(&st);
	return ncf_open(path, ncid, e) < 0 ? -1 : header_is_refined(*ncid, path, &s->refined, e);
}

int
source_open(struct source *s, const char *path, const struct dataset *ds, const struct mode *m, struct header *h,
    struct strlist *notes, struct err *e)
{
	int ncid, ret = -1;

	if (begin(s, path, SUITE_SST, &ncid, e) == 0 && header_read(ncid, path, ds, m, h, notes, e) == 0)
		ret = take_variables(ncid, s, ds, m, h, notes, e);
	if (ret == 0)
		agree_lines(ncid, h->nj, &h->first_ms, &h->last_ms);
	if (ncid >= 0)
		(void)nc_close(ncid);		/* open for reading: nothing can be lost */
	return ret;
}

int
source_companion(struct source *s, const char *path, enum suite suite, const struct dataset *ds,
    const struct mode *m, const struct header *h, struct strlist *notes, struct err *e)
{
	double mine[2], sst[2] = { h->first_ms, h->last_ms };
	int ncid, ret = -1;

	if (begin(s, path, suite, &ncid, e) == 0)
		ret = take_variables(ncid, s, ds, m, h, notes, e);
	if (ret == 0 && !m->compat) {
		agree_lines(ncid, h->nj, &mine[0], &mine[1]);
		ret = agree_times(path, mine, sst, e);
	} else if (ret < 0 && m->compat && suite == SUITE_OC && (e->code == E_DATA || e->code == E_MISSING)) {
		s->nvars = 0;			/* the reference goes on without an OC file it cannot read */
		note(notes, "%s", e->msg);
		ret = 0;
	}
	if (ncid >= 0)
		(void)nc_close(ncid);
	return ret;
}

void
source_fini(struct source *s)
{
	for (size_t i = 0; i < SOURCE_VARS; i++)
		attributes_fini(&s->var[i].att);
	free(s->path);
	*s = (struct source){0};
}
