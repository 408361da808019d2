/* owner - a process as the owner of something others see */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "place/owner.h"

/* The beginning of a file of /proc; false when it cannot be read. */
static bool
read_proc(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;

	if (fd >= 0)
		(void)close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* State, and start time in ticks since boot, from the fields behind the name, which may hold anything; false when /proc
 * does not show the process. */
static bool
process_start(long pid, char *state, long long *start)
{
	char path[64], text[1024], *p;

	xsnprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	p = read_proc(path, text, sizeof(text)) ? strrchr(text, ')') : NULL;
	if (p == NULL || p[1] == '\0')
		return false;
	p += 2;
	*state = *p;
	for (int field = 3; field < 22 && p != NULL; field++) {
		p = strchr(p, ' ');
		p = p != NULL ? p + 1 : NULL;
	}
	*start = p != NULL ? strtoll(p, NULL, 10) : 0;
	return *start > 0;
}

void
owner_here(char out[OWNER_SIZE])
{
	char host[65], boot[64], space[64];
	ssize_t n = readlink("/proc/self/ns/pid", space, sizeof(space) - 1);

	*out = '\0';
	if (n <= 0 || gethostname(host, sizeof(host)) < 0 ||
	    !read_proc("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)))
		return;
	space[n] = host[sizeof(host) - 1] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
	xsnprintf(out, OWNER_SIZE, "%s %s %s", host, boot, space);
	if (!str_plain(out))
		*out = '\0';
}

void
owner_of(const char *here, pid_t pid, char out[OWNER_SIZE])
{
	long long start;
	char state;

	*out = '\0';
	if (*here != '\0' && process_start((long)pid, &state, &start))
		(void)str_fmt(out, OWNER_SIZE, NULL, "%s %ld %lld", here, (long)pid, start);
}

enum owner_life
owner_life(const char *here, const char *owner)
{
	size_t n = strlen(here);
	long long start, was;
	char state, *end;
	long pid;

	if (n == 0 || strncmp(owner, here, n) != 0 || owner[n] != ' ')
		return OWNER_UNKNOWN;
	pid = strtol(owner + n + 1, &end, 10);
	was = strtoll(end, NULL, 10);
	if (pid <= 0 || was <= 0)
		return OWNER_UNKNOWN;
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return OWNER_DEAD;
	if (!process_start(pid, &state, &start))
		return OWNER_ALIVE;		/* of another user, hidden */
	return start != was || state == 'Z' || state == 'X' ? OWNER_DEAD : OWNER_ALIVE;
}
