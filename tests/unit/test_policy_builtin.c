/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The built-in policy: as it is, cut, with bits flipped, and out of place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy.h"
#include "storage/err.h"
#include "tests/support/exact.h"
#include "tests/support/policy_sane.h"

static void the_builtin_policy(void **state)
{
	const struct rule *r;
	struct policy p;
	const void *blob;
	size_t len;

	(void)state;
	blob = policy_builtin(&len);
	assert_int_equal(policy_check(blob, len, &p), 0);
	assert_int_equal(p.crashes, 2);
	assert_int_equal(p.window_hours, 24);
	assert_int_equal(p.max_files, 16);
	assert_int_equal(p.max_rung, 2);
	assert_int_equal(p.share, SHARE_ALL);
	assert_int_equal(p.mode[POLICY_ORIGIN_INSTALLED], POLICY_ACT);
	assert_int_equal(p.mode[POLICY_ORIGIN_REMOVABLE], POLICY_ACT);
	assert_int_equal(p.mode[POLICY_ORIGIN_NETWORK], POLICY_ACT);
	assert_int_equal(p.expires, 0);
	assert_null(p.site);
	assert_true(p.serial >= 1);
	assert_true(p.rule_count >= 1);
	r = &p.rules[0];
	assert_string_equal(r->vendor, "CrowdStrike Falcon");
	assert_string_equal(r->folder, "Windows/System32/drivers/CrowdStrike");
	assert_int_equal(r->unit, RULE_UNIT_FILE);
	assert_true(rule_matches(r, "C-00000291-00000000-00000032.sys"));
	assert_false(rule_matches(r, "csagent.sys"));
	assert_false(rule_matches(
		r, "C-00000291-00000000-00000032.sys.held-00000001"));
}

static void cut_at_every_byte(void **state)
{
	struct policy p;
	const void *blob;
	size_t len;
	size_t cut;

	(void)state;
	blob = policy_builtin(&len);
	memset(&p, 0x5A, sizeof(p));
	for (cut = 0; cut < len; cut++) {
		void *exact = exact_copy(blob, cut);

		assert_int_equal(policy_check(exact, cut, &p), -ERR_TRUNCATED);
		assert_int_equal(p.serial, 0x5A5A5A5A);
		free(exact);
	}
}

static void every_flipped_bit(void **state)
{
	unsigned int accepted = 0;
	struct policy p;
	const void *blob;
	size_t len;
	size_t bit;

	(void)state;
	blob = policy_builtin(&len);
	for (bit = 0; bit < len * 8; bit++) {
		uint8_t *exact = exact_copy(blob, len);

		exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (policy_check(exact, len, &p) == 0) {
			policy_expect_sane(&p);
			accepted++;
		}
		free(exact);
	}
	/* Remarks, names and numbers within bounds; not the structure. */
	print_message("%u of %zu flipped bits accepted\n", accepted, len * 8);
	assert_true(accepted < len * 8 * 3 / 4);
}

static void every_byte_set_to_extremes(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
	struct policy p;
	const void *blob;
	size_t len;
	size_t at;
	size_t i;

	(void)state;
	blob = policy_builtin(&len);
	for (at = 0; at < len; at++)
		for (i = 0; i < sizeof(values); i++) {
			uint8_t *exact = exact_copy(blob, len);

			exact[at] = values[i];
			if (policy_check(exact, len, &p) == 0)
				policy_expect_sane(&p);
			free(exact);
		}
}

static void misaligned_and_oversized(void **state)
{
	static _Alignas(8) uint8_t room[POLICY_MAX_BYTES + 16];
	struct policy p;
	const void *blob;
	size_t len;
	size_t shift;

	(void)state;
	blob = policy_builtin(&len);
	for (shift = 1; shift < 8; shift++) {
		memcpy(room + shift, blob, len);
		assert_int_equal(
			policy_check(room + shift, len, &p), -ERR_INTERNAL);
	}
	memset(room, 0, sizeof(room));
	memcpy(room, blob, len);
	/* What stands behind the tree is not looked at. */
	assert_int_equal(policy_check(room, POLICY_MAX_BYTES, &p), 0);
	assert_int_equal(
		policy_check(room, POLICY_MAX_BYTES + 1, &p), -ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_builtin_policy),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(every_flipped_bit),
		cmocka_unit_test(every_byte_set_to_extremes),
		cmocka_unit_test(misaligned_and_oversized),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
