/* bench_ncopy - what combiner is measured against: the same variables through nc_get_var and nc_put_var */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netcdf.h>

#include "base/clock.h"

/* usage: bench_ncopy OUT IN...; copies the variables of combined files from each IN that has them. Prints seconds. */

static const struct variable { const char *group, *name; } variables[] = {
	{ "geophysical_data", "l2_flags" },
	{ "navigation_data", "longitude" },
	{ "navigation_data", "latitude" },
	{ "geophysical_data", "sst" },
	{ "scan_line_attributes", "msec" },
	{ "geophysical_data", "bias_sst" },
	{ "geophysical_data", "stdv_sst" },
	{ "geophysical_data", "qual_sst" },
	{ "geophysical_data", "sst4" },
	{ "geophysical_data", "bias_sst4" },
	{ "geophysical_data", "stdv_sst4" },
	{ "geophysical_data", "qual_sst4" },
	{ "geophysical_data", "sst_triple" },
	{ "geophysical_data", "bias_sst_triple" },
	{ "geophysical_data", "stdv_sst_triple" },
	{ "geophysical_data", "qual_sst_triple" },
	{ "geophysical_data", "chlor_a" },
	{ "geophysical_data", "Kd_490" },
};

static void
check(int rc, const char *what)
{
	if (rc == NC_NOERR)
		return;
	(void)fprintf(stderr, "bench_ncopy: %s: %s\n", what, nc_strerror(rc));
	exit(1);
}

static void
copy(int out, const int dims[3], int group, int var, const char *name)
{
	size_t nj, ni, size;
	nc_type type;
	int rank, to;
	void *data;

	check(nc_inq_var(group, var, NULL, &type, &rank, NULL, NULL), name);
	check(nc_inq_type(group, type, NULL, &size), name);
	check(nc_inq_dimlen(out, dims[1], &nj), name);
	check(nc_inq_dimlen(out, dims[2], &ni), name);
	data = malloc(nj * (rank == 2 ? ni : 1) * size);
	if (data == NULL)
		check(NC_ENOMEM, name);
	check(nc_get_var(group, var, data), name);
	check(nc_def_var(out, name, type, rank + 1, dims, &to), name);
	check(nc_put_var(out, to, data), name);
	free(data);
}

int
main(int argc, char *argv[])
{
	static const char *const dim[3] = { "time", "number_of_lines", "pixels_per_line" };
	double begin = clock_steady();
	int out, dims[3], old;

	if (argc < 3)
		return 2;
	check(nc_create(argv[1], NC_CLOBBER | NC_NETCDF4, &out), argv[1]);
	check(nc_set_fill(out, NC_NOFILL, &old), argv[1]);
	for (int i = 2; i < argc; i++) {
		int in, group, var;

		check(nc_open(argv[i], NC_NOWRITE, &in), argv[i]);
		for (int d = 0, id; i == 2 && d < 3; d++) {
			size_t len = 1;

			if (d > 0 && nc_inq_dimid(in, dim[d], &id) == NC_NOERR)
				check(nc_inq_dimlen(in, id, &len), dim[d]);
			check(nc_def_dim(out, dim[d], len, &dims[d]), dim[d]);
		}
		for (size_t v = 0; v < sizeof(variables) / sizeof(*variables); v++) {
			const char *name = variables[v].name;

			if (nc_inq_grp_ncid(in, variables[v].group, &group) == NC_NOERR &&
			    nc_inq_varid(group, name, &var) == NC_NOERR &&
			    nc_inq_varid(out, name, &old) != NC_NOERR)
				copy(out, dims, group, var, name);
		}
		check(nc_close(in), argv[i]);
	}
	check(nc_close(out), argv[1]);
	(void)printf("%.3f\n", clock_steady() - begin);
	return 0;
}
