/* seen - the texts met so far */

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "seen.h"

#define FIRST_SIZE 1024

static const unsigned char none[16];

/* Where key is, or would go. */
static unsigned char *
find(const struct seen *s, const unsigned char *key)
{
	size_t i;

	memcpy(&i, key, sizeof(i));
	for (i &= s->size - 1; memcmp(s->slot[i], none, 16) != 0; i = (i + 1) & (s->size - 1))
		if (memcmp(s->slot[i], key, 16) == 0)
			break;
	return s->slot[i];
}

/* Keep at least a third of the table free. */
static int
make_room(struct seen *s, struct err *e)
{
	struct seen larger = { .size = s->size == 0 ? FIRST_SIZE : s->size * 2, .used = s->used };

	if (s->size > 0 && s->used < s->size / 3 * 2)
		return 0;
	larger.slot = mem_array(larger.size, sizeof(*larger.slot), e);
	if (larger.slot == NULL)
		return -1;
	for (size_t i = 0; i < s->size; i++)
		if (memcmp(s->slot[i], none, 16) != 0)
			memcpy(find(&larger, s->slot[i]), s->slot[i], 16);
	free(s->slot);
	*s = larger;
	return 0;
}

int
seen_add(struct seen *s, const char *a, const char *b, struct err *e)
{
	unsigned char md[EVP_MAX_MD_SIZE], *at;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(ctx, a, strlen(a) + 1) == 1 && EVP_DigestUpdate(ctx, b, strlen(b)) == 1 &&
	    EVP_DigestFinal_ex(ctx, md, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	if (!ok)
		return err_set(e, E_ENV, "digest: libcrypto failed");
	if (make_room(s, e) < 0)
		return -1;
	at = find(s, md);
	if (memcmp(at, none, 16) != 0)
		return 0;
	memcpy(at, md, 16);
	s->used++;
	return 1;
}

void
seen_fini(struct seen *s)
{
	free(s->slot);
	*s = (struct seen){0};
}
