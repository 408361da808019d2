/* frame - a combined file without its data */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <hdf5.h>
#include <linux/magic.h>
#include <netcdf.h>

#include "frame.h"
#include "netcdf/ncf.h"

#define FRAME_MAX (256 * 1024)		/* more than the frame can take */

/* The inputs were good enough to get here: what fails now is the surroundings' fault. */
static int
failed(int rc, const char *path, struct err *e)
{
	return ncf_unwritable(e, rc, path, "cannot define the file");
}

static int
define_variable(int ncid, const struct source_var *v, const int dims[3], const char *path, int *id, struct err *e)
{
	int rc = nc_def_var(ncid, v->name, v->spec->type, v->spec->rank + 1, dims, id);

	if (rc == NC_NOERR)
		rc = nc_def_var_chunking(ncid, *id, NC_CONTIGUOUS, NULL);
	if (rc != NC_NOERR)
		return failed(rc, path, e);
	return attributes_write(ncid, *id, path, &v->att, e);
}

/* Dimensions, variables with their attributes, global attributes. Returns the number of variables or -1. */
static int
define(int ncid, const struct recipe *p, const char *path, int id[VARIABLES_MAX], struct err *e)
{
	static const char *const dim[3] = { "time", "nj", "ni" };
	const size_t len[3] = { 1, p->header->nj, p->header->ni };
	int dims[3], rc, old, n = 0;

	rc = nc_set_fill(ncid, NC_NOFILL, &old);	/* every element is written, once */
	for (int i = 0; rc == NC_NOERR && i < 3; i++)
		rc = nc_def_dim(ncid, dim[i], len[i], &dims[i]);
	if (rc != NC_NOERR)
		return failed(rc, path, e);
	for (int s = 0; s < SUITE_COUNT; s++)
		for (size_t i = 0; p->source[s] != NULL && i < p->source[s]->nvars; i++)
			if (define_variable(ncid, &p->source[s]->var[i], dims, path, &id[n++], e) < 0)
				return -1;
	if (header_write(ncid, path, p->header, p->day, p->platform, e) < 0)
		return -1;
	return n;
}

/* Write one element of each variable: that gives it its place in the file. */
static int
allocate(int ncid, const int *id, int n, const char *path, struct err *e)
{
	const size_t first[3] = { 0, 0, 0 };
	const char zero[8] = { 0 };
	int rc = nc_enddef(ncid);

	for (int i = 0; rc == NC_NOERR && i < n; i++)
		rc = nc_put_var1(ncid, id[i], first, zero);
	return rc == NC_NOERR ? 0 : failed(rc, path, e);
}

static uint64_t
size_of(const struct recipe *p, const struct source_var *v)
{
	return (uint64_t)p->header->nj * (v->spec->rank == 2 ? p->header->ni : 1) * variables_size(v->spec->type);
}

/* Have the file system set aside the room for the whole file, or where it cannot, at least look. tmpfs could, by
 * filling it with zeros. */
static int
reserve(const struct recipe *p, const char *path, int fd, struct err *e)
{
	uint64_t size = FRAME_MAX;
	struct statfs fs;

	for (int s = 0; s < SUITE_COUNT; s++)
		for (size_t i = 0; p->source[s] != NULL && i < p->source[s]->nvars; i++)
			size += size_of(p, &p->source[s]->var[i]);
	if (fstatfs(fd, &fs) < 0)
		return err_sys(e, "%s", path);
	if (fs.f_type != TMPFS_MAGIC) {
		if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0)
			return 0;
		if (errno != EOPNOTSUPP && errno != ENOSYS)
			return err_sys(e, "%s", path);
	}
	if ((uint64_t)fs.f_bavail >= size / (uint64_t)fs.f_bsize + 1)
		return 0;
	errno = ENOSPC;
	return err_sys(e, "%s", path);
}

static int
make_file(const struct recipe *p, const char *path, int fd, struct err *e)
{
	int id[VARIABLES_MAX] = {0}, ncid, n, ret = -1, rc;

	errno = 0;
	rc = ncf_library_create(path, &ncid);
	if (rc != NC_NOERR)
		return failed(rc, path, e);
	n = reserve(p, path, fd, e) < 0 ? -1 : define(ncid, p, path, id, e);	/* creating it gave the room back */
	if (n >= 0)
		ret = allocate(ncid, id, n, path, e);
	rc = nc_close(ncid);
	if (ret < 0)
		e->code = E_ENV;
	return ret == 0 && rc != NC_NOERR ? failed(rc, path, e) : ret;
}

static int
locate_variable(hid_t file, const char *path, const struct recipe *p, const struct source_var *v, uint64_t *at,
    struct err *e)
{
	hid_t dset = H5Dopen2(file, v->name, H5P_DEFAULT);
	haddr_t offset = HADDR_UNDEF;
	hsize_t size = 0;

	if (dset >= 0) {
		offset = H5Dget_offset(dset);
		size = H5Dget_storage_size(dset);
		(void)H5Dclose(dset);
	}
	if (offset == HADDR_UNDEF || size != size_of(p, v))
		return err_set(e, E_ENV, "%s: %s has no place in the file", path, v->name);
	*at = offset;
	return 0;
}

static int
locate(const struct recipe *p, const char *path, uint64_t at[VARIABLES_MAX], struct err *e)
{
	hid_t file;
	int n = 0, ret = 0;

	errno = 0;
	file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
	if (file < 0)
		return failed(NC_EHDFERR, path, e);
	for (int s = 0; s < SUITE_COUNT; s++)
		for (size_t i = 0; ret == 0 && p->source[s] != NULL && i < p->source[s]->nvars; i++)
			ret = locate_variable(file, path, p, &p->source[s]->var[i], &at[n++], e);
	(void)H5Fclose(file);
	return ret;
}

/* Give back what was set aside and not needed. */
static int
trim(const char *path, int fd, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || ftruncate(fd, st.st_size) < 0)
		return err_sys(e, "%s", path);
	return 0;
}

int
frame_write(const struct recipe *p, const char *path, int fd, uint64_t at[VARIABLES_MAX], struct err *e)
{
	if (reserve(p, path, fd, e) < 0 || make_file(p, path, fd, e) < 0 || trim(path, fd, e) < 0)
		return -1;
	return locate(p, path, at, e);
}
