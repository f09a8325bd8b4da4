/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sealed key packs that are changed, cut, made up, or cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"
#include "tests/support/key_pack_rig.h"

/* A changed pack gives an error or no key, and never another one. */
static void every_bit(void **state)
{
	static const int refusals[] = {-ERR_CORRUPT, -ERR_UNSUPPORTED,
		-ERR_TOO_LARGE, -ERR_TRUNCATED, -ERR_UNTRUSTED, -ERR_NOT_FOUND};
	uint8_t list[3 * KEY_ID_START_BYTES];
	unsigned int refused;
	struct sealed_pack m;
	struct key k;
	unsigned int n;
	size_t bit;
	size_t i;
	int err;

	(void)state;
	pack_make(&m, 3);
	for (bit = 0; bit < m.len * 8; bit++) {
		m.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refused = 0;
		for (n = 0; n <= 3; n++) {
			err = pack_open(&m);
			if (!err)
				err = n < 3 ? pack_find(&m, n, &k)
					    : key_pack_list(&m.pack, list);
			if (!err && n < 3)
				pack_expect_key(&k, n);
			for (i = 0; err && refusals[i] != err; i++)
				assert_true(i < 5);
			refused += err != 0;
			key_pack_close(&m.pack);
		}
		assert_true(refused); /* no bit is without a meaning */
		m.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(pack_open(&m), 0);
	pack_end(&m);
}

/* The record of one protector in the place of another. */
static void moved_records(void **state)
{
	uint8_t other[KEY_PACK_RECORD_BYTES];
	uint8_t *first;
	struct sealed_pack m;
	struct key k;
	unsigned int n;

	(void)state;
	pack_make(&m, 2);
	first = m.bytes + KEY_PACK_HEADER_BYTES;
	memcpy(other, first, sizeof(other));
	/* What is sealed of the second, under the place of the first. */
	memcpy(first + KEY_PACK_PLACE_BYTES,
		first + KEY_PACK_RECORD_BYTES + KEY_PACK_PLACE_BYTES,
		KEY_PACK_RECORD_BYTES - KEY_PACK_PLACE_BYTES);
	assert_int_equal(pack_open(&m), 0);
	for (n = 0; n < 2; n++)
		if (!pack_find(&m, n, &k))
			pack_expect_key(&k, n);
	assert_int_equal((pack_find(&m, 0, &k) == -ERR_CORRUPT) +
				 (pack_find(&m, 1, &k) == -ERR_CORRUPT),
		1);
	/* In the wrong order: not found, at worst. */
	memcpy(first, first + KEY_PACK_RECORD_BYTES, sizeof(other));
	memcpy(first + KEY_PACK_RECORD_BYTES, other, sizeof(other));
	for (n = 0; n < 2; n++)
		if (!pack_find(&m, n, &k))
			pack_expect_key(&k, n);
	pack_end(&m);
}

static void cut_and_longer(void **state)
{
	struct key_pack pack;
	struct sealed_pack m;
	size_t len;

	(void)state;
	pack_make(&m, 3);
	for (len = 0; len < m.len; len++) {
		void *exact = exact_copy(m.bytes, len);

		key_memory_open(&m.memory, "cut", exact, len);
		assert_int_equal(
			key_pack_open(&pack, &m.memory.source), -ERR_TRUNCATED);
		free(exact);
	}
	m.bytes = realloc(m.bytes, m.len + 1);
	m.bytes[m.len] = 0;
	key_memory_open(&m.memory, "longer", m.bytes, m.len + 1);
	assert_int_equal(key_pack_open(&pack, &m.memory.source), -ERR_CORRUPT);
	memset(&m.pack, 0, sizeof(m.pack));
	pack_end(&m);
}

/* What the header may say: nobody computes for a year, or not at all. */
static void header_limits(void **state)
{
	static const struct {
		size_t off;
		uint32_t value;
		int err;
	} cases[] = {
		{8, 2, -ERR_UNSUPPORTED},
		{12, KEY_PACK_MIN_ROUNDS - 1, -ERR_CORRUPT},
		{12, KEY_PACK_MAX_ROUNDS, 0},
		{12, KEY_PACK_MAX_ROUNDS + 1, -ERR_TOO_LARGE},
		{16, 0, -ERR_CORRUPT},
		{16, 2, -ERR_TRUNCATED},
		{16, KEY_PACK_MAX_RECORDS, -ERR_TRUNCATED},
		{16, KEY_PACK_MAX_RECORDS + 1, -ERR_TOO_LARGE},
		{16, UINT32_MAX, -ERR_TOO_LARGE},
		{28, 1, -ERR_CORRUPT},
	};
	struct key_pack_header h;
	struct sealed_pack m;
	uint32_t old;
	size_t i;

	(void)state;
	pack_make(&m, 1);
	assert_int_equal(key_pack_check(m.bytes, KEY_PACK_HEADER_BYTES - 1, &h),
		-ERR_TRUNCATED);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		old = le32_get(m.bytes + cases[i].off);
		le32_put(m.bytes + cases[i].off, cases[i].value);
		assert_int_equal(
			key_pack_check(m.bytes, m.len, &h), cases[i].err);
		le32_put(m.bytes + cases[i].off, old);
	}
	memset(&m.pack, 0, sizeof(m.pack));
	pack_end(&m);
}

/* Authentic, but not what a pack may have. */
static void no_keys(void **state)
{
	static const struct {
		uint8_t kind;
		uint8_t len;
		uint8_t last; /* byte of the key */
	} cases[] = {{KEY_PASSWORD, KEY_STARTUP_BYTES, 0},
		{KEY_STARTUP, KEY_RECOVERY_BYTES, 0},
		{KEY_RECOVERY_PASSWORD, KEY_STARTUP_BYTES, 0},
		{KEY_RECOVERY_PASSWORD, KEY_RECOVERY_BYTES, 1}};
	uint8_t bytes[KEY_PACK_BYTES(1)];
	struct key_pack_entry entry;
	struct key_memory m;
	struct key_pack pack;
	struct key found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&entry, 0, sizeof(entry));
		entry.kind = cases[i].kind;
		entry.len = cases[i].len;
		entry.bytes[KEY_STARTUP_BYTES - 1] = cases[i].last;
		assert_int_equal(key_pack_make(&entry, 1, salt,
					 KEY_PACK_MIN_ROUNDS, derived, bytes),
			0);
		key_memory_open(&m, "x", bytes, sizeof(bytes));
		assert_int_equal(key_pack_open(&pack, &m.source), 0);
		assert_int_equal(key_pack_unlock_with(&pack, derived), 0);
		assert_int_equal(key_pack_find(&pack, entry.id, 0, &found),
			-ERR_CORRUPT);
		key_pack_close(&pack);
	}
}

struct broken {
	const struct key_memory *memory;
	uint64_t from; /* cannot be read from here on */
};

static int read_broken(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct broken *b = ctx;

	if (off + len > b->from)
		return -ERR_IO;
	memcpy(buf, b->memory->bytes + off, len);
	return 0;
}

static void failed_reads(void **state)
{
	uint8_t list[2 * KEY_ID_START_BYTES];
	struct sealed_pack m;
	struct broken b = {&m.memory, 0};
	struct key_source source;
	struct key k;

	(void)state;
	pack_make(&m, 2);
	source = m.memory.source;
	source.read = read_broken;
	source.ctx = &b;
	assert_int_equal(key_pack_open(&m.pack, &source), -ERR_IO);
	b.from = KEY_PACK_HEADER_BYTES;
	assert_int_equal(key_pack_open(&m.pack, &source), 0);
	assert_int_equal(key_pack_unlock_with(&m.pack, derived), 0);
	assert_int_equal(pack_find(&m, 0, &k), -ERR_IO);
	assert_int_equal(key_pack_list(&m.pack, list), -ERR_IO);
	b.from = m.len - sizeof(list);
	assert_int_equal(key_pack_list(&m.pack, list), -ERR_IO);
	b.from = m.len;
	assert_int_equal(key_pack_list(&m.pack, list), 0);
	pack_end(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bit),
		cmocka_unit_test(moved_records),
		cmocka_unit_test(cut_and_longer),
		cmocka_unit_test(header_limits),
		cmocka_unit_test(no_keys),
		cmocka_unit_test(failed_reads),
	};

	return cmocka_run_group_tests_name("key_pack_bad", tests, NULL, NULL);
}
