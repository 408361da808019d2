/* nolocks - a file system without locks: preloaded, every lock fails with the errno of $LOCK_ERRNO */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

typedef int	call(int fd, int cmd, ...);

static int
answer(const char *name, int fd, int cmd, void *arg)
{
	call *real;

	if (cmd == F_SETLK || cmd == F_SETLKW || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW) {
		errno = atoi(getenv("LOCK_ERRNO"));
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, name);
	return real(fd, cmd, arg);
}

#define REPLACE(name) \
	int \
	name(int fd, int cmd, ...) \
	{ \
		va_list ap; \
		void *arg; \
 \
		va_start(ap, cmd); \
		arg = va_arg(ap, void *); \
		va_end(ap); \
		return answer(#name, fd, cmd, arg); \
	}

REPLACE(fcntl)
REPLACE(fcntl64)

int
flock(int fd, int operation)
{
	(void)fd;
	(void)operation;
	errno = atoi(getenv("LOCK_ERRNO"));
	return -1;
}
