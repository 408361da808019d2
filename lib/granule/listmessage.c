/* listmessage - messages that name download lists */

#include <string.h>

#include "base/mem.h"
#include "granule/listmessage.h"

#define PREFIX_MAX 60

int
prefix_check(const char *prefix, struct err *e)
{
	size_t n = strspn(prefix, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	if (n == 0 || n > PREFIX_MAX || prefix[n] != '\0' || *prefix == '-')
		return err_set(e, E_USAGE, "%.80s: not a prefix: letters, digits and '-', at most %d", prefix,
		    PREFIX_MAX);
	return 0;
}

char *
listmessage_make(const char *prefix, const char *dataset, char *const names[], size_t n)
{
	json_t *list = json_array(), *root;
	char *text;

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_string(names[i]));
	root = json_pack("{s:s, s:s, s:o}", "prefix", prefix, "dataset", dataset, "txt_list", list);
	text = json_dumps(root, JSON_PRESERVE_ORDER);
	json_decref(root);
	if (text == NULL)		/* names are printable */
		mem_die("the announcement cannot be written as JSON");
	return text;
}

int
listmessage_names(const json_t *array, struct strlist *lists, struct err *e)
{
	const json_t *v;
	size_t i;

	if (!json_is_array(array))
		return err_set(e, E_USAGE, "not a JSON array of names of lists");
	json_array_foreach(array, i, v) {
		const char *s = json_string_value(v);

		if (s == NULL || strlen(s) != json_string_length(v) || *s == '\0' || *s == '.' ||
		    strlen(s) > LIST_NAME_MAX || !str_plain(s) || strpbrk(s, "/,'\"\\") != NULL)
			return err_set(e, E_USAGE, "\"%.100s\" is not the name of a list", s != NULL ? s : "");
	}
	json_array_foreach(array, i, v) {
		strlist_push(lists, json_string_value(v));
	}
	return 0;
}

int
listmessage_parse(const json_t *message, const struct dataset **ds, char **prefix, struct strlist *lists, struct err *e)
{
	const char *p = json_string_value(json_object_get(message, "prefix"));
	const char *dataset = json_string_value(json_object_get(message, "dataset"));
	const json_t *names = json_object_get(message, "txt_list");
	struct err why;

	if (p == NULL || dataset == NULL || !json_is_array(names))
		return err_set(e, E_USAGE, "prefix, dataset or txt_list is missing");
	*ds = dataset_find(dataset);
	if (*ds == NULL)
		return err_set(e, E_USAGE, "%.80s: not a dataset", dataset);
	if (prefix_check(p, e) < 0)
		return -1;
	*prefix = xstrdup(p);
	return listmessage_names(names, lists, &why) < 0 ? err_set(e, why.code, "txt_list: %s", why.msg) : 0;
}
