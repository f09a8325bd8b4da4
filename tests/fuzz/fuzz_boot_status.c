/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_status_check() and marking, on any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/boot_status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_status before;
	struct boot_status after;
	uint8_t *copy = malloc(size);
	int err = boot_status_check(data, size, &before);
	int mark_err;

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	mark_err = boot_status_mark_good(copy, size);
	if (mark_err < 0) {
		if (size && memcmp(copy, data, size) != 0)
			abort();
		if (err == 0 && before.is_markable)
			abort();
	} else {
		if (err < 0 || !before.is_markable)
			abort();
		if (boot_status_check(copy, size, &after) < 0)
			abort();
		if (!after.is_trustworthy || !after.succeeded ||
			boot_status_would_divert(&after) ||
			after.last_boot_id != before.last_boot_id)
			abort();
	}
	free(copy);
	return 0;
}
