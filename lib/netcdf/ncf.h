#ifndef NCF_H
#define NCF_H

#include <stdbool.h>
#include <stddef.h>

#include <netcdf.h>

#include "base/err.h"

/*
 * netCDF files through netcdf-c, with errors that name file, variable and attribute. One thread at a time.
 */

/* ncf_setup - prepare the libraries: no HDF5 file locks (shared trees are NFS), no HDF5 error stacks on stderr.
 * Call it first, before threads exist. */
void	ncf_setup(void);

/*
 * ncf_open - open an existing netCDF-4 file for reading
 *
 * The HDF5 signature is checked before any library parses the file, and what is in it (netcdf/vet.h) before any of it
 * is read. Returns 0 with *ncid to be closed by
 * nc_close(), or -1: E_MISSING, E_DATA for everything that is not a readable netCDF-4 file, E_ENV.
 */
int	ncf_open(const char *path, int *ncid, struct err *e);

/* ncf_library_open, ncf_library_create - nc_open for reading and nc_create of a netCDF-4 file that is there already,
 * for any name: the library itself takes a backslash for a separator. Return its status. */
int	ncf_library_open(const char *path, int *ncid);
int	ncf_library_create(const char *path, int *ncid);

/* ncf_fail - err_set from a netcdf-c status; code E_ENV for a full disk or lack of memory, else E_DATA. */
int	ncf_fail(int rc, struct err *e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* ncf_damaged - err_set with E_DATA for a file that HDF5 or netCDF could not read; E_ENV with the text of errno when
 * that tells of a failing disk; lack of memory ends the program. Set errno to 0 before the call that failed. */
int	ncf_damaged(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ncf_is_to_blame - whether an error of code E_DATA is the file's own fault: false, and *why the reason, when the file
 * cannot be read from end to end. Asked before it is put away for good. */
bool	ncf_is_to_blame(const char *path, struct err *why);

/* ncf_unwritable - err_set with E_ENV for a file that could not be made, with the text of errno when that has the
 * reason, else that of the netCDF status rc. Set errno to 0 before the call that failed. */
int	ncf_unwritable(struct err *e, int rc, const char *path, const char *what);

#define NCF_TEXTMAX 4096

/* An attribute's value. Numbers are scalars; of an array the first element. */
struct ncatt {
	nc_type type;			/* NC_NAT when the attribute is absent */
	size_t len;			/* elements; of NC_CHAR: bytes as stored */
	double number;			/* of NC_CHAR: the first byte */
	char text[NCF_TEXTMAX];		/* NC_CHAR and NC_STRING: up to the first NUL, blanks trimmed at both ends */
};

/*
 * ncf_att - read an attribute, any type
 *
 * An absent attribute is no error: type is NC_NAT. Returns -1 with E_DATA for one that cannot be read, or for a
 * text that is too long. name is the subject of messages ("file: group/variable").
 */
int	ncf_att(int ncid, int varid, const char *att, const char *subject, struct ncatt *out, struct err *e);

bool	ncf_is_text(const struct ncatt *a);
bool	ncf_is_number(const struct ncatt *a);

/* ncf_dim - the length of a dimension by name; 0 when there is none. */
size_t	ncf_dim(int ncid, const char *name);

/* ncf_six_digits - f as the reference sees it: printed with 6 significant digits (%.6g) and read back. */
float	ncf_six_digits(float f);

#endif
