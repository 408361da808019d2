/* ncf - netCDF files with errors that name their subject */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "netcdf/ncf.h"
#include "netcdf/vet.h"

void
ncf_setup(void)
{
	unsigned places = 0;

	(void)setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
	(void)H5dont_atexit();		/* it crashes there after a file could not be closed on a full disk */
	(void)H5open();
	(void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);

	/* No plugins: 1.14 looks for one that opens the file that it could not, and errno is of that search then.
	 * netCDF adds places when it begins. */
	(void)nc_initialize();
	(void)H5PLsize(&places);
	while (places > 0 && H5PLremove(--places) >= 0)
		;
}

/* Whether an error code is the fault of no file. The libraries keep the reason of a failure to themselves, but errno
 * has it, unless something went on after it. */
static bool
is_surroundings(int en)
{
	static const int known[] = { EIO, EMFILE, ENFILE, ESTALE, ETIMEDOUT, EACCES, EPERM, EROFS, ENOSPC, EDQUOT,
	    EFBIG };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (en == known[i])
			return true;
	return false;
}

int
ncf_damaged(struct err *e, const char *fmt, ...)
{
	char msg[ERR_MSGMAX];
	va_list ap;
	int en = errno;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (en == ENOMEM)
		mem_die("out of memory");
	if (is_surroundings(en))
		return err_set(e, E_ENV, "%s: %s", msg, strerror(en));
	return err_set(e, E_DATA, "%s", msg);
}

int
ncf_unwritable(struct err *e, int rc, const char *path, const char *what)
{
	int en = errno;

	return err_set(e, E_ENV, "%s: %s%s%s", path, what, is_surroundings(en) || rc != NC_NOERR ? ": " : "",
	    is_surroundings(en) ? strerror(en) : rc != NC_NOERR ? nc_strerror(rc) : "");
}

int
ncf_fail(int rc, struct err *e, const char *fmt, ...)
{
	char subject[ERR_MSGMAX];
	va_list ap;
	enum err_code code = E_DATA;

	va_start(ap, fmt);
	(void)vsnprintf(subject, sizeof(subject), fmt, ap);
	va_end(ap);
	if (rc > 0 || rc == NC_ENOMEM || rc == NC_EPERM || rc == NC_EACCESS)
		code = E_ENV;
	return err_set(e, code, "%s: %s", subject, nc_strerror(rc));
}

bool
ncf_is_to_blame(const char *path, struct err *why)
{
	char digest[DIGEST_HEX_SIZE];
	struct err e;

	if (why->code != E_DATA)
		return false;
	if (digest_file(DIGEST_MD5, path, digest, &e) == 0 || e.code != E_ENV)
		return true;
	*why = e;
	return false;
}

/* Files come from outside: nothing but an HDF5 file gets as far as the HDF5 library. */
static int
check_signature(const char *path, struct err *e)
{
	static const unsigned char hdf5[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
	unsigned char head[8];
	int fd = file_open(path, e);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = pread(fd, head, sizeof(head), 0);
	if (n < 0)
		err_sys(e, "%s", path);
	(void)close(fd);
	if (n < 0)
		return -1;
	if (n < (ssize_t)sizeof(head) || memcmp(head, hdf5, sizeof(head)) != 0)
		return err_set(e, E_DATA, "%s: not a netCDF-4 file", path);
	return 0;
}

/* A name of the file that netCDF leaves alone: path, or that of the open descriptor in *fd; -1 in it else. */
static const char *
plain_name(const char *path, int flags, int *fd, char name[32])
{
	*fd = strchr(path, '\\') != NULL ? open(path, flags | O_CLOEXEC) : -1;
	if (*fd < 0)
		return path;
	xsnprintf(name, 32, "/proc/self/fd/%d", *fd);
	return name;
}

int
ncf_library_open(const char *path, int *ncid)
{
	char name[32];
	int fd, rc = nc_open(plain_name(path, O_RDONLY, &fd, name), NC_NOWRITE, ncid);

	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int
ncf_library_create(const char *path, int *ncid)
{
	char name[32];
	int fd, rc = nc_create(plain_name(path, O_RDWR, &fd, name), NC_CLOBBER | NC_NETCDF4, ncid);

	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int
ncf_open(const char *path, int *ncid, struct err *e)
{
	hid_t file;
	int rc;

	if (check_signature(path, e) < 0)
		return -1;
	errno = 0;
	file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
	rc = file < 0 ? ncf_damaged(e, "%s: damaged netCDF-4 file", path) : vet_file(file, path, e);
	if (file >= 0)
		(void)H5Fclose(file);
	if (rc < 0)
		return -1;
	errno = 0;
	rc = ncf_library_open(path, ncid);
	if (rc == NC_NOERR)
		return 0;
	if (rc == NC_ENOMEM || rc > 0)
		return ncf_fail(rc, e, "%s", path);
	return ncf_damaged(e, "%s: damaged netCDF-4 file: %s", path, nc_strerror(rc));
}

bool
ncf_is_text(const struct ncatt *a)
{
	return a->type == NC_CHAR || a->type == NC_STRING;
}

bool
ncf_is_number(const struct ncatt *a)
{
	return a->type != NC_NAT && !ncf_is_text(a);
}

/* Drop blanks at both ends; the text ends at its first NUL already. */
static void
trim(char *s)
{
	size_t n = strlen(s), lead = strspn(s, " ");

	while (n > lead && s[n - 1] == ' ')
		n--;
	memmove(s, s + lead, n - lead);
	s[n - lead] = '\0';
}

static int
read_text(int ncid, int varid, const char *att, struct ncatt *out)
{
	char *s = NULL;
	int rc;

	if (out->type == NC_CHAR) {
		if (out->len >= sizeof(out->text))
			return NC_EMAXNAME;
		rc = nc_get_att_text(ncid, varid, att, out->text);
		out->text[out->len] = '\0';
		out->number = (unsigned char)out->text[0];
	} else {
		if (out->len != 1)
			return NC_EINVAL;
		rc = nc_get_att_string(ncid, varid, att, &s);
		if (rc != NC_NOERR)
			return rc;
		if (s != NULL && strlen(s) >= sizeof(out->text))
			rc = NC_EMAXNAME;
		else
			(void)snprintf(out->text, sizeof(out->text), "%s", s != NULL ? s : "");
		(void)nc_free_string(1, &s);
	}
	trim(out->text);
	return rc;
}

static int
read_number(int ncid, int varid, const char *att, struct ncatt *out)
{
	double *v;
	int rc;

	if (out->type > NC_UINT64 || out->len == 0)
		return NC_EBADTYPE;
	v = xarray(out->len, sizeof(*v));
	rc = nc_get_att_double(ncid, varid, att, v);
	out->number = v[0];
	free(v);
	return rc;
}

int
ncf_att(int ncid, int varid, const char *att, const char *subject, struct ncatt *out, struct err *e)
{
	int rc;

	memset(out, 0, offsetof(struct ncatt, text) + 1);
	errno = 0;
	rc = nc_inq_att(ncid, varid, att, &out->type, &out->len);
	if (rc == NC_ENOTATT) {
		out->type = NC_NAT;
		return 0;
	}
	if (rc == NC_NOERR)
		rc = ncf_is_text(out) ? read_text(ncid, varid, att, out) : read_number(ncid, varid, att, out);
	if (rc != NC_NOERR)
		return ncf_damaged(e, "%s: attribute %s: %s", subject, att, nc_strerror(rc));
	return 0;
}

size_t
ncf_dim(int ncid, const char *name)
{
	size_t len;
	int id;

	if (nc_inq_dimid(ncid, name, &id) != NC_NOERR || nc_inq_dimlen(ncid, id, &len) != NC_NOERR)
		return 0;
	return len;
}

float
ncf_six_digits(float f)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.6g", (double)f);
	return strtof(text, NULL);
}
