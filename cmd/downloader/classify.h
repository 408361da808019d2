#ifndef CLASSIFY_H
#define CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "granule/name.h"

/*
 * Quicklook or refined? The file says: QUICKLOOK when its attribute processing_version has QL in it or its
 * product_name has .NRT, else REFINED. Reading the two attributes is also the check that it is a netCDF file.
 */

/*
 * classify_file - class of a complete file
 *
 * path		the file; its signature is checked before a library parses it
 * subject	what messages call it
 * listed	its listed name, asked when it has neither attribute
 * unverified	there was no checksum: check harder that the file is complete, and in a process of its own
 * note		a remark for the user, when file and name disagree; else ""
 *
 * May be called from any thread: netCDF is entered by one at a time. Returns 0 or -1 with E_DATA, E_ENV.
 */
int	classify_file(const char *path, const char *subject, const struct obpg_name *listed, bool unverified,
	    enum ptype *type, char *note, size_t note_size, struct err *e);

/* classify_child - in main(), first: the exit status if this is the process of such a check, else -1. */
int	classify_child(int argc, char *argv[]);

#endif
