/* engine_none - nothing is submitted: for plans */

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "place/engine.h"

static int
none_open(struct engine *en, const char *place, struct err *e)
{
	(void)en;
	return strcmp(place, "none") == 0 ? 0 : err_set(e, E_USAGE, "%s: not an engine", place);
}

/* impl counts the records. */
static char *
none_submit(struct engine *en, const struct engine_job *job, struct err *e)
{
	uintptr_t n = (uintptr_t)en->impl + 1;

	(void)job;
	en->impl = (void *)n;
	return mem_fmt(e, "@%zu", (size_t)n);
}

static int
none_cancel(struct engine *en, const char *id, const char *reason, struct err *e)
{
	(void)en;
	(void)id;
	(void)reason;
	(void)e;
	return 0;
}

static int
none_state(struct engine *en, const char *id, int index, enum engine_state *state, struct err *e)
{
	(void)en;
	(void)id;
	(void)index;
	(void)e;
	*state = ENGINE_UNKNOWN;
	return 0;
}

const struct engine_ops engine_none_ops = {
	.open = none_open,
	.submit = none_submit,
	.cancel = none_cancel,
	.state = none_state,
};
