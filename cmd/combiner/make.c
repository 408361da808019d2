/* make - one combined file under its name */

#include <stddef.h>
#include <sys/stat.h>

#include <netcdf.h>

#include "base/newfile.h"
#include "make.h"
#include "netcdf/ncf.h"

/* Whether path has all variables that would be written now: a companion may have come since it was made. */
static bool
is_complete(const char *path, const struct plan *p)
{
	int ncid, var;
	bool all = true;

	if (ncf_open(path, &ncid, NULL) < 0)
		return false;
	for (int s = 0; s < SUITE_COUNT; s++)
		for (size_t i = 0; p->source[s] != NULL && i < p->source[s]->nvars; i++)
			all = all && nc_inq_varid(ncid, p->source[s]->var[i].name, &var) == NC_NOERR;
	(void)nc_close(ncid);
	return all;
}

static bool
is_up_to_date(const struct maker *m, const struct pass *p, const struct plan *plan)
{
	return !m->force && file_mtime(p->path) >= p->mtime && is_complete(p->path, plan);
}

static uint64_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

int
make_combined(const struct maker *m, const struct granule *g, const struct pass *p, uint64_t *bytes, bool *made,
    enum suite *culprit, struct err *e)
{
	struct plan plan = { .header = &g->header, .day = p->day, .platform = !m->compat, .verify = !m->compat,
		.stop = m->stop };
	struct newfile f = {0};
	int ret = -1;

	for (int s = 0; s < SUITE_COUNT; s++)
		plan.source[s] = p->uses[s] ? &g->source[s] : NULL;
	*made = false;
	if (is_up_to_date(m, p, &plan)) {
		*bytes = size_of(p->path);
		return 0;
	}
	if (newfile_open(&f, p->path, e) < 0)
		return err_place(e);
	if (is_up_to_date(m, p, &plan))	/* another process has made it meanwhile */
		ret = 0;
	else if (combine(m->copier, &plan, f.tmp, f.fd, culprit, e) == 0)
		ret = file_set_mtime(f.fd, f.tmp, p->mtime, e) < 0 || newfile_commit(&f, e) < 0 ? err_place(e) : 0;
	*made = f.committed;
	newfile_close(&f);
	*bytes = size_of(p->path);
	return ret;
}
