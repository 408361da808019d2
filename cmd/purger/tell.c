/* tell - what became of names, for people and programs */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "purger.h"

void
tell_error(struct purger *p, const struct err *e)
{
	char *text = xfmt("The purger encountered the following error: %s.", e->msg);

	run_log(&p->run, "purger - ERROR", "%s", text);
	notify_add(&p->run.notify, "%s\n", text);
	free(text);
}

/* Names may hold anything; a record is one line. */
static char *
record(const struct purger *p, const struct finding *f, const char *path)
{
	const struct rule *r = f->rule;
	char *text;

	if (p->run.sep == '\0')
		return xstrdup(path);
	text = xfmt("%s\t%.1f\t%llu\t%s/%s\t%s", rule_action(r), f->age, (unsigned long long)f->bytes, r->component,
	    r->entry, path);
	for (char *s = text + strlen(text) - strlen(path); *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	return text;
}

static void
tell_taken(struct purger *p, const struct finding *f, const char *path, struct item *it)
{
	bool archived = f->rule->archive;

	p->freed += f->bytes;
	*(archived ? &p->archived : &p->deleted) += 1;
	run_log(&p->run, LOG_PURGER, "%s: %s.", archived ? "Archived" : "Deleted", path);
	it->text = record(p, f, path);
	if (f->url != NULL)
		strlist_push(&it->outputs, f->url);
}

/* It stays: a failure, or, unless --strict makes it one, a warning. */
static void
tell_left(struct purger *p, const struct finding *f, const char *path, struct item *it)
{
	bool kept = f->outcome == KEPT;
	struct err e;

	p->kept++;
	err_set(&e, f->e.code, "%s: %s%s", path, kept ? "kept: " : "", f->e.msg);
	if (kept && !p->run.strict) {
		it->state = ITEM_SKIPPED;
		xsnprintf(it->reason, sizeof(it->reason), "%s", e.msg);
		prog_warn(&e);
	} else {
		item_failed(it, &e);
		tell_error(p, &e);
	}
}

/* The last word about a name; whether to go on. */
static bool
tell(struct purger *p, const struct finding *f)
{
	char *path = xfmt("%s/%s", p->run.root, f->path);
	struct item it;

	item_begin(&it, NULL);
	it.bytes = f->bytes;
	it.silent = true;
	strlist_push(&it.inputs, path);
	if (f->outcome == TAKEN)
		tell_taken(p, f, path, &it);
	else
		tell_left(p, f, path, &it);
	if (p->run.json) {
		item_set(&it, "action", "s", rule_action(f->rule));
		item_set(&it, "rule", "s++", f->rule->component, "/", f->rule->entry);
		item_set(&it, "age", "f", f->age);
	}
	run_put(&p->run, &it);
	free(path);
	return run_goes_on(&p->run);
}

bool
tell_found(void *ctx, const struct finding *f)
{
	struct purger *p = ctx;
	struct finding failed = *f;

	if (f->outcome != TAKEN || p->run.dry_run || !f->rule->archive)
		return tell(p, f);
	if (bundle_add(&p->bundle, f->path, &failed.e) == 0 || failed.e.code == E_MISSING)
		return run_goes_on(&p->run);
	failed.outcome = failed.e.code == E_BUSY ? KEPT : FAILED;
	return tell(p, &failed) && p->bundle.zip != NULL;	/* else the others would fail too */
}

void
tell_member(void *ctx, const char *path, const struct stat *st, const char *url, const struct err *why)
{
	struct purger *p = ctx;
	const struct rule *r = &p->rules.rule[p->sweep.at];
	struct finding f = { .rule = r, .path = path, .outcome = TAKEN, .age = rule_age(r, path, st, p->sweep.now),
		.bytes = (uint64_t)st->st_size, .url = url };

	if (why != NULL) {
		f.outcome = why->code == E_DATA ? KEPT : FAILED;
		f.e = *why;
	}
	(void)tell(p, &f);
}

void
tell_log(void *ctx, const char *what, const char *name)
{
	const struct purger *p = ctx;

	run_log(&p->run, LOG_PURGER, "%s: %s%s%s.", what, strchr(name, ':') == NULL ? p->run.root : "",
	    strchr(name, ':') == NULL ? "/" : "", name);
}
