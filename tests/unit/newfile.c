/* Many small files at once: all of them or none. */

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/newfile.h"
#include "tap.h"

static struct err e;

static int
count(const char *dir, bool hidden)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	int n = 0;

	while (d != NULL && (entry = readdir(d)) != NULL)
		n += (entry->d_name[0] == '.') == hidden;
	if (d != NULL)
		(void)closedir(d);
	return hidden ? n - 2 : n;		/* . and .. */
}

static int
add(struct newfiles *g, int from, int to)
{
	char path[80], text[16];

	for (int i = from; i < to; i++) {
		(void)snprintf(path, sizeof(path), "%s/%d", i % 3 == 0 ? "a/b" : "c", i);
		(void)snprintf(text, sizeof(text), "text %d", i);
		if (newfiles_add(g, path, text, strlen(text), &e) < 0)
			return -1;
	}
	return 0;
}

/* What is no file is not replaced by one: as root that may be /dev/null. */
static void
refuses(void)
{
	struct newfile f = {0};
	struct stat st;

	ok(mkfifo("pipe", 0666) == 0 && symlink("pipe", "to_pipe") == 0 && symlink("/proc/self/fd/1", "stdout") == 0 &&
	    symlink("nowhere", "dangling") == 0, "a pipe, and links");
	ok(newfile_open(&f, "pipe", &e) < 0 && e.code == E_USAGE, "refused: %s", e.msg);
	ok(newfile_open(&f, "to_pipe", &e) < 0 && e.code == E_USAGE, "refused: %s", e.msg);
	ok(newfile_open(&f, "stdout", &e) < 0 && e.code == E_USAGE, "refused: %s", e.msg);
	ok(newfile_open(&f, "c/", &e) < 0 && e.code == E_USAGE, "refused: %s", e.msg);
	ok(newfile_open(&f, "", &e) < 0 && e.code == E_USAGE, "refused: %s", e.msg);
	newfile_close(&f);
	ok(file_write("dangling", "x", &e) == 0 && lstat("dangling", &st) == 0 && S_ISREG(st.st_mode),
	    "a link to nowhere is replaced");
}

/* What killed programs have left of names that come but once goes, unless somebody has it. */
static void
sweeps(void)
{
	struct newfile held;

	ok(mkdir("d", 0777) == 0 && newfile_open(&held, "d/20250612T130001.123456Z-1a2b3c4e", &e) == 0,
	    "a message begun");
	(void)file_write("d/.20250612T130001.123456Z-1a2b3c4d.part", "", &e);
	(void)file_write("d/.plan_AQUA_x_1a2b3c4d.json.part", "", &e);
	(void)file_write("d/.aqua_quicklook_x_0_1_1a2b3c4d.txt.part", "", &e);
	(void)file_write("d/.AQUA_MODIS.20240105T031001.L2.SST.nc.part", "", &e);
	(void)file_write("d/plan_AQUA_x_1a2b3c4d.json", "", &e);
	newfile_sweep("d");
	is_int(count("d", true), 2, "swept");
	ok(access(held.tmp, F_OK) == 0, "... but for what somebody makes");
	ok(access("d/.AQUA_MODIS.20240105T031001.L2.SST.nc.part", F_OK) == 0, "... and what the next run goes on with");
	newfile_close(&held);
	newfile_sweep("none");
}

int
main(void)
{
	struct newfiles g = {0};
	char *text;

	tap_scratch();
	ok(add(&g, 0, 5) == 0 && count("a/b", false) == 0 && count("a/b", true) == 2, "a few files, not there yet");
	newfiles_close(&g);
	is_int(count("a/b", true) + count("c", true), 0, "... and given up");
	ok(add(&g, 0, 3000) == 0 && newfiles_commit(&g, &e) == 0, "more files than can be open at once");
	is_int(count("a/b", false), 1000, "... have their names");
	is_int(count("c", false), 2000, "... in all directories");
	is_int(count("a/b", true) + count("c", true), 0, "... and no others");
	text = file_read("c/2999", 100, &e);
	is_str(text, "text 2999", "... and contents");
	free(text);
	newfiles_close(&g);
	is_int(count("a/b", false) + count("c", false), 0, "... and are gone when they are not kept");
	ok(add(&g, 0, 20) == 0 && newfiles_commit(&g, &e) == 0, "some that are kept");
	newfiles_keep(&g);
	newfiles_close(&g);
	newfiles_close(&g);
	is_int(count("a/b", false) + count("c", false), 20, "... stay");
	ok(add(&g, 100, 600) == 0 && newfiles_add(&g, "c/1/x", "", 0, &e) < 0,
	    "one that cannot be made");
	newfiles_close(&g);
	is_int(count("a/b", false) + count("c", false), 20, "... and none of its group is left");
	refuses();
	sweeps();
	return tap_done();
}
