/* doc - JSON documents */

#include <stdlib.h>

#include "base/doc.h"
#include "base/file.h"

json_t *
doc_parse(const char *text, const char *name, struct err *e)
{
	json_error_t je;
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &je);

	if (o == NULL)
		err_set(e, E_USAGE, "%s: line %d: %s", name, je.line, je.text);
	return o;
}

json_t *
doc_read(const char *path, size_t max, struct err *e)
{
	char *text = file_read(path, max, e);
	json_t *o = text != NULL ? doc_parse(text, path, e) : NULL;

	if (text == NULL)
		err_config(e);
	free(text);
	return o;
}
