/* The state of the list creator: what is read of it is written in a form that reads the same. */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/newfile.h"
#include "granule/listline.h"
#include "dlc/state.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read size bytes as a state; the number of different files in it. */
static size_t
read_state(struct state *s, const void *data, size_t size)
{
	struct err e = {0};
	int fd = memfd_create("state", 0);
	size_t n = 0;

	*s = (struct state){ .place = "state", .known.files_url = "https://x/" };
	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	assert(state_read(s, fd, &e) == 0);
	(void)close(fd);
	assert(s->known.n + s->bad.n <= s->lines);
	entries_index(&s->known);
	for (size_t i = 0; i < s->known.n; i++) {
		const struct entry *k = &s->known.item[i];

		assert(strlen(k->key) < LISTLINE_URL_SIZE && strcspn(k->key, " \t\n\r") == strlen(k->key));
		assert(*k->key == '\0' || entries_find(&s->known, k->key) == k);
		n += *k->key != '\0';
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct entries none;
	char *text = NULL, path[64];
	struct state s, again;
	struct err e;
	size_t n = read_state(&s, data, size), length = 0, same;
	int fd = memfd_create("out", 0);

	/* As an object of a store; only its writing matters here. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	s.file = (struct newfile){ .fd = fd, .tmp = path, .path = path };
	(void)state_save(&s, &none, 1, INT32_MAX / 2, NULL, &e);	/* the rename may fail, it is the last step */
	text = file_read(path, 1 << 26, &e);
	if (text != NULL)
		length = strlen(text);
	assert(text != NULL || n > 0);
	if (text != NULL) {
		same = read_state(&again, text, length);
		assert(same == n && again.bad.n == 0);
		entries_fini(&again.known);
	}
	free(text);
	entries_fini(&s.known);
	(void)close(fd);
	return 0;
}
