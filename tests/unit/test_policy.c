/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies made to order: what they may say, and what they may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy.h"
#include "storage/err.h"
#include "tests/support/policy_sane.h"
#include "tests/support/tree.h"

/* What one test changes; NULL or 0 for "as it should be". */
struct recipe {
	const char *compatible;
	uint32_t serial;
	uint32_t crashes;
	uint32_t window_hours;
	uint32_t max_files;
	const char *vendor;
	const char *folder;
	const char *unit;
	const char *hold;
	const char *content;
	size_t content_len; /* with embedded NULs */
	const char *never;
	size_t never_len;
	const char *drivers;
	size_t drivers_len;
	const char *expires; /* these: absent if NULL or 0 */
	const char *site;
	const char *installed;
	const char *network;
	uint32_t max_rung;
	uint32_t share;
	uint32_t network_seconds;
	const char *omit; /* a property or node to leave out */
	size_t rules;
};

static struct tree tree;

static void add_text(const char *name, const char *text, const char *usual)
{
	tree_text(&tree, name, text ? text : usual);
}

static void add_number(const char *name, uint32_t value, uint32_t usual)
{
	tree_number(&tree, name, value ? value - 1 : usual);
}

static void add_list(
	const char *name, const char *list, size_t len, const char *usual)
{
	if (list)
		tree_bytes(&tree, name, list, len);
	else
		tree_text(&tree, name, usual);
}

static bool is_wanted(const struct recipe *r, const char *node)
{
	return !r->omit || strcmp(r->omit, node) != 0;
}

static void add_rule(const struct recipe *r, size_t number)
{
	char name[32];

	snprintf(name, sizeof(name), "rule-%zu", number);
	tree_node(&tree, name);
	tree_text(&tree, "remark", "not known, so ignored");
	add_text("vendor-name", r->vendor, "Contoso");
	add_text("folder", r->folder, "Windows/Contoso");
	add_text("unit", r->unit, "file");
	if (r->hold)
		tree_text(&tree, "hold", r->hold);
	add_list("content", r->content, r->content_len, "C-*.dat");
	add_list("never", r->never, r->never_len, "engine.*");
	if (r->drivers)
		tree_bytes(&tree, "drivers", r->drivers, r->drivers_len);
	add_text("source", NULL, "Contoso, manual, page 1");
	tree_end(&tree);
}

static void add_modes(const struct recipe *r)
{
	tree_node(&tree, "modes");
	if (r->installed)
		tree_text(&tree, "installed", r->installed);
	if (r->network)
		tree_text(&tree, "network", r->network);
	tree_end(&tree);
}

static int check(const struct recipe *r, struct policy *ret)
{
	size_t rules = r->rules ? r->rules - 1 : 1;
	size_t i;

	tree_begin(&tree);
	tree.omit = r->omit;
	add_text("compatible", r->compatible, POLICY_COMPATIBLE);
	add_number("serial", r->serial, 7);
	tree_number(&tree, "not-known", 1);
	if (r->expires)
		tree_text(&tree, "expires", r->expires);
	if (r->site)
		tree_text(&tree, "site", r->site);
	if (r->installed || r->network)
		add_modes(r);
	if (is_wanted(r, "limits")) {
		tree_node(&tree, "limits");
		add_number("crashes", r->crashes, 3);
		add_number("window-hours", r->window_hours, 48);
		add_number("max-files", r->max_files, 10);
		if (r->max_rung)
			tree_number(&tree, "max-rung", r->max_rung - 1);
		if (r->share)
			tree_number(&tree, "share-per-mille", r->share - 1);
		if (r->network_seconds)
			tree_number(&tree, "network-seconds",
				r->network_seconds - 1);
		tree_end(&tree);
	}
	if (is_wanted(r, "vendors")) {
		tree_node(&tree, "vendors");
		for (i = 0; i < rules; i++)
			add_rule(r, i);
		tree_end(&tree);
	}
	tree_finish(&tree);
	return policy_check(tree.blob, tree.len, ret);
}

static void a_site_policy(void **state)
{
	static const char list[] = "a*.dat\0b?.dat\0c.dat";
	struct recipe r = {.content = list, .content_len = sizeof(list)};
	struct policy p;

	(void)state;
	assert_int_equal(check(&r, &p), 0);
	policy_expect_sane(&p);
	assert_int_equal(p.serial, 7);
	assert_int_equal(p.crashes, 3);
	assert_int_equal(p.window_hours, 48);
	assert_int_equal(p.max_files, 10);
	assert_int_equal(p.rule_count, 1);
	assert_string_equal(p.rules[0].vendor, "Contoso");
	assert_string_equal(p.rules[0].folder, "Windows/Contoso");
	assert_int_equal(p.rules[0].pattern_count, 3);
	assert_string_equal(p.rules[0].patterns[1], "b?.dat");
	assert_int_equal(p.rules[0].never_count, 1);
	assert_string_equal(p.rules[0].never[0], "engine.*");
}

static void bounds(void **state)
{
	static const struct {
		struct recipe r;
		int want;
	} cases[] = {
		/* Numbers are one more than what is written: 0 is "usual". */
		{{.serial = 1}, -ERR_TOO_LARGE},
		{{.serial = 2}, 0},
		{{.serial = UINT32_MAX}, 0},
		{{.crashes = 1}, -ERR_TOO_LARGE},
		{{.crashes = 2}, -ERR_TOO_LARGE},
		{{.crashes = 3}, 0},
		{{.crashes = 11}, 0},
		{{.crashes = 12}, -ERR_TOO_LARGE},
		{{.crashes = UINT32_MAX}, -ERR_TOO_LARGE},
		{{.window_hours = 1}, -ERR_TOO_LARGE},
		{{.window_hours = 2}, 0},
		{{.window_hours = 721}, 0},
		{{.window_hours = 722}, -ERR_TOO_LARGE},
		{{.max_files = 1}, -ERR_TOO_LARGE},
		{{.max_files = 2}, 0},
		{{.max_files = 65}, 0},
		{{.max_files = 66}, -ERR_TOO_LARGE},
		{{.rules = 1}, 0},
		{{.rules = 1 + POLICY_MAX_RULES}, 0},
		{{.rules = 2 + POLICY_MAX_RULES}, -ERR_TOO_LARGE},
		{{.content = "a\0b\0c\0d\0e\0f\0g\0h", .content_len = 16}, 0},
		{{.content = "a\0b\0c\0d\0e\0f\0g\0h\0i", .content_len = 18},
			-ERR_TOO_LARGE},
		{{.never = "a\0b\0c\0d\0e\0f\0g\0h\0i", .never_len = 18},
			-ERR_TOO_LARGE},
	};
	struct policy p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(check(&cases[i].r, &p), cases[i].want);
		if (cases[i].want == 0)
			policy_expect_sane(&p);
	}
}

static void what_is_missing_or_unknown(void **state)
{
	static const char *const needed[] = {"compatible", "serial", "limits",
		"crashes", "window-hours", "max-files", "vendors",
		"vendor-name", "folder", "unit", "content", "source"};
	struct recipe other[] = {{.compatible = "loopbreaker,policy-2"},
		{.compatible = "loopbreaker,policy-11"}, {.unit = "folder"},
		{.unit = "File"}, {.hold = "delete"},
		{.hold = "move", .unit = "generation-folder"}};
	struct policy p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct recipe r = {.omit = needed[i]};

		assert_int_equal(check(&r, &p), -ERR_CORRUPT);
	}
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		assert_int_equal(check(&other[i], &p), -ERR_UNSUPPORTED);
	assert_int_equal(check(&(struct recipe){.omit = "never"}, &p), 0);
	assert_int_equal(p.rules[0].never_count, 0);
}

static void strings_in_the_wrong_form(void **state)
{
	static const struct recipe wrong[] = {
		{.vendor = ""},
		{.vendor = "tab\there"},
		{.vendor = "caf\xC3\xA9"},
		{.folder = "/Windows"},
		{.folder = "Windows/"},
		{.folder = "Windows//x"},
		{.folder = "../Windows"},
		{.folder = "Windows/../x"},
		{.folder = "Windows/./x"},
		{.folder = "Windows\\x"},
		{.folder = "C:/Windows"},
		{.folder = "Windows/x:y"},
		{.folder = "Windows/*"},
		{.folder = "Windows/x."},
		{.folder = "Windows/x "},
		{.folder = "."},
		{.folder = ".."},
		{.content = "*", .content_len = 2},
		{.content = "*.*", .content_len = 4},
		{.content = "a/b", .content_len = 4},
		{.content = "a\\b", .content_len = 4},
		{.content = "a:b", .content_len = 4},
		{.content = "", .content_len = 1},
		{.content = "", .content_len = 0},
		{.content = "a\0\0b", .content_len = 5},
		{.content = "no end", .content_len = 6},
		{.never = "?", .never_len = 2},
		{.never = "no end", .never_len = 6},
	};
	struct policy p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(check(&wrong[i], &p), -ERR_CORRUPT);
}

/* --- What need not be there ---------------------------------------------- */

static void what_may_be_added(void **state)
{
	static const char drivers[] = "agent.sys\0flt*.sys";
	struct recipe r = {.expires = "2027-01-01T00:00:00Z",
		.site = "contoso-emea",
		.installed = "signed-order-only",
		.network = "detect-only",
		.max_rung = 4,
		.share = 1001,
		.network_seconds = 121,
		.unit = "generation-folder",
		.drivers = drivers,
		.drivers_len = sizeof(drivers)};
	struct policy p;

	(void)state;
	assert_int_equal(check(&r, &p), 0);
	policy_expect_sane(&p);
	assert_int_equal(p.expires, 134432352000000000);
	assert_string_equal(p.site, "contoso-emea");
	assert_int_equal(
		p.mode[POLICY_ORIGIN_INSTALLED], POLICY_SIGNED_ORDER_ONLY);
	assert_int_equal(p.mode[POLICY_ORIGIN_REMOVABLE], POLICY_ACT);
	assert_int_equal(p.mode[POLICY_ORIGIN_NETWORK], POLICY_DETECT_ONLY);
	assert_int_equal(p.max_rung, 3);
	assert_int_equal(p.share, SHARE_ALL);
	assert_int_equal(p.network_seconds, 120);
	assert_int_equal(p.rules[0].unit, RULE_UNIT_GENERATION);
	assert_int_equal(p.rules[0].driver_count, 2);
	assert_true(rule_is_driver(&p.rules[0], "FLTmgr2.sys"));
	assert_int_equal(p.rules[0].hold, RULE_HOLD_RENAME);
	r = (struct recipe){.hold = "move"};
	assert_int_equal(check(&r, &p), 0);
	assert_int_equal(p.rules[0].hold, RULE_HOLD_MOVE);
	r = (struct recipe){.hold = "rename", .unit = "generation-folder"};
	assert_int_equal(check(&r, &p), 0);
	assert_int_equal(p.rules[0].hold, RULE_HOLD_RENAME);
	r = (struct recipe){.share = 1};
	assert_int_equal(check(&r, &p), 0);
	assert_int_equal(p.share, 0);
	r = (struct recipe){.installed = "ask"};
	assert_int_equal(check(&r, &p), 0);
	assert_int_equal(p.mode[POLICY_ORIGIN_INSTALLED], POLICY_ASK);
	assert_int_equal(p.max_rung, POLICY_DEFAULT_RUNG);
	assert_int_equal(p.network_seconds, POLICY_DEFAULT_NETWORK_SECONDS);
	assert_int_equal(p.share, SHARE_ALL);
}

static void what_may_be_added_but_not_so(void **state)
{
	static const struct {
		struct recipe recipe;
		int err;
	} wrong[] = {
		{{.expires = "2027-01-01"}, -ERR_CORRUPT},
		{{.expires = "never"}, -ERR_CORRUPT},
		{{.site = ""}, -ERR_CORRUPT},
		{{.site = "a\tb"}, -ERR_CORRUPT},
		{{.installed = "acts"}, -ERR_UNSUPPORTED},
		{{.network = "Act"}, -ERR_UNSUPPORTED},
		{{.network = ""}, -ERR_CORRUPT},
		{{.installed = "a\tct"}, -ERR_CORRUPT},
		{{.max_rung = 1}, -ERR_TOO_LARGE},
		{{.max_rung = 5}, -ERR_TOO_LARGE},
		{{.share = 1002}, -ERR_TOO_LARGE},
		{{.network_seconds = 1}, -ERR_TOO_LARGE},
		{{.network_seconds = 122}, -ERR_TOO_LARGE},
		{{.drivers = "*", .drivers_len = 2}, -ERR_CORRUPT},
		{{.drivers = "no end", .drivers_len = 6}, -ERR_CORRUPT},
	};
	struct policy p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(check(&wrong[i].recipe, &p), wrong[i].err);
}

/* The stricter of two modes is a mode again, and never allows more. */
static void modes_are_sets(void **state)
{
	static const enum policy_mode modes[] = {POLICY_DETECT_ONLY, POLICY_ASK,
		POLICY_SIGNED_ORDER_ONLY, POLICY_ACT};

	(void)state;
	for (size_t i = 0; i < 16; i++) {
		enum policy_mode a = modes[i % 4], b = modes[i / 4];
		enum policy_mode both = (enum policy_mode)(a & b);

		assert_true(strcmp(policy_mode_text(both), "unknown"));
		for (int word = 1; word <= POLICY_WORD_EVIDENCE; word *= 2)
			assert_int_equal(
				policy_may(both, (enum policy_word)word),
				policy_may(a, (enum policy_word)word) &&
					policy_may(b, (enum policy_word)word));
	}
	assert_false(policy_may(POLICY_DETECT_ONLY, POLICY_WORD_PERSON));
	assert_true(policy_may(POLICY_ASK, POLICY_WORD_PERSON));
	assert_false(policy_may(POLICY_ASK, POLICY_WORD_ORDER));
	assert_false(
		policy_may(POLICY_SIGNED_ORDER_ONLY, POLICY_WORD_EVIDENCE));
	assert_true(policy_may(POLICY_ACT, POLICY_WORD_EVIDENCE));
	assert_string_equal(policy_mode_text((enum policy_mode)5), "unknown");
	assert_string_equal(
		policy_mode_text((enum policy_mode)(POLICY_ACT + 1)),
		"unknown");
	assert_string_equal(
		policy_origin_text(POLICY_ORIGIN_REMOVABLE), "removable");
	assert_string_equal(policy_origin_text(POLICY_ORIGIN_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_policy),
		cmocka_unit_test(bounds),
		cmocka_unit_test(what_is_missing_or_unknown),
		cmocka_unit_test(strings_in_the_wrong_form),
		cmocka_unit_test(what_may_be_added),
		cmocka_unit_test(what_may_be_added_but_not_so),
		cmocka_unit_test(modes_are_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
