/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns of vendor rules, and the names of held files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/hold.h"
#include "quarantine/rule.h"
#include "storage/err.h"
#include "tests/support/prng.h"

static bool matches(const char *pattern, const char *name)
{
	struct rule r = {.patterns = {pattern}, .pattern_count = 1};

	return rule_matches(&r, name);
}

static void patterns(void **state)
{
	(void)state;
	assert_true(matches("C-*.sys", "C-00000291-00000000-00000032.sys"));
	assert_true(matches("C-*.sys", "c-1.SYS"));
	assert_true(matches("C-*.sys", "C-.sys"));
	assert_false(matches("C-*.sys", "C-1.sys.bak"));
	assert_false(matches("C-*.sys", "XC-1.sys"));
	assert_false(matches("C-*.sys", "C-1sys"));
	assert_false(matches("C-*.sys", ""));
	assert_false(matches("C-*.sys", "csagent.sys"));
	assert_true(matches("*", "anything"));
	assert_true(matches("*", ""));
	assert_true(matches("", ""));
	assert_false(matches("", "x"));
	assert_true(matches("a?c", "abc"));
	assert_false(matches("a?c", "ac"));
	assert_false(matches("a?c", "abbc"));
	assert_true(matches("*a*b*", "xxaxxbxx"));
	assert_false(matches("*a*b*", "xxbxxaxx"));
	assert_true(matches("*aab", "aaaab"));
	assert_true(matches("a*a*a", "aaa"));
	assert_false(matches("a*a*a", "aa"));
	assert_true(matches("**", "x"));
	assert_true(matches("*.*", "a.b.c"));
	assert_false(matches("[a]", "a"));
}

static void characters_beyond_ascii(void **state)
{
	(void)state;
	/* One character each: e with acute, euro sign, a smiling face. */
	assert_true(matches("a?b", "a\xC3\xA9"
				   "b"));
	assert_true(matches("a?b", "a\xE2\x82\xAC"
				   "b"));
	assert_true(matches("a?b", "a\xF0\x9F\x98\x80"
				   "b"));
	assert_false(matches("a??b", "a\xC3\xA9"
				     "b"));
	assert_true(matches("*\xC3\xA9.sys", "x\xC3\xA9.sys"));
	/* Letters beyond ASCII do not fold. */
	assert_false(matches("\xC3\x89", "\xC3\xA9"));
	/* Half a character at the end of a name is not looked beyond. */
	assert_true(matches("a?", "a\xF0"));
	assert_true(matches("*?", "\x80"));
}

/* A naive matcher, for short strings; recursion is fine in a test. */
static bool glob(const char *p, const char *s)
{
	if (*p == '*')
		return glob(p + 1, s) || (*s && glob(p, s + 1));
	if (!*s)
		return !*p;
	return (*p == '?' || *p == *s) && glob(p + 1, s + 1);
}

static void like_a_naive_matcher(void **state)
{
	struct prng random = {.state = 1};
	char p[9];
	char s[9];
	int i;
	size_t k;

	(void)state;
	for (i = 0; i < 200000; i++) {
		size_t plen = prng_below(&random, sizeof(p));
		size_t slen = prng_below(&random, sizeof(s));

		for (k = 0; k < plen; k++)
			p[k] = "ab*?"[prng_below(&random, 4)];
		p[plen] = '\0';
		for (k = 0; k < slen; k++)
			s[k] = "ab"[prng_below(&random, 2)];
		s[slen] = '\0';
		assert_int_equal(matches(p, s), glob(p, s));
	}
}

static void many_stars_take_no_time(void **state)
{
	char pattern[65];
	char name[256];
	size_t i;

	(void)state;
	for (i = 0; i < 64; i++)
		pattern[i] = i % 2 ? '*' : 'a';
	pattern[64] = '\0';
	memset(name, 'a', 255);
	name[255] = '\0';
	assert_true(matches(pattern, name));
	pattern[63] = 'b';
	assert_false(matches(pattern, name));
}

static void never_wins(void **state)
{
	struct rule r = {
		.patterns = {"*.sys", "*.dat"},
		.pattern_count = 2,
		.never = {"engine*", "*.dat.sys"},
		.never_count = 2,
	};

	(void)state;
	assert_true(rule_matches(&r, "a.sys"));
	assert_true(rule_matches(&r, "a.dat"));
	assert_false(rule_matches(&r, "ENGINE1.sys"));
	assert_false(rule_matches(&r, "a.dat.sys"));
	assert_false(rule_matches(&r, "a.exe"));
	r.pattern_count = 0;
	assert_false(rule_matches(&r, "a.sys"));
}

static void held_names_never_match(void **state)
{
	(void)state;
	assert_false(matches("*", "C-1.sys.held-0000002a"));
	assert_false(matches("*.held-*", "C-1.sys.held-0000002a"));
	/* Not made by hold_name(), so a file like any other. */
	assert_true(matches("*", "C-1.sys.held-0000002A"));
	assert_true(matches("*", "C-1.sys.held-2a"));
	assert_true(matches("*", ".held-0000002a"));
}

static void hold_names_there_and_back(void **state)
{
	static const uint32_t ids[] = {0, 1, 0x2A, 0xDEADBEEF, UINT32_MAX};
	static const char *const names[] = {"a", "C-1.sys", "x.held-",
		"y.held-0000000g", "\xE2\x82\xAC.sys", "z.held-00000001"};
	char buf[64];
	uint32_t id;
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			assert_int_equal(
				hold_name(names[k], ids[i], buf, sizeof(buf)),
				0);
			id = ~ids[i];
			assert_int_equal(
				hold_parse_name(buf, &id), strlen(names[k]));
			assert_int_equal(id, ids[i]);
			assert_memory_equal(buf, names[k], strlen(names[k]));
		}
	assert_int_equal(hold_name("C-1.sys", 0x2A, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "C-1.sys.held-0000002a");
}

static void what_is_no_held_name(void **state)
{
	static const char *const names[] = {"", "a", ".held-0000002a",
		"a.held-0000002", "a.held-0000002aa", "a.held_0000002a",
		"a.Held-0000002a", "a.held-0000002A", "a.held-0000002g",
		"a.held- 000002a", "a.held-+00002aa", "a.held-0x00002a",
		"aheld-0000002a", "a.held-0000002a "};
	uint32_t id = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(hold_parse_name(names[i], &id), 0);
	assert_int_equal(id, 7);
}

/* 255 units is what NTFS has; a character beyond U+FFFF takes two. */
static void names_too_long(void **state)
{
	char name[800];
	char buf[820];
	size_t i;

	(void)state;
	memset(name, 'a', 242);
	name[242] = '\0';
	assert_int_equal(hold_name(name, 1, buf, sizeof(buf)), -ERR_TOO_LARGE);
	name[241] = '\0';
	assert_int_equal(hold_name(name, 1, buf, sizeof(buf)), 0);
	assert_int_equal(strlen(buf), 255);
	assert_int_equal(hold_name(name, 1, buf, 256), 0);
	assert_int_equal(hold_name(name, 1, buf, 255), -ERR_TOO_LARGE);
	for (i = 0; i < 241; i++)
		memcpy(name + 3 * i, "\xE2\x82\xAC", 3);
	name[723] = '\0';
	assert_int_equal(hold_name(name, 1, buf, sizeof(buf)), 0);
	for (i = 0; i < 120; i++)
		memcpy(name + 4 * i, "\xF0\x9F\x98\x80", 4);
	memcpy(name + 480, "a", 2);
	assert_int_equal(hold_name(name, 1, buf, sizeof(buf)), 0);
	memcpy(name + 480, "ab", 3);
	assert_int_equal(hold_name(name, 1, buf, sizeof(buf)), -ERR_TOO_LARGE);
	for (i = 0; i <= HOLD_SUFFIX_CHARS + 1; i++)
		assert_int_equal(hold_name("a", 1, buf, i),
			i > HOLD_SUFFIX_CHARS + 1 ? 0 : -ERR_TOO_LARGE);
	assert_int_equal(hold_name("a", 1, buf, HOLD_SUFFIX_CHARS + 2), 0);
}

static void drivers_never_match(void **state)
{
	const struct rule r = {.patterns = {"*.sys"},
		.pattern_count = 1,
		.drivers = {"csagent.sys", "SRTSP*.sys"},
		.driver_count = 2};

	(void)state;
	assert_true(rule_matches(&r, "C-1.sys"));
	assert_false(rule_matches(&r, "CSAgent.SYS"));
	assert_false(rule_matches(&r, "srtspx64.sys"));
	assert_true(rule_is_driver(&r, "CSAgent.SYS"));
	assert_true(rule_is_driver(&r, "srtsp.sys"));
	assert_false(rule_is_driver(&r, "C-1.sys"));
}

static void covering_by_hand(void **state)
{
	static const struct {
		const char *wide, *narrow;
		bool covers;
	} cases[] = {
		{"C-*.sys", "C-00000291*.sys", true},
		{"C-*.sys", "c-*.SYS", true},
		{"C-*.sys", "C-?.sys", true},
		{"C-*.sys", "C-*", false},
		{"C-*.sys", "*.sys", false},
		{"C-?.sys", "C-*.sys", false},
		{"C-?.sys", "C-?.sys", true},
		{"C-?.sys", "C-1.sys", true},
		{"*", "a*b?c", true},
		{"a*c", "a*b*c", true},
		{"a*b*c", "a*c", false},
		{"ab", "ab", true},
		{"ab", "abc", false},
		/* True, but not to be seen by one look at the text. */
		{"*?", "?*", false},
		{"?*", "*?", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (rule_pattern_covers(cases[i].wide, cases[i].narrow) !=
			cases[i].covers)
			fail_msg("%s %s", cases[i].wide, cases[i].narrow);
}

static void random_text(struct prng *random, const char *of, char *ret)
{
	size_t len = prng_below(random, 6);
	size_t i;

	for (i = 0; i < len; i++)
		ret[i] = of[prng_below(random, strlen(of))];
	ret[len] = '\0';
}

/* What is said to be covered really is: the direction that matters. */
static void covering_is_sound(void **state)
{
	unsigned int covered = 0;
	struct prng random = {4};

	(void)state;
	for (int i = 0; i < 300000; i++) {
		char wide[8], narrow[8], name[8];
		struct rule w = {.patterns = {wide}, .pattern_count = 1};
		struct rule n = {.patterns = {narrow}, .pattern_count = 1};

		random_text(&random, "ab*?", wide);
		random_text(&random, "ab*?", narrow);
		random_text(&random, "ab", name);
		if (!rule_pattern_covers(wide, narrow))
			continue;
		covered++;
		if (rule_matches(&n, name) && !rule_matches(&w, name))
			fail_msg(
				"%s does not cover %s: %s", wide, narrow, name);
	}
	assert_true(covered > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(characters_beyond_ascii),
		cmocka_unit_test(like_a_naive_matcher),
		cmocka_unit_test(many_stars_take_no_time),
		cmocka_unit_test(never_wins),
		cmocka_unit_test(held_names_never_match),
		cmocka_unit_test(hold_names_there_and_back),
		cmocka_unit_test(what_is_no_held_name),
		cmocka_unit_test(names_too_long),
		cmocka_unit_test(drivers_never_match),
		cmocka_unit_test(covering_by_hand),
		cmocka_unit_test(covering_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
