/* newfiles - many small files that belong together */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/newfiles.h"

#define GROUP 256			/* files that are open at once */
#define TOGETHER 16			/* so many are synced by one sync of their file system */

/* A sync of the file system also waits for what others have written there; few files are synced one by one. */
static int
sync_files(const struct newfiles *g, struct err *e)
{
	dev_t synced = 0;
	struct stat st;

	for (size_t i = 0; i < g->n; i++) {
		const struct newfile *f = &g->file[i];

		if (g->n < TOGETHER) {
			if (newfile_sync(f, e) < 0)
				return -1;
			continue;
		}
		if (fstat(f->fd, &st) < 0 || ((i == 0 || st.st_dev != synced) && syncfs(f->fd) < 0))
			return err_sys(e, "%s", f->tmp);
		synced = st.st_dev;
		/* Not every kernel says for all that one of them could not be written. */
		if (sync_file_range(f->fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) < 0)
			return err_sys(e, "%s", f->tmp);
	}
	return 0;
}

/* Sync the directories of the last n files that got their names, each once. */
static int
sync_dirs(const struct strlist *made, size_t n, struct err *e)
{
	struct strlist dirs = {0};
	int ret = 0;

	for (size_t i = made->n - n; ret == 0 && i < made->n; i++) {
		const char *path = made->item[i];
		size_t len = (size_t)(str_base(path) - path), k = 0;

		while (k < dirs.n && (strncmp(dirs.item[k], path, len) != 0 || str_base(dirs.item[k]) != dirs.item[k] + len))
			k++;
		if (k < dirs.n)
			continue;
		strlist_push(&dirs, path);
		ret = file_sync_dir(path, e);
	}
	strlist_free(&dirs);
	return ret;
}

int
newfiles_commit(struct newfiles *g, struct err *e)
{
	size_t n = g->n;

	if (sync_files(g, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char *path = xstrdup(g->file[i].path);
		int ret = newfile_publish(&g->file[i], path, e);

		if (ret == 0)
			strlist_push(&g->made, path);
		free(path);
		if (ret < 0)
			return -1;
		newfile_close(&g->file[i]);
	}
	g->n = 0;
	return sync_dirs(&g->made, n, e);
}

int
newfiles_add(struct newfiles *g, const char *path, const char *text, size_t size, struct err *e)
{
	if (g->n == GROUP && newfiles_commit(g, e) < 0)
		return -1;
	xgrow(&g->file, &g->cap, g->n + 1, sizeof(*g->file));
	if (newfile_open(&g->file[g->n], path, e) < 0)
		return -1;
	return newfile_write(&g->file[g->n++], text, size, e);
}

void
newfiles_keep(struct newfiles *g)
{
	strlist_free(&g->made);
}

void
newfiles_close(struct newfiles *g)
{
	for (size_t i = 0; i < g->n; i++)
		newfile_close(&g->file[i]);
	for (size_t i = 0; i < g->made.n; i++)
		(void)file_remove(g->made.item[i], NULL);
	free(g->file);
	strlist_free(&g->made);
	*g = (struct newfiles){0};
}
