/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file for redo records on a volume that is not as it should be: what is
 * damaged is not written over, and the change is made all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/run_parts.h"
#include "tests/support/failalloc.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/redo_run.h"

#define CLUSTER_BYTES 4096
#define DATA_TYPE     0x80

/* Of an attribute that is not resident */
#define LAST_VCN	 24
#define RUNS_OFFSET	 32
#define DATA_SIZE	 48
#define INITIALIZED_SIZE 56

/* Of a record */
#define BYTES_IN_USE 24

/* The volume of the PC, and the attribute with the file's clusters. */
struct spoiled {
	unsigned char *volume;
	uint64_t size;
	unsigned char *record;
	unsigned char *data;
};

static struct spoiled spoil(const char *name)
{
	struct spoiled s;
	uint64_t number;

	s.volume = july_volume(&pc.disk, pc.july, &s.size);
	number = peek_record_of(s.volume, s.size, name);
	assert_true(number > 0);
	s.record = s.volume + peek_record_place(s.volume, s.size, number);
	s.data = s.volume +
		 peek_attribute_place(s.volume, s.size, number, DATA_TYPE);
	assert_int_equal(le32_get(s.data), DATA_TYPE);
	return s;
}

static void set_length(const struct spoiled *s, uint64_t bytes)
{
	le64_put(s->data + DATA_SIZE, bytes);
	le64_put(s->data + INITIALIZED_SIZE, bytes);
}

static void expect_none(const char *why)
{
	assert_int_equal(said("No redo record can be kept"), 1);
	assert_int_equal(said(why), 1);
	assert_int_equal(reported(STORED), 0);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	assert_int_equal(stored_record().redo.part_count, 0);
}

/* --- The file ------------------------------------------------------------- */

static void less_than_a_block(void **state)
{
	struct spoiled s;

	(void)state;
	pc_start(&with_file);
	s = spoil("redo.bin");
	set_length(&s, 511);
	run();
	expect_none(err_text(-ERR_CORRUPT));
	pc_expect_held(true, true);
}

static void a_file_that_cannot_be_read(void **state)
{
	(void)state;
	pc_start(&with_file);
	power_on();
	pc.disk.bad_from = (uint64_t)(file_medium() - pc.disk.bytes);
	pc.disk.bad_to = pc.disk.bad_from + 512;
	run_on();
	expect_none(err_text(-ERR_IO));
	pc_expect_held(true, true);
}

/* --- A file on clusters that are others' ---------------------------------- */

/* The file's second cluster is said to be @cluster. */
static void cross(const struct spoiled *s, uint64_t cluster)
{
	unsigned char *runs = s->data + le16_get(s->data + RUNS_OFFSET);
	unsigned char *end = s->data + le32_get(s->data + 4);
	uint64_t start = (uint64_t)(file_medium() - s->volume) / CLUSTER_BYTES;
	const uint64_t step = cluster - start;
	const unsigned char both[16] = {0x21, 1, (unsigned char)start,
		(unsigned char)(start >> 8), 0x21, 127, (unsigned char)step,
		(unsigned char)(step >> 8)};

	assert_true(start < 0x8000 && cluster < 0x8000);
	assert_int_equal(le32_get(end), 0xffffffffu);
	/* Sixteen bytes of runs, and the end of the record behind them. */
	memcpy(runs, both, sizeof(both));
	end = runs + sizeof(both);
	le32_put(s->data + 4, (uint32_t)(end - s->data));
	le32_put(end, 0xffffffffu);
	le32_put(end + 4, 0);
	le32_put(s->record + BYTES_IN_USE, (uint32_t)(end + 8 - s->record));
	assert_true(end + 8 < s->record + 510);
	assert_int_equal(le64_get(s->data + LAST_VCN), 127);
}

/* Such a file does not take the record, and what it lies on stays whole. */
static void run_crossed(uint64_t place)
{
	const struct spoiled s = spoil("redo.bin");
	unsigned char whole[1024];

	assert_true(place > 0);
	memcpy(whole, s.record, sizeof(whole));
	cross(&s, place / CLUSTER_BYTES);
	run();
	expect_none(err_text(-ERR_CORRUPT));
	/* But for the file itself the volume is sound. */
	memcpy(s.record, whole, sizeof(whole));
	pc_expect_held(true, true);
}

/* Over the record that the hold changes. */
static void over_what_is_written(void **state)
{
	uint64_t size;
	unsigned char *volume;

	(void)state;
	pc_start(&with_file);
	volume = july_volume(&pc.disk, pc.july, &size);
	run_crossed(peek_record_place(
		volume, size, peek_record_of(volume, size, JULY_BAD)));
}

/* Over the journal, whose first pages tell whether somebody was there. */
static void over_a_witness(void **state)
{
	uint64_t size;
	unsigned char *volume;

	(void)state;
	pc_start(&with_file);
	volume = july_volume(&pc.disk, pc.july, &size);
	run_crossed(peek_data_place(volume, size, 2));
}

/* --- Finding it, and the witnesses, by itself ----------------------------- */

static struct run alone;

static void find_alone(void)
{
	fake_machine_forget(&pc.machine);
	run_redo_find(&alone);
}

static void open_alone(void)
{
	memset(&alone, 0, sizeof(alone));
	alone.platform = &pc.machine.platform;
	assert_int_equal(windows_find(&alone.windows, &pc.machine.platform,
				 WINDOWS_MARKER, NULL, NULL),
		WINDOWS_ONE);
}

static int close_alone(void **state)
{
	windows_close(&alone.windows);
	return teardown(state);
}

/* Boot sector, restart pages, boot status. */
static void the_witnesses(void **state)
{
	(void)state;
	pc_start(&with_file);
	open_alone();
	find_alone();
	assert_true(alone.redo.is_possible);
	assert_true(alone.redo.is_on_disk);
	assert_int_equal(alone.redo.whole_count, 2);
	assert_int_equal(alone.redo.witness_count, 3);
}

/* A person's order needs no boot status; nor does the record of what it does.
 */
static void without_a_boot_status(void **state)
{
	struct spoiled s;
	uint64_t folder;

	(void)state;
	for (int i = 0; i < 2; i++) {
		pc_start(&with_file);
		s = spoil("bootstat.dat");
		folder = peek_record_of(s.volume, s.size, "Windows");
		if (i)
			set_length(&s, 0);
		else
			patch_rename(patch_find_entry(s.volume, s.size, folder,
					     "bootstat.dat"),
				"bootstat.old");
		open_alone();
		find_alone();
		assert_int_equal(said(""), 0);
		assert_true(alone.redo.is_possible);
		assert_int_equal(alone.redo.whole_count, 2);
		assert_int_equal(alone.redo.witness_count, 2);
		windows_close(&alone.windows);
	}
}

/* Prepared only in the terms of the file, as on an encrypted volume, or not. */
static void too_little_memory(void **state)
{
	uint64_t n;
	bool was_hit;

	(void)state;
	for (int is_prepared = 0; is_prepared < 2; is_prepared++) {
		pc_start(&with_file);
		if (!is_prepared)
			memset(file_medium(), 'x', 512);
		open_alone();
		n = 0;
		do {
			failalloc_arm(++n, false);
			find_alone();
			was_hit = failalloc_disarm();
			if (!was_hit)
				break;
			assert_false(alone.redo.is_possible);
			assert_int_equal(said(err_text(-ERR_NO_MEMORY)), 1);
		} while (n < 1000);
		assert_true(n > 10);
		assert_int_equal(alone.redo.is_possible, is_prepared);
		windows_close(&alone.windows);
	}
}

int main(void)
{
#define CASE(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
#define ALONE(name) cmocka_unit_test_setup_teardown(name, setup, close_alone)
	const struct CMUnitTest tests[] = {
		CASE(less_than_a_block),
		CASE(a_file_that_cannot_be_read),
		CASE(over_what_is_written),
		CASE(over_a_witness),
		ALONE(the_witnesses),
		ALONE(without_a_boot_status),
		ALONE(too_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
