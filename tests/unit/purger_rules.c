/* Rules of the purger: what patterns take, which entry of the holding tank is whose, ages. */

#include "base/newfile.h"
#include "purger/rules.h"
#include "tap.h"

static void
read_rules(struct rules *r, const char *entries)
{
	char text[4096];
	struct err e = {0};

	(void)snprintf(text, sizeof(text), "{\"c\":{%s}}", entries);
	if (file_write("rules.json", text, &e) < 0 || rules_read(r, "rules.json", "/root", &e) < 0)
		give_up("%s", e.msg);
}

static void
patterns(void)
{
	static const struct {
		const char *path;
		int found;
	} rows[] = {
		{ "d/a.txt", 0 }, { "d/.a.txt", -1 }, { "d/x/a.txt", -1 }, { "d/b.log", 1 }, { "d/a.log", -1 },
		{ "d/sub/b.x", 2 }, { "d/sub/.b.x", -1 }, { "d/sub", -1 }, { "d", -1 }, { "dd/a.txt", -1 },
		    { "a.txt", -1 },
		{ "d/.hidden/x", 3 }, { "d/keep.txt", -1 }, { "d/sub/keep.txt", 2 }, { "d/\\q.txt", 0 }, { "d/", -1 },
		    { "", -1 },
	};
	struct rules r = {0};

	read_rules(&r, "\"e\":{\"path\":\"d\",\"threshold\":1,\"action\":\"delete\",\"exclude\":[\"keep*\"],"
	    "\"glob_ops\":[\"*.txt\",\"[!a]*.log\",\"sub/*\",\".hidden/?\"]},"
	    "\"all\":{\"path\":\"\",\"threshold\":1,\"action\":\"zip\",\"recursive\":true,\"glob_ops\":[\"a/*.x\"]}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		is_int(rule_pattern(&r.rule[0], rows[i].path), rows[i].found, "pattern of '%s'", rows[i].path);
	is_int(rule_pattern(&r.rule[1], "a/1.x"), 0, "recursive: in the directory itself");
	is_int(rule_pattern(&r.rule[1], "b/c/a/1.x"), 0, "... and below");
	is_int(rule_pattern(&r.rule[1], "b/ca/1.x"), -1, "... by whole names");
	ok(!r.rule[0].archive && r.rule[1].archive, "anything but delete archives");
	rules_free(&r);
}

static void
tank(void)
{
#define ENTRY(name) "\"" name "\":{\"path\":\"t\",\"threshold\":1,\"action\":\"delete\",\"glob_ops\":[\"*\"]}"
	const struct dataset *aqua = dataset_find("aqua"), *viirs = dataset_find("viirs"),
	    *jpss1 = dataset_find("jpss1");
	struct rules r = {0};

	read_rules(&r, ENTRY("holding_tank_quicklook") "," ENTRY("holding_tank_refined_modis") ","
	    ENTRY("holding_tank_refined_viirs") "," ENTRY("other"));
	ok(rule_is_of(&r, &r.rule[0], PTYPE_QUICKLOOK, aqua) && rule_is_of(&r, &r.rule[0], PTYPE_QUICKLOOK, jpss1),
	    "quicklook");
	ok(!rule_is_of(&r, &r.rule[0], PTYPE_REFINED, aqua), "... only");
	ok(rule_is_of(&r, &r.rule[1], PTYPE_REFINED, aqua) && !rule_is_of(&r, &r.rule[1], PTYPE_REFINED, viirs) &&
	    !rule_is_of(&r, &r.rule[1], PTYPE_QUICKLOOK, aqua), "refined, by instrument");
	ok(rule_is_of(&r, &r.rule[2], PTYPE_REFINED, jpss1), "... without an entry of its own");
	is_int(r.rule[3].holding, PTYPE_COUNT, "an ordinary entry");
	rules_free(&r);
	read_rules(&r, ENTRY("holding_tank_refined_viirs") "," ENTRY("holding_tank_refined_jpss1"));
	ok(!rule_is_of(&r, &r.rule[0], PTYPE_REFINED, jpss1) && rule_is_of(&r, &r.rule[1], PTYPE_REFINED, jpss1) &&
	    rule_is_of(&r, &r.rule[0], PTYPE_REFINED, viirs), "... with one");
	rules_free(&r);
}

static void
ages(void)
{
	struct stat st = { .st_mtim = { 1000, 500000000 }, .st_atim = { 4600, 0 } };
	struct rule r = {0};

	ok(rule_age(&r, "x", &st, 4600) == 3599.5 / 3600, "hours since the modification, as a real number");
	ok(rule_age(&r, "x", &st, 900) == 0, "a clock that is behind");
	r.age_by = AGE_ATIME;
	ok(rule_age(&r, "x", &st, 8200) == 1, "by access");
	r.age_by = AGE_NAME;
	ok(rule_age(&r, "1970/a_19700101T000000_x", &st, 7200) == 2, "by name");
	ok(rule_age(&r, "19700101T000000/a", &st, 4600) == 3599.5 / 3600, "... of the file, else by modification");
}

static void
builtin(void)
{
	struct rules r = {0};
	bool whole = true;

	rules_default(&r);
	for (size_t i = 0; i < r.n; i++)
		whole = whole && r.rule[i].patterns.n > 0 && r.rule[i].hours >= 48 && *r.rule[i].path != '\0';
	ok(whole && r.n > 25, "%zu rules are built in", r.n);
	rules_free(&r);
}

int
main(void)
{
	tap_scratch();
	patterns();
	tank();
	ages();
	builtin();
	return tap_done();
}
