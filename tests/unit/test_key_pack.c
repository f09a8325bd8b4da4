/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sealed key packs: made and read, their PINs, and a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_ring.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/key_pack_rig.h"

static void found_again(void **state)
{
	static const unsigned int counts[] = {0, 1, 2, 3, 7, 5000};
	struct sealed_pack m;
	struct key k;
	unsigned int n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		pack_make(&m, counts[i]);
		assert_int_equal(pack_open(&m), 0);
		for (n = 0; n < counts[i]; n++) {
			assert_int_equal(pack_find(&m, n, &k), 0);
			pack_expect_key(&k, n);
		}
		for (; n < counts[i] + 50; n++)
			assert_int_equal(pack_find(&m, n, &k), -ERR_NOT_FOUND);
		pack_end(&m);
	}
}

static void the_list(void **state)
{
	uint8_t list[300 * KEY_ID_START_BYTES];
	uint8_t id[GUID_BYTES];
	struct sealed_pack m;
	unsigned int n;
	size_t i;

	(void)state;
	pack_make(&m, 300);
	assert_int_equal(pack_open(&m), 0);
	assert_int_equal(key_pack_list(&m.pack, list), 0);
	for (n = 0; n < 300; n++) {
		key_sample_id(n, id);
		for (i = 0; i < sizeof(list); i += KEY_ID_START_BYTES)
			if (!memcmp(list + i, id, KEY_ID_START_BYTES))
				break;
		assert_true(i < sizeof(list));
	}
	pack_end(&m);
}

/* Is any of it in the pack as it lies on the stick? */
static void nothing_in_clear(void **state)
{
	uint8_t bytes[KEY_RECOVERY_BYTES];
	uint8_t id[GUID_BYTES];
	struct sealed_pack m;
	unsigned int n;
	size_t i;

	(void)state;
	pack_make(&m, 40);
	for (n = 0; n < 40; n++) {
		key_sample_id(n, id);
		key_sample_bytes(n, bytes);
		for (i = 0; i + 4 <= m.len; i++) {
			assert_memory_not_equal(m.bytes + i, id, 4);
			assert_memory_not_equal(m.bytes + i, bytes, 4);
		}
	}
	memset(&m.pack, 0, sizeof(m.pack));
	pack_end(&m);
}

/* One real derivation, against what Python computes with OpenSSL. */
static void pin(void **state)
{
	static const uint8_t expected[KEY_PACK_KEY_BYTES] = {0x93, 0x78, 0x4e,
		0x6c, 0x4b, 0x09, 0xfe, 0xae, 0xe2, 0xe4, 0xfe, 0xd7, 0x12,
		0x0d, 0x60, 0x79, 0x79, 0x01, 0x7e, 0x4e, 0x07, 0xa9, 0x35,
		0xc7, 0xed, 0x7e, 0x89, 0xa6, 0x07, 0xfb, 0xe3, 0x3b};
	uint8_t found[KEY_PACK_KEY_BYTES];
	struct sealed_pack m;

	(void)state;
	pack_make(&m, 1);
	assert_int_equal(key_pack_open(&m.pack, &m.memory.source), 0);
	assert_int_equal(
		key_pack_unlock(&m.pack, "271828182845", 12), -ERR_UNTRUSTED);
	assert_int_equal(
		key_pack_derive("271828182845", 12, salt, 1000, found), 0);
	assert_memory_equal(found, expected, sizeof(found));
	pack_end(&m);
}

static void pins(void **state)
{
	static const char *const good[] = {"271828182845", "correct horse",
		"k9#mZ!27qw", "0918 2736 4554"};
	static const char *const bad[] = {"", "1234", "27182818284",
		"k9#mZ!27q", "111111111111", "121212121212", "123456789012",
		"098765432109", "abcdefghij", "k9#mZ!27q\xC3\xA4",
		"k9#mZ!27qw\n", "k9#mZ!27qw\x7F"};
	char longest[KEY_PACK_MAX_PIN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(key_pack_pin_fault(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(key_pack_pin_fault(bad[i], strlen(bad[i])));
	for (i = 0; i < sizeof(longest); i++)
		longest[i] = "motzkin!"[i % 8];
	assert_null(key_pack_pin_fault(longest, sizeof(longest) - 1));
	assert_non_null(key_pack_pin_fault(longest, sizeof(longest)));
}

/* Keys that are there twice, and keys that contradict each other. */
static void same_identifier(void **state)
{
	static struct key_ring ring;
	struct key_sink sink = key_ring_sink(&ring);
	struct key_pack_entry entries[12];
	struct key k = {.kind = KEY_RECOVERY_PASSWORD,
		.id_kind = KEY_ID_WHOLE,
		.len = KEY_RECOVERY_BYTES};
	uint8_t bytes[1024];
	struct key_memory m;
	struct key_pack pack;
	size_t dropped;
	size_t count;
	unsigned int i;

	(void)state;
	key_sample_id(1, k.id);
	for (i = 0; i < 12; i++) {
		key_sample_bytes(i / 2, k.bytes);
		assert_int_equal(key_pack_entry_set(&entries[i], &k), 0);
	}
	count = key_pack_sort(entries, 12, &dropped);
	assert_int_equal(count, KEY_PACK_MAX_SAME);
	assert_int_equal(dropped, 4);
	assert_int_equal(key_pack_make(entries, count, salt,
				 KEY_PACK_MIN_ROUNDS, derived, bytes),
		0);
	key_memory_open(&m, "x", bytes, (size_t)KEY_PACK_BYTES(count));
	assert_int_equal(key_pack_open(&pack, &m.source), 0);
	assert_int_equal(key_pack_unlock_with(&pack, derived), 0);
	key_ring_open(&ring);
	assert_int_equal(key_ring_want(&ring, k.id), 0);
	assert_int_equal(key_pack_hand_in(&pack, k.id, &sink), 0);
	assert_int_equal(ring.count, KEY_PACK_MAX_SAME);
	key_sample_id(2, k.id);
	assert_int_equal(key_pack_hand_in(&pack, k.id, &sink), 0);
	assert_int_equal(ring.count, KEY_PACK_MAX_SAME);
	key_pack_close(&pack);
}

static void startup_keys(void **state)
{
	struct key_pack_entry entry;
	struct key k = {.kind = KEY_STARTUP,
		.id_kind = KEY_ID_WHOLE,
		.len = KEY_STARTUP_BYTES};
	uint8_t bytes[KEY_PACK_BYTES(1)];
	struct key_memory m;
	struct key_pack pack;
	struct key found;

	(void)state;
	memset(k.bytes, 0xB3, KEY_STARTUP_BYTES);
	assert_int_equal(key_pack_entry_set(&entry, &k), 0);
	assert_int_equal(key_pack_make(&entry, 1, salt, KEY_PACK_MIN_ROUNDS,
				 derived, bytes),
		0);
	key_memory_open(&m, "x", bytes, sizeof(bytes));
	assert_int_equal(key_pack_open(&pack, &m.source), 0);
	assert_int_equal(key_pack_unlock_with(&pack, derived), 0);
	assert_int_equal(key_pack_find(&pack, k.id, 0, &found), 0);
	assert_int_equal(found.kind, KEY_STARTUP);
	assert_int_equal(found.len, KEY_STARTUP_BYTES);
	assert_memory_equal(found.bytes, k.bytes, KEY_STARTUP_BYTES);
	key_pack_close(&pack);
	k.kind = KEY_PASSWORD;
	assert_int_equal(key_pack_entry_set(&entry, &k), -ERR_UNSUPPORTED);
	k.kind = KEY_STARTUP;
	k.id_kind = KEY_ID_START;
	assert_int_equal(key_pack_entry_set(&entry, &k), -ERR_UNSUPPORTED);
	k.id_kind = KEY_ID_WHOLE;
	k.len = KEY_STARTUP_BYTES + 1;
	assert_int_equal(key_pack_entry_set(&entry, &k), -ERR_UNSUPPORTED);
}

static void wrong_calls(void **state)
{
	uint8_t bytes[KEY_PACK_BYTES(0)];

	(void)state;
	assert_int_equal(key_pack_make(NULL, KEY_PACK_MAX_RECORDS + 1, salt,
				 KEY_PACK_MIN_ROUNDS, derived, NULL),
		-ERR_TOO_LARGE);
	assert_int_equal(key_pack_make(NULL, 0, salt, KEY_PACK_MAX_ROUNDS + 1,
				 derived, bytes),
		-ERR_TOO_LARGE);
	assert_int_equal(key_pack_make(NULL, 0, salt, KEY_PACK_MIN_ROUNDS - 1,
				 derived, bytes),
		-ERR_INTERNAL);
}

static void failed_allocations(void **state)
{
	uint8_t bytes[KEY_PACK_BYTES(1)];
	struct key_pack_entry entry;
	bool hit = true;
	struct sealed_pack m;
	struct key k;
	uint64_t n;
	int err;

	(void)state;
	pack_make(&m, 2);
	for (n = 1; hit; n++) {
		failalloc_arm(n, false);
		err = pack_open(&m);
		if (!err)
			err = pack_find(&m, 1, &k);
		hit = failalloc_disarm();
		assert_int_equal(err, hit ? -ERR_NO_MEMORY : 0);
		key_pack_close(&m.pack);
	}
	assert_true(n > 3);
	failalloc_arm(1, false);
	assert_int_equal(key_pack_unlock(&m.pack, "x", 1), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
	for (hit = true, n = 1; hit; n++) {
		memset(&entry, 0, sizeof(entry));
		failalloc_arm(n, false);
		err = key_pack_make(
			&entry, 1, salt, KEY_PACK_MIN_ROUNDS, derived, bytes);
		hit = failalloc_disarm();
		assert_int_equal(err, hit ? -ERR_NO_MEMORY : 0);
	}
	failalloc_arm(1, false);
	assert_int_equal(
		key_pack_derive("x", 1, salt, 1, k.bytes), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
	pack_end(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_again),
		cmocka_unit_test(the_list),
		cmocka_unit_test(nothing_in_clear),
		cmocka_unit_test(pin),
		cmocka_unit_test(pins),
		cmocka_unit_test(same_identifier),
		cmocka_unit_test(startup_keys),
		cmocka_unit_test(wrong_calls),
		cmocka_unit_test(failed_allocations),
	};

	return cmocka_run_group_tests_name("key_pack", tests, NULL, NULL);
}
