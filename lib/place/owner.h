#ifndef OWNER_H
#define OWNER_H

#include <sys/types.h>

/*
 * A process as the owner of something that others see, perhaps from other machines, as one line of text:
 *
 *	HOST BOOT-ID PID-NAMESPACE PID START
 *
 * The first three say where it runs, the start time makes it certain which process had that number.
 */

#define OWNER_SIZE 256

enum owner_life { OWNER_UNKNOWN, OWNER_ALIVE, OWNER_DEAD };

/* owner_here - "HOST BOOT-ID PID-NAMESPACE" of this process; "" when the system does not say. */
void	owner_here(char out[OWNER_SIZE]);

/* owner_of - a process that runs here; "" when the system does not show it. */
void	owner_of(const char *here, pid_t pid, char out[OWNER_SIZE]);

/* owner_life - whether the owner still lives; OWNER_UNKNOWN when it is none, or does not run here. */
enum owner_life	owner_life(const char *here, const char *owner);

#endif
