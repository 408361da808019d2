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

static void
addresses(void)
{
	static const char *const local[] = { "0.0.0.0", "0.1.2.3", "10.255.0.1", "100.64.0.1", "100.127.255.255",
		"127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.0.1",
		"198.19.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
		"::ffff:10.0.0.1", "64:ff9b::10.0.0.1",
		"fe80::1", "fe80::1%eth0", "febf::1", "fd00::1", "fcff::", "ff02::1", "", "example.org", "10.0.0.1x" };
	static const char *const foreign[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
		"126.0.0.1", "128.0.0.1", "169.253.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "192.169.0.1",
		"203.0.113.1", "223.255.255.255", "2001:db8::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
		"64:ff9b:1::10.0.0.1", "fbff::1" };

	for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++)
		ok(url_local_address(local[i]), "\"%s\" is of this machine or its networks", local[i]);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		ok(!url_local_address(foreign[i]), "%s is foreign", foreign[i]);
}

int
main(void)
{
	struct url a, b;
	char longest[URL_MAX + 100];

	addresses();
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
