/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that begin with a magic number and end with a CRC-32: tried as they
 * are, and a second time with both put right.  No fuzzer guesses a checksum,
 * and what lies behind it wants testing too.
 */
#ifndef TESTS_FUZZ_SEALED_H
#define TESTS_FUZZ_SEALED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/crc32.h"

/* Accepts the bytes or not; ends the program where something is wrong. */
typedef void sealed_check(const uint8_t *bytes, size_t size);

/** sealed_try - @len: the only length that is accepted */
static inline void sealed_try(const uint8_t *data, size_t size, size_t len,
	uint32_t magic, sealed_check *check)
{
	uint8_t *copy;

	check(data, size);
	if (size != len)
		return;
	copy = malloc(len);
	if (!copy)
		return;
	memcpy(copy, data, len);
	le32_put(copy, magic);
	le32_put(copy + len - 4, crc32_of(copy, len - 4));
	check(copy, len);
	free(copy);
}

#endif
