/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small emulated disk for the tests of the emulated disk: its sectors hold
 * one value each.
 */
#ifndef TESTS_SUPPORT_EMUDISK_RIG_H
#define TESTS_SUPPORT_EMUDISK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/emudisk.h"

#define SECTORS	     64
#define SECTOR_BYTES EMUDISK_SECTOR_BYTES
#define DISK_BYTES   (SECTORS * SECTOR_BYTES)

static inline int open_disk(void **state)
{
	static struct emudisk e;

	assert_int_equal(emudisk_open(&e, DISK_BYTES, 512), 0);
	*state = &e;
	return 0;
}

static inline int close_disk(void **state)
{
	emudisk_close(*state);
	return 0;
}

/* Fills sectors with one value, in one write. */
static inline int put(struct emudisk *e, unsigned int sector,
	unsigned int count, unsigned char value)
{
	unsigned char buf[8 * SECTOR_BYTES];

	memset(buf, value, sizeof(buf));
	return disk_write(&e->disk, (uint64_t)sector * SECTOR_BYTES, buf,
		(size_t)count * SECTOR_BYTES);
}

static inline unsigned char at(const struct emudisk *e, unsigned int sector)
{
	const unsigned char *p = e->bytes + (size_t)sector * SECTOR_BYTES;

	for (size_t i = 1; i < SECTOR_BYTES; i++)
		assert_int_equal(p[i], p[0]);
	return p[0];
}

#define DISK_TEST(f) cmocka_unit_test_setup_teardown(f, open_disk, close_disk)

#endif
