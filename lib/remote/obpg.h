#ifndef OBPG_H
#define OBPG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/*
 * The file search of NASA's Ocean Biology Processing Group: the request, and its answer, a text with a line for every
 * file (generate-list(5)). What comes instead of an answer (a page for people, an empty body, a text that is no list, a
 * cut one) is an error, never "nothing found". What to search for is the caller's business.
 */

#define OBPG_SERVICE "https://oceandata.sci.gsfc.nasa.gov/api/file_search"
#define OBPG_FILES "/cgi/getfile/"	/* on the same server, followed by the name of a file */

#define OBPG_LINE_MAX 4096		/* longest line of an answer, its end not counted */

/* NULL members are not sent. */
struct obpg_query {
	const char *dtype;		/* processing level: L2 */
	const char *search;		/* glob of names */
	const char *sensor;		/* aqua; or, where the service has no name for it: */
	const char *sensor_id;		/* 33 */
	bool std_only;			/* standard products only */
	const char *psdate;		/* files processed since that day: YYYY-MM-DD */
	const char *sdate, *edate;	/* files of data of these days and those between */
	bool crdate;			/* psdate is about creation, not about modification */
	const struct strlist *more;	/* "KEY=VALUE" */
};

/* obpg_query_url - the request to the service at url, which has no query yet; owned by the caller. NULL with E_USAGE
 * when one of more is no KEY=VALUE. */
char	*obpg_query_url(const char *url, const struct obpg_query *q, struct err *e);

/* obpg_files_url - where the server of a search keeps its files: its URL up to the host, and OBPG_FILES; owned by the
 * caller. */
char	*obpg_files_url(const char *url);

/*
 * An answer while it arrives. Lines may end in CR LF; a byte order mark and blank lines are passed over, and so is what
 * older deployments wrote above the first file. Fill in the first members, the rest is zero.
 */
struct obpg_answer {
	bool (*line)(void *ctx, const char *text, size_t number, struct err *why);	/* whether it is a file's */
	void (*bad)(void *ctx, size_t number, const struct err *why);	/* a line that is none */
	void *ctx;

	size_t lines, files, rejects;	/* lines so far, good ones, bad ones */
	bool none_found;		/* the answer says that nothing was found */
	size_t len;			/* of the line that has begun */
	bool too_long;
	char first[64];			/* begin of the first line, when that was no file; for messages */
	char text[OBPG_LINE_MAX + 2];
};

/* obpg_answer_add - the next piece. -1 with E_DATA when it is a page for people. */
int	obpg_answer_add(struct obpg_answer *a, const char *data, size_t size, struct err *e);

/*
 * obpg_answer_end - after the last piece
 *
 * framed	the transport has told how long the answer is, so an end within a line is no sign of a cut
 *
 * Returns 0 when this was an answer, or -1 with E_DATA: empty, no list, or cut.
 */
int	obpg_answer_end(struct obpg_answer *a, bool framed, struct err *e);

#endif
