#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>

#include "base/err.h"

/* Digests by libcrypto. Hex texts are lower case. */

enum digest_alg { DIGEST_NONE, DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

#define DIGEST_HEX_SIZE 65		/* the longest hex text and its NUL */

struct digest;

/* digest_new - a running digest, to be freed by digest_free; NULL with E_ENV. */
struct digest	*digest_new(enum digest_alg alg, struct err *e);
int	digest_update(struct digest *d, const void *data, size_t size, struct err *e);

/* digest_hex - finish and write the hex text; d can then only be freed. */
int	digest_hex(struct digest *d, char out[DIGEST_HEX_SIZE], struct err *e);
void	digest_free(struct digest *d);

/* digest_fd, digest_file - digest of everything from the descriptor's offset 0, or of the named file. */
int	digest_fd(enum digest_alg alg, int fd, const char *name, char out[DIGEST_HEX_SIZE], struct err *e);
int	digest_file(enum digest_alg alg, const char *path, char out[DIGEST_HEX_SIZE], struct err *e);

/* digest_alg_of - the algorithm a checksum text is of, by its length (32 MD5, 40 SHA-1, 64 SHA-256);
 * DIGEST_NONE when it is no hex text of one of these lengths. */
enum digest_alg	digest_alg_of(const char *hex);

#endif
