/* url - which URLs we talk to */

#include "base/url.h"
#include "tap.h"

static void
good(const char *text, const char *host, int port, bool loopback)
{
	struct url u;
	struct err e = { .msg = "" };

	is_int(url_parse(text, &u, &e), 0, "%s %s", text, e.msg);
	is_str(u.host, host, "... host");
	is_int(u.port, port, "... port");
	is_int(u.loopback, loopback, "... this machine or not");
}

static void
bad(const char *text)
{
	struct url u;
	struct err e;

	is_int(url_parse(text, &u, &e), -1, "%s", text);
	ok(e.code == E_DATA && strstr(e.msg, "secret") == NULL, "... %s", e.msg);
}

int
main(void)
{
	struct url a, b;
	char longest[URL_MAX + 100];

	good("https://oceandata.sci.gsfc.nasa.gov/x", "oceandata.sci.gsfc.nasa.gov", 443, false);
	good("HTTPS://Example.ORG:444/", "example.org", 444, false);
	good("http://localhost:8080/", "localhost", 8080, true);
	good("http://127.0.0.1/", "127.0.0.1", 80, true);
	good("http://127.255.0.9/", "127.255.0.9", 80, true);
	good("http://127.1/", "127.0.0.1", 80, true);	/* libcurl understands it as the address, so we do */
	good("http://[::1]:8/", "[::1]", 8, true);
	good("https://[2001:db8::1]/", "[2001:db8::1]", 443, false);
	bad("http://example.org/?secret");
	bad("http://127.0.0.1.example.org/?secret");
	bad("http://localhost.example.org/#secret");
	bad("http://128.0.0.1/");
	bad("http://0.0.0.0/");
	bad("ftp://localhost/");
	bad("file:///etc/passwd");
	bad("scheme://x/");
	bad("https://user:secret@example.org/");
	bad("https://secret@localhost/");
	bad("https:///example.org");
	bad("https:/example.org/");
	bad("https://");
	bad("//example.org/");
	bad("example.org");
	bad("");
	bad("https://exa mple.org/");
	is_int(url_parse("https://example.org/\r\nHost: x", &a, NULL), -1, "a line break");
	bad("https://example.org:0x50/");
	bad("https://example.org:65536/");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "https://h/", 10);
	is_int(url_parse(longest, &a, NULL), -1, "longer than URL_MAX");

	is_int(url_parse_host("urs.earthdata.nasa.gov", &a, NULL), 0, "a host alone");
	ok(a.https && a.port == 443, "... is https");
	is_int(url_parse("https://URS.earthdata.nasa.gov:443/oauth?x", &b, NULL), 0, "the same as a URL");
	ok(url_same_origin(&a, &b), "... is the same origin");
	is_int(url_parse("https://urs.earthdata.nasa.gov:444/", &b, NULL), 0, "another port");
	ok(!url_same_origin(&a, &b), "... is not");
	is_int(url_parse_host("http://localhost:81", &a, NULL), 0, "http on this machine");
	is_int(url_parse("https://localhost:81/", &b, NULL), 0, "the same with TLS");
	ok(!url_same_origin(&a, &b), "... is another origin");
	is_int(url_parse_host("http://h", &a, NULL), -1, "http elsewhere");
	is_int(url_parse_host("h/../x y", &a, NULL), -1, "rubbish");
	is_int(url_shown("https://h/p?q#f"), 11, "what may be shown");
	return tap_done();
}
