/* Arithmetic of tokens, arrays and jobs. */

#include "partition/worklists.h"
#include "tap.h"

/* n, f; keys; max; wanted: arrays of quicklook and refined, tokens ql, r, floating */
static const struct {
	int n, f;
	size_t q, r, max;
	size_t aq, ar;
	int ql, rr, fl;
} table[] = {
	{ 13, 1, 30, 0, 99, 14, 0, 13, 0, 1 }, { 13, 1, 0, 30, 99, 0, 7, 0, 6, 1 },
	{ 13, 1, 30, 30, 99, 8, 6, 7, 6, 1 }, { 13, 0, 30, 30, 99, 7, 6, 7, 6, 0 },
	{ 13, 0, 30, 0, 99, 13, 0, 13, 0, 0 }, { 13, 0, 0, 30, 99, 0, 6, 0, 6, 0 },
	{ 7, 1, 30, 0, 99, 8, 0, 7, 0, 1 }, { 7, 1, 0, 30, 99, 0, 4, 0, 3, 1 }, { 7, 1, 30, 30, 99, 5, 3, 4, 3, 1 },
	{ 6, 1, 30, 0, 99, 7, 0, 6, 0, 1 }, { 6, 1, 0, 30, 99, 0, 3, 0, 2, 1 }, { 6, 1, 30, 30, 99, 4, 3, 3, 3, 1 },
	{ 3, 0, 30, 0, 99, 3, 0, 3, 0, 0 }, { 3, 0, 0, 30, 99, 0, 1, 0, 1, 0 }, { 3, 0, 30, 30, 99, 2, 1, 2, 1, 0 },
	{ 2, 1, 30, 0, 99, 3, 0, 2, 0, 1 }, { 2, 1, 0, 30, 99, 0, 1, 0, 0, 1 }, { 2, 1, 30, 30, 99, 2, 1, 1, 1, 1 },
	{ 2, 0, 30, 0, 99, 2, 0, 2, 0, 0 }, { 2, 0, 0, 30, 99, 0, 1, 0, 1, 0 }, { 2, 0, 30, 30, 99, 1, 1, 1, 1, 0 },
	{ 1, 1, 30, 0, 99, 2, 0, 1, 0, 1 }, { 1, 1, 0, 30, 99, 0, 1, 0, 0, 1 }, { 1, 1, 30, 30, 99, 1, 1, 1, 0, 1 },
	{ 1, 0, 30, 0, 99, 1, 0, 1, 0, 0 }, { 1, 0, 0, 30, 99, 0, 1, 0, 1, 0 }, { 0, 1, 0, 30, 99, 0, 1, 0, 0, 1 },
	/* no array without granules, no token without an array */
	{ 13, 1, 3, 0, 99, 3, 0, 3, 0, 0 }, { 13, 1, 0, 3, 99, 0, 3, 0, 3, 0 }, { 13, 1, 1, 1, 99, 1, 1, 1, 1, 0 },
	{ 13, 1, 8, 2, 99, 8, 2, 7, 2, 1 },
	/* an engine's limit */
	{ 50, 1, 300, 300, 20, 20, 20, 20, 20, 0 },
	{ 4, 1, 17, 17, 99, 3, 2, 2, 2, 1 },
};

static void
tokens(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const size_t keys[PTYPE_COUNT] = { table[i].q, table[i].r };
		struct cut c = cut_tokens(table[i].n, table[i].f, keys, table[i].max);
		char got[80], want[80];

		(void)snprintf(got, sizeof(got), "%zu %zu %d %d %d", c.arrays[0], c.arrays[1], c.ql, c.r, c.floating);
		(void)snprintf(want, sizeof(want), "%zu %zu %d %d %d", table[i].aq, table[i].ar, table[i].ql,
		    table[i].rr, table[i].fl);
		is_str(got, want, "%d and %d tokens, %zu and %zu granules", table[i].n, table[i].f, table[i].q,
		    table[i].r);
	}
	{
		const size_t keys[PTYPE_COUNT] = { 30, 30 };

		ok(cut_tokens(1, 1, keys, 99).floating_refined, "with two tokens refined has the floating one");
		ok(!cut_tokens(13, 1, keys, 99).floating_refined, "else quicklook");
	}
}

/* The parts of m items as "3 3 2". */
static const char *
parts(size_t m, size_t k)
{
	static char text[200];
	size_t at = 0, from = 0;

	for (size_t i = 0; i < k; i++) {
		struct part p = cut_part(m, k, i);

		if (p.from != from)
			return "gap";
		from += p.n;
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%zu", i > 0 ? " " : "", p.n);
	}
	return from == m ? text : "lost";
}

int
main(void)
{
	tokens();
	is_str(parts(30, 14), "3 3 2 2 2 2 2 2 2 2 2 2 2 2", "30 in 14");
	is_str(parts(17, 3), "6 6 5", "17 in 3");
	is_str(parts(11, cut_jobs(11, 10, 99)), "6 5", "11 in jobs of 10");
	is_str(parts(10, cut_jobs(10, 10, 99)), "10", "10");
	is_str(parts(9, cut_jobs(9, 10, 99)), "9", "9");
	is_str(parts(19, cut_jobs(19, 10, 99)), "10 9", "19");
	is_str(parts(21, cut_jobs(21, 10, 99)), "7 7 7", "21");
	is_str(parts(23, cut_jobs(23, 10, 99)), "8 8 7", "23");
	is_str(parts(31, cut_jobs(31, 10, 99)), "8 8 8 7", "31");
	is_str(parts(1000, cut_jobs(1000, 10, 4)), "250 250 250 250", "not more jobs than the engine takes");
	is_int((long long)cut_jobs(0, 10, 99), 0, "nothing");
	return tap_done();
}
