/* retry - when and how often to repeat */

#include <time.h>

#include "base/clock.h"
#include "remote/retry.h"
#include "tap.h"

static void
backoff(void)
{
	struct retry_policy p = RETRY_DEFAULTS;
	struct retry r = {0};
	double limit = p.base, wait;
	int n = 0;

	for (; (wait = retry_wait(&p, &r, RETRY_BACKOFF, -1)) >= 0; n++) {
		if (wait > limit || wait > p.cap)
			break;
		limit *= 2;
	}
	is_int(n, 7, "eight tries, the waits at most doubled and never longer than the cap");
	ok(wait < 0, "... then no more");
}

static void
other_kinds(void)
{
	struct retry_policy p = RETRY_DEFAULTS;
	struct retry r = {0};
	double wait;

	ok(retry_wait(&p, &r, RETRY_NEVER, 5) < 0, "never is never");
	is_int((long)retry_wait(&p, &r, RETRY_MISSING, -1), 10, "404: after ten seconds");
	is_int((long)retry_wait(&p, &r, RETRY_MISSING, -1), 10, "... once more");
	ok(retry_wait(&p, &r, RETRY_MISSING, -1) < 0, "... three tries in all");
	ok(retry_wait(&p, &r, RETRY_DAMAGED, -1) >= 0 && retry_wait(&p, &r, RETRY_DAMAGED, -1) >= 0, "damaged: twice");
	ok(retry_wait(&p, &r, RETRY_DAMAGED, -1) < 0, "... no third time");
	wait = retry_wait(&p, &r, RETRY_BACKOFF, 17);
	ok(wait > 17 && wait <= 17 + 8, "Retry-After is waited for, and the back-off");
	wait = retry_wait(&p, &r, RETRY_BACKOFF, 1e9);
	ok(wait > 300 && wait <= 300 + 16, "... at most five minutes");
}

/* A thousand operations told to come back at once, or in a second, do not. */
static void
crowd(double after, const char *what)
{
	struct retry_policy p = RETRY_DEFAULTS;
	double wait, sum = 0, least = 1e9;
	int early = 0;

	p.budget = 1000;
	for (int i = 0; i < 1000; i++) {
		struct retry r = {0};

		wait = retry_wait(&p, &r, RETRY_BACKOFF, after);
		early += wait < after + 0.2;
		sum += wait;
		least = wait < least ? wait : least;
	}
	ok(least > after && sum / 1000 > after + 0.8, "%s: the back-off is waited besides", what);
	ok(early > 50 && early < 150, "... and they are spread");
}

static void
budget(void)
{
	struct retry_policy p = RETRY_DEFAULTS;
	struct retry r;
	int n = 0;

	do
		r = (struct retry){0};
	while (retry_wait(&p, &r, RETRY_BACKOFF, -1) >= 0 && ++n < 10000);
	is_int(n, 500, "a run has a budget");
	retry_success(&p);
	r = (struct retry){0};
	ok(retry_wait(&p, &r, RETRY_BACKOFF, -1) >= 0, "... which success refills");
	for (int i = 0; i < 1000; i++)
		retry_success(&p);
	is_int(p.budget, 500, "... up to where it began");
	p.tries = 1;
	ok(retry_wait(&p, &r, RETRY_MISSING, -1) < 0, "one try is one try");
}

int
main(void)
{
	static const struct {
		int status;
		enum retry_kind kind;
	} t[] = {
		{ 400, RETRY_NEVER }, { 401, RETRY_NEVER }, { 403, RETRY_NEVER }, { 404, RETRY_MISSING },
		{ 408, RETRY_BACKOFF }, { 410, RETRY_MISSING }, { 416, RETRY_NEVER }, { 425, RETRY_BACKOFF },
		{ 429, RETRY_BACKOFF }, { 500, RETRY_BACKOFF }, { 501, RETRY_NEVER }, { 502, RETRY_BACKOFF },
		{ 503, RETRY_BACKOFF }, { 504, RETRY_BACKOFF }, { 505, RETRY_NEVER }, { 0, RETRY_NEVER },
	};
	char date[64];
	time_t soon = (time_t)clock_now() + 100;
	struct tm tm;
	double wait;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		is_int(retry_status(t[i].status), t[i].kind, "HTTP %d", t[i].status);
	backoff();
	other_kinds();
	crowd(0, "Retry-After: 0");
	crowd(1, "Retry-After: 1");
	budget();
	is_int((long)retry_after("120", NULL), 120, "Retry-After: seconds");
	is_int((long)retry_after("0", NULL), 0, "... none");
	ok(retry_after("99999999999999999999", NULL) >= 1e9, "... far too many");
	ok(retry_after("-5", NULL) < 0, "... negative");
	ok(retry_after("soon", NULL) < 0, "... no number");
	ok(retry_after("", NULL) < 0, "... empty");
	(void)gmtime_r(&soon, &tm);
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	wait = retry_after(date, NULL);
	ok(wait > 90 && wait <= 100, "... a date");
	is_int((long)retry_after("Tue, 24 Jan 2023 20:15:00 GMT", NULL), 0, "... a date that has passed");
	is_int((long)retry_after("Tue, 24 Jan 2023 20:15:00 GMT", "Tue, 24 Jan 2023 20:14:57 GMT"), 3,
	    "... a date by the server's clock");
	return tap_done();
}
