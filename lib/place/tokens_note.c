/* tokens_note - who holds a reservation, and whether that process still lives */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/str.h"
#include "place/tokens_note.h"

static bool
plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~' || *s == '"' || *s == '\\')
			return false;
	return true;
}

/* --- processes -------------------------------------------------------------------------------------------------- */

static int
read_small(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	*out = '\0';
	if (fd < 0)
		return -1;
	n = read(fd, out, size - 1);
	(void)close(fd);
	if (n < 0)
		return -1;
	out[n] = '\0';
	return 0;
}

/* Start time in ticks since boot and state, from the fields behind the name, which may hold anything; false when
 * /proc does not show the process. */
static bool
process_start(long pid, char *state, long long *start)
{
	char path[64], text[1024], *p;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	if (read_small(path, text, sizeof(text)) < 0 || (p = strrchr(text, ')')) == NULL || p[1] == '\0')
		return false;
	p += 2;
	*state = *p;
	for (int field = 3; field < 22; field++) {
		p = strchr(p, ' ');
		if (p == NULL)
			return false;
		p++;
	}
	*start = strtoll(p, NULL, 10);
	return *start > 0;
}

/* This boot of this machine, and the name space in which process ids are counted; "" when the system does not say. */
static void
boot_name(char *out, size_t size)
{
	char boot[64], space[64];
	ssize_t n = readlink("/proc/self/ns/pid", space, sizeof(space) - 1);

	if (n <= 0 || read_small("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)) < 0)
		n = 0;
	space[n] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
	if (n == 0 || str_fmt(out, size, NULL, "%s %s", boot, space) < 0)
		*out = '\0';
}

static void
host_name(char *out, size_t size)
{
	if (gethostname(out, size) < 0)
		*out = '\0';
	out[size - 1] = '\0';
	if (!plain(out))
		*out = '\0';
}

void
note_here(struct here *h)
{
	boot_name(h->boot, sizeof(h->boot));
	host_name(h->host, sizeof(h->host));
}

enum tokens_life
note_life(const struct note *n, const struct here *h)
{
	char state = '\0';
	long long start;

	if (n->pid <= 0 || *h->boot == '\0' || strcmp(h->boot, n->boot) != 0 || strcmp(h->host, n->host) != 0)
		return TOKENS_UNKNOWN;
	if (kill((pid_t)n->pid, 0) < 0 && errno == ESRCH)
		return TOKENS_DEAD;
	if (!process_start(n->pid, &state, &start))
		return TOKENS_ALIVE;		/* of another user, hidden */
	return start != n->start || state == 'Z' || state == 'X' ? TOKENS_DEAD : TOKENS_ALIVE;
}

/* --- the note --------------------------------------------------------------------------------------------------- */

int
note_own(struct note *n, const struct here *h, const char *who, const struct tokens_owner *owner, struct err *e)
{
	const char *jobs = owner->jobs != NULL ? owner->jobs : "";
	char state;

	if (!plain(who) || !plain(jobs) || strlen(who) + strlen(jobs) > TOKENS_TEXT_MAX)
		return err_set(e, E_DATA,
		    "%.80s: cannot be recorded as owner of tokens: more than %d bytes, or not plain " "text",
		    *jobs != '\0' ? jobs : who, TOKENS_TEXT_MAX);
	(void)snprintf(n->who, sizeof(n->who), "%s", who);
	(void)snprintf(n->jobs, sizeof(n->jobs), "%s", jobs);
	n->host[0] = n->boot[0] = '\0';
	n->pid = 0;
	if (owner->pid <= 0 || !process_start((long)owner->pid, &state, &n->start))
		return 0;
	memcpy(n->boot, h->boot, sizeof(n->boot));
	memcpy(n->host, h->host, sizeof(n->host));
	n->pid = (long)owner->pid;
	return 0;
}

static void
get_text(const json_t *root, const char *key, char *out, size_t size)
{
	const char *s = json_string_value(json_object_get(root, key));

	if (s == NULL || !plain(s) || str_fmt(out, size, NULL, "%s", s) < 0)
		*out = '\0';
}

void
note_parse(const char *text, struct note *n)
{
	json_t *root = json_loads(text, 0, NULL);
	char type[16];

	*n = (struct note){0};
	if (!json_is_object(root)) {
		json_decref(root);
		return;
	}
	get_text(root, "who", n->who, sizeof(n->who));
	get_text(root, "jobs", n->jobs, sizeof(n->jobs));
	get_text(root, "type", type, sizeof(type));
	get_text(root, "host", n->host, sizeof(n->host));
	get_text(root, "boot", n->boot, sizeof(n->boot));
	n->quicklook = strcmp(type, "quicklook") == 0;
	n->refined = strcmp(type, "refined") == 0;
	n->time = json_integer_value(json_object_get(root, "time"));
	n->pid = (long)json_integer_value(json_object_get(root, "pid"));
	n->start = json_integer_value(json_object_get(root, "start"));
	json_decref(root);
}

int
note_write(const struct note *n, char out[PARAM_NOTE_MAX + 1], struct err *e)
{
	struct buf b = {0};
	int ret = -1;

	buf_add(&b, "{\"who\": \"%s\", \"time\": %lld", n->who, (long long)n->time);
	if (n->quicklook || n->refined)
		buf_add(&b, ", \"type\": \"%s\"", n->refined ? "refined" : "quicklook");
	if (*n->jobs != '\0')
		buf_add(&b, ", \"jobs\": \"%s\"", n->jobs);
	if (n->pid > 0)
		buf_add(&b, ", \"host\": \"%s\", \"boot\": \"%s\", \"pid\": %ld, \"start\": %lld", n->host, n->boot,
		    n->pid, n->start);
	buf_add(&b, "}");
	if (buf_text(&b, e) != NULL)
		ret = str_fmt(out, PARAM_NOTE_MAX + 1, e, "%s", b.text);
	buf_free(&b);
	return ret;
}
