#ifndef SEARCH_H
#define SEARCH_H

#include "base/str.h"
#include "granule/listline.h"
#include "remote/fetch.h"
#include "remote/obpg.h"
#include "entries.h"
#include "match.h"

/* Which files there are: by asking the service, or from a list. */

#define FOUND_COMPLAINTS 100		/* bad lines that are named; the others are counted */

struct found {
	const struct match *match;	/* the caller's */
	const char *files_url;		/* the caller's */
	struct listline line;		/* read last */
	struct entries files;		/* those that match, in the order of the answers */
	size_t lines, others;		/* lines read, files that do not match */
	size_t bad;			/* lines that are none */
	struct strlist complaints;	/* about the first FOUND_COMPLAINTS of them */
};

struct search {
	const char *service;		/* URL */
	struct fetch_conf fetch;
	struct retry_policy retry;
	double max_time;		/* seconds for a request */
	int (*stop)(void);		/* nonzero: the user wants an end */
	void (*asking)(const char *url);	/* takes the request about to be made */
	void (*tell)(const char *text);	/* takes remarks about retries */
	void (*progress)(size_t lines);
};

/*
 * search_ask - add what the service answers
 *
 * Returns 0 when a complete answer was read. Returns -1, after retries, with E_ENV when the service failed or its
 * answer was none, or E_SIGNAL; found is then as before.
 */
int	search_ask(struct search *s, struct fetch *f, const struct obpg_query *q, struct found *found, struct err *e);

/* search_read - add the files of a list: the open file fd, called name; lines end in sep. Returns 0, or -1 with
 * E_ENV, E_SIGNAL. */
int	search_read(int fd, const char *name, char sep, struct found *found, struct err *e);

void	found_fini(struct found *f);

#endif
