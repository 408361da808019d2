/* Granules from lines, compared with the rule as it is written, applied to all pairs, on random lists. */

#include <stdlib.h>

#include "base/clock.h"
#include "partition/group.h"
#include "tap.h"

#define MAX 300
#define NEW_YEAR 1704067200u		/* 2024-01-01 */

static struct lines lines;

static unsigned int
pick(unsigned int n)
{
	static unsigned int s = 12345;

	s = s * 1103515245 + 12345;
	return (s >> 16) % n;
}

static void
random_lines(const char *obpg, const char *night, unsigned int n)
{
	const char *const suite[] = { "SST", night, "OC" };
	char text[200], stamp[CLOCK_STAMP_SIZE];

	for (unsigned int i = 0; i < n; i++) {
		clock_stamp(NEW_YEAR + pick(20) * 60 + pick(3), stamp);
		(void)snprintf(text, sizeof(text), "https://%s/%s.%s.L2.%s%s.nc %040x", pick(4) == 0 ? "b" : "a", obpg,
		    stamp, suite[pick(3)], pick(2) ? ".NRT" : "", i);
		if (lines_add(&lines, text, i + 1, NULL) <= 0)
			abort();
	}
}

/* Whether the line is the last of its file. */
static bool
counts(size_t i)
{
	const struct line *a = &lines.line[i];

	for (size_t k = i + 1; k < lines.n; k++)
		if (lines.line[k].time == a->time && lines.line[k].suite == a->suite && lines.line[k].nrt == a->nrt)
			return false;
	return true;
}

static uint32_t
partner(size_t s, enum suite suite, bool by_minute)
{
	const struct line *a = &lines.line[s];

	for (int minute = 0; minute <= (by_minute ? 1 : 0); minute++)
		for (size_t k = 0; k < lines.n; k++) {
			const struct line *b = &lines.line[k];

			if (b->suite == suite && b->nrt == a->nrt && counts(k) &&
			    (minute ? b->time / 60 == a->time / 60 : b->time == a->time))
				return (uint32_t)k;
		}
	return GROUP_NONE;
}

/* The number of differences between the groups and the rule. */
static int
differences(const struct groups *gr)
{
	static bool used[MAX];
	int wrong = 0;
	struct buf a = {0}, b = {0};

	memset(used, 0, sizeof(used));
	for (enum ptype t = PTYPE_QUICKLOOK; t < PTYPE_COUNT; t++)
		for (size_t i = 0; i < gr->type[t].n; i++) {
			const struct granule *g = &gr->type[t].g[i];

			wrong += lines.line[g->sst].suite != SUITE_SST || !counts(g->sst) ||
			    lines.line[g->sst].nrt != (t == PTYPE_QUICKLOOK);
			wrong += g->night != partner(g->sst, SUITE_NIGHT, false);
			wrong += g->oc != (lines.ds->instrument->day_needs_oc ? partner(g->sst, SUITE_OC, true) :
			    GROUP_NONE);
			used[g->sst] = true;
			if (g->night != GROUP_NONE)
				used[g->night] = true;
			if (g->oc != GROUP_NONE)
				used[g->oc] = true;
			if (i > 0) {
				a.len = b.len = 0;
				lines_text(&lines, gr->type[t].g[i - 1].sst, &a);
				lines_text(&lines, g->sst, &b);
				wrong += strcmp(a.text, b.text) <= 0;
			}
		}
	for (size_t i = 0; i < gr->nunmatched; i++) {
		wrong += used[gr->unmatched[i]] || !counts(gr->unmatched[i]);
		used[gr->unmatched[i]] = true;
		if (i > 0) {
			a.len = b.len = 0;
			lines_text(&lines, gr->unmatched[i - 1], &a);
			lines_text(&lines, gr->unmatched[i], &b);
			wrong += strcmp(a.text, b.text) <= 0;
		}
	}
	for (size_t i = 0; i < lines.n; i++)
		wrong += used[i] != counts(i);
	buf_free(&a);
	buf_free(&b);
	return wrong;
}

static void
compare(const char *obpg, const char *night)
{
	int wrong = 0;

	for (unsigned int n = 0; n < MAX; n += 3) {
		struct groups gr = {0};

		random_lines(obpg, night, n);
		group_lines(&lines, &gr, NULL, NULL);
		if (differences(&gr) != 0)
			wrong++;
		groups_fini(&gr);
		lines_fini(&lines);
	}
	is_int(wrong, 0, "%s: random lists", obpg);
}

static void
add_line(const char *time, const char *suite)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "https://h/AQUA_MODIS.%s.L2.%s.nc", time, suite);
	if (lines_add(&lines, text, lines.n + 1, NULL) <= 0)
		abort();
}

static bool
is_granule(const struct granule *g, uint32_t time, uint32_t sst, uint32_t night, uint32_t oc)
{
	return g->time == time && g->sst == sst && g->night == night && g->oc == oc;
}

static const uint32_t ten = NEW_YEAR + 600, twenty = NEW_YEAR + 1200;

static void
waiting(struct groups *gr)
{
	const struct granules *q = &gr->type[PTYPE_QUICKLOOK];
	struct times w = {0};

	times_add(&w, ten + 1);
	times_add(&w, 5);
	times_add(&w, ten + 1800);
	times_add(&w, NEW_YEAR + 1800);
	times_sort(&w);
	group_waiting(gr, PTYPE_QUICKLOOK, &w);
	ok(q->n == 5 && q->g[1].time == ten + 1800 && is_granule(&q->g[4], 5, GROUP_NONE, GROUP_NONE, GROUP_NONE),
	    "waiting granules are added unless they are there");
	times_fini(&w);
}

/* SST files on disk: at :01 of minute 10, at :01 and :30 of minute 20. */
static void
late(void)
{
	const struct granules *q;
	struct times disk = {0};
	struct groups gr = {0};

	add_line("20240101T001000", "OC.NRT");		/* 0: another second, but the only one of its minute */
	add_line("20240101T001001", "SST4.NRT");	/* 1 */
	add_line("20240101T001001", "OC.NRT");		/* 2: the second agrees */
	add_line("20240101T002000", "OC.NRT");		/* 3: two have its minute */
	add_line("20240101T002030", "OC.NRT");		/* 4 */
	add_line("20240101T001000", "SST4.NRT");	/* 5: SST4 is never shifted */
	add_line("20240101T003000", "SST.NRT");		/* 6 */
	times_add(&disk, twenty + 1);
	times_add(&disk, ten + 1);
	times_add(&disk, twenty + 30);
	times_add(&disk, ten + 1);
	times_sort(&disk);
	is_int((long long)disk.n, 3, "times are kept once");
	group_lines(&lines, &gr, NULL, NULL);
	group_late(&lines, &gr, PTYPE_QUICKLOOK, &disk);
	q = &gr.type[PTYPE_QUICKLOOK];
	is_int((long long)q->n, 3, "three granules");
	ok(q->full == 1 && is_granule(&q->g[0], NEW_YEAR + 1800, 6, GROUP_NONE, GROUP_NONE), "the listed one is first");
	ok(is_granule(&q->g[1], twenty + 30, GROUP_NONE, GROUP_NONE, 4), "then the newest");
	ok(is_granule(&q->g[2], ten + 1, GROUP_NONE, 1, 2), "equal seconds win");
	ok(gr.nunmatched == 3 && gr.unmatched[0] == 3 && gr.unmatched[1] == 5 && gr.unmatched[2] == 0,
	    "what is left stays unmatched, in order");
	waiting(&gr);
	times_fini(&disk);
	groups_fini(&gr);
	lines_fini(&lines);
}

int
main(void)
{
	compare("AQUA_MODIS", "SST4");
	compare("SNPP_VIIRS", "SST3");
	late();
	return tap_done();
}
