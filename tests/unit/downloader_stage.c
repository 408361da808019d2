/* downloader_stage - files being downloaded: lock, writing, continuation, publication */

#include <sys/stat.h>

#include "downloader/stage.h"
#include "tap.h"

#define LINE "https://h/AQUA_MODIS.20230124T201500.L2.SST.nc 955a2aa4d26d4d9473404aaa5727d46f62571d16"
#define OTHER "https://i/AQUA_MODIS.20230124T201500.L2.SST.nc 955a2aa4d26d4d9473404aaa5727d46f62571d16"
#define BARE "https://h/AQUA_MODIS.20230124T201500.L2.SST.nc"
#define PART "dir/.AQUA_MODIS.20230124T201500.L2.SST.nc.part"
#define SIDE "dir/.AQUA_MODIS.20230124T201500.L2.SST.nc.resume"
#define SIZE 3000000

static struct err e;
static struct pool *pool;
static struct listline line, other, bare;
static char data[SIZE];

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

static void
add(struct stage *s, size_t from, size_t to)
{
	for (size_t n; from < to; from += n) {	/* in pieces of all lengths */
		n = 1 + from % 70000;
		n = n < to - from ? n : to - from;
		if (stage_add(s, data + from, n, &e) < 0)
			break;
	}
	is_int(s->size, (long long)to, "%zu bytes", to);
}

/* A stage with size bytes of version "v". */
static void
begin(struct stage *s, const struct listline *l, size_t size)
{
	if (stage_open(s, pool, "dir", true, l, &e) < 0 || stage_anew(s, &e) < 0)
		give_up("%s", e.msg);
	s->version = (struct version){ .etag = "\"v\"", .modified = "yesterday", .total = SIZE };
	add(s, 0, size);
}

/* Bytes that a later run would go on with. */
static long long
left(const struct listline *l)
{
	const struct version *v;
	struct stage s;
	long long size;

	if (stage_open(&s, pool, "dir", true, l, &e) < 0 || stage_begin(&s, &e) < 0)
		return -1;
	v = &s.version;
	size = s.size;
	if (size > 0 && (strcmp(v->etag, "\"v\"") != 0 || strcmp(version_validator(v), "\"v\"") != 0 ||
	    strcmp(v->modified, "yesterday") != 0 || v->total != SIZE))
		size = -2;
	stage_close(&s, true);
	return size;
}

static void
continuation(void)
{
	struct stage s, t = {0};

	begin(&s, &line, 2000000);
	is_int(stage_open(&t, pool, "dir", true, &other, &e), -1, "a second one on the same file");
	is_int(e.code, E_BUSY, "... is told that it is busy");
	stage_settle(&s);
	ok(size_of(PART) > 1500000, "most of what has come is written");
	ok(size_of(SIDE) > 0, "... and there is a side file");
	stage_rest(&s);
	is_int(size_of(PART), 2000000, "all of it before a pause");
	stage_close(&s, true);
	is_int(size_of(PART), 2000000, "... and kept");
	is_int(left(&line), 2000000, "it can be continued");
	is_int(left(&line), 2000000, "... again");
	is_int(left(&other), 0, "not for another URL");
	is_int(left(&line), 0, "... which has begun anew");
	begin(&s, &line, 1000);
	stage_close(&s, true);
	is_int(left(&line), 1000, "the rest is written at the end");
	is_int(left(&bare), 0, "not without a checksum");
	begin(&s, &bare, 1000);
	stage_close(&s, true);
	is_int(size_of(PART), -1, "what cannot be continued is not kept");
	begin(&s, &line, 1000);
	stage_close(&s, false);
	ok(size_of(PART) < 0 && size_of(SIDE) < 0, "what shall not is not either");
	stage_close(&s, false);
	is_int(stage_open(&s, pool, "/dev/null/x", false, &line, &e), -1, "an impossible directory");
}

static void
whole_file(void)
{
	char hex[DIGEST_HEX_SIZE], want[DIGEST_HEX_SIZE];
	struct stage s;

	begin(&s, &line, 1000000);
	stage_close(&s, true);
	if (stage_open(&s, pool, "dir", true, &line, &e) < 0 || stage_begin(&s, &e) < 0)
		exit(1);
	add(&s, 1000000, SIZE);
	stage_settle(&s);
	is_int(stage_digest(&s, hex, &e), 0, "a file in two runs");
	is_int(stage_publish(&s, "dir/new/g", &e), 0, "published in a directory that was not there");
	stage_close(&s, true);
	ok(size_of(PART) < 0 && size_of(SIDE) < 0, "... nothing is left behind");
	is_int(digest_file(DIGEST_SHA1, "dir/new/g", want, &e), 0, "it is there");
	is_int(size_of("dir/new/g"), SIZE, "... complete");
	is_str(hex, want, "... with the digest of both parts");
	is_int(digest_file(DIGEST_SHA1, "data", want, &e), 0, "what was sent");
	is_str(hex, want, "... is what is there");
}

static void
begin_anew(void)
{
	char hex[DIGEST_HEX_SIZE];
	struct stage s;

	begin(&s, &line, 2000000);
	is_int(stage_anew(&s, &e), 0, "all is forgotten");
	ok(size_of(PART) == 0 && size_of(SIDE) < 0 && s.size == 0 && s.version.total < 0, "... on the disk too");
	stage_settle(&s);
	is_int(stage_digest(&s, hex, &e), 0, "an empty file");
	is_str(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "... and its digest");
	is_int(stage_space(&s, 1000, 0, &e), 0, "there is room for some bytes");
	is_int(stage_space(&s, INT64_MAX / 2, 0, &e), -1, "... not for all");
	ok(s.full, "... which is told");
	stage_close(&s, true);
	is_int(size_of(PART), -1, "nothing is not kept");
}

int
main(void)
{
	FILE *fp;

	tap_scratch();
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (char)(i * 31 + i / 256);
	fp = fopen("data", "w");
	pool = pool_new(2, &e);
	if (fp == NULL || fwrite(data, 1, SIZE, fp) != SIZE || fclose(fp) != 0 || pool == NULL ||
	    listline_parse(LINE, LISTLINE_SOURCE, &line, &e) != LISTLINE_FILE ||
	    listline_parse(OTHER, LISTLINE_SOURCE, &other, &e) != LISTLINE_FILE ||
	    listline_parse(BARE, LISTLINE_SOURCE, &bare, &e) != LISTLINE_FILE)
		return 1;
	continuation();
	whole_file();
	begin_anew();
	pool_free(pool);
	return tap_done();
}
