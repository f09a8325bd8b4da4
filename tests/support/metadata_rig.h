/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An encrypted volume (bitlocker_rig.h) whose metadata a file of tests changes,
 * and what is expected of them then.
 */
#ifndef TESTS_SUPPORT_METADATA_RIG_H
#define TESTS_SUPPORT_METADATA_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bitlocker/format.h"
#include "storage/bytes.h"
#include "tests/support/bitlocker_rig.h"

#define SET FVE_BLOCK_SET

static const struct bitlocker_plan simple = {.secret_count = 0};
static struct bitlocker_rig rig;

/* For cmocka. */
static inline int metadata_rig_setup(void **state)
{
	(void)state;
	bitlocker_rig_make(&rig, &simple);
	return 0;
}

static inline int metadata_rig_teardown(void **state)
{
	(void)state;
	bitlocker_rig_close(&rig);
	return 0;
}

static inline uint8_t *block(size_t i)
{
	return rig.disk.bytes + rig.made.copies[i];
}

/* Changes all three copies alike, with right checksums. */
static inline void put_everywhere(size_t at, const void *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < BITLOCKER_COPIES; i++) {
		memcpy(block(i) + at, bytes, len);
		bitlocker_maker_checksum(block(i));
	}
}

static inline void put16(size_t at, uint16_t v)
{
	uint8_t b[2];

	le16_put(b, v);
	put_everywhere(at, b, sizeof(b));
}

static inline void put32(size_t at, uint32_t v)
{
	uint8_t b[4];

	le32_put(b, v);
	put_everywhere(at, b, sizeof(b));
}

static inline void put64(size_t at, uint64_t v)
{
	uint8_t b[8];

	le64_put(b, v);
	put_everywhere(at, b, sizeof(b));
}

static inline void expect(
	enum bitlocker_refusal no_read, enum bitlocker_refusal no_write)
{
	bitlocker_rig_read(&rig);
	assert_string_equal(bitlocker_refusal_word(rig.metadata.no_read),
		bitlocker_refusal_word(no_read));
	assert_string_equal(bitlocker_refusal_word(rig.metadata.no_write),
		bitlocker_refusal_word(no_write));
	assert_int_equal(rig.disk.counts.writes, 0);
}

static inline void expect_refused(enum bitlocker_refusal r)
{
	expect(r, r);
}

static inline size_t find_entry(uint16_t type)
{
	const uint8_t *b = block(0);
	size_t at = SET + FVE_SET_HEADER;

	while (le16_get(b + at + FVE_ENTRY_TYPE) != type)
		at += le16_get(b + at + FVE_ENTRY_SIZE);
	return at;
}

#endif
