/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The number of a PC: the same for whoever computes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/share.h"

/* 9d4a7cb0-4a5c-11ef-9f5a-0800200c9a66, as it lies in the table. */
static const uint8_t id[SHARE_ID_BYTES] = {0xb0, 0x7c, 0x4a, 0x9d, 0x5c, 0x4a,
	0xef, 0x11, 0x9f, 0x5a, 0x08, 0x00, 0x20, 0x0c, 0x9a, 0x66};
static const uint8_t mac[SHARE_MAC_BYTES] = {
	0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

/* By Python's hashlib. */
static void known_numbers(void **state)
{
	(void)state;
	assert_int_equal(share_number(id, mac), 539);
	assert_int_equal(share_number(id, NULL), 26);
	assert_int_equal(share_number(NULL, mac), 59);
	assert_int_equal(share_number(NULL, NULL), SHARE_UNKNOWN);
}

static void one_behind_the_other(void **state)
{
	uint8_t both[SHARE_ID_BYTES + SHARE_MAC_BYTES];

	(void)state;
	memcpy(both, id, sizeof(id));
	memcpy(both + sizeof(id), mac, sizeof(mac));
	assert_int_equal(share_draw(both, sizeof(both), NULL, 0), 539);
	assert_int_equal(share_draw(both, 3, both + 3, sizeof(both) - 3), 539);
}

/* PCs of one delivery have neighbouring addresses, and often one UUID. */
static void evenly_spread(void **state)
{
	unsigned int drawn[10] = {0};
	uint8_t card[SHARE_MAC_BYTES] = {0x52, 0x54};
	uint32_t number;
	unsigned int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		card[3] = (uint8_t)(i >> 16);
		card[4] = (uint8_t)(i >> 8);
		card[5] = (uint8_t)i;
		number = share_number(id, card);
		assert_true(number < SHARE_ALL);
		drawn[number / 100]++;
	}
	for (i = 0; i < 10; i++)
		assert_in_range(drawn[i], 9700, 10300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_numbers),
		cmocka_unit_test(one_behind_the_other),
		cmocka_unit_test(evenly_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
