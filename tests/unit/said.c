/* said - the gist of a body */

#include "base/mem.h"
#include "remote/said.h"
#include "tap.h"

static void
gist(const char *body, const char *want, const char *what)
{
	char out[SAID_SIZE];

	said(body, out);
	is_str(out, want, "%s", what);
}

int
main(void)
{
	char out[SAID_SIZE], *big = xarray(1, 100001);

	gist("<html><head><TITLE lang=\"en\">Service\n Unavailable </TITLE></head><body>no", "Service Unavailable",
	    "a title");
	gist("\r\n<html>We are <b>closed</b>.</html>", "We are closed .", "a page without one");
	gist("<title> </title><p>text", "text", "... an empty one");
	gist("<title>cut", "cut", "... a cut one");
	gist("</title><title>", "", "... none");
	gist("<Error><Code>AccessDenied</Code><Message>Denied</Message></Error>", "AccessDenied Denied", "XML");
	gist("{\"error\":\"a\",\"error_description\":\"b\",\"x\":\"c\",\"resolution_url\":\"https://d\"}",
	    "a: b; see https://d", "an object");
	gist("{\"error\":1,\"message\":\"b\\u001b[2J\\u00e4\"}", "b [2J??", "only printable ASCII");
	gist("{\"error\":\"cut", "", "no object");
	gist("no", "", "a text says nothing");
	gist("", "", "nothing");
	memset(big, '<', 1);
	memset(big + 1, '>', 1);
	memset(big + 2, 'x', 99998);
	said(big, out);
	is_int((long)strlen(out), SAID_SIZE - 1, "no more than there is room for");
	free(big);
	return tap_done();
}
