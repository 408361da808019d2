/* The table of datasets: complete, unambiguous, found by every spelling. */

#include <ctype.h>
#include <stdbool.h>

#include "base/str.h"
#include "granule/dataset.h"
#include "tap.h"

/* Every text of a row, NULL-terminated list of name and value. */
static size_t
texts(const struct dataset *d, const char *out[][2])
{
	const char *const t[][2] = {
		{ "key", d->key }, { "token", d->token }, { "data_type", d->data_type }, { "obpg", d->obpg },
		{ "combined", d->combined }, { "downloads", d->downloads }, { "label", d->label },
		{ "combiner_label", d->combiner_label }, { "l2p", d->l2p }, { "collection", d->collection },
		{ "version", d->version }, { "obpg_platform", d->obpg_platform }, { "platform", d->platform },
		{ "title", d->title }, { "summary", d->summary }, { "history", d->history }, { "uuid", d->uuid },
		{ "search", d->search }, { "list", d->list }, { "state", d->state },
	};
	size_t n = sizeof(t) / sizeof(*t);

	memcpy(out, t, sizeof(t));
	return n;
}

static void
complete(const struct dataset *d)
{
	const char *t[32][2];
	size_t n = texts(d, t);
	int empty = 0;

	for (size_t i = 0; i < n; i++)
		if (t[i][1] == NULL || *t[i][1] == '\0') {
			empty++;
			(void)fprintf(stderr, "# %s has no %s\n", d->key, t[i][0]);
		}
	is_int(empty, 0, "%s: every text is there", d->key);
	ok(d->instrument != NULL && isupper((unsigned char)d->letter) && isupper((unsigned char)d->legacy_letter),
	    "... and an instrument and letters");
	ok(strlen(d->uuid) == 36 && strspn(d->uuid, "0123456789abcdef-") == 36 && d->uuid[8] == '-' &&
	    d->uuid[13] == '-' && d->uuid[14] == '4', "... the uuid is a version 4 uuid");
	ok((d->sensor != NULL) != (d->sensor_id != NULL), "... OBPG's search knows it by name or by number");
	ok(str_ends(d->collection, d->version), "... the collection ends in its version");
	for (int p = 0; p < PTYPE_COUNT; p++)
		ok(d->wait[p] >= 0 && d->wait[p] <= 1440, "... it waits less than a day");
}

/* What identifies a dataset in a name, directory or message must not identify another. */
static void
unique(void)
{
	static const char *const shared[] = { "combined", "version", "summary", "title", "uuid", "history" };
	const struct dataset *a, *b;
	const char *ta[32][2], *tb[32][2];
	int same = 0, letters = 0;

	for (size_t i = 0; (a = dataset_at(i)) != NULL; i++)
		for (size_t k = i + 1; (b = dataset_at(k)) != NULL; k++) {
			size_t n = texts(a, ta);

			(void)texts(b, tb);
			letters += a->letter == b->letter;
			for (size_t f = 0; f < n; f++) {
				bool may = false;

				for (size_t s = 0; s < sizeof(shared) / sizeof(*shared); s++)
					may = may || strcmp(ta[f][0], shared[s]) == 0;
				if (!may && strcmp(ta[f][1], tb[f][1]) == 0) {
					same++;
					(void)fprintf(stderr, "# %s and %s: same %s\n", a->key, b->key, ta[f][0]);
				}
			}
		}
	is_int(same, 0, "no two rows share what identifies a dataset");
	is_int(letters, 0, "... or the letter of combined names");
}

static int
found_as(const char *name, const struct dataset *d)
{
	char other[64];
	size_t i;
	int n = dataset_find(name) == d;

	for (i = 0; i < sizeof(other) - 1 && name[i] != '\0'; i++)
		other[i] = (char)(islower((unsigned char)name[i]) ? toupper((unsigned char)name[i]) :
		    tolower((unsigned char)name[i]));
	other[i] = '\0';
	return n + (dataset_find(other) == d);
}

static void
spellings(void)
{
	const struct dataset *d = NULL;
	struct err e;

	for (size_t i = 0; (d = dataset_at(i)) != NULL; i++)
		is_int(found_as(d->key, d) + found_as(d->token, d) + found_as(d->data_type, d) +
		    found_as(d->obpg, d), 8, "%s is found by key, token, data type and prefix in any case", d->key);
	ok(dataset_find("") == NULL && dataset_find("aqu") == NULL && dataset_find("aquas") == NULL &&
	    dataset_find("MODIS") == NULL, "nothing else is a dataset");
	is_int(dataset_of_option(NULL, &d, &e), 0, "no -d");
	ok(d == NULL, "... is no dataset");
	is_int(dataset_of_option("Terra", &d, &e), 0, "-d Terra");
	ok(d == dataset_at(1), "... is one");
	is_int(dataset_of_option("mars", &d, &e), -1, "-d mars");
	is_int(e.code, E_USAGE, "... is wrong usage");
	for (size_t i = 0; (d = dataset_at(i)) != NULL; i++)
		ok(strstr(e.msg, d->key) != NULL, "... and the message offers %s", d->key);
}

static void
types(void)
{
	enum ptype t;
	struct err e;

	is_int(ptype_of_option(NULL, &t, &e), 0, "no -t");
	is_int(t, PTYPE_COUNT, "... is neither");
	ok(ptype_of_option("quicklook", &t, &e) == 0 && t == PTYPE_QUICKLOOK, "-t quicklook");
	ok(ptype_of_option("REFINED", &t, &e) == 0 && t == PTYPE_REFINED, "-t REFINED");
	ok(ptype_of_option("refine", &t, &e) < 0 && e.code == E_USAGE, "-t refine");
	is_str(ptype_name(PTYPE_REFINED), "refined", "lower case");
	is_str(ptype_upper(PTYPE_QUICKLOOK), "QUICKLOOK", "upper case");
}

/* The facts others depend on, once more than in the table. */
static void
facts(void)
{
	static const char *const want[][6] = {
		{ "aqua", "MODIS_A", "A", "SST4", "MODIS_A-JPL-L2P-v2019.0", "MODIS_L2P_CORE_NETCDF" },
		{ "terra", "MODIS_T", "T", "SST4", "MODIS_T-JPL-L2P-v2019.0", "MODIS_L2P_CORE_NETCDF" },
		{ "viirs", "VIIRS_NPP", "V", "SST3", "VIIRS_NPP-JPL-L2P-v2016.2", "VIIRS_L2P_CORE_NETCDF" },
		{ "jpss1", "JPSS1", "J", "SST3", "VIIRS_JPSS1-JPL-L2P-v2024.0", "VIIRS_L2P_CORE_NETCDF" },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		const struct dataset *d = dataset_find(want[i][0]);

		if (!ok(d != NULL, "%s exists", want[i][0]))
			continue;
		is_str(d->l2p, want[i][1], "... its L2P source");
		is_int(d->letter, want[i][2][0], "... its letter");
		is_str(suite_name(d->instrument, SUITE_NIGHT), want[i][3], "... its night companion");
		is_str(suite_name(d->instrument, SUITE_SST), "SST", "... SST");
		is_str(suite_name(d->instrument, SUITE_OC), "OC", "... OC");
		is_str(d->collection, want[i][4], "... its collection");
		is_str(d->instrument->core, want[i][5], "... its product directory");
	}
}

static void
attributes(void)
{
	static const struct {
		const char *version, *product;
		enum ptype by_name;
		enum ptype type;
	} t[] = {
		{ "R2022.0", "AQUA_MODIS.20230124T201500.L2.SST.nc", PTYPE_REFINED, PTYPE_REFINED },
		{ "R2022.0QL", "X.L2.SST.nc", PTYPE_REFINED, PTYPE_QUICKLOOK },
		{ "R2022.0", "X.L2.SST.NRT.nc", PTYPE_QUICKLOOK, PTYPE_QUICKLOOK },
		{ "R2022.0", "X.L2.SST.nc", PTYPE_QUICKLOOK, PTYPE_REFINED },
		{ "R2022.0ql", "X.L2.SST.nc", PTYPE_REFINED, PTYPE_REFINED },
		{ NULL, "X.L2.SST.NRT.nc", PTYPE_REFINED, PTYPE_QUICKLOOK },
		{ NULL, "X.L2.SST.nc", PTYPE_QUICKLOOK, PTYPE_REFINED },
		{ "QL", NULL, PTYPE_REFINED, PTYPE_QUICKLOOK },
		{ "R2022.0", NULL, PTYPE_QUICKLOOK, PTYPE_REFINED },
		{ NULL, NULL, PTYPE_QUICKLOOK, PTYPE_QUICKLOOK },
		{ NULL, NULL, PTYPE_REFINED, PTYPE_REFINED },
		{ "", "", PTYPE_QUICKLOOK, PTYPE_REFINED },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		is_int(ptype_of_file(t[i].version, t[i].product, t[i].by_name), t[i].type, "%s, %s",
		    t[i].version != NULL ? t[i].version : "-", t[i].product != NULL ? t[i].product : "-");
}

int
main(void)
{
	const struct dataset *d;

	for (size_t i = 0; (d = dataset_at(i)) != NULL; i++)
		complete(d);
	ok(dataset_at(1000) == NULL, "the table ends");
	unique();
	spellings();
	types();
	facts();
	attributes();
	return tap_done();
}
