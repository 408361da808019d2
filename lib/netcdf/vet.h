#ifndef VET_H
#define VET_H

#include <hdf5.h>

#include "base/err.h"

/*
 * HDF5 can do much that a granule does not need and a hostile file may use: links into other files, data kept in
 * them, filters that are loaded as plug-ins, groups without end. Inputs keep to a small part of the format, and what
 * does not is refused by name before any of it is read.
 */

#define VET_CHUNK (256 * 1024 * 1024)	/* bytes of a chunk in memory, at most */

/* vet_file - look at all links and all datasets of an open file; path is for messages. 0, or -1 with E_DATA. */
int	vet_file(hid_t file, const char *path, struct err *e);

#endif
