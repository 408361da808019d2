#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "remote/login.h"
#include "remote/retry.h"
#include "base/url.h"

/*
 * HTTP transfers: one event loop, many transfers at a time, on libcurl's multi interface. Connections, TLS sessions
 * and cookies are kept for the life of the struct fetch. One thread owns it; fetch_wake alone may be called from
 * others.
 *
 * A transfer is a struct of the caller. It is filled in, given to fetch_add, and belongs to the loop until its
 * done() is called, once, from fetch_turn. done() may hand it in again: to repeat after a failure (retry_wait says
 * when), or for another URL.
 *
 *	t = (struct transfer){ .url = url, .follow = true, .data = on_data, .done = on_done, .ctx = me };
 *	fetch_add(f, &t);
 *	while (fetch_turn(f, 1.0, -1, &e) > 0)
 *		;
 *
 * Redirects are followed here and not by libcurl, so that every hop is checked: only URLs that url_parse accepts,
 * never from https to http, never from another machine to an address of this one or its networks, however it is
 * spelled. The login host gets the credentials, nobody
 * else does; one transfer at a time logs in, the others wait and then have its cookies.
 *
 * A server that is asked too much (429, 503) gets half as many requests at a time, and one more after each round of
 * good answers.
 */

struct fetch;

struct fetch_conf {
	int parallel;			/* transfers at a time */
	double min_interval;		/* seconds between starts of requests; < 0: 1, but 0 to this machine */
	double connect_timeout;		/* seconds; 0: 36 */
	double stall_timeout;		/* seconds without a byte; 0: 36 */
	const char *cacert;		/* PEM file of certificate authorities; NULL: the system's */
	const char *agent;		/* User-Agent */
	const struct login *login;	/* NULL: no login host */
};

struct slot;

/* Why we are not let in. */
enum access {
	ACCESS_OTHER,			/* the server of the file refuses */
	ACCESS_NONE,			/* the login host asks for credentials and there are none */
	ACCESS_CREDENTIALS,		/* it refused them */
	ACCESS_APPROVAL,		/* it took them, and wants more: an application approved, a licence accepted */
	ACCESS_LOGIN,			/* the server of the file shows a page that speaks of logging in */
	ACCESS_PAGE			/* ... another page: closed for maintenance? */
};

struct transfer {
	/* The request; borrowed until done(). Set what differs from zero. */
	const char *url;
	const char *method;		/* NULL: GET, or POST with a body, or PUT with a source */
	const char *const *headers;	/* "Name: value", NULL at the end */
	const char *body;		/* sent as it is */
	size_t body_size;
	size_t (*source)(struct transfer *t, char *buf, size_t size);	/* gives body_size bytes */
	bool follow;			/* follow redirects */
	int64_t max_size;		/* longest body accepted; 0: any */
	double not_before;		/* clock_steady() time to begin at; 0: at once */
	double max_time;		/* seconds from its first begin, all repetitions included; 0: any */

	/* A 2xx answer has begun: fetch_header, fetch_length and status tell about it. Then its body, piece by
	 * piece. Either may be NULL, and may return -1 with e set to break the transfer off. */
	int (*head)(struct transfer *t, struct err *e);
	int (*data)(struct transfer *t, const void *data, size_t size, struct err *e);
	void (*done)(struct transfer *t);
	void *ctx;

	/*
	 * The result, for done(): err.code is E_NONE when a 2xx answer arrived completely. Else the message, and
	 * kind and after as retry_wait takes them. What the server says in the body of another answer (its error,
	 * the title of its page) is in the message. Codes: E_RETRY the network or an overloaded server; E_MISSING
	 * 404, 410; E_AUTH 401, or the login host did not let us in (or head() says so of a page); E_DATA another
	 * status, or a bad redirect; E_ENV the certificate, or memory; or what head() or data() returned, with kind
	 * RETRY_NEVER unless they set another.
	 */
	struct err err;
	enum retry_kind kind;
	double after;			/* Retry-After in seconds, < 0 without */
	int status;			/* of the last answer; 0 without */
	enum access access;		/* of E_AUTH: what is in the way */
	int64_t received;		/* bytes of the body */

	/* The loop's own */
	struct transfer *next;
	struct slot *slot;
	char *at;			/* URL of the present hop */
	double deadline;		/* clock_steady() time to give up at; 0: it has not begun, or has none */
	bool paced, parked;
};

/* fetch_new - NULL with E_ENV, or E_USAGE when the certificate file cannot be used. conf is copied, what it points
 * to is borrowed. */
struct fetch	*fetch_new(const struct fetch_conf *conf, struct err *e);

/* fetch_free - drop everything; transfers still under way are dropped without done(). */
void	fetch_free(struct fetch *f);

void	fetch_add(struct fetch *f, struct transfer *t);

/* fetch_turn - begin what is due, move what is under way, call done(); waits at most timeout seconds for something
 * to do, or for input on fd (-1: none), or for fetch_wake. Returns the number of transfers not done, or -1. */
int	fetch_turn(struct fetch *f, double timeout, int fd, struct err *e);

/* fetch_run - turn until every transfer is done; -1 with E_SIGNAL when *stop (may be NULL) became nonzero. */
int	fetch_run(struct fetch *f, int (*stop)(void), struct err *e);

/* fetch_wake - end the wait of fetch_turn; from any thread. */
void	fetch_wake(struct fetch *f);

/* fetch_drop - end all transfers now, without done(). */
void	fetch_drop(struct fetch *f);

/* fetch_only - begin no transfer but t until fetch_only(f, NULL). */
void	fetch_only(struct fetch *f, const struct transfer *t);

/* fetch_forget - drop all cookies. */
void	fetch_forget(struct fetch *f);

/* In head(): a header of the answer (NULL without; valid until head returns), the length of its body (-1 when not
 * announced), whether the body is sent encoded (compressed; data() gets it decoded). */
const char	*fetch_header(const struct transfer *t, const char *name);
int64_t	fetch_length(const struct transfer *t);
bool	fetch_encoded(const struct transfer *t);

#endif
