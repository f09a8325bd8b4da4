/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs over a PC whose Windows volume is locked by BitLocker, without a
 * key that opens it, or where it is not to be changed with one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/locked_run.h"

static void without_a_key_nothing_is_written(void **state)
{
	(void)state;
	locked_begin(&locked_plan);
	pc_run();
	locked_expect_closed();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "where they are found"), 1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"key_id_count\":3"), 1);
	assert_int_equal(fake_machine_reported(&pc.machine, "truncated"), 0);
	assert_int_equal(fake_machine_reported(&pc.machine, "is_declined"), 0);
	assert_int_equal(pc.machine.secrets_expected, 0);
	assert_int_equal(pc.machine.secrets_asked, 0);
}

/* Some are cut off; how many there are is not. */
static void more_ids_than_a_line_takes(void **state)
{
	struct bitlocker_plan plan = {.secret_count = BITLOCKER_MAX_PROTECTORS};
	size_t i;

	(void)state;
	plan.secrets[0].type = BITLOCKER_TPM;
	for (i = 1; i < plan.secret_count; i++)
		plan.secrets[i].type = BITLOCKER_STARTUP_KEY;
	locked_begin(&plan);
	pc_run();
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"key_id_count\":63,\"key_ids\":[\""),
		1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "],\"truncated\":true}"), 1);
	assert_int_equal(fake_machine_heard(&pc.machine, "Key ID: "), 8);
}

static void a_wrong_key_opens_nothing(void **state)
{
	(void)state;
	locked_begin(&locked_plan);
	locked_put_text(LOCKED_FIRST, LOCKED_SECOND_DIGITS);
	pc_run();
	locked_expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "out of date"), 1);
	locked_expect_silence();

	locked_begin(&locked_plan);
	locked_put_text(LOCKED_STARTUP,
		LOCKED_SECOND_DIGITS); /* it takes no such key */
	pc_run();
	locked_expect_closed();
}

/* Written down by somebody who thought that one would know. */
static void keys_without_an_id(void **state)
{
	static const char one[] = LOCKED_WRONG_DIGITS "\n";
	static char text[1024];
	size_t len;

	(void)state;
	locked_begin(&locked_plan);
	locked_put_file("keys.txt", one, sizeof(one) - 1);
	pc_run();
	locked_expect_closed();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "without a key ID"), 1);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "but not all of them"), 0);

	locked_begin(&locked_plan);
	len = 0;
	for (unsigned int i = 1; i < 12; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%06u-000121-000121-000121-000121-000121-000121-"
			"000121\n",
			11 * i);
	locked_put_file("keys.txt", text, len);
	pc_run();
	locked_expect_closed();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "but not all of them"), 1);
}

static void nobody_types_one(void **state)
{
	static const char *const wrong[] = {LOCKED_WRONG_DIGITS,
		LOCKED_WRONG_DIGITS, LOCKED_WRONG_DIGITS, LOCKED_SECOND_DIGITS};

	(void)state;
	locked_begin(&locked_plan);
	locked_answer(NULL, 0);
	pc_run();
	locked_expect_closed();
	assert_int_equal(pc.machine.secrets_asked, 1);

	locked_begin(&locked_plan);
	locked_answer(wrong, 4);
	pc_run();
	locked_expect_closed();
	assert_int_equal(pc.machine.secrets_asked, 3);
}

static void files_that_cannot_be_read(void **state)
{
	(void)state;
	locked_begin(&locked_plan);
	locked_put_text(LOCKED_FIRST, LOCKED_FIRST_DIGITS)->err = -ERR_IO;
	pc_run();
	locked_expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "key.txt"), 1);

	locked_begin(&locked_plan);
	locked_put_text(LOCKED_FIRST, LOCKED_FIRST_DIGITS)->read_err = -ERR_IO;
	pc_run();
	locked_expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "key.txt"), 1);

	locked_begin(&locked_plan);
	locked_put_file("broken.bek", "not one", 7);
	pc_run();
	locked_expect_closed();
	assert_int_equal(fake_machine_heard(&pc.machine, "broken.bek"), 1);
}

static void what_is_not_to_be_changed_stays_closed(void **state)
{
	struct bitlocker_plan plans[] = {
		locked_suspended, locked_suspended, locked_suspended};

	(void)state;
	plans[0].state = 3; /* a conversion is paused */
	plans[0].next_state = 1;
	plans[0].encrypted_bytes = 6u << 20;
	plans[1].is_eow = true;
	plans[2].state = 2;
	plans[2].next_state = 4;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		locked_begin(&plans[i]);
		pc_run();
		assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
		assert_int_equal(pc.outcome.windows, WINDOWS_ENCRYPTED);
		pc_expect_nothing_written();
		assert_int_equal(
			fake_machine_heard(&pc.machine, "cannot be changed: "),
			1);
		assert_int_equal(pc.machine.secrets_expected, 0);
	}
}

/* What only the key shows. */
static void changed_metadata_are_not_trusted(void **state)
{
	(void)state;
	locked_begin(&locked_suspended);
	locked_unseal();
	pc_run();
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	pc_expect_nothing_written();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "cannot be changed: "), 1);

	locked_begin(&locked_plan);
	locked_unseal();
	locked_put_startup_key();
	pc_run();
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	pc_expect_nothing_written();
	assert_int_equal(
		fake_machine_heard(&pc.machine, "cannot be changed: "), 1);
	assert_int_equal(fake_machine_heard(&pc.machine, "out of date"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_key_nothing_is_written),
		TEST(more_ids_than_a_line_takes),
		TEST(a_wrong_key_opens_nothing),
		TEST(keys_without_an_id),
		TEST(nobody_types_one),
		TEST(files_that_cannot_be_read),
		TEST(what_is_not_to_be_changed_stays_closed),
		TEST(changed_metadata_are_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
