#ifndef UID_H
#define UID_H

#include "base/err.h"

/* Unique ids: 8 hex digits from the system's random source. They stand in file names and job names, whose readers
 * split on '_', '-' and '.'. */

#define UID_SIZE 9			/* with its NUL */

/* uid_new - a new id; -1 with E_ENV when the system has no random bytes. */
int	uid_new(char out[UID_SIZE], struct err *e);

#endif
