#ifndef NAME_H
#define NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "granule/dataset.h"

/*
 * Names of granule files, taken apart and put together. All times are UTC seconds since 1970.
 *
 *	OBPG		AQUA_MODIS.20240105T031001.L2.SST4[.NRT].nc
 *			AQUA_MODIS.2019289042500.L2.SST.nc (2019), A2004001002000.L2_LAC_SST.nc (before)
 *	combined	[refined_]A20240105T031001.LAC_GSSTN.nc
 *	L2P		20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
 */

#define NAME_SIZE 160			/* the longest of these names and its NUL */

enum obpg_form { OBPG_PRESENT, OBPG_2019, OBPG_LEGACY };

struct obpg_name {
	const struct dataset *ds;
	enum obpg_form form;
	enum suite suite;
	int64_t time;
	bool nrt;
	char stamp[16];			/* the time as written in the name */
};

/* obpg_parse - take the base name of path apart; -1 with E_DATA when it is not such a name. */
int	obpg_parse(const char *path, struct obpg_name *n, struct err *e);

/* obpg_is_other - whether the base name of path is that of another product of OBPG: another suite, level or sensor, a
 * map. */
bool	obpg_is_other(const char *path);

/* obpg_sibling - the base name of another suite's file of the granule, at time + seconds, with or without .NRT. */
void	obpg_sibling(const struct obpg_name *n, enum suite suite, int seconds, bool nrt, char out[NAME_SIZE]);

/* obpg_final_name - the base name under which a download is kept: without .NRT. */
int	obpg_final_name(const char *path, char out[NAME_SIZE], struct err *e);

struct combined_name {
	const struct dataset *ds;	/* by letter and token; a V...SNPP file may still be JPSS1 by its directory */
	int64_t time;
	bool night;			/* GSSTN; the attribute Day_or_Night decides for products */
	bool refined;			/* refined_ in front */
	char stamp[16];
};

int	combined_parse(const char *path, struct combined_name *n, struct err *e);
void	combined_format(const struct combined_name *n, char out[NAME_SIZE]);

struct l2p_name {
	const struct dataset *ds;
	int64_t time;
	bool night;
};

int	l2p_parse(const char *path, struct l2p_name *n, struct err *e);
void	l2p_format(const struct l2p_name *n, char out[NAME_SIZE]);

#endif
