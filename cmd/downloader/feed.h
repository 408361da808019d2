#ifndef FEED_H
#define FEED_H

#include <stdbool.h>

#include "base/set.h"
#include "download.h"
#include "report.h"
#include "run/run.h"

/* Lines of the list into downloads, no faster than these have room. */

struct feed {
	struct run *run;
	const struct download_conf *conf;
	struct report *report;
	struct downloads *d;
	long max;			/* lines to process, 0: all */
	bool no_checksum;
	bool ended;			/* there are no more lines */

	/* Its own */
	struct listline l;		/* the last line */
	struct set seen;		/* URLs and checksums: each is fetched once */
};

/* feed_lines - take what can be read now and may be begun. In a dry run: all, to say what would be done. */
void	feed_lines(struct feed *f);

/* feed_listens - whether a line on run->in.fd is worth waking up for. */
bool	feed_listens(const struct feed *f);

/* feed_give_up - the run ends early: what is left of the list was not attempted. */
void	feed_give_up(struct feed *f);

void	feed_fini(struct feed *f);

#endif
