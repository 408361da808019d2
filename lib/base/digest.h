#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Digests by libcrypto, hex texts (lower case), unique ids. Without libcrypto or random bytes programs end as for lack
 * of memory (base/mem). */

enum digest_alg { DIGEST_NONE, DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

#define DIGEST_HEX_SIZE 65		/* the longest hex text and its NUL */
#define UID_SIZE 9			/* of a unique id, with its NUL */

struct digest;

/* digest_new - a running digest, to be freed by digest_free. */
struct digest	*digest_new(enum digest_alg alg);
void	digest_update(struct digest *d, const void *data, size_t size);

/* digest_range - digest the bytes from..to of an open file, which is as long; to -1: up to its end. */
int	digest_range(struct digest *d, int fd, const char *name, int64_t from, int64_t to, struct err *e);

/* digest_hex - finish and write the hex text; d can then only be freed. */
void	digest_hex(struct digest *d, char out[DIGEST_HEX_SIZE]);
void	digest_free(struct digest *d);

/* digest_text - the digest of a text. */
void	digest_text(enum digest_alg alg, const char *text, char out[DIGEST_HEX_SIZE]);

/* digest_fd, digest_file - digest of everything from the descriptor's offset 0, or of the named file. */
int	digest_fd(enum digest_alg alg, int fd, const char *name, char out[DIGEST_HEX_SIZE], struct err *e);
int	digest_file(enum digest_alg alg, const char *path, char out[DIGEST_HEX_SIZE], struct err *e);

/* digest_alg_of - the algorithm a checksum text is of, by its length (32 MD5, 40 SHA-1, 64 SHA-256);
 * DIGEST_NONE when it is no hex text of one of these lengths. */
enum digest_alg	digest_alg_of(const char *hex);

/* hex_text - n bytes as text of 2 * n digits and a NUL. hex_bytes - back; hex holds 2 * n digits, in either case. */
void	hex_text(const unsigned char *bytes, size_t n, char *out);
void	hex_bytes(const char *hex, size_t n, unsigned char *out);

/* uid_new - a new unique id: 8 hex digits from the system's random source. They stand in file names and job names,
 * whose readers split on '_', '-' and '.'. */
void	uid_new(char out[UID_SIZE]);

#endif
