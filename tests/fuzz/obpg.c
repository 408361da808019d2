/* Answers of the file search: whatever comes in whatever pieces, lines are texts, and the result does not depend on the
 * pieces. The first byte is the size of a piece. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "remote/obpg.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
on_line(void *ctx, const char *text, size_t line, struct err *e)
{
	size_t *sum = ctx;

	assert(strchr(" \t", *text) == NULL && strchr(text, '\n') == NULL && strlen(text) <= OBPG_LINE_MAX);
	if (*text % 2 == 0) {
		err_set(e, E_DATA, "no line");
		return false;
	}
	*sum = *sum * 31 + line + strlen(text);
	return true;
}

static void
on_bad(void *ctx, size_t line, const struct err *why)
{
	size_t *sum = ctx;

	assert(why->code == E_DATA && strchr(why->msg, '\n') == NULL);
	*sum = *sum * 37 + line;
}

/* 0 or -1 as the answer is one; *sum stands for what was in it. */
static int
answer(const uint8_t *data, size_t size, size_t piece, size_t *sum)
{
	struct obpg_answer *a = calloc(1, sizeof(*a));
	void *ctx = sum;
	struct err e = {0};
	int ret = 0;

	assert(a != NULL);
	*a = (struct obpg_answer){ .line = on_line, .bad = on_bad, .ctx = ctx };
	for (size_t i = 0; ret == 0 && i < size; i += piece)
		ret = obpg_answer_add(a, (const char *)data + i, size - i < piece ? size - i : piece, &e);
	if (ret == 0)
		ret = obpg_answer_end(a, true, &e);
	assert(ret == 0 || (e.code == E_DATA && strchr(e.msg, '\n') == NULL));
	assert(ret < 0 || a->files > 0 || a->none_found);
	free(a);
	return ret;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t one = 0, two = 0;

	if (size < 1)
		return 0;
	if (answer(data + 1, size - 1, size, &one) != answer(data + 1, size - 1, data[0] % 64 + 1U, &two) || one != two)
		abort();
	return 0;
}
