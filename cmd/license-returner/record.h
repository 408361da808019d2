#ifndef RECORD_H
#define RECORD_H

#include "base/str.h"
#include "granule/dataset.h"
#include "place/tokens.h"

/* What the return of one workflow's tokens looks like: on standard output, and in the log other systems read. */

struct record {
	const struct dataset *ds;
	enum ptype type;
	enum tokens_of of;
	const char *uid;
	char name[TOKENS_KINDS][TOKENS_NAME_SIZE];	/* of the reservations */
	char *title[TOKENS_KINDS];		/* ... in logs: with the prefix of the deployment; owned */
	char *pool[2];				/* of the dataset's pool and the floating one, in logs; owned */
	struct tokens_returned back;
	const char *state;			/* returned, nothing, planned, failed */
	const char *reason;			/* of failed */
	double seconds;
};

/* record_titles - fill in name, title and pool; record_free frees them. */
void	record_titles(struct record *r);
void	record_free(struct record *r);

/* record_line - one kind that was returned: reservation, tokens, tokens that are free now. Owned by the caller. */
char	*record_line(const struct record *r, enum tokens_kind k, struct err *e);

/* record_json - one JSON object, owned by the caller. */
char	*record_json(const struct record *r, struct err *e);

/* record_log - the lines of the reference system between its start and its final_log line, a newline behind each. */
void	record_log(const struct record *r, struct buf *b);

/* record_final_log - the final_log line, owned by the caller. */
char	*record_final_log(const struct record *r, const char *job_id, struct err *e);

/* record_type - QUICKLOOK, REFINED, or ALL when both are returned. */
const char	*record_type(const struct record *r);

#endif
