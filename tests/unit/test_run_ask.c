/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs before which a person is asked, or could be; and the boot log,
 * which may say more than it can be believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/july_run.h"
#include "tests/support/log_maker.h"

#define IS_ANSWERED "\"event\":\"answer\",\"answer\":"

static void expect_answer(const char *part)
{
	assert_int_equal(pc.machine.asked, part ? 1 : 0);
	assert_int_equal(
		fake_machine_reported(&pc.machine, IS_ANSWERED), part ? 1 : 0);
	if (part)
		assert_int_equal(fake_machine_reported(&pc.machine, part), 1);
}

static void start(bool is_attended, enum policy_mode mode, enum answer answer)
{
	pc_start(&pc_bare);
	pc.machine.platform.is_attended = is_attended;
	pc.policy.mode[pc.machine.platform.origin] = mode;
	pc.machine.answer = answer;
}

/* --- Asking --------------------------------------------------------------- */

/* A person can stop what is certain; nobody has to be there. */
static void what_is_certain_can_be_stopped(void **state)
{
	static const struct {
		enum answer answer;
		const char *part;
		bool is_done;
	} all[] = {
		{ANSWER_NOBODY, IS_ANSWERED "\"nobody\"", true},
		{ANSWER_YES, IS_ANSWERED "\"yes\"", true},
		{ANSWER_NO, IS_ANSWERED "\"no\"", false},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		start(true, POLICY_ACT, all[i].answer);
		assert_int_equal(pc_run(),
			all[i].is_done ? VERDICT_HOLD : VERDICT_REFUSE);
		assert_int_equal(pc.outcome.err, 0);
		expect_answer(all[i].part);
		assert_true(pc.machine.last_question.is_yes_unless);
		assert_int_equal(pc.machine.last_question.seconds, 10);
		pc_expect_held(all[i].is_done, all[i].is_done);
		if (all[i].is_done)
			continue;
		pc_expect_nothing_written();
		assert_int_equal(pc.machine.record_puts, 0);
		assert_int_equal(
			fake_machine_heard(&pc.machine, "As you say"), 1);
	}
}

static void nobody_is_asked_where_nobody_is(void **state)
{
	(void)state;
	start(false, POLICY_ACT, ANSWER_NO);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	expect_answer(NULL);
	pc_expect_held(true, true);
}

/* The policy wants a yes: silence is none. */
static void what_needs_consent_needs_an_answer(void **state)
{
	static const struct {
		enum answer answer;
		const char *part;
		const char *sentence;
	} all[] = {
		{ANSWER_NOBODY, IS_ANSWERED "\"nobody\"", "Nobody has agreed"},
		{ANSWER_NO, IS_ANSWERED "\"no\"", "As you say"},
		{ANSWER_YES, IS_ANSWERED "\"yes\"", "On hold: " JULY_BAD},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bool is_done = all[i].answer == ANSWER_YES;

		start(true, POLICY_ASK, all[i].answer);
		assert_int_equal(
			pc_run(), is_done ? VERDICT_HOLD : VERDICT_REFUSE);
		expect_answer(all[i].part);
		assert_false(pc.machine.last_question.is_yes_unless);
		assert_int_equal(pc.machine.last_question.seconds, 60);
		assert_int_equal(fake_machine_reported(
					 &pc.machine, "\"consent\":\"needed\""),
			1);
		assert_int_equal(
			fake_machine_heard(&pc.machine, all[i].sentence), 1);
		/* What it is about stands before the question. */
		assert_int_equal(
			fake_machine_heard(&pc.machine, "Would hold "), 2);
		pc_expect_held(is_done, is_done);
	}
}

/* Only to report: not even a person at the keyboard. */
static void what_is_denied_is_not_asked(void **state)
{
	(void)state;
	start(true, POLICY_DETECT_ONLY, ANSWER_YES);
	assert_int_equal(pc_run(), VERDICT_REFUSE);
	expect_answer(NULL);
	pc_expect_nothing_written();
	assert_int_equal(pc.machine.record_puts, 0);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "allows only to report"), 1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"consent\":\"denied\""),
		1);
}

/* Held, given back, or one more besides. */
static void the_question_says_what_becomes_of_it(void **state)
{
	struct fake_bootstat s = july_status();

	(void)state;
	start(true, POLICY_ACT, ANSWER_YES);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "Put these files on hold (2)? They are "),
		1);
	s.boot_id += 2;
	july_session(&pc.disk, pc.july, &s);
	assert_int_equal(pc_run(), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "Give these files their names back (2)?"),
		1);
	pc_expect_held(false, false);
	/* The same, but older content came since the last good session. */
	start(true, POLICY_ACT, ANSWER_YES);
	fake_note_put(&pc.machine, JULY_NOTED_BOOT,
		JULY_HEARTBEAT - 4 * 864000000000ull, 0, 0);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	july_session(&pc.disk, pc.july, &s);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	/* Only what is new: the hold grows, the others stay where they are. */
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "Put these files on hold (1)? They are "),
		1);
	assert_false(pc_is_there(JULY_OLD));
	assert_true(pc_is_there(JULY_BAD JULY_HELD_SUFFIX));
	assert_true(pc_is_there(JULY_OTHER JULY_HELD_SUFFIX));
	pc_expect_sound();
}

/* --- The boot log --------------------------------------------------------- */

static void expect_log(const char *part)
{
	assert_int_equal(pc_run(), VERDICT_HOLD);
	if (fake_machine_reported(&pc.machine, part) != 1) {
		fake_machine_print(&pc.machine);
		fail_msg("%s", part);
	}
	pc_expect_held(true, true);
}

/* A weak source: whatever becomes of it, two others agree. */
static void a_boot_log_stops_nothing(void **state)
{
	static const struct {
		int err;
		const char *part;
	} all[] = {
		{0, "\"boot_log\":\"absent\""},
		{-ERR_UNSUPPORTED, "\"boot_log\":\"absent\""},
		{-ERR_IO, "\"boot_log\":\"failed\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		pc_start(&pc_bare);
		pc.machine.boot_files[BOOT_FILE_LOG].err = all[i].err;
		expect_log(all[i].part);
	}
	(void)log_setup(NULL);
	for (unsigned int i = 0; i < 3; i++)
		log_put_start(4, i);
	log_put_header(4, 0x18);
	pc_start(&pc_bare);
	pc.machine.boot_files[BOOT_FILE_LOG].bytes = log_bytes;
	pc.machine.boot_files[BOOT_FILE_LOG].len = LOG_BYTES;
	expect_log("\"boot_log\":\"read\",\"launches\":3");
	assert_int_equal(
		fake_machine_heard(&pc.machine, "3 starts in quick"), 1);
	log_put_header(99, 0x18);
	pc_start(&pc_bare);
	pc.machine.boot_files[BOOT_FILE_LOG].bytes = log_bytes;
	pc.machine.boot_files[BOOT_FILE_LOG].len = LOG_BYTES;
	expect_log("\"boot_log\":\"failed\"");
}

static void no_memory_for_the_log(void **state)
{
	static struct observation seen;

	(void)state;
	pc_start(&pc_bare);
	failalloc_arm(1, false);
	observe_launches(&seen, &pc.machine.platform);
	assert_true(failalloc_disarm());
	assert_int_equal(seen.evidence.launches_state, SOURCE_FAILED);
	observe_free(&seen);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_certain_can_be_stopped),
		TEST(nobody_is_asked_where_nobody_is),
		TEST(what_needs_consent_needs_an_answer),
		TEST(what_is_denied_is_not_asked),
		TEST(the_question_says_what_becomes_of_it),
		TEST(a_boot_log_stops_nothing),
		TEST(no_memory_for_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
