/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs over a fake machine with real NTFS volumes: what is held, what is
 * written, what is said, and all that must not happen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/run.h"
#include "storage/err.h"
#include "tests/support/july.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"

#define MIB 1048576u

#define TYPE_STANDARD  0x10
#define FILE_FLAGS     (24 + 0x20) /* behind the attribute's head */
#define FILE_IS_SPARSE 0x200

static struct emudisk disk;
static struct fake_machine machine;
static struct policy policy;
static struct outcome outcome;
static const struct july *july; /* what is on the disk */

static const struct order no_order = {.kind = ORDER_NONE};
static const struct order dry_run = {.kind = ORDER_NONE, .is_dry_run = true};
static const struct order undo_all = {.kind = ORDER_UNDO};

static const struct july bare = {0};
static const struct july with_table = {.has_table = true};

static int setup(void **state)
{
	size_t len;
	const void *bytes = policy_builtin(&len);

	(void)state;
	assert_int_equal(policy_check(bytes, len, &policy), 0);
	return 0;
}

static void power_off(void)
{
	emudisk_close(&disk);
}

static int teardown(void **state)
{
	(void)state;
	power_off();
	return 0;
}

static void start_with(const struct july *j)
{
	power_off();
	july = j;
	july_disk(&disk, j);
	july_machine(&machine, &disk);
}

static enum verdict run_with(const struct order *order)
{
	fake_machine_forget(&machine);
	emudisk_reset(&disk);
	machine.watched_writes = &disk.counts.writes;
	recovery_run(&machine.platform, order, &policy, &outcome);
	/* The front is told before the disk is touched, and only then. */
	assert_true(machine.commits <= 1);
	if (disk.counts.writes)
		assert_int_equal(machine.commits, 1);
	if (outcome.verdict == VERDICT_BOOT)
		assert_int_equal(machine.commits, 0);
	assert_int_equal(machine.writes_before_commit, 0);
	assert_int_equal(outcome.observe.writes + outcome.apply.writes,
		disk.counts.writes);
	assert_int_equal(
		outcome.observe.reads + outcome.apply.reads, disk.counts.reads);
	assert_int_equal(outcome.observe.writes, 0);
	assert_true(fake_machine_reported(&machine, "\"event\":\"result\""));
	return outcome.verdict;
}

static enum verdict run(void)
{
	return run_with(&no_order);
}

/* --- The volume before and after ------------------------------------------ */

static char *describe(void)
{
	uint64_t size;
	unsigned char *volume = july_volume(&disk, july, &size);

	return peek_describe(volume, size);
}

static void expect_sound(void)
{
	uint64_t size;
	unsigned char *volume = july_volume(&disk, july, &size);
	char *complaints = peek_check(volume, size);

	if (complaints[0])
		fail_msg("%s", complaints);
	free(complaints);
}

static bool is_there(const char *name)
{
	uint64_t size;
	unsigned char *volume = july_volume(&disk, july, &size);

	return peek_record_of(volume, size, name) != 0;
}

static void expect_held(bool bad, bool other)
{
	assert_int_equal(is_there(JULY_BAD), !bad);
	assert_int_equal(is_there(JULY_BAD JULY_HELD_SUFFIX), bad);
	assert_int_equal(is_there(JULY_OTHER), !other);
	assert_int_equal(is_there(JULY_OTHER JULY_HELD_SUFFIX), other);
	assert_true(is_there(JULY_OLD));
	assert_true(is_there("csagent.sys"));
	expect_sound();
}

/* Lines of the difference that are about something else than names. */
static char *other_changes(const char *before)
{
	char *after = describe();
	char *difference = peek_difference(before, after);
	char *rest = peek_without(difference, "attribute 0x30 ");

	free(after);
	free(difference);
	difference = peek_without(rest, " entry ");
	free(rest);
	return difference;
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	while ((text = strchr(text, '\n'))) {
		lines++;
		text++;
	}
	return lines;
}

static void expect_nothing_written(void)
{
	assert_int_equal(disk.counts.writes, 0);
	assert_int_equal(disk.counts.flushes, 0);
	assert_int_equal(outcome.commit.runs, 0);
	assert_false(outcome.is_applied);
	assert_int_equal(outcome.files, 0);
}

/* --- July 2024 ------------------------------------------------------------ */

static const struct july crashes[] = {
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

#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))

static void july_2024(void **state)
{
	(void)state;
	for (size_t i = 0; i < CRASHES; i++) {
		char *before, *rest;

		start_with(&crashes[i]);
		before = describe();
		assert_int_equal(run(), VERDICT_HOLD);
		assert_int_equal(outcome.err, 0);
		assert_int_equal(outcome.cause, 0);
		assert_true(outcome.is_applied);
		assert_int_equal(outcome.files, 2);
		assert_int_equal(outcome.boot_id, JULY_LAST_BOOT);
		expect_held(true, true);
		rest = other_changes(before);
		/* Of the transaction that was redone: before and after. */
		if (crashes[i].journal && strstr(crashes[i].journal, "commit"))
			assert_int_equal(count_lines(rest), 2);
		else
			assert_string_equal(rest, "");
		free(rest);
		free(before);
		assert_true(machine.record.is_present);
		assert_int_equal(machine.record_puts, 1);
		assert_int_equal(outcome.record.hold_state, HOLD_ACTIVE);
		assert_int_equal(outcome.record.hold_id, 1);
		assert_int_equal(outcome.record.volume_serial, JULY_SERIAL);
		assert_int_equal(fake_machine_heard(&machine, "On hold: "), 2);
		assert_int_equal(
			fake_machine_reported(&machine, "\"held\""), 2);
		assert_int_equal(fake_machine_said(&machine, SAY_ERROR), 0);
		assert_true(machine.progress_calls > 5);
	}
}

/* The Sleuth Kit agrees: same file, same content, other name. */
static void the_sleuth_kit_agrees(void **state)
{
	const char *path = make_image_path("sleuth.img");
	char command[2000];

	(void)state;
	start_with(&bare);
	assert_int_equal(run(), VERDICT_HOLD);
	assert_int_equal(emudisk_save(&disk, path), 0);
	snprintf(command, sizeof(command),
		"set -e; files=$(fls -rp %s); "
		"echo \"$files\" | grep -q '" JULY_FOLDER
		"/" JULY_BAD JULY_HELD_SUFFIX "$'; "
		"echo \"$files\" | grep -q '" JULY_FOLDER
		"/" JULY_OTHER JULY_HELD_SUFFIX "$'; "
		"if echo \"$files\" | grep '" JULY_BAD "$'; then exit 1; fi; "
		"if echo \"$files\" | grep -i orphan/; then exit 1; fi; "
		"inode=$(echo \"$files\" | sed -n "
		"'s|r/r \\([0-9-]*\\):.*/" JULY_BAD JULY_HELD_SUFFIX
		"$|\\1|p'); "
		"test \"$(icat %s $inode | sha256sum)\" = "
		"\"$(yes 'BAD!' | tr -d '\\n' | head -c 41000 | sha256sum)\"; "
		"ntfs-3g.probe --readwrite %s; ntfsfix -n %s",
		path, path, path, path);
	snprintf(command + strlen(command), sizeof(command) - strlen(command),
		" >/dev/null 2>&1");
	assert_int_equal(system(command), 0);
}

static void winload_would_divert(void **state)
{
	struct july j = {.has_table = true, .status = july_status()};
	unsigned char before[2048], after[2048];
	uint64_t size, place;
	unsigned char *volume;
	unsigned int sum = 0;

	(void)state;
	j.status.attempts = 2;
	j.status.boot_id++;
	start_with(&j);
	volume = july_volume(&disk, &j, &size);
	place = peek_data_place(
		volume, size, peek_record_of(volume, size, "bootstat.dat"));
	memcpy(before, volume + place, sizeof(before));
	assert_int_equal(run(), VERDICT_HOLD);
	assert_true(outcome.is_applied);
	expect_held(true, true);
	memcpy(after, volume + place, sizeof(after));
	assert_int_equal(after[0x0a], 1);
	assert_int_equal(after[0x0b], 1);
	assert_int_equal(after[0x30], 0);
	assert_int_equal(after[0x31], 1);
	for (int i = 0; i < 0xC8; i++)
		sum += after[i];
	assert_int_equal(sum & 0xff, 0);
	before[0x0a] = before[0x0b] = before[0x31] = 1;
	before[0x30] = 0;
	before[0x32] = after[0x32];
	assert_memory_equal(before, after, sizeof(after));
	assert_int_equal(fake_machine_heard(&machine, "marked good"), 1);
}

/* Held all the same, and it is said that Automatic Repair comes once. */
static void boot_status_that_must_not_be_written(void **state)
{
	struct july j = {.status = july_status()};
	char *before, *rest;

	(void)state;
	j.status.attempts = 2;
	j.status.size = 0x88;
	start_with(&j);
	before = describe();
	assert_int_equal(run(), VERDICT_HOLD);
	expect_held(true, true);
	rest = other_changes(before);
	assert_string_equal(rest, "");
	assert_int_equal(fake_machine_heard(&machine, "Automatic Repair"), 1);
	free(before);
	free(rest);
}

/*
 * A file whose form forbids the mark: the hold is complete without, and later
 * passes have nothing to finish.
 */
static void mark_that_can_never_be_made(void **state)
{
	struct july j = {.status = july_status()};
	uint64_t size, place;
	unsigned char *volume;

	(void)state;
	j.status.attempts = 2;
	start_with(&j);
	volume = july_volume(&disk, &j, &size);
	place = peek_attribute_place(volume, size,
		peek_record_of(volume, size, "bootstat.dat"), TYPE_STANDARD);
	volume[place + FILE_FLAGS + 1] |= FILE_IS_SPARSE >> 8;
	assert_int_equal(run(), VERDICT_HOLD);
	assert_true(outcome.is_applied);
	assert_int_equal(fake_machine_heard(&machine, "Automatic Repair"), 1);
	for (int pass = 0; pass < 3; pass++) {
		assert_int_equal(run(), VERDICT_BOOT);
		assert_int_equal(fake_machine_heard(&machine, "on trial"), 1);
		expect_nothing_written();
	}
}

/* --- Nothing to do -------------------------------------------------------- */

static void expect_untouched(enum verdict expected)
{
	unsigned char *before = malloc(disk.disk.size_bytes + 1);

	assert_non_null(before);
	if (disk.bytes)
		memcpy(before, disk.bytes, disk.disk.size_bytes);
	if (run() != expected) {
		fake_machine_print(&machine);
		fail_msg("%s", verdict_text(outcome.verdict));
	}
	expect_nothing_written();
	assert_int_equal(machine.record_puts, 0);
	if (disk.bytes)
		assert_memory_equal(before, disk.bytes, disk.disk.size_bytes);
	free(before);
}

static void healthy(void **state)
{
	struct july j = {.has_table = true, .status = july_status()};

	(void)state;
	j.status.succeeded = j.status.shut_down = j.status.checkpoint = 1;
	j.status.clean_boot_id = j.status.boot_id;
	start_with(&j);
	machine.variables[VARIABLE_BUGCHECK_CODE].is_present = false;
	expect_untouched(VERDICT_BOOT);
	/* Also with a stop code that was seen before. */
	fake_bugcheck_put(&machine, JULY_STOP_CODE, JULY_PARAMETER);
	fake_note_put(&machine, JULY_NOTED_BOOT, JULY_HEARTBEAT, JULY_STOP_CODE,
		JULY_PARAMETER);
	expect_untouched(VERDICT_BOOT);
}

static void two_pulled_plugs(void **state)
{
	(void)state;
	start_with(&with_table);
	machine.variables[VARIABLE_BUGCHECK_CODE].is_present = false;
	machine.variables[VARIABLE_BUGCHECK_PARAMETER1].is_present = false;
	expect_untouched(VERDICT_BOOT);
	assert_int_equal(fake_machine_heard(&machine, "pulled plug"), 1);
}

static void two_pulled_plugs_after_an_old_blue_screen(void **state)
{
	(void)state;
	start_with(&with_table);
	fake_note_put(&machine, JULY_NOTED_BOOT, JULY_HEARTBEAT, JULY_STOP_CODE,
		JULY_PARAMETER);
	expect_untouched(VERDICT_BOOT);
	/* Seen by nobody, but sessions ended well since. */
	fake_note_put(&machine, 7, 1, 0, 0);
	expect_untouched(VERDICT_BOOT);
	/* No note at all. */
	machine.variables[VARIABLE_HEALTH_NOTE].is_present = false;
	expect_untouched(VERDICT_REFUSE);
}

static void one_crash(void **state)
{
	struct july j = {.status = july_status()};

	(void)state;
	j.status.boot_id = JULY_NOTED_BOOT;
	start_with(&j);
	expect_untouched(VERDICT_RETRY);
}

static void hibernated(void **state)
{
	static const struct july j = {.has_table = true,
		.more = "file /hiberfil.sys repeat hibr 9000\n",
		.journal = "--version 2.0"};

	(void)state;
	start_with(&j);
	expect_untouched(VERDICT_REFUSE);
	assert_int_equal(fake_machine_heard(&machine, "hibernated"), 2);
	assert_int_equal(fake_machine_said(&machine, SAY_WARNING), 1);
	assert_int_equal(outcome.boot_id, JULY_LAST_BOOT);
}

static void sources_that_fail(void **state)
{
	(void)state;
	start_with(&bare);
	for (int which = 0; which < FAKE_VARIABLES; which++) {
		machine.variables[which].err = -ERR_IO;
		expect_untouched(VERDICT_REFUSE);
		assert_int_equal(outcome.cause, -ERR_IO);
		machine.variables[which].err = 0;
	}
	machine.variables[VARIABLE_HEALTH_NOTE].len--;
	expect_untouched(VERDICT_REFUSE);
	machine.variables[VARIABLE_HEALTH_NOTE].len++;
	machine.variables[VARIABLE_BUGCHECK_CODE].len = 3;
	expect_untouched(VERDICT_REFUSE);
	machine.variables[VARIABLE_BUGCHECK_CODE].len = 200;
	expect_untouched(VERDICT_REFUSE);
	machine.variables[VARIABLE_BUGCHECK_CODE].len = 8;
	machine.record.is_present = true;
	machine.record.len = 96; /* all zero: no record */
	expect_untouched(VERDICT_REFUSE);
	machine.record.is_present = false;
	assert_int_equal(run(), VERDICT_HOLD);
}

/* A variable that fails first has nothing to do with the journal. */
static void journal_is_blamed_for_its_own_fault(void **state)
{
	static const struct july j = {.journal = "--version 2.0"};
	uint64_t size;
	unsigned char *page, *volume;
	char sentence[200];

	(void)state;
	start_with(&j);
	volume = july_volume(&disk, &j, &size);
	for (page = volume; memcmp(page, "RSTR", 4) != 0; page += 4096)
		assert_true(page < volume + size);
	page[4096 + 1023] ^= 0xff; /* a torn page: not followed */
	machine.variables[VARIABLE_BUGCHECK_CODE].err = -ERR_IO;
	expect_untouched(VERDICT_REFUSE);
	assert_int_equal(outcome.cause, -ERR_IO);
	snprintf(sentence, sizeof(sentence),
		"The journal could not be followed: %s.",
		err_text(-ERR_UNSUPPORTED));
	assert_int_equal(fake_machine_heard(&machine, sentence), 1);
	/* Unreadable without anything having failed: no reason is made up. */
	memset(page, 0, 2 * 4096);
	expect_untouched(VERDICT_REFUSE);
	assert_int_equal(
		fake_machine_heard(&machine, "could not be followed"), 0);
}

/* --- Bad disks ------------------------------------------------------------ */

/* One sentence for the tired technician, and nothing else. */
static void expect_one_sentence(const char *what, uint64_t n)
{
	if (fake_machine_said(&machine, SAY_WARNING) +
				fake_machine_said(&machine, SAY_ERROR) !=
			1 ||
		fake_machine_said(&machine, SAY_RESULT)) {
		fake_machine_print(&machine);
		fail_msg("run:%s:%d", what, (int)n);
	}
}

static void random_bytes(void **state)
{
	struct prng random = {.state = 1};

	(void)state;
	for (uint64_t size = 0; size < 2 * MIB; size = size * 2 + 511) {
		power_off();
		assert_int_equal(emudisk_open(&disk, size, 512), 0);
		prng_fill(&random, disk.bytes, (size_t)size);
		july_machine(&machine, &disk);
		expect_untouched(VERDICT_REFUSE);
		expect_one_sentence("random", size);
	}
}

static void no_disk_at_all(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	fake_machine_forget(&machine);
	recovery_run(&machine.platform, &no_order, &policy, &outcome);
	assert_int_equal(outcome.verdict, VERDICT_REFUSE);
	expect_one_sentence("none", 0);
}

static void truncated_at_many_lengths(void **state)
{
	const struct july *shapes[] = {&bare, &with_table, &crashes[4]};
	uint64_t whole;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		start_with(shapes[i]);
		whole = disk.disk.size_bytes;
		for (uint64_t size = 0; size < whole;
			size += size < 8192 ? 512 : size / 6 / 512 * 512) {
			disk.disk.size_bytes = size;
			expect_untouched(VERDICT_REFUSE);
			expect_one_sentence("truncated", size);
		}
		/* A table's copy and slack may be missing; the volume not. */
		disk.disk.size_bytes = whole;
		assert_int_equal(run(), VERDICT_HOLD);
	}
}

/* All but the boot sector's copy, which is beyond the volume. */
static void last_sectors_missing(void **state)
{
	(void)state;
	start_with(&bare);
	for (uint64_t less = 1024; less < MIB; less *= 2) {
		start_with(&bare);
		disk.disk.size_bytes -= less;
		expect_untouched(VERDICT_REFUSE);
	}
}

/* --- The record store ----------------------------------------------------- */

static void store_that_fails(void **state)
{
	static const enum fake_store stores[] = {FAKE_STORE_FULL,
		FAKE_STORE_LIES, FAKE_STORE_BROKEN, FAKE_STORE_UNSUPPORTED};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		start_with(&with_table);
		machine.store = stores[i];
		assert_int_equal(run(), VERDICT_REFUSE);
		expect_nothing_written();
		expect_held(false, false);
		assert_int_equal(fake_machine_heard(&machine, "record"), 1);
		assert_int_equal(fake_machine_said(&machine, SAY_RESULT), 0);
		assert_int_equal(outcome.record.hold_state, HOLD_NONE);
	}
}

/* --- Dry run -------------------------------------------------------------- */

static void dry_run_makes_the_same_plan(void **state)
{
	static char planned[FAKE_MAX_SENTENCES][400];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < CRASHES; i++) {
		start_with(&crashes[i]);
		assert_int_equal(run_with(&dry_run), VERDICT_HOLD);
		expect_nothing_written();
		assert_int_equal(machine.record_puts, 0);
		assert_int_equal(outcome.err, 0);
		count = 0;
		for (size_t k = 0; k < machine.line_count; k++)
			if (strstr(machine.lines[k], "\"event\":\"plan\""))
				snprintf(planned[count++], sizeof(planned[0]),
					"%s", machine.lines[k]);
		assert_int_equal(count, 2);
		assert_int_equal(run(), VERDICT_HOLD);
		for (size_t k = 0; k < machine.line_count; k++)
			if (strstr(machine.lines[k], "\"event\":\"plan\""))
				assert_string_equal(planned[--count ? 0 : 1],
					machine.lines[k]);
		assert_int_equal(count, 0);
		expect_held(true, true);
	}
}

/* --- What comes afterwards ------------------------------------------------ */

static void waiting(void **state)
{
	(void)state;
	start_with(&with_table);
	assert_int_equal(run(), VERDICT_HOLD);
	for (int i = 0; i < 3; i++) {
		expect_untouched(VERDICT_BOOT);
		assert_int_equal(fake_machine_heard(&machine, "on trial"), 1);
	}
	expect_held(true, true);
}

static void still_crashing(void **state)
{
	struct fake_bootstat s = july_status();
	char *before, *rest;

	(void)state;
	start_with(&with_table);
	before = describe();
	assert_int_equal(run(), VERDICT_HOLD);
	s.boot_id++;
	july_session(&disk, july, &s);
	expect_untouched(VERDICT_RETRY);
	s.boot_id++;
	s.attempts = 2;
	july_session(&disk, july, &s);
	assert_int_equal(run(), VERDICT_RESTORE_AND_HOLD);
	assert_true(outcome.is_applied);
	assert_int_equal(outcome.files, 2);
	assert_int_equal(outcome.record.hold_state, HOLD_EXHAUSTED);
	expect_held(false, false);
	/* All as it was, but for what Windows wrote itself. */
	rest = other_changes(before);
	assert_int_equal(count_lines(rest), 2);
	free(rest);
	july_session(&disk, july, &(struct fake_bootstat){0});
	free(before);
	july_session(&disk, july, &s);
	expect_untouched(VERDICT_BOOT);
	s.boot_id++;
	july_session(&disk, july, &s);
	expect_untouched(VERDICT_BOOT);
	assert_int_equal(fake_machine_heard(&machine, "did not help"), 1);
}

static void undone_is_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < CRASHES; i++) {
		char *before, *after;

		start_with(&crashes[i]);
		assert_int_equal(run(), VERDICT_HOLD);
		before = describe(); /* the replay stays */
		assert_int_equal(run_with(&undo_all), VERDICT_RESTORE_AND_HOLD);
		assert_true(outcome.is_applied);
		assert_int_equal(outcome.files, 2);
		assert_int_equal(outcome.record.hold_state, HOLD_NONE);
		expect_held(false, false);
		assert_int_equal(fake_machine_heard(&machine, "Restored: "), 2);
		free(before);
		if (!crashes[i].journal) {
			after = describe();
			start_with(&crashes[i]);
			before = describe();
			assert_string_equal(before, after);
			free(before);
			free(after);
		}
	}
}

static void helped(void **state)
{
	struct fake_bootstat s = july_status();

	(void)state;
	start_with(&with_table);
	assert_int_equal(run(), VERDICT_HOLD);
	s.boot_id = s.clean_boot_id = JULY_LAST_BOOT + 1;
	s.succeeded = s.shut_down = s.checkpoint = 1;
	july_session(&disk, july, &s);
	assert_int_equal(run(), VERDICT_BOOT);
	expect_nothing_written();
	assert_int_equal(machine.record_puts, 1);
	assert_int_equal(outcome.record.hold_state, HOLD_HELPED);
	expect_held(true, true);
	expect_untouched(VERDICT_BOOT);
}

/* A new file of the name was delivered: it stays, and so does the held one. */
static void undo_beside_a_new_delivery(void **state)
{
	static const struct july j = {.more = "file /" JULY_FOLDER
					      "/" JULY_BAD JULY_HELD_SUFFIX
					      " text older\n"};

	(void)state;
	start_with(&j);
	assert_int_equal(run_with(&undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.err, 0);
	assert_int_equal(outcome.files, 0);
	assert_true(is_there(JULY_BAD));
	assert_true(is_there(JULY_BAD JULY_HELD_SUFFIX));
	assert_int_equal(fake_machine_heard(&machine, "stays on hold"), 1);
}

/* --- A part is undone ----------------------------------------------------- */

static const struct order undo_one = {
	.kind = ORDER_UNDO, .path = JULY_FOLDER "/" JULY_BAD};
static const struct order undo_other = {.kind = ORDER_UNDO,
	.path = "C:\\windows\\system32\\drivers\\"
		"crowdstrike\\" JULY_OTHER};

/* The record knows of the one that stays, and nobody holds the other again. */
static void one_of_two_is_undone(void **state)
{
	(void)state;
	start_with(&with_table);
	assert_int_equal(run(), VERDICT_HOLD);
	assert_int_equal(run_with(&undo_one), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.files, 1);
	expect_held(false, true);
	assert_int_equal(outcome.record.hold_state, HOLD_ACTIVE);
	assert_int_equal(outcome.record.hold_id, 1);
	assert_int_equal(outcome.record.rung, 0);
	assert_int_equal(run(), VERDICT_BOOT);
	expect_nothing_written();
	assert_int_equal(fake_machine_heard(&machine, "on trial"), 1);
	assert_int_equal(run_with(&undo_other), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.files, 1);
	expect_held(false, false);
	assert_int_equal(outcome.record.hold_state, HOLD_NONE);
}

static void what_helped_stays_known(void **state)
{
	struct fake_bootstat s = july_status();

	(void)state;
	start_with(&with_table);
	assert_int_equal(run(), VERDICT_HOLD);
	s.boot_id = s.clean_boot_id = JULY_LAST_BOOT + 1;
	s.succeeded = s.shut_down = s.checkpoint = 1;
	july_session(&disk, july, &s);
	assert_int_equal(run(), VERDICT_BOOT);
	assert_int_equal(outcome.record.hold_state, HOLD_HELPED);
	assert_int_equal(run_with(&undo_one), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.record.hold_state, HOLD_HELPED);
	assert_int_equal(run_with(&undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.record.hold_state, HOLD_NONE);
	expect_held(false, false);
}

/* A file that stays on hold because its name is taken is still held. */
static void passed_over_is_still_held(void **state)
{
	static const struct july j = {.more = "file /" JULY_FOLDER "/" JULY_BAD
					      ".held-00000002 text older\n"};
	const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = JULY_FOLDER "/" JULY_OTHER};
	unsigned char bytes[RECORD_BYTES];
	struct record record;

	(void)state;
	start_with(&j);
	assert_int_equal(run_with(&hold), VERDICT_HOLD);
	assert_int_equal(outcome.record.hold_id, 1);
	record = outcome.record;
	record.hold_id = 2; /* as if it told of that one */
	record.rung = 1;
	record_encode(&record, bytes);
	memcpy(machine.record.bytes, bytes, sizeof(bytes));
	assert_int_equal(run_with(&undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.files, 1);
	assert_int_equal(fake_machine_heard(&machine, "stays on hold"), 1);
	assert_int_equal(outcome.record.hold_state, HOLD_ACTIVE);
	assert_int_equal(outcome.record.hold_id, 2);
}

/* "undo" is about the vendors' content: a person's own hold stays. */
static void an_ordered_hold_stays_known(void **state)
{
	const struct order hold = {.kind = ORDER_HOLD_PATH,
		.path = "Windows/System32/ntoskrnl.exe"};
	const struct order undo = {
		.kind = ORDER_UNDO, .path = "Windows/System32/ntoskrnl.exe"};

	(void)state;
	start_with(&with_table);
	assert_int_equal(run(), VERDICT_HOLD);
	assert_int_equal(run_with(&hold), VERDICT_HOLD);
	assert_int_equal(outcome.record.hold_id, 2);
	assert_int_equal(run_with(&undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.files, 2);
	assert_int_equal(outcome.record.hold_state, HOLD_ACTIVE);
	assert_int_equal(outcome.record.hold_id, 2);
	assert_int_equal(run_with(&undo), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.record.hold_state, HOLD_NONE);
}

/* --- Orders --------------------------------------------------------------- */

static void ordered_hold(void **state)
{
	const struct order order = {.kind = ORDER_HOLD_PATH,
		.path = "C:\\windows\\System32\\ntoskrnl.exe"};
	const struct order dry = {.kind = ORDER_HOLD_PATH,
		.path = "C:\\windows\\System32\\ntoskrnl.exe",
		.is_dry_run = true};
	const struct order undo = {
		.kind = ORDER_UNDO, .path = "Windows/System32/ntoskrnl.exe"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		start_with(&with_table);
		machine.store = i ? FAKE_STORE_UNSUPPORTED : FAKE_STORE_GOOD;
		assert_int_equal(run_with(&dry), VERDICT_HOLD);
		expect_nothing_written();
		assert_int_equal(run_with(&order), VERDICT_HOLD);
		assert_int_equal(outcome.files, 1);
		assert_false(is_there("ntoskrnl.exe"));
		assert_true(is_there("ntoskrnl.exe.held-00000001"));
		expect_held(false, false);
		assert_int_equal(run_with(&undo), VERDICT_RESTORE_AND_HOLD);
		assert_int_equal(outcome.files, 1);
		assert_true(is_there("ntoskrnl.exe"));
		expect_sound();
	}
}

/* As the volume compares names, not only for the letters of ASCII. */
static void ordered_hold_in_other_letters(void **state)
{
	static const struct july j = {
		.more = "file /Windows/Pr\303\274f-\320\226.sys text x\n"
			"file /Windows/Pruf.sys text x\n"};
	const struct order hold = {.kind = ORDER_HOLD_PATH,
		.path = "windows/pR\303\234F-\320\266.SYS"};
	const struct order undo = {
		.kind = ORDER_UNDO, .path = "WINDOWS/PR\303\234F-\320\266.sys"};

	(void)state;
	start_with(&j);
	assert_int_equal(run_with(&hold), VERDICT_HOLD);
	assert_int_equal(outcome.files, 1);
	assert_int_equal(fake_machine_heard(&machine,
				 "On hold: Pr\303\274f-\320\226.sys "),
		1);
	expect_sound();
	/* A second time there is nothing to do, and no other file is taken. */
	assert_int_equal(run_with(&hold), VERDICT_HOLD);
	assert_int_equal(fake_machine_heard(&machine, "on hold already"), 1);
	expect_nothing_written();
	assert_int_equal(run_with(&undo), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(outcome.files, 1);
	assert_int_equal(fake_machine_heard(&machine,
				 "Restored: Pr\303\274f-\320\226.sys "),
		1);
	expect_sound();
}

static void orders_that_cannot_be_followed(void **state)
{
	static const char *const paths[] = {"Windows/none.sys", "Windows",
		"Windows/System32", "", "*", "a/../b", "$MFT",
		JULY_FOLDER "/C-00000291-00000000-00000033.sys"};

	(void)state;
	start_with(&with_table);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct order order = {
			.kind = ORDER_HOLD_PATH, .path = paths[i]};

		if (run_with(&order) != VERDICT_REFUSE)
			fail_msg("%s", paths[i]);
		expect_nothing_written();
		if (fake_machine_said(&machine, SAY_WARNING) +
				fake_machine_said(&machine, SAY_ERROR) ==
			0) {
			fake_machine_print(&machine);
			fail_msg("%s: nothing was said", paths[i]);
		}
	}
}

static void read_only_disk(void **state)
{
	(void)state;
	start_with(&bare);
	disk.disk.may_write = false;
	assert_int_equal(run(), VERDICT_REFUSE);
	assert_int_equal(outcome.err, -ERR_READ_ONLY);
	expect_nothing_written();
	disk.disk.may_write = true;
	/* The record says "held", the disk does not: the hold is finished. */
	assert_int_equal(run(), VERDICT_HOLD);
	expect_held(true, true);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(july_2024),
		TEST(the_sleuth_kit_agrees),
		TEST(winload_would_divert),
		TEST(boot_status_that_must_not_be_written),
		TEST(mark_that_can_never_be_made),
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
		TEST(dry_run_makes_the_same_plan),
		TEST(waiting),
		TEST(still_crashing),
		TEST(undone_is_as_before),
		TEST(helped),
		TEST(undo_beside_a_new_delivery),
		TEST(one_of_two_is_undone),
		TEST(what_helped_stays_known),
		TEST(passed_over_is_still_held),
		TEST(an_ordered_hold_stays_known),
		TEST(ordered_hold),
		TEST(ordered_hold_in_other_letters),
		TEST(orders_that_cannot_be_followed),
		TEST(read_only_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
