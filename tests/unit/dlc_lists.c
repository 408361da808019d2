/* Lists by day, their names and ids. */

#include <sys/stat.h>

#include "base/newfile.h"
#include "base/str.h"
#include "dlc/lists.h"
#include "tap.h"

#define FILES "https://x/"
#define SUM "0000000000000000000000000000000000000000"

static struct err e;

static void
begin(struct lists *l, const struct entries *found, const struct entries *known)
{
	*l = (struct lists){ .ds = dataset_find("viirs") };
	lists_select(l, found, known);
}

static void
add(struct entries *t, const char *name)
{
	(void)entries_add(t, name, SUM, 1);
}

int
main(void)
{
	struct store *s;
	struct entries found = { .files_url = FILES }, known = {0}, none = {0};
	struct lists l, again;
	char id[UID_SIZE], path[300], *text, *line;

	tap_scratch();
	s = store_open("store", PLACE_CREATE, &e);
	begin(&l, &none, NULL);
	ok(l.nlists == 0 && l.npicks == 0 && strlen(l.id) == 8, "nothing is listed, but the run has an id");
	is_int(lists_put(&l, s, &e), 0, "... and nothing stored");
	lists_fini(&l);

	/* One day in names of two kinds, which sort apart. */
	add(&found, "SNPP_VIIRS.20240229T235959.L2.SST.nc");
	add(&found, "SNPP_VIIRS.20240301T000000.L2.SST.nc");
	add(&found, "SNPP_VIIRS.20241231T120000.L2.SST.nc");
	add(&found, "V2024060000000.L2_SNPP_SST.nc");
	add(&known, "SNPP_VIIRS.20241231T120000.L2.SST.nc");
	add(&known, "V2024060000000.L2_SNPP_SST.nc");
	known.item[1].sha1[0] = 7;
	entries_index(&known);
	begin(&l, &found, &known);
	ok(l.npicks == 3 && l.changed == 1 && l.seen == 1, "two are new, one has changed, one is as it was");
	is_int((long long)l.nlists, 2, "two days");
	ok(l.list[0].n == 2 && l.pick[0].list == 0 && l.pick[1].list == 1 && l.pick[2].list == 0 && l.pick[2].changed,
	    "... names of one day are in one list");
	(void)snprintf(path, sizeof(path), "viirs_filelist.txt.daily_2024_060_date_2024_02_29_%s", l.id);
	is_str(l.list[0].name, path, "its name");
	line = lists_line(&l, &l.pick[0]);
	is_str(line, FILES "SNPP_VIIRS.20240229T235959.L2.SST.nc " SUM, "its line");
	free(line);
	(void)memcpy(id, l.id, sizeof(id));
	is_int(lists_put(&l, s, &e), 0, "stored");
	(void)snprintf(path, sizeof(path), "store/viirs/%s", l.list[0].name);
	text = file_read(path, 1000, &e);
	is_str(text,
	    FILES "SNPP_VIIRS.20240229T235959.L2.SST.nc " SUM "\n" FILES "V2024060000000.L2_SNPP_SST.nc " SUM "\n",
	    "... as they are");
	free(text);

	begin(&again, &found, &known);
	is_str(again.id, id, "the same again has the same id");
	ok(lists_put(&again, s, &e) == 0 && strcmp(again.id, id) == 0, "... and is stored over itself");
	lists_fini(&again);
	(void)file_write(path, "something else\n", &e);
	begin(&again, &found, &known);
	is_int(lists_put(&again, s, &e), 0, "a list of the same name that says something else is no obstacle");
	ok(strcmp(again.id, id) != 0, "... another id is taken");
	text = file_read(path, 1000, &e);
	is_str(text, "something else\n", "... and that list stays");
	free(text);
	(void)snprintf(path, sizeof(path), "store/viirs/%s", again.list[0].name);
	ok(file_look(path, NULL, NULL) > 0, "... beside ours");
	lists_fini(&again);
	(void)mkdir("full", 0555);
	lists_fini(&l);
	lists_fini(&l);
	entries_fini(&found);
	entries_fini(&known);
	store_close(s);
	return tap_done();
}
