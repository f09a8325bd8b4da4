/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs over the PC of July 2024, and looks at what became of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/july_run.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/volume_check.h"

struct july_run pc;

const struct order pc_no_order = {.kind = ORDER_NONE};
const struct order pc_undo_all = {.kind = ORDER_UNDO};

const struct july pc_bare = {0};
const struct july pc_with_table = {.has_table = true};

const struct july pc_crashes[PC_CRASHES] = {
	{0},
	{.has_table = true},
	{.journal = "--version 1.1 --closed"},
	{.has_table = true,
		.journal = "--version 1.1 "
			   "--committed Windows/System32/ntoskrnl.exe=2"},
	{.has_table = true,
		.journal = "--version 2.0 "
			   "--committed Windows/System32/ntoskrnl.exe=2"},
	{.sector_bytes = 4096},
	{.more = "filler /" JULY_FOLDER " 300\n"},
};

int pc_setup(void **state)
{
	size_t len;
	const void *bytes = policy_builtin(&len);

	(void)state;
	assert_int_equal(policy_check(bytes, len, &pc.policy), 0);
	return 0;
}

void pc_stop(void)
{
	emudisk_close(&pc.disk);
}

int pc_teardown(void **state)
{
	(void)state;
	pc_stop();
	return 0;
}

void pc_start(const struct july *j)
{
	pc_stop();
	pc.july = j;
	july_disk(&pc.disk, j);
	july_machine(&pc.machine, &pc.disk);
}

enum verdict pc_run_with(const struct order *order)
{
	fake_machine_forget(&pc.machine);
	emudisk_reset(&pc.disk);
	pc.machine.watched_writes = &pc.disk.counts.writes;
	recovery_run(&pc.machine.platform, order, &pc.policy, &pc.outcome);
	/* The front is told before the disk is touched, and only then. */
	assert_true(pc.machine.commits <= 1);
	if (pc.disk.counts.writes)
		assert_int_equal(pc.machine.commits, 1);
	if (pc.outcome.verdict == VERDICT_BOOT)
		assert_int_equal(pc.machine.commits, 0);
	assert_int_equal(pc.machine.writes_before_commit, 0);
	assert_int_equal(pc.outcome.observe.writes + pc.outcome.apply.writes,
		pc.disk.counts.writes);
	assert_int_equal(pc.outcome.observe.reads + pc.outcome.apply.reads,
		pc.disk.counts.reads);
	assert_int_equal(pc.outcome.observe.writes, 0);
	assert_true(fake_machine_reported(&pc.machine, "\"event\":\"result\""));
	return pc.outcome.verdict;
}

enum verdict pc_run(void)
{
	return pc_run_with(&pc_no_order);
}

/* --- The volume before and after ------------------------------------------ */

char *pc_describe(void)
{
	uint64_t size;
	unsigned char *volume = july_volume(&pc.disk, pc.july, &size);

	return peek_describe(volume, size);
}

void pc_expect_sound(void)
{
	uint64_t size;
	unsigned char *volume = july_volume(&pc.disk, pc.july, &size);

	volume_check_sound(volume, size);
}

bool pc_is_there(const char *name)
{
	uint64_t size;
	unsigned char *volume = july_volume(&pc.disk, pc.july, &size);

	return peek_record_of(volume, size, name) != 0;
}

void pc_expect_held(bool bad, bool other)
{
	assert_int_equal(pc_is_there(JULY_BAD), !bad);
	assert_int_equal(pc_is_there(JULY_BAD JULY_HELD_SUFFIX), bad);
	assert_int_equal(pc_is_there(JULY_OTHER), !other);
	assert_int_equal(pc_is_there(JULY_OTHER JULY_HELD_SUFFIX), other);
	assert_true(pc_is_there(JULY_OLD));
	assert_true(pc_is_there("csagent.sys"));
	pc_expect_sound();
}

/* Lines of the difference that are about something else than names. */
char *pc_other_changes(const char *before)
{
	char *after = pc_describe();
	char *difference = peek_difference(before, after);
	char *rest = peek_without(difference, "attribute 0x30 ");

	free(after);
	free(difference);
	difference = peek_without(rest, " entry ");
	free(rest);
	return difference;
}

void pc_expect_nothing_written(void)
{
	assert_int_equal(pc.disk.counts.writes, 0);
	assert_int_equal(pc.disk.counts.flushes, 0);
	assert_int_equal(pc.outcome.commit.runs, 0);
	assert_false(pc.outcome.is_applied);
	assert_int_equal(pc.outcome.files, 0);
}

void pc_expect_untouched(enum verdict expected)
{
	unsigned char *before = malloc(pc.disk.disk.size_bytes + 1);

	assert_non_null(before);
	if (pc.disk.bytes)
		memcpy(before, pc.disk.bytes, pc.disk.disk.size_bytes);
	if (pc_run() != expected) {
		fake_machine_print(&pc.machine);
		fail_msg("%s", verdict_text(pc.outcome.verdict));
	}
	pc_expect_nothing_written();
	assert_int_equal(pc.machine.record_puts, 0);
	if (pc.disk.bytes)
		assert_memory_equal(
			before, pc.disk.bytes, pc.disk.disk.size_bytes);
	free(before);
}
