/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that fails while a repair is written: what is said then has to be
 * true of that disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/run.h"
#include "tests/support/july.h"
#include "tests/support/ntfs_peek.h"

#define IS_CHECKED "Windows is told to check the volume"
#define IS_UNNAMED "No name was changed yet"
#define IS_NAMED   "All names are changed"

static const struct july july = {
	.journal = "--version 2.0 "
		   "--committed Windows/System32/ntoskrnl.exe=2 ",
	.status = {.size = 0xC8,
		.attempts = 2,
		.boot_id = JULY_LAST_BOOT + 1,
		.clean_boot_id = JULY_NOTED_BOOT - 1,
		.heartbeat = JULY_HEARTBEAT}};

static struct emudisk disk;
static struct fake_machine machine;
static struct policy policy;
static struct outcome outcome;

static void run_with_failing_write(uint64_t n)
{
	const struct order order = {.kind = ORDER_NONE};

	emudisk_close(&disk);
	july_disk(&disk, &july);
	july_machine(&machine, &disk);
	emudisk_reset(&disk);
	emudisk_plan_fault(&disk, EMUDISK_WRITE, EMUDISK_FAIL, n, true);
	recovery_run(&machine.platform, &order, &policy, &outcome);
}

static bool is_there(const char *name)
{
	return peek_record_of(disk.bytes, disk.disk.size_bytes, name) != 0;
}

/* 1 if the sentence was said; then @is_true must be. */
static unsigned int expect_true(const char *sentence, bool is_true, uint64_t n)
{
	if (!fake_machine_heard(&machine, sentence))
		return 0;
	if (!is_true)
		fail_msg("write %d failed: \"%s\" is not true", (int)n,
			sentence);
	return 1;
}

static void what_is_said_is_true(void **state)
{
	unsigned int checked = 0, unnamed = 0, named = 0;
	size_t len;
	const void *bytes = policy_builtin(&len);

	(void)state;
	assert_int_equal(policy_check(bytes, len, &policy), 0);
	for (uint64_t n = 1;; n++) {
		bool has_held, has_old;
		unsigned int said;

		run_with_failing_write(n);
		if (outcome.err == 0)
			break;
		has_held = is_there(JULY_BAD JULY_HELD_SUFFIX) ||
			   is_there(JULY_OTHER JULY_HELD_SUFFIX);
		has_old = is_there(JULY_BAD) || is_there(JULY_OTHER);
		said = expect_true(IS_CHECKED, july_is_dirty(&disk, &july), n);
		checked += said;
		said += expect_true(IS_UNNAMED, !has_held && has_old, n);
		unnamed += fake_machine_heard(&machine, IS_UNNAMED) != 0;
		said += expect_true(IS_NAMED, has_held && !has_old, n);
		named += fake_machine_heard(&machine, IS_NAMED) != 0;
		assert_int_equal(said, 1);
		assert_int_equal(outcome.record.hold_state, HOLD_ACTIVE);
	}
	assert_true(checked && unnamed && named);
	emudisk_close(&disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
