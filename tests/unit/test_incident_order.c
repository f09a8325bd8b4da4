/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Incident orders: what is read, what is refused, which files are meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/exact.h"
#include "tests/support/order_maker.h"

static struct tree tree;

static int check(const struct order_recipe *r, struct incident_order *ret)
{
	order_make(&tree, r);
	return incident_order_check(tree.blob, tree.len, ret);
}

static void what_it_says(void **state)
{
	static const char names[] = "a.sys\0B.SYS";
	static const char sites[] = "emea\0apac";
	static const uint8_t hashes[64] = {1};
	const struct order_recipe r = {.names = names,
		.names_len = sizeof(names),
		.sites = sites,
		.sites_len = sizeof(sites),
		.hashes = hashes,
		.hashes_len = sizeof(hashes),
		.share = 51};
	struct incident_order o;

	(void)state;
	assert_int_equal(check(&r, &o), 0);
	assert_int_equal(o.serial, 7);
	assert_string_equal(o.about, "INC-1: channel file 291");
	assert_int_equal(o.issued, filetime_parse(ORDER_ISSUED));
	assert_int_equal(o.expires, filetime_parse(ORDER_EXPIRES));
	assert_int_equal(o.delivered_from, filetime_parse(ORDER_FROM));
	assert_int_equal(o.delivered_until, filetime_parse(ORDER_UNTIL));
	assert_int_equal(o.name_count, 2);
	assert_string_equal(o.names[1], "B.SYS");
	assert_int_equal(o.hash_count, 2);
	assert_memory_equal(o.hashes, hashes, sizeof(hashes));
	assert_int_equal(o.site_count, 2);
	assert_string_equal(o.sites[1], "apac");
	assert_int_equal(o.share, 50);
	assert_int_equal(check(&(struct order_recipe){0}, &o), 0);
	assert_int_equal(o.share, INCIDENT_ALL_PCS);
	assert_int_equal(o.site_count + o.hash_count, 0);
}

static void what_is_missing(void **state)
{
	static const char *const needed[] = {"compatible", "serial", "about",
		"issued", "expires", "delivered-from", "delivered-until",
		"names"};
	struct incident_order o;
	size_t i;

	(void)state;
	memset(&o, 0x5A, sizeof(o));
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		assert_int_equal(
			check(&(struct order_recipe){.omit = needed[i]}, &o),
			-ERR_CORRUPT);
	assert_int_equal(o.serial, 0x5A5A5A5A);
}

static void what_is_wrong(void **state)
{
	static const uint8_t hash[33];
	static char many[2 * (INCIDENT_ORDER_MAX_NAMES + 1)];
	static const uint8_t hashes[32 * (INCIDENT_ORDER_MAX_HASHES + 1)];
	const struct {
		struct order_recipe recipe;
		int err;
	} wrong[] = {
		{{.compatible = "loopbreaker,policy-1"}, -ERR_UNSUPPORTED},
		{{.serial = 1}, -ERR_TOO_LARGE},
		{{.about = ""}, -ERR_CORRUPT},
		{{.about = "a\nb"}, -ERR_CORRUPT},
		{{.issued = "2024-07-19"}, -ERR_CORRUPT},
		{{.issued = "2024-02-30T00:00:00Z"}, -ERR_CORRUPT},
		{{.issued = "2024-07-19T06:00:00Z "}, -ERR_CORRUPT},
		{{.issued = "yesterday"}, -ERR_CORRUPT},
		{{.expires = ORDER_ISSUED}, -ERR_CORRUPT},
		{{.expires = ORDER_FROM}, -ERR_CORRUPT},
		{{.expires = "2024-08-18T06:00:01Z"}, -ERR_TOO_LARGE},
		{{.until = "2024-07-19T04:08:59Z"}, -ERR_CORRUPT},
		{{.names = "", .names_len = 1}, -ERR_CORRUPT},
		{{.names = "", .names_len = 0}, -ERR_CORRUPT},
		{{.names = "no end", .names_len = 6}, -ERR_CORRUPT},
		{{.names = "a/b", .names_len = 4}, -ERR_CORRUPT},
		{{.names = "*.sys", .names_len = 6}, -ERR_CORRUPT},
		{{.names = "..", .names_len = 3}, -ERR_CORRUPT},
		{{.names = many, .names_len = sizeof(many)}, -ERR_TOO_LARGE},
		{{.hashes = hash, .hashes_len = 31}, -ERR_CORRUPT},
		{{.hashes = hash, .hashes_len = 33}, -ERR_CORRUPT},
		{{.hashes = hash, .hashes_len = 0}, -ERR_CORRUPT},
		{{.hashes = hashes, .hashes_len = sizeof(hashes)},
			-ERR_TOO_LARGE},
		{{.sites = "", .sites_len = 1}, -ERR_CORRUPT},
		{{.share = 1}, -ERR_TOO_LARGE},
		{{.share = 1002}, -ERR_TOO_LARGE},
	};
	struct incident_order o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(many); i += 2)
		many[i] = 'a';
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (check(&wrong[i].recipe, &o) != wrong[i].err)
			fail_msg("%zu", i);
	/* At the limits. */
	assert_int_equal(
		check(&(struct order_recipe){.expires = "2024-08-18T06:00:00Z"},
			&o),
		0);
	assert_int_equal(
		check(&(struct order_recipe){.until = ORDER_FROM}, &o), 0);
	assert_int_equal(check(&(struct order_recipe){.share = 1001}, &o), 0);
	assert_int_equal(
		check(&(struct order_recipe){.serial = UINT32_MAX}, &o), 0);
}

static void hostile_bytes(void **state)
{
	static const uint8_t hash[32] = {9};
	const struct order_recipe r = {.hashes = hash, .hashes_len = 32};
	struct incident_order o;
	size_t i;

	(void)state;
	order_make(&tree, &r);
	for (i = 0; i < tree.len; i++) {
		void *cut = exact_copy(tree.blob, i);

		assert_int_equal(
			incident_order_check(cut, i, &o), -ERR_TRUNCATED);
		free(cut);
	}
	for (i = 0; i < tree.len * 8; i++) {
		uint8_t *flipped = exact_copy(tree.blob, tree.len);

		flipped[i / 8] ^= (uint8_t)(1u << i % 8);
		if (incident_order_check(flipped, tree.len, &o) == 0) {
			assert_true(o.serial > 0);
			assert_true(o.name_count + o.hash_count > 0);
			assert_true(o.expires > o.issued);
			assert_true(o.delivered_until >= o.delivered_from);
			assert_in_range(o.share, 1, INCIDENT_ALL_PCS);
		}
		free(flipped);
	}
}

static void which_files_it_means(void **state)
{
	static const uint8_t hashes[64] = {[0] = 1, [32] = 2};
	const uint8_t other[32] = {3};
	struct order_recipe r = {0};
	struct delivery d = {.delivered_at = filetime_parse(ORDER_FROM),
		.size_bytes = 40000,
		.name = "c-00000291-00000000-00000032.SYS"};
	struct incident_order o;

	(void)state;
	assert_int_equal(check(&r, &o), 0);
	assert_int_equal(incident_order_matches(&o, &d, NULL), INCIDENT_MATCH);
	d.delivered_at--;
	assert_int_equal(
		incident_order_matches(&o, &d, NULL), INCIDENT_NO_MATCH);
	d.delivered_at = filetime_parse(ORDER_UNTIL);
	assert_int_equal(incident_order_matches(&o, &d, NULL), INCIDENT_MATCH);
	d.delivered_at++;
	assert_int_equal(
		incident_order_matches(&o, &d, NULL), INCIDENT_NO_MATCH);
	d.delivered_at--;
	strcpy(d.name, "C-00000291-00000000-00000033.sys");
	assert_int_equal(
		incident_order_matches(&o, &d, NULL), INCIDENT_NO_MATCH);
	/* By its content, whatever it is called. */
	r.omit = "names";
	r.hashes = hashes;
	r.hashes_len = sizeof(hashes);
	assert_int_equal(check(&r, &o), 0);
	assert_int_equal(
		incident_order_matches(&o, &d, NULL), INCIDENT_NEEDS_HASH);
	assert_int_equal(
		incident_order_matches(&o, &d, hashes + 32), INCIDENT_MATCH);
	assert_int_equal(
		incident_order_matches(&o, &d, other), INCIDENT_NO_MATCH);
	d.size_bytes = INCIDENT_ORDER_MAX_FILE_BYTES + 1u;
	assert_int_equal(
		incident_order_matches(&o, &d, NULL), INCIDENT_NO_MATCH);
	d.size_bytes = 1;
	/* Both, if both are given. */
	r.omit = NULL;
	assert_int_equal(check(&r, &o), 0);
	assert_int_equal(
		incident_order_matches(&o, &d, hashes), INCIDENT_NO_MATCH);
	/* Nobody has parsed it: it means nothing. */
	memset(&o, 0, sizeof(o));
	assert_int_equal(
		incident_order_matches(&o, &d, hashes), INCIDENT_NO_MATCH);
}

static void words_for_every_verdict(void **state)
{
	int v;

	(void)state;
	for (v = 0; v < INCIDENT_VERDICT_COUNT; v++) {
		enum incident_verdict one = (enum incident_verdict)v;
		const char *text = incident_verdict_text(one);

		assert_true(strlen(incident_verdict_name(one)) > 3);
		assert_true(text[strlen(text) - 1] == '.');
	}
	assert_string_equal(
		incident_verdict_name(INCIDENT_VERDICT_COUNT), "unknown");
	assert_non_null(incident_verdict_text(INCIDENT_VERDICT_COUNT));
}

static void the_lot_is_fair(void **state)
{
	unsigned int drawn[INCIDENT_ALL_PCS] = {0};
	unsigned int below = 0;
	uint8_t id[16] = {0};
	uint32_t i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		uint32_t number;

		memcpy(id, &i, sizeof(i));
		number = incident_order_draw(id, sizeof(id), 1);
		assert_true(number < INCIDENT_ALL_PCS);
		drawn[number]++;
		below += number < 50;
	}
	/* 5 % of 20,000; six standard deviations are 185. */
	assert_in_range(below, 815, 1185);
	for (i = 0; i < INCIDENT_ALL_PCS; i++)
		assert_true(drawn[i] > 0 && drawn[i] < 60);
	/* Another order, another lot; the same order, the same one. */
	assert_int_equal(incident_order_draw(id, sizeof(id), 1),
		incident_order_draw(id, sizeof(id), 1));
	assert_int_not_equal(incident_order_draw(id, sizeof(id), 1),
		incident_order_draw(id, sizeof(id), 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(what_is_wrong),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(which_files_it_means),
		cmocka_unit_test(words_for_every_verdict),
		cmocka_unit_test(the_lot_is_fair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
