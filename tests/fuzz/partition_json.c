/* What partition reads as JSON from outside: messages and job configurations. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "partition/event.h"
#include "partition/jobs.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
commands(const struct config *c)
{
	const struct values v = { .list = "list", .path = "/list", .single = true, .prefix = "a-b", .uid = "1234",
		.root = "/", .pool = "", .to = "", .announce = "" };

	for (enum component comp = COMP_DOWNLOADER; comp < COMP_COUNT; comp++)
		for (enum ptype t = PTYPE_QUICKLOOK; t <= PTYPE_COUNT; t++) {
			struct engine_job job = {0};

			if (config_command(c, comp, dataset_at(0), t, &v, true, &job, NULL) > 0 &&
			    (job.argv.n < 1 || job.share == NULL))
				abort();
			engine_job_fini(&job);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct event ev;
	struct config *c;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (event_parse(text, &ev, NULL) == 0 && (ev.ds == NULL || ev.prefix == NULL))
		abort();
	event_fini(&ev);
	c = config_open(text, "x", NULL);
	if (c != NULL)
		commands(c);
	config_free(c);
	free(text);
	return 0;
}
