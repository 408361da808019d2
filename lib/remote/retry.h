#ifndef RETRY_H
#define RETRY_H

#include <stdbool.h>

/*
 * The one policy for operations on the network that may be repeated: exponential back-off with full jitter, on top
 * of what the server asks for (Retry-After), a number of tries per operation and a budget per run. The budget keeps a
 * long list from hammering a dead server: retries draw on it, successes refill it slowly, and when it is empty failures
 * are final at once.
 */

struct retry_policy {
	int tries;			/* tries of one operation, the first included */
	double base, cap;		/* seconds: the first wait is at most base, doubled each time up to cap */
	double after_max;		/* longest Retry-After that is honoured */
	int budget;			/* retries left to the run */
	int budget_max;
};

#define RETRY_DEFAULTS { .tries = 8, .base = 2, .cap = 60, .after_max = 300, .budget = 500, .budget_max = 500 }

enum retry_kind {
	RETRY_NEVER,			/* trying again cannot help */
	RETRY_BACKOFF,			/* overload, broken connection: up to policy.tries */
	RETRY_MISSING,			/* not there (yet): 3 tries, 5 * base apart */
	RETRY_DAMAGED			/* the data were wrong: 2 fresh tries */
};

/* What one operation has used up; all-zero at its start. */
struct retry {
	int failures;			/* of kind RETRY_BACKOFF since the last progress, for the length of the wait */
	int tries[RETRY_DAMAGED + 1];	/* failures of each kind */
};

/*
 * retry_wait - account for a failure
 *
 * after	seconds the server asked for (Retry-After), < 0 when it did not
 *
 * Returns the seconds to wait before the next try, never less than the back-off, or a negative number when there shall
 * be none.
 */
double	retry_wait(struct retry_policy *p, struct retry *r, enum retry_kind kind, double after);

/* retry_success - an operation of the run succeeded: gives back some of the budget. */
void	retry_success(struct retry_policy *p);

/* retry_status - the kind of failure an HTTP status of 400 and above is. */
enum retry_kind	retry_status(int status);

/* retry_after - seconds from the text of a Retry-After header (a number or a date); negative when it is neither. date
 * is what the answer has for the time (its header Date), or NULL: clocks differ. */
double	retry_after(const char *text, const char *date);

#endif
