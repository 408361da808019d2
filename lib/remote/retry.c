/* retry - when and how often to repeat what failed */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/str.h"
#include "remote/retry.h"

#define MISSING_TRIES 3
#define MISSING_WAIT 5			/* times base */
#define DAMAGED_RETRIES 2
#define REFILL 5			/* retries a success gives back */

/* A number in 0..1, 0 excluded; without random bytes the longest wait is right too. */
static double
random_fraction(void)
{
	uint32_t r;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != (ssize_t)sizeof(r))
		return 1;
	return ((double)r + 1) / 4294967296.0;
}

static double
backoff(const struct retry_policy *p, int failures)
{
	double wait = p->base;

	for (int i = 1; i < failures && wait < p->cap; i++)
		wait *= 2;
	return (wait < p->cap ? wait : p->cap) * random_fraction();
}

double
retry_wait(struct retry_policy *p, struct retry *r, enum retry_kind kind, double after)
{
	int n = ++r->tries[kind];
	double wait;

	if (kind == RETRY_NEVER || p->budget <= 0)
		return -1;
	if ((kind == RETRY_BACKOFF && n >= p->tries) || (kind == RETRY_MISSING && n >= MISSING_TRIES) ||
	    (kind == RETRY_DAMAGED && n > DAMAGED_RETRIES) || p->tries <= 1)
		return -1;
	p->budget--;
	wait = kind == RETRY_MISSING ? MISSING_WAIT * p->base : backoff(p, ++r->failures);
	if (after > 0)			/* besides: nobody comes back at once, nor all together */
		wait += after < p->after_max ? after : p->after_max;
	return wait;
}

void
retry_success(struct retry_policy *p)
{
	p->budget += REFILL;
	if (p->budget > p->budget_max)
		p->budget = p->budget_max;
}

enum retry_kind
retry_status(int status)
{
	switch (status) {
	case 404:
	case 410:
		return RETRY_MISSING;
	case 408:
	case 425:
	case 429:
		return RETRY_BACKOFF;
	default:
		return status >= 500 && status != 501 && status != 505 ? RETRY_BACKOFF : RETRY_NEVER;
	}
}

double
retry_after(const char *text, const char *date)
{
	size_t n = 0;
	time_t t, now;

	while (text[n] >= '0' && text[n] <= '9')
		n++;
	if (n > 0 && text[n] == '\0')
		return n > 9 ? 1e9 : str_number(text, n);
	t = curl_getdate(text, NULL);
	if (t == (time_t)-1)
		return -1;
	now = date != NULL ? curl_getdate(date, NULL) : -1;
	if (now == (time_t)-1)
		now = (time_t)clock_now();
	return t > now ? (double)(t - now) : 0;
}
