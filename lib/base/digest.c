/* digest - message digests by libcrypto */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/digest.h"
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
digest_new(enum digest_alg alg, struct err *e)
{
	struct digest *d = mem_array(1, sizeof(*d), e);

	if (d == NULL)
		return NULL;
	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL || EVP_DigestInit_ex(d->ctx, md_of(alg), NULL) != 1) {
		err_set(e, E_ENV, "digest: libcrypto cannot start it");
		digest_free(d);
		return NULL;
	}
	return d;
}

int
digest_update(struct digest *d, const void *data, size_t size, struct err *e)
{
	if (EVP_DigestUpdate(d->ctx, data, size) != 1)
		return err_set(e, E_ENV, "digest: libcrypto failed");
	return 0;
}

int
digest_hex(struct digest *d, char out[DIGEST_HEX_SIZE], struct err *e)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (EVP_DigestFinal_ex(d->ctx, raw, &n) != 1 || n * 2 >= DIGEST_HEX_SIZE)
		return err_set(e, E_ENV, "digest: libcrypto failed");
	for (unsigned int i = 0; i < n; i++) {
		out[2 * i] = digits[raw[i] >> 4];
		out[2 * i + 1] = digits[raw[i] & 15];
	}
	out[2 * (size_t)n] = '\0';
	return 0;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

int
digest_fd(enum digest_alg alg, int fd, const char *name, char out[DIGEST_HEX_SIZE], struct err *e)
{
	struct digest *d = digest_new(alg, e);
	char *block = mem_array(1, READ_SIZE, e);
	off_t off = 0;
	ssize_t n = 0;
	int ret = -1;

	if (d == NULL || block == NULL)
		goto out;
	while ((n = pread(fd, block, READ_SIZE, off)) > 0) {
		if (digest_update(d, block, (size_t)n, e) < 0)
			goto out;
		off += n;
	}
	if (n < 0)
		err_sys(e, "%s", name);
	else
		ret = digest_hex(d, out, e);
out:
	free(block);
	digest_free(d);
	return ret;
}

int
digest_file(enum digest_alg alg, const char *path, char out[DIGEST_HEX_SIZE], struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return err_sys(e, "%s", path);
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
