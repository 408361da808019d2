#ifndef ANSWER_H
#define ANSWER_H

#include <stdint.h>

#include "base/err.h"
#include "remote/fetch.h"

/*
 * What HTTP says about a file: which version of it the server has, how to ask for the rest of it, and what an answer
 * brings. What becomes of that is not known here.
 */

#define VERSION_TAGMAX 256

struct version {
	char etag[VERSION_TAGMAX];	/* strong ETag with its quotes, or "" */
	char modified[VERSION_TAGMAX];	/* Last-Modified as sent, or "" */
	int64_t total;			/* bytes of the whole file, -1 unknown */
};

/* version_validator - what If-Range takes: the ETag, else Last-Modified, else NULL. */
const char	*version_validator(const struct version *v);

/* The headers of a request for the rest of a file. */
struct rest {
	char range[64], if_range[VERSION_TAGMAX + 16];
	const char *headers[3];
};

/* rest_ask - ask for what is behind the first have bytes of version v, which has a validator; with 0 for all. */
void	rest_ask(struct rest *r, int64_t have, const struct version *v);

/*
 * answer_begins - what a 2xx answer brings, from head() of t
 *
 * have		bytes of version v we have and whose rest was asked for
 * v		gets the version that is sent
 *
 * Returns where in the file its body begins: have or 0. -1 when it is not the file, with e and t->kind set: E_AUTH for
 * an HTML page, E_RETRY when it may come later or another part was sent, E_DATA for another status.
 */
int64_t	answer_begins(struct transfer *t, int64_t have, struct version *v, struct err *e);

#endif
