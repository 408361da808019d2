/* Work lists: no record longer than allowed, none with control characters, none lost. The first byte chooses. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/list.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct list_in in;
	size_t records = 0, most = 1;
	enum list_result r;
	struct err e;
	char *item, sep;
	int fd = memfd_create("list", 0);

	if (size < 1 || fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1 || lseek(fd, 0, SEEK_SET) != 0) {
		(void)close(fd);
		return 0;
	}
	sep = data[0] & 1 ? '\0' : '\n';
	for (size_t i = 1; i < size; i++)
		most += data[i] == (uint8_t)sep;
	list_open_fd(&in, fd, "list", sep);
	while (assert(!(data[0] & 2) || list_ready(&in)), (r = list_next(&in, &item, &e)) != LIST_END) {
		assert(r == LIST_ITEM || r == LIST_BAD);
		records++;
		assert(records <= most && in.line <= most);
		if (r != LIST_ITEM)
			continue;
		assert(strlen(item) <= LIST_RECMAX && *item != '\0');
		for (const char *p = item; sep == '\n' && *p != '\0'; p++)
			assert((unsigned char)*p >= ' ' || *p == '\t');
	}
	assert(list_next(&in, &item, &e) == LIST_END);
	(void)close(fd);
	return 0;
}
