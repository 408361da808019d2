/* downloader_stage - files being downloaded: lock, continuation, publication */

#include <sys/stat.h>

#include "downloader/stage.h"
#include "tap.h"

#define LINE "https://h/AQUA_MODIS.20230124T201500.L2.SST.nc 955a2aa4d26d4d9473404aaa5727d46f62571d16"
#define OTHER "https://i/AQUA_MODIS.20230124T201500.L2.SST.nc 955a2aa4d26d4d9473404aaa5727d46f62571d16"
#define BARE "https://h/AQUA_MODIS.20230124T201500.L2.SST.nc"

static struct err e;
static bool full;

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

/* A stage with size bytes of version "v". */
static void
begin(struct stage *s, size_t size)
{
	static char data[600000];

	if (stage_open(s, "dir", true, "f", &e) < 0 || stage_reset(s, &e) < 0)
		give_up("%s", e.msg);
	s->version = (struct version){ .etag = "\"v\"", .modified = "yesterday", .total = 600000 };
	is_int(stage_write(s, data, size, 0, &full, &e), 0, "%zu bytes", size);
	s->size = (int64_t)size;
}

static bool
resumable(const struct request *r, int64_t *size)
{
	struct stage s;
	bool yes;

	if (stage_open(&s, "dir", true, "f", &e) < 0)
		return false;
	yes = stage_resumable(&s, r);
	*size = s.size;
	if (yes && (strcmp(s.version.etag, "\"v\"") != 0 || strcmp(stage_validator(&s), "\"v\"") != 0 ||
	    strcmp(s.version.modified, "yesterday") != 0 || s.version.total != 600000))
		yes = false;
	stage_close(&s, r, true);
	return yes;
}

int
main(void)
{
	struct request r, other, bare;
	struct stage s, t = {0};
	int64_t size;

	tap_scratch();
	if (request_parse(LINE, &r, &e) != REQUEST_OK || request_parse(OTHER, &other, &e) != REQUEST_OK ||
	    request_parse(BARE, &bare, &e) != REQUEST_OK)
		return 1;

	begin(&s, 300000);
	is_int(stage_open(&t, "dir", true, "f", &e), -1, "a second one on the same file");
	is_int(e.code, E_BUSY, "... is told that it is busy");
	is_int(size_of("dir/.f.part"), 300000, "what is written is there");
	stage_close(&s, &r, true);
	is_int(size_of("dir/.f.part"), 300000, "... and kept");
	ok(resumable(&r, &size), "... and can be continued");
	is_int(size, 300000, "... where it ended");
	ok(!resumable(&other, &size), "not for another URL");
	ok(resumable(&r, &size), "... which leaves it alone");
	ok(!resumable(&bare, &size), "not without a checksum");

	begin(&s, 1000);
	is_int(size_of("dir/.f.resume"), -1, "begun anew: no side file");
	stage_note(&s, &r);
	ok(size_of("dir/.f.resume") > 0, "noted");
	is_int(stage_publish(&s, "dir/new/g", &e), 0, "published in a directory that was not there");
	is_int(size_of("dir/new/g"), 1000, "... complete");
	stage_close(&s, &r, false);
	ok(size_of("dir/.f.part") < 0 && size_of("dir/.f.resume") < 0, "... nothing is left behind");

	begin(&s, 1000);
	stage_close(&s, &bare, true);
	is_int(size_of("dir/.f.part"), -1, "what cannot be continued is not kept");
	begin(&s, 1000);
	stage_close(&s, &r, false);
	is_int(size_of("dir/.f.part"), -1, "what shall not is not either");
	stage_close(&s, &r, false);
	is_int(stage_open(&s, "/dev/null/x", false, "f", &e), -1, "an impossible directory");

	request_fini(&r);
	request_fini(&other);
	request_fini(&bare);
	return tap_done();
}
