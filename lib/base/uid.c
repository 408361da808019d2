/* uid - unique ids */

#include <stdio.h>
#include <sys/random.h>

#include "base/uid.h"

int
uid_new(char out[UID_SIZE], struct err *e)
{
	unsigned char raw[4];

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return err_sys(e, "random bytes");
	(void)snprintf(out, UID_SIZE, "%02x%02x%02x%02x", raw[0], raw[1], raw[2], raw[3]);
	return 0;
}
