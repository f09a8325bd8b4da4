/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy_text.h"
#include "tests/support/policy_sane.h"

void policy_expect_sane(const struct policy *p)
{
	size_t i;
	size_t k;

	assert_in_range(p->crashes, POLICY_MIN_CRASHES, POLICY_MAX_CRASHES);
	assert_in_range(p->window_hours, 1, POLICY_MAX_WINDOW_HOURS);
	assert_in_range(p->max_files, 1, POLICY_MAX_FILES);
	assert_in_range(p->rule_count, 0, POLICY_MAX_RULES);
	assert_in_range(p->max_rung, POLICY_MIN_RUNG, POLICY_MAX_RUNG);
	assert_in_range(p->share, 0, SHARE_ALL);
	assert_in_range(p->network_seconds, 1, POLICY_MAX_NETWORK_SECONDS);
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		assert_true(strcmp(policy_mode_text(p->mode[i]), "unknown"));
	for (i = 0; i < p->rule_count; i++) {
		const struct rule *r = &p->rules[i];

		assert_true(policy_text_is_plain(r->vendor, 64));
		assert_true(policy_text_is_folder(r->folder));
		assert_in_range(r->unit, RULE_UNIT_FILE, RULE_UNIT_GENERATION);
		assert_in_range(r->driver_count, 0, RULE_MAX_DRIVERS);
		for (k = 0; k < r->driver_count; k++)
			assert_true(policy_text_is_pattern(r->drivers[k]));
		assert_in_range(r->pattern_count, 1, RULE_MAX_PATTERNS);
		assert_in_range(r->never_count, 0, RULE_MAX_PATTERNS);
		for (k = 0; k < r->pattern_count; k++)
			assert_true(policy_text_is_pattern(r->patterns[k]));
		for (k = 0; k < r->never_count; k++)
			assert_true(policy_text_is_pattern(r->never[k]));
		(void)rule_matches(r, "C-00000291-00000000-00000032.sys");
	}
}
