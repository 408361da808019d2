#ifndef TOKENS_NOTE_H
#define TOKENS_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "place/param.h"
#include "place/tokens.h"

/*
 * The note of a reservation says who holds it, as JSON:
 *
 *	{"who": "partition 4711", "time": 1700000000, "type": "refined", "jobs": "...",
 *	 "host": "node1", "boot": "BOOT_ID PID_NAMESPACE", "pid": 4711, "start": 123456}
 *
 * "type" stands with floating tokens; host, boot, pid and start are there when a process is the owner: boot and start
 * make it certain which one was meant.
 */

#define NOTE_HOST_SIZE 65
#define NOTE_BOOT_SIZE 80

/* Where this process runs; note_here finds out. An empty boot: the system does not say. */
struct here {
	char host[NOTE_HOST_SIZE], boot[NOTE_BOOT_SIZE];
};

void	note_here(struct here *h);

struct note {
	char who[TOKENS_TEXT_MAX + 1], jobs[TOKENS_TEXT_MAX + 1];
	int64_t time;			/* 0 = not said */
	bool quicklook, refined;
	char host[NOTE_HOST_SIZE], boot[NOTE_BOOT_SIZE];
	long pid;			/* 0 = no process */
	long long start;
};

/* note_parse - what is missing or damaged is empty. */
void	note_parse(const char *text, struct note *n);

/* note_write - as text for a parameter. */
int	note_write(const struct note *n, char out[PARAM_NOTE_MAX + 1], struct err *e);

/* note_own - make owner that of the note. -1 with E_DATA when a text cannot be in a note. */
int	note_own(struct note *n, const struct here *h, const char *who, const struct tokens_owner *owner,
    struct err *e);

/* note_life - of the process that is the owner; TOKENS_UNKNOWN when there is none or it is on another machine. */
enum tokens_life	note_life(const struct note *n, const struct here *h);

#endif
