/* announced - what was announced of a granule */

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "announced.h"

static char *
announced_path(const char *granule)
{
	const char *base = str_base(granule);

	return xfmt("%.*s.%s.announced", (int)(base - granule), granule, base);
}

static int
read_text(struct announced *j, const char *path, struct err *e)
{
	int there = file_look(path, NULL, e);

	if (there <= 0)
		return there;
	j->text = file_read(path, ANNOUNCED_MAX, e);
	return j->text == NULL ? -1 : 0;
}

int
announced_open(struct announced *j, const char *granule, struct err *e)
{
	char *path = announced_path(granule);
	int ret = -1;

	*j = (struct announced){0};
	if (newfile_open(&j->file, path, e) == 0)
		ret = read_text(j, path, e);
	if (ret < 0)
		announced_close(j);
	free(path);
	return ret;
}

int
announced_read(struct announced *j, const char *granule, struct err *e)
{
	char *path = announced_path(granule);
	int ret;

	*j = (struct announced){0};
	ret = read_text(j, path, e);
	free(path);
	return ret;
}

static bool
member_is(const json_t *o, const char *member, const char *want)
{
	const char *s = json_string_value(json_object_get(o, member));

	return s != NULL && strcmp(s, want) == 0;
}

bool
announced_has(const struct announced *j, const char *md5, const char *topic, const char *url)
{
	const char *s = j->text != NULL ? j->text : "";
	bool has = false;

	while (!has && *s != '\0') {
		size_t n = strcspn(s, "\n");
		json_t *entry = json_loadb(s, n, 0, NULL);

		has = member_is(entry, "md5", md5) && member_is(entry, "topic", topic) &&
		    member_is(entry, "url", url);
		json_decref(entry);
		s += n + (s[n] == '\n');
	}
	return has;
}

static char *
entry_text(const char *md5, const char *topic, const char *url, struct err *e)
{
	char time[CLOCK_ISO_SIZE], *text;
	json_t *o;

	clock_iso_now(time);
	o = json_pack("{s:s, s:s, s:s, s:s}", "time", time, "md5", md5, "topic", topic, "url", url);
	text = o != NULL ? json_dumps(o, JSON_PRESERVE_ORDER) : NULL;
	json_decref(o);
	if (text == NULL)
		err_set(e, E_DATA, "%s: cannot be written into a journal", url);
	return text;
}

int
announced_prepare(struct announced *j, const char *md5, const char *topic, const char *url, struct err *e)
{
	const char *old = j->text != NULL ? j->text : "";
	const char *end = *old != '\0' && !str_ends(old, "\n") ? "\n" : "";
	char *entry = entry_text(md5, topic, url, e);
	char *text;
	int ret = -1;

	if (entry == NULL)
		return -1;
	text = xfmt("%s%s%s\n", old, end, entry);
	if (strlen(text) > ANNOUNCED_MAX)
		err_set(e, E_DATA, "%s: more than %d bytes", j->file.path, ANNOUNCED_MAX);
	else if (newfile_write(&j->file, text, strlen(text), e) == 0)
		ret = newfile_sync(&j->file, e);
	free(entry);
	free(text);
	return ret;
}

int
announced_commit(struct announced *j, struct err *e)
{
	return newfile_commit(&j->file, e);
}

void
announced_close(struct announced *j)
{
	newfile_close(&j->file);
	free(j->text);
	j->text = NULL;
}
