/* url - which URLs we talk to */

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"

int
url_shown(const char *text)
{
	return (int)strcspn(text, "?#");
}

static bool
is_loopback(const char *host)
{
	struct in_addr a;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &a) == 1 && ntohl(a.s_addr) >> 24 == 127;
}

struct net {
	const char *address;
	int bits;
};

static bool
in_nets(int family, const unsigned char *a, const struct net *net, size_t n)
{
	unsigned char b[16];

	for (size_t i = 0; i < n; i++) {
		int bytes = net[i].bits / 8, rest = net[i].bits % 8;

		(void)inet_pton(family, net[i].address, b);
		if (memcmp(a, b, (size_t)bytes) == 0 && (rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0))
			return true;
	}
	return false;
}

bool
url_local_address(const char *ip)
{
	static const struct net v4[] = { { "0.0.0.0", 8 }, { "10.0.0.0", 8 }, { "100.64.0.0", 10 }, { "127.0.0.0", 8 },
		{ "169.254.0.0", 16 }, { "172.16.0.0", 12 }, { "192.0.0.0", 24 }, { "192.168.0.0", 16 },
		{ "198.18.0.0", 15 }, { "224.0.0.0", 3 } };
	static const struct net v6[] = { { "::", 128 }, { "::1", 128 }, { "fc00::", 7 }, { "fe80::", 10 },
		{ "ff00::", 8 } };
	static const struct net with_v4[] = { { "::", 96 }, { "::ffff:0:0", 96 }, { "64:ff9b::", 96 } };
	char plain[INET6_ADDRSTRLEN] = "";
	unsigned char a[16];

	(void)strncat(plain, ip, strcspn(ip, "%") < sizeof(plain) ? strcspn(ip, "%") : 0);	/* no zone */
	if (inet_pton(AF_INET, plain, a) == 1)
		return in_nets(AF_INET, a, v4, sizeof(v4) / sizeof(*v4));
	if (inet_pton(AF_INET6, plain, a) != 1)
		return true;
	return in_nets(AF_INET6, a, v6, sizeof(v6) / sizeof(*v6)) ||
	    (in_nets(AF_INET6, a, with_v4, sizeof(with_v4) / sizeof(*with_v4)) &&
	    in_nets(AF_INET, a + 12, v4, sizeof(v4) / sizeof(*v4)));
}

/* A part of the URL copied into dst; false when it is missing or too long. */
static bool
get_part(CURLU *h, CURLUPart part, unsigned int flags, char *dst, size_t size)
{
	char *text = NULL;
	bool ok = curl_url_get(h, part, &text, flags) == CURLUE_OK && strlen(text) < size;

	if (ok)
		memcpy(dst, text, strlen(text) + 1);
	curl_free(text);
	return ok;
}

static bool
has_credentials(CURLU *h)
{
	char *user = NULL, *password = NULL;
	bool has = curl_url_get(h, CURLUPART_USER, &user, 0) == CURLUE_OK ||
	    curl_url_get(h, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK;

	curl_free(user);
	curl_free(password);
	return has;
}

static int
parse_parts(CURLU *h, const char *text, struct url *u, struct err *e)
{
	char scheme[16], port[8];

	if (!get_part(h, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) ||
	    !get_part(h, CURLUPART_HOST, 0, u->host, sizeof(u->host)) || u->host[0] == '\0' ||
	    !get_part(h, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port)))
		return err_set(e, E_DATA, "%.*s: not a URL", url_shown(text), text);
	for (char *p = u->host; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	u->port = str_number(port, strlen(port));
	u->https = strcmp(scheme, "https") == 0;
	u->loopback = is_loopback(u->host);
	if (!u->https && strcmp(scheme, "http") != 0)
		return err_set(e, E_DATA, "%.*s: not an https URL", url_shown(text), text);
	if (!u->https && !u->loopback)
		return err_set(e, E_DATA, "%.*s: http is for this machine only, https is needed",
		    url_shown(text), text);
	return 0;
}

int
url_parse(const char *text, struct url *u, struct err *e)
{
	const char *host;
	CURLU *h;
	int ret;

	*u = (struct url){0};
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return err_set(e, E_DATA, "not a URL: blank, control or non-ASCII characters in it");
	host = strstr(text, "://");
	if (host == NULL || host[3] == '/')	/* libcurl would take part of the path for the host */
		return err_set(e, E_DATA, "%.*s: no host in the URL", url_shown(text), text);
	h = curl_url();
	if (h == NULL)
		mem_die("out of memory");
	if (strlen(text) > URL_MAX || curl_url_set(h, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
		ret = err_set(e, E_DATA, "%.*s: not a URL", url_shown(text), text);
	else if (has_credentials(h))
		ret = err_set(e, E_DATA, "a URL with a user name or password in it is refused");
	else
		ret = parse_parts(h, text, u, e);
	curl_url_cleanup(h);
	return ret;
}

int
url_parse_host(const char *text, struct url *u, struct err *e)
{
	char *url;
	int ret;

	if (strstr(text, "://") != NULL)
		return url_parse(text, u, e);
	url = xfmt("https://%s/", text);
	ret = url_parse(url, u, e);
	free(url);
	return ret;
}

bool
url_same_origin(const struct url *a, const struct url *b)
{
	return a->https == b->https && a->port == b->port && strcmp(a->host, b->host) == 0;
}
