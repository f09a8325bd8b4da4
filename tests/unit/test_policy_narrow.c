/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Narrowing: never wider than either policy, over random pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy_narrow.h"
#include "storage/ascii.h"
#include "tests/support/prng.h"

static const char *const vendors[] = {"Contoso", "Fabrikam", "CONTOSO"};
static const char *const folders[] = {"A/B", "a/b", "A/C"};
static const char *const patterns[] = {
	"*a*", "a*", "a?", "ab", "*b", "?b*", "b*a", "A*", "aa*", "*ab*"};
static const char *const names[] = {"a", "b", "ab", "ba", "aab", "abab", "bb",
	"aa", "AB", "abb", "bab", "baa"};
static const enum policy_mode modes[] = {
	POLICY_DETECT_ONLY, POLICY_ASK, POLICY_SIGNED_ORDER_ONLY, POLICY_ACT};

#define COUNT(list)	   (sizeof(list) / sizeof((list)[0]))
#define PICK(list, random) ((list)[prng_below(random, COUNT(list))])

static uint32_t between(struct prng *random, uint32_t low, uint32_t high)
{
	return low + (uint32_t)prng_below(random, high - low + 1);
}

static size_t pick_patterns(
	struct prng *random, const char **list, size_t least, size_t most)
{
	size_t count = least + prng_below(random, most - least + 1);
	size_t i;

	for (i = 0; i < count; i++)
		list[i] = PICK(patterns, random);
	return count;
}

static void random_rule(struct prng *random, struct rule *r)
{
	r->vendor = PICK(vendors, random);
	r->folder = PICK(folders, random);
	r->unit = prng_below(random, 8) ? RULE_UNIT_FILE : RULE_UNIT_GENERATION;
	r->hold = prng_below(random, 8) ? RULE_HOLD_RENAME : RULE_HOLD_MOVE;
	r->pattern_count =
		pick_patterns(random, r->patterns, 1, RULE_MAX_PATTERNS);
	r->never_count = pick_patterns(random, r->never, 0, 2);
	r->driver_count = pick_patterns(random, r->drivers, 0, 2);
}

static void random_policy(struct prng *random, struct policy *p)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	p->serial = between(random, 0, 9);
	p->expires = prng_below(random, 3) ? between(random, 1, 99) : 0;
	p->site = prng_below(random, 2) ? PICK(vendors, random) : NULL;
	p->crashes = between(random, POLICY_MIN_CRASHES, POLICY_MAX_CRASHES);
	p->window_hours = between(
		random, POLICY_MIN_WINDOW_HOURS, POLICY_MAX_WINDOW_HOURS);
	p->max_files = between(random, POLICY_MIN_FILES, POLICY_MAX_FILES);
	p->max_rung = between(random, POLICY_MIN_RUNG, POLICY_MAX_RUNG);
	p->share = between(random, 0, SHARE_ALL);
	p->network_seconds = between(
		random, POLICY_MIN_NETWORK_SECONDS, POLICY_MAX_NETWORK_SECONDS);
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		p->mode[i] = PICK(modes, random);
	p->rule_count = prng_below(random, POLICY_MAX_RULES + 1);
	for (i = 0; i < p->rule_count; i++)
		random_rule(random, &p->rules[i]);
}

/* Has @p a rule like @r, of the same vendor, that matches? */
static bool allows(const struct policy *p, const struct rule *r,
	const char *name, bool (*matches)(const struct rule *, const char *))
{
	size_t i;

	for (i = 0; i < p->rule_count; i++)
		if (p->rules[i].unit == r->unit &&
			p->rules[i].hold == r->hold &&
			ascii_same_text(p->rules[i].vendor, r->vendor) &&
			ascii_same_text(p->rules[i].folder, r->folder) &&
			matches(&p->rules[i], name))
			return true;
	return false;
}

static void assert_rules_within(
	const struct policy *n, const struct policy *of, bool is_installed)
{
	size_t i, k;

	assert_true(n->rule_count <= POLICY_MAX_RULES);
	for (i = 0; i < n->rule_count; i++)
		for (k = 0; k < COUNT(names); k++) {
			const struct rule *r = &n->rules[i];

			if (rule_matches(r, names[k]))
				assert_true(
					allows(of, r, names[k], rule_matches));
			if (is_installed && rule_is_driver(r, names[k]))
				assert_true(allows(
					of, r, names[k], rule_is_driver));
		}
}

static void assert_within(
	const struct policy *n, const struct policy *of, bool is_installed)
{
	size_t i;

	assert_true(n->crashes >= of->crashes);
	assert_true(n->window_hours <= of->window_hours);
	assert_true(n->max_files <= of->max_files);
	assert_true(n->max_rung <= of->max_rung);
	assert_true(n->share <= of->share);
	assert_true(n->network_seconds <= of->network_seconds);
	assert_true(!of->expires || (n->expires && n->expires <= of->expires));
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++) {
		assert_int_equal(n->mode[i] & ~of->mode[i], 0);
		assert_true(strcmp(policy_mode_text(n->mode[i]), "unknown"));
	}
	assert_rules_within(n, of, is_installed);
}

static void never_wider_than_either(void **state)
{
	static struct policy a, b, n;
	struct prng random = {.state = 6};
	unsigned int kept = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		random_policy(&random, &a);
		random_policy(&random, &b);
		policy_narrow(&a, &b, &n);
		assert_within(&n, &a, true);
		assert_within(&n, &b, false);
		assert_int_equal(n.serial, a.serial);
		assert_true(n.site == (a.site ? a.site : b.site));
		kept += n.rule_count > 0;
	}
	/* The test has something to look at. */
	assert_true(kept > 5000);
}

/* By itself, a policy without double rules stays what it is. */
static void by_itself(void **state)
{
	static struct policy a, n;
	struct prng random = {.state = 7};
	size_t k;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		random_policy(&random, &a);
		if (a.rule_count > 1)
			a.rule_count = 1;
		policy_narrow(&a, &a, &n);
		assert_int_equal(n.rule_count, a.rule_count);
		assert_int_equal(n.crashes, a.crashes);
		assert_int_equal(n.expires, a.expires);
		assert_memory_equal(n.mode, a.mode, sizeof(a.mode));
		for (k = 0; a.rule_count && k < COUNT(names); k++)
			assert_int_equal(rule_matches(&n.rules[0], names[k]),
				rule_matches(&a.rules[0], names[k]));
	}
}

static void what_stays_by_hand(void **state)
{
	struct policy a = {.rule_count = 1,
		.rules[0] = {.vendor = "V",
			.folder = "A/B",
			.patterns = {"C-*.sys", "x.dat"},
			.pattern_count = 2,
			.never = {"C-9*"},
			.never_count = 1,
			.drivers = {"agent.sys"},
			.driver_count = 1}};
	struct policy b = a;
	struct policy n;

	(void)state;
	b.rules[0].patterns[0] = "C-00000291*.sys";
	b.rules[0].patterns[1] = "*.dat";
	b.rules[0].drivers[0] = "foreign.sys";
	b.rules[0].never_count = 0;
	policy_narrow(&a, &b, &n);
	assert_int_equal(n.rule_count, 1);
	assert_true(rule_matches(&n.rules[0], "C-00000291-1.sys"));
	assert_true(rule_matches(&n.rules[0], "x.dat"));
	assert_false(rule_matches(&n.rules[0], "C-00000292-1.sys"));
	assert_false(rule_matches(&n.rules[0], "y.dat"));
	/* Nobody is blamed by a name that only the stick knows. */
	assert_true(rule_is_driver(&n.rules[0], "agent.sys"));
	assert_false(rule_is_driver(&n.rules[0], "foreign.sys"));
	b.rules[0].vendor = "W";
	policy_narrow(&a, &b, &n);
	assert_int_equal(n.rule_count, 0);
}

/* Rather no rule than one that has lost an exception. */
static void exceptions_that_find_no_room(void **state)
{
	static char text[3 * RULE_MAX_NEVER][8];
	struct policy a = {.rule_count = 1,
		.rules[0] = {.vendor = "V",
			.folder = "A",
			.patterns = {"*x"},
			.pattern_count = 1}};
	struct policy b = a;
	struct policy n;
	size_t i;

	(void)state;
	for (i = 0; i < RULE_MAX_NEVER; i++) {
		snprintf(text[2 * i], sizeof(text[0]), "a%zu", i);
		snprintf(text[2 * i + 1], sizeof(text[0]), "b%zu", i);
		a.rules[0].never[i] = text[2 * i];
		b.rules[0].never[i] = text[2 * i + 1];
	}
	a.rules[0].never_count = RULE_MAX_NEVER - 1;
	b.rules[0].never_count = 1;
	policy_narrow(&a, &b, &n);
	assert_int_equal(n.rule_count, 1);
	assert_int_equal(n.rules[0].never_count, RULE_MAX_NEVER);
	b.rules[0].never_count = 2;
	policy_narrow(&a, &b, &n);
	assert_int_equal(n.rule_count, 0);
	/* The drivers of the other are exceptions, too. */
	b.rules[0].never_count = 0;
	b.rules[0].drivers[0] = "agent.sys";
	b.rules[0].driver_count = 1;
	policy_narrow(&a, &b, &n);
	assert_int_equal(n.rule_count, 1);
	a.rules[0].never_count = RULE_MAX_NEVER;
	policy_narrow(&a, &b, &n);
	assert_int_equal(n.rule_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_wider_than_either),
		cmocka_unit_test(by_itself),
		cmocka_unit_test(what_stays_by_hand),
		cmocka_unit_test(exceptions_that_find_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
