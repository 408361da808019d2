#ifndef SET_H
#define SET_H

#include <stddef.h>
#include <stdint.h>

/*
 * The hash table. It keeps a number with every key: the index of what the key stands for in an array of the caller, or
 * just 1. Keys are any bytes and are kept as digests of 16 bytes, so that ten million of them need less than a gigabyte
 * while the table grows, whatever their length, and no input can make them collide. All-zero is an empty set.
 */

struct set {
	struct member *member;
	size_t size, used;		/* size is 0 or a power of two */
};

/* set_at - the number kept with the key, to be read and set; 0 when the key is new. Valid until the next set_at. */
uint32_t	*set_at(struct set *s, const void *key, size_t size);

/* set_get - the number kept with the key, 0 without; adds nothing. */
uint32_t	set_get(const struct set *s, const void *key, size_t size);

void	set_fini(struct set *s);

#endif
