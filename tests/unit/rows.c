/* rows - variables by blocks of chunk rows, against nc_get_var and H5Dread */

#include <stdint.h>
#include <unistd.h>

#include <hdf5.h>
#include <netcdf.h>

#include "netcdf/ncf.h"
#include "netcdf/rows.h"
#include "tap.h"

#define NJ 53
#define NI 37

static char path[64];
static unsigned char want[NJ * NI * 8], got[NJ * NI * 8 + 16];

struct shape { size_t cj, ci; int deflate, shuffle, fletcher; };

static size_t
size_of(nc_type t)
{
	return t == NC_BYTE || t == NC_UBYTE ? 1 : t == NC_SHORT ? 2 : t == NC_DOUBLE ? 8 : 4;
}

static void
check(int rc, const char *what)
{
	if (rc == NC_NOERR)
		return;
	give_up("%s: %s", what, nc_strerror(rc));
}

/* A file with group g and variable v; lines is how many of them are written. */
static void
make_file(nc_type type, int rank, const struct shape *s, size_t lines)
{
	size_t start[2] = { 0, 0 }, count[2] = { lines, NI };
	int nc, grp, dim[2], var;

	check(nc_create(path, NC_CLOBBER | NC_NETCDF4, &nc), "create");
	check(nc_def_grp(nc, "g", &grp), "group");
	check(nc_def_dim(nc, "j", NJ, &dim[0]), "dim");
	check(nc_def_dim(nc, "i", NI, &dim[1]), "dim");
	check(nc_def_var(grp, "v", type, rank, dim, &var), "var");
	if (s->cj != 0) {
		check(nc_def_var_chunking(grp, var, NC_CHUNKED, (size_t[]){ s->cj, s->ci }), "chunks");
		if (s->deflate > 0 || s->shuffle)
			check(nc_def_var_deflate(grp, var, s->shuffle, s->deflate > 0, s->deflate), "deflate");
		if (s->fletcher)
			check(nc_def_var_fletcher32(grp, var, NC_FLETCHER32), "fletcher");
	}
	for (size_t i = 0; i < sizeof(want); i++)
		want[i] = (unsigned char)(i % 5 == 0 ? i / 40 : i * 7 % 11);
	if (lines > 0)
		check(nc_put_vara(grp, var, start, count, want), "put");
	check(nc_get_var(grp, var, want), "get");	/* with fill where nothing was written */
	check(nc_close(nc), "close");
}

/* All lines of "g/v" through rows; -1 with *e. */
static int
read_rows(nc_type type, struct rows *r, struct err *e)
{
	struct rows_block b = {0};
	struct codec *c = codec_new(1);
	hid_t file = -1;
	size_t at = 0;
	int ret = -1;

	memset(got, 0x5A, sizeof(got));
	*r = (struct rows){0};
	if (rows_file(path, &file, e) < 0 || rows_open(r, file, path, "g/v", type, e) < 0)
		goto out;
	for (size_t i = 0; i < rows_blocks(r); i++) {
		if (rows_fetch(r, i, &b, e) < 0 || b.lines > NJ || b.first * r->ni * r->elem != at ||
		    rows_decode(&b, c, got + at, e) < 0)
			goto out;
		at += b.lines * r->ni * r->elem;
	}
	ret = 0;
out:
	rows_block_free(&b);
	codec_free(c);
	rows_file_close(file);
	return ret;
}

static void
same(nc_type type, int rank, const struct shape *s, size_t lines, const char *what)
{
	size_t n = (rank == 2 ? NJ * NI : NJ) * size_of(type);
	struct err e = {0};
	struct rows r;
	int good;

	make_file(type, rank, s, lines);
	good = read_rows(type == NC_UBYTE ? NC_BYTE : type, &r, &e) == 0 && memcmp(got, want, n) == 0 &&
	    got[n] == 0x5A;
	ok(good && r.raw == ((s->deflate > 0 || s->shuffle) && !s->fletcher),
	    "%s, type %d, rank %d, chunks %zu x %zu %s", what, type, rank, s->cj, s->ci, e.msg);
	rows_close(&r);
}

static void
test_shapes(void)
{
	static const nc_type types[] = { NC_BYTE, NC_UBYTE, NC_SHORT, NC_INT, NC_FLOAT };
	static const struct shape shapes[] = {
		{ 0, 0, 0, 0, 0 }, { 21, 14, 4, 1, 0 }, { 10, 37, 5, 0, 0 }, { NJ, NI, 5, 1, 0 }, { 1, 1, 1, 1, 0 },
		{ 5, 7, 0, 0, 0 }, { 5, 7, 0, 1, 0 }, { 16, 20, 4, 1, 1 }, { 16, 20, 0, 0, 1 }, { 53, 1, 3, 1, 0 },
		{ 1, 37, 9, 1, 0 },
	};

	for (size_t t = 0; t < sizeof(types) / sizeof(*types); t++)
		for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
			same(types[t], 2, &shapes[i], NJ, "all written");
	same(NC_INT, 1, &shapes[0], NJ, "one dimension");
	same(NC_INT, 1, &shapes[1], NJ, "one dimension");
	same(NC_SHORT, 2, &(struct shape){ 8, 9, 4, 1, 0 }, 11, "partly written");
	same(NC_FLOAT, 2, &(struct shape){ 8, 9, 4, 1, 0 }, 0, "never written");
	same(NC_FLOAT, 2, &(struct shape){ 0, 0, 0, 0, 0 }, 0, "never written");
}

/* The newest HDF5 format has other structures: there HDF5 finds the chunks. */
static void
test_latest_format(size_t lines)
{
	hsize_t dims[2] = { NJ, NI }, chunk[2] = { 10, 12 }, part[2] = { lines, NI };
	hid_t mem;
	hid_t fapl = H5Pcreate(H5P_FILE_ACCESS), dcpl = H5Pcreate(H5P_DATASET_CREATE), file, grp, space, dset;
	struct err e = {0};
	struct rows r;

	(void)H5Pset_libver_bounds(fapl, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
	(void)H5Pset_chunk(dcpl, 2, chunk);
	(void)H5Pset_shuffle(dcpl);
	(void)H5Pset_deflate(dcpl, 6);
	file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, fapl);
	grp = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	space = H5Screate_simple(2, dims, NULL);
	dset = H5Dcreate2(grp, "v", H5T_STD_I16LE, space, H5P_DEFAULT, dcpl, H5P_DEFAULT);
	mem = H5Screate_simple(2, part, NULL);
	(void)H5Sselect_hyperslab(space, H5S_SELECT_SET, (hsize_t[]){ 0, 0 }, NULL, part, NULL);
	(void)H5Dwrite(dset, H5T_NATIVE_SHORT, mem, space, H5P_DEFAULT, want);
	memset(want + lines * NI * 2, 0, (NJ - lines) * NI * 2);
	(void)H5Dclose(dset);
	(void)H5Sclose(space);
	(void)H5Sclose(mem);
	(void)H5Gclose(grp);
	(void)H5Fclose(file);
	(void)H5Pclose(fapl);
	(void)H5Pclose(dcpl);
	ok(read_rows(NC_SHORT, &r, &e) == 0 && memcmp(got, want, NJ * NI * 2) == 0,
	    "newest format, %zu lines %s", lines, e.msg);
	ok(r.raw, "... by its chunks");
	rows_close(&r);
}

static void
refused(nc_type type, const char *variable, enum err_code code, const char *what)
{
	struct err e = {0};
	struct rows r = {0};
	hid_t file = -1;

	ok(rows_file(path, &file, &e) == 0 && rows_open(&r, file, path, variable, type, &e) < 0 && e.code == code,
	    "%s: %s", what, e.msg);
	rows_close(&r);
	rows_close(&r);
	rows_file_close(file);
}

static void
test_refusals(void)
{
	struct err e;
	hid_t file;

	make_file(NC_SHORT, 2, &(struct shape){ 8, 9, 4, 1, 0 }, NJ);
	refused(NC_INT, "g/v", E_DATA, "another type");
	refused(NC_SHORT, "g/w", E_MISSING, "no such variable");
	refused(NC_SHORT, "h/v", E_MISSING, "no such group");
	refused(NC_SHORT, "g", E_MISSING, "a group");
	make_file(NC_DOUBLE, 2, &(struct shape){ 8, 9, 4, 1, 0 }, NJ);
	refused(NC_FLOAT, "g/v", E_DATA, "a double");
	ok(rows_file("/nonexistent/x.nc", &file, &e) < 0, "no such file");
}

/* Write one byte of the file. */
static void
poke(long at, int byte)
{
	FILE *fp = fopen(path, "r+b");

	if (fp == NULL || fseek(fp, at, SEEK_SET) != 0 || fputc(byte, fp) == EOF || fclose(fp) != 0)
		ok(0, "cannot change the test file");
}

static long
slurp(unsigned char *out, size_t max)
{
	FILE *fp = fopen(path, "rb");
	long n = fp != NULL ? (long)fread(out, 1, max, fp) : 0;

	if (fp != NULL)
		(void)fclose(fp);
	return n;
}

/* What HDF5 itself reads into other; false when it fails. */
static bool
read_hdf5(unsigned char *other)
{
	hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), dset = H5Dopen2(file, "g/v", H5P_DEFAULT);
	bool good = H5Dread(dset, H5T_NATIVE_SHORT, H5S_ALL, H5S_ALL, H5P_DEFAULT, other) >= 0;

	(void)H5Dclose(dset);
	(void)H5Fclose(file);
	return good;
}

/* Every byte of the B-trees and of the stored chunks changed in turn: either the right data, or an error, or what
 * HDF5 makes of it too (a chunk may have been lost without a trace). The structures in front of them are HDF5's to
 * check. */
static void
test_damage(void)
{
	static unsigned char file[256 * 1024], other[NJ * NI * 2];
	int wrong = 0, failed = 0, good = 0;
	long n, from = 0;
	struct err e;
	struct rows r;

	make_file(NC_SHORT, 2, &(struct shape){ 21, 14, 4, 1, 0 }, NJ);
	n = slurp(file, sizeof(file));
	while (from + 4 < n && memcmp(file + from, "TREE", 4) != 0)
		from++;
	for (long i = from; i < n; i += i < from + 600 ? 1 : 7) {
		poke(i, file[i] ^ 0xFF);
		if (read_rows(NC_SHORT, &r, &e) < 0)
			failed++;
		else if (memcmp(got, want, NJ * NI * 2) != 0)
			wrong += !read_hdf5(other) || memcmp(got, other, NJ * NI * 2) != 0;
		else
			good++;
		rows_close(&r);
		poke(i, file[i]);
	}
	ok(failed > 50 && good > 0, "%d changes noticed, %d without effect", failed, good);
	is_int(wrong, 0, "no change gives wrong data");
}

static void
test_truncation(void)
{
	int wrong = 0, failed = 0;
	struct err e = {0};
	struct rows r;
	long n;
	static unsigned char file[256 * 1024];

	make_file(NC_INT, 2, &(struct shape){ 21, 14, 0, 0, 0 }, NJ);
	n = slurp(file, sizeof(file));
	for (long i = n - 1; i > 0; i -= 97) {
		if (truncate(path, i) != 0)
			break;
		if (read_rows(NC_INT, &r, &e) < 0)
			failed++;
		else
			wrong += memcmp(got, want, NJ * NI * 4) != 0;
		rows_close(&r);
	}
	is_int(wrong, 0, "a cut file gives no wrong data");
	ok(failed > 0, "a cut file is refused: %s", e.msg);
}

int
main(void)
{
	(void)snprintf(path, sizeof(path), "/tmp/rows-test.%ld.nc", (long)getpid());
	ncf_setup();
	test_shapes();
	test_latest_format(NJ);
	test_latest_format(17);
	test_refusals();
	test_damage();
	test_truncation();
	(void)unlink(path);
	return tap_done();
}
