/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs that must not change anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/july_run.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/volume_check.h"

#define MIB 1048576u

/* --- Nothing to do -------------------------------------------------------- */

static void healthy(void **state)
{
	struct july j = {.has_table = true, .status = july_status()};

	(void)state;
	j.status.succeeded = j.status.shut_down = j.status.checkpoint = 1;
	j.status.clean_boot_id = j.status.boot_id;
	pc_start(&j);
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].is_present = false;
	pc_expect_untouched(VERDICT_BOOT);
	/* Also with a stop code that was seen before. */
	fake_bugcheck_put(&pc.machine, JULY_STOP_CODE, JULY_PARAMETER);
	fake_note_put(&pc.machine, JULY_NOTED_BOOT, JULY_HEARTBEAT,
		JULY_STOP_CODE, JULY_PARAMETER);
	pc_expect_untouched(VERDICT_BOOT);
}

static void two_pulled_plugs(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].is_present = false;
	pc.machine.variables[VARIABLE_BUGCHECK_PARAMETER1].is_present = false;
	pc_expect_untouched(VERDICT_BOOT);
	assert_int_equal(fake_machine_heard(&pc.machine, "pulled plug"), 1);
}

static void two_pulled_plugs_after_an_old_blue_screen(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	fake_note_put(&pc.machine, JULY_NOTED_BOOT, JULY_HEARTBEAT,
		JULY_STOP_CODE, JULY_PARAMETER);
	pc_expect_untouched(VERDICT_BOOT);
	/* Seen by nobody, but sessions ended well since. */
	fake_note_put(&pc.machine, 7, 1, 0, 0);
	pc_expect_untouched(VERDICT_BOOT);
	/* No note at all. */
	pc.machine.variables[VARIABLE_HEALTH_NOTE].is_present = false;
	pc_expect_untouched(VERDICT_REFUSE);
}

static void one_crash(void **state)
{
	struct july j = {.status = july_status()};

	(void)state;
	j.status.boot_id = JULY_NOTED_BOOT;
	pc_start(&j);
	pc_expect_untouched(VERDICT_RETRY);
}

static void hibernated(void **state)
{
	static const struct july j = {.has_table = true,
		.more = "file /hiberfil.sys repeat hibr 9000\n",
		.journal = "--version 2.0"};

	(void)state;
	pc_start(&j);
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(fake_machine_heard(&pc.machine, "hibernated"), 2);
	assert_int_equal(fake_machine_said(&pc.machine, SAY_WARNING), 1);
	assert_int_equal(pc.outcome.boot_id, JULY_LAST_BOOT);
}

static void sources_that_fail(void **state)
{
	(void)state;
	pc_start(&pc_bare);
	for (int which = 0; which < FAKE_VARIABLES; which++) {
		pc.machine.variables[which].err = -ERR_IO;
		pc_expect_untouched(VERDICT_REFUSE);
		assert_int_equal(pc.outcome.cause, -ERR_IO);
		pc.machine.variables[which].err = 0;
	}
	pc.machine.variables[VARIABLE_HEALTH_NOTE].len--;
	pc_expect_untouched(VERDICT_REFUSE);
	pc.machine.variables[VARIABLE_HEALTH_NOTE].len++;
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].len = 3;
	pc_expect_untouched(VERDICT_REFUSE);
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].len = 200;
	pc_expect_untouched(VERDICT_REFUSE);
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].len = 8;
	pc.machine.record.is_present = true;
	pc.machine.record.len = 96; /* all zero: no record */
	pc_expect_untouched(VERDICT_REFUSE);
	pc.machine.record.is_present = false;
	assert_int_equal(pc_run(), VERDICT_HOLD);
}

/* A variable that fails first has nothing to do with the journal. */
static void journal_is_blamed_for_its_own_fault(void **state)
{
	static const struct july j = {.journal = "--version 2.0"};
	uint64_t size;
	unsigned char *page, *volume;
	char sentence[200];

	(void)state;
	pc_start(&j);
	volume = july_volume(&pc.disk, &j, &size);
	for (page = volume; memcmp(page, "RSTR", 4) != 0; page += 4096)
		assert_true(page < volume + size);
	page[4096 + 1023] ^= 0xff; /* a torn page: not followed */
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].err = -ERR_IO;
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(pc.outcome.cause, -ERR_IO);
	snprintf(sentence, sizeof(sentence),
		"The journal could not be followed: %s.",
		err_text(-ERR_UNSUPPORTED));
	assert_int_equal(fake_machine_heard(&pc.machine, sentence), 1);
	/* Unreadable without anything having failed: no reason is made up. */
	memset(page, 0, 2 * 4096);
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "could not be followed"), 0);
}

/* --- Bad disks ------------------------------------------------------------ */

/* One sentence for the tired technician, and nothing else. */
static void expect_one_sentence(const char *what, uint64_t n)
{
	if (fake_machine_said(&pc.machine, SAY_WARNING) +
				fake_machine_said(&pc.machine, SAY_ERROR) !=
			1 ||
		fake_machine_said(&pc.machine, SAY_RESULT)) {
		fake_machine_print(&pc.machine);
		fail_msg("run:%s:%d", what, (int)n);
	}
}

static void random_bytes(void **state)
{
	struct prng random = {.state = 1};

	(void)state;
	for (uint64_t size = 0; size < 2 * MIB; size = size * 2 + 511) {
		pc_stop();
		assert_int_equal(emudisk_open(&pc.disk, size, 512), 0);
		prng_fill(&random, pc.disk.bytes, (size_t)size);
		july_machine(&pc.machine, &pc.disk);
		pc_expect_untouched(VERDICT_REFUSE);
		expect_one_sentence("random", size);
	}
}

static void no_disk_at_all(void **state)
{
	(void)state;
	fake_machine_init(&pc.machine);
	fake_machine_forget(&pc.machine);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	expect_one_sentence("none", 0);
}

static void truncated_at_many_lengths(void **state)
{
	const struct july *shapes[] = {
		&pc_bare, &pc_with_table, &pc_crashes[4]};
	uint64_t whole;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pc_start(shapes[i]);
		whole = pc.disk.disk.size_bytes;
		for (uint64_t size = 0; size < whole;
			size += size < 8192 ? 512 : size / 6 / 512 * 512) {
			pc.disk.disk.size_bytes = size;
			pc_expect_untouched(VERDICT_REFUSE);
			expect_one_sentence("truncated", size);
		}
		/* A table's copy and slack may be missing; the volume not. */
		pc.disk.disk.size_bytes = whole;
		assert_int_equal(pc_run(), VERDICT_HOLD);
	}
}

/* All but the boot sector's copy, which is beyond the volume. */
static void last_sectors_missing(void **state)
{
	(void)state;
	pc_start(&pc_bare);
	for (uint64_t less = 1024; less < MIB; less *= 2) {
		pc_start(&pc_bare);
		pc.disk.disk.size_bytes -= less;
		pc_expect_untouched(VERDICT_REFUSE);
	}
}

/* --- The record store ----------------------------------------------------- */

static void store_that_fails(void **state)
{
	static const enum fake_store stores[] = {
		FAKE_STORE_FULL, FAKE_STORE_LIES, FAKE_STORE_BROKEN};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pc_start(&pc_with_table);
		pc.machine.store = stores[i];
		assert_int_equal(pc_run(), VERDICT_REFUSE);
		pc_expect_nothing_written();
		pc_expect_held(false, false);
		assert_int_equal(fake_machine_heard(&pc.machine, "record"), 1);
		assert_int_equal(fake_machine_said(&pc.machine, SAY_RESULT), 0);
		assert_int_equal(pc.outcome.record.hold_state, HOLD_NONE);
	}
}

/* As on a host with an image: evidence alone is refused, by a plan, too. */
static void a_machine_without_a_store(void **state)
{
	static const struct order orders[] = {
		{.kind = ORDER_NONE}, {.kind = ORDER_NONE, .is_dry_run = true}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pc_start(&pc_with_table);
		pc.machine.store = FAKE_STORE_UNSUPPORTED;
		assert_int_equal(pc_run_with(&orders[i]), VERDICT_REFUSE);
		assert_int_equal(pc.outcome.err, 0);
		pc_expect_nothing_written();
		pc_expect_held(false, false);
		assert_int_equal(fake_machine_heard(&pc.machine,
					 "only an order is followed"),
			1);
		assert_int_equal(
			fake_machine_reported(&pc.machine, "\"refused\""), 1);
		assert_int_equal(fake_machine_said(&pc.machine, SAY_ERROR), 0);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(healthy),
		TEST(two_pulled_plugs),
		TEST(two_pulled_plugs_after_an_old_blue_screen),
		TEST(one_crash),
		TEST(hibernated),
		TEST(sources_that_fail),
		TEST(journal_is_blamed_for_its_own_fault),
		TEST(random_bytes),
		TEST(no_disk_at_all),
		TEST(truncated_at_many_lengths),
		TEST(last_sectors_missing),
		TEST(store_that_fails),
		TEST(a_machine_without_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
