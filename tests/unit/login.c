/* login - where credentials come from */

#include "base/newfile.h"
#include "remote/login.h"
#include "tap.h"

static struct err e;

static void
netrc(const char *text, const char *header, const char *what)
{
	struct login l;

	if (file_write("netrc", text, &e) < 0)
		exit(1);
	(void)login_init(&l, NULL, "netrc", &e);
	is_str(l.header, header, "%s", what);
	login_fini(&l);
}

int
main(void)
{
	static const char ok_header[] = "Authorization: Basic dXNlcjpzZWNyZXQ=";
	struct login l;
	struct url u;

	tap_scratch();
	(void)unsetenv("NETRC");
	(void)setenv("HOME", ".", 1);
	netrc("machine urs.earthdata.nasa.gov login user password secret", ok_header, "one line");
	netrc("machine urs.earthdata.nasa.gov\n\tlogin user\n\tpassword secret\n", ok_header, "three lines");
	netrc("machine urs.earthdata.nasa.gov password secret login user\nmachine x login a password b\n", ok_header,
	    "the other way round, and more behind it");
	netrc("machine x login a password b machine urs.earthdata.nasa.gov login user password secret", ok_header,
	    "another machine before");
	netrc("default login user password secret", ok_header, "the default entry");
	netrc("machine urs.earthdata.nasa.gov login user account x password \"secret\"\r\n", ok_header,
	    "account, quotes, CR");
	netrc("# machine urs.earthdata.nasa.gov login a password b\nmachine urs.earthdata.nasa.gov login user "
	    "password secret", ok_header, "comment");
	netrc("macdef x\nmachine urs.earthdata.nasa.gov login a password b\n\nmachine urs.earthdata.nasa.gov login "
	    "user password secret", ok_header, "macro");
	netrc("machine urs.earthdata.nasa.gov login user password \"se\\\"cret\"",
	    "Authorization: Basic dXNlcjpzZSJjcmV0", "a quote in quotes");
	/* as curl does it, tried with 7.88 */
	netrc("machine urs.earthdata.nasa.gov login user password #ab", "", "a password like a comment is one");
	netrc("machine urs.earthdata.nasa.gov login user password \"#ab\"", "Authorization: Basic dXNlcjojYWI=",
	    "... not in quotes");
	netrc("machine urs.earthdata.nasa.gov login user # x\n password secret#",
	    "Authorization: Basic dXNlcjpzZWNyZXQj",
	    "a comment behind a word");
	netrc("MACHINE URS.Earthdata.NASA.gov Login user PASSWORD secret", ok_header, "in capitals");
	netrc("machine urs.earthdata.nasa.gov login user password \"se\\tcret\\n\"",
	    "Authorization: Basic dXNlcjpzZQljcmV0Cg==", "tab and newline in quotes");
	netrc("machine urs.earthdata.nasa.gov login user\nmachine x login a password b\n"
	    "machine urs.earthdata.nasa.gov password secret\n", ok_header, "an entry is completed by a later one");
	netrc("machine urs.earthdata.nasa.gov macdef login user password secret\n", ok_header,
	    "no macro within an entry");
	netrc("machine urs.earthdata.nasa.gov login user password secret x \"open", ok_header,
	    "nothing is read behind the entry");
	netrc("machine urs.earthdata.nasa.gov login user password \"secret\n", "", "a quote that is not closed");
	netrc("machine urs.earthdata.nasa.gov.evil.org login user password secret", "", "another machine only");
	netrc("machine urs.earthdata.nasa.gov login user", "", "no password");
	netrc("machine", "", "cut");
	netrc("login a password \"", "", "an open quote");
	netrc("machine urs.earthdata.nasa.gov login us:er password secret", "", "a colon in the user's name");
	netrc("", "", "empty");

	is_int(login_init(&l, NULL, "none", &e), -1, "a file that is not there");
	is_int(e.code, E_USAGE, "... is wrong usage");
	is_int(login_init(&l, NULL, NULL, &e), 0, "no credentials anywhere");
	ok(!l.known, "... are none");
	(void)setenv("EDL_USERNAME", "user", 1);
	(void)setenv("EDL_PASSWORD", "secret", 1);
	is_int(login_init(&l, "localhost:8443", NULL, &e), 0, "the environment's");
	is_str(l.header, ok_header, "... as a header");
	ok(getenv("EDL_PASSWORD") == NULL && getenv("EDL_USERNAME") == NULL, "... no longer in the environment");
	ok(url_parse("https://localhost:8443/x", &u, &e) == 0 && login_at(&l, &u), "for that host");
	ok(url_parse("https://localhost/x", &u, &e) == 0 && !login_at(&l, &u), "... and port");
	ok(url_parse("http://localhost:8443/x", &u, &e) == 0 && !login_at(&l, &u), "... with TLS");
	login_fini(&l);
	is_str(l.header, "", "wiped");
	(void)setenv("EDL_USERNAME", "user", 1);
	is_int(login_init(&l, NULL, NULL, &e), -1, "half of them");
	is_int(e.code, E_USAGE, "... is wrong usage");
	is_int(login_init(&l, "http://example.org", NULL, &e), -1, "a login host without TLS");
	return tap_done();
}
