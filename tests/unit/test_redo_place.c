/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disk that a redo record is on, or is about, among those of a machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/redo_place.h"
#include "storage/err.h"
#include "tests/support/disk_layout.h"
#include "tests/support/failalloc.h"
#include "tests/support/fake_machine.h"
#include "tests/support/redo_stick.h"

#define MEDIUM_START (2u << 20)
#define MEDIUM_BYTES (1u << 20)

/* The partition of such a stick, as the record names it. */
static const struct place medium = {
	.table = "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae57",
	.start_bytes = MEDIUM_START,
	.size_bytes = MEDIUM_BYTES,
};

static struct emudisk sticks[2];
static struct fake_machine machine;
static struct disk_counts counts;

static int setup(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	memset(&counts, 0, sizeof(counts));
	for (size_t i = 0; i < 2; i++) {
		redo_stick_open(&sticks[i]);
		fake_machine_add_disk(&machine, &sticks[i].disk);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		emudisk_close(&sticks[i]);
	return 0;
}

static int find(struct disk **ret)
{
	*ret = NULL;
	return redo_place_find_disk(&machine.platform, &medium, &counts, ret);
}

static void the_one_of_two(void **state)
{
	struct disk *found;

	(void)state;
	layout_gpt_guid(&sticks[1], 0x58);
	assert_int_equal(find(&found), 0);
	assert_ptr_equal(found, &sticks[0].disk);
	assert_int_equal(
		counts.reads, sticks[0].counts.reads + sticks[1].counts.reads);
	assert_true(sticks[1].counts.reads > 0);
	assert_int_equal(counts.writes, 0);
}

static void twins_are_neither(void **state)
{
	struct disk *found;

	(void)state;
	assert_int_equal(find(&found), -ERR_AMBIGUOUS);
	assert_null(found);
}

/* What cannot be read matters only where the one is not found. */
static void a_dead_disk_beside_it(void **state)
{
	struct disk *found;

	(void)state;
	for (size_t dead = 0; dead < 2; dead++) {
		emudisk_reset(&sticks[1 - dead]);
		emudisk_plan_loss(&sticks[dead], 1);
		assert_int_equal(find(&found), 0);
		assert_ptr_equal(found, &sticks[1 - dead].disk);
	}
	emudisk_plan_loss(&sticks[0], 1);
	assert_int_equal(find(&found), -ERR_IO);
	assert_null(found);
}

static void too_little_memory(void **state)
{
	struct disk *found;
	uint64_t n = 0;
	int err;

	(void)state;
	machine.platform.disk_count = 1;
	do {
		failalloc_arm(++n, false);
		err = find(&found);
		if (!failalloc_disarm())
			break;
		/* libblkid does without some. */
		if (err < 0) {
			assert_int_equal(err, -ERR_NO_MEMORY);
			assert_null(found);
		}
	} while (n < 1000);
	assert_int_equal(err, 0);
	assert_ptr_equal(found, &sticks[0].disk);
	assert_true(n > 5);
}

/* A partition, or a part of it, that is not there as the record says. */
static void what_does_not_lie_within(void **state)
{
	const struct extent all = {0, MEDIUM_BYTES};
	const struct extent more = {0, MEDIUM_BYTES + 512};
	struct place beyond = medium;
	struct redo_place p;

	(void)state;
	assert_int_equal(
		redo_place_open(&p, &sticks[0].disk, &medium, &all, 1), 0);
	assert_int_equal(p.medium.disk.size_bytes, MEDIUM_BYTES);
	assert_int_equal(
		redo_place_open(&p, &sticks[0].disk, &medium, &more, 1),
		-ERR_TRUNCATED);
	beyond.size_bytes = sticks[0].disk.size_bytes;
	assert_int_equal(redo_place_open(&p, &sticks[0].disk, &beyond, &all, 1),
		-ERR_TRUNCATED);
	assert_int_equal(sticks[0].counts.reads, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_one_of_two),
		TEST(twins_are_neither),
		TEST(a_dead_disk_beside_it),
		TEST(too_little_memory),
		TEST(what_does_not_lie_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
