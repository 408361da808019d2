#ifndef BUNDLE_H
#define BUNDLE_H

#include <stdint.h>

#include <sys/stat.h>

#include "base/err.h"
#include "base/newfile.h"
#include "place/store.h"

/*
 * A bundle takes files out of the shared tree: into zip archives, which go to a store; then the files are removed. The
 * archives are deflated, with ZIP64 where it is needed; members have their names below the root.
 *
 *	archive/COMPONENT/.ENTRY.zip.part	below the root: being written, and the lock of the bundle
 *	archive/COMPONENT/ENTRY_STAMP.zip	complete; still to be stored, and its members to be removed
 *	archive/COMPONENT/YEAR/ENTRY_STAMP.zip	its key in the store
 *
 * A member is removed when the store has its archive and the file still is, byte for byte, what the archive says; the
 * archive below the root when all its members are. Any of that can be done again: bundle_open goes on with what a
 * killed process has left, and nothing is lost or bundled twice. No link is followed below the root.
 */

struct bundle {
	/* set by the caller */
	int root;			/* descriptor of the shared tree */
	const char *root_name;		/* for messages */
	struct store *store;
	int64_t now;			/* for the stamp */
	/* What became of a member: removed, its archive has this url; or kept, for this reason. */
	void (*member)(void *ctx, const char *path, const struct stat *st, const char *url, const struct err *why);
	void (*log)(void *ctx, const char *what, const char *name);	/* "Zip created", ... */
	void *ctx;

	/* its own */
	const char *component, *entry;	/* borrowed */
	int dir;			/* archive/COMPONENT; -1 */
	struct newfile file;
	struct archive *zip;		/* NULL: none was begun, or it could not be written */
	size_t members;
};

/* bundle_open - begin, and finish what a killed process has left; 0 or -1. Nothing is made before the first file. */
int	bundle_open(struct bundle *b, const char *component, const char *entry, struct err *e);

/* bundle_add - one more file, by its name below the root. Returns 0; -1 with E_MISSING when it has gone, E_DATA, E_BUSY
 * while another process has the bundle, E_ENV. */
int	bundle_add(struct bundle *b, const char *path, struct err *e);

/* bundle_end - store and remove what was added; 0 or -1. More can be added after it. */
int	bundle_end(struct bundle *b, struct err *e);

/* bundle_close - what was added after the last bundle_end stays where it is. Safe twice. */
void	bundle_close(struct bundle *b);

#endif
