/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_check() on any bytes, and once more with the checksum put right. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/record.h"
#include "tests/fuzz/sealed.h"

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
	sealed_try(data, size, RECORD_BYTES, 0x3252424C, check);
	return 0;
}
