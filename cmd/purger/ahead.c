/* ahead - what must be known before anything is removed */

#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>

#include "base/mem.h"
#include "purger.h"

#define HOURS_MAX (20 * 366 * 24)	/* what is older is as old as that */

static bool
add_up(void *ctx, const struct finding *f)
{
	struct purger *p = ctx;

	if (f->outcome == TAKEN)
		p->disk[f->age < HOURS_MAX ? (size_t)f->age : HOURS_MAX] += f->disk;
	return true;
}

static bool
rank(void *ctx, const struct finding *f)
{
	struct purger *p = ctx;
	struct rule *r = &p->rules.rule[f->rule - p->rules.rule];
	double age = f->age;

	if (f->outcome == TAKEN)
		for (size_t i = 0; i < r->keep_last; i++)
			if (age < r->youngest[i]) {
				double older = r->youngest[i];

				r->youngest[i] = age;
				age = older;
			}
	return true;
}

static void
sweep_all(struct purger *p, sweep_tell *tell)
{
	struct sweep *s = &p->sweep;

	s->dry_run = true;
	s->ranking = tell == rank;
	s->tell = tell;
	for (size_t i = 0; i < p->rules.n; i++)
		if (tell != rank || p->rules.rule[i].keep_last > 0)
			sweep_rule(s, i);
	s->dry_run = p->run.dry_run;
	s->ranking = false;
	s->tell = tell_found;
}

void
ahead_ranks(struct purger *p)
{
	sweep_all(p, rank);
}

int
ahead_age(struct purger *p, struct err *e)
{
	char *end;
	double percent = strtod(p->until_free, &end), need;
	size_t hours = HOURS_MAX + 1;
	struct statfs fs;

	if (end == p->until_free || (*end != '\0' && strcmp(end, "%") != 0) || !(percent >= 0 && percent <= 100))
		return err_set(e, E_USAGE, "--until-free %s: not a number of percent", p->until_free);
	if (fstatfs(p->sweep.root, &fs) < 0)
		return err_sys(e, "%s", p->run.root);
	need = ((double)fs.f_blocks * percent / 100 - (double)fs.f_bavail) * (double)fs.f_bsize;
	p->disk = xarray(HOURS_MAX + 1, sizeof(*p->disk));
	sweep_all(p, add_up);
	for (; need > 0 && hours > 0; hours--)
		need -= (double)p->disk[hours - 1];
	if (need > 0)
		prog_info("%s: %s more would have to be removed for %g %% of the disk to be free", p->run.root,
		    prog_human((uint64_t)need), percent);
	p->sweep.min_age = need > 0 ? 0 : (double)hours;
	free(p->disk);
	return 0;
}
