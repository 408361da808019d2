/* A line of a download list: whatever it is, a request that is accepted is harmless. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "downloader/request.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct request r;
	struct err e;

	if (line == NULL)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	if (request_parse(line, &r, &e) == REQUEST_OK) {
		assert(strchr(r.name, '/') == NULL && r.name[0] != '.' && r.name[0] != '\0');
		assert(strchr(r.final, '/') == NULL && strstr(r.final, ".NRT") == NULL);
		assert(strncasecmp(r.url, "https://", 8) == 0 || strncasecmp(r.url, "http://", 7) == 0);
		assert(r.alg == DIGEST_NONE ? r.checksum[0] == '\0' : digest_alg_of(r.checksum) == r.alg);
	}
	request_fini(&r);
	free(line);
	return 0;
}
