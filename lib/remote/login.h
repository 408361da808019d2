#ifndef LOGIN_H
#define LOGIN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/url.h"

/*
 * Earthdata Login: user name and password for one host. A data server redirects to that host, which asks for them
 * (HTTP Basic), and redirects back; after that a session cookie is enough. They are kept in this struct only, are
 * wiped at the end and go to that host only, over TLS (a test host on this machine may be plain http).
 */

#define LOGIN_HOST "urs.earthdata.nasa.gov"
#define LOGIN_HEADER_SIZE 1024

struct login {
	struct url host;
	bool known;			/* there are credentials */
	char header[LOGIN_HEADER_SIZE];	/* "Authorization: Basic ..." */
};

/*
 * login_init - find the credentials
 *
 * host		HOST[:PORT] of the login host; NULL for LOGIN_HOST
 * netrc	netrc file named on the command line, or NULL
 *
 * From netrc; else the environment's EDL_USERNAME and EDL_PASSWORD (taken out of it); else the file NETRC names;
 * else ~/.netrc. Returns 0 also when there are none; -1 with E_USAGE when the source that should have them is
 * missing, unreadable or incomplete.
 */
int	login_init(struct login *l, const char *host, const char *netrc, struct err *e);

/* login_at - whether u is the login host. */
bool	login_at(const struct login *l, const struct url *u);

/* login_fini - wipe the credentials. */
void	login_fini(struct login *l);

#endif
