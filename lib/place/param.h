#ifndef PARAM_H
#define PARAM_H

#include <stdbool.h>

#include "base/err.h"
#include "place/backend.h"

/*
 * Parameters are small texts under names: files of mode 0600 in a directory, or entries of a parameter store. Some
 * are secret, so values never stand in messages and are wiped (explicit_bzero) when they are no longer needed. A name
 * is a key as in stores, but without slashes, at most PARAM_NAME_MAX bytes. A value is one line of text, not empty, at
 * most PARAM_VALUE_MAX bytes, without control characters. An open place may be used by several threads at once.
 * Programs that need an account will find it here: cnm-responder, and downloader on AWS.
 */

#define PARAM_NAME_MAX 200
#define PARAM_VALUE_MAX 4096
#define PARAM_VALUE_SIZE (PARAM_VALUE_MAX + 1)

struct param;

/*
 * param_open - the parameters that place holds
 *
 * Returns NULL with E_USAGE when there is no such place, E_ENV when its directory cannot be made.
 */
struct param	*param_open(const char *place, enum place_mode mode, struct err *e);
void	param_close(struct param *p);

/*
 * param_get - read a parameter; value is the caller's to wipe
 *
 * Returns 1, 0 when there is none, or -1: E_DATA when what is there can be no value, E_RETRY, E_AUTH, E_ENV. The value
 * is empty then.
 */
int	param_get(struct param *p, const char *name, char value[PARAM_VALUE_SIZE], struct err *e);

/* param_set - make or replace a parameter: all of the value or nothing, safe when it returns. 0 or -1. */
int	param_set(struct param *p, const char *name, const char *value, struct err *e);

/* For backends: names and values have been checked. A get that finds what is no value (param_is_value) answers 1 and an
 * empty text. */
struct param {
	struct place place;
};

bool	param_is_value(const char *text);

struct param_ops {
	struct place_ops place;
	int (*get)(struct param *p, const char *name, char value[PARAM_VALUE_SIZE], struct err *e);
	int (*set)(struct param *p, const char *name, const char *value, struct err *e);
};

extern const struct param_ops param_dir_ops;

#endif
