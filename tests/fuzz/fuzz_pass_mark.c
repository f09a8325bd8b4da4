/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pass_mark_check() on any bytes: what it accepts is within its ranges, and
 * nothing is changed by what it refuses.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/pass_mark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record before = {
		.handover_passes = 0x10000, .handover_restarts = 2};
	struct record after = before;

	if (pass_mark_check(data, size, &after) < 0) {
		if (!record_equal(&before, &after))
			abort();
		return 0;
	}
	if (size != PASS_MARK_BYTES || after.handover_passes > UINT16_MAX ||
		after.handover_restarts || after.handover_time)
		abort();
	return 0;
}
