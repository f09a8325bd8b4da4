/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of policies: what policy_lint() calls an error is what policy_check()
 * refuses.  Its words are tested through the command
 * (tests/cli/test_policy.py).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy.h"
#include "recovery/policy_lint.h"
#include "storage/digest.h"
#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/exact.h"
#include "tests/support/prng.h"
#include "tests/support/tree.h"

struct seen {
	int errors;
	int warnings;
	bool is_about_windows; /* or about rules: policy_check() has no eye */
};

static void see(void *ctx, const struct policy_finding *f)
{
	struct seen *s = ctx;

	assert_true(strlen(f->path) > 0 && strlen(f->text) > 5);
	if (f->is_error)
		s->errors++;
	else
		s->warnings++;
	s->is_about_windows = s->is_about_windows ||
			      strstr(f->text, "Windows itself") ||
			      strstr(f->text, "overlaps");
}

static void assert_agreed(const void *blob, size_t len)
{
	struct seen seen = {0};
	struct policy p;
	int errors = policy_lint(blob, len, 0, see, &seen);
	int err = policy_check(blob, len, &p);

	if (errors < 0) {
		assert_int_equal(err, errors);
		return;
	}
	assert_int_equal(seen.errors, errors);
	if (!seen.is_about_windows)
		assert_int_equal(errors > 0, err < 0);
}

static void the_builtin_policy(void **state)
{
	struct seen seen = {0};
	size_t len;
	const void *blob = policy_builtin(&len);

	(void)state;
	assert_int_equal(
		policy_lint(blob, len, filetime_parse("2024-07-19T00:00:00Z"),
			see, &seen),
		0);
	assert_int_equal(seen.errors + seen.warnings, 0);
}

static void cut_and_flipped(void **state)
{
	size_t len, i;
	const void *blob = policy_builtin(&len);
	unsigned int refused = 0;

	(void)state;
	for (i = 0; i < len; i++) {
		void *cut = exact_copy(blob, i);

		assert_agreed(cut, i);
		free(cut);
	}
	for (i = 0; i < len * 8; i++) {
		uint8_t *flipped = exact_copy(blob, len);
		struct policy p;

		flipped[i / 8] ^= (uint8_t)(1u << i % 8);
		refused += policy_check(flipped, len, &p) < 0;
		assert_agreed(flipped, len);
		free(flipped);
	}
	assert_true(refused > len);
}

static void many_flips(void **state)
{
	struct prng random = {.state = 3};
	size_t len;
	const void *blob = policy_builtin(&len);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t *flipped = exact_copy(blob, len);

		for (size_t k = prng_below(&random, 6); k > 0; k--)
			flipped[prng_below(&random, len)] =
				(uint8_t)prng_next(&random);
		assert_agreed(flipped, len);
		free(flipped);
	}
}

/* --- Patterns ---------------------------------------------------------------
 */

static void random_text(struct prng *random, const char *of, char *ret)
{
	size_t len = prng_below(random, 5);
	size_t i;

	for (i = 0; i < len; i++)
		ret[i] = of[prng_below(random, strlen(of))];
	ret[len] = '\0';
}

static bool matches(const char *pattern, const char *name)
{
	const struct rule r = {.patterns = {pattern}, .pattern_count = 1};

	return rule_matches(&r, name);
}

/* The next name of letters a and b, shortest first; false behind 8. */
static bool next_name(char *name)
{
	size_t i = strlen(name);

	while (i > 0 && name[i - 1] == 'b')
		name[--i] = 'a';
	if (i > 0) {
		name[i - 1] = 'b';
		return true;
	}
	i = strlen(name);
	if (i == 8)
		return false;
	name[i] = 'a';
	name[i + 1] = '\0';
	return true;
}

/* Four characters each: if they meet at all, then in at most eight. */
static void patterns_meet_as_names_say(void **state)
{
	struct prng random = {.state = 8};
	unsigned int met = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		char a[8], b[8], name[16] = "";
		bool is_found = false;

		random_text(&random, "ab*?", a);
		random_text(&random, "ab*?", b);
		do
			is_found = matches(a, name) && matches(b, name);
		while (!is_found && next_name(name));
		if (policy_patterns_meet(a, b) != is_found)
			fail_msg("%s and %s: %d", a, b, is_found);
		met += is_found;
	}
	assert_in_range(met, 500, 3500);
}

static void patterns_of_any_length(void **state)
{
	char longest[80];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[64] = '\0';
	assert_true(policy_patterns_meet(longest, "a*"));
	assert_false(policy_patterns_meet(longest, "b*"));
	assert_true(policy_patterns_meet("C-*.SYS", "c-0*.sys"));
	longest[64] = 'a';
	longest[65] = '\0';
	assert_true(policy_patterns_meet(longest, "b")); /* not looked at */
	assert_true(policy_patterns_meet("b", longest));
}

/* --- Made to order ----------------------------------------------------------
 */

static struct tree tree;
static char said[8192];

static void keep(void *ctx, const struct policy_finding *f)
{
	size_t len = strlen(said);

	see(ctx, f);
	snprintf(said + len, sizeof(said) - len, "%s %s %s\n", f->path,
		f->property ? f->property : "", f->text);
}

static void begin(void)
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
}

static void add_rule(const char *node, const char *folder, const char *content,
	size_t content_len, const char *drivers)
{
	tree_node(&tree, node);
	tree_text(&tree, "vendor-name", node);
	tree_text(&tree, "folder", folder);
	tree_text(&tree, "unit", "file");
	tree_bytes(&tree, "content", content, content_len);
	tree_text(&tree, "drivers", drivers);
	tree_text(&tree, "source", "a test");
	tree_end(&tree);
}

static int finish(uint64_t now)
{
	struct seen seen = {0};

	tree_end(&tree);
	tree_finish(&tree);
	said[0] = '\0';
	return policy_lint(tree.blob, tree.len, now, keep, &seen);
}

static void times(void **state)
{
	uint64_t then = filetime_parse("2026-01-01T00:00:00Z");

	(void)state;
	begin();
	add_rule("a", "A", "x", 2, "d");
	assert_int_equal(finish(then), 0);
	begin();
	add_rule("a", "A", "x", 2, "d");
	assert_int_equal(finish(then + 1), 1);
	assert_non_null(strstr(said, "/ expires is in the past"));
}

static void how_many_rules(void **state)
{
	char name[8];

	(void)state;
	begin();
	assert_int_equal(finish(0), 0);
	assert_non_null(strstr(said, "/vendors  has no rules"));
	begin();
	for (int i = 0; i <= POLICY_MAX_RULES; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		add_rule(name, name, "x", 2, "d");
	}
	assert_int_equal(finish(0), 1);
	assert_non_null(strstr(said, "has 17 rules; at most 16"));
}

static void lists_and_nodes(void **state)
{
	static const char nine[] = "a\0b\0c\0d\0e\0f\0g\0h\0i";

	(void)state;
	begin();
	add_rule("a", "A", nine, sizeof(nine), "d");
	assert_int_equal(finish(0), 1);
	assert_non_null(strstr(said, "content has more than 8 entries"));
	begin();
	add_rule("a", "A", "x*", 3, "*");
	assert_int_equal(finish(0), 1); /* "*" is no pattern */
	begin();
	add_rule("a", "A", "x*", 3, "x*");
	assert_int_equal(finish(0), 0);
	assert_non_null(strstr(said, "has no effect"));
}

static void rules_that_overlap(void **state)
{
	static const char two[] = "q\0a*b";

	(void)state;
	begin();
	add_rule("a", "A", two, sizeof(two), "d");
	add_rule("b", "B", "a*b", 4, "d");
	add_rule("c", "a", "zz", 3, "d");
	assert_int_equal(finish(0), 0);
	assert_string_equal(said, "");
	begin();
	add_rule("a", "A", two, sizeof(two), "d");
	add_rule("b", "a", "?xb", 4, "d");
	assert_int_equal(finish(0), 1);
	assert_non_null(strstr(said, "/vendors/b content overlaps"));
}

/* --- Digests ----------------------------------------------------------------
 */

static void digests(void **state)
{
	/* FIPS 180-2, example B.1. */
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad";
	uint8_t digest[DIGEST_BYTES], again[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];

	(void)state;
	assert_int_equal(digest_make("abc", 3, digest), 0);
	assert_string_equal(digest_hex(digest, hex), abc);
	assert_int_equal(digest_parse(hex, again), 0);
	assert_memory_equal(digest, again, sizeof(digest));
	hex[0] = 'B';
	assert_int_equal(digest_parse(hex, again), 0);
	hex[0] = 'g';
	assert_int_equal(digest_parse(hex, again), -ERR_CORRUPT);
	hex[0] = ' ';
	assert_int_equal(digest_parse(hex, again), -ERR_CORRUPT);
	hex[0] = '@';
	assert_int_equal(digest_parse(hex, again), -ERR_CORRUPT);
	hex[0] = 'b';
	hex[1] = 'g';
	assert_int_equal(digest_parse(hex, again), -ERR_CORRUPT);
	hex[1] = 'a';
	hex[63] = '\0';
	assert_int_equal(digest_parse(hex, again), -ERR_CORRUPT);
	assert_int_equal(digest_parse("", again), -ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_builtin_policy),
		cmocka_unit_test(cut_and_flipped),
		cmocka_unit_test(many_flips),
		cmocka_unit_test(patterns_meet_as_names_say),
		cmocka_unit_test(patterns_of_any_length),
		cmocka_unit_test(times),
		cmocka_unit_test(how_many_rules),
		cmocka_unit_test(lists_and_nodes),
		cmocka_unit_test(rules_that_overlap),
		cmocka_unit_test(digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
