/* The announcement: sorted, each name once, in messages of a size that is taken; and what is pending. */

#include <jansson.h>

#include "base/mem.h"
#include "dlc/announce.h"
#include "tap.h"

static struct err e;

static int
send_text(struct queue *q, const char *text)
{
	const struct queue_post p = { .text = text };

	return queue_send(q, &p, &e);
}

static void
few(struct queue *q)
{
	struct strlist names = {0};
	struct queue_message m;
	size_t sent = 9;

	is_int(announce(q, "p", "aqua", &names, &sent, &e), 0, "no names");
	is_int((long long)sent, 0, "... no message");
	strlist_push(&names, "b");
	strlist_push(&names, "a");
	strlist_push(&names, "b");
	is_int(announce(q, "p", "aqua", &names, &sent, &e), 0, "some names");
	ok(queue_receive(q, &m, 1, 60, 0, &e) == 1, "... one message");
	is_str(m.text, "{\"prefix\": \"p\", \"dataset\": \"aqua\", \"txt_list\": [\"a\", \"b\"]}",
	    "... sorted, each once");
	(void)queue_delete(q, &m, &e);
	strlist_free(&names);
}

static void
many(struct queue *q)
{
	enum { N = 9000 };
	struct queue_message m[10];
	struct strlist names = {0};
	size_t sent = 0, all = 0, largest = 0;
	int n;

	for (int i = 0; i < N; i++) {
		char *name = xfmt("modis_aqua_filelist.txt.daily_2025_163_date_2025_06_12_%08x", i);

		strlist_push(&names, name);
		free(name);
	}
	is_int(announce(q, "p", "aqua", &names, &sent, &e), 0, "many names");
	ok(sent > 1, "... in several messages");
	n = queue_receive(q, m, 10, 60, 0, &e);
	is_int(n, (long long)sent, "... which are there");
	for (int i = 0; i < n; i++) {
		json_t *root = json_loads(m[i].text, 0, NULL);

		all += json_array_size(json_object_get(root, "txt_list"));
		largest = strlen(m[i].text) > largest ? strlen(m[i].text) : largest;
		json_decref(root);
		(void)queue_delete(q, &m[i], &e);
	}
	is_int((long long)all, N, "... with all of them");
	ok(largest <= 200 * 1024 + 100, "... none too large");
	strlist_free(&names);
}

static void
pending(struct queue *q)
{
	static const char *const bad[] = { "x", "{}", "[1]", "[\"a\", null]", "[\"\"]", "[\"/a\"]", "[\"a/b\"]",
		"[\"a/../b\"]", "[\"it's\"]", "[\"a,b\"]", "[\"a\\u0000b\"]", "[\"a\"", "\"a\"" };
	static struct pending p;

	p.queue = q;
	is_int(pending_take(&p, &e), 0, "nothing pending");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		(void)send_text(q, bad[i]);
	(void)send_text(q, "[\"a\", \"aqua_quicklook_2024_3_5_1_2_3_4821.txt\"]");
	(void)send_text(q, "[]");
	is_int(pending_take(&p, &e), 0, "good and bad messages");
	is_int((long long)p.rejected.n, sizeof(bad) / sizeof(*bad), "the bad ones are rejected");
	is_int((long long)p.names.n, 2, "the names of the good one");
	pending_release(&p);
	pending_release(&p);
	is_int((long long)p.names.n + p.n, 0, "released");
	is_int(pending_take(&p, &e), 0, "again");
	is_int(p.n, 2, "... the good ones are there");
	is_int(pending_done(&p, &e), 0, "done");
	pending_release(&p);
	is_int(pending_take(&p, &e), 0, "and again");
	is_int(p.n, 0, "... they are not");

	for (int i = 0; i < PENDING_MAX + 5; i++)
		(void)send_text(q, "[\"a\"]");
	is_int(pending_take(&p, &e), 0, "very many");
	is_int(p.n, PENDING_MAX, "... are left for the next run");
	pending_release(&p);
}

int
main(void)
{
	struct queue *q;

	tap_scratch();
	q = queue_open("q", PLACE_CREATE, &e);
	if (q == NULL)
		return 1;
	few(q);
	many(q);
	pending(q);
	queue_close(q);
	return tap_done();
}
