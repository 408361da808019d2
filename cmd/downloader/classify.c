/* classify - quicklook or refined */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5.h>
#include <netcdf.h>

#include "base/child.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/prog.h"
#include "classic.h"
#include "classify.h"
#include "netcdf/ncf.h"
#include "netcdf/vet.h"

#define HEAD_SIZE 8			/* bytes of a signature */
#define CHILD_OPTION "--check-file"	/* not for users */

static pthread_mutex_t netcdf_lock = PTHREAD_MUTEX_INITIALIZER;

/* Nothing but netCDF gets as far as the libraries. */
static int
check_signature(const char *path, const char *subject, bool *classic, struct err *e)
{
	static const char hdf5[HEAD_SIZE] = "\x89HDF\r\n\x1a\n";
	char head[HEAD_SIZE] = "";
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
	*classic = memcmp(head, "CDF", 3) == 0 && (head[3] == 1 || head[3] == 2 || head[3] == 5);
	if (!*classic && memcmp(head, hdf5, sizeof(hdf5)) != 0)
		return err_set(e, E_DATA, "%s: not a netCDF file", subject);
	return 0;
}

/* The two texts that decide; "" in a present attribute that is no text. */
struct texts {
	int has_version, has_product;	/* as int, for any bytes are one */
	char version[NCF_TEXTMAX], product[NCF_TEXTMAX];
};

static int
read_netcdf(const char *path, const char *subject, struct texts *t, struct err *e)
{
	struct ncatt a;
	int ncid, ret = -1, rc = ncf_library_open(path, &ncid);

	if (rc != NC_NOERR)
		return ncf_fail(rc, e, "%s: damaged netCDF file", subject);
	if (ncf_att(ncid, NC_GLOBAL, "processing_version", subject, &a, e) < 0)
		goto out;
	t->has_version = ncf_is_text(&a);
	memcpy(t->version, a.text, sizeof(t->version));
	if (ncf_att(ncid, NC_GLOBAL, "product_name", subject, &a, e) < 0)
		goto out;
	t->has_product = ncf_is_text(&a);
	memcpy(t->product, a.text, sizeof(t->product));
	ret = 0;
out:
	rc = nc_close(ncid);
	if (ret == 0 && rc != NC_NOERR)
		ret = ncf_fail(rc, e, "%s", subject);
	return ret;
}

/* A text attribute of the root group, one string of any kind; false when there is none. */
static bool
read_hdf5_text(hid_t file, const char *name, char out[NCF_TEXTMAX])
{
	hid_t attr = -1, type = -1, space = -1;
	char *text = NULL;
	bool ok = false;
	size_t size;

	if (H5Aexists(file, name) <= 0 || (attr = H5Aopen(file, name, H5P_DEFAULT)) < 0)
		return false;
	type = H5Aget_type(attr);
	space = H5Aget_space(attr);
	if (type < 0 || space < 0 || H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1)
		goto out;
	size = H5Tget_size(type);
	if (H5Tis_variable_str(type) > 0) {
		ok = H5Aread(attr, type, &text) >= 0;
		if (ok && text != NULL)
			(void)snprintf(out, NCF_TEXTMAX, "%s", text);
		(void)H5free_memory(text);
	} else if (size < NCF_TEXTMAX) {
		ok = H5Aread(attr, type, out) >= 0;
		out[size] = '\0';
	}
out:
	if (space >= 0)
		(void)H5Sclose(space);
	if (type >= 0)
		(void)H5Tclose(type);
	(void)H5Aclose(attr);
	return ok;
}

/* A verified file needs no more than its two attributes; nc_open would read all of its metadata, which takes
 * twenty times as long (2 ms for a granule). */
static int
read_hdf5(const char *path, const char *subject, struct texts *t, struct err *e)
{
	hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);

	if (file < 0)
		return err_set(e, E_DATA, "%s: damaged netCDF-4 file", subject);
	t->has_version = read_hdf5_text(file, "processing_version", t->version);
	t->has_product = read_hdf5_text(file, "product_name", t->product);
	if (H5Fclose(file) < 0)
		return err_set(e, E_DATA, "%s: damaged netCDF-4 file", subject);
	return 0;
}

/* ---- files whose checksum is not known: anybody may have made them ---- */

struct finding {
	struct err err;
	struct texts texts;
};

/* In the process of its own. */
static int
read_strange(const char *path, const char *subject, struct texts *t, struct err *e)
{
	hid_t file;
	bool classic;
	int ret;

	if (check_signature(path, subject, &classic, e) < 0)
		return -1;
	if (classic)
		return read_netcdf(path, subject, t, e) < 0 ? -1 : classic_check(path, subject, e);
	(void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
	if (file < 0)
		return err_set(e, E_DATA, "%s: damaged netCDF file", subject);
	ret = vet_file(file, subject, e);
	(void)H5Fclose(file);
	return ret < 0 ? -1 : read_netcdf(path, subject, t, e);
}

int
classify_child(int argc, char *argv[])
{
	static struct finding f;
	struct err e;

	if (argc != 4 || strcmp(argv[1], CHILD_OPTION) != 0)
		return -1;
	child_begin();
	ncf_setup();
	(void)read_strange(argv[2], argv[3], &f.texts, &f.err);
	return file_put(STDOUT_FILENO, "standard output", &f, sizeof(f), &e) < 0 ? 3 : 0;
}

/* One at a time, which bounds the memory. What comes back may be the work of a hostile file. */
static int
ask_child(const char *path, const char *subject, struct texts *t, struct err *e)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	char option[] = CHILD_OPTION, *args[] = { xstrdup(prog_name()), option, xstrdup(path), xstrdup(subject), NULL };
	struct finding *f = xarray(1, sizeof(*f));
	int ret;

	(void)pthread_mutex_lock(&one);
	ret = child_again(args, f, sizeof(*f), subject, e);
	(void)pthread_mutex_unlock(&one);
	*t = f->texts;
	t->version[NCF_TEXTMAX - 1] = t->product[NCF_TEXTMAX - 1] = '\0';
	f->err.msg[ERR_MSGMAX - 1] = '\0';
	if (ret == 0 && f->err.code != E_NONE)
		ret = err_set(e, f->err.code == E_ENV ? E_ENV : E_DATA, "%s", f->err.msg);
	for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++)
		if (args[i] != option)
			free(args[i]);
	free(f);
	return ret;
}

static int
ask_library(const char *path, const char *subject, struct texts *t, struct err *e)
{
	bool classic;
	int ret;

	if (check_signature(path, subject, &classic, e) < 0)
		return -1;
	(void)pthread_mutex_lock(&netcdf_lock);
	(void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);	/* each thread has its own setting */
	ret = classic ? read_netcdf(path, subject, t, e) : read_hdf5(path, subject, t, e);
	(void)pthread_mutex_unlock(&netcdf_lock);
	return ret;
}

int
classify_file(const char *path, const char *subject, const struct obpg_name *listed, bool unverified, enum ptype *type,
    char *note, size_t note_size, struct err *e)
{
	struct texts t = { .has_version = 0 };
	const char *v, *p;

	note[0] = '\0';
	if ((unverified ? ask_child : ask_library)(path, subject, &t, e) < 0)
		return -1;
	v = t.has_version ? t.version : NULL;
	p = t.has_product ? t.product : NULL;
	*type = ptype_of_file(v, p, listed->nrt ? PTYPE_QUICKLOOK : PTYPE_REFINED);
	if (v == NULL && p == NULL)
		(void)snprintf(note, note_size,
		    "%s: neither processing_version nor product_name in it, taken as %s by its name", subject,
		    ptype_name(*type));
	else if (listed->nrt != (*type == PTYPE_QUICKLOOK))
		(void)snprintf(note, note_size, "%s: %s by its attributes, %s by its name; the attributes count",
		    subject, ptype_name(*type), ptype_name(listed->nrt ? PTYPE_QUICKLOOK : PTYPE_REFINED));
	return 0;
}
