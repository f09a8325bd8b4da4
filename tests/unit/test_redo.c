/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Redo records as bytes, and the medium that they lie on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"
#include "storage/redo_medium.h"
#include "tests/support/exact.h"
#include "tests/support/redo_rig.h"

#define MAGIC	     "LBREDO1\n"
#define MEDIUM_BYTES (1u << 20)

static struct redo_rig rig;
static struct emudisk medium;

static int setup(void **state)
{
	(void)state;
	redo_rig_open(&rig, 512, 1);
	if (emudisk_open(&medium, MEDIUM_BYTES, 512) < 0)
		return -1;
	memcpy(medium.bytes, MAGIC, 8);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	redo_rig_close(&rig);
	emudisk_close(&medium);
	return 0;
}

static int encode(struct overlay *o, const struct extent *witnesses,
	size_t count, uint8_t **ret_bytes, struct redo *ret)
{
	const struct redo_change change = {.overlay = o,
		.place = &rig.place,
		.witnesses = witnesses,
		.witness_count = count};

	return redo_encode(&change, ret_bytes, ret);
}

/* --- The format ----------------------------------------------------------- */

/* Each row against the overlay, and against the disk. */
static void a_record_holds_the_commit(void **state)
{
	const struct overlay *o = &rig.overlay;
	struct redo r;
	uint32_t i = 0;

	(void)state;
	assert_int_equal(redo_check(rig.bytes, rig.redo.len, &r), 0);
	assert_memory_equal(r.digest, rig.redo.digest, DIGEST_BYTES);
	assert_string_equal(r.place.table, rig.place.table);
	assert_int_equal(r.place.start_bytes, rig.place.start_bytes);
	assert_int_equal(r.place.size_bytes, rig.place.size_bytes);
	assert_int_equal(r.block_bytes, 512);
	assert_int_equal(r.row_count, o->block_count);
	for (uint32_t entry = o->first; entry != OVERLAY_NONE; i++) {
		const struct overlay_block *b = &o->blocks[entry];
		struct redo_row row = redo_row_get(&r, i);
		const unsigned char *old =
			b->before == OVERLAY_NONE ? rig.before + b->number * 512
						  : o->blocks[b->before].data;

		assert_int_equal(row.number, b->number);
		assert_int_equal(row.epoch, b->epoch);
		assert_memory_equal(row.data, b->data, 512);
		assert_int_equal(le32_get(row.sums), crc32_of(old, 512));
		entry = b->next;
	}
	assert_int_equal(i, r.row_count);
	assert_int_equal(r.witness_count, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(redo_witness_get(&r, i).number, i);
		assert_int_equal(redo_witness_get(&r, i).sum,
			crc32_of(rig.before + i * 512, 512));
	}
}

static void what_is_written_is_no_witness(void **state)
{
	const struct extent all = {0, rig.disk.disk.size_bytes};
	struct redo r;
	uint8_t *bytes;

	(void)state;
	assert_int_equal(encode(&rig.overlay, &all, 1, &bytes, &r), 0);
	assert_true(r.witness_count >= REDO_RIG_BLOCKS / 2 &&
		    r.witness_count < REDO_RIG_BLOCKS);
	for (uint32_t i = 0; i < r.witness_count; i++)
		assert_null(overlay_find(
			&rig.overlay, redo_witness_get(&r, i).number));
	free(bytes);
}

static void every_flipped_bit_is_refused(void **state)
{
	uint8_t *b = exact_copy(rig.bytes, rig.redo.len);
	struct redo r;

	(void)state;
	for (size_t bit = 0; bit < rig.redo.len * 8;
		bit += bit < 8192 ? 1 : 7) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_true(redo_check(b, rig.redo.len, &r) < 0);
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(redo_check(b, rig.redo.len, &r), 0);
	free(b);
}

static void every_shorter_one_is_refused(void **state)
{
	struct redo r;

	(void)state;
	for (size_t len = 0; len < rig.redo.len; len += len < 300 ? 1 : 97) {
		uint8_t *b = exact_copy(rig.bytes, len);

		assert_int_equal(redo_check(b, len, &r), -ERR_TRUNCATED);
		free(b);
	}
}

/* A right digest over what makes no sense. */
static void wrong_values_are_refused(void **state)
{
	const size_t rows = 0x50 + 2 * 16;
	const struct {
		size_t at;
		uint32_t value;
		int err;
	} wrong[] = {
		{0x08, 0, -ERR_NOT_FOUND},
		{0x08, REDO_MAX_BYTES + 1, -ERR_TOO_LARGE},
		{0x08, (uint32_t)rig.redo.len - 1, -ERR_CORRUPT},
		{0x0C, 0, -ERR_CORRUPT}, {0x0C, 256, -ERR_CORRUPT},
		{0x0C, 1536, -ERR_CORRUPT}, {0x0C, 8192, -ERR_CORRUPT},
		{0x0C, 1024, -ERR_CORRUPT},
		{0x10, 0, -ERR_CORRUPT}, /* no disk */
		{0x40, 0, -ERR_CORRUPT}, /* no volume */
		{0x48, 0, -ERR_CORRUPT}, /* nothing written */
		{0x48, UINT32_MAX, -ERR_CORRUPT},
		{0x4C, REDO_MAX_WITNESSES + 1, -ERR_CORRUPT},
		{0x4C, 1, -ERR_CORRUPT},
		{0x50, REDO_RIG_BLOCKS, -ERR_CORRUPT}, /* past the end */
		{rows, REDO_RIG_BLOCKS, -ERR_CORRUPT},
		{rows + 8, EPOCH_COUNT, -ERR_CORRUPT},
		{rows + 8, EPOCH_FLAG_CLEAR, -ERR_CORRUPT}, /* goes back */
	};
	struct redo r;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t *b = exact_copy(rig.bytes, rig.redo.len);
		size_t end = rig.redo.len - DIGEST_BYTES;

		le32_put(b + wrong[i].at, wrong[i].value);
		assert_int_equal(digest_make(b, end, b + end), 0);
		assert_int_equal(redo_check(b, rig.redo.len, &r), wrong[i].err);
		free(b);
	}
}

static void encoding_that_fails(void **state)
{
	const struct extent outside = {rig.disk.disk.size_bytes - 100, 101};
	const struct extent empty = {0, 0};
	struct redo r;
	uint8_t *bytes;

	(void)state;
	assert_int_equal(
		encode(&rig.overlay, &outside, 1, &bytes, &r), -ERR_TRUNCATED);
	assert_int_equal(
		encode(&rig.overlay, &empty, 1, &bytes, &r), -ERR_TRUNCATED);
	for (uint64_t n = 1; n <= 3; n++) {
		emudisk_plan_fault(
			&rig.disk, EMUDISK_READ, EMUDISK_FAIL, n, false);
		assert_int_equal(
			encode(&rig.overlay, rig.witnesses, 2, &bytes, &r),
			-ERR_IO);
		emudisk_reset(&rig.disk);
	}
}

static void a_large_commit_goes_without(void **state)
{
	static unsigned char block[65536];
	struct emudisk disk;
	struct overlay o;
	struct redo r;
	uint8_t *bytes;

	(void)state;
	assert_int_equal(emudisk_open(&disk, 8u << 20, 4096), 0);
	assert_int_equal(overlay_open(&o, &disk.disk, OVERLAY_MAX_BYTES), 0);
	for (uint64_t off = 0; off < REDO_MAX_BYTES; off += sizeof(block))
		assert_int_equal(
			disk_write(&o.disk, off, block, sizeof(block)), 0);
	assert_int_equal(encode(&o, NULL, 0, &bytes, &r), -ERR_TOO_LARGE);
	overlay_close(&o);
	emudisk_close(&disk);
}

/* --- The medium ----------------------------------------------------------- */

static void a_stored_record_is_loaded(void **state)
{
	uint8_t other[DIGEST_BYTES] = {0};
	struct redo r;
	uint8_t *bytes;

	(void)state;
	assert_int_equal(redo_medium_is_prepared(&medium.disk), 1);
	assert_int_equal(
		redo_medium_load(&medium.disk, rig.redo.digest, &bytes, &r),
		-ERR_EXISTS);
	assert_int_equal(redo_medium_store(&medium.disk, &rig.redo), 0);
	assert_int_equal(redo_medium_is_prepared(&medium.disk), 1);
	assert_int_equal(
		redo_medium_load(&medium.disk, other, &bytes, &r), -ERR_EXISTS);
	assert_int_equal(
		redo_medium_load(&medium.disk, rig.redo.digest, &bytes, &r), 0);
	assert_int_equal(r.len, rig.redo.len);
	assert_memory_equal(bytes, rig.bytes, r.len);
	free(bytes);

	assert_int_equal(redo_medium_empty(&medium.disk, rig.redo.digest), 0);
	assert_int_equal(redo_medium_is_prepared(&medium.disk), 1);
	assert_int_equal(
		redo_medium_load(&medium.disk, rig.redo.digest, &bytes, &r),
		-ERR_NOT_FOUND);
	/* It was another one that is complete. */
	assert_int_equal(
		redo_medium_load(&medium.disk, other, &bytes, &r), -ERR_EXISTS);
}

static void a_medium_that_is_none(void **state)
{
	struct redo r;
	uint8_t *bytes;

	(void)state;
	medium.bytes[0] ^= 1;
	assert_int_equal(redo_medium_is_prepared(&medium.disk), 0);
	assert_int_equal(
		redo_medium_load(&medium.disk, rig.redo.digest, &bytes, &r),
		-ERR_CORRUPT);
	medium.disk.size_bytes = 0;
	assert_int_equal(redo_medium_is_prepared(&medium.disk), 0);
	assert_int_equal(
		redo_medium_load(&medium.disk, rig.redo.digest, &bytes, &r),
		-ERR_TRUNCATED);
	assert_int_equal(redo_medium_empty(&medium.disk, rig.redo.digest),
		-ERR_NO_SPACE);
	medium.disk.size_bytes = rig.redo.len - 1;
	assert_int_equal(
		redo_medium_store(&medium.disk, &rig.redo), -ERR_NO_SPACE);
	assert_int_equal(medium.counts.writes, 0);
	medium.disk.size_bytes = MEDIUM_BYTES;
}

static void a_medium_that_fails_or_lies(void **state)
{
	static const int calls[] = {EMUDISK_READ, EMUDISK_WRITE, EMUDISK_FLUSH};
	struct redo r;
	uint8_t *bytes;

	(void)state;
	emudisk_plan_fault(&medium, EMUDISK_WRITE, EMUDISK_PRETEND, 1, true);
	assert_int_equal(
		redo_medium_store(&medium.disk, &rig.redo), -ERR_NOT_STORED);
	emudisk_reset(&medium);
	for (size_t i = 0; i < 3; i++) {
		emudisk_plan_fault(&medium, (enum emudisk_call)calls[i],
			EMUDISK_FAIL, 1, true);
		assert_int_equal(
			redo_medium_store(&medium.disk, &rig.redo), -ERR_IO);
		emudisk_reset(&medium);
	}
	emudisk_plan_fault(&medium, EMUDISK_READ, EMUDISK_PRETEND, 1, true);
	assert_int_equal(
		redo_medium_store(&medium.disk, &rig.redo), -ERR_NOT_STORED);
	assert_int_equal(redo_medium_is_prepared(&medium.disk), 0);
	emudisk_reset(&medium);
	assert_int_equal(redo_medium_store(&medium.disk, &rig.redo), 0);
	for (uint64_t n = 1; n <= 2; n++) {
		emudisk_plan_fault(
			&medium, EMUDISK_READ, EMUDISK_FAIL, n, false);
		assert_int_equal(redo_medium_load(&medium.disk, rig.redo.digest,
					 &bytes, &r),
			-ERR_IO);
		emudisk_reset(&medium);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_record_holds_the_commit),
		CASE(what_is_written_is_no_witness),
		CASE(every_flipped_bit_is_refused),
		CASE(every_shorter_one_is_refused),
		CASE(wrong_values_are_refused),
		CASE(encoding_that_fails),
		CASE(a_large_commit_goes_without),
		CASE(a_stored_record_is_loaded),
		CASE(a_medium_that_is_none),
		CASE(a_medium_that_fails_or_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
