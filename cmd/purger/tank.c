/* tank - quicklook or refined, in the holding tank */

#include <fcntl.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/str.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "netcdf/ncf.h"
#include "tank.h"

struct answer {
	bool by_product;		/* product_name alone decides */
	enum ptype type;		/* the answer */
};

/* In a process of its own, because the file came from outside. */
static void
read_header(void *arg)
{
	struct ncatt product, version = { .type = NC_NAT };
	struct answer *h = arg;
	int ncid;

	if (ncf_open("/proc/self/fd/0", &ncid, NULL) < 0 ||
	    ncf_att(ncid, NC_GLOBAL, "product_name", "", &product, NULL) < 0 ||
	    (!h->by_product && ncf_att(ncid, NC_GLOBAL, "processing_version", "", &version, NULL) < 0))
		return;
	h->type = ptype_of_file(ncf_is_text(&version) ? version.text : NULL,
	    ncf_is_text(&product) ? product.text : NULL, PTYPE_COUNT);
}

static int
by_content(int dir, const char *name, bool by_product, enum ptype *t, struct err *e)
{
	static _Thread_local struct answer *h;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "cannot be read");
	if (h == NULL)
		h = child_memory(sizeof(*h));
	*h = (struct answer){ by_product, PTYPE_COUNT };
	if (child_run(read_header, h, fd, name, NULL) < 0)
		h->type = PTYPE_COUNT;
	(void)close(fd);
	*t = h->type;
	if (*t < PTYPE_COUNT)
		return 0;
	if (faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "%s", name);
	return err_set(e, E_DATA, "not a readable netCDF-4 file that says whether it is quicklook or refined");
}

/* OBPG has quicklook files for this month and refined ones for those before; the month's first day may be either. */
static int
by_date(int dir, const char *name, int64_t time, int64_t now, enum ptype *t, struct err *e)
{
	struct civil file = clock_civil(time), today = clock_civil(now);

	if (file.month == today.month && file.day == 1)
		return by_content(dir, name, true, t, e);
	if (file.month > today.month && file.year >= today.year)
		return err_set(e, E_DATA, "of a month to come");
	*t = file.year < today.year || file.month < today.month ? PTYPE_REFINED : PTYPE_QUICKLOOK;
	return 0;
}

int
tank_type(int dir, const char *path, int64_t now, bool compat, const struct dataset **ds, enum ptype *t, struct err *e)
{
	const char *name = str_base(path);
	struct obpg_name obpg;

	layout_of_dir(path, ds, t);
	if (*ds != NULL)
		return 0;
	if (obpg_parse(name, &obpg, NULL) < 0)
		return err_set(e, E_DATA, "not the name of a Level-2 file");
	*ds = obpg.ds;
	return compat ? by_date(dir, name, obpg.time, now, t, e) : by_content(dir, name, false, t, e);
}
