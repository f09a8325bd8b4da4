/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ladder of hand-overs, on firmware that does as it pleases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/handover.h"
#include "tests/support/prng.h"

/* Each restart allows as many steps below the top of the ladder again. */
#define MAX_RESETS (2 * (HANDOVER_MAX_RESTARTS + 1))
#define MAX_BLIND_RESETS                                                       \
	((HANDOVER_BLIND_PASSES + 1) * (HANDOVER_BLIND_RESTARTS + 1))

static void honest_firmware_sees_boot_next_only(void **state)
{
	struct record r = {0};
	uint32_t boot_id;

	(void)state;
	for (boot_id = 5; boot_id < 100; boot_id++) {
		assert_int_equal(handover_choose(&r, boot_id, boot_id * 60u),
			HANDOVER_BOOT_NEXT);
		assert_int_equal(r.handover_boot_id, boot_id);
		assert_int_equal(r.handover_passes, 1);
		assert_int_equal(r.handover_restarts, 0);
		assert_int_equal(r.handover_time, boot_id * 60u);
	}
}

static void ignoring_once_and_always(void **state)
{
	struct record r = {0};

	(void)state;
	assert_int_equal(handover_choose(&r, 5, 1000), HANDOVER_BOOT_NEXT);
	assert_int_equal(handover_choose(&r, 5, 1060), HANDOVER_BOOT_ORDER);
	/* Windows came: all is forgotten. */
	assert_int_equal(handover_choose(&r, 6, 1200), HANDOVER_BOOT_NEXT);
	assert_int_equal(handover_choose(&r, 6, 1260), HANDOVER_BOOT_ORDER);
	assert_int_equal(handover_choose(&r, 6, 1320), HANDOVER_CHAIN_LOAD);
	assert_int_equal(handover_choose(&r, 6, 1380), HANDOVER_CHAIN_LOAD);
	assert_int_equal(r.handover_passes, 4);
	assert_int_equal(handover_choose(&r, 7, 1400), HANDOVER_BOOT_NEXT);
}

static void only_the_mark_is_changed(void **state)
{
	struct record r = {0};
	struct record before;

	(void)state;
	r.hold_state = HOLD_ACTIVE;
	r.rung = 1;
	r.hold_id = 7;
	r.hold_boot_id = 4;
	r.hold_time = 99;
	r.volume_serial = 5;
	before = r;
	(void)handover_choose(&r, 5, 1000);
	before.handover_boot_id = 5;
	before.handover_passes = 1;
	before.handover_time = 1000;
	assert_true(record_equal(&r, &before));
}

static void a_long_time_begins_anew_but_not_for_ever(void **state)
{
	const uint64_t wait = HANDOVER_WINDOW_SECONDS + 1;
	struct record r = {0};
	uint64_t now = 1000;
	int pass;

	(void)state;
	for (pass = 0; pass < 1 + HANDOVER_MAX_RESTARTS; pass++, now += wait)
		assert_int_equal(
			handover_choose(&r, 5, now), HANDOVER_BOOT_NEXT);
	assert_int_equal(handover_choose(&r, 5, now), HANDOVER_BOOT_ORDER);
	now += wait;
	assert_int_equal(handover_choose(&r, 5, now), HANDOVER_CHAIN_LOAD);
	/* A session makes up for all of it. */
	assert_int_equal(handover_choose(&r, 6, now), HANDOVER_BOOT_NEXT);
	assert_int_equal(r.handover_restarts, 0);
}

static void the_edge_of_the_window(void **state)
{
	struct record r = {0};

	(void)state;
	(void)handover_choose(&r, 5, 1000);
	assert_int_equal(handover_choose(&r, 5, 1000 + HANDOVER_WINDOW_SECONDS),
		HANDOVER_BOOT_ORDER);
	(void)handover_choose(&r, 6, 1000);
	assert_int_equal(handover_choose(&r, 6, 1001 + HANDOVER_WINDOW_SECONDS),
		HANDOVER_BOOT_NEXT);
}

static void no_clock_and_no_boot_id(void **state)
{
	struct record r = {0};
	int pass;

	(void)state;
	for (pass = 0; pass < HANDOVER_BLIND_PASSES; pass++)
		assert_int_equal(handover_choose(&r, 0, 0), HANDOVER_BOOT_NEXT);
	assert_int_equal(handover_choose(&r, 0, 0), HANDOVER_BOOT_ORDER);
	assert_int_equal(handover_choose(&r, 0, 0), HANDOVER_CHAIN_LOAD);
	/* An id that has only become readable proves no session. */
	assert_int_equal(handover_choose(&r, 5, 0), HANDOVER_CHAIN_LOAD);
	/* One that is unreadable for once proves none either. */
	assert_int_equal(handover_choose(&r, 0, 0), HANDOVER_CHAIN_LOAD);
	assert_int_equal(r.handover_boot_id, 5);
	assert_int_equal(handover_choose(&r, 6, 0), HANDOVER_BOOT_NEXT);
	/* A clock that went backwards. */
	(void)handover_choose(&r, 7, 50000);
	assert_int_equal(handover_choose(&r, 7, 10), HANDOVER_BOOT_ORDER);
}

/* A locked volume and a person who restarts the PC every day, or twice. */
static void restarts_of_a_locked_pc_are_no_loop(void **state)
{
	struct record r = {0};
	uint64_t now = 1000;
	int day;

	(void)state;
	for (day = 0; day < 300; day++, now += 86400) {
		assert_int_equal(
			handover_choose(&r, 0, now), HANDOVER_BOOT_NEXT);
		assert_int_equal(
			handover_choose(&r, 0, now + 90), HANDOVER_BOOT_NEXT);
	}
}

static void a_counter_at_its_end(void **state)
{
	struct record r = {0};

	(void)state;
	r.handover_boot_id = 5;
	r.handover_passes = UINT32_MAX;
	r.handover_restarts = UINT32_MAX;
	r.handover_time = 1;
	assert_int_equal(handover_choose(&r, 5, 1000000), HANDOVER_CHAIN_LOAD);
	assert_int_equal(r.handover_passes, UINT32_MAX);
}

/* Resets before Windows is started from here, with a clock gone mad. */
static int count_resets(struct prng *random, bool knows_id, int passes)
{
	struct record r = {0};
	int resets = 0;
	int pass;

	for (pass = 0; pass < passes; pass++) {
		uint64_t now = prng_next(random) % 100000;
		uint32_t id = knows_id || prng_next(random) % 2 ? 5 : 0;

		if (handover_choose(&r, id, now) != HANDOVER_CHAIN_LOAD)
			resets++;
	}
	return resets;
}

/*
 * As long as no session begins, whatever clock and status file say: a bounded
 * number of resets.
 */
static void no_clock_makes_it_endless(void **state)
{
	struct prng random = {.state = 7};
	int trial;

	(void)state;
	for (trial = 0; trial < 2000; trial++)
		assert_in_range(count_resets(&random, true, 100), 2,
			MAX_RESETS + HANDOVER_BLIND_PASSES);
	for (trial = 0; trial < 20; trial++)
		assert_in_range(count_resets(&random, false, 20000), 2,
			MAX_BLIND_RESETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_firmware_sees_boot_next_only),
		cmocka_unit_test(ignoring_once_and_always),
		cmocka_unit_test(only_the_mark_is_changed),
		cmocka_unit_test(a_long_time_begins_anew_but_not_for_ever),
		cmocka_unit_test(the_edge_of_the_window),
		cmocka_unit_test(no_clock_and_no_boot_id),
		cmocka_unit_test(restarts_of_a_locked_pc_are_no_loop),
		cmocka_unit_test(a_counter_at_its_end),
		cmocka_unit_test(no_clock_makes_it_endless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
