/* SPDX-License-Identifier: GPL-2.0-or-later */
/* note_check() on any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "recovery/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct health_note n;

	if (note_check(data, size, &n) < 0)
		return 0;
	if (n.is_present != (size == NOTE_BYTES))
		abort();
	if (n.bugcheck.is_present != (n.bugcheck.code != 0))
		abort();
	return 0;
}
