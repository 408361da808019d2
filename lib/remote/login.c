/* login - credentials of Earthdata Login */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
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

/* The next word of a netrc file, ended in place; NULL at the end. Words may be quoted. */
static char *
next_word(char **at)
{
	char *p = *at + strspn(*at, " \t\r\n"), *word, *to;

	if (*p == '\0')
		return NULL;
	if (*p != '"') {
		word = p;
		p += strcspn(p, " \t\r\n");
	} else {
		for (word = to = ++p; *p != '\0' && *p != '"'; p++) {
			if (*p == '\\' && p[1] != '\0')
				p++;
			*to++ = *p;
		}
		if (*p != '\0')
			p++;
		*to = '\0';
	}
	*at = *p != '\0' ? p + 1 : p;
	*p = '\0';
	return word;
}

/* The next keyword; comments stand where keywords do (a password may begin with #). */
static char *
next_key(char **at)
{
	*at += strspn(*at, " \t\r\n");
	while (**at == '#') {
		*at += strcspn(*at, "\n");
		*at += strspn(*at, " \t\r\n");
	}
	return next_word(at);
}

static void
skip_macro(char **at)
{
	char *end = strstr(*at, "\n\n");	/* a macro ends at an empty line */

	*at = end != NULL ? end : *at + strlen(*at);
}

/* The first entry of the host, or the default entry; s keeps empty what is not there. */
static void
parse_netrc(char *text, const char *host, struct secret *s)
{
	char *word, *value, *dst;
	bool ours = false;

	while ((word = next_key(&text)) != NULL) {
		dst = NULL;
		if (strcmp(word, "machine") == 0 || strcmp(word, "default") == 0) {
			if (ours)
				return;
			value = *word == 'm' ? next_word(&text) : NULL;
			ours = *word == 'd' || (value != NULL && strcmp(value, host) == 0);
			continue;
		}
		if (strcmp(word, "macdef") == 0)
			skip_macro(&text);
		else if (strcmp(word, "login") == 0)
			dst = s->user;
		else if (strcmp(word, "password") == 0)
			dst = s->password;
		if (dst == NULL || (value = next_word(&text)) == NULL)
			continue;
		if (ours && strlen(value) < SECRET_MAX)
			memcpy(dst, value, strlen(value) + 1);
	}
}

static int
from_netrc(struct login *l, const char *path, bool required, struct err *e)
{
	char *text = file_read(path, NETRC_MAX, e);
	struct secret s = { "", "" };
	size_t size;
	int ret = 0;

	if (text == NULL) {
		e->code = E_USAGE;
		return -1;
	}
	size = strlen(text);
	parse_netrc(text, l->host.host, &s);
	if (s.user[0] != '\0' && s.password[0] != '\0')
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
