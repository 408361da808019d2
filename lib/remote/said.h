#ifndef SAID_H
#define SAID_H

#include <stddef.h>

/*
 * What a server says in the body of an answer that is not the one asked for, for messages: of a JSON object its error
 * and where that can be resolved, of a page its title, or its text without one.
 */

#define SAID_SIZE 320

/* said - one line of printable ASCII; "" when body is neither and so says nothing to people. */
void	said(const char *body, char out[SAID_SIZE]);

#endif
