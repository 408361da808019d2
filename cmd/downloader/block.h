#ifndef BLOCK_H
#define BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Blocks carry what arrives from the event loop to the threads that write it. Their number is fixed, so the memory
 * of all downloads together is bounded: when the network is faster than the threads, blocks_get waits.
 */

#define BLOCK_SIZE ((size_t)256 * 1024)

struct block {
	struct block *next;
	int64_t at;			/* where in the file data begins */
	size_t size;
	char data[BLOCK_SIZE];
};

struct blocks;

struct blocks	*blocks_new(int max, struct err *e);
void	blocks_free(struct blocks *b);	/* all of them have to be back */

/* blocks_get - a block; waits until one is put back when all are out. NULL with E_ENV. */
struct block	*blocks_get(struct blocks *b, struct err *e);
void	blocks_put(struct blocks *b, struct block *k);	/* NULL does nothing */

#endif
