/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failure_check() on any bytes, and once more with the checksum put right.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/failure.h"
#include "tests/fuzz/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted is what failure_encode() writes, byte for byte. */
static void check(const uint8_t *bytes, size_t size)
{
	uint8_t again[FAILURE_BYTES];
	struct failure f;

	if (failure_check(bytes, size, &f) < 0)
		return;
	failure_encode(&f, again);
	if (size != FAILURE_BYTES || memcmp(bytes, again, size) != 0 ||
		f.count < 1 || f.count > FAILURE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sealed_try(data, size, FAILURE_BYTES, 0x3146424C, check);
	return 0;
}
