/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sealed key packs: made and read, with a wrong PIN, changed in every bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_pack_make.h"
#include "recovery/keys/key_ring.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"
#include "tests/support/failalloc.h"
#include "tests/support/key_sample.h"

/*
 * What a PIN gives is taken as given here, for a derivation takes a second;
 * pin() does one.
 */
static const uint8_t derived[KEY_PACK_KEY_BYTES] = "derived from nothing";
static const uint8_t salt[KEY_PACK_SALT_BYTES] = "grain";

struct made {
	uint8_t *bytes;
	size_t len;
	struct key_memory memory;
	struct key_pack pack;
};

/* Keys 0 .. @count - 1 under the identifiers of these numbers. */
static void make(struct made *m, unsigned int count)
{
	struct key_pack_entry *entries = calloc(count + 1, sizeof(*entries));
	struct key k = {.kind = KEY_RECOVERY_PASSWORD,
		.id_kind = KEY_ID_WHOLE,
		.len = KEY_RECOVERY_BYTES};
	size_t dropped;
	unsigned int i;

	for (i = 0; i < count; i++) {
		key_sample_id(i, k.id);
		key_sample_bytes(i, k.bytes);
		assert_int_equal(key_pack_entry_set(&entries[i], &k), 0);
	}
	assert_int_equal(key_pack_sort(entries, count, &dropped), count);
	assert_int_equal(dropped, 0);
	m->len = (size_t)KEY_PACK_BYTES(count);
	m->bytes = malloc(m->len);
	assert_int_equal(key_pack_make(entries, count, salt,
				 KEY_PACK_MIN_ROUNDS, derived, m->bytes),
		0);
	key_memory_open(&m->memory, "site.keys", m->bytes, m->len);
	free(entries);
}

static int open_made(struct made *m)
{
	int err = key_pack_open(&m->pack, &m->memory.source);

	return err ? err : key_pack_unlock_with(&m->pack, derived);
}

static void end(struct made *m)
{
	static const struct key_pack wiped;

	key_pack_close(&m->pack);
	assert_memory_equal(&m->pack, &wiped, sizeof(wiped));
	free(m->bytes);
}

static int find(const struct made *m, unsigned int n, struct key *ret)
{
	uint8_t id[GUID_BYTES];

	key_sample_id(n, id);
	return key_pack_find(&m->pack, id, 0, ret);
}

static void assert_key(const struct key *k, unsigned int n)
{
	uint8_t bytes[KEY_RECOVERY_BYTES];
	uint8_t id[GUID_BYTES];

	key_sample_id(n, id);
	key_sample_bytes(n, bytes);
	assert_int_equal(k->kind, KEY_RECOVERY_PASSWORD);
	assert_int_equal(k->id_kind, KEY_ID_WHOLE);
	assert_int_equal(k->len, sizeof(bytes));
	assert_memory_equal(k->bytes, bytes, sizeof(bytes));
	assert_memory_equal(k->id, id, sizeof(id));
	assert_string_equal(k->file, "site.keys");
}

static void found_again(void **state)
{
	static const unsigned int counts[] = {0, 1, 2, 3, 7, 5000};
	struct made m;
	struct key k;
	unsigned int n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		make(&m, counts[i]);
		assert_int_equal(open_made(&m), 0);
		for (n = 0; n < counts[i]; n++) {
			assert_int_equal(find(&m, n, &k), 0);
			assert_key(&k, n);
		}
		for (; n < counts[i] + 50; n++)
			assert_int_equal(find(&m, n, &k), -ERR_NOT_FOUND);
		end(&m);
	}
}

static void the_list(void **state)
{
	uint8_t list[300 * KEY_ID_START_BYTES];
	uint8_t id[GUID_BYTES];
	struct made m;
	unsigned int n;
	size_t i;

	(void)state;
	make(&m, 300);
	assert_int_equal(open_made(&m), 0);
	assert_int_equal(key_pack_list(&m.pack, list), 0);
	for (n = 0; n < 300; n++) {
		key_sample_id(n, id);
		for (i = 0; i < sizeof(list); i += KEY_ID_START_BYTES)
			if (!memcmp(list + i, id, KEY_ID_START_BYTES))
				break;
		assert_true(i < sizeof(list));
	}
	end(&m);
}

/* Is any of it in the pack as it lies on the stick? */
static void nothing_in_clear(void **state)
{
	uint8_t bytes[KEY_RECOVERY_BYTES];
	uint8_t id[GUID_BYTES];
	struct made m;
	unsigned int n;
	size_t i;

	(void)state;
	make(&m, 40);
	for (n = 0; n < 40; n++) {
		key_sample_id(n, id);
		key_sample_bytes(n, bytes);
		for (i = 0; i + 4 <= m.len; i++) {
			assert_memory_not_equal(m.bytes + i, id, 4);
			assert_memory_not_equal(m.bytes + i, bytes, 4);
		}
	}
	memset(&m.pack, 0, sizeof(m.pack));
	end(&m);
}

/* A changed pack gives an error or no key, and never another one. */
static void every_bit(void **state)
{
	static const int refusals[] = {-ERR_CORRUPT, -ERR_UNSUPPORTED,
		-ERR_TOO_LARGE, -ERR_TRUNCATED, -ERR_UNTRUSTED, -ERR_NOT_FOUND};
	uint8_t list[3 * KEY_ID_START_BYTES];
	unsigned int refused;
	struct made m;
	struct key k;
	unsigned int n;
	size_t bit;
	size_t i;
	int err;

	(void)state;
	make(&m, 3);
	for (bit = 0; bit < m.len * 8; bit++) {
		m.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refused = 0;
		for (n = 0; n <= 3; n++) {
			err = open_made(&m);
			if (!err)
				err = n < 3 ? find(&m, n, &k)
					    : key_pack_list(&m.pack, list);
			if (!err && n < 3)
				assert_key(&k, n);
			for (i = 0; err && refusals[i] != err; i++)
				assert_true(i < 5);
			refused += err != 0;
			key_pack_close(&m.pack);
		}
		assert_true(refused); /* no bit is without a meaning */
		m.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(open_made(&m), 0);
	end(&m);
}

/* The record of one protector in the place of another. */
static void moved_records(void **state)
{
	uint8_t other[KEY_PACK_RECORD_BYTES];
	uint8_t *first;
	struct made m;
	struct key k;
	unsigned int n;

	(void)state;
	make(&m, 2);
	first = m.bytes + KEY_PACK_HEADER_BYTES;
	memcpy(other, first, sizeof(other));
	/* What is sealed of the second, under the place of the first. */
	memcpy(first + KEY_PACK_PLACE_BYTES,
		first + KEY_PACK_RECORD_BYTES + KEY_PACK_PLACE_BYTES,
		KEY_PACK_RECORD_BYTES - KEY_PACK_PLACE_BYTES);
	assert_int_equal(open_made(&m), 0);
	for (n = 0; n < 2; n++)
		if (!find(&m, n, &k))
			assert_key(&k, n);
	assert_int_equal((find(&m, 0, &k) == -ERR_CORRUPT) +
				 (find(&m, 1, &k) == -ERR_CORRUPT),
		1);
	/* In the wrong order: not found, at worst. */
	memcpy(first, first + KEY_PACK_RECORD_BYTES, sizeof(other));
	memcpy(first + KEY_PACK_RECORD_BYTES, other, sizeof(other));
	for (n = 0; n < 2; n++)
		if (!find(&m, n, &k))
			assert_key(&k, n);
	end(&m);
}

static void cut_and_longer(void **state)
{
	struct key_pack pack;
	struct made m;
	size_t len;

	(void)state;
	make(&m, 3);
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
	end(&m);
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
	struct made m;
	uint32_t old;
	size_t i;

	(void)state;
	make(&m, 1);
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
	end(&m);
}

/* One real derivation, against what Python computes with OpenSSL. */
static void pin(void **state)
{
	static const uint8_t expected[KEY_PACK_KEY_BYTES] = {0x93, 0x78, 0x4e,
		0x6c, 0x4b, 0x09, 0xfe, 0xae, 0xe2, 0xe4, 0xfe, 0xd7, 0x12,
		0x0d, 0x60, 0x79, 0x79, 0x01, 0x7e, 0x4e, 0x07, 0xa9, 0x35,
		0xc7, 0xed, 0x7e, 0x89, 0xa6, 0x07, 0xfb, 0xe3, 0x3b};
	uint8_t found[KEY_PACK_KEY_BYTES];
	struct made m;

	(void)state;
	make(&m, 1);
	assert_int_equal(key_pack_open(&m.pack, &m.memory.source), 0);
	assert_int_equal(
		key_pack_unlock(&m.pack, "271828182845", 12), -ERR_UNTRUSTED);
	assert_int_equal(
		key_pack_derive("271828182845", 12, salt, 1000, found), 0);
	assert_memory_equal(found, expected, sizeof(found));
	end(&m);
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
	struct made m;
	struct key k;
	uint64_t n;
	int err;

	(void)state;
	make(&m, 2);
	for (n = 1; hit; n++) {
		failalloc_arm(n, false);
		err = open_made(&m);
		if (!err)
			err = find(&m, 1, &k);
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
	end(&m);
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
	struct made m;
	struct broken b = {&m.memory, 0};
	struct key_source source;
	struct key k;

	(void)state;
	make(&m, 2);
	source = m.memory.source;
	source.read = read_broken;
	source.ctx = &b;
	assert_int_equal(key_pack_open(&m.pack, &source), -ERR_IO);
	b.from = KEY_PACK_HEADER_BYTES;
	assert_int_equal(key_pack_open(&m.pack, &source), 0);
	assert_int_equal(key_pack_unlock_with(&m.pack, derived), 0);
	assert_int_equal(find(&m, 0, &k), -ERR_IO);
	assert_int_equal(key_pack_list(&m.pack, list), -ERR_IO);
	b.from = m.len - sizeof(list);
	assert_int_equal(key_pack_list(&m.pack, list), -ERR_IO);
	b.from = m.len;
	assert_int_equal(key_pack_list(&m.pack, list), 0);
	end(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_again),
		cmocka_unit_test(the_list),
		cmocka_unit_test(nothing_in_clear),
		cmocka_unit_test(every_bit),
		cmocka_unit_test(moved_records),
		cmocka_unit_test(cut_and_longer),
		cmocka_unit_test(header_limits),
		cmocka_unit_test(pin),
		cmocka_unit_test(pins),
		cmocka_unit_test(same_identifier),
		cmocka_unit_test(startup_keys),
		cmocka_unit_test(no_keys),
		cmocka_unit_test(wrong_calls),
		cmocka_unit_test(failed_allocations),
		cmocka_unit_test(failed_reads),
	};

	return cmocka_run_group_tests_name("key_pack", tests, NULL, NULL);
}
