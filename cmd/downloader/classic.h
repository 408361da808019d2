#ifndef CLASSIC_H
#define CLASSIC_H

#include "base/err.h"

/* classic_check - whether a file of a classic format (CDF-1, 2, 5) is as long as its header says: the library reads
 * what is behind the end of a file as zeros, so a cut is not noticed there. 0, or -1 with E_DATA, E_ENV. */
int	classic_check(const char *path, const char *subject, struct err *e);

#endif
