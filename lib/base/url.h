#ifndef URL_H
#define URL_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Which URLs we talk to: https to anywhere, http to this machine only, no user names or passwords inside. URLs come
 * from lists and from servers, so every one passes here before it is used.
 */

#define URL_HOSTMAX 256
#define URL_MAX 8192			/* longest URL taken from a server */

struct url {
	bool https;
	bool loopback;			/* localhost, 127.0.0.0/8 or ::1 */
	char host[URL_HOSTMAX];		/* lower case; IPv6 addresses in brackets */
	int port;
};

/*
 * url_parse - take the authority of an absolute URL apart
 *
 * Returns 0, or -1 with E_DATA when it is malformed, not http or https, carries credentials, or is http to another
 * machine. Messages quote the URL without its query, which may hold secrets.
 */
int	url_parse(const char *text, struct url *u, struct err *e);

/* url_parse_host - HOST[:PORT], optionally after http:// (loopback only) or https://, as options name a server. */
int	url_parse_host(const char *text, struct url *u, struct err *e);

/* url_local_address - whether an IP address, as text, is one of this machine or of the networks around it (loopback,
 * unspecified, link-local, private, shared; those of IPv4 also as IPv6 writes them), or none at all. */
bool	url_local_address(const char *ip);

bool	url_same_origin(const struct url *a, const struct url *b);

/* url_shown - length of the part of a URL that may be shown: all before the query and the fragment. */
int	url_shown(const char *text);

#endif
