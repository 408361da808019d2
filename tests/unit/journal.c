/* journal: what a run adds another one reads, whatever a kill has left behind */

#include <string.h>
#include <unistd.h>

#include "base/newfile.h"
#include "base/journal.h"
#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

/* All numbers that a journal holds; a line without one is damaged. */
static const char *
take(void *ctx, const json_t *record)
{
	const json_t *n = json_object_get(record, "n");

	if (n == NULL)
		return "damaged";
	buf_add(ctx, "%d ", (int)json_integer_value(n));
	return NULL;
}

static int
open_it(struct journal *j, bool create, double wait, struct buf *seen, struct err *e)
{
	buf_free(seen);
	return journal_open(j, "d/journal", create, true, wait, take, seen, e);
}

int
main(void)
{
	struct journal j = {0}, other = {0};
	struct buf seen = {0};
	char *text;
	struct err e;

	tap_scratch();
	ok(open_it(&j, false, 0, &seen, &e) < 0 && e.code == E_MISSING, "a journal that must be there is not: %s",
	    e.msg);
	ok(open_it(&j, true, 0, &seen, &e) == 0 && seen.len == 0, "one is begun, with its directory");
	ok(journal_add(&j, json_pack("{s:i}", "n", 1), &e) == 0 && journal_add(&j, json_pack("{s:i}", "n", 2), &e) == 0,
	    "two lines");
	ok(open_it(&other, true, 0, &seen, &e) < 0 && e.code == E_BUSY, "nobody else has it: %s", e.msg);
	ok(open_it(&other, true, 0.2, &seen, &e) < 0 && e.code == E_BUSY, "... also after a wait");
	ok(journal_add(&j, json_pack("{s:s}", "n", "\377"), &e) < 0 && e.code == E_DATA, "what cannot be JSON: %s",
	    e.msg);
	journal_close(&j);
	journal_close(&j);
	text = file_read("d/journal", 100, &e);
	is_str(text, "{\"n\":1}\n{\"n\":2}\n", "it holds what was added");
	free(text);
	ok(open_it(&j, false, 0, &seen, &e) == 0, "it is opened again");
	is_str(buf_str(&seen), "1 2 ", "... and says so");
	journal_close(&j);

	ok(file_write("d/journal", "{\"n\":1}\n{\"n\":2", &e) == 0 && open_it(&j, false, 0, &seen, &e) == 0,
	    "a last line that was cut off");
	is_str(buf_str(&seen), "1 ", "... does not count");
	ok(journal_add(&j, json_pack("{s:i}", "n", 3), &e) == 0, "... and the next one takes its place");
	journal_close(&j);
	ok(open_it(&j, false, 0, &seen, &e) == 0, "(again)");
	is_str(buf_str(&seen), "1 3 ", "... all of it");
	journal_close(&j);
	ok(file_write("d/journal", "{\"n\":1}\n", &e) == 0 && truncate("d/journal", 5000) == 0 &&
	    open_it(&j, false, 0, &seen, &e) == 0, "zeros at the end, as a crash of the machine leaves them");
	is_str(buf_str(&seen), "1 ", "... do not count");
	ok(journal_add(&j, json_pack("{s:i}", "n", 4), &e) == 0, "... and are gone");
	journal_close(&j);
	text = file_read("d/journal", 100, &e);
	is_str(text, "{\"n\":1}\n{\"n\":4}\n", "... in the file");
	free(text);
	ok(file_write("d/journal", "{\"n\":1}\nrubbish\n{\"n\":2}\n", &e) == 0 &&
	    open_it(&j, false, 0, &seen, &e) < 0 && e.code == E_USAGE, "a damaged line");
	is_str(e.msg, "d/journal: line 2: damaged", "... is named");
	buf_free(&seen);
	return tap_done();
}
