/* login - credentials of Earthdata Login */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "base/file.h"
#include "base/mem.h"
#include "remote/login.h"

#define NETRC_MAX (64 * 1024)
#define SECRET_MAX 256			/* longest user name and password */

struct secret {
	char user[SECRET_MAX], password[SECRET_MAX];
};

/* Write the header; the plain text lives on this stack frame only. */
static int
make_header(struct login *l, const struct secret *s, struct err *e)
{
	char plain[2 * SECRET_MAX], coded[3 * SECRET_MAX];
	int n;

	if (strchr(s->user, ':') != NULL)
		return err_set(e, E_USAGE, "Earthdata Login: a user name cannot have a colon");
	n = snprintf(plain, sizeof(plain), "%s:%s", s->user, s->password);
	(void)EVP_EncodeBlock((unsigned char *)coded, (unsigned char *)plain, n);
	xsnprintf(l->header, sizeof(l->header), "Authorization: Basic %s", coded);
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(coded, sizeof(coded));
	l->known = true;
	return 0;
}

/* Take a variable out of the environment, wiping where it was; false when it is not set or too long. */
static bool
take_variable(const char *name, char out[SECRET_MAX])
{
	char *value = getenv(name);
	size_t n = value != NULL ? strlen(value) : 0;
	bool ok = n > 0 && n < SECRET_MAX;

	if (ok)
		memcpy(out, value, n + 1);
	if (value != NULL)
		explicit_bzero(value, n);
	(void)unsetenv(name);
	return ok;
}

static int
from_environment(struct login *l, struct err *e)
{
	struct secret s = { "", "" };
	bool user, password;
	int ret;

	if (getenv("EDL_USERNAME") == NULL && getenv("EDL_PASSWORD") == NULL)
		return 0;
	user = take_variable("EDL_USERNAME", s.user);
	password = take_variable("EDL_PASSWORD", s.password);	/* taken even when there is no user */
	if (user && password)
		ret = make_header(l, &s, e);
	else
		ret = err_set(e, E_USAGE, "EDL_USERNAME and EDL_PASSWORD: one is missing, empty or too long");
	explicit_bzero(&s, sizeof(s));
	return ret;
}

/* The character that a backslash in quotes stands for. */
static char
escaped(char c)
{
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/* The next word of a line, ended in place: 1; 0 without, a comment is none; -1 when a quote is not closed. */
static int
next_word(char **at, char **word)
{
	char *p = *at + strspn(*at, " \t"), *to;

	*word = to = p;
	if (*p == '\0' || *p == '#' || *p == '\r')
		return 0;
	if (*p != '"') {
		p += strcspn(p, " \t\r");
		to = p;
	} else {
		for (p++; *p != '"'; p++) {
			bool escape = *p == '\\';

			p += escape;
			if (*p == '\0')
				return -1;
			*to++ = escape ? escaped(*p) : *p;
		}
	}
	*at = *p != '\0' ? p + 1 : p;
	*to = '\0';
	return 1;
}

struct netrc {
	enum { NOTHING, MACHINE, OURS, MACRO } state;
	char *value;			/* what the next word is; NULL: a keyword */
	struct secret *s;
};

static void
take_word(struct netrc *n, const char *word, const char *host)
{
	if (n->state == MACHINE) {
		n->state = strcasecmp(word, host) == 0 ? OURS : NOTHING;
	} else if (n->value != NULL) {
		if (strlen(word) < SECRET_MAX)
			memcpy(n->value, word, strlen(word) + 1);
		n->value = NULL;
	} else if (strcasecmp(word, "machine") == 0) {
		n->state = MACHINE;
	} else if (n->state == OURS) {
		n->value = strcasecmp(word, "login") == 0 ? n->s->user :
		    strcasecmp(word, "password") == 0 ? n->s->password : NULL;
	} else if (strcasecmp(word, "default") == 0) {
		n->state = OURS;
	} else if (strcasecmp(word, "macdef") == 0) {
		n->state = MACRO;
	}
}

/* As libcurl reads it, down to entries that are completed by later ones. s keeps empty what is not there; -1 when a
 * quote is not closed. */
static int
parse_netrc(char *text, const char *host, struct secret *s)
{
	struct netrc n = { .s = s };
	char *line, *word;
	int got;

	while ((line = strsep(&text, "\n")) != NULL) {
		if (n.state == MACRO && (*line == '\0' || *line == '\r'))
			n.state = NOTHING;
		while (n.state != MACRO && (got = next_word(&line, &word)) != 0) {
			if (got < 0)
				return -1;
			if (s->user[0] != '\0' && s->password[0] != '\0')
				return 0;
			take_word(&n, word, host);
		}
	}
	return 0;
}

static int
from_netrc(struct login *l, const char *path, bool required, struct err *e)
{
	char *text = file_read(path, NETRC_MAX, e);
	struct secret s = { "", "" };
	size_t size;
	int ret = 0;

	if (text == NULL)
		return err_config(e);
	size = strlen(text);
	if (parse_netrc(text, l->host.host, &s) < 0)
		ret = err_set(e, E_USAGE, "%s: a quote in it is not closed", path);
	else if (s.user[0] != '\0' && s.password[0] != '\0')
		ret = make_header(l, &s, e);
	else if (required)
		ret = err_set(e, E_USAGE, "%s: no login and password for %s in it", path, l->host.host);
	explicit_bzero(text, size);
	explicit_bzero(&s, sizeof(s));
	free(text);
	return ret;
}

static int
from_home(struct login *l, struct err *e)
{
	const char *home = getenv("HOME");
	char *path;
	int ret;

	if (home == NULL || *home == '\0')
		return 0;
	path = xfmt("%s/.netrc", home);
	ret = file_look(path, NULL, e);
	if (ret > 0)
		ret = from_netrc(l, path, false, e);
	free(path);
	return ret;
}

int
login_init(struct login *l, const char *host, const char *netrc, struct err *e)
{
	const char *named = getenv("NETRC");

	*l = (struct login){0};
	if (url_parse_host(host != NULL ? host : LOGIN_HOST, &l->host, e) < 0) {
		e->code = E_USAGE;
		return -1;
	}
	if (netrc != NULL)
		return from_netrc(l, netrc, true, e);
	if (from_environment(l, e) < 0)
		return -1;
	if (l->known)
		return 0;
	if (named != NULL && *named != '\0')
		return from_netrc(l, named, false, e);
	return from_home(l, e);
}

bool
login_at(const struct login *l, const struct url *u)
{
	return url_same_origin(&l->host, u);
}

void
login_fini(struct login *l)
{
	explicit_bzero(l, sizeof(*l));
}
