/* param_dir - a directory as a place of parameters: a file of mode 0600 each, the value in its first line, the note in
 * its second */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uid.h"
#include "place/param.h"

#define MODE 0600
#define TEXT_SIZE (PARAM_VALUE_MAX + PARAM_NOTE_MAX + 4)
#define GUARD ".guard"
#define GUARD_WAIT 5.0			/* seconds: whoever has it needs it for two system calls */
#define LITTER_AGE 900			/* seconds after which a temporary file has no owner any more */

static char *
path_of(const struct param *p, const char *name, struct err *e)
{
	return mem_fmt(e, "%s/%s", p->base, name);
}

static int
sync_dir(const struct param *p, struct err *e)
{
	int fd = open(p->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))	/* EINVAL: a file system without it */
		ret = err_sys(e, "%s: cannot sync directory", p->base);
	if (fd >= 0)
		(void)close(fd);
	return ret;
}

/* Temporary names are new each time: a common one would need a lock, and who is stopped would hold up everybody. */
static void
remove_litter(const struct param *p)
{
	DIR *dp = opendir(p->base);
	struct dirent *d;
	struct stat st;

	if (dp == NULL)
		return;
	while ((d = readdir(dp)) != NULL)
		if (*d->d_name == '.' && str_ends(d->d_name, ".part") &&
		    fstatat(dirfd(dp), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mtim.tv_sec < clock_now() - LITTER_AGE)
			(void)unlinkat(dirfd(dp), d->d_name, 0);
	(void)closedir(dp);
}

static int
dir_open(struct param *p, const char *place, enum place_mode mode, struct err *e)
{
	if (strcmp(place, "-") == 0)
		return err_set(e, E_USAGE, "-: not a place of parameters");
	p->base = backend_directory(place, mode, e);
	if (p->base == NULL)
		return -1;
	if (mode == PLACE_CREATE)
		remove_litter(p);
	return 0;
}

static char *
dir_title(const struct param *p, const char *name, struct err *e)
{
	(void)p;
	return mem_str(name, e);
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static ssize_t
read_text(int fd, char text[TEXT_SIZE])
{
	size_t len = 0;
	ssize_t n;

	while (len < TEXT_SIZE - 1 && (n = read(fd, text + len, TEXT_SIZE - 1 - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		len += (size_t)n;
	}
	text[len] = '\0';
	return (ssize_t)len;
}

/* What is not of the form leaves an empty value, which is none. */
static void
split_text(const char *text, size_t len, struct param_value *v)
{
	size_t value = strcspn(text, "\n"), note = 0;
	const char *rest = text + value;

	if (*rest == '\n')
		note = strcspn(++rest, "\n");
	rest += note;
	if (*rest == '\n')
		rest++;
	if (rest != text + len || value > PARAM_VALUE_MAX || note > PARAM_NOTE_MAX)
		return;
	memcpy(v->text, text, value);
	v->text[value] = '\0';
	if (!param_is_value(v->text))
		v->text[0] = '\0';
	if (note > 0)
		memcpy(v->note, text + value + 1, note);
	v->note[note] = '\0';
}

static int
dir_get(struct param *p, const char *name, struct param_value *v, struct err *e)
{
	char *path = path_of(p, name, e), text[TEXT_SIZE];
	int fd = -1, ret = -1;
	struct stat st;
	ssize_t n;

	if (path == NULL)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		ret = 0;
		goto out;
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_sys(e, "%s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(e, E_DATA, "%s: not a file", path);
		goto out;
	}
	v->time = st.st_mtim.tv_sec;
	n = read_text(fd, text);
	if (n < 0) {
		err_sys(e, "%s", path);
	} else {
		split_text(text, (size_t)n, v);
		ret = 1;
	}
	explicit_bzero(text, sizeof(text));
out:
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return ret;
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static int
write_text(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		size -= (size_t)n;
	}
	return fsync(fd);
}

/* A temporary file with the contents, closed and safe; its name is the caller's, who removes the file. */
static char *
write_temp(const struct param *p, const char *name, const char *value, const char *note, struct err *e)
{
	char uid[UID_SIZE], text[TEXT_SIZE], *tmp;
	int fd, lost;

	if (uid_new(uid, e) < 0)
		return NULL;
	(void)snprintf(text, sizeof(text), "%s\n%s%s", value, note, *note != '\0' ? "\n" : "");
	tmp = mem_fmt(e, "%s/.%s.%s.part", p->base, name, uid);
	fd = tmp != NULL ? open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE) : -1;
	if (fd < 0) {
		if (tmp != NULL)
			err_sys(e, "%s: cannot create", tmp);
		goto fail;
	}
	lost = write_text(fd, text, strlen(text));
	if (lost < 0)
		err_sys(e, "%s", tmp);
	if (close(fd) < 0 && lost == 0)
		lost = err_sys(e, "%s", tmp);
	if (lost < 0) {
		(void)unlink(tmp);
		goto fail;
	}
	explicit_bzero(text, sizeof(text));
	return tmp;
fail:
	explicit_bzero(text, sizeof(text));
	free(tmp);
	return NULL;
}

static int
dir_set(struct param *p, const char *name, const char *value, const char *note, struct err *e)
{
	char *path = path_of(p, name, e), *tmp = NULL;
	int ret = -1;

	if (path != NULL)
		tmp = write_temp(p, name, value, note, e);
	if (tmp == NULL)
		goto out;
	if (rename(tmp, path) < 0) {
		err_sys(e, "%s", path);
		(void)unlink(tmp);
		goto out;
	}
	ret = sync_dir(p, e);
out:
	free(tmp);
	free(path);
	return ret;
}

/* link(2) succeeds for one of several, also on NFS; there its answer may be lost, but the count of links is right. */
static int
link_new(const char *tmp, const char *path, struct err *e)
{
	struct stat st;

	if (link(tmp, path) == 0)
		return 1;
	if (errno != EEXIST)
		return err_sys(e, "%s", path);
	return stat(tmp, &st) == 0 && st.st_nlink == 2;
}

static int
dir_create(struct param *p, const char *name, const char *value, const char *note, struct err *e)
{
	char *path = path_of(p, name, e), *tmp = NULL;
	int ret = -1;

	if (path == NULL)
		return -1;
	if (access(path, F_OK) == 0) {		/* the usual case of those who wait; spares the disk */
		free(path);
		return 0;
	}
	tmp = write_temp(p, name, value, note, e);
	if (tmp == NULL)
		goto out;
	ret = link_new(tmp, path, e);
	(void)unlink(tmp);
	if (ret == 1 && sync_dir(p, e) < 0) {
		(void)unlink(path);		/* nobody has been told of it */
		ret = -1;
	}
out:
	free(tmp);
	free(path);
	return ret;
}

static int
dir_delete(struct param *p, const char *name, struct err *e)
{
	char *path = path_of(p, name, e);
	int ret = -1;

	if (path == NULL)
		return -1;
	if (unlink(path) == 0)
		ret = sync_dir(p, e) < 0 ? -1 : 1;
	else if (errno == ENOENT || errno == ENOTDIR)
		ret = 0;
	else
		err_sys(e, "%s: cannot remove", path);
	free(path);
	return ret;
}

/* The guard makes comparing and changing one step. The kernel lets go of it when its holder dies; one that is stopped
 * is not waited for long. Where there are no locks, param_swap is two steps. */
static int
take_guard(const struct param *p, struct err *e)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const struct timespec moment = { .tv_nsec = 5000000 };
	char *path = mem_fmt(e, "%s/" GUARD, p->base);
	double limit = clock_steady() + GUARD_WAIT;
	int fd;

	if (path == NULL)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (fd < 0)
		err_sys(e, "%s: cannot create", path);
	while (fd >= 0 && fcntl(fd, F_OFD_SETLK, &fl) < 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			break;
		if (clock_steady() > limit) {
			err_set(e, E_RETRY, "%s: in use by another process", path);
			(void)close(fd);
			fd = -1;
			break;
		}
		(void)nanosleep(&moment, NULL);
	}
	free(path);
	return fd;
}

static int
dir_swap(struct param *p, const char *name, const char *old, const char *value, const char *note, struct err *e)
{
	struct param_value v = {0};
	int guard = take_guard(p, e), ret;

	if (guard < 0)
		return -1;
	ret = dir_get(p, name, &v, e);
	if (ret > 0)
		ret = strcmp(v.text, old) == 0;
	if (ret > 0)
		ret = value == NULL ? dir_delete(p, name, e) : dir_set(p, name, value, note, e) < 0 ? -1 : 1;
	(void)close(guard);
	param_wipe(&v);
	return ret;
}

/* --- listing ---------------------------------------------------------------------------------------------------- */

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
listed(int dir, const char *name, const char *prefix)
{
	struct stat st;

	return *name != '.' && str_starts(name, prefix) && fstatat(dir, name, &st, 0) == 0 && S_ISREG(st.st_mode) &&
	    backend_check_name("name", name, PARAM_NAME_MAX, NULL) == 0;
}

static int
read_names(const struct param *p, const char *prefix, struct strlist *names, struct err *e)
{
	DIR *dp = opendir(p->base);
	struct dirent *d;
	int ret = 0;

	if (dp == NULL)
		return errno == ENOENT ? 0 : err_sys(e, "%s", p->base);
	while (ret == 0 && (errno = 0, d = readdir(dp)) != NULL)
		if (listed(dirfd(dp), d->d_name, prefix))
			ret = strlist_add(names, d->d_name, e);
	if (ret == 0 && errno != 0)
		ret = err_sys(e, "%s", p->base);
	(void)closedir(dp);
	return ret;
}

static int
dir_list(struct param *p, const char *prefix, param_each *each, void *ctx, struct err *e)
{
	struct strlist names = {0};
	int ret = read_names(p, prefix, &names, e);

	if (names.n > 0)
		qsort(names.item, names.n, sizeof(*names.item), by_bytes);
	for (size_t i = 0; ret == 0 && i < names.n; i++)
		ret = each(ctx, names.item[i], e);
	strlist_free(&names);
	return ret;
}

const struct param_ops param_dir_ops = {
	.open = dir_open,
	.title = dir_title,
	.get = dir_get,
	.set = dir_set,
	.create = dir_create,
	.swap = dir_swap,
	.del = dir_delete,
	.list = dir_list,
};
