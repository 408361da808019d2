#ifndef DOC_H
#define DOC_H

#include <jansson.h>

#include "base/err.h"

/* JSON documents that people and programs write. What is wrong with one is E_USAGE: "NAME: line N: what". */

/* doc_parse - the value of a text, which messages call name; an object or array without duplicate members. */
json_t	*doc_parse(const char *text, const char *name, struct err *e);

/* doc_read - that of a file of at most max bytes; E_ENV when the disk failed. */
json_t	*doc_read(const char *path, size_t max, struct err *e);

#endif
