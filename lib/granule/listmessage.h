#ifndef LISTMESSAGE_H
#define LISTMESSAGE_H

#include <jansson.h>

#include "base/str.h"
#include "granule/dataset.h"

/*
 * Messages that name download lists. dlc tells partition which there are, and partition gives back the names of those
 * that cannot be processed yet, for dlc to announce them again:
 *
 *	{"prefix": "service-generate-ops", "dataset": "aqua", "txt_list": ["...", ...]}
 *	["...", ...]
 *
 * The name of a list becomes a key of a store and a path, and apostrophes do not survive (readers take them for
 * quotes): printable ASCII without slashes, commas, quotes and backslashes, and without a dot in front.
 */

#define LIST_NAME_MAX 900		/* bytes */

/* prefix_check - whether the prefix of a deployment can stand in names of jobs and queues: 0, or -1 with E_USAGE. */
int	prefix_check(const char *prefix, struct err *e);

/* listmessage_make - the message that announces n lists, owned by the caller. */
char	*listmessage_make(const char *prefix, const char *dataset, char *const names[], size_t n);

/* listmessage_parse - what such a message says; prefix and lists are the caller's to free, also on failure. -1 with
 * E_USAGE. */
int	listmessage_parse(const json_t *message, const struct dataset **ds, char **prefix, struct strlist *lists,
	    struct err *e);

/* listmessage_names - add the names in an array; none is added when one is no name, -1 with E_USAGE then. */
int	listmessage_names(const json_t *array, struct strlist *lists, struct err *e);

#endif
