/* downloader_classify - what is no file of OBPG, or only a part of one; the rule itself is in dataset.c */

#include <fcntl.h>
#include <unistd.h>

#include <netcdf.h>

#include "downloader/classify.h"
#include "tap.h"

static struct obpg_name name = { .nrt = false };
static char note[ERR_MSGMAX];
static enum ptype type;
static struct err e;

static int
check(const char *path, bool unverified)
{
	return classify_file(path, "f", &name, unverified, &type, note, sizeof(note), &e);
}

static void
junk(void)
{
	static const char *const text[] = { "", "CDF", "CDF\1", "CDF\3xxxx", "\x89HDF\r\n\x1a\n", "<html>" };

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		FILE *fp = fopen("f.nc", "w");

		if (fp == NULL || fputs(text[i], fp) == EOF || fclose(fp) != 0)
			exit(1);
		is_int(check("f.nc", true), -1, "junk %zu", i);
		is_int(check("f.nc", false), -1, "... verified");
		is_int(e.code, E_DATA, "... is bad data: %s", e.msg);
	}
	is_int(check("none.nc", true), -1, "no file");
}

/* A file with 1 or 3 variables, with or without records; returns its size. */
static off_t
make(int format, bool records, int nvars)
{
	static const char *const names[] = { "a", "bc", "def" };
	static const nc_type types[] = { NC_BYTE, NC_DOUBLE, NC_SHORT };
	size_t start[2] = { 0, 0 }, count[2] = { 3, 5 };
	int id, dims[2], var[3], fd;
	double data[15] = { 1 };
	off_t size;

	if (nc_create("f.nc", format | NC_CLOBBER, &id) != 0 ||
	    nc_put_att_text(id, NC_GLOBAL, "title", 5, "title") != 0 ||
	    nc_def_dim(id, "r", records ? NC_UNLIMITED : 3, &dims[0]) != 0 || nc_def_dim(id, "x", 5, &dims[1]) != 0)
		exit(1);
	for (int i = 0; i < nvars; i++)
		if (nc_def_var(id, names[i], types[i], 2, dims, &var[i]) != 0 ||
		    nc_put_att_text(id, var[i], "units", 1, "K") != 0)
			exit(1);
	if (nc_enddef(id) != 0)
		exit(1);
	for (int i = 0; i < nvars; i++)
		if (nc_put_vara_double(id, var[i], start, count, data) != 0)
			exit(1);
	if (nc_close(id) != 0 || (fd = open("f.nc", O_RDONLY)) < 0)
		exit(1);
	size = lseek(fd, 0, SEEK_END);
	(void)close(fd);
	return size;
}

static void
classic(void)
{
	static const int formats[] = { 0, NC_64BIT_OFFSET, NC_64BIT_DATA };

	for (int i = 0; i < 3 * 2 * 2; i++) {
		off_t size = make(formats[i % 3], i % 2 == 0, i < 6 ? 1 : 3);
		int whole = 0;

		is_int(check("f.nc", true), 0, "format %d, %s, %d variables: %lld bytes: %s", i % 3 + 1,
		    i % 2 == 0 ? "records" : "no records", i < 6 ? 1 : 3, (long long)size, note);
		for (off_t n = size - 4; n > 4; n -= n > size - 20 ? 5 : 37)
			whole += truncate("f.nc", n) < 0 || check("f.nc", true) == 0;
		is_int(whole, 0, "... cut anywhere but in the padding at its end, it is damaged");
	}
}

int
main(int argc, char *argv[])
{
	int status = classify_child(argc, argv);

	if (status >= 0)
		return status;
	tap_scratch();
	junk();
	classic();
	return tap_done();
}
