/* Digests: known answers, pieces, files. */

#include <fcntl.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "tap.h"

#define QUICK "The quick brown fox jumps over the lazy dog"

static const struct {
	enum digest_alg alg;
	const char *text, *hex;
} known[] = {
	{ DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ DIGEST_MD5, QUICK, "9e107d9d372bb6826bd81d3542a419d6" },
	{ DIGEST_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ DIGEST_SHA1, QUICK, "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12" },
	{ DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ DIGEST_SHA256, QUICK, "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592" },
};

static void
known_answers(void)
{
	char out[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct digest *d = digest_new(known[i].alg);

		for (const char *p = known[i].text; *p != '\0'; p++)
			digest_update(d, p, 1);
		digest_hex(d, out);
		is_str(out, known[i].hex, "digest of '%s' in pieces", known[i].text);
		digest_text(known[i].alg, known[i].text, out);
		is_str(out, known[i].hex, "... and at once");
		is_int(digest_alg_of(out), known[i].alg, "... and is recognised by its length");
		digest_free(d);
	}
	digest_free(NULL);
}

static void
lengths(void)
{
	is_int(digest_alg_of(""), DIGEST_NONE, "no text is no checksum");
	is_int(digest_alg_of("d41d8cd98f00b204e9800998ecf8427"), DIGEST_NONE, "31 digits");
	is_int(digest_alg_of("d41d8cd98f00b204e9800998ecf8427ex"), DIGEST_NONE, "33 characters");
	is_int(digest_alg_of("d41d8cd98f00b204e9800998ecf8427g"), DIGEST_NONE, "not hexadecimal");
	is_int(digest_alg_of("D41D8CD98F00B204E9800998ECF8427E"), DIGEST_MD5, "upper case");
}

static void
files(void)
{
	char out[DIGEST_HEX_SIZE];
	struct err e;
	FILE *fp = fopen("big", "w");
	int fd;

	if (fp == NULL)
		give_up("big: cannot be made");
	for (int i = 0; i < 1000000; i++)
		(void)fputc('a', fp);
	(void)fclose(fp);
	is_int(digest_file(DIGEST_SHA1, "big", out, &e), 0, "a file of a million bytes");
	is_str(out, "34aa973cd4c4daa4f61eeb2bdbad27316534016f", "... its SHA-1");
	fd = open("big", O_RDONLY);
	(void)lseek(fd, 0, SEEK_END);
	is_int(digest_fd(DIGEST_MD5, fd, "big", out, &e), 0, "a descriptor is read from the start, wherever it is");
	is_str(out, "7707d6ae4e027c70eea2a935c2296f21", "... its MD5");
	is_int((long long)lseek(fd, 0, SEEK_CUR), 1000000, "... and stays where it was");
	(void)close(fd);
	is_int(digest_file(DIGEST_SHA1, "none", out, &e), -1, "no file");
	is_int(e.code, E_MISSING, "... is missing");
	is_str(e.msg, "none: No such file or directory", "... and the message says so");
	is_int(digest_file(DIGEST_SHA1, ".", out, &e), -1, "a directory");
	is_int(e.code, E_DATA, "... is no data");
}

static void
hex(void)
{
	unsigned char bytes[4];
	char text[9];

	hex_bytes("00fFa109", 4, bytes);
	ok(bytes[0] == 0 && bytes[1] == 0xff && bytes[2] == 0xa1 && bytes[3] == 9, "bytes of hex digits");
	hex_text(bytes, 4, text);
	is_str(text, "00ffa109", "... and back");
}

static void
ids(void)
{
	enum { N = 200 };
	static char id[N][UID_SIZE];
	int good = 0, twice = 0;

	for (int i = 0; i < N; i++) {
		uid_new(id[i]);
		good += strlen(id[i]) == 8 && strspn(id[i], "0123456789abcdef") == 8;
		for (int k = 0; k < i; k++)
			twice += strcmp(id[k], id[i]) == 0;
	}
	is_int(good, N, "ids are 8 hex digits");
	ok(twice <= 1, "and differ");
}

int
main(void)
{
	tap_scratch();
	known_answers();
	lengths();
	files();
	hex();
	ids();
	return tap_done();
}
