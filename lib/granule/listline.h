#ifndef LISTLINE_H
#define LISTLINE_H

#include <stddef.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/list.h"
#include "granule/name.h"

/*
 * A line of a download list: which file, where, with which checksum. generate-list(5) describes the forms; all programs
 * that read such lines read them here, and so mean the same by them.
 */

#define LISTLINE_SERVER "https://oceandata.sci.gsfc.nasa.gov/"
#define LISTLINE_SOURCE LISTLINE_SERVER "cgi/getfile/"
#define LISTLINE_URL_SIZE (LIST_RECMAX + 128)

struct listline {
	char url[LISTLINE_URL_SIZE];	/* absolute; https, but for this machine */
	size_t dir;			/* length of its begin up to the name: https://host/path/ */
	char name[NAME_SIZE];		/* letters, digits, '.', '_', '-'; not '.' or '-' first */
	struct obpg_name obpg;		/* the name taken apart; of LISTLINE_FILE */
	enum digest_alg alg;		/* DIGEST_NONE: there is no checksum */
	char checksum[DIGEST_HEX_SIZE];	/* lower case; "" without */
	const char *rest;		/* what follows in the text */
};

enum listline_result {
	LISTLINE_FILE,			/* an SST, SST4, SST3 or OC file of one of our datasets */
	LISTLINE_OTHER,			/* another product of OBPG */
	LISTLINE_STRANGE,		/* a line like the others, but the name is nothing we know */
	LISTLINE_BAD,			/* no such line */
	LISTLINE_NONE			/* blank, or a comment */
};

/*
 * listline_parse - take a line apart
 *
 * text		the line
 * source	what stands in front of names that come without a URL: LISTLINE_SOURCE
 * l		zeroed before the first line; then left as it is from one line to the next, which is faster
 *
 * With LISTLINE_FILE, OTHER and STRANGE all of l is set, but for what is said above. With OTHER, STRANGE and BAD e says
 * (E_DATA) why it is no file of ours.
 */
enum listline_result	listline_parse(const char *text, const char *source, struct listline *l, struct err *e);

/* listline_base - the base name in a URL or bare name of a text that need not be a line; "" when it is too long. */
void	listline_base(const char *text, char out[NAME_SIZE]);

#endif
