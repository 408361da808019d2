/* block - memory for what has arrived and is not written yet */

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "block.h"

struct blocks {
	pthread_mutex_t lock;
	pthread_cond_t back;
	struct block *unused;		/* the one used last comes first: it is still in the cache */
	int made, max;
};

struct blocks *
blocks_new(int max, struct err *e)
{
	struct blocks *b = mem_array(1, sizeof(*b), e);

	if (b == NULL)
		return NULL;
	(void)pthread_mutex_init(&b->lock, NULL);
	(void)pthread_cond_init(&b->back, NULL);
	b->max = max;
	return b;
}

void
blocks_free(struct blocks *b)
{
	struct block *k;

	if (b == NULL)
		return;
	while ((k = b->unused) != NULL) {
		b->unused = k->next;
		free(k);
	}
	(void)pthread_mutex_destroy(&b->lock);
	(void)pthread_cond_destroy(&b->back);
	free(b);
}

struct block *
blocks_get(struct blocks *b, struct err *e)
{
	struct block *k;

	(void)pthread_mutex_lock(&b->lock);
	while (b->unused == NULL && b->made == b->max)
		(void)pthread_cond_wait(&b->back, &b->lock);
	k = b->unused;
	if (k != NULL)
		b->unused = k->next;
	else if ((k = malloc(sizeof(*k))) != NULL)	/* not zeroed */
		b->made++;
	(void)pthread_mutex_unlock(&b->lock);
	if (k == NULL)
		(void)err_mem(e, "a block of a download");
	else
		k->size = 0;
	return k;
}

void
blocks_put(struct blocks *b, struct block *k)
{
	if (k == NULL)
		return;
	(void)pthread_mutex_lock(&b->lock);
	k->next = b->unused;
	b->unused = k;
	(void)pthread_cond_signal(&b->back);
	(void)pthread_mutex_unlock(&b->lock);
}
