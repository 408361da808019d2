/* A line of a download list: whatever it is, what is accepted is harmless. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "granule/listline.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct listline l;
	char *line = malloc(size + 1), base[NAME_SIZE];
	struct err e;

	if (line == NULL)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	listline_base(line, base);
	if (listline_parse(line, LISTLINE_SOURCE, &l, &e) < LISTLINE_BAD) {
		assert(l.name[0] != '.' && l.name[0] != '\0' && strlen(l.name) < NAME_SIZE);
		for (const char *s = l.name; *s != '\0'; s++)
			assert(strchr("/ \t\"'\\%;&?#", *s) == NULL && *s > ' ' && *s < 0x7f);
		for (const char *s = l.url; *s != '\0'; s++)
			assert(*s > ' ' && *s < 0x7f);
		assert(strncasecmp(l.url, "https://", 8) == 0 || strncasecmp(l.url, "http://", 7) == 0);
		assert(strncmp(l.url + l.dir, l.name, strlen(l.name)) == 0 && l.url[l.dir - 1] == '/');
		assert(l.alg == DIGEST_NONE ? l.checksum[0] == '\0' : digest_alg_of(l.checksum) == l.alg);
	}
	free(line);
	return 0;
}
