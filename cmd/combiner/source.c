/* source - what one input file holds */

#include <math.h>
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

static int
add_note(struct strlist *notes, const char *text, struct err *e)
{
	return strlist_add(notes, text, e);
}

/* Find the variable under one of the names it may have. *var -1: there is none. */
static int
find(int ncid, const char *path, const struct variable *v, const struct dataset *ds, const struct mode *m,
    struct source_var *out, int *group, int *var, struct strlist *notes, struct err *e)
{
	char name[VARIABLE_NAME], text[ERR_MSGMAX];

	*var = -1;
	variables_name(v, ds->instrument, out->name);
	(void)variables_source(v, ds->instrument, 0, name);
	(void)snprintf(out->path, sizeof(out->path), "%s/%s", v->group, name);
	if (nc_inq_grp_ncid(ncid, v->group, group) != NC_NOERR)
		return 0;
	for (size_t i = 0; variables_source(v, ds->instrument, i, name) && (i == 0 || !m->compat); i++) {
		if (nc_inq_varid(*group, name, var) != NC_NOERR) {
			*var = -1;
			continue;
		}
		(void)snprintf(out->path, sizeof(out->path), "%s/%s", v->group, name);
		if (i == 0)
			return 0;
		(void)snprintf(text, sizeof(text), "%.800s: %s taken for %s", path, out->path, out->name);
		return add_note(notes, text, e);
	}
	return 0;
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
	int group, var;

	*out = (struct source_var){ .spec = v };
	if (find(ncid, s->path, v, ds, m, out, &group, &var, notes, e) < 0)
		return -1;
	if (var < 0)
		err_set(e, E_DATA, "%s: %s: no such variable", s->path, out->path);
	else
		fit = check(group, var, s->path, out, h, e);
	*verdict = m->compat ? judge_compat(v, var >= 0, fit) : var >= 0 && fit == FITS ? USE : REFUSE;
	if (*verdict == REFUSE)
		return -1;
	if (fit != FITS && add_note(notes, e->msg, e) < 0)
		return -1;
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
	*s = (struct source){ .suite = suite };
	*ncid = -1;
	s->path = mem_str(path, e);
	if (s->path == NULL)
		return -1;
	s->mtime = file_mtime(path);
	if (s->mtime < 0)
		return err_set(e, E_MISSING, "%s: no such file", path);
	return ncf_open(path, ncid, e);
}

/* Closing a file opened for reading cannot lose anything. */
static void
end(int ncid)
{
	if (ncid >= 0)
		(void)nc_close(ncid);
}

int
source_open(struct source *s, const char *path, const struct dataset *ds, const struct mode *m, struct header *h,
    struct strlist *notes, struct err *e)
{
	int ncid, ret = -1;

	if (begin(s, path, SUITE_SST, &ncid, e) == 0 &&
	    header_is_refined(ncid, path, &s->refined, e) == 0 &&
	    header_read(ncid, path, ds, m, h, notes, e) == 0)
		ret = take_variables(ncid, s, ds, m, h, notes, e);
	if (ret == 0)
		agree_lines(ncid, h->nj, &h->first_ms, &h->last_ms);
	end(ncid);
	return ret;
}

/* The reference goes on without an OC file it cannot read. */
static int
refuse(struct source *s, const struct mode *m, struct strlist *notes, struct err *e)
{
	if (!m->compat || s->suite != SUITE_OC || (e->code != E_DATA && e->code != E_MISSING))
		return -1;
	s->nvars = 0;
	return add_note(notes, e->msg, e);
}

static int
check_times(int ncid, const char *path, const struct header *h, struct err *e)
{
	double mine[2], sst[2] = { h->first_ms, h->last_ms };

	agree_lines(ncid, h->nj, &mine[0], &mine[1]);
	return agree_times(path, mine, sst, e);
}

int
source_companion(struct source *s, const char *path, enum suite suite, const struct dataset *ds,
    const struct mode *m, const struct header *h, struct strlist *notes, struct err *e)
{
	int ncid, ret = -1;

	if (begin(s, path, suite, &ncid, e) < 0 ||
	    header_is_refined(ncid, path, &s->refined, e) < 0 ||
	    take_variables(ncid, s, ds, m, h, notes, e) < 0)
		ret = refuse(s, m, notes, e);
	else
		ret = m->compat ? 0 : check_times(ncid, path, h, e);
	end(ncid);
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
