#ifndef CNM_H
#define CNM_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "granule/dataset.h"

/*
 * Messages of the Cloud Notification Mechanism (CNM), the format between this product and the archive: the
 * notification that announces a granule, and a check of messages against the rules of the published schema 1.6.1,
 * which judges all versions. generate-cnm(5) describes both.
 */

#define CNM_MAX (1024 * 1024)		/* bytes of a message that is read */

/* A stored file of a granule. */
struct cnm_file {
	const char *uri;		/* ends in "/" and the file's name */
	const char *md5;		/* lower-case hex, of the stored bytes */
	uint64_t size;			/* bytes */
};

struct cnm_granule {
	const struct dataset *ds;
	struct cnm_file data;		/* GRANULE.nc: gives the granule its name */
	struct cnm_file checksum;	/* GRANULE.nc.md5 */
	const char *trace;		/* prefix of the deployment; the archive's answer brings it back */
	bool legacy_time;		/* submissionTime without its Z, as the reference system sends it */
};

/*
 * cnm_notification - the message that announces a granule, version 1.4, stamped with the time now
 *
 * Returns one line of text without a newline, owned by the caller, or NULL: E_DATA when a text is not UTF-8 or uri does
 * not end in a name, E_ENV.
 */
char	*cnm_notification(const struct cnm_granule *g, struct err *e);

/* cnm_parse - the JSON value of a message text, to be freed by json_decref; NULL with E_DATA when it is not JSON, has a
 * member twice, or is longer than CNM_MAX. */
json_t	*cnm_parse(const char *text, struct err *e);

enum cnm_level {
	CNM_STRICT,	/* all rules, for what is sent */
	CNM_LENIENT	/* types and presence, for what is received: an unknown version or enumeration value and a
			   time without zone are warnings */
};

struct cnm_finding {
	bool warning;			/* the message is usable nevertheless */
	const char *path;		/* where: product/files/0/size; "" is the message itself */
	const char *text;		/* what is wrong there */
};

/* cnm_report - takes one finding; its texts are borrowed for the call. */
typedef void	cnm_report(void *ctx, const struct cnm_finding *f);

/*
 * cnm_check - check a message
 *
 * report is called for every finding, in the order of the rules; it may be NULL. Returns the number of violations;
 * warnings do not count.
 */
int	cnm_check(const json_t *message, enum cnm_level level, cnm_report *report, void *ctx);

/* cnm_check_text - parse and check; 0, or -1 with E_DATA and the first violation as "PATH: TEXT". */
int	cnm_check_text(const char *text, enum cnm_level level, struct err *e);

#endif
