/* set - the hash table */

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "base/set.h"

#define FIRST_SIZE 64
#define KEY_SIZE 16			/* of the 32 bytes of a SHA-256 */

struct member {
	unsigned char key[KEY_SIZE];	/* all-zero: free */
	uint32_t number;
};

static const unsigned char no_key[KEY_SIZE];

static void
digest_key(const void *key, size_t size, unsigned char out[KEY_SIZE])
{
	unsigned char md[EVP_MAX_MD_SIZE];

	if (EVP_Digest(key, size, md, NULL, EVP_sha256(), NULL) != 1)
		mem_die("digest: libcrypto failed");
	memcpy(out, md, KEY_SIZE);
}

/* Where key is, or would go. */
static struct member *
find(const struct set *s, const unsigned char key[KEY_SIZE])
{
	size_t i;

	memcpy(&i, key, sizeof(i));
	for (i &= s->size - 1; memcmp(s->member[i].key, no_key, KEY_SIZE) != 0; i = (i + 1) & (s->size - 1))
		if (memcmp(s->member[i].key, key, KEY_SIZE) == 0)
			break;
	return &s->member[i];
}

uint32_t *
set_at(struct set *s, const void *key, size_t size)
{
	unsigned char digest[KEY_SIZE];
	struct member *m;

	if (s->used >= s->size / 3 * 2) {
		struct set larger = { .size = s->size == 0 ? FIRST_SIZE : s->size * 2, .used = s->used };

		larger.member = xarray(larger.size, sizeof(*larger.member));
		for (size_t i = 0; i < s->size; i++)
			if (memcmp(s->member[i].key, no_key, KEY_SIZE) != 0)
				*find(&larger, s->member[i].key) = s->member[i];
		free(s->member);
		*s = larger;
	}
	digest_key(key, size, digest);
	m = find(s, digest);
	if (memcmp(m->key, no_key, KEY_SIZE) == 0) {
		memcpy(m->key, digest, KEY_SIZE);
		s->used++;
	}
	return &m->number;
}

uint32_t
set_get(const struct set *s, const void *key, size_t size)
{
	unsigned char digest[KEY_SIZE];

	if (s->size == 0)
		return 0;
	digest_key(key, size, digest);
	return find(s, digest)->number;
}

void
set_fini(struct set *s)
{
	free(s->member);
	*s = (struct set){0};
}
