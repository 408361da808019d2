/* Lines of download lists: what is taken comes out as the same URL, and grouping takes whatever was taken. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "partition/group.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[4097];
	struct lines l = {0};
	struct groups gr = {0};
	struct buf b = {0};

	for (size_t i = 0, n; i < size; i += n + 1) {
		const uint8_t *end = memchr(data + i, '\n', size - i);

		n = end != NULL ? (size_t)(end - data) - i : size - i;
		if (n >= sizeof(line))
			continue;
		memcpy(line, data + i, n);
		line[n] = '\0';
		if (lines_add(&l, line, i, NULL) <= 0)
			continue;
		b.len = 0;
		lines_url(&l, l.n - 1, &b);
		if (strcmp(b.text, l.last.url) != 0)
			abort();
	}
	if (l.n > 0)
		group_lines(&l, &gr, NULL, NULL);
	groups_fini(&gr);
	lines_fini(&l);
	buf_free(&b);
	return 0;
}
