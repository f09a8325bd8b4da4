/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does this PC follow an incident order: who signed it, when, for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "recovery/platform.h"
#include "storage/filetime.h"
#include "tests/support/failalloc.h"
#include "tests/support/order_maker.h"
#include "tests/support/signer.h"

static struct tree tree;
static struct signer owner, other;
static struct signature_keys keys;

static int open_signers(void **state)
{
	(void)state;
	signer_open(&owner, 3072);
	signer_open(&other, 3072);
	return signature_keys_check(
		owner.section, sizeof(owner.section), &keys);
}

static int close_signers(void **state)
{
	(void)state;
	signer_close(&owner);
	signer_close(&other);
	return 0;
}

/* The verdict on the order in @tree as @by has signed it. */
static enum incident_verdict judge(const struct signer *by,
	const struct incident_situation *s, struct incident_order *ret)
{
	uint8_t signature[SIGNATURE_BYTES];
	size_t len = signer_sign(
		by, tree.blob, tree.len, "", signature, sizeof(signature));

	return incident_order_judge(
		tree.blob, tree.len, signature, len, s, ret);
}

static void who_signed_it(void **state)
{
	const struct signature_keys none = {.count = 0};
	struct incident_situation s = {
		.keys = &keys, .now = filetime_parse(ORDER_ISSUED)};
	struct incident_order o;
	uint8_t signature[SIGNATURE_BYTES] = {1};

	(void)state;
	order_make(&tree, &(struct order_recipe){0});
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_ACCEPTED);
	assert_int_equal(o.serial, 7);
	assert_int_equal(judge(&other, &s, &o), INCIDENT_FORGED);
	assert_int_equal(o.serial, 0);
	assert_int_equal(
		incident_order_judge(tree.blob, tree.len, NULL, 0, &s, &o),
		INCIDENT_FORGED);
	assert_int_equal(incident_order_judge(tree.blob, tree.len, signature,
				 sizeof(signature), &s, &o),
		INCIDENT_FORGED);
	assert_int_equal(
		incident_order_judge(NULL, 0, NULL, 0, &s, &o), INCIDENT_NONE);
	/* One byte more than was signed. */
	(void)signer_sign(
		&owner, tree.blob, tree.len, "", signature, sizeof(signature));
	assert_int_equal(incident_order_judge(tree.blob, tree.len + 1,
				 signature, sizeof(signature), &s, &o),
		INCIDENT_FORGED);
	s.keys = &none;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_NO_KEY);
	/* What the owner signed, but as something else. */
	s.keys = &keys;
	order_make(&tree,
		&(struct order_recipe){.compatible = "loopbreaker,policy-1"});
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_MALFORMED);
	assert_int_equal(o.serial, 0);
}

/* Memory that is short makes no order a forgery, and no forgery an order. */
static void without_memory(void **state)
{
	struct incident_situation s = {
		.keys = &keys, .now = filetime_parse(ORDER_ISSUED)};
	uint8_t signature[SIGNATURE_BYTES];
	enum incident_verdict verdict;
	unsigned int failed = 0;
	struct incident_order o;
	uint64_t nth;

	(void)state;
	order_make(&tree, &(struct order_recipe){0});
	(void)signer_sign(
		&owner, tree.blob, tree.len, "", signature, sizeof(signature));
	for (nth = 1;; nth++) {
		failalloc_arm(nth, true);
		verdict = incident_order_judge(tree.blob, tree.len, signature,
			sizeof(signature), &s, &o);
		if (!failalloc_disarm())
			break;
		assert_int_equal(verdict, INCIDENT_UNREADABLE);
		assert_int_equal(o.serial, 0);
		failed++;
	}
	assert_int_equal(verdict, INCIDENT_ACCEPTED);
	assert_true(failed > 3);
}

static void when_and_how_often(void **state)
{
	struct incident_situation s = {.keys = &keys};
	struct incident_order o;

	(void)state;
	order_make(&tree, &(struct order_recipe){0});
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_NO_CLOCK);
	assert_int_equal(o.serial, 7);
	s.now = filetime_parse(ORDER_EXPIRES);
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_ACCEPTED);
	s.now++;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_EXPIRED);
	s.now = UINT64_MAX;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_EXPIRED);
	/* A clock behind the day it was issued: the order is not too old. */
	s.now = 1;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_ACCEPTED);
	s.last_serial = 6;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_ACCEPTED);
	s.last_serial = 7;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_REPLAYED);
	s.last_serial = 8;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_STALE);
	s.last_serial = UINT32_MAX;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_STALE);
}

static void whose_pcs(void **state)
{
	static const char sites[] = "emea\0apac";
	static const uint8_t id[PLATFORM_ID_BYTES] = {1, 2, 3};
	uint32_t drawn = incident_order_draw(id, sizeof(id), 7);
	struct incident_situation s = {
		.keys = &keys, .now = filetime_parse(ORDER_ISSUED)};
	struct order_recipe r = {.sites = sites, .sites_len = sizeof(sites)};
	struct incident_order o;

	(void)state;
	order_make(&tree, &r);
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_OTHER_SITE);
	s.site = "americas";
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_OTHER_SITE);
	s.site = "apac";
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_ACCEPTED);
	/* Just not in the share, just in it, and in all. */
	assert_in_range(drawn, 1, 998);
	r.share = drawn + 1;
	order_make(&tree, &r);
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_OTHER_SHARE);
	s.machine_id = id;
	s.machine_id_len = sizeof(id);
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_OTHER_SHARE);
	r.share = drawn + 2;
	order_make(&tree, &r);
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_ACCEPTED);
	s.machine_id = NULL;
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_OTHER_SHARE);
	r.share = INCIDENT_ALL_PCS + 1;
	order_make(&tree, &r);
	assert_int_equal(judge(&owner, &s, &o), INCIDENT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_signed_it),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(when_and_how_often),
		cmocka_unit_test(whose_pcs),
	};

	return cmocka_run_group_tests(tests, open_signers, close_signers);
}
