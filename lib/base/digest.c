/* digest - message digests by libcrypto */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"

#define READ_SIZE (256 * 1024)

struct digest {
	EVP_MD_CTX *ctx;
};

static const EVP_MD *
md_of(enum digest_alg alg)
{
	switch (alg) {
	case DIGEST_MD5: return EVP_md5();
	case DIGEST_SHA1: return EVP_sha1();
	case DIGEST_SHA256: return EVP_sha256();
	default: return NULL;
	}
}

struct digest *
digest_new(enum digest_alg alg)
{
	struct digest *d = xarray(1, sizeof(*d));

	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL || EVP_DigestInit_ex(d->ctx, md_of(alg), NULL) != 1)
		mem_die("digest: libcrypto cannot start it");
	return d;
}

void
digest_update(struct digest *d, const void *data, size_t size)
{
	if (EVP_DigestUpdate(d->ctx, data, size) != 1)
		mem_die("digest: libcrypto failed");
}

int
digest_range(struct digest *d, int fd, const char *name, int64_t from, int64_t to, struct err *e)
{
	char *block = xarray(1, READ_SIZE);
	ssize_t n = 1;

	while (n > 0 && from != to) {
		n = pread(fd, block, to >= 0 && to - from < READ_SIZE ? (size_t)(to - from) : READ_SIZE, (off_t)from);
		if (n > 0) {
			digest_update(d, block, (size_t)n);
			from += n;
		}
	}
	if (n < 0)
		err_sys(e, "%s", name);
	else if (from < to)
		err_set(e, E_ENV, "%s: shrank while it was read", name);
	free(block);
	return n < 0 || from < to ? -1 : 0;
}

void
digest_hex(struct digest *d, char out[DIGEST_HEX_SIZE])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (EVP_DigestFinal_ex(d->ctx, raw, &n) != 1)
		mem_die("digest: libcrypto failed");
	hex_text(raw, n, out);
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

void
digest_text(enum digest_alg alg, const char *text, char out[DIGEST_HEX_SIZE])
{
	struct digest *d = digest_new(alg);

	digest_update(d, text, strlen(text));
	digest_hex(d, out);
	digest_free(d);
}

int
digest_fd(enum digest_alg alg, int fd, const char *name, char out[DIGEST_HEX_SIZE], struct err *e)
{
	struct digest *d = digest_new(alg);
	int ret = digest_range(d, fd, name, 0, -1, e);

	if (ret == 0)
		digest_hex(d, out);
	digest_free(d);
	return ret;
}

int
digest_file(enum digest_alg alg, const char *path, char out[DIGEST_HEX_SIZE], struct err *e)
{
	int fd = file_open(path, e), ret;

	if (fd < 0)
		return -1;
	ret = digest_fd(alg, fd, path, out, e);
	(void)close(fd);
	return ret;
}

enum digest_alg
digest_alg_of(const char *hex)
{
	size_t n = strlen(hex);

	if (strspn(hex, "0123456789abcdefABCDEF") != n)
		return DIGEST_NONE;
	return n == 32 ? DIGEST_MD5 : n == 40 ? DIGEST_SHA1 : n == 64 ? DIGEST_SHA256 : DIGEST_NONE;
}

void
hex_text(const unsigned char *bytes, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digit[bytes[i] >> 4];
		*out++ = digit[bytes[i] & 15];
	}
	*out = '\0';
}

static unsigned
value_of(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

void
hex_bytes(const char *hex, size_t n, unsigned char *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)(value_of(hex[2 * i]) << 4 | value_of(hex[2 * i + 1]));
}

void
uid_new(char out[UID_SIZE])
{
	unsigned char raw[(UID_SIZE - 1) / 2];

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		mem_die("no random bytes");
	hex_text(raw, sizeof(raw), out);
}
