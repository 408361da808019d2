#ifndef REPORT_H
#define REPORT_H

#include "run/run.h"
#include "lists.h"

/* What is told of what was found. */

/* report_files - print a record of each file that is new or changed; lists: they are in lists that are stored. */
void	report_files(struct run *r, const struct lists *l, bool lists);

/* report_final - the final_log line, or more where it would be too long for the log. */
void	report_final(const struct run *r, const struct lists *l);

#endif
