/* purger.json: nothing that is read may lead out of the root. */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "purger/rules.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *s)
{
	assert(*s != '/' && strncmp(s, "../", 3) != 0 && strstr(s, "/../") == NULL && strcmp(s, "..") != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("rules", MFD_CLOEXEC);
	struct rules r = {0};
	struct err e;
	char path[40];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (rules_read(&r, path, "/srv/root", &e) == 0)
		for (size_t i = 0; i < r.n; i++) {
			check(r.rule[i].path);
			for (size_t p = 0; p < r.rule[i].patterns.n; p++)
				check(r.rule[i].patterns.item[p]);
			(void)rule_pattern(&r.rule[i], "a/b/c.txt");
		}
	rules_free(&r);
	(void)close(fd);
	return 0;
}
