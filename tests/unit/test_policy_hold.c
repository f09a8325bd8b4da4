/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a rule wants its files held: what a policy may say, and what it may not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy.h"
#include "recovery/policy_lint.h"
#include "storage/err.h"
#include "tests/support/tree.h"

static struct tree tree;
static char said[4096];

static void keep(void *ctx, const struct policy_finding *f)
{
	size_t len = strlen(said);

	(void)ctx;
	snprintf(said + len, sizeof(said) - len, "%s %s %s\n", f->path,
		f->property ? f->property : "", f->text);
}

/* @unit: NULL: none; @hold: as bytes, so that it need not be a text */
static void make_policy(const char *unit, const char *hold, size_t hold_len)
{
	tree_begin(&tree);
	tree_text(&tree, "compatible", POLICY_COMPATIBLE);
	tree_number(&tree, "serial", 3);
	tree_text(&tree, "expires", "2026-01-01T00:00:00Z");
	tree_node(&tree, "limits");
	tree_number(&tree, "crashes", 2);
	tree_number(&tree, "window-hours", 2);
	tree_number(&tree, "max-files", 2);
	tree_end(&tree);
	tree_node(&tree, "vendors");
	tree_node(&tree, "contoso");
	tree_text(&tree, "vendor-name", "Contoso");
	tree_text(&tree, "folder", "Windows/C");
	if (unit)
		tree_text(&tree, "unit", unit);
	if (hold)
		tree_bytes(&tree, "hold", hold, hold_len);
	tree_bytes(&tree, "content", "x*", 3);
	tree_text(&tree, "drivers", "contoso.sys");
	tree_text(&tree, "source", "a test");
	tree_end(&tree);
	tree_end(&tree);
	tree_finish(&tree);
}

static void what_it_may_say(void **state)
{
	static const struct {
		const char *unit;
		const char *hold;
		size_t len;
		bool is_accepted;
		enum rule_hold holds;
	} all[] = {
		{"file", NULL, 0, true, RULE_HOLD_RENAME},
		{"file", "rename", 7, true, RULE_HOLD_RENAME},
		{"file", "move", 5, true, RULE_HOLD_MOVE},
		{"generation-folder", "rename", 7, true, RULE_HOLD_RENAME},
		{"generation-folder", "move", 5, false, RULE_HOLD_RENAME},
		{"file", "copy", 5, false, RULE_HOLD_RENAME},
		{"file", "mo", 2, false, RULE_HOLD_RENAME}, /* no NUL */
		{"file", "", 0, false, RULE_HOLD_RENAME},
		/* Without a unit nobody knows; that alone is the fault. */
		{NULL, "move", 5, false, RULE_HOLD_RENAME},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct policy p;
		int errors, err;

		make_policy(all[i].unit, all[i].hold, all[i].len);
		said[0] = '\0';
		errors = policy_lint(tree.blob, tree.len, 0, keep, NULL);
		err = policy_check(tree.blob, tree.len, &p);
		assert_int_equal(err == 0, all[i].is_accepted);
		assert_int_equal(errors, !all[i].is_accepted);
		if (err == 0)
			assert_int_equal(p.rules[0].hold, all[i].holds);
		else
			assert_non_null(strstr(
				said, all[i].unit ? "/vendors/contoso hold "
						  : "/vendors/contoso unit "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_may_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
