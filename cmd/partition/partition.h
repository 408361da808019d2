#ifndef PARTITION_H
#define PARTITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "run/run.h"

/*
 * A run: what it was told and who it is. event.c reads what it is about, lines.c and group.c make granules of that,
 * claim.c takes along what waits in the tree, worklists.c writes the lists, jobs.c makes the jobs, plan.c keeps them,
 * submit.c holds tokens and hands the jobs over; main.c tells the story.
 */

#define STAMP_SIZE 20			/* YYYY_MM_DD_HH_MM_SS and its NUL */

/* Who speaks in log lines. */
#define LOG_SUBMIT "partition_and_submit - INFO"
#define LOG_GROUP "partition - INFO"
#define LOG_GROUP_ERROR "partition - ERROR"

enum { LOG_PROCESSED, LOG_WAITING };	/* sections of the final_log line */

struct partition {
	struct run run;			/* run.ds is set by the message or the first line at the latest */
	/* options; NULL, false or 0 without */
	bool event;
	const char *lists, *engine, *config, *to, *announce, *prefix, *tokens, *pending, *job_root, *logs, *records;
	const char *resume, *engine_given, *uid_given, *time_given;
	long arrays, batch, wait;
	/* who it is */
	char uid[UID_SIZE], stamp[STAMP_SIZE];
	char *root, *outdir;		/* absolute; outdir NULL without */
	char *plans;			/* directory of plans */
	/* how it goes */
	bool planned;			/* there is a new plan */
	size_t ended, failed;		/* elements of jobs run here */
};

/* partition_bad_line - the line read last cannot be used: the first of them are named. */
void	partition_bad_line(struct partition *p, const struct list_in *in, const struct err *e);

#endif
