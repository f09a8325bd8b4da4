/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs with a signed incident order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/filetime.h"
#include "tests/support/july_run.h"
#include "tests/support/order_maker.h"
#include "tests/support/signer.h"

static struct signer owner;
static struct tree tree;
static uint8_t signature[SIGNATURE_BYTES];

static int open_signer(void **state)
{
	signer_open(&owner, 3072);
	return pc_setup(state);
}

static int close_signer(void **state)
{
	signer_close(&owner);
	return pc_teardown(state);
}

/* A PC that crashes, and beside it an order that names one of the files. */
static void start_with_order(enum fake_store store)
{
	const struct order_recipe names_bad = {
		.names = JULY_BAD, .names_len = sizeof(JULY_BAD)};

	pc_stop();
	pc_start(&pc_with_table);
	order_make(&tree, &names_bad);
	pc.machine.files[FILE_INCIDENT_ORDER] =
		(struct fake_file){.bytes = tree.blob, .len = tree.len};
	pc.machine.files[FILE_INCIDENT_ORDER_SIGNATURE] =
		(struct fake_file){.bytes = signature,
			.len = signer_sign(&owner, tree.blob, tree.len, "",
				signature, sizeof(signature))};
	pc.machine.platform.keys = owner.section;
	pc.machine.platform.keys_len = sizeof(owner.section);
	pc.machine.clock = filetime_parse(ORDER_ISSUED);
	pc.machine.store = store;
}

/* It ends by itself: a PC that can remember nothing follows it, too. */
static void with_and_without_a_store(void **state)
{
	static const enum fake_store stores[] = {
		FAKE_STORE_GOOD, FAKE_STORE_UNSUPPORTED};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start_with_order(stores[i]);
		assert_int_equal(pc_run(), VERDICT_HOLD);
		pc_expect_held(true, false);
		pc_expect_sound();
		assert_int_equal(pc.machine.record.is_present, i == 0);
	}
}

/* What should have been remembered, and was not: nothing is changed. */
static void with_a_store_that_fails(void **state)
{
	static const enum fake_store stores[] = {
		FAKE_STORE_FULL, FAKE_STORE_LIES};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start_with_order(stores[i]);
		(void)pc_run();
		pc_expect_held(false, false);
		pc_expect_nothing_written();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_and_without_a_store),
		cmocka_unit_test(with_a_store_that_fails),
	};

	return cmocka_run_group_tests(tests, open_signer, close_signer);
}
