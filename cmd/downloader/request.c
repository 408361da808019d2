/* request - one line of a download list */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "request.h"

enum request_result
request_parse(const char *text, struct request *r, struct err *e)
{
	struct listline l = {0};
	enum listline_result got = listline_parse(text, LISTLINE_SOURCE, &l, e);
	size_t n;

	*r = (struct request){0};
	if (got == LISTLINE_NONE)
		return REQUEST_NONE;
	text += strspn(text, " \t");
	for (n = strlen(text); n > 0 && strchr(" \t\r", text[n - 1]) != NULL; n--)
		;
	r->line = xfmt("%.*s", (int)n, text);
	if (got != LISTLINE_FILE || obpg_final_name(l.name, r->final, e) < 0)
		return REQUEST_BAD;
	if (strncasecmp(text, "http:", 5) == 0 && str_starts(l.url, "https:")) {
		free(r->line);
		r->line = xfmt("https%.*s", (int)n - 4, text + 4);
	}
	r->url = xstrdup(l.url);
	r->obpg = l.obpg;
	r->alg = l.alg;
	memcpy(r->name, l.name, sizeof(r->name));
	memcpy(r->checksum, l.checksum, sizeof(r->checksum));
	return REQUEST_OK;
}

void
request_fini(struct request *r)
{
	free(r->line);
	free(r->url);
	r->line = r->url = NULL;
}
