/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide() over long lives of PCs: random starts, crashes, pulled plugs and
 * deliveries.  What must never happen, and what must happen in the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/decision_check.h"
#include "tests/support/model_pc.h"
#include "tests/support/prng.h"

#define LIVES 1500
#define STEPS 60

static struct model_pc pc;
static struct prng random_source;

static bool chance(unsigned int percent)
{
	return prng_below(&random_source, 100) < percent;
}

/* Power on: a pass if Windows did not re-arm; WinRE is left by a person. */
static void power_on(void)
{
	if (!pc.is_armed)
		(void)model_pass(&pc);
	model_start_again(&pc);
}

/* A session that ends well, or with a pulled plug at any moment. */
static void quiet_session(void)
{
	power_on();
	if (chance(20))
		return model_pull_plug(&pc);
	model_desktop(&pc);
	if (chance(30) && pc.file_count < MODEL_FILES)
		(void)model_deliver(&pc, prng_below(&random_source, 2));
	if (chance(20))
		return model_pull_plug(&pc);
	if (chance(70))
		model_note(&pc);
	if (chance(20))
		return model_pull_plug(&pc);
	model_shut_down(&pc);
	if (chance(20))
		pc.now += 30 * 24 * MODEL_HOUR;
}

static void without_blue_screens_nothing_happens(void **state)
{
	int life;
	int step;

	(void)state;
	for (life = 0; life < LIVES; life++) {
		model_make(&pc);
		for (step = 0; step < STEPS; step++)
			quiet_session();
		assert_int_equal(pc.holds, 0);
		assert_int_equal(pc.restores, 0);
		assert_int_equal(pc.evidence.record_state, SOURCE_ABSENT);
	}
}

/* Crashes of the hardware or the disk, or on demand: never a hold. */
static void other_crashes_hold_nothing(void **state)
{
	static const uint32_t codes[] = {
		0x124, 0x9C, 0x7A, 0x7B, 0xE2, 0xDEADDEAD, 0x10000124};
	int life;
	int step;

	(void)state;
	for (life = 0; life < LIVES; life++) {
		model_make(&pc);
		for (step = 0; step < STEPS; step++) {
			quiet_session();
			if (chance(50))
				continue;
			power_on();
			model_crash(&pc, codes[prng_below(&random_source, 7)],
				prng_next(&random_source));
		}
		assert_int_equal(pc.holds, 0);
	}
}

/*
 * Content that crashes Windows at every start arrives in a running session of
 * a PC that was well: it is held before the third start, without WinRE.
 */
static void bad_content_is_held_in_time(void **state)
{
	unsigned int visits;
	size_t bad;
	int life;
	int starts;

	(void)state;
	for (life = 0; life < LIVES; life++) {
		model_make(&pc);
		for (starts = 0; starts < 5; starts++)
			quiet_session();
		model_session(&pc);
		pc.file_count = 0;
		visits = pc.winre_visits;
		power_on();
		model_desktop(&pc);
		model_note(&pc);
		if (chance(50))
			pc.now += prng_below(&random_source, 20) * MODEL_HOUR;
		bad = model_deliver(&pc, 0);
		if (chance(50))
			(void)model_deliver(&pc, 0);
		model_crash(&pc, 0x50, prng_next(&random_source));
		for (starts = 0; !pc.files[bad].hold_id && starts < 3;
			starts++) {
			power_on();
			if (!pc.files[bad].hold_id)
				model_crash(
					&pc, 0x50, prng_next(&random_source));
		}
		assert_true(pc.files[bad].hold_id);
		assert_true(starts <= 2);
		assert_int_equal(pc.winre_visits, visits);
		model_desktop(&pc);
		model_shut_down(&pc);
		(void)model_pass(&pc);
		assert_int_equal(pc.evidence.record.hold_state, HOLD_HELPED);
	}
}

/*
 * Windows crashes whatever is held.  Between one good session or delivery and
 * the next: at most one hold and one restore.  So it is never a loop itself.
 */
static void a_hopeless_pc_is_left_alone(void **state)
{
	unsigned int most = 0;
	unsigned int changes;
	unsigned int done = 0;
	int life;
	int step;

	(void)state;
	for (life = 0; life < LIVES; life++) {
		bool is_same = chance(50);

		model_make(&pc);
		changes = 1;
		for (step = 0; step < STEPS; step++) {
			power_on();
			if (chance(10)) {
				model_desktop(&pc);
				if (pc.file_count < MODEL_FILES)
					(void)model_deliver(&pc, 0);
				changes++;
			}
			if (chance(5)) {
				model_desktop(&pc);
				model_note(&pc);
				changes++;
			}
			model_crash(&pc, 0x50,
				is_same ? 1 : prng_next(&random_source));
			done = pc.holds + pc.restores;
			assert_true(done <= 2 * changes);
		}
		if (done > most)
			most = done;
	}
	print_message("at most %u holds and restores in a life\n", most);
	assert_true(most >= 4);
}

/* Passes alone, without a start in between, come to rest at once. */
static void passes_come_to_rest(void **state)
{
	struct record before;
	unsigned int holds;
	int life;
	int step;

	(void)state;
	for (life = 0; life < LIVES; life++) {
		model_make(&pc);
		for (step = 0; step < 20; step++) {
			power_on();
			if (chance(50))
				model_desktop(&pc);
			if (chance(30))
				(void)model_deliver(&pc, 0);
			if (chance(30))
				model_note(&pc);
			if (chance(60))
				model_crash(&pc, 0x50,
					prng_below(&random_source, 3));
			else if (chance(50))
				model_shut_down(&pc);
			(void)model_pass(&pc);
			(void)model_pass(&pc);
			before = pc.evidence.record;
			holds = pc.holds + pc.restores;
			(void)model_pass(&pc);
			assert_true(pc.last.verdict != VERDICT_HOLD);
			assert_true(
				pc.last.verdict != VERDICT_RESTORE_AND_HOLD);
			assert_true(record_equal(&pc.evidence.record, &before));
			assert_int_equal(pc.holds + pc.restores, holds);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_blue_screens_nothing_happens),
		cmocka_unit_test(other_crashes_hold_nothing),
		cmocka_unit_test(bad_content_is_held_in_time),
		cmocka_unit_test(a_hopeless_pc_is_left_alone),
		cmocka_unit_test(passes_come_to_rest),
	};

	random_source.state = 20240719;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
