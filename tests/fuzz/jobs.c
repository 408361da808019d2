/* Job lists: any JSON, any element; the items are fit for a list. The first byte is the index. */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/list.h"
#include "run/job.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strlist items = {0};
	struct err e = {0};
	char path[64];
	int fd = memfd_create("jobs", 0);

	if (size < 1 || fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1) {
		(void)close(fd);
		return 0;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (job_elements(path, data[0], &items, &e) < 0)
		assert(e.code == E_USAGE && strchr(e.msg, '\n') == NULL);
	else
		for (size_t i = 0; i < items.n; i++)
			assert(strlen(items.item[i]) <= LIST_RECMAX &&
			    strcspn(items.item[i], "\n\r\033") == strlen(items.item[i]));
	strlist_free(&items);
	(void)close(fd);
	return 0;
}
