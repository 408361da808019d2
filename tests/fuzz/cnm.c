/* CNM messages: whatever is strictly valid is leniently valid too; findings have paths and texts. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "granule/cnm.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(void *ctx, const struct cnm_finding *f)
{
	int *violations = ctx;

	assert(f->path != NULL && *f->text != '\0');
	*violations += !f->warning;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	int strict = 0, lenient = 0, n;
	struct err e = {0};
	json_t *m;

	if (text == NULL)
		return 0;
	(void)memcpy(text, data, size);
	text[size] = '\0';
	m = cnm_parse(text, &e);
	assert((m == NULL) == (e.code == E_DATA));
	if (m != NULL) {
		n = cnm_check(m, CNM_STRICT, look, &strict);
		assert(n == strict);
		n = cnm_check(m, CNM_LENIENT, look, &lenient);
		assert(n == lenient && lenient <= strict);
		assert((cnm_check_text(text, CNM_STRICT, &e) < 0) == (strict > 0));
	}
	json_decref(m);
	free(text);
	return 0;
}
