/* classic - the length of a netCDF file of a classic format, from its header */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "classic.h"

struct header {
	FILE *fp;
	int number, offset;		/* bytes of a count, of a place in the file */
	bool cut;
	double *dim;			/* lengths; 0: of the record dimension */
	size_t ndims, cap;
	double records;
	double end;			/* of all data whose variables have no records */
	double record_size, padded;	/* bytes of a record, as they are and with each variable padded */
	size_t record_vars;
	double record_begin;		/* of the last record variable */
	double record_last;		/* its bytes */
};

static uint64_t
take(struct header *h, int bytes)
{
	uint64_t n = 0;

	for (; bytes > 0 && !h->cut; bytes--) {
		int c = getc(h->fp);

		h->cut = c == EOF;
		n = n << 8 | (unsigned char)c;
	}
	return h->cut ? 0 : n;
}

static double
padded(double n)
{
	uint64_t whole = (uint64_t)n;

	return (double)(whole + (4 - whole % 4) % 4);
}

static void
skip(struct header *h, uint64_t n)
{
	if (n > INT32_MAX || fseeko(h->fp, (off_t)padded((double)n), SEEK_CUR) < 0)
		h->cut = true;
}

static int
type_size(uint64_t type)
{
	static const int size[] = { 0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8 };

	return type < sizeof(size) / sizeof(*size) ? size[type] : 0;
}

/* Names and numbers of a list, each handed to one(). */
static void
take_list(struct header *h, void (*one)(struct header *h))
{
	uint64_t n;

	(void)take(h, 4);
	n = take(h, h->number);
	for (uint64_t i = 0; i < n && !h->cut; i++) {
		skip(h, take(h, h->number));
		one(h);
	}
}

static void
take_dim(struct header *h)
{
	xgrow(&h->dim, &h->cap, h->ndims + 1, sizeof(*h->dim));
	h->dim[h->ndims++] = (double)take(h, h->number);
}

static void
take_att(struct header *h)
{
	int size = type_size(take(h, 4));

	skip(h, take(h, h->number) * (uint64_t)size);
}

static void
take_var(struct header *h)
{
	uint64_t ndims = take(h, h->number);
	double size = 1, begin;
	bool record = false;

	for (uint64_t i = 0; i < ndims && !h->cut; i++) {
		uint64_t id = take(h, h->number);
		double len = id < h->ndims ? h->dim[id] : 1;

		record = record || (i == 0 && len == 0);
		size *= i == 0 && len == 0 ? 1 : len;
	}
	take_list(h, take_att);
	size *= type_size(take(h, 4));
	(void)take(h, h->number);	/* the size, which is not reliable */
	begin = (double)take(h, h->offset);
	if (!record) {
		h->end = begin + size > h->end && size > 0 ? begin + size : h->end;
		return;
	}
	h->record_vars++;
	h->record_size += size;
	h->padded += padded(size);
	if (begin >= h->record_begin) {
		h->record_begin = begin;
		h->record_last = size;
	}
}

/* Length that the file must have; its header's when that is cut. */
static double
length(struct header *h)
{
	uint64_t records;
	double read;
	int version;

	version = (int)(take(h, 4) & 0xff);
	h->number = version == 5 ? 8 : 4;
	h->offset = version == 1 ? 4 : 8;
	records = take(h, h->number);
	if (records != (version == 5 ? UINT64_MAX : UINT32_MAX))	/* else it was written as a stream */
		h->records = (double)records;
	take_list(h, take_dim);
	take_list(h, take_att);
	take_list(h, take_var);
	if (h->records > 0 && h->record_vars > 0) {
		double stride = h->record_vars == 1 ? h->record_size : h->padded;
		double end = h->record_begin + (h->records - 1) * stride + h->record_last;

		h->end = end > h->end ? end : h->end;
	}
	read = ferror(h->fp) ? 0 : (double)ftello(h->fp);
	return h->end > read ? h->end : read;
}

int
classic_check(const char *path, const char *subject, struct err *e)
{
	struct header h = { .fp = fopen(path, "re") };
	struct stat st;
	double need;
	int ret = 0;

	if (h.fp == NULL)
		return err_sys(e, "%s", path);
	need = length(&h);
	if (ferror(h.fp) || fstat(fileno(h.fp), &st) < 0)
		ret = err_sys(e, "%s", path);
	else if (h.cut || (double)st.st_size < need)
		ret = err_set(e, E_DATA, "%s: truncated netCDF file", subject);
	(void)fclose(h.fp);
	free(h.dim);
	return ret;
}
