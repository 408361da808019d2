/* crash - a library that crashes, spins or grows in H5Fopen, as CRASH says */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5.h>

hid_t
H5Fopen(const char *name, unsigned flags, hid_t fapl)
{
	const char *how = getenv("CRASH");

	(void)name;
	(void)flags;
	(void)fapl;
	if (strcmp(how, "abort") == 0)
		abort();
	while (strcmp(how, "grow") == 0) {
		char *p = malloc(1 << 20);

		if (p == NULL)
			return -1;
		memset(p, 1, 1 << 20);
	}
	*(volatile int *)(strcmp(how, "segv") == 0 ? NULL : &(int){0}) = 1;
	return -1;
}
