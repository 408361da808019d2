#ifndef REQUEST_H
#define REQUEST_H

#include "base/digest.h"
#include "base/err.h"
#include "granule/name.h"

/*
 * One line of a download list, "URL [CHECKSUM]", checked: what to get, from where, and what it is called here.
 */

#define REQUEST_SOURCE "https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/"

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
 * Fields are separated by blanks, tabs or a comma; what follows the checksum is ignored. A name without scheme is
 * taken from REQUEST_SOURCE, its directories dropped. http becomes https except for this machine.
 *
 * Returns REQUEST_OK; REQUEST_NONE for an empty line or a comment (#); REQUEST_BAD with E_DATA (or E_ENV). r is to
 * be freed by request_fini after any of them.
 */
enum request_result	request_parse(const char *text, struct request *r, struct err *e);

void	request_fini(struct request *r);

/* request_base - the base name in a URL or a bare name, without query; into out, "" when it is too long. */
void	request_base(const char *url, char out[NAME_SIZE]);

#endif
