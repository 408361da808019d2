/* chunkindex - where the chunks of a dataset lie in its file */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netcdf/chunkindex.h"

/*
 * The structures read here are those of section III and IV of the HDF5 file format specification: object header
 * (version 1 or 2) with a data layout message of version 3, which points to a version 1 B-tree of chunks. That is what
 * HDF5 writes unless it is told to use its newest format.
 */

#define HEADER_MAX (64 * 1024)		/* one block of an object header */
#define BLOCKS_MAX 64			/* blocks of an object header: the first one and its continuations */
#define NODE_MAX (256 * 1024)
#define LEVELS_MAX 8
#define STORED_MAX (512u * 1024 * 1024)
#define MESSAGE_LAYOUT 0x08
#define MESSAGE_CONTINUATION 0x10
#define FLAG_SHARED 0x02
#define CLASS_CHUNKED 2

struct reader {
	int fd;
	uint64_t size;			/* of the file */
	const struct chunk_shape *shape;
	struct chunk_place *place;
	size_t across, nplaces;
	size_t nodes;			/* B-tree nodes that may still be read */
};

static uint64_t
little(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static bool
read_at(const struct reader *r, uint64_t at, void *out, size_t n)
{
	size_t have = 0;

	if (at > r->size || n > r->size - at)
		return false;
	while (have < n) {
		ssize_t k = pread(r->fd, (char *)out + have, n - have, (off_t)(at + have));

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		have += (size_t)k;
	}
	return true;
}

/* Addresses and lengths of 8 bytes, counted from the start of the file. */
static bool
is_plain_file(const struct reader *r)
{
	unsigned char sb[64];

	if (!read_at(r, 0, sb, sizeof(sb)))
		return false;
	if (sb[8] == 0 || sb[8] == 1)	/* version of the superblock */
		return sb[13] == 8 && sb[14] == 8 && little(sb + (sb[8] == 0 ? 24 : 28), 8) == 0;
	return sb[8] <= 3 && sb[9] == 8 && sb[10] == 8 && little(sb + 12, 8) == 0;
}

/* The B-tree's address, when the layout message describes the chunks the caller knows. */
static bool
parse_layout(const struct chunk_shape *s, const unsigned char *m, size_t n, uint64_t *tree)
{
	size_t dims = (size_t)s->rank + 1;

	if (n < 11 + 4 * dims || m[0] != 3 || m[1] != CLASS_CHUNKED || m[2] != dims)
		return false;
	for (int i = 0; i < s->rank; i++)
		if (little(m + 11 + 4 * i, 4) != s->chunk[i])
			return false;
	*tree = little(m + 3, 8);
	return little(m + 11 + 4 * s->rank, 4) == s->elem;
}

/* Blocks of an object header still to be read. */
struct blocks {
	uint64_t at[BLOCKS_MAX];
	uint64_t size[BLOCKS_MAX];
	size_t n;
};

/* Go through the messages in p[n]; head is the size of their heads, by which the versions differ. 1: layout found. */
static int
scan_messages(const struct reader *r, const unsigned char *p, size_t n, size_t head, struct blocks *b, uint64_t *tree)
{
	while (n >= head) {
		bool v1 = head == 8;
		unsigned type = (unsigned)little(p, v1 ? 2 : 1), flags = p[v1 ? 4 : 3];
		size_t size = (size_t)little(p + (v1 ? 2 : 1), 2);

		if (size > n - head)
			return -1;
		if (type == MESSAGE_LAYOUT)
			return !(flags & FLAG_SHARED) && parse_layout(r->shape, p + head, size, tree) ? 1 : -1;
		if (type == MESSAGE_CONTINUATION) {
			if (size < 16 || b->n == BLOCKS_MAX)
				return -1;
			b->at[b->n] = little(p + head, 8);
			b->size[b->n++] = little(p + head + 8, 8);
		}
		p += head + size;
		n -= head + size;
	}
	return 0;
}

/* The first block: *head the size of message heads, p[*begin..*end) its messages. */
static bool
open_header(const struct reader *r, uint64_t addr, unsigned char *p, size_t *head, size_t *begin, size_t *end)
{
	size_t width;

	if (!read_at(r, addr, p, 64))
		return false;
	if (p[0] == 1) {
		*head = 8;
		*begin = 16;
		*end = 16 + (size_t)little(p + 8, 4);
	} else if (memcmp(p, "OHDR\2", 5) == 0) {
		width = (size_t)1 << (p[5] & 3);
		*head = p[5] & 4 ? 6 : 4;
		*begin = 6 + (p[5] & 0x20 ? 16 : 0) + (p[5] & 0x10 ? 4 : 0);
		if (width > 4)
			return false;
		*end = (size_t)little(p + *begin, width);
		*begin += width;
		*end += *begin;
	} else {
		return false;
	}
	return *end <= HEADER_MAX && read_at(r, addr, p, *end);
}

static bool
find_tree(const struct reader *r, uint64_t addr, uint64_t *tree)
{
	unsigned char p[HEADER_MAX];
	struct blocks b = { .n = 0 };
	size_t head, begin, end;
	int found;

	if (!open_header(r, addr, p, &head, &begin, &end))
		return false;
	found = scan_messages(r, p + begin, end - begin, head, &b, tree);
	for (size_t i = 0; found == 0 && i < b.n; i++) {
		size_t skip = head == 8 ? 0 : 4;	/* OCHK in front, checksum behind */

		if (b.size[i] > HEADER_MAX || b.size[i] < 2 * skip || !read_at(r, b.at[i], p, (size_t)b.size[i]))
			return false;
		if (skip > 0 && memcmp(p, "OCHK", 4) != 0)
			return false;
		found = scan_messages(r, p + skip, (size_t)b.size[i] - 2 * skip, head, &b, tree);
	}
	return found == 1;
}

/* An entry of a leaf: key and address of one chunk. */
static bool
take_chunk(const struct reader *r, const unsigned char *key, uint64_t at)
{
	const struct chunk_shape *s = r->shape;
	uint64_t size = little(key, 4), row = 0, col = 0, pos[2] = { 0, 0 };
	struct chunk_place *p;

	for (int i = 0; i < s->rank; i++) {
		pos[i] = little(key + 8 + 8 * i, 8);
		if (pos[i] >= s->dim[i] || pos[i] % s->chunk[i] != 0)
			return false;
	}
	row = pos[0] / s->chunk[0];
	col = pos[1] / s->chunk[1];
	p = &r->place[row * r->across + col];
	if (size == 0 || size > STORED_MAX || at > r->size || size > r->size - at || p->size != 0)
		return false;
	*p = (struct chunk_place){ .at = at, .size = (uint32_t)size, .mask = (uint32_t)little(key + 4, 4) };
	return true;
}

static bool
walk(struct reader *r, uint64_t addr, int level)
{
	size_t key = 8 + 8 * ((size_t)r->shape->rank + 1), n, size;
	unsigned char head[24], *node;
	bool good = true;

	if (r->nodes-- == 0 || !read_at(r, addr, head, sizeof(head)) || memcmp(head, "TREE\1", 5) != 0 ||
	    (level >= 0 && head[5] != level) || head[5] > LEVELS_MAX)
		return false;
	level = head[5];
	n = (size_t)little(head + 6, 2);
	size = n * (key + 8) + key;
	if (size > NODE_MAX)
		return false;
	node = malloc(size);
	good = node != NULL && read_at(r, addr + sizeof(head), node, size);
	for (size_t i = 0; good && i < n; i++) {
		const unsigned char *entry = node + i * (key + 8);
		uint64_t child = little(entry + key, 8);

		good = level == 0 ? take_chunk(r, entry, child) : walk(r, child, level - 1);
	}
	free(node);
	return good;
}

#if H5_VERSION_GE(1, 12, 0)

/* Object addresses are no longer part of the common interface. */
static bool
object_address(hid_t dset, uint64_t *addr)
{
	H5O_info2_t info;
	haddr_t a;

	if (H5Oget_info3(dset, &info, H5O_INFO_BASIC) < 0 || H5VLnative_token_to_addr(dset, info.token, &a) < 0)
		return false;
	*addr = a;
	return true;
}

#else

static bool
object_address(hid_t dset, uint64_t *addr)
{
	H5O_info_t info;

	if (H5Oget_info2(dset, &info, H5O_INFO_BASIC) < 0)
		return false;
	*addr = info.addr;
	return true;
}

#endif

bool
chunkindex_read(hid_t dset, int fd, const struct chunk_shape *s, struct chunk_place *place)
{
	struct reader r = { .fd = fd, .shape = s, .place = place };
	uint64_t addr, tree;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	r.size = (uint64_t)st.st_size;
	r.across = s->dim[1] / s->chunk[1] + (s->dim[1] % s->chunk[1] != 0);
	r.nplaces = r.across * (s->dim[0] / s->chunk[0] + (s->dim[0] % s->chunk[0] != 0));
	r.nodes = r.nplaces + LEVELS_MAX;
	if (!is_plain_file(&r) || !object_address(dset, &addr) || !find_tree(&r, addr, &tree))
		return false;
	if (tree == UINT64_MAX)		/* no chunk was ever written */
		return true;
	return walk(&r, tree, -1);
}
