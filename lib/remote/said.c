/* said - what a server says in the body of an answer */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/str.h"
#include "remote/said.h"

/* The texts of an object that people may want. */
static void
add_json(struct buf *b, const char *body)
{
	static const char *const member[] = { "error", "error_description", "message", "resolution_url" };
	json_t *o = json_loads(body, JSON_DISABLE_EOF_CHECK, NULL);
	const char *text;

	for (size_t i = 0; i < sizeof(member) / sizeof(*member); i++)
		if ((text = json_string_value(json_object_get(o, member[i]))) != NULL)
			buf_add(b, "%s%s", b->len == 0 ? "" : str_ends(member[i], "url") ? "; see " : ": ", text);
	json_decref(o);
}

/* Text between tags; inside says whether at is within one. */
static void
add_text(struct buf *b, const char *at, const char *end)
{
	bool inside = false;

	for (; at < end; at++) {
		if (*at == '<')
			inside = true;
		buf_put(b, inside ? " " : at, 1);
		if (*at == '>')
			inside = false;
	}
}

static void
add_page(struct buf *b, const char *body)
{
	const char *title = strcasestr(body, "<title"), *end = strcasestr(body, "</title>");

	if (title != NULL && end != NULL && title < end)
		add_text(b, title, end);
	if (buf_str(b)[strspn(buf_str(b), " \t\r\n")] == '\0')
		add_text(b, body, body + strlen(body));
}

void
said(const char *body, char out[SAID_SIZE])
{
	struct buf b = {0};
	size_t n = 0;

	body += strspn(body, " \t\r\n");
	if (*body == '{')
		add_json(&b, body);
	else if (*body == '<')
		add_page(&b, body);
	for (const char *p = buf_str(&b); *p != '\0' && n + 1 < SAID_SIZE; p++) {
		if ((unsigned char)*p > ' ')
			out[n++] = (unsigned char)*p < 0x7f ? *p : '?';
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	buf_free(&b);
}
