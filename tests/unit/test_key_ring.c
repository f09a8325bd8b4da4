/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring: what is kept, what is passed over, in which order it is tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_ring.h"
#include "storage/err.h"
#include "tests/support/key_sample.h"

static struct key_ring ring;

static struct key make(
	unsigned int key, enum key_id_kind id_kind, unsigned int id)
{
	struct key k = {.kind = KEY_RECOVERY_PASSWORD,
		.id_kind = id_kind,
		.len = KEY_RECOVERY_BYTES,
		.row = key};

	key_sample_bytes(key, k.bytes);
	if (id_kind != KEY_ID_NONE)
		key_sample_id(id, k.id);
	if (id_kind == KEY_ID_START)
		memset(k.id + KEY_ID_START_BYTES, 0,
			GUID_BYTES - KEY_ID_START_BYTES);
	return k;
}

static int add(unsigned int key, enum key_id_kind id_kind, unsigned int id)
{
	struct key k = make(key, id_kind, id);

	return key_ring_add(&ring, &k);
}

static void want(unsigned int n)
{
	uint8_t id[GUID_BYTES];

	key_sample_id(n, id);
	assert_int_equal(key_ring_want(&ring, id), 0);
}

static int open_ring(void **state)
{
	(void)state;
	key_ring_open(&ring);
	want(1);
	want(2);
	want(2);
	return ring.wanted_count == 2 ? 0 : -1;
}

/* Every byte of it, with the keys. */
static int close_ring(void **state)
{
	static const struct key_ring wiped;

	(void)state;
	key_ring_close(&ring);
	return memcmp(&ring, &wiped, sizeof(ring)) ? -1 : 0;
}

static void what_is_wanted(void **state)
{
	(void)state;
	assert_int_equal(add(1, KEY_ID_WHOLE, 1), 1);
	assert_int_equal(add(1, KEY_ID_WHOLE, 1), 1); /* not twice */
	assert_int_equal(add(3, KEY_ID_WHOLE, 3), 0);
	assert_int_equal(add(3, KEY_ID_START, 3), 0);
	assert_int_equal(add(2, KEY_ID_START, 2), 1);
	assert_int_equal(add(4, KEY_ID_NONE, 0), 1);
	assert_int_equal(ring.count, 3);
}

/* The same bytes may be another key. */
static void other_kinds(void **state)
{
	struct key k = make(1, KEY_ID_WHOLE, 1);

	(void)state;
	assert_int_equal(key_ring_add(&ring, &k), 1);
	k.len--;
	assert_int_equal(key_ring_add(&ring, &k), 1);
	k.kind = KEY_STARTUP;
	assert_int_equal(key_ring_add(&ring, &k), 1);
	assert_int_equal(ring.count, 3);
}

static void order_of_trying(void **state)
{
	static const unsigned int order[] = {5, 6, 4, 3, 7};
	const struct key *k = NULL;
	uint8_t id[GUID_BYTES];
	size_t i;

	(void)state;
	assert_int_equal(add(3, KEY_ID_NONE, 0), 1);
	assert_int_equal(add(4, KEY_ID_START, 1), 1);
	assert_int_equal(add(9, KEY_ID_WHOLE, 2), 1);
	assert_int_equal(add(5, KEY_ID_WHOLE, 1), 1);
	assert_int_equal(add(6, KEY_ID_WHOLE, 1), 1);
	assert_int_equal(add(7, KEY_ID_NONE, 0), 1);
	key_sample_id(1, id);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		k = key_ring_next(&ring, id, k);
		assert_non_null(k);
		assert_int_equal(k->row, order[i]);
	}
	assert_null(key_ring_next(&ring, id, k));
	key_sample_id(8, id);
	assert_int_equal(key_ring_next(&ring, id, NULL)->row, 3);
}

static void limits(void **state)
{
	uint8_t id[GUID_BYTES];
	struct key_sink sink = key_ring_sink(&ring);
	struct key k;
	unsigned int i;

	(void)state;
	for (i = 0; i < KEY_RING_MAX_UNKNOWN; i++)
		assert_int_equal(add(i, KEY_ID_NONE, 0), 1);
	assert_int_equal(add(i, KEY_ID_NONE, 0), -ERR_NO_SPACE);
	for (i = 0; i < KEY_RING_MAX_SAME; i++)
		assert_int_equal(add(i, KEY_ID_WHOLE, 1), 1);
	assert_int_equal(add(i, KEY_ID_WHOLE, 1), -ERR_NO_SPACE);
	for (i = 0; i < KEY_RING_MAX_WANTED - 2; i++)
		want(100 + i);
	key_sample_id(99, id);
	assert_int_equal(key_ring_want(&ring, id), -ERR_NO_SPACE);
	for (i = 0; ring.count < KEY_RING_MAX_KEYS; i++)
		assert_int_equal(add(i, KEY_ID_WHOLE, 100 + i), 1);
	assert_int_equal(add(i, KEY_ID_WHOLE, 100 + i), -ERR_NO_SPACE);
	/* Reading goes on: another file may have what is wanted. */
	k = make(i, KEY_ID_WHOLE, 100 + i);
	assert_int_equal(sink.key(sink.ctx, &k), 0);
	assert_int_equal(ring.dropped, 1);
}

static void names(void **state)
{
	struct key k = make(1, KEY_ID_WHOLE, 1);
	char name[200];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	k.file = name;
	assert_int_equal(key_ring_add(&ring, &k), 1);
	assert_int_equal(
		strlen(ring.entries[0].key.file), KEY_RING_NAME_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_wanted, open_ring, close_ring),
		cmocka_unit_test_setup_teardown(
			order_of_trying, open_ring, close_ring),
		cmocka_unit_test_setup_teardown(
			other_kinds, open_ring, close_ring),
		cmocka_unit_test_setup_teardown(limits, open_ring, close_ring),
		cmocka_unit_test_setup_teardown(names, open_ring, close_ring),
	};

	return cmocka_run_group_tests_name("key_ring", tests, NULL, NULL);
}
