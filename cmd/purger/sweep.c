/* sweep - look through the tree by the rules, and remove what they take */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/prog.h"
#include "sweep.h"
#include "tank.h"

#define BLOCK 1024			/* names */
#define DEPTH_MAX 100			/* of directories below one that is removed; each takes a descriptor */
#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

/* A name in a directory; looked at and removed in a thread. */
struct name {
	struct task task;
	struct sweep *s;
	int dir;
	dev_t dev;			/* of the directory */
	struct finding f;
	char path[sizeof(((struct sweep *)NULL)->path)];
};

struct block {
	struct name name[BLOCK];
	size_t n;
};

/* The next name of a directory that is none of "." and ".."; NULL at its end. */
static const char *
next_name(DIR *dp)
{
	struct dirent *d;

	while ((d = readdir(dp)) != NULL && (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0))
		;
	return d != NULL ? d->d_name : NULL;
}

/* ---- taking ---- */

/*
 * Remove what name in dir stands for, with all below it; add up what it takes. Only that in a dry run, and when it is
 * to be archived. Goes on after a failure. Nothing on another file system is entered: that is mounted there.
 */
static int
remove_at(struct name *x, int dir, const char *name, const struct stat *st, int depth)
{
	bool is_dir = S_ISDIR(st->st_mode);
	struct finding *f = &x->f;
	int fd, ret = 0;
	const char *n;
	DIR *dp;

	if (is_dir) {
		if (st->st_dev != x->dev || depth == DEPTH_MAX)
			return err_set(&f->e, E_DATA, "%s: %s", name,
			    depth == DEPTH_MAX ? "too deep" : "something is mounted there");
		fd = openat(dir, name, DIR_FLAGS);
		if (fd < 0 || (dp = fdopendir(fd)) == NULL)
			return err_sys(&f->e, "%s", name);
		while ((n = next_name(dp)) != NULL) {
			struct stat below;

			if (fstatat(fd, n, &below, AT_SYMLINK_NOFOLLOW) == 0 &&
			    remove_at(x, fd, n, &below, depth + 1) < 0)
				ret = -1;
		}
		(void)closedir(dp);
	} else {
		f->bytes += (uint64_t)st->st_size;
		f->disk += st->st_nlink > 1 ? 0 : (uint64_t)st->st_blocks * 512;
	}
	if (ret == 0 && !x->s->dry_run && !f->rule->archive && unlinkat(dir, name, is_dir ? AT_REMOVEDIR : 0) < 0)
		ret = err_sys(&f->e, "%s: cannot be removed", name);
	return ret;
}

/* What rule r says about a name: PASSED, TAKEN or KEPT. */
static enum outcome
judge(const struct sweep *s, const struct rule *r, int dir, const char *path, const struct stat *st, struct err *e)
{
	double age = rule_age(r, path, st, s->now);
	const struct dataset *ds;
	enum ptype t;

	if (!s->ranking && (age < r->hours || age < s->min_age ||
	    (r->keep_last > 0 && age <= r->youngest[r->keep_last - 1])))
		return PASSED;
	if ((r->type != TYPE_ANY && (r->type == TYPE_DIR) != S_ISDIR(st->st_mode)) ||
	    (uint64_t)st->st_size < r->min_size || rule_pattern(r, path) < 0)
		return PASSED;
	if (r->holding == PTYPE_COUNT)
		return TAKEN;
	if (S_ISDIR(st->st_mode))
		return PASSED;		/* those by processing type stay */
	if (tank_type(dir, path, s->now, s->compat, &ds, &t, e) < 0)
		return e->code == E_MISSING ? PASSED : KEPT;
	return rule_is_of(s->rules, r, t, ds) ? TAKEN : PASSED;
}

/* What the rules, and the patterns of this rule, before the one at work say. */
static enum outcome
judge_before(const struct sweep *s, int dir, const char *path, const struct stat *st)
{
	enum outcome got = PASSED;
	struct err e;

	for (size_t i = 0; i <= s->at && got == PASSED; i++)
		if (i < s->at || (s->pattern > 0 && rule_pattern(&s->rules->rule[i], path) < s->pattern))
			got = judge(s, &s->rules->rule[i], dir, path, st, &e);
	return got;
}

/* Whether the run has removed something from a directory, or a real run would have: then it is not old any more. */
static bool
is_new(const struct sweep *s, int dir, const char *path)
{
	int fd = s->dry_run ? openat(dir, str_base(path), DIR_FLAGS) : -1;
	DIR *dp = fd >= 0 ? fdopendir(fd) : NULL;
	bool found = false;
	const char *name;
	struct stat st;

	while (dp != NULL && !found && (name = next_name(dp)) != NULL) {
		char *below = xfmt("%s/%s", path, name);

		found = fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && judge_before(s, fd, below, &st) == TAKEN;
		free(below);
	}
	if (dp != NULL)
		(void)closedir(dp);
	return found;
}

/* In a thread. */
static void
take(struct task *task)
{
	struct name *x = (struct name *)(void *)task;
	struct finding *f = &x->f;
	const char *name = str_base(f->path);
	struct stat st;

	if (fstatat(x->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		err_sys(&f->e, "cannot be read");
		f->outcome = f->e.code == E_MISSING ? PASSED : FAILED;
		return;
	}
	f->age = rule_age(f->rule, f->path, &st, x->s->now);
	f->outcome = judge(x->s, f->rule, x->dir, f->path, &st, &f->e);
	if (f->outcome != PASSED && (judge_before(x->s, x->dir, f->path, &st) != PASSED ||
	    (S_ISDIR(st.st_mode) && is_new(x->s, x->dir, f->path))))
		f->outcome = PASSED;
	if (f->outcome != TAKEN)
		return;
	if (f->rule->archive && !S_ISREG(st.st_mode)) {
		f->outcome = KEPT;
		err_set(&f->e, E_DATA, "only files can be archived");
	} else if (remove_at(x, x->dir, name, &st, 0) < 0) {
		f->outcome = f->e.code == E_MISSING ? PASSED : FAILED;
	}
}

/* Work on the names of the block, tell what became of them, and empty it. */
static void
end_block(struct sweep *s)
{
	struct block *b = s->block;

	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		pool_submit(s->pool, &b->name[i].task);
	for (size_t i = 0; i < b->n; i++) {
		struct finding *f = &b->name[i].f;

		pool_wait(s->pool, &b->name[i].task);
		if (f->outcome != PASSED && !s->ended)
			s->ended = !s->tell(s->ctx, f);
	}
	b->n = 0;
}

static void
add_name(struct sweep *s, int dir, dev_t dev, const char *name)
{
	struct name *x;

	if (s->block == NULL)
		s->block = xarray(1, sizeof(*s->block));
	x = &s->block->name[s->block->n];
	if ((size_t)snprintf(x->path, sizeof(x->path), "%s%s%s", s->path, *s->path != '\0' ? "/" : "", name) >=
	    sizeof(x->path))
		return;			/* nobody can name it either */
	x->task = (struct task){ .run = take };
	x->s = s;
	x->dir = dir;
	x->dev = dev;
	x->f = (struct finding){ .rule = &s->rules->rule[s->at], .path = x->path };
	if (++s->block->n == BLOCK)
		end_block(s);
}

/* A failure on a directory that the rule needs. */
static void
tell_failure(struct sweep *s, const char *path)
{
	struct finding f = { .rule = &s->rules->rule[s->at], .path = path, .outcome = FAILED };

	if (errno == ENOENT)
		return;
	err_sys(&f.e, "%s", errno == ELOOP || errno == ENOTDIR ? "not followed" : "cannot be read");
	s->ended = s->ended || !s->tell(s->ctx, &f);
}

/* ---- looking ---- */

static void	look(struct sweep *s, int dir, const char *pattern, bool everywhere);

/* Go on with the rest of the pattern in a directory below dir, unless it belongs to an earlier rule. */
static void
look_below(struct sweep *s, int dir, const char *name, const char *rest, bool everywhere)
{
	size_t len = strlen(s->path);
	struct stat st;
	int fd;

	if (len + 1 + strlen(name) >= sizeof(s->path))
		return;
	xsnprintf(s->path + len, sizeof(s->path) - len, "%s%s", len > 0 ? "/" : "", name);
	fd = openat(dir, name, DIR_FLAGS);
	if (fd < 0 && errno != ENOTDIR && errno != ELOOP)
		tell_failure(s, s->path);
	else if (fd >= 0 && fstat(fd, &st) == 0 && judge_before(s, dir, s->path, &st) == PASSED)
		look(s, fd, rest, everywhere);
	if (fd >= 0)
		(void)close(fd);
	s->path[len] = '\0';
}

/* The names of dir that match the pattern's first component; everywhere: also those of all directories below. */
static void
look(struct sweep *s, int dir, const char *pattern, bool everywhere)
{
	size_t n = strcspn(pattern, "/");
	bool last = pattern[n] == '\0';
	char first[NAME_MAX + 1];
	const char *name;
	struct stat st;
	DIR *dp;
	int fd;

	if (n >= sizeof(first) || fstat(dir, &st) < 0)
		return;
	xsnprintf(first, sizeof(first), "%.*s", (int)n, pattern);
	if (strpbrk(first, "*?[") == NULL && !everywhere) {
		if (last)
			add_name(s, dir, st.st_dev, first);
		else
			look_below(s, dir, first, pattern + n + 1, false);
		end_block(s);
		return;
	}
	fd = openat(dir, ".", DIR_FLAGS);
	if (fd < 0 || (dp = fdopendir(fd)) == NULL) {
		tell_failure(s, s->path);
		return;
	}
	while (!s->ended && prog_signal() == 0 && (name = next_name(dp)) != NULL) {
		if (fnmatch(first, name, FNM_PERIOD | FNM_NOESCAPE) != 0)
			continue;
		if (last)
			add_name(s, dir, st.st_dev, name);
		else
			look_below(s, dir, name, pattern + n + 1, false);
	}
	end_block(s);
	rewinddir(dp);
	while (everywhere && !s->ended && prog_signal() == 0 && (name = next_name(dp)) != NULL)
		look_below(s, dir, name, pattern, true);
	(void)closedir(dp);
}

void
sweep_rule(struct sweep *s, size_t i)
{
	const struct rule *r = &s->rules->rule[i];
	int dir;

	if (r->off)
		return;
	s->at = i;
	s->ended = false;
	dir = file_open_below(s->root, r->path, DIR_FLAGS);
	if (dir < 0) {
		tell_failure(s, r->path);
		return;
	}
	xsnprintf(s->path, sizeof(s->path), "%s", r->path);
	for (s->pattern = 0; (size_t)s->pattern < r->patterns.n && !s->ended && prog_signal() == 0; s->pattern++)
		look(s, dir, r->patterns.item[s->pattern], r->recursive);
	(void)close(dir);
}

void
sweep_fini(struct sweep *s)
{
	free(s->block);
}
