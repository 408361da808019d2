/* agree - whether a companion shows the same scene as the SST file */

#include <math.h>

#include <netcdf.h>

#include "agree.h"

#define DAY_MS 86400000.0
#define MSEC_LIMIT 700.0		/* half a MODIS scan; separate runs of the geolocation differ by less */
#define DEGREE_LIMIT 0.05		/* half a scan again */
#define RADIAN 0.017453292519943295

void
agree_lines(int ncid, size_t nj, double *first, double *last)
{
	size_t end = nj - 1, begin = 0;
	int grp, var, rank;

	*first = *last = NAN;
	if (nc_inq_grp_ncid(ncid, "scan_line_attributes", &grp) != NC_NOERR ||
	    nc_inq_varid(grp, "msec", &var) != NC_NOERR || nc_inq_varndims(grp, var, &rank) != NC_NOERR || rank != 1)
		return;
	if (nc_get_var1_double(grp, var, &begin, first) != NC_NOERR || *first < 0 || *first > DAY_MS)
		*first = NAN;
	if (nc_get_var1_double(grp, var, &end, last) != NC_NOERR || *last < 0 || *last > DAY_MS)
		*last = NAN;
}

/* Midnight may lie between the two. */
static bool
same_time(double a, double b)
{
	double d = fabs(a - b);

	return isnan(d) || d <= MSEC_LIMIT || d >= DAY_MS - MSEC_LIMIT;
}

int
agree_times(const char *path, const double companion[2], const double sst[2], struct err *e)
{
	for (int i = 0; i < 2; i++)
		if (!same_time(companion[i], sst[i]))
			return err_set(e, E_DATA, "%s: %s line at %.3f s of the day, in the SST file at %.3f s", path,
			    i == 0 ? "first" : "last", companion[i] / 1000, sst[i] / 1000);
	return 0;
}

static bool
is_place(double lat, double lon)
{
	return lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180;
}

static bool
same_place(double lat1, double lon1, double lat2, double lon2)
{
	double dlat = fabs(lat1 - lat2), dlon = fabs(lon1 - lon2);

	if (!is_place(lat1, lon1) || !is_place(lat2, lon2))	/* fill or NAN */
		return true;
	if (dlon > 180)
		dlon = 360 - dlon;
	return dlat <= DEGREE_LIMIT && dlon * cos(lat1 * RADIAN) <= DEGREE_LIMIT;
}

int
agree_corners(const char *path, const struct corners *companion, const struct corners *sst, struct err *e)
{
	for (int i = 0; i < 4; i++) {
		double lat1 = (double)companion->lat[i], lon1 = (double)companion->lon[i];
		double lat2 = (double)sst->lat[i], lon2 = (double)sst->lon[i];

		if (!same_place(lat1, lon1, lat2, lon2))
			return err_set(e, E_DATA, "%s: %s %s corner at %.3f, %.3f, in the SST file at %.3f, %.3f", path,
			    i < 2 ? "first" : "last", i % 2 == 0 ? "left" : "right", lat1, lon1, lat2, lon2);
	}
	return 0;
}
