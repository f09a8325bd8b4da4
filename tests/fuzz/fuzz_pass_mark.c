/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pass_mark_check() on any bytes: what it accepts is within its ranges, and
 * nothing is changed by what it refuses.  With the checksum put right all marks
 * are accepted.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/pass_mark.h"
#include "storage/bytes.h"
#include "storage/crc32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(const uint8_t *bytes, size_t size)
{
	struct record before = {
		.handover_passes = 0x10000, .handover_restarts = 2};
	struct record after = before;

	if (pass_mark_check(bytes, size, &after) < 0) {
		if (!record_equal(&before, &after))
			abort();
		return false;
	}
	if (size != PASS_MARK_BYTES || after.handover_passes > UINT16_MAX ||
		after.handover_restarts || after.handover_time)
		abort();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t copy[PASS_MARK_BYTES];

	(void)check(data, size);
	if (size != PASS_MARK_BYTES)
		return 0;
	memcpy(copy, data, size);
	le16_put(copy + 6, (uint16_t)crc32_of(copy, 6));
	if (!check(copy, size))
		abort();
	return 0;
}
