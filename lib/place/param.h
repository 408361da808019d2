#ifndef PARAM_H
#define PARAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "place/backend.h"

/*
 * Parameters are small texts under names: files of mode 0600 in a directory, or entries of a parameter store. Some
 * are secret, so values never stand in messages and are wiped when they are no longer needed. A name is a key as in
 * stores, but without slashes, at most PARAM_NAME_MAX bytes. A value is one line of text, not empty, at most
 * PARAM_VALUE_MAX bytes, without control characters. An open place may be used by several threads at once.
 *
 * What changes parameters changes all of a value or nothing, and is safe when it returns.
 */

#define PARAM_NAME_MAX 200
#define PARAM_VALUE_MAX 4096
#define PARAM_NOTE_MAX 1024

struct param;

struct param_value {
	char text[PARAM_VALUE_MAX + 1];
	char note[PARAM_NOTE_MAX + 1];	/* a remark for people and programs, one line; "" without. Never secret */
	int64_t time;			/* of the last change, UTC seconds since 1970, as the place's clock has it */
};

/* param_each - one name of a listing, borrowed for the call; 0 to go on, -1 with e filled ends it. */
typedef int	param_each(void *ctx, const char *name, struct err *e);

/*
 * param_open - the parameters that place holds
 *
 * Returns NULL with E_USAGE when there is no such place, E_ENV when its directory cannot be made.
 */
struct param	*param_open(const char *place, enum place_mode mode, struct err *e);
void	param_close(struct param *p);

/* param_title - what others call the parameter, for messages; owned by the caller, NULL with E_ENV. */
char	*param_title(const struct param *p, const char *name, struct err *e);

/*
 * param_get - read a parameter; v is wiped by the caller (param_wipe) when it may be secret
 *
 * Returns 1 and *v, 0 when there is none, or -1: E_DATA when what is there can be no value, E_RETRY, E_AUTH, E_ENV.
 * The text is empty then.
 */
int	param_get(struct param *p, const char *name, struct param_value *v, struct err *e);
void	param_wipe(struct param_value *v);

/* param_set - make or replace a parameter; note may be NULL. Returns 0 or -1. */
int	param_set(struct param *p, const char *name, const char *value, const char *note, struct err *e);

/* param_create - make a parameter unless there is one: of several at the same time one succeeds. Returns 1 when it
 * was made, 0 when there was one (it does not change), or -1. */
int	param_create(struct param *p, const char *name, const char *value, const char *note, struct err *e);

/*
 * param_swap - replace a parameter whose value is still old by value (with note), or delete it with value NULL
 *
 * old		"" for a parameter that param_get cannot read (E_DATA)
 *
 * Returns 1 when that was done, 0 when the parameter is gone or has another value, or -1; E_RETRY when another
 * process stood in the way too long. In a directory comparing and changing is one step against other param_swap and
 * param_create; in a store without such a step it is two.
 */
int	param_swap(struct param *p, const char *name, const char *old, const char *value, const char *note,
	    struct err *e);

/* param_delete - remove a parameter: of several at the same time one gets the 1. Returns 1 when this call removed
 * it, 0 when there was none, or -1. */
int	param_delete(struct param *p, const char *name, struct err *e);

/* param_list - call each for every name that begins with prefix (may be ""), in the order of their bytes. Returns 0,
 * or -1 when listing failed or each ended it. */
int	param_list(struct param *p, const char *prefix, param_each *each, void *ctx, struct err *e);

/* For backends: names, values and notes (never NULL here) have been checked. A get that finds what is no value
 * (param_is_value) answers 1 and an empty text. */
struct param {
	const struct param_ops *ops;
	char *base;			/* what the backend puts in front of names; owned, freed by param_close */
	void *impl;			/* the backend's own, for its close */
};

bool	param_is_value(const char *text);

struct param_ops {
	int (*open)(struct param *p, const char *place, enum place_mode mode, struct err *e);
	void (*close)(struct param *p);	/* may be NULL; also called after a failed open */
	char *(*title)(const struct param *p, const char *name, struct err *e);
	int (*get)(struct param *p, const char *name, struct param_value *v, struct err *e);
	int (*set)(struct param *p, const char *name, const char *value, const char *note, struct err *e);
	int (*create)(struct param *p, const char *name, const char *value, const char *note, struct err *e);
	int (*swap)(struct param *p, const char *name, const char *old, const char *value, const char *note,
	    struct err *e);
	int (*del)(struct param *p, const char *name, struct err *e);
	int (*list)(struct param *p, const char *prefix, param_each *each, void *ctx, struct err *e);
};

extern const struct param_ops param_dir_ops;

#endif
