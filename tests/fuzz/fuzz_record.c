/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_check() on any bytes.  Tried a second time with the checksum put
 * right: no fuzzer guesses one, and what lies behind it wants testing too.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/record.h"
#include "storage/bytes.h"
#include "storage/crc32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted is what record_encode() writes, byte for byte. */
static void check(const uint8_t *bytes, size_t size)
{
	uint8_t again[RECORD_BYTES];
	struct record r;

	if (record_check(bytes, size, &r) < 0)
		return;
	record_encode(&r, again);
	if (size != RECORD_BYTES || memcmp(bytes, again, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t copy[RECORD_BYTES];

	check(data, size);
	if (size != RECORD_BYTES)
		return 0;
	memcpy(copy, data, size);
	le32_put(copy, 0x3152424C);
	le32_put(copy + size - 4, crc32_of(copy, size - 4));
	check(copy, size);
	return 0;
}
