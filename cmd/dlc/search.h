#ifndef SEARCH_H
#define SEARCH_H

#include "granule/listline.h"
#include "remote/fetch.h"
#include "remote/obpg.h"
#include "entries.h"
#include "match.h"

/* Which files there are: by asking the service, or from a list. */

struct found {
	const struct match *match;	/* the caller's */
	struct entries files;		/* those that match, in their order; name and files_url: the caller's */
	size_t lines, others;		/* lines read, files that do not match */
	struct oddities bad;		/* lines that are none */
	struct listline line;		/* read last */
};

struct search {
	/* what options say; NULL: as the dataset has it */
	const char *service, *files_option, *sensor, *sensor_id;
	struct obpg_query query;
	struct strlist more;
	struct fetch_conf fetch;
	struct retry_policy retry;
	double max_time;		/* seconds for a request */

	char *files_url;		/* where the files are; owned */
	struct fetch *f;
};

/* search_init - complete and check the query; -1 with E_USAGE, E_DATA when options make no request. */
int	search_init(struct search *s, const struct dataset *ds, struct err *e);

/* search_open - prepare to ask. */
int	search_open(struct search *s, struct err *e);

/*
 * search_since, search_range - add what the service answers: files made since that day; files of data of these days, a
 * request a month so that no answer is too long
 *
 * Returns 0 when complete answers were read. Returns -1, after retries, with E_ENV when the service failed or its
 * answer was none, or E_SIGNAL.
 */
int	search_since(struct search *s, int64_t since, struct found *found, struct err *e);
int	search_range(struct search *s, int64_t from, int64_t to, struct found *found, struct err *e);

void	search_close(struct search *s);

/* search_read - add the files of a list, the open file fd; lines end in sep. A line that is none is a failure of the
 * run. Returns 0, or -1 with E_ENV, E_SIGNAL. */
int	search_read(int fd, char sep, struct found *found, struct run *r, struct err *e);

void	found_fini(struct found *f);

#endif
