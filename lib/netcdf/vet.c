/* vet - whether a file keeps to the part of HDF5 that granules use */

#include <stdbool.h>

#include "netcdf/ncf.h"
#include "netcdf/vet.h"

#define DEPTH_MAX 4			/* groups within groups; OBPG's files have one level */
#define OBJECTS_MAX 4096

struct walk {
	const char *path;
	int depth, objects;
	struct err *e;
};

/* HDF5 failed: errno tells whether it was the disk. */
static int
damaged(const struct walk *w, const char *name)
{
	return ncf_damaged(w->e, "%s: %s: damaged", w->path, name);
}

static int
refuse(const struct walk *w, const char *name, const char *what)
{
	return err_set(w->e, E_DATA, "%s: %s: %s", w->path, name, what);
}

static int
vet_chunks(const struct walk *w, const char *name, hid_t dset, hid_t dcpl)
{
	hsize_t chunk[H5S_MAX_RANK], size;
	hid_t type = H5Dget_type(dset);
	int rank = H5Pget_chunk(dcpl, H5S_MAX_RANK, chunk);

	if (type < 0 || rank < 1)
		return damaged(w, name);
	size = H5Tget_size(type);
	for (int i = 0; i < rank && i < H5S_MAX_RANK && size <= VET_CHUNK; i++)
		size = chunk[i] > VET_CHUNK ? VET_CHUNK + 1 : size * chunk[i];
	(void)H5Tclose(type);
	return size == 0 || size > VET_CHUNK ? refuse(w, name, "chunks of a size that is not read") : 0;
}

/* Contiguous, compact or chunked in this very file, and filters that HDF5 itself has. */
static int
vet_storage(const struct walk *w, const char *name, hid_t dset, hid_t dcpl)
{
	H5D_layout_t layout = H5Pget_layout(dcpl);
	int n = H5Pget_nfilters(dcpl);

	if (n < 0)
		return damaged(w, name);
	if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT && layout != H5D_CHUNKED)
		return refuse(w, name, "data of another kind than contiguous, compact or chunked");
	if (H5Pget_external_count(dcpl) != 0)
		return refuse(w, name, "data in another file");
	for (int i = 0; i < n; i++) {
		char filter[64] = "";
		unsigned flags, config;
		size_t ncd = 0;
		H5Z_filter_t id = H5Pget_filter2(dcpl, (unsigned)i, &flags, &ncd, NULL, sizeof(filter), filter,
		    &config);

		if (id != H5Z_FILTER_SHUFFLE && id != H5Z_FILTER_DEFLATE && id != H5Z_FILTER_FLETCHER32 &&
		    id != H5Z_FILTER_SZIP)
			return err_set(w->e, E_DATA, "%s: %s: filter %d %.63s", w->path, name, (int)id, filter);
	}
	return layout == H5D_CHUNKED ? vet_chunks(w, name, dset, dcpl) : 0;
}

static int	vet_group(struct walk *w, const char *name, hid_t group);

static herr_t
vet_link(hid_t group, const char *name, const H5L_info_t *link, void *arg)
{
	struct walk *w = arg;
	hid_t object, dcpl;
	int ret = -1;

	if (link->type != H5L_TYPE_HARD)
		return refuse(w, name, link->type == H5L_TYPE_SOFT ? "soft link" : "link to another file");
	if (++w->objects > OBJECTS_MAX)
		return refuse(w, name, "too many objects");
	object = H5Oopen(group, name, H5P_DEFAULT);
	switch (object < 0 ? H5I_BADID : H5Iget_type(object)) {
	case H5I_GROUP: ret = vet_group(w, name, object); break;
	case H5I_DATATYPE: ret = 0; break;
	case H5I_DATASET:
		dcpl = H5Dget_create_plist(object);
		ret = dcpl < 0 ? damaged(w, name) : vet_storage(w, name, object, dcpl);
		(void)H5Pclose(dcpl);
		break;
	default: damaged(w, name); break;
	}
	(void)H5Oclose(object);
	return ret;
}

/* A group may hold itself. */
static int
vet_group(struct walk *w, const char *name, hid_t group)
{
	int ret;

	if (++w->depth > DEPTH_MAX)
		return refuse(w, name, "groups too deep within each other");
	w->e->code = E_NONE;
	ret = H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, vet_link, w) < 0 ? -1 : 0;
	if (ret < 0 && w->e->code == E_NONE)
		ret = damaged(w, name);
	w->depth--;
	return ret;
}

int
vet_file(hid_t file, const char *path, struct err *e)
{
	struct err own = {0};
	struct walk w = { .path = path, .e = e != NULL ? e : &own };

	return vet_group(&w, "/", file);
}
