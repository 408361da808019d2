/* param_dir - a directory as a place of parameters: a file of mode 0600 each, the value its only line */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/newfile.h"
#include "place/param.h"

static int
dir_get(struct param *p, const char *name, char value[PARAM_VALUE_SIZE], struct err *e)
{
	char *path = xfmt("%s/%s", p->place.name, name), text[PARAM_VALUE_SIZE + 1];
	struct err why;
	int fd = file_open(path, &why), ret = -1;
	ssize_t n = 0;

	if (fd < 0) {
		ret = why.code == E_MISSING ? 0 : err_set(e, why.code, "%s", why.msg);
	} else if ((n = pread(fd, text, sizeof(text), 0)) < 0) {
		err_sys(e, "%s", path);
	} else {
		size_t len = (size_t)n;

		if (len > 0 && text[len - 1] == '\n')
			len--;
		if (len < PARAM_VALUE_SIZE && memchr(text, '\0', len) == NULL) {
			memcpy(value, text, len);
			value[len] = '\0';
		}
		ret = 1;
	}
	explicit_bzero(text, sizeof(text));
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return ret;
}

static int
dir_set(struct param *p, const char *name, const char *value, struct err *e)
{
	char *path = xfmt("%s/%s", p->place.name, name), text[PARAM_VALUE_SIZE + 1];
	struct newfile f = {0};
	int ret = -1;

	xsnprintf(text, sizeof(text), "%s\n", value);
	if (newfile_open_private(&f, path, e) == 0 && newfile_write(&f, text, strlen(text), e) == 0)
		ret = newfile_commit(&f, e);
	newfile_close(&f);
	explicit_bzero(text, sizeof(text));
	free(path);
	return ret;
}

const struct param_ops param_dir_ops = {
	.get = dir_get,
	.set = dir_set,
};
