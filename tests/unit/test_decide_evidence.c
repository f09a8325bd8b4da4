/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide(): each kind of evidence by itself, on a PC that crashed twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

static struct evidence *crashed(void)
{
	(void)model_rig_make_crashed(NULL);
	return &pc.evidence;
}

/* --- The volume ---------------------------------------------------------- */

static void the_wrong_windows(void **state)
{
	static const enum reason_id because[] = {
		[WINDOWS_NONE] = REASON_WINDOWS_NONE,
		[WINDOWS_SEVERAL] = REASON_WINDOWS_SEVERAL,
		[WINDOWS_ENCRYPTED] = REASON_WINDOWS_ENCRYPTED,
		[WINDOWS_DYNAMIC] = REASON_WINDOWS_DYNAMIC,
		[WINDOWS_NOT_ALONE] = REASON_WINDOWS_NOT_ALONE,
		[WINDOWS_ELSEWHERE] = REASON_WINDOWS_ELSEWHERE,
		[WINDOWS_AMBIGUOUS] = REASON_WINDOWS_AMBIGUOUS,
		[WINDOWS_TWO_FORMATS] = REASON_WINDOWS_TWO_FORMATS,
		[WINDOWS_UNREADABLE] = REASON_WINDOWS_UNREADABLE,
	};
	enum windows_found found;
	int ordered;

	(void)state;
	for (found = WINDOWS_NONE; found <= WINDOWS_UNREADABLE; found++)
		for (ordered = 0; ordered < 2; ordered++) {
			pc.evidence.windows = found;
			pc.evidence.is_ordered = ordered;
			assert_pass(VERDICT_REFUSE);
			assert_int_equal(pc.last.reason_count, 1);
			assert_because(because[found]);
		}
	pc.evidence.windows = (enum windows_found)99;
	assert_pass(VERDICT_REFUSE);
	/* Where an order names a file, its volume is what was looked for. */
	pc.evidence.names_file = true;
	pc.evidence.windows = WINDOWS_NONE;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_FILE_NONE);
	pc.evidence.windows = WINDOWS_SEVERAL;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_FILE_SEVERAL);
}

static void journals(void **state)
{
	static const struct {
		enum journal_state journal;
		bool was_replayed;
		enum verdict verdict;
		enum reason_id because;
	} cases[] = {
		{JOURNAL_CLEAN, false, VERDICT_HOLD, REASON_SET},
		{JOURNAL_DIRTY_FLAG, false, VERDICT_HOLD, REASON_SET},
		{JOURNAL_REPLAYABLE_1_1, true, VERDICT_HOLD, REASON_SET},
		{JOURNAL_REPLAYABLE_2_0, true, VERDICT_HOLD, REASON_SET},
		{JOURNAL_REPLAYABLE_1_1, false, VERDICT_REFUSE,
			REASON_JOURNAL_UNREADABLE},
		{JOURNAL_REPLAYABLE_2_0, false, VERDICT_REFUSE,
			REASON_JOURNAL_UNREADABLE},
		{JOURNAL_HIBERNATED, false, VERDICT_REFUSE, REASON_HIBERNATED},
		{JOURNAL_HIBERNATED, true, VERDICT_REFUSE, REASON_HIBERNATED},
		{JOURNAL_UNREADABLE, true, VERDICT_REFUSE,
			REASON_JOURNAL_UNREADABLE},
		{(enum journal_state)99, true, VERDICT_REFUSE,
			REASON_JOURNAL_UNREADABLE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evidence *e = crashed();

		e->journal = cases[i].journal;
		e->was_replayed = cases[i].was_replayed;
		assert_pass(cases[i].verdict);
		assert_because(cases[i].because);
	}
}

/* --- Orders -------------------------------------------------------------- */

static void an_order_needs_no_evidence(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	model_make(&pc);
	e->is_ordered = true;
	e->boot_status_state = SOURCE_FAILED;
	e->record_state = SOURCE_FAILED;
	e->note_state = SOURCE_ABSENT;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_ORDERED);
	assert_int_equal(pc.last.set_count, 0);
	assert_int_equal(pc.last.next_record.rung, 0);
	assert_int_equal(pc.last.next_record.hold_boot_id, 0);
}

/* Nobody finishes or fails an order but a person. */
static void an_order_is_not_continued(void **state)
{
	struct evidence *e = crashed();

	(void)state;
	e->is_ordered = true;
	assert_pass(VERDICT_HOLD);
	e->is_ordered = false;
	assert_int_equal(e->record.hold_boot_id, e->boot_status.last_boot_id);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
	assert_true(model_start(&pc));
	model_crash(&pc, 0x7E, 5);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HOLD_FAILED);
	assert_int_equal(e->record.hold_state, HOLD_ACTIVE);
	assert_int_equal(pc.restores, 0);
}

/* --- Sources ------------------------------------------------------------- */

static void a_failed_source_is_not_an_absent_one(void **state)
{
	(void)state;
	pc.evidence.bugcheck_state = SOURCE_FAILED;
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(pc.last.reasons[0].a, EVIDENCE_BUGCHECK);
	crashed()->note_state = SOURCE_FAILED;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_SOURCE_FAILED);
	crashed()->record_state = SOURCE_FAILED;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_SOURCE_FAILED);
	/* Not needed: nothing would be done. */
	crashed()->record_state = SOURCE_FAILED;
	model_shut_down(&pc);
	pc.evidence.bugcheck_state = SOURCE_FAILED;
	assert_pass(VERDICT_BOOT);
}

static void unusable_boot_status(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		struct evidence *e = crashed();
		struct boot_status *s = &e->boot_status;

		if (i == 0)
			e->boot_status_state = SOURCE_FAILED;
		if (i == 1)
			e->boot_status_state = SOURCE_ABSENT;
		if (i == 2)
			s->is_trustworthy = false;
		if (i == 3)
			s->has_boot_ids = false;
		if (i == 4)
			s->last_clean_boot_id = s->last_boot_id + 1;
		assert_pass(VERDICT_REFUSE);
		assert_because(REASON_STATUS_UNREADABLE);
	}
}

static void boot_ids_at_their_limits(void **state)
{
	struct evidence *e = crashed();

	(void)state;
	e->note.boot_id = e->boot_status.last_boot_id + 1;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_BOOT_IDS_BEHIND);
	/* 2^32 sessions do not overflow into none. */
	e->note.boot_id = 0;
	e->boot_status.last_clean_boot_id = 0;
	e->boot_status.last_boot_id = UINT32_MAX;
	pc.policy.max_files = 0;
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(pc.last.streak, UINT32_MAX);
	/* The noted session itself ended well: it is not counted. */
	e = crashed();
	e->boot_status.last_clean_boot_id = e->note.boot_id;
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 1);
	/* And none came after it: there is no crash to date. */
	e->note.boot_id = e->boot_status.last_boot_id;
	e->boot_status.last_clean_boot_id = e->boot_status.last_boot_id;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_STOP_CODE_UNDATED);
}

/* --- Holds found --------------------------------------------------------- */

static void foreign_holds(void **state)
{
	struct evidence *e = crashed();

	(void)state;
	(void)model_deliver(&pc, 0);
	pc.files[1].hold_id = 77;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_FOREIGN_HOLD);
	/* Known, but by the record of another disk. */
	e->record_state = SOURCE_READ;
	e->record.hold_id = 77;
	e->record.hold_state = HOLD_HELPED;
	e->record.volume_serial = e->volume_serial + 1;
	assert_pass(VERDICT_REFUSE);
	/* An id above any it has given out. */
	e->record.volume_serial = e->volume_serial;
	e->record.hold_id = 76;
	assert_pass(VERDICT_REFUSE);
	/* Its own, or one that helped before its last. */
	e->record.hold_id = 80;
	pc.next_hold_id = 81;
	assert_pass(VERDICT_HOLD);
}

static void a_commit_that_was_cut_short(void **state)
{
	struct evidence *e = crashed();
	struct record record;

	(void)state;
	(void)model_deliver(&pc, 0);
	assert_pass(VERDICT_HOLD);
	record = e->record;
	/* One of two files lacks. */
	pc.files[1].hold_id = 0;
	pc.next_hold_id = 9;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_equal(pc.files[1].hold_id, 1);
	assert_true(record_equal(&e->record, &record));
	assert_pass(VERDICT_BOOT);
	/* The bracket around the commit is still open. */
	e->journal = JOURNAL_DIRTY_FLAG;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 0);
	e->journal = JOURNAL_CLEAN;
	/* The boot status was not marked yet. */
	e->boot_status.attempts = 2;
	assert_pass(VERDICT_HOLD);
	assert_pass(VERDICT_BOOT);
	assert_int_equal(pc.holds, 1);
}

/* The disk refused the writes; then Windows was started, and crashed. */
static void a_hold_that_is_not_there(void **state)
{
	struct evidence *e = crashed();
	uint32_t id;

	(void)state;
	assert_pass(VERDICT_HOLD);
	id = e->record.hold_id;
	pc.files[0].hold_id = 0;
	assert_true(model_start(&pc));
	model_crash(&pc, 0x7E, 1);
	pc.next_hold_id = id + 1;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_GONE);
	assert_because(REASON_SET);
	assert_int_equal(e->record.hold_state, HOLD_ACTIVE);
	assert_int_equal(pc.files[0].hold_id, id + 1);
	/* A person's own hold may be of a file nobody here knows. */
	e->record.rung = 0;
	pc.files[0].hold_id = 0;
	assert_true(model_start(&pc));
	model_crash(&pc, 0x7F, 1);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HOLD_FAILED);
}

static void a_restore_that_was_cut_short(void **state)
{
	struct evidence *e = crashed();

	(void)state;
	assert_pass(VERDICT_HOLD);
	assert_true(model_start(&pc));
	model_crash(&pc, 0x7E, 1);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	pc.files[0].hold_id = e->record.hold_id;
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.files[0].hold_id, 0);
	assert_pass(VERDICT_BOOT);
	/* What stays held because of a new file of its name. */
	pc.files[0].hold_id = e->record.hold_id;
	(void)model_start(&pc); /* WinRE, which a person leaves */
	assert_true(model_start(&pc));
	model_crash(&pc, 0x7E, 1);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_EXHAUSTED);
}

static void a_record_that_is_ahead(void **state)
{
	struct evidence *e = crashed();

	(void)state;
	assert_pass(VERDICT_HOLD);
	e->boot_status.last_boot_id -= 1;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_BOOT_IDS_BEHIND);
}

/* --- The set and the note ------------------------------------------------ */

static void which_deliveries(void **state)
{
	size_t i;

	(void)state;
	pc.file_count = 0;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NOTHING_DELIVERED);
	pc.file_count = 0;
	(void)model_deliver(&pc, 0);
	pc.files[0].delivered_at = pc.evidence.boot_status.heartbeat -
				   pc.policy.window_hours * MODEL_HOUR - 1;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NOTHING_DELIVERED);
	(void)model_deliver(&pc, 0);
	(void)model_deliver(&pc, 1);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_SEVERAL_VENDORS);
	pc.file_count = 0;
	for (i = 0; i < 5; i++)
		(void)model_deliver(&pc, 0);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_SET_TOO_LARGE);
	pc.file_count = 4;
	pc.evidence.boot_status.has_heartbeat = false;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NO_HEARTBEAT);
	pc.evidence.boot_status.has_heartbeat = true;
	pc.files[0].delivered_at = pc.evidence.boot_status.heartbeat -
				   pc.policy.window_hours * MODEL_HOUR;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 4);
}

static void stop_codes_that_clear_the_content(void **state)
{
	(void)state;
	pc.evidence.bugcheck.code = 0x10000124;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HARDWARE_STOP);
	pc.evidence.bugcheck.code = 0x7B;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_STORAGE_STOP);
	pc.evidence.bugcheck.code = 0xDEADDEAD;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_OPERATOR_STOP);
}

static void without_a_note(void **state)
{
	(void)state;
	pc.evidence.note_state = SOURCE_ABSENT;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NO_NOTE);
	model_desktop(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_NO_NOTE);
	model_shut_down(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_NO_CRASH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			the_wrong_windows, model_rig_make_crashed),
		cmocka_unit_test_setup(journals, model_rig_make_crashed),
		cmocka_unit_test_setup(
			an_order_needs_no_evidence, model_rig_make_crashed),
		cmocka_unit_test_setup(
			an_order_is_not_continued, model_rig_make_crashed),
		cmocka_unit_test_setup(a_failed_source_is_not_an_absent_one,
			model_rig_make_crashed),
		cmocka_unit_test_setup(
			unusable_boot_status, model_rig_make_crashed),
		cmocka_unit_test_setup(
			boot_ids_at_their_limits, model_rig_make_crashed),
		cmocka_unit_test_setup(foreign_holds, model_rig_make_crashed),
		cmocka_unit_test_setup(
			a_commit_that_was_cut_short, model_rig_make_crashed),
		cmocka_unit_test_setup(
			a_hold_that_is_not_there, model_rig_make_crashed),
		cmocka_unit_test_setup(
			a_restore_that_was_cut_short, model_rig_make_crashed),
		cmocka_unit_test_setup(
			a_record_that_is_ahead, model_rig_make_crashed),
		cmocka_unit_test_setup(
			which_deliveries, model_rig_make_crashed),
		cmocka_unit_test_setup(stop_codes_that_clear_the_content,
			model_rig_make_crashed),
		cmocka_unit_test_setup(without_a_note, model_rig_make_crashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
