#ifndef REQUEST_H
#define REQUEST_H

#include "base/digest.h"
#include "base/err.h"
#include "granule/listline.h"

/*
 * One line of a download list, "URL [CHECKSUM]", checked: what to get, from where, and what it is called here.
 */

struct request {
	char *line;			/* as listed, but https, and without blanks around it */
	char *url;			/* absolute, https but for this machine */
	char name[NAME_SIZE];		/* base name of the URL: the OBPG name */
	char final[NAME_SIZE];		/* name under which it is kept: without .NRT */
	struct obpg_name obpg;		/* name taken apart */
	enum digest_alg alg;		/* DIGEST_NONE: the list has no checksum */
	char checksum[DIGEST_HEX_SIZE];	/* lower case; "" without */
};

enum request_result { REQUEST_NONE, REQUEST_OK, REQUEST_BAD };

/*
 * request_parse - take a list line apart and check it
 *
 * Returns REQUEST_OK; REQUEST_NONE for an empty line or a comment; REQUEST_BAD with E_DATA. r is to be freed by
 * request_fini after any of them.
 */
enum request_result	request_parse(const char *text, struct request *r, struct err *e);

void	request_fini(struct request *r);

#endif
